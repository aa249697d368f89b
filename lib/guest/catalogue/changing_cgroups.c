// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cgroups and workers that come, go, and move under load. See catalogue.h.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

static const struct cgroup_def two[] = {
	{ .name = "cg_0" },
	{ .name = "cg_1" },
};

static const struct cgroup_def cgroup_add_midrun_more[] = {
	{ .name = "cg_2" },
	{ .name = "cg_3" },
};

static const struct step cgroup_add_midrun_steps[] = {
	{ .hold = { .share = 0.5 } },
	{ STEP_DEFS(cgroup_add_midrun_more) },
};

const struct scenario_def catalogue_cgroup_add_midrun = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(cgroup_add_midrun_steps),
};

static const struct cgroup_def cgroup_remove_midrun[] = {
	{ .name = "cg_0" },
	{ .name = "cg_1" },
	{ .name = "cg_2" },
	{ .name = "cg_3" },
};

static const struct step cgroup_remove_midrun_steps[] = {
	{ .hold = { .share = 0.5 } },
	{ STEP_OPS(OP(REMOVE_CGROUP, .cgroup = "cg_2"),
		    OP(REMOVE_CGROUP, .cgroup = "cg_3")) },
};

const struct scenario_def catalogue_cgroup_remove_midrun = {
	SCENARIO_DEFS(cgroup_remove_midrun),
	SCENARIO_STEPS(cgroup_remove_midrun_steps),
};

static const struct step cgroup_rapid_churn_steps[] = {
	{ STEP_OPS(OP(ADD_CGROUP, .cgroup = "cg_2"), OP(PAUSE, .ms = 100),
		    OP(REMOVE_CGROUP, .cgroup = "cg_2")),
	  .hold = { .every_ms = 200 } },
};

const struct scenario_def catalogue_cgroup_rapid_churn = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(cgroup_rapid_churn_steps),
};

static const struct cgroup_def cgroup_exhaust_reuse[] = {
	{ .name = "cg_0", .workers = 1 },
	{ .name = "cg_1", .workers = 1 },
	{ .name = "cg_2", .workers = 1 },
	{ .name = "cg_3", .workers = 1 },
	{ .name = "cg_4", .workers = 1 },
	{ .name = "cg_5", .workers = 1 },
	{ .name = "cg_6", .workers = 1 },
	{ .name = "cg_7", .workers = 1 },
};

static const struct cgroup_def cgroup_exhaust_reuse_again[] = {
	{ .name = "cg_4", .workers = 1 },
	{ .name = "cg_5", .workers = 1 },
	{ .name = "cg_6", .workers = 1 },
	{ .name = "cg_7", .workers = 1 },
};

static const struct step cgroup_exhaust_reuse_steps[] = {
	{ .hold = { .share = 0.33 } },
	{ STEP_OPS(OP(REMOVE_CGROUP, .cgroup = "cg_4"),
		    OP(REMOVE_CGROUP, .cgroup = "cg_5"),
		    OP(REMOVE_CGROUP, .cgroup = "cg_6"),
		    OP(REMOVE_CGROUP, .cgroup = "cg_7")),
	  .hold = { .share = 0.33 } },
	{ STEP_DEFS(cgroup_exhaust_reuse_again) },
};

const struct scenario_def catalogue_cgroup_exhaust_reuse = {
	SCENARIO_DEFS(cgroup_exhaust_reuse),
	SCENARIO_STEPS(cgroup_exhaust_reuse_steps),
};

static const struct cgroup_def cgroup_add_load_imbalance[] = {
	{ .name = "cg_0", .workers = 1, .work = WORK(YIELD_HEAVY) },
	{ .name = "cg_1", .workers = 1, .work = WORK(YIELD_HEAVY) },
};

static const struct cgroup_def cgroup_add_load_imbalance_more[] = {
	{ .name = "cg_2", .workers = 16 },
};

static const struct step cgroup_add_load_imbalance_steps[] = {
	{ .hold = { .share = 0.5 } },
	{ STEP_DEFS(cgroup_add_load_imbalance_more) },
};

const struct scenario_def catalogue_cgroup_add_load_imbalance = {
	SCENARIO_DEFS(cgroup_add_load_imbalance),
	SCENARIO_STEPS(cgroup_add_load_imbalance_steps),
};

static const struct cgroup_def cgroup_add_during_imbalance[] = {
	{ .name = "cg_0", .workers = 8 },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 100) },
};

static const struct cgroup_def cgroup_add_during_imbalance_more[] = {
	{ .name = "cg_2", .workers = 4 },
};

static const struct step cgroup_add_during_imbalance_steps[] = {
	{ .hold = { .share = 0.5 } },
	{ STEP_DEFS(cgroup_add_during_imbalance_more) },
};

const struct scenario_def catalogue_cgroup_add_during_imbalance = {
	SCENARIO_DEFS(cgroup_add_during_imbalance),
	SCENARIO_STEPS(cgroup_add_during_imbalance_steps),
};

static const struct cgroup_def cgroup_dynamic_workload_variety[] = {
	{ .name = "cg_0", .workers = 2 },
	{ .name = "cg_1", .workers = 2, .work = WORK(IO_SYNC_WRITE) },
	{ .name = "cg_2", .workers = 2, .work = WORK(MIXED) },
};

static const struct cgroup_def cgroup_dynamic_workload_variety_fourth[] = {
	{ .name = "cg_3", .workers = 2, .work = WORK_BURSTY(50, 100) },
};

static const struct step cgroup_dynamic_workload_variety_steps[] = {
	{ .hold = { .share = 0.33 } },
	{ STEP_DEFS(cgroup_dynamic_workload_variety_fourth),
	  .hold = { .share = 0.33 } },
	{ },
};

const struct scenario_def catalogue_cgroup_dynamic_workload_variety = {
	SCENARIO_DEFS(cgroup_dynamic_workload_variety),
	SCENARIO_STEPS(cgroup_dynamic_workload_variety_steps),
};

static const struct cgroup_def cgroup_load_oscillation[] = {
	{ .name = "cg_0", .workers = 8 },
	{ .name = "cg_1", .workers = 1, .work = WORK(YIELD_HEAVY) },
};

static const struct step cgroup_load_oscillation_steps[] = {
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_0", .to = "cg_1")),
	  .hold = { .share = 0.2 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_1", .to = "cg_0")),
	  .hold = { .share = 0.2 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_0", .to = "cg_1")),
	  .hold = { .share = 0.2 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_1", .to = "cg_0")),
	  .hold = { .share = 0.2 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_0", .to = "cg_1")) },
};

const struct scenario_def catalogue_cgroup_load_oscillation = {
	SCENARIO_DEFS(cgroup_load_oscillation),
	SCENARIO_STEPS(cgroup_load_oscillation_steps),
};

static const struct step cgroup_task_migration_steps[] = {
	{ .hold = { .share = 0.1 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_0", .to = "cg_1")),
	  .hold = { .share = 0.1 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_1", .to = "cg_0")),
	  .hold = { .share = 0.1 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_0", .to = "cg_1")),
	  .hold = { .share = 0.1 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_1", .to = "cg_0")),
	  .hold = { .share = 0.1 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_0", .to = "cg_1")),
	  .hold = { .share = 0.1 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_1", .to = "cg_0")),
	  .hold = { .share = 0.1 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_0", .to = "cg_1")),
	  .hold = { .share = 0.1 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_1", .to = "cg_0")),
	  .hold = { .share = 0.1 } },
	{ STEP_OPS(OP(MOVE_ALL_TASKS, .cgroup = "cg_0", .to = "cg_1")) },
};

const struct scenario_def catalogue_cgroup_task_migration = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(cgroup_task_migration_steps),
};

static const struct step cgroup_attach_storm_steps[] = {
	{ STEP_OPS(OP(CGROUP_ATTACH_STORM, .cgroup = "cg_0", .to = "cg_1",
		       .times = 100)), .hold = { .every_ms = 500 } },
};

const struct scenario_def catalogue_cgroup_attach_storm = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(cgroup_attach_storm_steps),
};

static const struct step cgroup_freeze_steps[] = {
	{ STEP_OPS(OP(FREEZE_CGROUP, .cgroup = "cg_0"), OP(PAUSE, .ms = 100),
		    OP(UNFREEZE_CGROUP, .cgroup = "cg_0")),
	  .hold = { .every_ms = 300 } },
};

const struct scenario_def catalogue_cgroup_freeze = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(cgroup_freeze_steps),
};

static const struct step cgroup_quota_change_steps[] = {
	{ .hold = { .share = 0.25 } },
	{ STEP_OPS(OP(SET_CPU_MAX, .cgroup = "cg_0", .quota_us = 20000,
		       .period_us = 100000)), .hold = { .share = 0.25 } },
	{ STEP_OPS(OP(SET_CPU_MAX, .cgroup = "cg_0", .quota_us = 50000,
		       .period_us = 50000)), .hold = { .share = 0.25 } },
	{ STEP_OPS(OP(SET_CPU_MAX, .cgroup = "cg_0")) },
};

const struct scenario_def catalogue_cgroup_quota_change = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(cgroup_quota_change_steps),
};

static const struct step cgroup_weight_change_steps[] = {
	{ STEP_OPS(OP(SET_CPU_WEIGHT, .cgroup = "cg_0", .weight = 25),
		    OP(SET_CPU_WEIGHT, .cgroup = "cg_1", .weight = 400)),
	  .hold = { .share = 0.5 } },
	{ STEP_OPS(OP(SET_CPU_WEIGHT, .cgroup = "cg_0", .weight = 400),
		    OP(SET_CPU_WEIGHT, .cgroup = "cg_1", .weight = 25)) },
};

const struct scenario_def catalogue_cgroup_weight_change = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(cgroup_weight_change_steps),
};

static const struct step cpu_hotplug_steps[] = {
	{ STEP_OPS(OP(CPU_OFFLINE), OP(PAUSE, .ms = 200), OP(CPU_ONLINE)),
	  .hold = { .every_ms = 500 } },
};

const struct scenario_def catalogue_cpu_hotplug = {
	.attributes = "limits.max_gap_ms=off",
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(cpu_hotplug_steps),
};
