// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks over made-up reports: limits, texts, merging.
 */
#include "kselftest_harness.h"

#include "lib/check/check.h"
#include "lib/util/util.h"

static struct worker_report good_report(int tid, unsigned int delay_pct)
{
	struct worker_report r = {
		.tid = tid, .work_units = 1000, .iterations = 10,
		.wall_ns = 1000000000, .completed = true,
		.run_delay_ns = delay_pct * 10000000ULL, .has_run_delay = true,
	};

	CPU_SET(0, &r.cpus_used);
	return r;
}

FIXTURE(check)
{
	struct worker_report reports[3];
	struct check_limits limits;
	struct check_group group;
	struct check_result res;
};

FIXTURE_SETUP(check)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		self->reports[i] = good_report(100 + i, 10);
	self->group = (struct check_group){ .name = "cg_0", .n_reports = 3,
					    .reports = self->reports,
					    .n_cpus = 2 };
	check_limits_default(&self->limits);
}

FIXTURE_TEARDOWN(check)
{
}

static const char *run(FIXTURE_DATA(check) *self, double slowness)
{
	memset(&self->res, 0, sizeof(self->res));
	check_group_run(&self->limits, slowness, &self->group, &self->res);
	return self->res.n_details ? self->res.details[0].text : "";
}

TEST_F(check, good_group_passes)
{
	EXPECT_STREQ("", run(self, 1));
	EXPECT_FALSE(self->res.failed);
}

TEST_F(check, starved)
{
	self->reports[1].work_units = 0;
	EXPECT_STREQ("tid 101 starved (0 work units)", run(self, 1));
	EXPECT_TRUE(self->res.failed);
	self->limits.not_starved = CHECK_OFF;
	EXPECT_STREQ("", run(self, 1));
}

TEST_F(check, spread_scales_and_stays_a_check)
{
	self->reports[2] = good_report(102, 52);
	EXPECT_STREQ("unfair cgroup: spread=42% (10-52%) 3 workers on 2 cpus (threshold 15%)",
		     run(self, 1));
	EXPECT_STREQ("", run(self, 3));
	self->reports[2] = good_report(102, 99);
	EXPECT_STRNE("", run(self, 1000));
	/* Starvation switched off says nothing about fairness. */
	self->limits.not_starved = CHECK_OFF;
	EXPECT_STRNE("", run(self, 1));
}

/* A kernel without schedstat can be tested; what it cannot tell is said. */
TEST_F(check, spread_is_not_judged_without_schedstat)
{
	self->reports[2] = good_report(102, 99);
	EXPECT_STRNE("", run(self, 1));
	EXPECT_STREQ("", self->res.not_judged);
	self->reports[1].has_run_delay = false;
	EXPECT_STREQ("", run(self, 1));
	EXPECT_FALSE(self->res.failed);
	EXPECT_STREQ("not judged: the spread of cgroup 'cg_0': the kernel keeps no time waited (CONFIG_SCHEDSTATS)",
		     self->res.not_judged);
	self->limits.max_spread_pct = CHECK_OFF;
	EXPECT_STREQ("", run(self, 1));
	EXPECT_STREQ("", self->res.not_judged);
}

TEST_F(check, gap)
{
	self->reports[0].max_gap_ns = 3500000000ULL;
	self->reports[0].max_gap_cpu = 1;
	self->reports[0].max_gap_at_ns = 1200000000ULL;
	EXPECT_STREQ("stuck 3500ms on cpu1 at +1200ms (threshold 2000ms)",
		     run(self, 1));
	EXPECT_STREQ("", run(self, 2));
}

/* There is no scenario in which the check cannot fail. */
TEST_F(check, gap_is_held_against_the_duration)
{
	static const struct {
		unsigned int limit_ms, duration_ms;
		double slowness;
		unsigned int wall_ms, allowed_ms;
	} cases[] = {
		{ 2000, 10000, 1, 10000, 2000 },
		{ 2000, 10000, 3, 10000, 6000 },
		{ 2000, 10000, 20, 10000, 9000 },
		{ 2000, 10000, 20, 20000, 18000 },
		{ 2000, 2000, 1, 2000, 1000 },
		{ 2000, 2000, 1, 9000, 1000 },
		{ 2000, 2000, 1.2, 2000, 1200 },
		{ 2000, 2000, 20, 2000, 1800 },
		{ 2000, 2000, 20, 500, 1800 },
		{ 2000, 2000, 20, 3000, 2700 },
		{ 500, 2000, 2, 2000, 1000 },
		{ 500, 2000, 20, 2000, 1800 },
		{ 60000, 2000, 1, 2000, 1000 },
		{ 2000, 0, 2, 1000, 4000 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->limits.max_gap_ms = cases[i].limit_ms;
		self->group.duration_ms = cases[i].duration_ms;
		self->reports[0].wall_ns = cases[i].wall_ms * NSEC_PER_MSEC;
		self->reports[0].max_gap_ns =
			(cases[i].allowed_ms - 1) * NSEC_PER_MSEC;
		EXPECT_STREQ("", run(self, cases[i].slowness))
			TH_LOG("case %u", i);
		self->reports[0].max_gap_ns =
			(cases[i].allowed_ms + 1) * NSEC_PER_MSEC;
		EXPECT_STRNE("", run(self, cases[i].slowness))
			TH_LOG("case %u", i);
	}
}

TEST_F(check, isolation_needs_a_cpuset)
{
	cpu_set_t set;

	CPU_SET(5, &self->reports[0].cpus_used);
	EXPECT_STREQ("", run(self, 1));
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	self->group.cpuset = &set;
	EXPECT_STREQ("tid 100 ran on unexpected CPUs {5}", run(self, 1));
}

TEST_F(check, lost_worker_fails)
{
	self->reports[0].completed = false;
	self->reports[0].status = 9;
	EXPECT_STREQ("worker 100 of cg_0 left no report (status 0x9)",
		     run(self, 1));
}

TEST_F(check, merge_keeps_what_is_not_set)
{
	const struct check_limits over = { .max_gap_ms = 5,
					   .isolation = CHECK_OFF };

	check_limits_merge(&self->limits, &over);
	EXPECT_EQ(5, self->limits.max_gap_ms);
	EXPECT_EQ(15, self->limits.max_spread_pct);
	EXPECT_EQ(CHECK_OFF, self->limits.isolation);
}

TEST_HARNESS_MAIN
