// SPDX-License-Identifier: GPL-2.0-only
/*
 * Assertions on a run: which part of it each is about, by what the guest has told
 * of its steps.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/run/asserted.h"

#define STEP_MS		1000	/* of the guest's clock, from 10 s on */
#define BEGIN_MS	10000

FIXTURE(asserted)
{
	struct run_outcome out;
	struct run_expectations expectations;
};

static void tell(FIXTURE_DATA(asserted) *self, unsigned int ms,
		 unsigned int edge, unsigned int index)
{
	struct wire_step step = { .edge = edge, .index = index };
	struct wire_rec rec = {
		.type = WIRE_STEP, .len = sizeof(step),
		.time_ns = ms * NSEC_PER_MSEC, .tsc = 2 * ms * NSEC_PER_MSEC,
	};

	mon_series_record(&self->out.series, &rec, &step);
}

/* As it is told: it starts, two steps of a second each, and it is over. */
static void tell_all(FIXTURE_DATA(asserted) *self)
{
	tell(self, BEGIN_MS, 0, 0);
	tell(self, BEGIN_MS, 1, 0);
	tell(self, BEGIN_MS + STEP_MS, 2, 0);
	tell(self, BEGIN_MS + STEP_MS, 1, 1);
	tell(self, BEGIN_MS + 2 * STEP_MS, 2, 1);
	tell(self, BEGIN_MS + 2 * STEP_MS, 3, 0);
}

/*
 * A value each 100 ms, from 500 ms before to 500 ms after: 0 before, then it goes
 * on by 1 each time, in the second step by 3; 99 after.
 */
static int fill(struct mon_track *t)
{
	unsigned int i, n = 30, ms, value = 0;

	t->points = calloc(n, sizeof(*t->points));
	if (!t->points)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		ms = BEGIN_MS - 450 + 100 * i;
		if (ms > BEGIN_MS)
			value += ms < BEGIN_MS + STEP_MS ? 1 : 3;
		t->points[i] = (struct assertion_point){
			.time_ns = 2 * ms * NSEC_PER_MSEC,
			.wall_ns = (ms + 7) * NSEC_PER_MSEC,
			.own_ns = ms * NSEC_PER_MSEC, .known = true,
			.value = ms > BEGIN_MS + 2 * STEP_MS ? 99 : value,
		};
	}
	t->n = n;
	t->n_known = n;
	snprintf(t->watch.name, sizeof(t->watch.name), "x");
	return 0;
}

FIXTURE_SETUP(asserted)
{
	struct mon_tracks *t = &self->out.findings.tracks;

	memset(self, 0, sizeof(*self));
	outcome_init(&self->out);
	t->n = 1;
	t->interval_ns = 100 * NSEC_PER_MSEC;
	ASSERT_EQ(0, fill(&t->list[0]));
}

FIXTURE_TEARDOWN(asserted)
{
	outcome_exit(&self->out);
}

static void finish(FIXTURE_DATA(asserted) *self)
{
	mon_series_finish(&self->out.series);
	mon_tracks_finish(&self->out.findings.tracks, &self->out.series);
}

TEST_F(asserted, each_is_about_its_part)
{
	static const struct {
		const char *text;
		enum assertion_answer answer;
	} cases[] = {
		{ "max x is == 40", ASSERTION_HOLDS },
		{ "min x is == 1", ASSERTION_HOLDS },
		{ "max x is == 10 in step 0", ASSERTION_HOLDS },
		{ "x rate_within 9 11 in step 0", ASSERTION_HOLDS },
		{ "x rate_within 29 31 in step 1", ASSERTION_HOLDS },
		{ "x rate_within 29 31", ASSERTION_FAILS },
		{ "rate x ratio_within 2.9 3.1 in step 1 over step 0",
		  ASSERTION_HOLDS },
		{ "x always > 0 in step 2", ASSERTION_OPEN },
	};
	size_t i;

	tell_all(self);
	finish(self);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		self->expectations.assertions[i] = cases[i].text;
	asserted_judge(&self->expectations, &self->out);
	ASSERT_EQ(ARRAY_SIZE(cases), self->out.n_assertions);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct outcome_assertion *a = &self->out.assertions[i];

		EXPECT_STREQ(cases[i].text, a->text);
		EXPECT_EQ(cases[i].answer, a->answer)
			TH_LOG("%s: %s", a->text, a->why);
	}
	EXPECT_EQ(&self->out.assertions[5],
		  asserted_find(&self->out, ASSERTION_FAILS));
	EXPECT_EQ(&self->out.assertions[7],
		  asserted_find(&self->out, ASSERTION_OPEN));
}

/* It was cut short in its first step: that goes on until the last word. */
TEST_F(asserted, what_was_cut_short)
{
	struct wire_rec op = {
		.type = WIRE_OP, .len = 2,
		.time_ns = (BEGIN_MS + 300) * NSEC_PER_MSEC,
		.tsc = 2 * (BEGIN_MS + 300) * NSEC_PER_MSEC,
	};

	tell(self, BEGIN_MS, 0, 0);
	tell(self, BEGIN_MS, 1, 0);
	mon_series_record(&self->out.series, &op, "op");
	finish(self);
	self->expectations.assertions[0] = "max x is == 3 in step 0";
	self->expectations.assertions[1] = "max x is == 3";
	asserted_judge(&self->expectations, &self->out);
	EXPECT_EQ(NULL, asserted_find(&self->out, ASSERTION_FAILS));
	EXPECT_EQ(NULL, asserted_find(&self->out, ASSERTION_OPEN))
		TH_LOG("%s", self->out.assertions[0].why);
}

/* A body without a scenario has neither: all of it counts. */
TEST_F(asserted, without_steps_it_is_all)
{
	self->expectations.assertions[0] = "max x is == 99";
	finish(self);
	asserted_judge(&self->expectations, &self->out);
	EXPECT_EQ(ASSERTION_HOLDS, self->out.assertions[0].answer)
		TH_LOG("%s", self->out.assertions[0].why);
}

/* Nobody has looked: why there is no monitor is told. */
TEST_F(asserted, without_a_monitor_it_is_open)
{
	struct mon_track *t = &self->out.findings.tracks.list[0];

	t->n = 0;
	snprintf(self->out.series.why_none, sizeof(self->out.series.why_none),
		 "no vmlinux");
	self->expectations.assertions[0] = "x nondecreasing";
	asserted_judge(&self->expectations, &self->out);
	EXPECT_EQ(ASSERTION_OPEN, self->out.assertions[0].answer);
	EXPECT_STREQ("there is no value of x: no vmlinux",
		     self->out.assertions[0].why);
}

TEST_HARNESS_MAIN
