// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparisons: which tests are pairs, what is called worse, how often that is a false
 * alarm, and what is found.
 */
#include "kselftest_harness.h"

#include <math.h>

#include "kselftest/unit/made_sidecars.h"
#include "lib/host/results/compare.h"
#include "lib/host/results/stats.h"

#define MAX_ROWS	256
#define TIMES		100

/* ---- t ---- */

/* Quantiles of 0.975, as books have them */
TEST(t_is_what_tables_say)
{
	static const struct {
		double freedom;
		double t;
	} cases[] = {
		{ 1, 12.7062 }, { 2, 4.3027 }, { 3, 3.1824 }, { 4, 2.7764 },
		{ 5, 2.5706 }, { 9, 2.2622 }, { 10, 2.2281 }, { 30, 2.0423 },
		{ 120, 1.9799 }, { 999, 1.9623 }, { 1e6, 1.9600 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_GT(1e-5, fabs(boot_t_beyond(cases[i].t,
						   cases[i].freedom) - 0.05))
			TH_LOG("%g degrees: %g", cases[i].freedom,
			       boot_t_beyond(cases[i].t, cases[i].freedom));
		EXPECT_EQ(1, boot_t_beyond(0, cases[i].freedom));
		EXPECT_EQ(0, boot_t_beyond(INFINITY, cases[i].freedom));
	}
}

TEST(changes_are_parts_of_a)
{
	static const struct {
		double a;
		double b;
		double change;
	} cases[] = {
		{ 100, 105, 0.05 }, { 100, 95, -0.05 }, { 100, 300, 2 },
		{ 100, 0, -1 }, { 0, 0, 0 }, { 0, 5, HUGE_VAL },
		{ 5, 5, 0 },
	};
	struct boot_estimate e;
	struct boot_pair p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		p = (struct boot_pair){ &cases[i].a, 1, &cases[i].b, 1 };
		ASSERT_EQ(0, boot_estimate(&p, 1, 1, &e));
		EXPECT_TRUE(boot_change(e.difference) == cases[i].change ||
			    fabs(boot_change(e.difference) -
				 cases[i].change) < 1e-12)
			TH_LOG("%g to %g: %g", cases[i].a, cases[i].b,
			       boot_change(e.difference));
		EXPECT_GT(BOOT_LEAST_FREEDOM, e.freedom);
	}
}

TEST(holm_takes_the_least_likely_first)
{
	static const double p[] = { 0.04, 0.001, 0.012, 0.9, 0.02 };
	static const bool wanted[] = { false, true, true, false, false };
	bool is[ARRAY_SIZE(p)];
	size_t i;

	/* 0.001 < 0.05 / 5, 0.012 < 0.05 / 4, and 0.02 > 0.05 / 3 */
	ASSERT_EQ(0, boot_holm(p, ARRAY_SIZE(p), 0.05, is));
	for (i = 0; i < ARRAY_SIZE(p); i++)
		EXPECT_EQ(wanted[i], is[i]) TH_LOG("%g", p[i]);
}

/* B is a tenth more than A; how often of a thousand times does it say so? */
static unsigned int times_held(size_t n, bool by_runs, uint64_t *random)
{
	double a[20], b[20], low, high;
	struct boot_pair pairs[20];
	unsigned int round, held = 0;
	struct boot_estimate e;
	size_t i;

	for (round = 0; round < 1000; round++) {
		for (i = 0; i < n; i++) {
			a[i] = 100 + 5 * made_normal(random);
			b[i] = 110 + 5 * made_normal(random);
			pairs[i] = (struct boot_pair){ &a[i], 1, &b[i], 1 };
		}
		if (by_runs)
			pairs[0] = (struct boot_pair){ a, n, b, n };
		if (boot_estimate(pairs, by_runs ? 1 : n, round, &e) ||
		    e.by_runs != by_runs)
			return 0;
		boot_interval(&e, 0.95, &low, &high);
		held += boot_change(low) <= 0.1 && boot_change(high) >= 0.1;
	}
	return held;
}

/* An interval of 95 % holds the truth in 95 of 100, of few values or many. */
TEST(intervals_hold_what_is_so)
{
	static const struct {
		size_t n;
		bool by_runs;
	} cases[] = {
		{ 3, true }, { 5, true }, { 20, true },
		{ 4, false }, { 8, false }, { 20, false },
	};
	unsigned int held;
	uint64_t random = 7;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		held = times_held(cases[i].n, cases[i].by_runs, &random);
		EXPECT_LE(925U, held) TH_LOG("case %zu: %u", i, held);
		EXPECT_GE(975U, held) TH_LOG("case %zu: %u", i, held);
	}
}

/* All of B's beyond all of A's: of so many ways to lie, two are like that. */
TEST(few_values_can_tell_so_much)
{
	static const struct {
		size_t n_pairs, n_values;
		double ways;
	} cases[] = {
		{ 1, 1, 2 }, { 2, 1, 4 }, { 5, 1, 32 }, { 10, 1, 1024 },
		{ 1, 2, 6 }, { 1, 3, 20 }, { 1, 5, 252 }, { 2, 3, 400 },
		{ 3, 2, 216 },
	};
	static const double a[] = { 5, 6, 5, 6, 5 }, b[] = { 7, 8, 7, 8, 7 };
	struct boot_pair pairs[10];
	struct boot_estimate e;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (k = 0; k < cases[i].n_pairs; k++)
			pairs[k] = (struct boot_pair){
				a, cases[i].n_values, b, cases[i].n_values,
			};
		ASSERT_EQ(0, boot_estimate(pairs, cases[i].n_pairs, 1, &e));
		EXPECT_GT(1e-9, fabs(e.least_p - 2 / cases[i].ways))
			TH_LOG("case %zu: %g", i, e.least_p);
	}
}

TEST(the_same_seed_gives_the_same)
{
	static const double a[] = { 1, 2, 3, 4 }, b[] = { 2, 3, 4, 6 };
	const struct boot_pair p = { a, 4, b, 4 };
	struct boot_estimate one, two;

	ASSERT_EQ(0, boot_estimate(&p, 1, 5, &one));
	ASSERT_EQ(0, boot_estimate(&p, 1, 5, &two));
	EXPECT_EQ(one.error, two.error);
	ASSERT_EQ(0, boot_estimate(&p, 1, 6, &two));
	EXPECT_NE(one.error, two.error);
}

/* ---- sets, as an index gives them ---- */

static struct result_metric metrics[] = {
	{ (char *)"iterations", (char *)"count", PER_RUN, BETTER_UP },
	{ (char *)"max_gap_ms", (char *)"ms", PER_RUN, BETTER_DOWN },
	{ (char *)"migrations", (char *)"count", PER_RUN, BETTER_DOWN },
	{ (char *)"some.ops", (char *)"1/s", PER_RUN, BETTER_UP },
	{ (char *)"spread_pct", (char *)"%", PER_RUN, BETTER_DOWN },
	{ (char *)"wait_ms", (char *)"ms", PER_RUN, BETTER_DOWN },
	{ (char *)"wake_ns_p99", (char *)"ns", PER_RUN, BETTER_DOWN },
	{ (char *)"workers", (char *)"count", PER_RUN, BETTER_NEITHER },
};

#define N_METRICS	ARRAY_SIZE(metrics)

FIXTURE(sides)
{
	struct result_row rows[2][MAX_ROWS];
	double values[2][MAX_ROWS][N_METRICS];
	char names[MAX_ROWS][32];
	struct result_set sets[2];
	struct comparison c;
	uint64_t random;
};

FIXTURE_SETUP(sides)
{
	unsigned int side;

	memset(self, 0, sizeof(*self));
	self->random = 12345;
	for (side = 0; side < 2; side++)
		self->sets[side] = (struct result_set){
			.rows = self->rows[side], .metrics = metrics,
			.n_metrics = N_METRICS,
		};
}

FIXTURE_TEARDOWN(sides)
{
	comparison_free(&self->c);
}

static struct result_row *add_row(FIXTURE_DATA(sides) *self, unsigned int side,
				  const char *test, double value)
{
	size_t n = self->sets[side].n_rows++, m;
	struct result_row *row = &self->rows[side][n];

	*row = (struct result_row){
		.dimensions = {
			[RECORD_TEST] = (char *)test,
			[RECORD_SCENARIO] = (char *)(strrchr(test, '.') + 1),
			[RECORD_TOPOLOGY] = (char *)"1n1l2c1t",
			[RECORD_SCHEDULER] = (char *)"eevdf",
			[RECORD_KERNEL] = (char *)"7.3.4",
			[RECORD_RUN] = (char *)(side ? "new" : "old"),
		},
		.time = (char *)"", .reason = (char *)"", .path = (char *)"",
		.values = self->values[side][n],
	};
	for (m = 0; m < N_METRICS; m++)
		row->values[m] = value;
	return row;
}

/*
 * Tests that differ much, and runs of each that differ as on a busy host: some
 * metrics in the mean, some in their tails. B's throughput is times @factor.
 */
static void simulate(FIXTURE_DATA(sides) *self, unsigned int tests,
		     unsigned int runs, double factor)
{
	static const double sizes[N_METRICS] = {
		1e5, 40, 300, 2e4, 8, 3, 2e6, 4,
	};
	static const double noises[N_METRICS] = {
		0.03, 0.5, 0.2, 0.03, 0.3, 0.1, 0.3, 0,
	};
	unsigned int side, t, run;
	struct result_row *row;
	size_t m;

	for (side = 0; side < 2; side++)
		self->sets[side].n_rows = 0;
	for (t = 0; t < tests; t++) {
		double size = exp(made_normal(&self->random));

		snprintf(self->names[t], sizeof(self->names[t]), "sim.t%u.x",
			 t);
		for (side = 0; side < 2; side++)
			for (run = 0; run < runs; run++) {
				row = add_row(self, side, self->names[t], 0);
				for (m = 0; m < N_METRICS; m++)
					row->values[m] = sizes[m] * size *
						exp(noises[m] *
						    made_normal(&self->random));
				if (side)
					row->values[0] *= factor;
			}
	}
}

/* How many of a hundred comparisons call anything different, or worse? */
static void count_verdicts(struct __test_metadata *_metadata,
			   FIXTURE_DATA(sides) *self, unsigned int tests,
			   unsigned int runs, double factor,
			   unsigned int *different, unsigned int *worse)
{
	const struct compare_estimate *e;
	unsigned int i;
	bool any;

	*different = 0;
	*worse = 0;
	for (i = 0; i < TIMES; i++) {
		simulate(self, tests, runs, factor);
		ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], i,
					  &self->c));
		any = false;
		for (e = self->c.all; e < self->c.all + self->c.n_all; e++)
			any |= e->verdict == COMPARE_WORSE ||
			       e->verdict == COMPARE_BETTER;
		for (e = self->c.each; e < self->c.each + self->c.n_each; e++)
			any |= e->verdict == COMPARE_WORSE ||
			       e->verdict == COMPARE_BETTER;
		*different += any;
		*worse += compare_is_worse(&self->c);
		comparison_free(&self->c);
	}
}

static const struct shape {
	const char *name;
	unsigned int tests;
	unsigned int runs;
	bool finds;
} shapes[] = {
	{ "one run of 20 tests", 20, 1, true },
	{ "5 runs of 8 tests", 8, 5, true },
	{ "20 runs of a test", 1, 20, true },
	{ "3 runs of 3 tests", 3, 3, false },
};

TEST_F(sides, equals_are_called_so)
{
	unsigned int different, worse;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		count_verdicts(_metadata, self, shapes[i].tests,
			       shapes[i].runs, 1, &different, &worse);
		TH_LOG("%s: %u of %u called different, %u worse",
		       shapes[i].name, different, TIMES, worse);
		EXPECT_GE(5U, different) TH_LOG("%s", shapes[i].name);
	}
}

TEST_F(sides, five_percent_are_found)
{
	unsigned int different, worse;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		count_verdicts(_metadata, self, shapes[i].tests,
			       shapes[i].runs, 0.95, &different, &worse);
		TH_LOG("%s: %u of %u found", shapes[i].name, worse, TIMES);
		EXPECT_LE(shapes[i].finds ? 95U : 0U, worse)
			TH_LOG("%s", shapes[i].name);
	}
}

/* The gate is there for what is sure, and nobody minds. */
TEST_F(sides, one_percent_is_sure_and_not_worse)
{
	struct compare_estimate *e;
	unsigned int i;

	for (i = 0; i < 40; i++) {
		add_row(self, 0, "a.b", 1e5 + i % 2);
		add_row(self, 1, "a.b", 0.99e5 + i % 2);
	}
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	e = &self->c.all[0];
	EXPECT_STREQ("iterations",
		     self->c.metrics[e->metric].metric->name);
	EXPECT_GT(1e-6, e->boot.p);
	EXPECT_EQ(COMPARE_SAME, e->verdict);
	EXPECT_GT(0, e->high);
}

/* And for what is far in percent, of nothing. */
TEST_F(sides, little_of_little_is_not_worse)
{
	unsigned int i;
	size_t m;

	for (i = 0; i < 40; i++) {
		add_row(self, 0, "a.b", 0)->values[1] = 1 + i % 2;
		add_row(self, 1, "a.b", 0)->values[1] = 4 + i % 2;
	}
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	for (m = 0; m < self->c.n_all; m++)
		EXPECT_NE(COMPARE_WORSE, self->c.all[m].verdict);
	EXPECT_LT(1.5, self->c.all[1].change);
	EXPECT_GT(1e-6, self->c.all[1].boot.p);
}

TEST_F(sides, better_goes_by_the_metric)
{
	unsigned int i;
	size_t m;

	for (i = 0; i < 20; i++) {
		add_row(self, 0, "a.b", 1e5 + i);
		add_row(self, 1, "a.b", 2e5 + i);
	}
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	ASSERT_EQ(N_METRICS, self->c.n_all);
	for (m = 0; m < N_METRICS; m++) {
		static const enum compare_verdict wanted[N_BETTERS] = {
			[BETTER_UP] = COMPARE_BETTER,
			[BETTER_DOWN] = COMPARE_WORSE,
			[BETTER_NEITHER] = COMPARE_NOT_JUDGED,
		};

		EXPECT_EQ(wanted[metrics[m].better], self->c.all[m].verdict)
			TH_LOG("%s", metrics[m].name);
		EXPECT_GT(0.01, fabs(self->c.all[m].change - 1));
	}
}

/* That nothing was found says something only where it could have been. */
TEST_F(sides, few_values_do_not_tell_of_many_metrics)
{
	static const struct {
		unsigned int tests, runs;
		bool told;
	} cases[] = {
		{ 1, 3, false }, { 1, 5, false }, { 1, 6, true },
		{ 3, 3, true }, { 4, 1, false }, { 9, 1, false },
		{ 10, 1, true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		simulate(self, cases[i].tests, cases[i].runs, 1);
		ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1,
					  &self->c));
		EXPECT_EQ(cases[i].told, self->c.n_told > 0)
			TH_LOG("case %zu", i);
		EXPECT_EQ(10, compare_least_pairs(&self->c));
		comparison_free(&self->c);
	}
}

/* One that is worse among many that are not is found by itself. */
TEST_F(sides, a_single_test_is_found)
{
	const struct compare_estimate *e;
	unsigned int side, i, worse = 0;

	simulate(self, 12, 8, 1);
	for (side = 1, i = 0; i < self->sets[side].n_rows; i++)
		if (!strcmp(self->rows[side][i].dimensions[RECORD_TEST],
			    "sim.t7.x"))
			self->rows[side][i].values[0] *= 0.7;
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	for (e = self->c.each; e < self->c.each + self->c.n_each; e++)
		if (e->verdict == COMPARE_WORSE) {
			worse++;
			EXPECT_STREQ("sim.t7.x", self->c.pairs[e->pair].name);
		}
	EXPECT_EQ(1U, worse);
}

TEST_F(sides, what_passed_and_fails_is_worse)
{
	static const struct {
		const char *test;
		enum record_result a;
		enum record_result b;
		bool broken;
	} cases[] = {
		{ "a.pass_pass", RECORD_PASS, RECORD_PASS, false },
		{ "a.pass_fail", RECORD_PASS, RECORD_FAIL, true },
		{ "a.fail_fail", RECORD_FAIL, RECORD_FAIL, false },
		{ "a.fail_pass", RECORD_FAIL, RECORD_PASS, false },
		{ "a.pass_skip", RECORD_PASS, RECORD_SKIP, false },
		{ "a.pass_unjudged", RECORD_PASS, RECORD_UNJUDGED, false },
		{ "a.skip_fail", RECORD_SKIP, RECORD_FAIL, false },
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		add_row(self, 0, cases[i].test, 5)->result = cases[i].a;
		add_row(self, 1, cases[i].test, 5)->result = cases[i].b;
	}
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	ASSERT_EQ(ARRAY_SIZE(cases), self->c.n_pairs);
	EXPECT_EQ(1U, self->c.n_broken);
	EXPECT_TRUE(compare_is_worse(&self->c));
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		for (j = 0; j < self->c.n_pairs; j++)
			if (!strcmp(self->c.pairs[j].name, cases[i].test)) {
				EXPECT_EQ(cases[i].broken,
					  self->c.pairs[j].broken)
					TH_LOG("%s", cases[i].test);
			}
	/* Only what passed on both sides has numbers. */
	EXPECT_EQ(1U, self->c.all[0].n_pairs);
}

/* ---- pairs ---- */

TEST_F(sides, what_is_compared_is_a_star)
{
	struct result_row *row;
	unsigned int side;

	for (side = 0; side < 2; side++) {
		static const char * const tests[] = {
			"ready.scx_a-1n1l1c1t.steady",
			"ready.scx_ab-1n2l1c1t.steady",
		};

		row = add_row(self, side, tests[side], 5);
		row->dimensions[RECORD_TOPOLOGY] =
			(char *)(side ? "1n2l1c1t" : "1n1l1c1t");
		row->dimensions[RECORD_SCHEDULER] =
			(char *)(side ? "scx_ab -f" : "scx_a");
	}
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	EXPECT_TRUE(self->c.differs[RECORD_TOPOLOGY]);
	EXPECT_TRUE(self->c.differs[RECORD_SCHEDULER]);
	EXPECT_FALSE(self->c.differs[RECORD_KERNEL]);
	ASSERT_EQ(1U, self->c.n_pairs);
	EXPECT_STREQ("ready.*-*.steady", self->c.pairs[0].name);
	EXPECT_EQ(NULL, self->c.pairs[0].topology);
}

TEST_F(sides, other_topologies_are_other_pairs)
{
	static const char * const shapes_of[2][3] = {
		{ "1n1l1c1t", "1n1l2c1t", "1n1l8c1t" },
		{ "1n1l1c1t", "1n1l2c1t", "1n1l4c1t" },
	};
	struct result_row *row;
	unsigned int side, i;

	for (side = 0; side < 2; side++)
		for (i = 0; i < 3; i++) {
			row = add_row(self, side, "a.b", 5);
			row->dimensions[RECORD_TOPOLOGY] =
				(char *)shapes_of[side][i];
		}
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	EXPECT_EQ(2U, self->c.n_pairs);
	EXPECT_EQ(1U, self->c.alone[0]);
	EXPECT_EQ(1U, self->c.alone[1]);
}

/* Cells of one test that were run otherwise are not values of one pair. */
TEST_F(sides, other_attributes_are_other_pairs)
{
	static const char * const given[] = { "kaslr=on", "kaslr=off" };
	unsigned int side, i;

	for (side = 0; side < 2; side++)
		for (i = 0; i < 2; i++)
			add_row(self, side, "a.b", 5)->dimensions[RECORD_GIVEN] =
				(char *)given[i];
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	EXPECT_EQ(2U, self->c.n_pairs);
}

TEST_F(sides, other_suites_are_paired_by_scenario)
{
	struct result_row *row;

	add_row(self, 0, "eevdf.1n1l2c1t.steady", 5);
	row = add_row(self, 1, "scx.simple.steady", 5);
	row->dimensions[RECORD_SCHEDULER] = (char *)"scx_simple";
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	EXPECT_TRUE(self->c.by_scenario);
	ASSERT_EQ(1U, self->c.n_pairs);
	EXPECT_STREQ("steady", self->c.pairs[0].name);
}

TEST_F(sides, nothing_in_common_is_no_pair)
{
	add_row(self, 0, "a.b", 5);
	add_row(self, 1, "a.c", 5);
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	EXPECT_EQ(0U, self->c.n_pairs);
	EXPECT_EQ(0U, self->c.n_all);
	EXPECT_EQ(1U, self->c.alone[0]);
	comparison_free(&self->c);
	self->sets[1].n_rows = 0;
	ASSERT_EQ(0, compare_sets(&self->sets[0], &self->sets[1], 1, &self->c));
	EXPECT_EQ(0U, self->c.n_pairs);
}

/* ---- groups and outliers ---- */

TEST_F(sides, groups_count_and_have_means)
{
	struct stats_groups g;
	struct result_row *row;

	add_row(self, 0, "a.x", 10);
	add_row(self, 0, "b.y", 1);
	row = add_row(self, 0, "c.x", 20);
	row->values[1] = NAN;
	add_row(self, 0, "d.x", 1000)->result = RECORD_SKIP;
	ASSERT_EQ(0, stats_group_by(&self->sets[0], RECORD_SCENARIO, &g));
	ASSERT_EQ(2U, g.n);
	EXPECT_STREQ("x", g.list[0].name);
	EXPECT_EQ(3U, g.list[0].n);
	EXPECT_EQ(2U, g.list[0].counts[RECORD_PASS]);
	EXPECT_EQ(1U, g.list[0].counts[RECORD_SKIP]);
	EXPECT_EQ(15, stats_mean(&g.list[0], 0));
	EXPECT_EQ(10, stats_mean(&g.list[0], 1));
	stats_groups_free(&g);
}

TEST_F(sides, outliers_are_those_that_are_worse)
{
	struct stats_outlier *list;
	unsigned int i;
	size_t n;

	for (i = 0; i < 20; i++)
		add_row(self, 0, self->names[i], 0);
	for (i = 0; i < 20; i++) {
		self->rows[0][i].values[0] = 100 + i % 3;
		self->rows[0][i].values[1] = 100 + i % 3;
	}
	/* Less throughput and a longer gap are worse; more and shorter are not. */
	self->rows[0][4].values[0] = 10;
	self->rows[0][5].values[1] = 10;
	ASSERT_EQ(0, stats_outliers(&self->sets[0], &list, &n));
	ASSERT_EQ(1U, n);
	EXPECT_EQ(&self->rows[0][4], list[0].row);
	EXPECT_EQ(0U, list[0].metric);
	EXPECT_LT(3, list[0].sigmas);
	free(list);
	self->sets[0].n_rows = 4;
	ASSERT_EQ(0, stats_outliers(&self->sets[0], &list, &n));
	EXPECT_EQ(0U, n);
}

TEST_HARNESS_MAIN
