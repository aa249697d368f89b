/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run: from a test's needs to a VM and to what came of it.
 */
#ifndef KTSTR_RUN_RUN_H
#define KTSTR_RUN_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/check/check.h"
#include "lib/host/kernel.h"
#include "lib/run/outcome.h"
#include "lib/wire/map_write.h"
#include "vmm/topology.h"

/**
 * struct run_config - a run
 * @program: the test program on this machine, also run in the guest
 * @test: full name of the test, for -r; NULL for no arguments
 * @kernel: what to boot
 * @kernel_args: words added to the kernel's command line; may be NULL
 * @kaslr: the kernel chooses where it lies
 * @topology: CPUs of the VM
 * @memory_mb: guest RAM, 0 for the VMM's choice
 * @scheduler: path of the scheduler's program, NULL for EEVDF
 * @sched_args: its arguments, @n_sched_args of them
 * @ops: what its name in sched_ext must begin with; NULL for any
 * @sysctls: `key=value` for the guest, ended by NULL
 * @duration_ms: what the scenario holds for
 * @limit_ms: for the scheduler to attach, and for the test program; 0 for what
 *	@duration_ms and @slowness make of it
 * @slowness: see host_slowness()
 * @limits: what the monitor holds the run to; NULL for nothing
 * @write: what the host writes into a BPF map; NULL for nothing
 * @watchdog_ms: sched_ext's watchdog timeout; 0 leaves it alone
 * @stop_at_alarm: the monitor's first verdict ends the VM
 * @verbose: the guest's kernel and init talk
 * @console: bytes of the guest's console as they come; may be NULL
 * @output: bytes that the test program prints, as they come; may be NULL
 * @probes: names of kernel functions, a line each, for ktstr-probe to watch;
 *	NULL for a run without it. The scheduler's own are found in the guest
 * @probe: payload of a WIRE_PROBE record; may be NULL
 * @ctx: first argument of the callbacks
 */
struct run_config {
	const char *program;
	const char *test;
	const struct host_kernel *kernel;
	const char *kernel_args;
	bool kaslr;
	struct topology topology;
	unsigned int memory_mb;
	const char *scheduler;
	const char * const *sched_args;
	unsigned int n_sched_args;
	const char *ops;
	const char * const *sysctls;
	unsigned int duration_ms;
	unsigned int limit_ms;
	double slowness;
	const struct check_limits *limits;
	const struct bpf_map_write *write;
	unsigned int watchdog_ms;
	bool stop_at_alarm;
	bool verbose;
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

#endif /* KTSTR_RUN_RUN_H */
