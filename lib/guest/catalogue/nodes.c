// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work on machines of several NUMA nodes. See catalogue.h.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

static const struct cgroup_def numa_own_memory[] = {
	{ .name = "cg_0", .work = WORK(CACHE_PRESSURE, .kb = 1024),
	  .cpuset = CPUSET_NODE(0), .limits = { .mems = "0" } },
	{ .name = "cg_1", .work = WORK(CACHE_PRESSURE, .kb = 1024),
	  .cpuset = CPUSET_NODE(1), .limits = { .mems = "1" } },
};

const struct scenario_def catalogue_numa_own_memory = {
	SCENARIO_DEFS(numa_own_memory),
};

static const struct cgroup_def numa_far_memory[] = {
	{ .name = "cg_0", .work = WORK(CACHE_PRESSURE, .kb = 1024),
	  .cpuset = CPUSET_NODE(0), .limits = { .mems = "1" } },
	{ .name = "cg_1", .work = WORK(PAGE_FAULT_CHURN),
	  .cpuset = CPUSET_NODE(1), .limits = { .mems = "0" } },
};

const struct scenario_def catalogue_numa_far_memory = {
	SCENARIO_DEFS(numa_far_memory),
};

static const struct cgroup_def numa_interleaved[] = {
	{ .name = "cg_0",
	  .work = WORK(CACHE_PRESSURE, .kb = 1024,
		       .place.memory = MEMORY_INTERLEAVE,
		       .place.nodes = "0-1") },
	{ .name = "cg_1", .workers = 4 },
};

const struct scenario_def catalogue_numa_interleaved = {
	SCENARIO_DEFS(numa_interleaved),
};

static const struct cgroup_def numa_workers_move[] = {
	{ .name = "cg_0", .work = WORK(NUMA_MIGRATION_CHURN) },
	{ .name = "cg_1", .work = WORK(NUMA_WORKING_SET_SWEEP, .kb = 1024) },
	{ .name = "cg_2", .work = WORK_BURSTY(5, 10) },
};

const struct scenario_def catalogue_numa_workers_move = {
	SCENARIO_DEFS(numa_workers_move),
};

/* All of one node's work comes to the other's, which is busy already. */
static const struct cgroup_def numa_crowded[] = {
	{ .name = "cg_0", .workers = 4, .cpuset = CPUSET_NODE(0) },
	{ .name = "cg_1", .workers = 4, .cpuset = CPUSET_NODE(1) },
};

static const struct step numa_crowded_steps[] = {
	{ .hold = { .share = 0.3 } },
	{ STEP_OPS(OP(SET_CPUSET, .cgroup = "cg_0",
		       .cpuset = CPUSET_NODE(1))),
	  .hold = { .share = 0.3 } },
	{ STEP_OPS(OP(CLEAR_CPUSET, .cgroup = "cg_0"),
		    OP(CLEAR_CPUSET, .cgroup = "cg_1")) },
};

const struct scenario_def catalogue_numa_crowded = {
	SCENARIO_DEFS(numa_crowded),
	SCENARIO_STEPS(numa_crowded_steps),
};
