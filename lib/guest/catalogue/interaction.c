// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work that gets into the way of other work: who sleeps, waits for a partner, or
 * holds a lock, beside who only computes. See catalogue.h.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

static const struct cgroup_def sleepers_beside_hogs[] = {
	{ .name = "cg_0", .workers = 2, .work = WORK_BURSTY(1, 10) },
	{ .name = "cg_1", .workers = 8 },
};

/* Eight that wait for four CPUs, a slice of 20 ms each, are done in time. */
const struct scenario_def catalogue_sleepers_beside_hogs = {
	.attributes = "limits.max_wake_p99_us=200000",
	SCENARIO_DEFS(sleepers_beside_hogs),
};

static const struct cgroup_def locks_beside_hogs[] = {
	{ .name = "cg_0", .workers = 4, .work = WORK(MUTEX_CONTENTION) },
	{ .name = "cg_1", .workers = 4 },
};

const struct scenario_def catalogue_locks_beside_hogs = {
	SCENARIO_DEFS(locks_beside_hogs),
};

/* Who fills a queue and who empties it have no CPU in common. */
static const struct cgroup_def queues_and_pipes[] = {
	{ .name = "cg_0", .workers = 4, .work = WORK(PRODUCER_CONSUMER),
	  .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1", .workers = 4, .work = WORK(WAKE_CHAIN),
	  .cpuset = CPUSET_DISJOINT(1, 2) },
	{ .name = "cg_2", .workers = 2 },
};

const struct scenario_def catalogue_queues_and_pipes = {
	SCENARIO_DEFS(queues_and_pipes),
};

static const struct cgroup_def timers_beside_io[] = {
	{ .name = "cg_0", .workers = 2,
	  .work = WORK(TIMER_LATENCY, .interval_us = 5000) },
	{ .name = "cg_1", .workers = 2, .work = WORK(IO_SYNC_WRITE) },
	{ .name = "cg_2", .workers = 2, .work = WORK(PAGE_FAULT_CHURN) },
};

const struct scenario_def catalogue_timers_beside_io = {
	SCENARIO_DEFS(timers_beside_io),
};

static const struct cgroup_def softirqs_beside_hogs[] = {
	{ .name = "cg_0", .workers = 4, .work = WORK(IRQ_WAKE) },
	{ .name = "cg_1", .workers = 4 },
};

const struct scenario_def catalogue_softirqs_beside_hogs = {
	SCENARIO_DEFS(softirqs_beside_hogs),
};

/* Each kind gets less than it asks for from the one above it. */
static const struct cgroup_def classes_in_each_others_way[] = {
	{ .name = "cg_0", .workers = 1,
	  .work = WORK(BURSTY, .burst_ms = 20, .sleep_ms = 40,
		       .place.policy = POLICY_FIFO) },
	{ .name = "cg_1", .workers = 4 },
	{ .name = "cg_2", .workers = 2,
	  .work = WORK(CPU_SPIN, .place.policy = POLICY_BATCH,
		       .place.nice = 5) },
};

const struct scenario_def catalogue_classes_in_each_others_way = {
	SCENARIO_DEFS(classes_in_each_others_way),
};

/* ---- benchmarks' loads, which are judged by what they get done ---- */

static const struct cgroup_def requests_and_wakes[] = {
	{ .name = "cg_0", .workers = 5, .work = WORK(SCHBENCH) },
};

const struct scenario_def catalogue_requests_and_wakes = {
	.attributes = "limits.max_wake_p99_us=200000",
	SCENARIO_DEFS(requests_and_wakes),
};

static const struct cgroup_def fast_and_slow_paths[] = {
	{ .name = "cg_0", .workers = 7, .work = WORK(TAOBENCH) },
};

const struct scenario_def catalogue_fast_and_slow_paths = {
	.attributes = "limits.max_wake_p99_us=200000",
	SCENARIO_DEFS(fast_and_slow_paths),
};

static const struct cgroup_def as_many_as_cpus[] = {
	{ .name = "cg_0", .workers = 4, .work = WORK(ALU_HOT) },
};

/* Four of them on four CPUs: none waits, and each gets as much done. */
const struct scenario_def catalogue_as_many_as_cpus = {
	.attributes = "limits.max_throughput_cv_pct=50,limits.max_idle_wait_pct=25",
	SCENARIO_DEFS(as_many_as_cpus),
};

static const struct cgroup_def pairs_that_must_get_on[] = {
	{ .name = "cg_0", .workers = 4, .work = WORK(FUTEX_PING_PONG) },
	{ .name = "cg_1", .workers = 2, .work = WORK(PIPE_IO) },
};

const struct scenario_def catalogue_pairs_that_must_get_on = {
	.attributes = "limits.min_iteration_rate=20",
	SCENARIO_DEFS(pairs_that_must_get_on),
};
