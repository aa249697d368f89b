/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run can be held to. One table: the members of struct check_limits, what
 * they are where nobody says otherwise, and the attributes `limits.NAME` come
 * from it.
 *
 * To add one: a row. Who judges by it has a row that names it: check.c for what
 * workers have lived through, lib/host/monitor/judge/checks.c for what is seen
 * from outside.
 */
#ifndef KTSTR_CHECK_LIMITS_H
#define KTSTR_CHECK_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A limit of 0 is not set (an outer level decides); this one is no limit. */
#define CHECK_OFF	0xffffffffU
#define CHECK_ON	1U

/*
 * row(kind, name, value, what): @kind is what it can be: a switch is on or off, a
 * number may be off; @value holds where nobody says otherwise.
 */
#define CHECK_LIMITS(row)						\
	row(switch, not_starved, CHECK_ON,				\
	    "every worker must have done some work")			\
	row(number, max_gap_ms, 2000,					\
	    "longest time without progress, or half of the scenario where that is less; times the slowness, at most nine tenths of the scenario") \
	row(number, max_spread_pct, 15,					\
	    "between the shares of time that the workers of a cgroup wait for a CPU, times the slowness, at most 60; not below 40 where they wait for each other") \
	row(switch, isolation, CHECK_ON,				\
	    "workers stay on their cpuset, where there is one")		\
	row(number, max_wake_p99_us, CHECK_OFF,				\
	    "time from wake to run that 99 of 100 of a cgroup's wakes take at most, times the slowness") \
	row(number, max_wake_cv_pct, CHECK_OFF,				\
	    "standard deviation of a cgroup's wake latencies, of their mean") \
	row(number, max_throughput_cv_pct, CHECK_OFF,			\
	    "standard deviation of the work that workers of a cgroup do in a second of CPU time, of its mean") \
	row(number, min_throughput, CHECK_OFF,				\
	    "units of work that each worker does in a second of CPU time, divided by the slowness") \
	row(number, min_iteration_rate, CHECK_OFF,			\
	    "passes of each worker a second, divided by the slowness")	\
	row(number, max_migration_ratio_pct, CHECK_OFF,			\
	    "migrations of a cgroup's workers, of their passes")		\
	row(number, max_share_error_pct, CHECK_OFF,			\
	    "CPU time that a cgroup lacks, of what cpu.weight and cpu.max leave it beside its neighbours, in the mean of periods of a second") \
	row(number, max_quota_excess_pct, CHECK_OFF,			\
	    "CPU time that a cgroup uses in a second beyond its cpu.max, of that") \
	row(switch, fail_on_stall, CHECK_ON,				\
	    "no CPU stands still while a task runs there, and no task waits while a CPU that it may use is idle") \
	row(number, max_task_wait_ms, 2000,				\
	    "longest time that a runnable sched_ext task waits, times the slowness") \
	row(number, max_idle_wait_pct, 50,				\
	    "share of the time, of a second or more, in which a CPU is idle while a task that may run there waits") \
	row(number, max_lag_pct, CHECK_OFF,				\
	    "how far a task of the fair class may be from its share of its CPU, of what EEVDF promises: the longest slice and a tick") \
	row(number, max_imbalance_pct, 400,				\
	    "most over least runnable tasks of a CPU, where tasks could move") \
	row(number, max_local_dsq_depth, 50,				\
	    "tasks in a CPU's local dispatch queue")			\
	row(number, max_fallback_rate, 200,				\
	    "select_cpu fallbacks a second and CPU")			\
	row(number, max_keep_last_rate, 100,				\
	    "times a second and CPU that a task goes on because there is no other") \
	row(number, sustained_samples, 5,				\
	    "samples in a row that make one of those of the monitor a failure; it takes 10 a second")

#define CHECK_LIMIT_MEMBER(kind, name, value, what)	unsigned int name;
#define CHECK_LIMIT_VALUE(kind, name, value, what)	.name = (value),

/* struct check_limits - what a scenario is held to: a number for each row */
struct check_limits {
	CHECK_LIMITS(CHECK_LIMIT_MEMBER)
};

#define CHECK_N_LIMITS	(sizeof(struct check_limits) / sizeof(unsigned int))

/**
 * check_limit_at() - one of them, by its offset
 * @limits: the limits
 * @offset: of a member
 *
 * Return: the limit; 0 when it is not set, or switched off.
 */
static inline unsigned int check_limit_at(const struct check_limits *limits,
					  size_t offset)
{
	unsigned int limit;

	memcpy(&limit, (const char *)limits + offset, sizeof(limit));
	return limit == CHECK_OFF ? 0 : limit;
}

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

#endif /* KTSTR_CHECK_LIMITS_H */
