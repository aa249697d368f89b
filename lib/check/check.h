/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks on what a group of workers has lived through.
 */
#ifndef KTSTR_CHECK_CHECK_H
#define KTSTR_CHECK_CHECK_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/util/compiler.h"
#include "lib/wire/wire.h"

/* A limit of 0 is not set (an outer level decides); this one is no limit. */
#define CHECK_OFF	0xffffffffU
#define CHECK_ON	1U

#define CHECK_MAX_DETAILS	32

enum check_kind {
	CHECK_STARVED,
	CHECK_UNFAIR,
	CHECK_STUCK,
	CHECK_ISOLATION,
	CHECK_SCHED_DIED,
	CHECK_OTHER,
};

/**
 * struct check_limits - what a scenario is held to
 * @not_starved: CHECK_ON: every worker must have done some work [on]
 * @max_gap_ms: longest time without progress [2000], or half of the scenario
 *	where that is less; times the slowness, at most nine tenths of the
 *	scenario
 * @max_spread_pct: between the shares of time that the workers of a cgroup
 *	wait for a CPU [15], times the slowness, at most 60
 * @isolation: CHECK_ON: workers stay on their cpuset [on where there is one]
 * @fail_on_stall: CHECK_ON: no CPU stands still while a task runs there, and
 *	no task waits while a CPU that it may use is idle [on]
 * @max_task_wait_ms: longest time that a runnable sched_ext task waits
 *	[2000], times the slowness
 * @max_imbalance_pct: most over least runnable tasks of a CPU, where tasks
 *	could move [400]
 * @max_local_dsq_depth: tasks in a CPU's local dispatch queue [50]
 * @max_fallback_rate: select_cpu fallbacks a second and CPU [200]
 * @max_keep_last_rate: times a second and CPU that a task goes on because
 *	there is no other [100]
 * @sustained_samples: samples in a row that make one of the above a failure
 *	[5]; the monitor takes 10 a second
 */
struct check_limits {
	unsigned int not_starved;
	unsigned int max_gap_ms;
	unsigned int max_spread_pct;
	unsigned int isolation;
	unsigned int fail_on_stall;
	unsigned int max_task_wait_ms;
	unsigned int max_imbalance_pct;
	unsigned int max_local_dsq_depth;
	unsigned int max_fallback_rate;
	unsigned int max_keep_last_rate;
	unsigned int sustained_samples;
};

/**
 * struct worker_report - what one worker has lived through
 * @tid: its thread
 * @work_units: pieces of work done
 * @iterations: passes of its work type
 * @wall_ns: from start to stop
 * @cpu_ns: CPU time used, by its thread clock
 * @run_delay_ns: time it waited for a CPU while runnable, by schedstat.
 *	Sleep is not in it, nor what the host took from a vCPU while it ran
 * @has_run_delay: the kernel keeps that
 * @max_gap_ns: longest time between two pieces of work, sleep left out
 * @max_gap_cpu: where it went on after that
 * @max_gap_at_ns: when that was, since its start
 * @migrations: changes of CPU that it noticed
 * @cpus_used: CPUs that it was seen on
 * @completed: it has come to its end by itself
 * @status: of waitpid()
 */
struct worker_report {
	int tid;
	uint64_t work_units;
	uint64_t iterations;
	uint64_t wall_ns;
	uint64_t cpu_ns;
	uint64_t run_delay_ns;
	bool has_run_delay;
	uint64_t max_gap_ns;
	unsigned int max_gap_cpu;
	uint64_t max_gap_at_ns;
	unsigned int migrations;
	cpu_set_t cpus_used;
	bool completed;
	int status;
};

/**
 * struct check_group - the workers of one cgroup
 * @name: of the cgroup, for texts
 * @reports: what its workers have reported
 * @n_reports: their number
 * @cpuset: CPUs that they were allowed; NULL for all
 * @n_cpus: their number
 * @duration_ms: how long the scenario was to hold, 0 for not known
 */
struct check_group {
	const char *name;
	const struct worker_report *reports;
	unsigned int n_reports;
	const cpu_set_t *cpuset;
	unsigned int n_cpus;
	unsigned int duration_ms;
};

/**
 * struct check_result - pass, fail or skip of a scenario, with reasons
 * @failed: a check was not met
 * @skipped: the machine lacks what the scenario needs
 * @skip_reason: what that is
 * @details: the failures, the first CHECK_MAX_DETAILS
 * @n_details: their number
 * @not_judged: what a check would have needed, "" where all were made
 */
struct check_result {
	bool failed;
	bool skipped;
	char skip_reason[256];
	struct wire_detail details[CHECK_MAX_DETAILS];
	unsigned int n_details;
	char not_judged[256];
};

/**
 * check_limits_default() - what holds where nobody says otherwise
 * @limits: filled in
 */
void check_limits_default(struct check_limits *limits);

/**
 * check_limits_merge() - let what @over sets replace what @limits says
 * @limits: changed
 * @over: what goes before it
 */
void check_limits_merge(struct check_limits *limits,
			const struct check_limits *over);

/**
 * check_group_run() - judge one cgroup; adds to @result
 * @limits: what the group is held to
 * @group: the cgroup's workers
 * @result: gets the failures
 * @slowness: how many times slower than ordinary hardware, at least 1
 */
void check_group_run(const struct check_limits *limits, double slowness,
		     const struct check_group *group,
		     struct check_result *result);

/**
 * check_fail() - add one failure
 * @result: gets it
 * @kind: which check it was
 * @fmt: printf's; the sentence
 */
void __printf(3, 4) check_fail(struct check_result *result,
			       enum check_kind kind, const char *fmt, ...);

/**
 * check_group_stats() - statistics of one cgroup
 * @group: the cgroup's workers
 * @stats: filled in
 */
void check_group_stats(const struct check_group *group,
		       struct wire_cgroup_stats *stats);

#endif /* KTSTR_CHECK_CHECK_H */
