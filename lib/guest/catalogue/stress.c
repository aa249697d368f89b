// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workers that change themselves all the time, or wake each other. See
 * catalogue.h.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

static const struct cgroup_def fork_exit_churn[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK(FORK_EXIT) },
	{ .name = "cg_1", .workers = 2, .work = WORK(FORK_EXIT) },
};

const struct scenario_def catalogue_fork_exit_churn = {
	SCENARIO_DEFS(fork_exit_churn),
};

static const struct cgroup_def nice_sweep[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK(NICE_SWEEP) },
	{ .name = "cg_1", .workers = 2, .work = WORK(NICE_SWEEP) },
};

const struct scenario_def catalogue_nice_sweep = {
	SCENARIO_DEFS(nice_sweep),
};

static const struct cgroup_def affinity_churn[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK(AFFINITY_CHURN) },
	{ .name = "cg_1", .workers = 2, .work = WORK(AFFINITY_CHURN) },
};

const struct scenario_def catalogue_affinity_churn = {
	SCENARIO_DEFS(affinity_churn),
};

static const struct cgroup_def policy_churn[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK(POLICY_CHURN) },
	{ .name = "cg_1", .workers = 2, .work = WORK(POLICY_CHURN) },
};

const struct scenario_def catalogue_policy_churn = {
	SCENARIO_DEFS(policy_churn),
};

static const struct cgroup_def page_fault_churn[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK(PAGE_FAULT_CHURN) },
	{ .name = "cg_1", .workers = 2, .work = WORK(PAGE_FAULT_CHURN) },
};

const struct scenario_def catalogue_page_fault_churn = {
	SCENARIO_DEFS(page_fault_churn),
};

static const struct cgroup_def mutex_contention_light[] = {
	{ .name = "cg_0", .workers = 4,
	  .work = WORK(MUTEX_CONTENTION, .contenders = 4, .hold = 64,
		       .spin = 1024) },
};

const struct scenario_def catalogue_mutex_contention_light = {
	SCENARIO_DEFS(mutex_contention_light),
};

static const struct cgroup_def mutex_contention_heavy[] = {
	{ .name = "cg_0", .workers = 8,
	  .work = WORK(MUTEX_CONTENTION, .contenders = 8, .hold = 1024,
		       .spin = 256) },
};

const struct scenario_def catalogue_mutex_contention_heavy = {
	SCENARIO_DEFS(mutex_contention_heavy),
};

static const struct cgroup_def cgroup_pipe_io[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK(PIPE_IO) },
	{ .name = "cg_1", .workers = 2, .work = WORK(PIPE_IO) },
};

static const struct step cgroup_pipe_io_steps[] = {
	{ STEP_OPS(OP(SPAWN, .cgroup = "cg_0", .workers = 2,
		       .work = WORK_CPU_SPIN),
		    OP(SPAWN, .cgroup = "cg_1", .workers = 2,
		       .work = WORK_CPU_SPIN)) },
};

const struct scenario_def catalogue_cgroup_pipe_io = {
	SCENARIO_DEFS(cgroup_pipe_io),
	SCENARIO_STEPS(cgroup_pipe_io_steps),
};

static const struct cgroup_def cache_pressure_imbalance[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK(CACHE_PRESSURE) },
	{ .name = "cg_1", .workers = 4 },
};

const struct scenario_def catalogue_cache_pressure_imbalance = {
	SCENARIO_DEFS(cache_pressure_imbalance),
};

static const struct cgroup_def cache_yield_wake_affine[] = {
	{ .name = "cg_0", .workers = 4, .work = WORK(CACHE_YIELD) },
	{ .name = "cg_1", .workers = 2 },
};

const struct scenario_def catalogue_cache_yield_wake_affine = {
	SCENARIO_DEFS(cache_yield_wake_affine),
};

static const struct cgroup_def cache_pipe_io_compute_imbalance[] = {
	{ .name = "cg_0", .workers = 4, .work = WORK(CACHE_PIPE) },
	{ .name = "cg_1", .workers = 4 },
};

const struct scenario_def catalogue_cache_pipe_io_compute_imbalance = {
	SCENARIO_DEFS(cache_pipe_io_compute_imbalance),
};

static const struct cgroup_def fan_out_wake[] = {
	{ .name = "cg_0", .workers = 5, .work = WORK(FUTEX_FAN_OUT) },
	{ .name = "cg_1", .workers = 2 },
};

const struct scenario_def catalogue_fan_out_wake = {
	SCENARIO_DEFS(fan_out_wake),
};

static const struct cgroup_def fan_out_compute[] = {
	{ .name = "cg_0", .workers = 5, .work = WORK(FAN_OUT_COMPUTE) },
	{ .name = "cg_1", .workers = 2 },
};

const struct scenario_def catalogue_fan_out_compute = {
	SCENARIO_DEFS(fan_out_compute),
};

static const struct cgroup_def cgroup_dsq_contention[] = {
	{ .name = "cg_0", .workers = 9, .work = WORK_BURSTY(10, 5) },
	{ .name = "cg_1", .workers = 2,
	  .work = WORK(CPU_SPIN, .place.affinity = AFFINITY_ONE_EACH) },
};

const struct scenario_def catalogue_cgroup_dsq_contention = {
	.attributes = "limits.max_gap_ms=1500",
	SCENARIO_DEFS(cgroup_dsq_contention),
};

static const struct cgroup_def cgroup_churn[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK(CGROUP_CHURN) },
	{ .name = "cg_1", .workers = 2 },
};

const struct scenario_def catalogue_cgroup_churn = {
	SCENARIO_DEFS(cgroup_churn),
};

static const struct cgroup_def thundering_herd[] = {
	{ .name = "cg_0", .workers = 8,
	  .work = WORK(THUNDERING_HERD, .fan_out = 7) },
	{ .name = "cg_1", .workers = 2 },
};

const struct scenario_def catalogue_thundering_herd = {
	SCENARIO_DEFS(thundering_herd),
};

static const struct cgroup_def two[] = {
	{ .name = "cg_0" },
	{ .name = "cg_1" },
};

static const struct step host_contention_steps[] = {
	{ STEP_OPS(OP(SPAWN, .workers = 4, .work = WORK_CPU_SPIN)) },
};

const struct scenario_def catalogue_host_contention = {
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(host_contention_steps),
};
