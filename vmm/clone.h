/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clones: a VM that has booted until init was ready is kept in a file, by all
 * that its state depends on; the next of the same kind begins there.
 *
 * What is the run's own comes later, see lib/common/wire/load.h. A clone's
 * clocks go on where they stood; init sets the time of day, and gets entropy.
 */
#ifndef KTSTR_VMM_CLONE_H
#define KTSTR_VMM_CLONE_H

#include <stdbool.h>
#include <stdint.h>

#include "vmm/fail.h"
#include "vmm/vm.h"

/*
 * struct clone - one that is being taken from a file
 * @fd: the file, -1 for none
 * @state: what is in it but for the memory
 * @data_offset: where the memory begins there
 */
struct clone {
	int fd;
	struct blob *state;
	uint64_t data_offset;
};

/*
 * clone_find() - is there a file of this kind of machine?
 * @vm: with memory that nothing was loaded into, and a kernel that is open
 * @clone: gets it; nothing is in it when there is none
 *
 * Where there is none, vm->template says where to leave this one.
 */
void clone_find(struct vm *vm, const struct vm_config *config,
		struct clone *clone);

/*
 * clone_memory() - its memory into this VM's
 * clone_machine() - its vCPUs, devices, ring and console
 *
 * Return: 0 or -errno.
 */
int clone_memory(struct vm *vm, const struct clone *clone,
		 const struct vm_error *err);
int clone_machine(struct vm *vm, const struct clone *clone,
		  const struct vm_error *err);
void clone_exit(struct clone *clone);

/*
 * clone_leave() - make a file of a VM whose vCPUs are held
 *
 * Return: 0; -errno: nothing is left behind.
 */
int clone_leave(struct vm *vm);

#endif /* KTSTR_VMM_CLONE_H */
