// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios that any scheduler is put through first.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

/* One cgroup, a spinning worker for each of its default workers. */
static const struct cgroup_def steady[] = {
	{ .name = "cg_0" },
};

const struct scenario_def catalogue_steady = { SCENARIO_DEFS(steady) };

/* A spinning neighbour and one that sleeps two thirds of the time. */
static const struct cgroup_def two_cgroups[] = {
	{ .name = "cg_0", .workers = 2 },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 100) },
};

const struct scenario_def catalogue_two_cgroups = {
	SCENARIO_DEFS(two_cgroups),
};

/* Each cgroup has CPUs of its own and must not be seen elsewhere. */
static const struct cgroup_def disjoint_cpusets[] = {
	{ .name = "cg_0", .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1", .cpuset = CPUSET_DISJOINT(1, 2) },
};

const struct scenario_def catalogue_disjoint_cpusets = {
	SCENARIO_DEFS(disjoint_cpusets),
};

/* Many more workers than CPUs, all of them always runnable. */
static const struct cgroup_def oversubscribed[] = {
	{ .name = "cg_0", .workers = 8 },
	{ .name = "cg_1", .workers = 8 },
};

const struct scenario_def catalogue_oversubscribed = {
	SCENARIO_DEFS(oversubscribed),
};

/* Pairs that wake each other, beside a spinner. */
static const struct cgroup_def futex_ping_pong[] = {
	{ .name = "cg_0", .workers = 4, .work = WORK_FUTEX_PING_PONG(1024) },
	{ .name = "cg_1", .workers = 1 },
};

const struct scenario_def catalogue_futex_ping_pong = {
	SCENARIO_DEFS(futex_ping_pong),
};
