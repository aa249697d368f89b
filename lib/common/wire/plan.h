/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plan: what init is to do in this VM.
 *
 * A text file in the initramfs, /ktstr/plan, a `key value` a line, in order.
 * Keys of lists may be repeated and append. Empty lines are nothing. The host
 * writes it (lib/test), init reads it (init/).
 *
 *	ring 0x100000000 4194304	guest address and size of the ring; the
 *					kernel command line goes before it
 *	test /ktstr/bin/eevdf		program to run, with arguments, one a
 *	arg -r				line; argv[0] is the path itself
 *	arg eevdf.steady
 *	tty /dev/hvc0			terminal that it has; none to have what it
 *					prints sent to the host
 *	env KTSTR_DURATION_MS=2000	environment of the test program
 *	scheduler /ktstr/bin/scx_simple	scheduler to start; none for EEVDF
 *	sched_arg -f
 *	cgroup /a/b			made before that; those of tests are made in it
 *	enable /proc/x 1		a value that is written before the test, and
 *	disable /proc/x 0		one after it
 *	ops simple			what its name in sched_ext begins with
 *	staged /ktstr/bin/scx_ktstr	one more that the test program may ask for
 *	probe /ktstr/bin/ktstr-probe	in a repro VM: watches the scheduler die;
 *					names of functions in /ktstr/probes
 *	cpus 4				CPUs that must have come up; none to take
 *					what there is
 *	sysctl kernel.sched_schedstats=1
 *	attach_ms 20000			limit for sched_ext to become enabled
 *	test_ms 40000			limit for the test program
 *	grace_ms 5000			left to the test program to end once
 *					its scheduler is gone
 *	stop_ms 5000			limit for the scheduler to detach
 *
 * `test` and `test_ms` must be there; the other limits have defaults.
 */
#ifndef KTSTR_WIRE_PLAN_H
#define KTSTR_WIRE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#define PLAN_PATH	"/ktstr/plan"
#define PLAN_BIN_DIR	"/ktstr/bin"
#define PLAN_PROBES	"/ktstr/probes"	/* functions, one a line */
#define PLAN_SCENARIO	"/ktstr/scenario.json"	/* of the test, where it is a file's */
#define PLAN_CONFIG_DIR	"/ktstr/config"	/* what a scheduler is configured by */
#define PLAN_LIST_MAX	96		/* entries of one repeated key */

#define PLAN_ATTACH_MS	30000		/* defaults of the limits */
#define PLAN_GRACE_MS	5000
#define PLAN_STOP_MS	5000

/*
 * On the kernel's command line, by the VMM: guest address and size of the
 * ring, as in ktstr.ring=0x100000000,4194304.
 */
#define PLAN_RING_PARAM	"ktstr.ring="

/* Environment of the test program in the guest; set by init and the plan. */
#define ENV_GUEST	"KTSTR_GUEST"		/* 1 inside a VM */
#define ENV_WIRE_FD	"KTSTR_WIRE_FD"		/* socket to init */
#define ENV_SCHED_PID	"KTSTR_SCHED_PID"	/* absent under EEVDF */
#define ENV_PROBE_PID	"KTSTR_PROBE_PID"	/* absent but in a repro VM */
#define ENV_TOPOLOGY	"KTSTR_TOPOLOGY"	/* as topology_text.h has it */
#define ENV_DURATION_MS	"KTSTR_DURATION_MS"	/* what a scenario holds for */
#define ENV_CGROUP	"KTSTR_CGROUP"		/* parent for our cgroups */

/**
 * struct plan - the parsed file
 * @ring_gpa: guest address of the ring
 * @ring_size: its size; 0 when the plan does not say
 * @test: path of the test program
 * @tty: path of the test program's terminal, NULL for none
 * @scheduler: path of the scheduler, NULL for none
 * @ops: what the scheduler's name in sched_ext begins with, NULL for any
 * @cgroup: below the root, the parent of tests' cgroups; NULL for init's own
 * @enable: "PATH VALUE", @n_enable of them, to be written before the test
 * @disable: the same, after it
 * @staged: paths of further schedulers, @n_staged of them
 * @cpus: CPUs that must have come up, 0 for any number
 * @probe: path of ktstr-probe, NULL for none
 *
 * Strings point into a copy of the text, owned by the plan.
 */
struct plan {
	char *text;
	uint64_t ring_gpa;
	uint64_t ring_size;
	const char *test;
	const char *args[PLAN_LIST_MAX];
	unsigned int n_args;
	const char *env[PLAN_LIST_MAX];
	unsigned int n_env;
	const char *tty;
	const char *scheduler;
	const char *sched_args[PLAN_LIST_MAX];
	unsigned int n_sched_args;
	const char *ops;
	const char *cgroup;
	const char *enable[PLAN_LIST_MAX];
	unsigned int n_enable;
	const char *disable[PLAN_LIST_MAX];
	unsigned int n_disable;
	const char *staged[PLAN_LIST_MAX];
	unsigned int n_staged;
	unsigned int cpus;
	const char *probe;
	const char *sysctls[PLAN_LIST_MAX];
	unsigned int n_sysctls;
	unsigned int attach_ms;
	unsigned int test_ms;
	unsigned int grace_ms;
	unsigned int stop_ms;
};

/**
 * plan_parse() - read a plan
 * @text: the file's bytes
 * @len: their number
 * @plan: filled in; release with plan_free()
 * @err: gets one sentence with the line number when it fails
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int plan_parse(const char *text, size_t len, struct plan *plan,
	       char *err, size_t err_size);
void plan_free(struct plan *plan);

/**
 * plan_ring_param() - find the ring on a kernel command line
 * @cmdline: as /proc/cmdline has it
 * @gpa: gets the guest address
 * @size: gets the size in bytes
 *
 * Return: 1 when it was there, 0 when not, -EINVAL when it makes no sense.
 */
int plan_ring_param(const char *cmdline, uint64_t *gpa, uint64_t *size);

#endif /* KTSTR_WIRE_PLAN_H */
