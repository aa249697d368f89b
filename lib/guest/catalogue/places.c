// SPDX-License-Identifier: GPL-2.0-only
/*
 * Affinities and scheduling classes. See catalogue.h.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

static const struct cgroup_def cgroup_affinity_inherit[] = {
	{ .name = "cg_0", .work = WORK(MIXED) },
	{ .name = "cg_1", .work = WORK(MIXED) },
};

const struct scenario_def catalogue_cgroup_affinity_inherit = {
	SCENARIO_DEFS(cgroup_affinity_inherit),
};

static const struct cgroup_def cgroup_affinity_random[] = {
	{ .name = "cg_0",
	  .work = WORK(MIXED, .place.affinity = AFFINITY_RANDOM_SUBSET),
	  .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1",
	  .work = WORK(MIXED, .place.affinity = AFFINITY_RANDOM_SUBSET),
	  .cpuset = CPUSET_DISJOINT(1, 2) },
};

const struct scenario_def catalogue_cgroup_affinity_random = {
	SCENARIO_DEFS(cgroup_affinity_random),
};

static const struct cgroup_def cgroup_affinity_spanning[] = {
	{ .name = "cg_0", .work = WORK(MIXED, .place.affinity = AFFINITY_ALL),
	  .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1", .work = WORK(MIXED, .place.affinity = AFFINITY_ALL),
	  .cpuset = CPUSET_DISJOINT(1, 2) },
};

const struct scenario_def catalogue_cgroup_affinity_spanning = {
	SCENARIO_DEFS(cgroup_affinity_spanning),
};

static const struct cgroup_def cgroup_affinity_pinned[] = {
	{ .name = "cg_0",
	  .work = WORK(MIXED, .place.affinity = AFFINITY_SINGLE_CPU),
	  .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1",
	  .work = WORK(MIXED, .place.affinity = AFFINITY_SINGLE_CPU),
	  .cpuset = CPUSET_DISJOINT(1, 2) },
};

const struct scenario_def catalogue_cgroup_affinity_pinned = {
	SCENARIO_DEFS(cgroup_affinity_pinned),
};

static const struct cgroup_def cgroup_cpuset_llc_affinity[] = {
	{ .name = "cg_0",
	  .work = WORK(CPU_SPIN, .place.affinity = AFFINITY_LLC),
	  .cpuset = CPUSET_LLC(0) },
	{ .name = "cg_1",
	  .work = WORK(CPU_SPIN, .place.affinity = AFFINITY_LLC),
	  .cpuset = CPUSET_LLC(1) },
};

const struct scenario_def catalogue_cgroup_cpuset_llc_affinity = {
	SCENARIO_DEFS(cgroup_cpuset_llc_affinity),
};

static const struct cgroup_def cgroup_multicpu_pin[] = {
	{ .name = "cg_0",
	  .work = WORK(CPU_SPIN, .place.affinity = AFFINITY_EXACT,
		       .place.cpus = "0-1") },
	{ .name = "cg_1",
	  .work = WORK(CPU_SPIN, .place.affinity = AFFINITY_EXACT,
		       .place.cpus = "0-1") },
};

const struct scenario_def catalogue_cgroup_multicpu_pin = {
	.attributes = "limits.max_spread_pct=75",
	SCENARIO_DEFS(cgroup_multicpu_pin),
};

static const struct cgroup_def cgroup_cpuset_multicpu_pin[] = {
	{ .name = "cg_0",
	  .work = WORK(CPU_SPIN, .place.affinity = AFFINITY_ONE_EACH),
	  .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1",
	  .work = WORK(CPU_SPIN, .place.affinity = AFFINITY_ONE_EACH),
	  .cpuset = CPUSET_DISJOINT(1, 2) },
};

const struct scenario_def catalogue_cgroup_cpuset_multicpu_pin = {
	SCENARIO_DEFS(cgroup_cpuset_multicpu_pin),
};

static const struct cgroup_def sched_batch[] = {
	{ .name = "cg_0",
	  .work = WORK(CPU_SPIN, .place.policy = POLICY_BATCH) },
	{ .name = "cg_1" },
};

const struct scenario_def catalogue_sched_batch = {
	SCENARIO_DEFS(sched_batch),
};

static const struct cgroup_def sched_idle[] = {
	{ .name = "cg_0", .work = WORK(CPU_SPIN, .place.policy = POLICY_IDLE) },
	{ .name = "cg_1" },
};

const struct scenario_def catalogue_sched_idle = {
	SCENARIO_DEFS(sched_idle),
};

static const struct cgroup_def sched_fifo[] = {
	{ .name = "cg_0", .workers = 1,
	  .work = WORK(BURSTY, .burst_ms = 500, .sleep_ms = 250,
		       .place.policy = POLICY_FIFO, .place.priority = 1) },
	{ .name = "cg_1" },
};

const struct scenario_def catalogue_sched_fifo = {
	SCENARIO_DEFS(sched_fifo),
};

static const struct cgroup_def sched_rr[] = {
	{ .name = "cg_0", .workers = 2,
	  .work = WORK(BURSTY, .burst_ms = 500, .sleep_ms = 250,
		       .place.policy = POLICY_RR, .place.priority = 1) },
	{ .name = "cg_1" },
};

const struct scenario_def catalogue_sched_rr = {
	SCENARIO_DEFS(sched_rr),
};

static const struct cgroup_def sched_mixed[] = {
	{ .name = "cg_0", .workers = 2 },
};

static const struct step sched_mixed_steps[] = {
	{ STEP_OPS(OP(SPAWN, .cgroup = "cg_0", .workers = 2,
		       .work = WORK(CPU_SPIN, .place.policy = POLICY_BATCH)),
		    OP(SPAWN, .cgroup = "cg_0", .workers = 2,
		       .work = WORK(CPU_SPIN, .place.policy = POLICY_IDLE)),
		    OP(SPAWN, .cgroup = "cg_0", .workers = 1,
		       .work = WORK(BURSTY, .burst_ms = 500, .sleep_ms = 250,
				    .place.policy = POLICY_FIFO))) },
};

/* SCHED_IDLE gets what the others leave, which may be nothing. */
const struct scenario_def catalogue_sched_mixed = {
	.attributes = "limits.max_gap_ms=off,limits.not_starved=off",
	SCENARIO_DEFS(sched_mixed),
	SCENARIO_STEPS(sched_mixed_steps),
};

static const struct cgroup_def two[] = {
	{ .name = "cg_0" },
	{ .name = "cg_1" },
};

static const struct step cgroup_affinity_change_steps[] = {
	{ STEP_OPS(OP(SET_AFFINITY, .cgroup = "cg_0",
		       .cpuset = CPUSET_RANGE(0, 0.5)),
		    OP(SET_AFFINITY, .cgroup = "cg_1",
		       .cpuset = CPUSET_RANGE(0.5, 1))),
	  .hold = { .share = 0.2 } },
	{ STEP_OPS(OP(SET_AFFINITY, .cgroup = "cg_0",
		       .cpuset = CPUSET_RANGE(0.5, 1)),
		    OP(SET_AFFINITY, .cgroup = "cg_1",
		       .cpuset = CPUSET_RANGE(0, 0.5))),
	  .hold = { .share = 0.2 } },
	{ STEP_OPS(OP(SET_AFFINITY, .cgroup = "cg_0",
		       .cpuset = CPUSET_RANGE(0, 1))),
	  .hold = { .share = 0.2 } },
	{ STEP_OPS(OP(SET_AFFINITY, .cgroup = "cg_1",
		       .cpuset = CPUSET_RANGE(0, 1))),
	  .hold = { .share = 0.2 } },
	{ STEP_OPS(OP(SET_AFFINITY, .cgroup = "cg_0",
		       .cpuset = CPUSET_RANGE(0, 0.5))) },
};

const struct scenario_def catalogue_cgroup_affinity_change = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(cgroup_affinity_change_steps),
};
