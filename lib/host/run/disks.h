/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that a run's disks are.
 */
#ifndef KTSTR_RUN_DISKS_H
#define KTSTR_RUN_DISKS_H

#include <stddef.h>

#include "lib/common/attr/parts.h"
#include "vmm/vm.h"

/**
 * struct run_disks - what a machine's disks are, open
 * @disks: for the VM, @n of them
 * @n: their number
 */
struct run_disks {
	struct vm_disk disks[KTSTR_MAX_DISKS];
	unsigned int n;
};

/**
 * disks_open() - open them, or make them
 * @d: filled in; disks_close() is due whatever came of it
 * @machine: says what they are
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * What is to be gone after the run lies in memory: nothing has to be removed.
 *
 * Return: 0; -ENOENT for a file or a program that is not there; -EBUSY for a file
 * that another run uses; other -errno.
 */
int disks_open(struct run_disks *d, const struct run_machine *machine, char *err,
	       size_t err_size);

/**
 * disks_format() - make their file systems, which programs of this machine do
 * @d: filled in, with a disk for each of the machine's, of which those without a
 *	file system have no file; disks_close() is due whatever came of it
 * @machine: says what they are
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Once a process is held to what a VM needs (sandbox.h) it starts no program any
 * more: then disks are copies of these.
 *
 * Return: as disks_open() has it.
 */
int disks_format(struct run_disks *d, const struct run_machine *machine,
		 char *err, size_t err_size);

/**
 * disks_open_from() - as disks_open(), with file systems that were made before
 * @d: see there
 * @machine: see there
 * @formatted: of disks_format(), for this machine; NULL to make them now
 * @err: see there
 * @err_size: see there
 *
 * Return: as disks_open() has it.
 */
int disks_open_from(struct run_disks *d, const struct run_machine *machine,
		    const struct run_disks *formatted, char *err,
		    size_t err_size);

/**
 * disks_close() - let go of them
 * @d: may have none
 */
void disks_close(struct run_disks *d);

#endif /* KTSTR_RUN_DISKS_H */
