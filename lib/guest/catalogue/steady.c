// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads that stay as they are: who gets which CPUs, and how many want them.
 * See catalogue.h.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

static const struct cgroup_def two[] = {
	{ .name = "cg_0" },
	{ .name = "cg_1" },
};

const struct scenario_def catalogue_cgroup_steady = {
	SCENARIO_DEFS(two),
};

static const struct cgroup_def cgroup_cpuset_llc_steady[] = {
	{ .name = "cg_0", .cpuset = CPUSET_LLC(0) },
	{ .name = "cg_1", .cpuset = CPUSET_LLC(1) },
};

const struct scenario_def catalogue_cgroup_cpuset_llc_steady = {
	SCENARIO_DEFS(cgroup_cpuset_llc_steady),
};

static const struct cgroup_def cgroup_cpuset_cross_llc_steady[] = {
	{ .name = "cg_0", .cpuset = CPUSET_RANGE(0, 0.25) },
	{ .name = "cg_1", .cpuset = CPUSET_RANGE(0.25, 1) },
};

const struct scenario_def catalogue_cgroup_cpuset_cross_llc_steady = {
	SCENARIO_DEFS(cgroup_cpuset_cross_llc_steady),
};

static const struct cgroup_def cgroup_cpuset_overlap_steady[] = {
	{ .name = "cg_0", .cpuset = CPUSET_OVERLAP(0, 3, 0.5) },
	{ .name = "cg_1", .cpuset = CPUSET_OVERLAP(1, 3, 0.5) },
	{ .name = "cg_2", .cpuset = CPUSET_OVERLAP(2, 3, 0.5) },
};

const struct scenario_def catalogue_cgroup_cpuset_overlap_steady = {
	SCENARIO_DEFS(cgroup_cpuset_overlap_steady),
};

static const struct cgroup_def cgroup_partial_cpus_steady[] = {
	{ .name = "cg_0", .cpuset = CPUSET_RANGE(0, 0.33) },
	{ .name = "cg_1", .cpuset = CPUSET_RANGE(0.33, 0.67) },
};

const struct scenario_def catalogue_cgroup_partial_cpus_steady = {
	SCENARIO_DEFS(cgroup_partial_cpus_steady),
};

static const struct cgroup_def cgroup_uneven_steady[] = {
	{ .name = "cg_0", .cpuset = CPUSET_RANGE(0, 0.75) },
	{ .name = "cg_1", .cpuset = CPUSET_RANGE(0.75, 1) },
};

const struct scenario_def catalogue_cgroup_uneven_steady = {
	SCENARIO_DEFS(cgroup_uneven_steady),
};

static const struct cgroup_def cgroup_oversubscribed[] = {
	{ .name = "cg_0", .workers = 32, .work = WORK(MIXED) },
	{ .name = "cg_1", .workers = 32, .work = WORK(MIXED) },
};

const struct scenario_def catalogue_cgroup_oversubscribed = {
	SCENARIO_DEFS(cgroup_oversubscribed),
};

static const struct cgroup_def cgroup_idle_overloaded[] = {
	{ .name = "cg_0", .workers = 16 },
	{ .name = "cg_1", .workers = 1 },
};

const struct scenario_def catalogue_cgroup_idle_overloaded = {
	SCENARIO_DEFS(cgroup_idle_overloaded),
};

static const struct cgroup_def cgroup_all_loaded[] = {
	{ .name = "cg_0", .workers = 16 },
	{ .name = "cg_1", .workers = 16 },
};

const struct scenario_def catalogue_cgroup_all_loaded = {
	SCENARIO_DEFS(cgroup_all_loaded),
};

static const struct cgroup_def cgroup_llc_overflow[] = {
	{ .name = "cg_0", .workers = 8, .cpuset = CPUSET_LLC(0) },
};

const struct scenario_def catalogue_cgroup_llc_overflow = {
	SCENARIO_DEFS(cgroup_llc_overflow),
};

static const struct cgroup_def cgroup_load_imbalance[] = {
	{ .name = "cg_0", .workers = 16 },
	{ .name = "cg_1", .workers = 1, .work = WORK(YIELD_HEAVY) },
};

const struct scenario_def catalogue_cgroup_load_imbalance = {
	SCENARIO_DEFS(cgroup_load_imbalance),
};

static const struct cgroup_def stall_detect[] = {
	{ .name = "cg_0", .workers = 16 },
};

const struct scenario_def catalogue_stall_detect = {
	SCENARIO_DEFS(stall_detect),
};

const struct scenario_def catalogue_stall_recovery = {
	SCENARIO_DEFS(cgroup_all_loaded),
};

static const struct cgroup_def cgroup_cpuset_overlap_imbalance[] = {
	{ .name = "cg_0", .workers = 8, .cpuset = CPUSET_OVERLAP(0, 3, 0.5) },
	{ .name = "cg_1", .workers = 1, .work = WORK_BURSTY(50, 100),
	  .cpuset = CPUSET_OVERLAP(1, 3, 0.5) },
	{ .name = "cg_2", .workers = 1, .work = WORK(YIELD_HEAVY),
	  .cpuset = CPUSET_OVERLAP(2, 3, 0.5) },
};

const struct scenario_def catalogue_cgroup_cpuset_overlap_imbalance = {
	SCENARIO_DEFS(cgroup_cpuset_overlap_imbalance),
};

static const struct cgroup_def cgroup_cpuset_overlap_load_imbalance[] = {
	{ .name = "cg_0", .workers = 16, .cpuset = CPUSET_OVERLAP(0, 3, 0.5) },
	{ .name = "cg_1", .workers = 1, .work = WORK(YIELD_HEAVY),
	  .cpuset = CPUSET_OVERLAP(1, 3, 0.5) },
	{ .name = "cg_2", .workers = 4, .cpuset = CPUSET_OVERLAP(2, 3, 0.5) },
};

const struct scenario_def catalogue_cgroup_cpuset_overlap_load_imbalance = {
	SCENARIO_DEFS(cgroup_cpuset_overlap_load_imbalance),
};

static const struct cgroup_def cgroup_bursty_imbalance[] = {
	{ .name = "cg_0", .workers = 8 },
	{ .name = "cg_1", .workers = 4, .work = WORK_BURSTY(50, 100) },
};

const struct scenario_def catalogue_cgroup_bursty_imbalance = {
	SCENARIO_DEFS(cgroup_bursty_imbalance),
};

static const struct cgroup_def cgroup_bursty_load_shift[] = {
	{ .name = "cg_0", .workers = 12, .work = WORK_BURSTY(200, 50) },
	{ .name = "cg_1", .workers = 4 },
};

const struct scenario_def catalogue_cgroup_bursty_load_shift = {
	SCENARIO_DEFS(cgroup_bursty_load_shift),
};

static const struct cgroup_def cgroup_per_cpu[] = {
	{ .name = "cg_0", .workers = 1, .cpuset = CPUSET_EXACT("0") },
	{ .name = "cg_1", .workers = 1, .cpuset = CPUSET_EXACT("1") },
	{ .name = "cg_2", .workers = 1, .cpuset = CPUSET_EXACT("2") },
	{ .name = "cg_3", .workers = 1, .cpuset = CPUSET_EXACT("3") },
};

const struct scenario_def catalogue_cgroup_per_cpu = {
	SCENARIO_DEFS(cgroup_per_cpu),
};

static const struct cgroup_def cgroup_workload_variety[] = {
	{ .name = "cg_0", .workers = 2 },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 100) },
	{ .name = "cg_2", .workers = 2, .work = WORK(IO_SYNC_WRITE) },
	{ .name = "cg_3", .workers = 2, .work = WORK(MIXED) },
	{ .name = "cg_4", .workers = 2, .work = WORK(YIELD_HEAVY) },
};

const struct scenario_def catalogue_cgroup_workload_variety = {
	SCENARIO_DEFS(cgroup_workload_variety),
};

static const struct cgroup_def cgroup_cpuset_workload_variety[] = {
	{ .name = "cg_0", .workers = 2, .cpuset = CPUSET_DISJOINT(0, 3) },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 100),
	  .cpuset = CPUSET_DISJOINT(1, 3) },
	{ .name = "cg_2", .workers = 2, .work = WORK(IO_SYNC_WRITE),
	  .cpuset = CPUSET_DISJOINT(2, 3) },
};

const struct scenario_def catalogue_cgroup_cpuset_workload_variety = {
	SCENARIO_DEFS(cgroup_cpuset_workload_variety),
};

static const struct cgroup_def mixed_workloads[] = {
	{ .name = "cg_0", .workers = 8 },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 100) },
	{ .name = "cg_2", .workers = 2, .work = WORK(IO_SYNC_WRITE) },
};

const struct scenario_def catalogue_mixed_workloads = {
	SCENARIO_DEFS(mixed_workloads),
};

static const struct cgroup_def cgroup_4way_load_imbalance[] = {
	{ .name = "cg_0", .workers = 16 },
	{ .name = "cg_1", .workers = 1, .work = WORK(YIELD_HEAVY) },
	{ .name = "cg_2", .workers = 8 },
	{ .name = "cg_3", .workers = 4 },
};

const struct scenario_def catalogue_cgroup_4way_load_imbalance = {
	SCENARIO_DEFS(cgroup_4way_load_imbalance),
};

static const struct cgroup_def cgroup_io_compute_imbalance[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK(IO_SYNC_WRITE) },
	{ .name = "cg_1", .workers = 4 },
};

const struct scenario_def catalogue_cgroup_io_compute_imbalance = {
	SCENARIO_DEFS(cgroup_io_compute_imbalance),
};

static const struct cgroup_def cgroup_cpuset_workload_imbalance[] = {
	{ .name = "cg_0", .workers = 8, .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 100),
	  .cpuset = CPUSET_DISJOINT(1, 2) },
};

const struct scenario_def catalogue_cgroup_cpuset_workload_imbalance = {
	SCENARIO_DEFS(cgroup_cpuset_workload_imbalance),
};

static const struct cgroup_def cgroup_cpuset_imbalance_combined[] = {
	{ .name = "cg_0", .workers = 8, .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 150),
	  .cpuset = CPUSET_DISJOINT(1, 2) },
};

const struct scenario_def catalogue_cgroup_cpuset_imbalance_combined = {
	SCENARIO_DEFS(cgroup_cpuset_imbalance_combined),
};

static const struct cgroup_def cgroup_cpuset_overlap_imbalance_combined[] = {
	{ .name = "cg_0", .workers = 12, .cpuset = CPUSET_OVERLAP(0, 3, 0.5) },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(50, 100),
	  .cpuset = CPUSET_OVERLAP(1, 3, 0.5) },
	{ .name = "cg_2", .workers = 1, .work = WORK(YIELD_HEAVY),
	  .cpuset = CPUSET_OVERLAP(2, 3, 0.5) },
};

const struct scenario_def catalogue_cgroup_cpuset_overlap_imbalance_combined = {
	SCENARIO_DEFS(cgroup_cpuset_overlap_imbalance_combined),
};

static const struct cgroup_def cgroup_imbalance_mixed_workload[] = {
	{ .name = "cg_0", .workers = 8 },
	{ .name = "cg_1", .workers = 4, .work = WORK_BURSTY(50, 100) },
	{ .name = "cg_2", .workers = 4, .work = WORK(MIXED) },
};

const struct scenario_def catalogue_cgroup_imbalance_mixed_workload = {
	SCENARIO_DEFS(cgroup_imbalance_mixed_workload),
};
