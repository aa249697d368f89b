// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks over made-up reports: limits, texts, merging.
 */
#include "kselftest_harness.h"

#include "lib/common/check/check.h"
#include "lib/common/util/util.h"

static struct worker_report good_report(int tid, unsigned int delay_pct)
{
	struct worker_report r = {
		.tid = tid, .work_units = 1000, .iterations = 10,
		.wall_ns = 1000000000, .completed = true,
		.run_delay_ns = delay_pct * 10000000ULL, .has_run_delay = true,
		.cpu_ns = 1000000000,
	};

	CPU_SET(0, &r.cpus_used);
	return r;
}

/* One call, so that the words, which are not split, end their line. */
#define EXPECT_SAID(text, words)	EXPECT_NE(NULL, strstr(text, words))

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
	EXPECT_STREQ("tid 101 starved (0 work units), cgroup 'cg_0'", run(self, 1));
	EXPECT_TRUE(self->res.failed);
	self->limits.not_starved = CHECK_OFF;
	EXPECT_STREQ("", run(self, 1));
}

TEST_F(check, spread_scales_and_stays_a_check)
{
	self->reports[2] = good_report(102, 52);
	EXPECT_STREQ("unfair cgroup 'cg_0': spread=42% (10-52%) 3 workers on 2 cpus (threshold 15%)",
		     run(self, 1));
	EXPECT_STREQ("", run(self, 3));
	self->reports[2] = good_report(102, 99);
	EXPECT_STRNE("", run(self, 1000));
	/* Starvation switched off says nothing about fairness. */
	self->limits.not_starved = CHECK_OFF;
	EXPECT_STRNE("", run(self, 1));
}

/* One pair has a CPU for itself, the other shares one with a spinner. */
TEST_F(check, partners_may_be_placed_badly_but_not_starved)
{
	self->reports[2] = good_report(102, 45);
	EXPECT_STRNE("", run(self, 1));
	self->group.partners = true;
	EXPECT_STREQ("", run(self, 1));
	self->reports[2] = good_report(102, 52);
	EXPECT_STREQ("unfair cgroup 'cg_0': spread=42% (10-52%) 3 workers on 2 cpus (threshold 40%)",
		     run(self, 1));
	/* What a slow host is given may be more. */
	EXPECT_STREQ("", run(self, 3));
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
	EXPECT_STREQ("stuck 3500ms on cpu1 at +1200ms (threshold 2000ms), tid 100, cgroup 'cg_0'",
		     run(self, 1));
	EXPECT_STREQ("", run(self, 2));
}

/* Net of what the host took; of the worker's time that is taken off as well. */
TEST_F(check, gap_tells_what_the_host_took)
{
	self->reports[0].max_gap_ns = 3500000000ULL;
	self->reports[0].max_gap_steal_ns = 2000000000ULL;
	EXPECT_STREQ("stuck 3500ms on cpu0 at +0ms (threshold 2000ms), beside 2000ms that the host took, tid 100, cgroup 'cg_0'",
		     run(self, 1));
	self->group.duration_ms = 2000;
	self->reports[0].wall_ns = 9000 * NSEC_PER_MSEC;
	self->reports[0].max_gap_ns = 3500 * NSEC_PER_MSEC;
	EXPECT_STREQ("", run(self, 20));
	self->reports[0].steal_ns = 6000 * NSEC_PER_MSEC;
	EXPECT_STRNE("", run(self, 20));
}

TEST_F(check, host_that_takes_a_cpu_starves_a_worker)
{
	self->limits.max_spread_pct = CHECK_OFF;
	self->reports[1].work_units = 0;
	self->reports[1].run_delay_ns = 2500 * NSEC_PER_MSEC;
	self->group.steal = (struct check_steal){
		.wall_ns = 5000 * NSEC_PER_MSEC,
		.most_ns = 2400 * NSEC_PER_MSEC,
	};
	EXPECT_STREQ("tid 101 starved (0 work units), cgroup 'cg_0'", run(self, 1));
	self->group.steal.most_ns = 3200 * NSEC_PER_MSEC;
	EXPECT_STREQ("", run(self, 1));
	EXPECT_FALSE(self->res.failed);
	EXPECT_STREQ("the host took 64 % of a CPU's time (3.2 of 5.0 s), so it was not judged that tid 101 starved (0 work units), cgroup 'cg_0'",
		     self->res.host_took);
}

/* A scenario is held until its time is the guest's own: it is judged then. */
TEST_F(check, host_that_takes_much_of_a_long_time_leaves_a_chance)
{
	self->limits.max_spread_pct = CHECK_OFF;
	self->reports[1].work_units = 0;
	self->reports[1].run_delay_ns = 8500 * NSEC_PER_MSEC;
	self->reports[1].steal_ns = 7000 * NSEC_PER_MSEC;
	self->group.duration_ms = 3000;
	self->group.steal = (struct check_steal){
		.wall_ns = 9000 * NSEC_PER_MSEC,
		.most_ns = 7000 * NSEC_PER_MSEC,
	};
	EXPECT_STREQ("tid 101 starved (0 work units), cgroup 'cg_0'", run(self, 1));
	self->group.steal.most_ns = 7600 * NSEC_PER_MSEC;
	EXPECT_STREQ("", run(self, 1));
	EXPECT_STRNE("", self->res.host_took);
}

/* What it waits once it is to stop was no chance to work. */
TEST_F(check, time_to_end_in_is_no_chance)
{
	struct worker_report *r = &self->reports[1];

	self->limits.max_spread_pct = CHECK_OFF;
	r->work_units = 0;
	r->run_delay_ns = 90000 * NSEC_PER_MSEC;
	self->group.duration_ms = 30000;
	self->group.worked = (struct check_steal){
		.wall_ns = 35000 * NSEC_PER_MSEC,
		.most_ns = 29000 * NSEC_PER_MSEC,
	};
	self->group.steal = (struct check_steal){
		.wall_ns = 121000 * NSEC_PER_MSEC,
		.most_ns = 80000 * NSEC_PER_MSEC,
	};
	EXPECT_STREQ("", run(self, 1));
	EXPECT_STREQ("the host took 83 % of a CPU's time (29.0 of 35.0 s), so it was not judged that tid 101 starved (0 work units), cgroup 'cg_0'",
		     self->res.host_took);
	/* Nor is it stuck, from its start to an end that comes late. */
	r->wall_ns = 80000 * NSEC_PER_MSEC;
	r->max_gap_ns = 73000 * NSEC_PER_MSEC;
	EXPECT_STREQ("", run(self, 1));
	r->work_units = 1;
	EXPECT_STRNE("", run(self, 1));
	r->work_units = 0;
	self->group.worked.most_ns = 19000 * NSEC_PER_MSEC;
	EXPECT_STRNE("", run(self, 1));
}

/* Without a unit of work: it has slept, and hardly waited for a CPU. */
TEST_F(check, worker_that_sleeps_on_a_host_that_takes_much_is_not_starved)
{
	struct worker_report *r = &self->reports[1];

	self->limits.max_spread_pct = CHECK_OFF;
	r->work_units = 0;
	self->group.duration_ms = 2000;
	self->group.steal = (struct check_steal){
		.wall_ns = 10000 * NSEC_PER_MSEC,
		.most_ns = 4000 * NSEC_PER_MSEC,
	};
	r->run_delay_ns = 900 * NSEC_PER_MSEC;
	EXPECT_STREQ("", run(self, 1));
	EXPECT_STREQ("the host took 40 % of a CPU's time (4.0 of 10.0 s), so it was not judged that tid 101 starved (0 work units), cgroup 'cg_0'",
		     self->res.host_took);
	/* Of what it waited, the host's part is no waiting for a CPU. */
	r->run_delay_ns = 4500 * NSEC_PER_MSEC;
	r->steal_ns = 4000 * NSEC_PER_MSEC;
	EXPECT_STREQ("", run(self, 1));
	r->run_delay_ns = 5100 * NSEC_PER_MSEC;
	EXPECT_STRNE("", run(self, 1));
	/* It has not even come to tell. */
	r->run_delay_ns = 0;
	r->completed = false;
	EXPECT_STRNE("", run(self, 1));
	r->completed = true;
	EXPECT_STREQ("", run(self, 1));
	/* It could not have done so by itself. */
	self->group.hungry = true;
	EXPECT_STRNE("", run(self, 1));
	self->group.hungry = false;
	/* On a host that leaves the guest its time somebody is to blame. */
	self->group.steal.most_ns = 1200 * NSEC_PER_MSEC;
	EXPECT_STRNE("", run(self, 1));
}

/* What it took from one CPU more than from another makes waits differ. */
TEST_F(check, host_that_takes_unevenly_is_no_unfairness)
{
	self->reports[2] = good_report(102, 52);
	self->group.steal = (struct check_steal){
		.wall_ns = 5000 * NSEC_PER_MSEC,
		.least_ns = 500 * NSEC_PER_MSEC,
		.most_ns = 1000 * NSEC_PER_MSEC,
	};
	EXPECT_STRNE("", run(self, 1));
	self->group.steal.least_ns = 0;
	EXPECT_STREQ("", run(self, 1));
	EXPECT_SAID(self->res.host_took,
		    "not judged that spread=42% of cgroup 'cg_0' is unfair (threshold 15%)");
	/* As much from each CPU: who waits has more of it than who does not. */
	self->group.steal.least_ns = 2800 * NSEC_PER_MSEC;
	self->group.steal.most_ns = 2800 * NSEC_PER_MSEC;
	EXPECT_STREQ("", run(self, 1));
	self->group.steal.least_ns = 2500 * NSEC_PER_MSEC;
	self->group.steal.most_ns = 2500 * NSEC_PER_MSEC;
	EXPECT_STRNE("", run(self, 1));
	/* Within its limit it is judged, whatever the host took. */
	self->reports[2] = good_report(102, 20);
	EXPECT_STREQ("", run(self, 1));
	EXPECT_STREQ("", self->res.host_took);
}

/* Of 16 by turns, each has a 16th of what is taken: nearly all of it is seen. */
TEST_F(check, host_that_takes_much_hides_no_worker_who_never_waits)
{
	struct worker_report reports[16];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reports); i++)
		reports[i] = good_report(200 + i, i ? 94 : 1);
	self->group.reports = reports;
	self->group.n_reports = ARRAY_SIZE(reports);
	self->group.n_cpus = 1;
	self->group.steal = (struct check_steal){
		.wall_ns = 15000 * NSEC_PER_MSEC,
		.least_ns = 10800 * NSEC_PER_MSEC,
		.most_ns = 10800 * NSEC_PER_MSEC,
	};
	EXPECT_STRNE("", run(self, 20));
	EXPECT_STREQ("", self->res.host_took);
	/* Twice a 16th of 72 % */
	for (i = 1; i < ARRAY_SIZE(reports); i++)
		reports[i] = good_report(200 + i, 69);
	EXPECT_STREQ("", run(self, 20));
	EXPECT_STRNE("", self->res.host_took);
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
	EXPECT_STREQ("tid 100 ran on unexpected CPUs {5}, cgroup 'cg_0'", run(self, 1));
}

/* 100 wakes of 1 to 100 us, those beyond 99 of @last_us. */
static const struct wakes *some_wakes(unsigned int last_us)
{
	static struct wakes w;
	unsigned int us;

	memset(&w, 0, sizeof(w));
	for (us = 1; us < 100; us++)
		wakes_add(&w, us * NSEC_PER_USEC, us * NSEC_PER_USEC);
	wakes_add(&w, last_us * NSEC_PER_USEC, last_us * NSEC_PER_USEC);
	wakes_add(&w, last_us * NSEC_PER_USEC, last_us * NSEC_PER_USEC);
	return &w;
}

TEST_F(check, wake_p99_at_both_ends)
{
	self->limits.max_wake_p99_us = 200;
	self->reports[1].wakes = some_wakes(200);
	EXPECT_STREQ("", run(self, 1));
	self->reports[1].wakes = some_wakes(201);
	EXPECT_STREQ("p99 wake latency 201000ns exceeds limit 200000ns (101 samples), cgroup 'cg_0'",
		     run(self, 1));
	EXPECT_STREQ("", run(self, 1.1));
	self->group.paused_ns = NSEC_PER_USEC;
	EXPECT_STREQ("", run(self, 1));
	self->group.paused_ns = 0;
	/* Nobody was woken: there is nothing to judge. */
	self->reports[1].wakes = NULL;
	EXPECT_STREQ("", run(self, 1));
}

/* What the host may have taken is not judged; what it has not taken is. */
TEST_F(check, host_that_takes_a_hundredth_may_be_in_a_p99)
{
	struct wakes w = { };

	self->limits.max_wake_p99_us = 200;
	self->reports[1].wakes = &w;
	wakes_add(&w, 50 * NSEC_PER_MSEC, 10200 * NSEC_PER_USEC);
	self->group.steal = (struct check_steal){
		.wall_ns = 1000 * NSEC_PER_MSEC, .most_ns = 9 * NSEC_PER_MSEC,
	};
	EXPECT_STRNE("", run(self, 1));
	self->group.steal.most_ns = 11 * NSEC_PER_MSEC;
	EXPECT_STREQ("", run(self, 1));
	EXPECT_SAID(self->res.host_took,
		    "not judged that p99 wake latency 50000us of cgroup 'cg_0' exceeds limit 200us");
	/* It tells of it each 10 ms. */
	w.kept[0].own_ns = 10300 * NSEC_PER_USEC;
	EXPECT_STRNE("", run(self, 1));
	EXPECT_STREQ("", self->res.host_took);
}

TEST_F(check, wake_cv_at_both_ends)
{
	struct wakes w = { };

	/* Mean 2, standard deviation 1. */
	wakes_add(&w, 1000, 1000);
	wakes_add(&w, 3000, 3000);
	self->reports[1].wakes = &w;
	self->limits.max_wake_cv_pct = 50;
	EXPECT_STREQ("", run(self, 1));
	self->limits.max_wake_cv_pct = 49;
	EXPECT_STREQ("wake latency CV 0.50 exceeds limit 0.49 (mean=2000ns, 2 samples), cgroup 'cg_0'",
		     run(self, 1));
}

/* 1000, 1000 and 250 units: mean 750, standard deviation 354. */
TEST_F(check, throughput_at_both_ends)
{
	self->reports[2].work_units = 250;
	self->limits.max_throughput_cv_pct = 48;
	EXPECT_STREQ("", run(self, 1));
	self->limits.max_throughput_cv_pct = 47;
	EXPECT_STREQ("throughput CV 0.47 exceeds limit 0.47 (mean=750 work/cpu_s), cgroup 'cg_0'",
		     run(self, 1));
	self->limits.max_throughput_cv_pct = CHECK_OFF;
	self->limits.min_throughput = 250;
	EXPECT_STREQ("", run(self, 1));
	self->limits.min_throughput = 251;
	EXPECT_STREQ("worker 2 throughput 250 work/cpu_s below floor 251, tid 102, cgroup 'cg_0'",
		     run(self, 1));
	EXPECT_STREQ("", run(self, 1.01));
}

TEST_F(check, iteration_rate_at_both_ends)
{
	self->limits.min_iteration_rate = 10;
	EXPECT_STREQ("", run(self, 1));
	self->limits.min_iteration_rate = 11;
	EXPECT_STREQ("worker 0 iteration rate 10.0/s below floor 11.0/s, tid 100, cgroup 'cg_0'",
		     run(self, 1));
	EXPECT_EQ(3U, self->res.n_details);
	EXPECT_STREQ("", run(self, 1.1));
	/* A tenth of its time was the host's. */
	self->reports[0].steal_ns = 100 * NSEC_PER_MSEC;
	EXPECT_STRNE("", run(self, 1));
	EXPECT_EQ(2U, self->res.n_details);
}

TEST_F(check, migration_ratio_at_both_ends)
{
	self->reports[0].migrations = 3;
	self->limits.max_migration_ratio_pct = 10;
	EXPECT_STREQ("", run(self, 1));
	self->reports[0].migrations = 4;
	EXPECT_STREQ("migration ratio 0.133 exceeds limit 0.100, cgroup 'cg_0'",
		     run(self, 1));
}

/* ---- wake latencies ---- */

static void summarize(const struct wakes *a, const struct wakes *b,
		      struct wakes_summary *s)
{
	const struct wakes *const both[] = { a, b };

	wakes_summarize(both, 2, s);
}

TEST(percentiles_of_few)
{
	struct wakes_summary s;
	struct wakes w = { };
	unsigned int i;

	summarize(&w, NULL, &s);
	EXPECT_EQ(0U, s.n);
	for (i = 1000; i > 0; i--)
		wakes_add(&w, i, i);
	summarize(&w, NULL, &s);
	EXPECT_EQ(1000U, s.n);
	EXPECT_EQ(500U, s.p50);
	EXPECT_EQ(900U, s.p90);
	EXPECT_EQ(990U, s.p99);
	EXPECT_EQ(999U, s.p999);
	EXPECT_EQ(1000U, s.max);
	EXPECT_EQ(500.5, s.mean);
	EXPECT_EQ(576, (int)(1000 * s.cv));
}

/* 45080215 as a float is 45080216. */
TEST(no_percentile_is_longer_than_the_longest)
{
	struct wakes_summary s;
	struct wakes w = { };

	wakes_add(&w, 45080215, 45080215);
	summarize(&w, NULL, &s);
	EXPECT_EQ(45080215U, s.max);
	EXPECT_EQ(s.max, s.p50);
	EXPECT_EQ(s.max, s.p999);
	EXPECT_EQ(s.max, s.own_p99);
}

/* What is kept is a fair sample: of the early and of the late. */
TEST(percentiles_of_many)
{
	static struct wakes w;
	struct wakes_summary s;
	unsigned int i;

	for (i = 1; i <= 1000000; i++)
		wakes_add(&w, i, i);
	wakes_add(&w, 1ULL << 40, 1ULL << 40);
	summarize(&w, NULL, &s);
	EXPECT_EQ(1000001U, s.n);
	EXPECT_EQ(1ULL << 40, s.max);
	EXPECT_LT(450000U, s.p50);
	EXPECT_GT(550000U, s.p50);
	EXPECT_LT(980000U, s.p99);
	EXPECT_GT(999000U, s.p99);
}

/* Of one there are a hundred times as many as are kept of the other. */
TEST(each_that_is_kept_stands_for_as_many_as_there_were)
{
	static struct wakes many, few;
	struct wakes_summary s;
	unsigned int i;

	for (i = 0; i < 100 * WAKES_KEPT; i++)
		wakes_add(&many, 10, 10);
	for (i = 0; i < WAKES_KEPT; i++)
		wakes_add(&few, 1000, 1000);
	summarize(&many, &few, &s);
	EXPECT_EQ(10U, s.p50);
	EXPECT_EQ(10U, s.p99);
	EXPECT_EQ(1000U, s.p999);
	EXPECT_EQ(101U * WAKES_KEPT, s.n);
}

TEST_F(check, lost_worker_fails)
{
	self->reports[0].completed = false;
	self->reports[0].status = 9;
	EXPECT_STREQ("worker 100 of cg_0 left no report (status 0x9)",
		     run(self, 1));
}

/* Each row by its own example: the check fails it, no other does. */
TEST_F(check, each_row_catches_its_example)
{
	static cpu_set_t cpuset;
	unsigned int off;
	size_t i;

	CPU_ZERO(&cpuset);
	CPU_SET(0, &cpuset);
	self->group.cpuset = &cpuset;
	for (i = 0; i < check_n_rows; i++) {
		const struct check_row *row = &check_rows[i];

		self->reports[1] = good_report(101, 0);
		self->reports[0] = good_report(100, 0);
		self->reports[2] = good_report(102, 0);
		check_limits_default(&self->limits);
		EXPECT_STREQ("", run(self, 1));
		if (row->by)
			memcpy((char *)&self->limits + row->limit, &row->by,
			       sizeof(row->by));
		EXPECT_STREQ("", run(self, 1)) TH_LOG("row %zu", i);
		self->reports[1] = row->fails;
		self->group.share = row->share;
		EXPECT_EQ(0, strncmp(run(self, 1), row->says,
				     strlen(row->says)))
			TH_LOG("row %zu: %s", i, self->res.details[0].text);
		EXPECT_EQ(1U, self->res.n_details) TH_LOG("row %zu", i);
		EXPECT_NE('\0', row->says[0]);
		/* And nobody does where it is off. */
		off = CHECK_OFF;
		memcpy((char *)&self->limits + row->limit, &off, sizeof(off));
		EXPECT_STREQ("", run(self, 1)) TH_LOG("row %zu", i);
		self->group.share = NULL;
	}
}

/* No limit without a value, and none that a level could not change. */
TEST_F(check, each_limit_is_merged)
{
	unsigned int *limits = (unsigned int *)&self->limits;
	struct check_limits over;
	size_t i, j;

	for (i = 0; i < CHECK_N_LIMITS; i++) {
		check_limits_default(&self->limits);
		EXPECT_NE(0U, limits[i]);
		memset(&over, 0, sizeof(over));
		((unsigned int *)&over)[i] = 12345;
		check_limits_merge(&self->limits, &over);
		for (j = 0; j < CHECK_N_LIMITS; j++)
			EXPECT_EQ(i == j, limits[j] == 12345);
		((unsigned int *)&over)[i] = CHECK_OFF;
		check_limits_merge(&self->limits, &over);
		EXPECT_EQ(CHECK_OFF, limits[i]);
		EXPECT_EQ(0U, check_limit_at(&self->limits,
					     i * sizeof(limits[0])));
	}
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
