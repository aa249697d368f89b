// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assertions over time: what can be said, and what values come to. That which
 * is empty or broken is open, and never holds.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/doc.h"
#include "lib/common/check/assertion.h"
#include "lib/common/check/watch.h"
#include "lib/common/util/util.h"

/* ---- what can be said ---- */

TEST(what_is_said_is_read)
{
	static const struct {
		const char *text;
		struct assertion a;
	} cases[] = {
		{ "x nondecreasing",
		  { "x", ASSERTION_NONDECREASING, .step = -1, .over_step = -1 } },
		{ "  x\tstrictly_increasing in step 3 ",
		  { "x", ASSERTION_STRICTLY_INCREASING, .step = 3,
		    .over_step = -1 } },
		{ "x rate_within -1.5 2e3 after 500",
		  { "x", ASSERTION_RATE_WITHIN, .low = -1.5, .high = 2000,
		    .ms = 500, .step = -1, .over_step = -1 } },
		{ "x steady_within 10 in step 0 after 7",
		  { "x", ASSERTION_STEADY_WITHIN, .high = 10, .ms = 7,
		    .over_step = -1 } },
		{ "x converges_to 100 5 2000",
		  { "x", ASSERTION_CONVERGES_TO, .low = 100, .high = 5,
		    .ms = 2000, .step = -1, .over_step = -1 } },
		{ "x always >= 3",
		  { "x", ASSERTION_ALWAYS, .op = ASSERTION_GE, .high = 3,
		    .step = -1, .over_step = -1 } },
		{ "rate x is < 3",
		  { "x", ASSERTION_IS, ASSERTION_RATE, .op = ASSERTION_LT,
		    .high = 3, .step = -1, .over_step = -1 } },
		{ "mean always < 3",
		  { "mean", ASSERTION_ALWAYS, .op = ASSERTION_LT, .high = 3,
		    .step = -1, .over_step = -1 } },
		{ "x ratio_within 0.9 1.1 over y",
		  { "x", ASSERTION_RATIO_WITHIN, .low = 0.9, .high = 1.1,
		    .over = "y", .step = -1, .over_step = -1 } },
		{ "x ratio_within 0.9 1.1 in step 1 over step 0",
		  { "x", ASSERTION_RATIO_WITHIN, ASSERTION_MEAN, .low = 0.9,
		    .high = 1.1, .step = 1 } },
	};
	struct assertion a;
	char err[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct assertion *want = &cases[i].a;

		ASSERT_EQ(0, assertion_parse(cases[i].text, &a, err,
					     sizeof(err))) {
			TH_LOG("%s: %s", cases[i].text, err);
		}
		EXPECT_TRUE(!strcmp(want->of, a.of) &&
			    !strcmp(want->over, a.over) &&
			    want->pattern == a.pattern &&
			    want->reducer == a.reducer && want->op == a.op &&
			    want->low == a.low && want->high == a.high &&
			    want->ms == a.ms && want->step == a.step &&
			    want->over_step == a.over_step) {
			TH_LOG("%s", cases[i].text);
		}
	}
}

TEST(what_makes_no_sense_is_refused)
{
	static const struct {
		const char *text;
		const char *err;
	} cases[] = {
		{ "", "series is wanted" },
		{ "x", "'' is no pattern" },
		{ "x grows", "'grows' is no pattern" },
		{ "x nondecreasing 3", "'3' cannot be behind" },
		{ "x nondecreasing after 3", "'after' cannot be" },
		{ "x rate_within 1", "'' is no number" },
		{ "x rate_within 2 1", "is empty" },
		{ "x rate_within nan 1", "'nan' is no number" },
		{ "x rate_within 1 inf", "'inf' is no number" },
		{ "x rate_within 0x1 2", "'0x1' is no number" },
		{ "x always = 3", "'=' is none of" },
		{ "x always <", "'' is no number" },
		{ "x steady_within -1", "less than nothing" },
		{ "x converges_to 1 -1 5", "less than nothing" },
		{ "x converges_to 1 1 -5", "'-5' is no whole number" },
		{ "x is > 3", "'is' wants mean" },
		{ "mean x always > 3", "'mean' cannot be before" },
		{ "x always > 3 in phase 1", "'phase' is no step" },
		{ "x always > 3 in step one", "'one' is no whole number" },
		{ "x ratio_within 1 2", "a ratio is" },
		{ "x ratio_within 1 2 over step 1", "a ratio is" },
		{ "x ratio_within 1 2 in step 1 over y over step 1",
		  "over one thing" },
		{ "x always > 3 over y", "'over' cannot be" },
	};
	struct assertion a;
	char err[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-EINVAL, assertion_parse(cases[i].text, &a, err,
						   sizeof(err)))
			TH_LOG("%s", cases[i].text);
		EXPECT_NE(NULL, strstr(err, cases[i].err))
			TH_LOG("%s: %s", cases[i].text, err);
	}
}

TEST(words_without_end_are_refused)
{
	static char text[2000];
	struct assertion a;
	char err[200];

	memset(text, 'x', sizeof(text) - 1);
	EXPECT_EQ(-EINVAL, assertion_parse(text, &a, err, sizeof(err)));
	text[100] = '\0';
	EXPECT_EQ(-EINVAL, assertion_parse(text, &a, err, sizeof(err)));
	EXPECT_EQ(-EINVAL, assertion_parse("x a b c d e f g h i j k l m n o p q",
					   &a, err, sizeof(err)));
}

#define PATTERN_ENTRY(id, word, form, what)				\
	"``" #word, form, what,

/* A word, its form and what it means: an entry each. */
TEST(documentation_lists_the_patterns)
{
	static const char * const rows[] = {
		ASSERTION_PATTERNS(PATTERN_ENTRY)
	};
	char *doc = doc_read("assertions.rst", NULL, NULL), entry[300];
	size_t i;

	ASSERT_NE(NULL, doc);
	doc_unwrap(doc);
	for (i = 0; i < ARRAY_SIZE(rows); i += 3) {
		snprintf(entry, sizeof(entry), "%s%s%s`` %s", rows[i],
			 *rows[i + 1] ? " " : "", rows[i + 1], rows[i + 2]);
		EXPECT_NE(NULL, strstr(doc, entry))
			TH_LOG("assertions.rst has not: %s", entry);
	}
	free(doc);
}

TEST(watches)
{
	static const struct {
		const char *text;
		struct map_watch w;
		int ret;
	} cases[] = {
		{ "x=.bss:crash", { "x", ".bss", 0, -1, "crash" }, 0 },
		{ "x=m", { "x", "m", 0, -1, "" }, 0 },
		{ "x=m[0x10]", { "x", "m", 16, -1, "" }, 0 },
		{ "x_1=m[3]@2:a.b[1]->c",
		  { "x_1", "m", 3, 2, "a.b[1]->c" }, 0 },
		{ "x=m@0", { "x", "m", 0, 0, "" }, 0 },
		{ "x=%rq@1:cfs.h_nr_queued",
		  { "x", "%rq", 0, 1, "cfs.h_nr_queued" }, 0 },
		{ "x=%rq", { }, -EINVAL },
		{ "x=%rq[1]:nr_running", { }, -EINVAL },
		{ "", { }, -EINVAL },
		{ "x", { }, -EINVAL },
		{ "=m", { }, -EINVAL },
		{ "1=m", { }, -EINVAL },
		{ "a b=m", { }, -EINVAL },
		{ "step=m", { }, -EINVAL },
		{ "x=", { }, -EINVAL },
		{ "x=:a", { }, -EINVAL },
		{ "x=m[", { }, -EINVAL },
		{ "x=m[]", { }, -EINVAL },
		{ "x=m[-1]", { }, -EINVAL },
		{ "x=m[99999999999999999999]", { }, -EINVAL },
		{ "x=m[1", { }, -EINVAL },
		{ "x=m@", { }, -EINVAL },
		{ "x=m@4294967296", { }, -EINVAL },
		{ "x=m:", { }, -EINVAL },
		{ "x=m[1]a", { }, -EINVAL },
	};
	struct map_watch w;
	char err[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct map_watch *want = &cases[i].w;

		ASSERT_EQ(cases[i].ret, map_watch_parse(cases[i].text, &w, err,
							sizeof(err)))
			TH_LOG("%s", cases[i].text);
		if (cases[i].ret)
			continue;
		EXPECT_TRUE(!strcmp(want->name, w.name) &&
			    !strcmp(want->map, w.map) && want->key == w.key &&
			    want->cpu == w.cpu && !strcmp(want->path, w.path))
			TH_LOG("%s", cases[i].text);
	}
}

TEST(watched_symbols)
{
	static const struct {
		const char *text;
		struct watch_symbol w;
		int ret;
	} cases[] = {
		{ "jiffies", { "jiffies", "", "" }, 0 },
		{ "a:b:c.d", { "a", "b", "c.d" }, 0 },
		{ "a:b:->c[1]", { "a", "b", "->c[1]" }, 0 },
		{ "", { }, -EINVAL },
		{ "a b", { }, -EINVAL },
		{ "a:", { }, -EINVAL },
		{ "a:b", { }, -EINVAL },
		{ "a:b:", { }, -EINVAL },
		{ "a::c", { }, -EINVAL },
		{ ":b:c", { }, -EINVAL },
	};
	struct watch_symbol w;
	char err[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct watch_symbol *want = &cases[i].w;

		ASSERT_EQ(cases[i].ret, watch_symbol_parse(cases[i].text, &w,
							   err, sizeof(err)))
			TH_LOG("%s", cases[i].text);
		if (cases[i].ret)
			continue;
		EXPECT_TRUE(!strcmp(want->symbol, w.symbol) &&
			    !strcmp(want->type, w.type) &&
			    !strcmp(want->path, w.path))
			TH_LOG("%s", cases[i].text);
	}
}

/* ---- what it comes to ---- */

#define INTERVAL_MS	100
#define VALUES_MAX	12
#define UNKNOWN		INT64_MIN	/* no value, in the tables below */
#define NO_ANSWER	((enum assertion_answer)-1)	/* it was not read */

/*
 * A value each 100 ms, the first at 10 s. The body goes on from there until 50
 * ms after the last one; step 0 has the first half, step 1 the other.
 */
struct made_series {
	struct assertion_point points[VALUES_MAX];
	size_t n;
};

static void make(struct made_series *s, const int64_t *values, size_t n)
{
	size_t i;

	s->n = n;
	for (i = 0; i < n; i++)
		s->points[i] = (struct assertion_point){
			.time_ns = 10 * NSEC_PER_SEC +
				   i * INTERVAL_MS * NSEC_PER_MSEC,
			.wall_ns = i * INTERVAL_MS * NSEC_PER_MSEC,
			.own_ns = i * INTERVAL_MS * NSEC_PER_MSEC,
			.value = values[i], .known = values[i] != UNKNOWN,
			.life = 1,
		};
}

static enum assertion_answer judge(const char *text, struct made_series *x,
				   struct made_series *y, char *why)
{
	const uint64_t from = 10 * NSEC_PER_SEC;
	uint64_t half = from + x->n / 2 * INTERVAL_MS * NSEC_PER_MSEC -
			INTERVAL_MS * NSEC_PER_MSEC / 2;
	uint64_t until = from + x->n * INTERVAL_MS * NSEC_PER_MSEC -
			 INTERVAL_MS * NSEC_PER_MSEC / 2;
	const struct assertion_phase phases[] = {
		{ ASSERTION_BODY, from, until }, { 0, from, half },
		{ 1, half, until },
	};
	const struct assertion_series series[] = {
		{ "x", x->points, x->n, INTERVAL_MS * NSEC_PER_MSEC,
		  "it was not there" },
		{ "y", y->points, y->n, INTERVAL_MS * NSEC_PER_MSEC, "" },
	};
	const struct assertion_run run = {
		series, ARRAY_SIZE(series), phases, ARRAY_SIZE(phases),
	};
	struct assertion a;

	if (assertion_parse(text, &a, why, ASSERTION_WHY_LEN))
		return NO_ANSWER;
	return assertion_judge(&a, &run, why);
}

#define HOLDS	ASSERTION_HOLDS
#define FAILS	ASSERTION_FAILS
#define OPEN	ASSERTION_OPEN
#define V(...)	{ __VA_ARGS__ }, sizeof((int64_t[]){ __VA_ARGS__ }) / 8

/* y is 10 all the time, or as many zeroes. */
TEST(values)
{
	static const struct {
		const char *text;
		int64_t values[VALUES_MAX];
		size_t n;
		enum assertion_answer answer;
		const char *why;
	} cases[] = {
		{ "x nondecreasing", V(1, 1, 2, 5), HOLDS, "" },
		{ "x nondecreasing", V(1, 3, 2, 5), FAILS,
		  "x was 3 at 10.100 s, and 2 at 10.200 s" },
		{ "x nondecreasing", V(7), OPEN, "too few" },
		{ "x nondecreasing", { }, 0, OPEN,
		  "no value of x: it was not there" },
		{ "x nondecreasing", V(1, UNKNOWN, 2), OPEN,
		  "1 of 3 values could not be read, the first at 10.100 s: it was" },
		{ "x nondecreasing", V(1, UNKNOWN, 3, 2), FAILS, "x was 3" },
		{ "x nondecreasing", V(UNKNOWN, UNKNOWN), OPEN, "2 of 2" },
		{ "x strictly_increasing", V(-1, 0, 2), HOLDS, "" },
		{ "x strictly_increasing", V(-1, 0, 0), FAILS, "0 at 10.200" },
		{ "x nondecreasing in step 1", V(9, 8, 1, 2), HOLDS, "" },
		{ "x nondecreasing in step 0", V(9, 8, 1, 2), FAILS, "" },
		{ "x nondecreasing in step 2", V(1, 2, 3, 4), OPEN,
		  "step 2 was never seen" },

		{ "x rate_within 90 110", V(0, 10, 20, 30), HOLDS, "" },
		{ "x rate_within 90 110", V(0, 10, 30, 40), FAILS,
		  "200.0 a second from 10.100 to 10.200 s" },
		{ "x rate_within 90 110", V(0, 10, UNKNOWN, 30), OPEN, "" },
		{ "x rate_within 90 110", V(5), OPEN, "no two values" },
		{ "x rate_within 90 110 after 150", V(0, 90, 100, 110), HOLDS,
		  "" },
		{ "x rate_within 90 110 after 400", V(0, 10, 20, 30), OPEN,
		  "came before 400 ms" },
		{ "x rate_within -110 -90", V(40, 30, 20), HOLDS, "" },

		{ "x steady_within 10", V(95, 100, 105), HOLDS, "" },
		{ "x steady_within 10", V(80, 100, 120), FAILS,
		  "x was 80 at 10.000 s, more than 10 % from its mean of 100.0" },
		{ "x steady_within 10 after 100", V(1, 100, 101), HOLDS, "" },
		{ "x steady_within 10", V(0, 0, 0), HOLDS, "" },
		{ "x steady_within 10", V(80, UNKNOWN, 120), OPEN, "1 of 3" },
		{ "x steady_within 10", V(80), OPEN, "too few" },

		{ "x converges_to 50 5 500", V(1, 60, 54, 48, 51, 90), HOLDS,
		  "" },
		{ "x converges_to 50 5 300", V(1, 60, 54, 48, 51, 90), FAILS,
		  "after 300 ms" },
		{ "x converges_to 50 5 500", V(50, 50, 1, 50, 50, 1, 50), FAILS,
		  "had not converged" },
		{ "x converges_to 50 5 900", V(1, 60, 54), OPEN,
		  "was over before" },
		{ "x converges_to 50 5 300", V(1, UNKNOWN, 54, 48, 51, 90),
		  OPEN, "1 of 6" },

		{ "x always <= 5", V(1, 5, -3), HOLDS, "" },
		{ "x always < 5", V(1, 5, -3), FAILS, "x was 5 at 10.100 s" },
		{ "x always == 5", V(5), HOLDS, "" },
		{ "x always != 5", V(5), FAILS, "" },
		{ "x always > 0", V(1, UNKNOWN), OPEN, "" },
		{ "x always > 0", V(UNKNOWN, 0), FAILS, "" },
		{ "x always > 3 after 200", V(1, 2, 4, 5), HOLDS, "" },

		{ "mean x is == 2", V(1, 2, 3), HOLDS, "" },
		{ "min x is > 1", V(1, 2, 3), FAILS, "that of x was 1" },
		{ "max x is <= 3", V(1, 2, 3), HOLDS, "" },
		{ "last x is == 3 in step 0", V(1, 3, 4, 5), HOLDS, "" },
		{ "rate x is >= 20", V(0, 1, 2, 3), FAILS, "was 10" },
		{ "mean x is > 0", V(1, UNKNOWN, 3), OPEN, "" },
		{ "rate x is > 0", V(5), OPEN, "too few" },

		{ "x ratio_within 0.5 2 over y", V(5, 20, 10), HOLDS, "" },
		{ "x ratio_within 0.5 2 over y", V(5, 21, 10), FAILS,
		  "x was 21 and y 10 at 10.100 s: a ratio of 2.100" },
		{ "x ratio_within 0.5 2 over y", V(5, UNKNOWN, 10), OPEN, "" },
		{ "x ratio_within 1.5 2.5 in step 1 over step 0",
		  V(4, 6, 9, 11), HOLDS, "" },
		{ "x ratio_within 0.5 1.5 in step 1 over step 0",
		  V(4, 6, 9, 11), FAILS, "2.000, not 0.5 to 1.5" },
		{ "x ratio_within 0.5 1.5 in step 1 over step 0",
		  V(0, 0, 9, 11), OPEN, "no ratio of 10 to 0" },
		{ "x ratio_within 0 9 in step 1 over step 7", V(1, 2, 3, 4),
		  OPEN, "step 7 was never seen" },
		{ "rate x ratio_within 3 5 in step 1 over step 0",
		  V(0, 10, 20, 60), HOLDS, "" },
		{ "max x ratio_within 0 1 over y", V(5, 21, 10), FAILS, "" },
		{ "z always > 0", V(1), OPEN, "there is no series z" },
	};
	static const int64_t tens[VALUES_MAX] = {
		10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10,
	};
	char why[ASSERTION_WHY_LEN];
	struct made_series x, y;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		make(&x, cases[i].values, cases[i].n);
		make(&y, tens, cases[i].n);
		EXPECT_EQ(cases[i].answer, judge(cases[i].text, &x, &y, why))
			TH_LOG("%zu: %s: %s", i, cases[i].text, why);
		EXPECT_NE(NULL, strstr(why, cases[i].why))
			TH_LOG("%zu: %s: %s", i, cases[i].text, why);
		EXPECT_EQ(cases[i].answer == HOLDS, !*why)
			TH_LOG("%zu: %s", i, why);
	}
}

/* ---- what is broken ---- */

FIXTURE(broken)
{
	struct made_series x;
	struct made_series y;
	char why[ASSERTION_WHY_LEN];
};

FIXTURE_SETUP(broken)
{
	static const int64_t values[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	make(&self->x, values, ARRAY_SIZE(values));
	make(&self->y, values, ARRAY_SIZE(values));
	ASSERT_EQ(HOLDS, judge("x nondecreasing", &self->x, &self->y,
			       self->why));
}

FIXTURE_TEARDOWN(broken)
{
}

/* Two seconds later than it would be, from one point on */
static void delay(FIXTURE_DATA(broken) *self, size_t from, bool taken)
{
	size_t i;

	for (i = from; i < self->x.n; i++) {
		struct assertion_point *p = &self->x.points[i];

		p->time_ns += 2 * NSEC_PER_SEC;
		p->wall_ns += 2 * NSEC_PER_SEC;
		p->own_ns += taken ? 0 : 2 * NSEC_PER_SEC;
	}
}

/* Of the body; its steps are of no interest here. */
static enum assertion_answer ask(FIXTURE_DATA(broken) *self, const char *text,
				 uint64_t start_ns, uint64_t end_ns)
{
	const struct assertion_phase body = {
		ASSERTION_BODY, start_ns, end_ns,
	};
	const struct assertion_series x = {
		"x", self->x.points, self->x.n, INTERVAL_MS * NSEC_PER_MSEC, "",
	};
	const struct assertion_run run = { &x, 1, &body, 1 };
	struct assertion a;

	if (assertion_parse(text, &a, self->why, sizeof(self->why)))
		return NO_ANSWER;
	return assertion_judge(&a, &run, self->why);
}

static const char * const all_of_it[] = {
	"x nondecreasing", "x strictly_increasing", "x always > 0",
	"max x is < 9", "x steady_within 100", "x rate_within 0 100",
};

#define START	(10 * NSEC_PER_SEC)
#define END	(START + 750 * NSEC_PER_MSEC)

TEST_F(broken, a_hole_is_open)
{
	size_t i;

	delay(self, 4, false);
	for (i = 0; i < ARRAY_SIZE(all_of_it); i++) {
		EXPECT_EQ(OPEN, ask(self, all_of_it[i], START,
				    END + 2 * NSEC_PER_SEC))
			TH_LOG("%s", all_of_it[i]);
		EXPECT_NE(NULL, strstr(self->why, "between 10.300 and 12.400"))
			TH_LOG("%s: %s", all_of_it[i], self->why);
	}
}

/* Nothing went on meanwhile, in the guest either. */
TEST_F(broken, what_the_host_took_is_no_hole)
{
	delay(self, 4, true);
	EXPECT_EQ(HOLDS, ask(self, "x nondecreasing", START,
			     END + 2 * NSEC_PER_SEC))
		TH_LOG("%s", self->why);
}

/* Of a rate it may have been half of the time, or all. */
TEST_F(broken, a_rate_beside_what_the_host_took)
{
	size_t i;

	for (i = 0; i < self->x.n; i++)
		self->x.points[i].wall_ns *= 2;
	EXPECT_EQ(OPEN, ask(self, "x rate_within 9 11", START, END));
	EXPECT_NE(NULL, strstr(self->why, "the host took"));
	EXPECT_EQ(HOLDS, ask(self, "x rate_within 4 11", START, END));
	EXPECT_EQ(FAILS, ask(self, "x rate_within 11 20", START, END));
	EXPECT_EQ(FAILS, ask(self, "x rate_within 1 4", START, END));
	EXPECT_EQ(OPEN, ask(self, "rate x is > 9", START, END));
	EXPECT_EQ(HOLDS, ask(self, "rate x is > 4", START, END));
	EXPECT_EQ(FAILS, ask(self, "rate x is > 11", START, END));
}

TEST_F(broken, what_begins_late_or_ends_early_is_open)
{
	EXPECT_EQ(OPEN, ask(self, "x nondecreasing", START - 2 * NSEC_PER_SEC,
			    END));
	EXPECT_NE(NULL, strstr(self->why, "no value before 10.000"))
		TH_LOG("%s", self->why);
	EXPECT_EQ(OPEN, ask(self, "x nondecreasing", START,
			    END + 2 * NSEC_PER_SEC));
	EXPECT_NE(NULL, strstr(self->why, "no value after 10.700"))
		TH_LOG("%s", self->why);
	EXPECT_EQ(OPEN, ask(self, "x nondecreasing", END + 1, END + 2));
}

/* After a new start counters begin anew, and that is no decrease. */
TEST_F(broken, another_life_is_open)
{
	size_t i;

	for (i = 4; i < self->x.n; i++) {
		self->x.points[i].life = 2;
		self->x.points[i].value -= 3;
	}
	for (i = 0; i < ARRAY_SIZE(all_of_it); i++) {
		EXPECT_EQ(OPEN, ask(self, all_of_it[i], START, END))
			TH_LOG("%s", all_of_it[i]);
		EXPECT_NE(NULL, strstr(self->why, "another one from 10.400"))
			TH_LOG("%s: %s", all_of_it[i], self->why);
	}
	self->x.points[6].value = -5;
	EXPECT_EQ(FAILS, ask(self, "x nondecreasing", START, END));
}

TEST_F(broken, a_zero_below_is_open)
{
	self->y.points[3].value = 0;
	EXPECT_EQ(OPEN, judge("x ratio_within 0.5 2 over y", &self->x, &self->y,
			      self->why));
	EXPECT_NE(NULL, strstr(self->why, "y was 0 at 10.300"));
	self->y.points[5].value = 1;
	EXPECT_EQ(FAILS, judge("x ratio_within 0.5 2 over y", &self->x,
			       &self->y, self->why));
}

TEST_F(broken, what_was_never_read_together_is_open)
{
	size_t i;

	for (i = 0; i < self->y.n; i++)
		self->y.points[i].time_ns++;
	EXPECT_EQ(OPEN, judge("x ratio_within 0.5 2 over y", &self->x, &self->y,
			      self->why));
	EXPECT_NE(NULL, strstr(self->why, "never read together"))
		TH_LOG("%s", self->why);
}

TEST_HARNESS_MAIN
