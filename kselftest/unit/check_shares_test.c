// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is due to cgroups beside each other, and what a check says of it.
 */
#include "kselftest_harness.h"

#include "lib/common/check/check.h"
#include "lib/common/check/shares.h"
#include "lib/common/util/util.h"

#define CLAIMS_MAX	3
#define CLAIM(weight, used, most)	{ weight, used, most, 0 }

TEST(what_all_used_is_divided_by_weight)
{
	static const struct {
		const char *what;
		struct share_claim claims[CLAIMS_MAX];
		uint64_t due[CLAIMS_MAX];
	} cases[] = {
		{ "by weight",
		  { CLAIM(100, 500, 1000), CLAIM(300, 300, 1000) }, { 200, 600 } },
		{ "one has no more tasks, and the rest is the others'",
		  { CLAIM(100, 300, 1000), CLAIM(300, 500, 200) }, { 600, 200 } },
		{ "who is idle wants nothing",
		  { CLAIM(100, 300, 1000), CLAIM(900, 0, 0), CLAIM(100, 500, 1000) },
		  { 400, 0, 400 } },
		{ "two cannot, one after the other",
		  { CLAIM(100, 900, 1000), CLAIM(100, 0, 100), CLAIM(200, 0, 400) },
		  { 400, 100, 400 } },
		{ "nobody wanted more", { CLAIM(100, 7, 7), CLAIM(300, 5, 5) },
		  { 7, 5 } },
		{ "one alone", { CLAIM(100, 700, 1000) }, { 700 } },
		{ "nothing was used", { CLAIM(100, 0, 9), CLAIM(100, 0, 9) }, { 0 } },
	};
	struct share_claim c[CLAIMS_MAX];
	size_t i, j, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memcpy(c, cases[i].claims, sizeof(c));
		for (n = 0; n < CLAIMS_MAX && c[n].weight; n++)
			c[n].due_ns = 12345;
		shares_divide(c, n);
		for (j = 0; j < n; j++) {
			EXPECT_EQ(cases[i].due[j], c[j].due_ns)
				TH_LOG("%s: %zu", cases[i].what, j);
		}
	}
}

TEST(a_quota_is_that_of_the_time_and_of_one_period_more)
{
	EXPECT_EQ(220 * NSEC_PER_MSEC,
		  shares_quota_ns(20000, 100000, NSEC_PER_SEC));
	EXPECT_EQ(20 * NSEC_PER_MSEC, shares_quota_ns(20000, 100000, 0));
}

/* ---- checks ---- */

FIXTURE(shares)
{
	struct check_limits limits;
	struct worker_report report;
	struct check_share share;
	struct check_group group;
	struct check_result res;
};

FIXTURE_SETUP(shares)
{
	check_limits_default(&self->limits);
	self->limits.max_share_error_pct = 25;
	self->limits.max_quota_excess_pct = 25;
	self->report = (struct worker_report){
		.tid = 7, .completed = true, .has_run_delay = true,
		.work_units = 1, .wall_ns = NSEC_PER_SEC,
	};
	self->share = (struct check_share){
		.periods = 4, .used_ns = 120, .due_ns = 500, .all_ns = 1000,
		.most = "cg_1",
	};
	self->group = (struct check_group){
		.name = "cg_0", .reports = &self->report, .n_reports = 1,
		.n_cpus = 2, .share = &self->share,
		.steal = { .wall_ns = 4 * NSEC_PER_SEC,
			   .most_ns = 2 * NSEC_PER_SEC },
	};
}

FIXTURE_TEARDOWN(shares)
{
}

static const char *run(FIXTURE_DATA(shares) *self)
{
	memset(&self->res, 0, sizeof(self->res));
	check_group_run(&self->limits, 1, &self->group, &self->res);
	return self->res.n_details ? self->res.details[0].text :
	       self->res.host_took;
}

TEST_F(shares, who_lacks_and_who_has_it_is_told)
{
	self->share.lacked_pct = 4 * 76;
	self->share.own_lacked_pct = 4 * 60;
	EXPECT_STREQ("share of cgroup 'cg_0': 12.0 % of the CPU time, due were 50.0 %: in the mean of 4 periods it lacked 76 % of that (limit 25 %); cgroup 'cg_1' got most beyond its own",
		     run(self));
	EXPECT_TRUE(self->res.failed);
}

TEST_F(shares, limit_is_of_the_mean)
{
	self->share.lacked_pct = 4 * 25;
	EXPECT_STREQ("", run(self));
	self->share.lacked_pct = 4 * 25.1;
	self->share.own_lacked_pct = 4 * 25.1;
	EXPECT_TRUE(strstarts(run(self), "share of cgroup 'cg_0'"));
	self->limits.max_share_error_pct = CHECK_OFF;
	EXPECT_STREQ("", run(self));
}

TEST_F(shares, what_the_host_may_have_done_is_not_judged)
{
	self->share.lacked_pct = 4 * 40;
	self->share.own_lacked_pct = 4 * 20;
	EXPECT_STREQ("the host took 50 % of a CPU's time (2.0 of 4.0 s), so it was not judged that cgroup 'cg_0' lacked 40 % of the CPU time that was due to it (limit 25 %)",
		     run(self));
	EXPECT_FALSE(self->res.failed);
}

TEST_F(shares, quota_is_kept_in_each_period)
{
	self->share.quota_beyond_pct = 95;
	self->share.own_quota_beyond_pct = 90;
	EXPECT_STREQ("", run(self));
	self->share.quota_periods = 3;
	EXPECT_STREQ("quota of cgroup 'cg_0' not kept: in one of 3 periods it used 95 % more than cpu.max lets it have (limit 25 %)",
		     run(self));
	self->share.own_quota_beyond_pct = 20;
	EXPECT_TRUE(strstarts(run(self), "the host took 50 %"));
	self->share.quota_beyond_pct = 25;
	EXPECT_STREQ("", run(self));
}

TEST_HARNESS_MAIN
