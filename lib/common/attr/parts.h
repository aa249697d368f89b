/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one run is, in four parts: the machine, the subject, the workload, and
 * what is expected of it. A test says them by its attributes (attr.h); whoever
 * runs, watches, judges or reports the run has them by pointer.
 */
#ifndef KTSTR_ATTR_PARTS_H
#define KTSTR_ATTR_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/check/limits.h"
#include "lib/common/payload/payload.h"
#include "lib/common/topology.h"
#include "lib/common/wire/map_write.h"
#include "lib/common/wire/plant.h"

#define KTSTR_MAX_ARGS		16
#define KTSTR_MAX_STAGED	8
#define KTSTR_MAX_PAYLOADS	8
#define KTSTR_MAX_DISKS		4
#define KTSTR_MAX_NICS		4

/**
 * enum ktstr_switch - on or off, or nothing said of it
 * @KTSTR_UNSET: the next outer level decides; at last it is off
 * @KTSTR_ON: on; `true` is the same
 * @KTSTR_OFF: off, whatever an outer level says; `false` is not the same
 */
enum ktstr_switch {
	KTSTR_UNSET = 0,
	KTSTR_ON = CHECK_ON,
	KTSTR_OFF = CHECK_OFF,
};

/**
 * ktstr_is_on() - what a switch comes down to
 * @s: the switch
 *
 * Return: it is on.
 */
static inline bool ktstr_is_on(enum ktstr_switch s)
{
	return s == KTSTR_ON;
}

/**
 * struct machine_needs - machines that a test or a scheduler is for
 * @min_llcs: last-level caches, at least [1]
 * @max_llcs: at most; where nobody gives one, 12 in a gauntlet
 * @min_cpus: CPUs, at least [1]
 * @max_cpus: at most; 192 in a gauntlet
 * @min_nodes: NUMA nodes, at least [1]
 * @max_nodes: at most; 1 in a gauntlet
 * @requires_smt: cores of more than one thread
 *
 * Each test that runs elsewhere is skipped. A gauntlet makes no cell of it.
 */
struct machine_needs {
	unsigned int min_llcs;
	unsigned int max_llcs;
	unsigned int min_cpus;
	unsigned int max_cpus;
	unsigned int min_nodes;
	unsigned int max_nodes;
	enum ktstr_switch requires_smt;
};

/**
 * struct scheduler - a scheduler under test, declared once
 * @name: for people, reports and command lines
 * @what: a line about it, for lists
 * @ops_name: what /sys/kernel/sched_ext/root/ops must begin with once it is
 *	enabled; NULL means any
 * @binary: its program: a name that is looked up beside the test program and
 *	in $KTSTR_SCHEDULER_DIR, or a path. NULL is EEVDF: no process
 * @source: X.bpf.c, with X.c beside it, of which run_ktstr.sh builds @binary;
 *	"tree:" before a path in the kernel's tree. NULL: it is there
 * @args: arguments, NULL-terminated by the array's unused rest. "{config}" in
 *	one is where @config_file lies in the guest, "{cgroup}" is @cgroup_parent
 * @sysctls: `key=value` strings set before it starts
 * @kernel_args: words that are added to the kernel's command line, whatever a
 *	test adds
 * @cgroup_parent: "/a/b": a cgroup that is made before it starts, and in which
 *	cgroups of tests are made
 * @config_file: a file of this machine that is packed for it
 * @enable: `echo VALUE > PATH`, done in the guest before the test begins: how a
 *	scheduler of the kernel's own is switched on
 * @disable: the same, once the test is over
 * @topology: used where no level gives one
 * @needs: machines that it is for
 * @limits: its defaults for the checks
 */
struct scheduler {
	const char *name;
	const char *what;
	const char *ops_name;
	const char *binary;
	const char *source;
	const char *args[KTSTR_MAX_ARGS];
	const char *sysctls[KTSTR_MAX_ARGS];
	const char *kernel_args;
	const char *cgroup_parent;
	const char *config_file;
	const char *enable[KTSTR_MAX_ARGS];
	const char *disable[KTSTR_MAX_ARGS];
	struct topology topology;
	struct machine_needs needs;
	struct check_limits limits;
};

/**
 * struct run_disk - a disk of a VM: /dev/vda is the first
 *
 * What is written to it is gone when the VM is, but for @in_place.
 *
 * @size_mb: its size, where there is no @file
 * @format: the file system that is on it, "ext4" or another that this machine has
 *	an mkfs for. It is made once for each size, and kept [nothing is on it]
 * @file: a file of this machine instead: the disk is a copy of it
 * @read_only: the guest cannot write; of @file no copy is made
 * @in_place: what the guest writes goes to @file itself, which no other run may
 *	use meanwhile
 * @iops: requests a second [as many as there can be]
 * @kb_s: KiB a second [likewise]
 */
struct run_disk {
	unsigned int size_mb;
	const char *format;
	const char *file;
	bool read_only;
	bool in_place;
	unsigned int iops;
	unsigned int kb_s;
};

/**
 * struct run_machine - the VM that a run has
 * @topology: its CPUs [1n1l2c1t]
 * @memory_mb: its RAM [by CPUs and archive]
 * @kernel_args: words added to the kernel's command line, e.g.
 *	"nohz_full=1"; those of an inner level replace an outer's
 * @kaslr: the kernel chooses where it lies [where it was linked to, so that
 *	addresses in logs are those of vmlinux]
 * @disks: its disks, up to the first that has neither size nor file [none]
 * @nics: its network interfaces, at most 4, all plugged into one switch [none]
 */
struct run_machine {
	struct topology topology;
	unsigned int memory_mb;
	const char *kernel_args;
	enum ktstr_switch kaslr;
	struct run_disk disks[KTSTR_MAX_DISKS];
	unsigned int nics;
};

/**
 * struct run_subject - the scheduler that a run is about
 * @scheduler: as it was declared; NULL is EEVDF
 * @path: its program on this machine; NULL is EEVDF: no process
 * @args: its own arguments, and those that the test adds
 * @n_args: their number
 * @staged: further ones that ops may attach, @n_staged of them
 * @staged_paths: their programs on this machine
 * @n_staged: their number
 */
struct run_subject {
	const struct scheduler *scheduler;
	const char *path;
	const char * const *args;
	unsigned int n_args;
	const struct scheduler * const *staged;
	const char * const *staged_paths;
	unsigned int n_staged;
};

/**
 * run_subject_name() - the scheduler's name, for people
 * @subject: what the run is about
 *
 * Return: NULL under EEVDF as it is.
 */
static inline const char *run_subject_name(const struct run_subject *subject)
{
	const struct scheduler *s = subject->scheduler;

	return s && (s->binary || s->enable[0]) ? s->name : NULL;
}

/**
 * struct run_workload - what goes on in the guest, and what is done to it
 * @duration_s: how long a scenario holds [2]
 * @workers: default workers per cgroup [2]
 * @turn_ms: how long a turn of a scheduler and another is measured [1000]
 * @settle_ms: how long it has lasted by then [300]
 * @turn_seed: of the order of turns [1]
 * @limit_s: seconds that the scheduler may take to attach, and those that the
 *	body may take, at most 200 [by duration_s and the host's slowness]
 * @payloads: programs that are packed, for ops or the body to run, see
 *	payload.h; an inner level's replace an outer's [none]
 * @scenario: scenario.json, which the body finds as /ktstr/scenario.json
 * @bpf_map_write: what the host writes into a BPF map while the body runs; a
 *	run in which it cannot fails
 * @plant: a fault that the host plants in the guest's kernel while the body
 *	runs; a run in which it cannot fails. For tests of what is to be noticed
 * @watchdog_timeout_ms: sched_ext's watchdog timeout, set from outside once a
 *	scheduler runs. As it is, whatever the host's slowness; the first check
 *	by it may take as long as half of the scheduler's own [as the scheduler
 *	has it]
 * @monitor_hz: samples that the monitor takes a second, at most 1000 [10]
 * @watchpoint: a variable of the kernel's, of which each write is told while the
 *	body runs, see lib/common/check/watch.h [none]
 * @snapshots: how often all queues and maps are read while the CPUs stand still,
 *	spread over 10 to 90 % of @duration_s, at most 64 [never]
 * @watch_maps: values in BPF maps that each sample takes as well, see
 *	lib/common/check/watch.h; an inner level's replace an outer's [none]
 */
struct run_workload {
	unsigned int duration_s;
	unsigned int workers;
	unsigned int turn_ms;
	unsigned int settle_ms;
	unsigned int turn_seed;
	unsigned int limit_s;
	const struct payload *payloads[KTSTR_MAX_PAYLOADS];
	const char *scenario;
	struct bpf_map_write bpf_map_write;
	struct guest_plant plant;
	unsigned int watchdog_timeout_ms;
	unsigned int monitor_hz;
	const char *watchpoint;
	unsigned int snapshots;
	const char *watch_maps[KTSTR_MAX_ARGS];
};

/**
 * struct run_expectations - what a run is held to
 * @limits: the checks; merged field by field
 * @expect_err: the scheduler is to die: a run in which it does passes, a run
 *	in which it does not, or in which anything else goes wrong, fails
 * @expect_scx_bpf_error_contains: with @expect_err: text that the scheduler's
 *	log or the sched_ext dump must contain
 * @expect_scx_bpf_error_matches: the same as a regular expression (PCRE2) that
 *	must match there; `^` and `$` are start and end of the whole text
 * @expect_exit_kind: with @expect_err: sched_ext's reason, e.g. "runnable
 *	task stall", as the kernel prints it
 * @expect_alarm: the monitor is to complain, with this in its text. Its first
 *	verdict ends the run; a run without one fails
 * @expect_failure: the test is to fail, with this in its result line and in
 *	each failed check; a run that does not, or in which ktstr itself is in
 *	trouble, fails. For tests of what is to be noticed
 * @assertions: what values that are followed must be like over time, see
 *	lib/common/check/assertion.h; an inner level's replace an outer's [none]
 */
struct run_expectations {
	struct check_limits limits;
	enum ktstr_switch expect_err;
	const char *expect_scx_bpf_error_contains;
	const char *expect_scx_bpf_error_matches;
	const char *expect_exit_kind;
	const char *expect_alarm;
	const char *expect_failure;
	const char *assertions[KTSTR_MAX_ARGS];
};

#endif /* KTSTR_ATTR_PARTS_H */
