// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that mix real-time workers with fair ones.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/work_run.h"
#include "lib/common/util/util.h"

#define RUN_MS	1000

FIXTURE(realtime)
{
	cpu_set_t before;
	struct worker_report r[5];
};

/* All of a test is on one CPU, where classes can tell. */
FIXTURE_SETUP(realtime)
{
	const struct work_spec any = WORK(ASYMMETRIC_WAKER);
	const char *lacks = work_lacks(&any, 2);

	work_run_pinned(&self->before);
	if (lacks)
		SKIP(return, "%s", lacks);
}

FIXTURE_TEARDOWN(realtime)
{
	work_run_unpinned(&self->before);
}

TEST_F(realtime, pair_is_in_two_classes_and_alternates)
{
	const struct work_spec spec = WORK(ASYMMETRIC_WAKER, .spin = 16);
	struct work_set set;

	work_run_begin(_metadata, &set, &spec, 2);
	EXPECT_EQ(SCHED_OTHER, sched_getscheduler(set.workers[0].pid));
	EXPECT_EQ(SCHED_FIFO | SCHED_RESET_ON_FORK,
		  sched_getscheduler(set.workers[1].pid));
	poll(NULL, 0, 300);
	work_run_end(&set, self->r);
	EXPECT_LT(2 * 16, self->r[0].work_units);
	EXPECT_LE(max(self->r[0].work_units, self->r[1].work_units),
		  min(self->r[0].work_units, self->r[1].work_units) + 2 * 16);
}

/* How often the most urgent one had the lock. */
static uint64_t turns_of_the_highest(struct __test_metadata *_metadata,
				     unsigned int lock, unsigned int n,
				     struct worker_report *r)
{
	const struct work_spec spec =
		WORK(PRIORITY_INVERSION, .lock = lock, .hold = 4096,
		     .burst_ms = 50, .sleep_us = 5000);

	work_run_for(_metadata, &spec, n, 2 * RUN_MS, r);
	return r[2].iterations;
}

/*
 * The lock is nearly always held by the lowest, as the highest sleeps for many times
 * as long as it holds it: while the middle one computes, it waits for both.
 */
TEST_F(realtime, a_plain_lock_inverts_priorities)
{
	uint64_t plain, pi;

	plain = turns_of_the_highest(_metadata, WORK_LOCK_PLAIN, 3, self->r);
	EXPECT_LT(RUN_MS / 4 * NSEC_PER_MSEC, self->r[1].cpu_ns);
	pi = turns_of_the_highest(_metadata, WORK_LOCK_PI, 3, self->r);
	EXPECT_LT(RUN_MS / 4 * NSEC_PER_MSEC, self->r[1].cpu_ns);
	EXPECT_LT(0, self->r[0].iterations);
	EXPECT_LT(0, plain);
	EXPECT_LT(plain * 3 / 2, pi)
		TH_LOG("%llu turns, %llu with inheritance", plain + 0ULL,
		       pi + 0ULL);
}

/* However many compute, the one that preempts them comes when it is due. */
TEST_F(realtime, storm_preempts_each_millisecond)
{
	const struct work_spec spec = WORK(PREEMPT_STORM);
	unsigned int i;

	work_run_for(_metadata, &spec, 5, RUN_MS, self->r);
	EXPECT_LT(RUN_MS / 2, self->r[0].iterations);
	EXPECT_GE(RUN_MS + 200, self->r[0].iterations);
	EXPECT_GT(RUN_MS / 4 * NSEC_PER_MSEC, self->r[0].cpu_ns);
	for (i = 1; i < 5; i++)
		EXPECT_LT(0, self->r[i].work_units);
}

TEST_F(realtime, fair_workers_get_what_bursts_leave)
{
	const struct work_spec spec =
		WORK(RT_STARVATION, .burst_ms = 150, .sleep_ms = 50);

	work_run_for(_metadata, &spec, 2, RUN_MS, self->r);
	EXPECT_LE(RUN_MS / 2 * NSEC_PER_MSEC, self->r[0].cpu_ns);
	EXPECT_LT(0, self->r[1].cpu_ns);
	EXPECT_GE(RUN_MS / 2 * NSEC_PER_MSEC, self->r[1].cpu_ns);
	/* A whole burst long it is not run. */
	EXPECT_LE(140 * NSEC_PER_MSEC, self->r[1].max_gap_ns);
}

TEST_HARNESS_MAIN
