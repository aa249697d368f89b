/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scenarios that several suites run, each under schedulers of its own.
 */
#ifndef KTSTR_KSELFTEST_SCENARIOS_H
#define KTSTR_KSELFTEST_SCENARIOS_H

#include "ktstr.h"

/* One cgroup, a spinning worker for each of its default workers. */
static inline struct check_result *scenario_steady(struct ktstr_ctx *ctx)
{
	static const struct cgroup_def defs[] = {
		{ .name = "cg_0" },
	};

	return execute_defs(ctx, defs, ARRAY_SIZE(defs));
}

/* A spinning neighbour and one that sleeps two thirds of the time. */
static inline struct check_result *scenario_two_cgroups(struct ktstr_ctx *ctx)
{
	static const struct cgroup_def defs[] = {
		{ .name = "cg_0", .workers = 2 },
		{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 100) },
	};

	return execute_defs(ctx, defs, ARRAY_SIZE(defs));
}

/* Each cgroup has CPUs of its own and must not be seen elsewhere. */
static inline struct check_result *
scenario_disjoint_cpusets(struct ktstr_ctx *ctx)
{
	static const struct cgroup_def defs[] = {
		{ .name = "cg_0", .cpuset = CPUSET_DISJOINT(0, 2) },
		{ .name = "cg_1", .cpuset = CPUSET_DISJOINT(1, 2) },
	};

	return execute_defs(ctx, defs, ARRAY_SIZE(defs));
}

/* Many more workers than CPUs, all of them always runnable. */
static inline struct check_result *scenario_oversubscribed(struct ktstr_ctx *ctx)
{
	static const struct cgroup_def defs[] = {
		{ .name = "cg_0", .workers = 8 },
		{ .name = "cg_1", .workers = 8 },
	};

	return execute_defs(ctx, defs, ARRAY_SIZE(defs));
}

/* Pairs that wake each other, beside a spinner. */
static inline struct check_result *
scenario_futex_ping_pong(struct ktstr_ctx *ctx)
{
	static const struct cgroup_def defs[] = {
		{ .name = "cg_0", .workers = 4,
		  .work = WORK_FUTEX_PING_PONG(1024) },
		{ .name = "cg_1", .workers = 1 },
	};

	return execute_defs(ctx, defs, ARRAY_SIZE(defs));
}

#endif /* KTSTR_KSELFTEST_SCENARIOS_H */
