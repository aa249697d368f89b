/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run: from a test's needs to a VM and to what came of it.
 */
#ifndef KTSTR_RUN_RUN_H
#define KTSTR_RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/common/attr/parts.h"
#include "lib/host/machine/kernel.h"
#include "lib/host/run/disks.h"
#include "lib/host/run/outcome.h"

/**
 * struct run_config - a run
 * @machine: the VM
 * @subject: the scheduler
 * @workload: what goes on there, in a body that @program runs
 * @expectations: what it is held to
 * @program: the test program on this machine, also run in the guest
 * @test: full name of the test, for -r; NULL for no arguments
 * @args: its arguments instead, @n_args of them, of a run that no monitor
 *	watches; NULL for those of a test
 * @n_args: see there
 * @terminal: what it has as its terminal; NULL to have what it prints by @output
 * @body_ms: how long it may take; 0 by @workload
 * @running: called with the VM before it runs, with NULL when it has ended; may
 *	be NULL
 * @given: attributes that were given as text, for @program in the guest; NULL
 *	for none
 * @formatted: file systems of @machine's disks, which were made before; NULL to
 *	make them. See disks_format()
 * @kernel: what to boot
 * @harness_ns: when whoever runs us gives up, by CLOCK_MONOTONIC; 0 for never
 * @slowness: see host_slowness()
 * @pace: see host_pace()
 * @verbose: the guest's kernel and init talk
 * @bare: there is no VM: it runs on this machine itself
 * @console: bytes of the guest's console as they come; may be NULL
 * @output: bytes that the test program prints, as they come; may be NULL
 * @probes: names of kernel functions, a line each, for ktstr-probe to watch;
 *	NULL for a run without it. The scheduler's own are found in the guest.
 *	A run with it goes on to its end, whatever the monitor says
 * @probe: payload of a WIRE_PROBE record; may be NULL
 * @ctx: first argument of the callbacks
 */
struct run_config {
	const struct run_machine *machine;
	const struct run_subject *subject;
	const struct run_workload *workload;
	const struct run_expectations *expectations;
	const char *program;
	const char *test;
	const char *const *args;
	unsigned int n_args;
	const struct vm_terminal *terminal;
	unsigned int body_ms;
	void (*running)(void *ctx, struct vm *vm);
	const char *given;
	const struct run_disks *formatted;
	const struct host_kernel *kernel;
	uint64_t harness_ns;
	double slowness;
	double pace;
	bool verbose;
	bool bare;
	void (*console)(void *ctx, const char *bytes, size_t len);
	void (*output)(void *ctx, const char *bytes, size_t len);
	const char *probes;
	void (*probe)(void *ctx, const void *payload, size_t len);
	void *ctx;
};

/**
 * run_vm() - boot the VM, wait for its end
 * @config: the run
 * @out: initialised; filled in
 * @err: gets one sentence when no VM could be run
 *
 * Return: 0 when the VM ran, whatever came of it; else -errno as
 * vm_create() and initramfs_add_program() have it.
 */
int run_vm(const struct run_config *config, struct run_outcome *out,
	   char *err, size_t err_size);

struct initramfs;

/**
 * run_pack() - put the programs of a run into an archive, where a guest has them
 * @ir: the archive
 * @config: the run
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * That is the test program, schedulers, payloads, and what they link to.
 *
 * Return: 0; -errno as initramfs_add_program() has it.
 */
int run_pack(struct initramfs *ir, const struct run_config *config, char *err,
	     size_t err_size);

#endif /* KTSTR_RUN_RUN_H */
