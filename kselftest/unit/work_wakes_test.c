// SPDX-License-Identifier: GPL-2.0-only
/*
 * What workers measure of their wakes: from when they can go on until they run.
 */
#include "kselftest_harness.h"

#include <poll.h>
#include <signal.h>

#include "kselftest/unit/work_run.h"
#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

/* To be woken takes none of the sleep that was asked for. */
TEST(wake_latency_holds_no_sleep)
{
	const struct work_spec spec =
		WORK(BURSTY, .burst_ms = 1, .sleep_ms = 100);
	struct worker_report r;

	work_run_for(_metadata, &spec, 1, 1500, &r);
	ASSERT_LT(2, r.iterations);
	EXPECT_LE(r.iterations - 1, r.wakes_n);
	EXPECT_GE(r.iterations, r.wakes_n);
	EXPECT_GT(50 * NSEC_PER_MSEC, r.wake_ns_p50);
	EXPECT_LE(r.wake_ns_p50, r.wake_ns_p99);
	EXPECT_LE(r.wake_ns_p99, r.wake_ns_max);
}

/* Nor of the work that the other does in its turn. */
TEST(wake_latency_holds_no_work_of_a_partner)
{
	static const struct work_spec specs[] = {
		WORK(FUTEX_PING_PONG, .spin = 1000000),
		WORK(PIPE_IO, .spin = 1000000),
	};
	struct worker_report r[2];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(specs); i++) {
		work_run_for(_metadata, &specs[i], 2, 1500, r);
		for (j = 0; j < 2; j++) {
			ASSERT_LT(1, r[j].iterations);
			ASSERT_LT(0, r[j].wakes_n);
			EXPECT_GT(r[j].wall_ns / r[j].iterations / 4,
				  r[j].wake_ns_p50)
				TH_LOG("%s", work_types[specs[i].type]->name);
		}
	}
}

/* From the first call that it has missed, not from the last. */
TEST(wake_latency_of_a_herd_is_from_the_first_call)
{
	const struct work_spec spec =
		WORK(THUNDERING_HERD, .fan_out = 2, .sleep_ms = 10, .spin = 1);
	struct worker_report r[3];
	struct work_set set;

	work_run_begin(_metadata, &set, &spec, 3);
	kill(set.workers[1].pid, SIGSTOP);
	poll(NULL, 0, 1000);
	kill(set.workers[1].pid, SIGCONT);
	poll(NULL, 0, 100);
	work_run_end(&set, r);
	EXPECT_LT(800 * NSEC_PER_MSEC, r[1].wake_ns_max);
	EXPECT_GT(r[1].wake_ns_max, r[2].wake_ns_max);
}

TEST(spinners_are_never_woken)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	struct worker_report r;

	work_run_for(_metadata, &spec, 1, 100, &r);
	EXPECT_EQ(0, r.wakes_n);
	EXPECT_EQ((uint64_t)QUANTITY_UNKNOWN, r.wake_ns_p99);
}

TEST_HARNESS_MAIN
