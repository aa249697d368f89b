// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cpusets that come, go, and change under load. See catalogue.h.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

static const struct cgroup_def two[] = {
	{ .name = "cg_0" },
	{ .name = "cg_1" },
};

static const struct step cgroup_cpuset_apply_midrun_steps[] = {
	{ .hold = { .share = 0.5 } },
	{ STEP_OPS(OP(SET_CPUSET, .cgroup = "cg_0",
		       .cpuset = CPUSET_DISJOINT(0, 2)),
		    OP(SET_CPUSET, .cgroup = "cg_1",
		       .cpuset = CPUSET_DISJOINT(1, 2))) },
};

const struct scenario_def catalogue_cgroup_cpuset_apply_midrun = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(cgroup_cpuset_apply_midrun_steps),
};

static const struct cgroup_def halves[] = {
	{ .name = "cg_0", .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1", .cpuset = CPUSET_DISJOINT(1, 2) },
};

static const struct step cgroup_cpuset_clear_midrun_steps[] = {
	{ .hold = { .share = 0.5 } },
	{ STEP_OPS(OP(CLEAR_CPUSET, .cgroup = "cg_0"),
		    OP(CLEAR_CPUSET, .cgroup = "cg_1")) },
};

const struct scenario_def catalogue_cgroup_cpuset_clear_midrun = {
	SCENARIO_DEFS(halves),
	SCENARIO_STEPS(cgroup_cpuset_clear_midrun_steps),
};

static const struct cgroup_def cgroup_cpuset_resize[] = {
	{ .name = "cg_0", .cpuset = CPUSET_RANGE(0, 0.5) },
	{ .name = "cg_1", .cpuset = CPUSET_RANGE(0.5, 1) },
};

static const struct step cgroup_cpuset_resize_steps[] = {
	{ .hold = { .share = 0.33 } },
	{ STEP_OPS(OP(SET_CPUSET, .cgroup = "cg_0",
		       .cpuset = CPUSET_RANGE(0, 0.25)),
		    OP(SET_CPUSET, .cgroup = "cg_1",
		       .cpuset = CPUSET_RANGE(0.25, 1))),
	  .hold = { .share = 0.33 } },
	{ STEP_OPS(OP(SET_CPUSET, .cgroup = "cg_0",
		       .cpuset = CPUSET_RANGE(0, 0.75)),
		    OP(SET_CPUSET, .cgroup = "cg_1",
		       .cpuset = CPUSET_RANGE(0.75, 1))) },
};

const struct scenario_def catalogue_cgroup_cpuset_resize = {
	SCENARIO_DEFS(cgroup_cpuset_resize),
	SCENARIO_STEPS(cgroup_cpuset_resize_steps),
};

static const struct cgroup_def cgroup_cpuset_numa_swap[] = {
	{ .name = "cg_0", .cpuset = CPUSET_NODE(0) },
	{ .name = "cg_1", .cpuset = CPUSET_NODE(1) },
};

static const struct step cgroup_cpuset_numa_swap_steps[] = {
	{ .hold = { .share = 0.5 } },
	{ STEP_OPS(OP(SWAP_CPUSETS, .cgroup = "cg_0", .to = "cg_1")) },
};

const struct scenario_def catalogue_cgroup_cpuset_numa_swap = {
	SCENARIO_DEFS(cgroup_cpuset_numa_swap),
	SCENARIO_STEPS(cgroup_cpuset_numa_swap_steps),
};

static const struct step cgroup_cpuset_swap_disjoint_steps[] = {
	{ .hold = { .share = 0.25 } },
	{ STEP_OPS(OP(SWAP_CPUSETS, .cgroup = "cg_0", .to = "cg_1")),
	  .hold = { .every_ms = 100 } },
};

const struct scenario_def catalogue_cgroup_cpuset_swap_disjoint = {
	SCENARIO_DEFS(halves),
	SCENARIO_STEPS(cgroup_cpuset_swap_disjoint_steps),
};

static const struct cgroup_def cgroup_cpuset_cross_llc_race[] = {
	{ .name = "cg_0", .workers = 16, .work = WORK(MIXED),
	  .cpuset = CPUSET_LLC(0) },
	{ .name = "cg_1", .workers = 16, .work = WORK(MIXED),
	  .cpuset = CPUSET_LLC(1) },
};

static const struct step cgroup_cpuset_cross_llc_race_steps[] = {
	{ STEP_OPS(OP(SWAP_CPUSETS, .cgroup = "cg_0", .to = "cg_1")),
	  .hold = { .every_ms = 200 } },
};

const struct scenario_def catalogue_cgroup_cpuset_cross_llc_race = {
	SCENARIO_DEFS(cgroup_cpuset_cross_llc_race),
	SCENARIO_STEPS(cgroup_cpuset_cross_llc_race_steps),
};

static const struct cgroup_def cgroup_cpuset_change_imbalance[] = {
	{ .name = "cg_0", .workers = 8 },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 100) },
};

static const struct step cgroup_cpuset_change_imbalance_steps[] = {
	{ .hold = { .share = 0.33 } },
	{ STEP_OPS(OP(SET_CPUSET, .cgroup = "cg_1",
		       .cpuset = CPUSET_EXACT("0"))),
	  .hold = { .share = 0.33 } },
	{ STEP_OPS(OP(CLEAR_CPUSET, .cgroup = "cg_1")) },
};

const struct scenario_def catalogue_cgroup_cpuset_change_imbalance = {
	SCENARIO_DEFS(cgroup_cpuset_change_imbalance),
	SCENARIO_STEPS(cgroup_cpuset_change_imbalance_steps),
};

static const struct cgroup_def cgroup_cpuset_load_shift[] = {
	{ .name = "cg_0", .workers = 16, .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1", .workers = 1, .work = WORK(YIELD_HEAVY),
	  .cpuset = CPUSET_DISJOINT(1, 2) },
};

static const struct step cgroup_cpuset_load_shift_steps[] = {
	{ .hold = { .share = 0.5 } },
	{ STEP_OPS(OP(SPAWN, .cgroup = "cg_1", .workers = 16,
		       .work = WORK_CPU_SPIN)) },
};

const struct scenario_def catalogue_cgroup_cpuset_load_shift = {
	.attributes = "limits.max_gap_ms=off",
	SCENARIO_DEFS(cgroup_cpuset_load_shift),
	SCENARIO_STEPS(cgroup_cpuset_load_shift_steps),
};

static const struct cgroup_def cgroup_cpuset_add_remove[] = {
	{ .name = "cg_0", .cpuset = CPUSET_DISJOINT(0, 3) },
	{ .name = "cg_1", .cpuset = CPUSET_DISJOINT(1, 3) },
};

static const struct cgroup_def cgroup_cpuset_add_remove_third[] = {
	{ .name = "cg_2", .cpuset = CPUSET_DISJOINT(2, 3) },
};

static const struct step cgroup_cpuset_add_remove_steps[] = {
	{ .hold = { .share = 0.33 } },
	{ STEP_DEFS(cgroup_cpuset_add_remove_third),
	  .hold = { .share = 0.33 } },
	{ },
};

const struct scenario_def catalogue_cgroup_cpuset_add_remove = {
	SCENARIO_DEFS(cgroup_cpuset_add_remove),
	SCENARIO_STEPS(cgroup_cpuset_add_remove_steps),
};
