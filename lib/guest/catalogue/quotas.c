// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cgroups that may have so much CPU time and no more. See catalogue.h.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

static const struct cgroup_def quota_of_one[] = {
	{ .name = "cg_0", .workers = 1,
	  .limits = { .cpu_max_us = 20000, .cpu_period_us = 50000 } },
	{ .name = "cg_1", .workers = 2 },
};

const struct scenario_def catalogue_quota_of_one = {
	SCENARIO_DEFS(quota_of_one),
};

/* More workers than CPUs share what one CPU has. */
static const struct cgroup_def quota_of_many[] = {
	{ .name = "cg_0", .workers = 8,
	  .limits = { .cpu_max_us = 100000 } },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(5, 10) },
};

const struct scenario_def catalogue_quota_of_many = {
	SCENARIO_DEFS(quota_of_many),
};

static const struct cgroup_def quota_short_period[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK(MUTEX_CONTENTION,
						     .contenders = 2),
	  .limits = { .cpu_max_us = 5000, .cpu_period_us = 10000 } },
	{ .name = "cg_1", .workers = 2 },
};

const struct scenario_def catalogue_quota_short_period = {
	SCENARIO_DEFS(quota_short_period),
};

static const struct cgroup_def inner = { .name = "outer/inner", .workers = 2 };
static const struct cgroup_def inner_too = {
	.name = "outer/too", .workers = 2,
	.limits = { .cpu_max_us = 20000 },
};

static const struct cgroup_def beside[] = {
	{ .name = "cg_0", .workers = 2 },
};

/* A quota within a quota, of which the outer one goes. */
static const struct step quota_nested_steps[] = {
	{ STEP_OPS(OP(ADD_CGROUP, .cgroup = "outer"),
		    OP(ADD_CGROUP_DEF, .def = &inner),
		    OP(ADD_CGROUP_DEF, .def = &inner_too),
		    OP(SET_CPU_MAX, .cgroup = "outer", .quota_us = 50000),
		    OP(PAUSE, .ms = 700),
		    OP(SET_CPU_MAX, .cgroup = "outer")) },
};

const struct scenario_def catalogue_quota_nested = {
	SCENARIO_DEFS(beside),
	SCENARIO_STEPS(quota_nested_steps),
};
