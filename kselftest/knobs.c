// SPDX-License-Identifier: GPL-2.0-only
/*
 * A check that cannot disagree is no check: scx_ktstr is unfair by so much, and the
 * check that is for it complains beyond its limit, of whom it is about, while no
 * other does; with the knob at 0 all are quiet. Where no scheduler can be wrong in
 * that way, a function of the kernel's does nothing.
 *
 * A fixture is a knob, a variant its value; the result line has what was measured.
 * On demand, as tests of the tests: ./run_ktstr.sh check knobs
 */
#include "ktstr.h"

#include <stdio.h>

#include "lib/common/quantity.h"
#include "lib/common/util/util.h"
#include "lib/host/run/numbers.h"
#include "lib/host/run/outcome.h"

static const struct scheduler scx_ktstr = {
	.name = "scx_ktstr", .ops_name = "ktstr", .binary = "scx_ktstr",
};

/* On one CPU the host takes nothing from one to the gain of another. */
#define ONE_CPU								\
	.scheduler = &scx_ktstr, .topology = TOPOLOGY(1, 1, 1, 1),	\
	.duration_s = 6
#define LEVEL(knob, level, ...)						\
	.sched_args = { "-f", knob, "-l", #level }, ##__VA_ARGS__

/* Whose complaint was it? */
static const char *complaint(const struct run_outcome *out)
{
	if (out->n_details)
		return out->details[0].text;
	return out->findings.n_alarms ? out->findings.alarms[0].text : "";
}

/* "spread_pct 61.2 %, quiet": for the table of check's stage */
static int tell(const struct run_outcome *out, const char *name, char *text,
		size_t size)
{
	const struct quantity *q = quantity_find(PER_RUN, name);
	const char *says = complaint(out);
	char value[QUANTITY_TEXT_SIZE];
	struct run_quantities run;

	run_measure(out, &run);
	snprintf(text, size, "%s %s, %s%.60s", name,
		 quantity_text(q, quantity_get(q, &run), " ", value),
		 *says ? "fires: " : "quiet", says);
	return 0;
}

#define TELLS(name)							\
	static int tell_##name(const struct run_outcome *out, char *text, \
			       size_t size)				\
	{								\
		return tell(out, #name, text, size);			\
	}

TELLS(spread_pct)
TELLS(max_gap_ms)
TELLS(share_error_pct)
TELLS(quota_excess_pct)
TELLS(wake_ns_p99)
TELLS(idle_wait_pct)
TELLS(lag_us)

/* ---- one task of two has to wait for its part of each second ---- */

KTSTR_FIXTURE(starve, ONE_CPU, .limits = { .max_spread_pct = 60 });
KTSTR_VARIANT(starve, by_0, LEVEL("starve", 0));
KTSTR_VARIANT(starve, by_30, LEVEL("starve", 30));
KTSTR_VARIANT(starve, by_97,
	      LEVEL("starve", 97,
		    .expect_failure = "unfair cgroup 'cg_0'"));

KTSTR_TEST_F(starve, spread, .post_vm = tell_spread_pct)
{
	const struct cgroup_def defs[] = { { .name = "cg_0", .workers = 2 } };

	EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, ARRAY_SIZE(defs)));
}

/* ---- and once, for tenths of a second ---- */

KTSTR_FIXTURE(lose, ONE_CPU,
	      .limits.max_gap_ms = 600, .limits.max_spread_pct = CHECK_OFF,
	      .limits.max_task_wait_ms = CHECK_OFF);
KTSTR_VARIANT(lose, by_0, LEVEL("lose", 0));
KTSTR_VARIANT(lose, by_3, LEVEL("lose", 3));
KTSTR_VARIANT(lose, by_50, LEVEL("lose", 50, .expect_failure = "stuck "));

KTSTR_TEST_F(lose, gap, .post_vm = tell_max_gap_ms)
{
	const struct cgroup_def defs[] = { { .name = "cg_0", .workers = 2 } };

	EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, ARRAY_SIZE(defs)));
}

/* ---- one cgroup of two gets more than its weight ---- */

KTSTR_FIXTURE(favour, ONE_CPU, .limits = { .max_share_error_pct = 25 });
KTSTR_VARIANT(favour, by_0, LEVEL("favour", 0));
KTSTR_VARIANT(favour, by_20, LEVEL("favour", 20));
KTSTR_VARIANT(favour, by_300,
	      LEVEL("favour", 300,
		    .expect_failure = "share of cgroup 'cg_1'"));

KTSTR_TEST_F(favour, shares, .post_vm = tell_share_error_pct)
{
	const struct cgroup_def defs[] = {
		{ .name = "cg_0", .workers = 1 },
		{ .name = "cg_1", .workers = 1 },
	};

	EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, ARRAY_SIZE(defs)));
}

/* ---- and more than its quota ---- */

KTSTR_FIXTURE(quota, ONE_CPU, .limits = { .max_quota_excess_pct = 25 });
KTSTR_VARIANT(quota, by_0, LEVEL("quota", 0));
KTSTR_VARIANT(quota, by_10, LEVEL("quota", 10));
KTSTR_VARIANT(quota, by_100,
	      LEVEL("quota", 100,
		    .expect_failure = "quota of cgroup 'cg_0' not kept"));

KTSTR_TEST_F(quota, quota, .post_vm = tell_quota_excess_pct)
{
	const struct cgroup_def defs[] = {
		{ .name = "cg_0", .workers = 1,
		  .limits = { .cpu_max_us = 20000 } },
		{ .name = "cg_1", .workers = 1 },
	};

	EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, ARRAY_SIZE(defs)));
}

/* ---- who wakes is left to wait ---- */

KTSTR_FIXTURE(delay, ONE_CPU, .limits = { .max_wake_p99_us = 100000 });
KTSTR_VARIANT(delay, by_0, LEVEL("delay", 0));
KTSTR_VARIANT(delay, by_5, LEVEL("delay", 5));
KTSTR_VARIANT(delay, by_900,
	      LEVEL("delay", 900,
		    .expect_failure = "p99 wake latency "));

KTSTR_TEST_F(delay, wakes, .post_vm = tell_wake_ns_p99)
{
	const struct cgroup_def defs[] = {
		{ .name = "cg_0", .workers = 1, .work = WORK_BURSTY(1, 10) },
	};

	EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, ARRAY_SIZE(defs)));
}

/* ---- the kernel's own scheduler does not end a slice ---- */

KTSTR_FIXTURE(lag, .topology = TOPOLOGY(1, 1, 1, 1), .duration_s = 6,
	      .limits = { .max_lag_pct = 300 });
KTSTR_VARIANT(lag, by_0);
KTSTR_VARIANT(lag, by_1,
	      .plant = { PLANT_RETURN, "resched_curr_lazy", .after_ms = 1000 },
	      .expect_alarm = " its fair share by ");

KTSTR_TEST_F(lag, of_spinners, .post_vm = tell_lag_us)
{
	const struct cgroup_def defs[] = { { .name = "cg_0", .workers = 3 } };

	EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, ARRAY_SIZE(defs)));
}

/* ---- CPUs of another last-level cache are left idle ---- */

KTSTR_FIXTURE(one_llc, .scheduler = &scx_ktstr,
	      .topology = TOPOLOGY(1, 2, 1, 1), .duration_s = 6,
	      .monitor_hz = 100,
	      .limits = { .max_spread_pct = CHECK_OFF });
KTSTR_VARIANT(one_llc, by_0, LEVEL("one-llc", 0));
KTSTR_VARIANT(one_llc, by_20, LEVEL("one-llc", 20));
KTSTR_VARIANT(one_llc, by_100,
	      LEVEL("one-llc", 100,
		    .expect_alarm = "work conservation: CPU 1 is idle while "));

KTSTR_TEST_F(one_llc, idle_wait, .post_vm = tell_idle_wait_pct)
{
	const struct cgroup_def defs[] = { { .name = "cg_0", .workers = 3 } };

	EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, ARRAY_SIZE(defs)));
}

KTSTR_HARNESS_MAIN
