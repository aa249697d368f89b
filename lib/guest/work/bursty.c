// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that compute for a while and sleep for a while.
 */
#include <time.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

static void bursty_pass(struct work_run *run)
{
	work_burn(run, run->spec->burst_ms * NSEC_PER_MSEC);
	work_sleep(run, run->spec->sleep_ms * NSEC_PER_MSEC);
}

const struct work_ops work_bursty = {
	.name = "Bursty",
	.what = "computes for burst_ms, then sleeps for sleep_ms",
	.params = {
		WORK_PARAM(burst_ms, 50, 60000),
		WORK_PARAM(sleep_ms, 100, 60000),
	},
	.group = 1,
	.pass = bursty_pass,
};

static void idle_churn_pass(struct work_run *run)
{
	work_burn(run, run->spec->burst_us * NSEC_PER_USEC);
	work_sleep(run, run->spec->sleep_us * NSEC_PER_USEC);
}

const struct work_ops work_idle_churn = {
	.name = "IdleChurn",
	.what = "computes for burst_us, then sleeps for sleep_us: its CPU goes idle and comes back, over and over",
	.params = {
		WORK_PARAM(burst_us, 100, 1000000),
		WORK_PARAM(sleep_us, 100, 1000000),
	},
	.group = 1,
	.pass = idle_churn_pass,
};

/* By absolute times: one that came late has the next turn all the earlier. */
static void timer_latency_pass(struct work_run *run)
{
	uint64_t interval_ns = run->spec->interval_us * NSEC_PER_USEC;
	uint64_t now_ns = clock_now_ns();
	uint64_t gone_ns = (now_ns - run->start_ns) % interval_ns;

	work_sleep(run, interval_ns - gone_ns);
	work_done(run, 1);
}

const struct work_ops work_timer_latency = {
	.name = "TimerLatency",
	.uneven = true,
	.what = "wakes at each multiple of interval_us, as cyclictest does",
	.params = { WORK_PARAM(interval_us, 1000, 10000000) },
	.group = 1,
	.pass = timer_latency_pass,
};
