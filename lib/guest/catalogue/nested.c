// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cgroups within cgroups. See catalogue.h.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

static const struct cgroup_def nested_cgroup_steady[] = {
	{ .name = "cg_0/sub_a" },
	{ .name = "cg_0/sub_b" },
	{ .name = "cg_1/sub_b" },
	{ .name = "cg_1/sub_a/deep" },
};

const struct scenario_def catalogue_nested_cgroup_steady = {
	SCENARIO_DEFS(nested_cgroup_steady),
};

static const struct cgroup_def nested_cgroup_task_move[] = {
	{ .name = "cg_0/sub" },
	{ .name = "cg_1/sub" },
	{ .name = "cg_2" },
};

static const struct step nested_cgroup_task_move_steps[] = {
	{ .hold = { .share = 0.25 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_0/sub", .to = "cg_2")),
	  .hold = { .share = 0.25 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_2", .to = "cg_1/sub")),
	  .hold = { .share = 0.25 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_1/sub",
		       .to = "cg_0/sub")) },
};

const struct scenario_def catalogue_nested_cgroup_task_move = {
	SCENARIO_DEFS(nested_cgroup_task_move),
	SCENARIO_STEPS(nested_cgroup_task_move_steps),
};

static const struct cgroup_def two[] = {
	{ .name = "cg_0" },
	{ .name = "cg_1" },
};

static const struct step nested_cgroup_rapid_churn_steps[] = {
	{ STEP_OPS(OP(ADD_CGROUP, .cgroup = "cg_2"),
		    OP(ADD_CGROUP, .cgroup = "cg_2/a"),
		    OP(ADD_CGROUP, .cgroup = "cg_2/a/b"), OP(PAUSE, .ms = 100),
		    OP(REMOVE_CGROUP, .cgroup = "cg_2/a/b"),
		    OP(REMOVE_CGROUP, .cgroup = "cg_2/a"),
		    OP(REMOVE_CGROUP, .cgroup = "cg_2")),
	  .hold = { .every_ms = 200 } },
};

const struct scenario_def catalogue_nested_cgroup_rapid_churn = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(nested_cgroup_rapid_churn_steps),
};

static const struct cgroup_def nested_cgroup_cpuset[] = {
	{ .name = "cg_0/narrow", .cpuset = CPUSET_RANGE(0, 0.5) },
	{ .name = "cg_1", .cpuset = CPUSET_RANGE(0.5, 1) },
};

const struct scenario_def catalogue_nested_cgroup_cpuset = {
	SCENARIO_DEFS(nested_cgroup_cpuset),
};

static const struct cgroup_def nested_cgroup_imbalance[] = {
	{ .name = "cg_0/sub", .workers = 8 },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 100) },
};

const struct scenario_def catalogue_nested_cgroup_imbalance = {
	SCENARIO_DEFS(nested_cgroup_imbalance),
};
