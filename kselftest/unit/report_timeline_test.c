// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timeline of a made-up run: each sample is in the phase that it was taken
 * in, and what a phase says of them is right.
 */
#include "kselftest_harness.h"

#include <math.h>
#include <stdlib.h>

#include "lib/common/util/util.h"
#include "lib/host/report/timeline.h"

#define CPUS	2

FIXTURE(timeline)
{
	struct mon_series s;
	struct mon_sample *sample;
	struct timeline t;
	char *text;
};

/* The counter of this guest goes as fast as its clock. */
static void tell(struct mon_series *s, enum wire_type type, uint64_t time_ns,
		 const void *payload, size_t len)
{
	const struct wire_rec rec = {
		.type = type, .len = len, .time_ns = time_ns, .tsc = time_ns,
	};

	mon_series_record(s, &rec, payload);
}

static void tell_stage(struct mon_series *s, enum wire_stage stage,
		       uint64_t time_ns)
{
	struct wire_stage_rec rec = { .stage = stage };

	tell(s, WIRE_STAGE, time_ns, &rec, sizeof(rec));
}

static void tell_step(struct mon_series *s, unsigned int edge,
		      uint64_t time_ns)
{
	struct wire_step rec = {
		.edge = edge, .iterations = 10 * edge,
		.cgroups = 2, .workers = 5,
	};

	tell(s, WIRE_STEP, time_ns, &rec, sizeof(rec));
}

static int add(struct mon_series *s, struct mon_sample *sample,
	       uint64_t time_ns, uint32_t a, uint32_t b)
{
	sample->guest_tsc = time_ns;
	sample->host_ns = time_ns;
	sample->cpus[0].nr_running = a;
	sample->cpus[1].nr_running = b;
	return mon_series_add(s, sample);
}

FIXTURE_SETUP(timeline)
{
	unsigned int i;

	memset(self, 0, sizeof(*self));
	mon_series_init(&self->s);
	self->s.n_cpus = CPUS;
	self->sample = calloc(1, mon_sample_size(CPUS));
	ASSERT_NE(NULL, self->sample);
	self->sample->n_cpus = CPUS;
	self->sample->n_valid = CPUS;
	for (i = 0; i < CPUS; i++)
		self->sample->cpus[i].valid = true;
}

FIXTURE_TEARDOWN(timeline)
{
	timeline_free(&self->t);
	mon_series_exit(&self->s);
	free(self->sample);
	free(self->text);
}

static const char *print(FIXTURE_DATA(timeline) *self)
{
	size_t size;
	FILE *to = open_memstream(&self->text, &size);

	timeline_print(to, &self->t);
	fclose(to);
	return self->text;
}

TEST_F(timeline, nothing_told_nothing_printed)
{
	mon_series_finish(&self->s);
	ASSERT_EQ(0, timeline_build(&self->s, &self->t));
	EXPECT_EQ(0U, self->t.n_phases);
	EXPECT_STREQ("", print(self));
}

TEST_F(timeline, samples_are_in_their_phase)
{
	const struct timeline_phase *p;

	tell_stage(&self->s, STAGE_INIT, 1 * NSEC_PER_SEC);
	tell_step(&self->s, 0, 2 * NSEC_PER_SEC);
	tell_step(&self->s, 3, 4 * NSEC_PER_SEC);
	ASSERT_EQ(0, add(&self->s, self->sample, NSEC_PER_SEC / 2, 9, 9));
	ASSERT_EQ(0, add(&self->s, self->sample, 2500 * NSEC_PER_MSEC, 4, 1));
	ASSERT_EQ(0, add(&self->s, self->sample, 3500 * NSEC_PER_MSEC, 0, 2));
	ASSERT_EQ(0, add(&self->s, self->sample, 5 * NSEC_PER_SEC, 1, 1));
	mon_series_finish(&self->s);
	ASSERT_EQ(0, timeline_build(&self->s, &self->t));

	ASSERT_EQ(3U, self->t.n_phases);
	EXPECT_STREQ("stage init", self->t.phases[0].name);
	EXPECT_EQ(0U, self->t.phases[0].q.samples);

	p = &self->t.phases[1];
	EXPECT_STREQ("workload starts", p->name);
	EXPECT_EQ(2 * NSEC_PER_SEC, p->start_ns);
	EXPECT_EQ(4 * NSEC_PER_SEC, p->end_ns);
	EXPECT_EQ(2U, p->q.samples);
	EXPECT_EQ(175, (int)(p->q.avg_running * 100));
	EXPECT_EQ(4U, p->q.max_running);
	EXPECT_EQ(0U, p->q.max_running_cpu);
	EXPECT_EQ(40, (int)(p->q.max_imbalance * 10));
	EXPECT_EQ(30, (int)(p->q.avg_imbalance * 10));

	p = &self->t.phases[2];
	EXPECT_EQ(30U, p->iterations);
	EXPECT_EQ(1U, p->q.samples);
	EXPECT_EQ(5 * NSEC_PER_SEC, p->end_ns);
}

TEST_F(timeline, events_are_those_of_the_phase)
{
	static const int64_t counts[] = { 5, 8, 0, 2 };
	unsigned int i;

	self->s.n_events = 1;
	snprintf(self->s.event_names[0], sizeof(self->s.event_names[0]), "EV");
	tell_step(&self->s, 0, 1 * NSEC_PER_SEC);
	tell_step(&self->s, 3, 9 * NSEC_PER_SEC);
	self->sample->scx.events_valid = true;
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		self->sample->scx.events[0] = counts[i];
		ASSERT_EQ(0, add(&self->s, self->sample,
				 (2 + i) * NSEC_PER_SEC, 1, 1));
	}
	mon_series_finish(&self->s);
	ASSERT_EQ(0, timeline_build(&self->s, &self->t));
	ASSERT_EQ(2U, self->t.n_phases);
	/* Of the one scheduler 3, of the next, which began at 0, 2. */
	EXPECT_EQ(5, self->t.phases[0].events[0]);
	EXPECT_NE(NULL, strstr(print(self), "EV +5"));
}

TEST_F(timeline, what_happened_is_printed_where_it_happened)
{
	const char *text, *alarm, *over;

	tell_step(&self->s, 0, 1 * NSEC_PER_SEC);
	tell_step(&self->s, 3, 3 * NSEC_PER_SEC);
	mon_series_mark(&self->s, MON_MARK_ALARM, 2 * NSEC_PER_SEC, "CPU 7");
	mon_series_finish(&self->s);
	ASSERT_EQ(0, timeline_build(&self->s, &self->t));
	text = print(self);
	alarm = strstr(text, "CPU 7");
	over = strstr(text, "workload over");
	ASSERT_NE(NULL, alarm);
	ASSERT_NE(NULL, over);
	EXPECT_LT(alarm, over);
}

/* A guest may tell of steps without end. */
TEST_F(timeline, many_phases_are_bounded)
{
	unsigned int i;

	for (i = 0; i < 2 * TIMELINE_MAX; i++)
		tell_step(&self->s, i % 4, (i + 1) * NSEC_PER_MSEC);
	mon_series_finish(&self->s);
	ASSERT_EQ(0, timeline_build(&self->s, &self->t));
	EXPECT_EQ((unsigned int)TIMELINE_MAX, self->t.n_phases);
}

/* A step of two seconds each, the second with fewer iterations. */
static void tell_count(struct mon_series *s, unsigned int edge,
		       unsigned int index, uint64_t iterations,
		       uint64_t time_ns)
{
	struct wire_step rec = {
		.edge = edge, .index = index, .iterations = iterations,
	};

	tell(s, WIRE_STEP, time_ns, &rec, sizeof(rec));
}

TEST_F(timeline, a_step_against_the_one_before)
{
	const char *text;

	tell_count(&self->s, 1, 0, 100, 1 * NSEC_PER_SEC);
	tell_count(&self->s, 2, 0, 1100, 3 * NSEC_PER_SEC);
	tell_count(&self->s, 1, 1, 1100, 3 * NSEC_PER_SEC);
	tell_count(&self->s, 2, 1, 1300, 5 * NSEC_PER_SEC);
	ASSERT_EQ(0, add(&self->s, self->sample, 2 * NSEC_PER_SEC, 1, 1));
	ASSERT_EQ(0, add(&self->s, self->sample, 4 * NSEC_PER_SEC, 3, 1));
	mon_series_finish(&self->s);
	ASSERT_EQ(0, timeline_build(&self->s, &self->t));
	ASSERT_EQ(4U, self->t.n_phases);
	EXPECT_EQ(500, self->t.phases[0].q.iterations_per_s);
	EXPECT_TRUE(isnan(self->t.phases[1].q.iterations_per_s));
	EXPECT_EQ(100, self->t.phases[2].q.iterations_per_s);
	text = print(self);
	EXPECT_NE(NULL, strstr(text, "500 iterations/s"));
	EXPECT_NE(NULL, strstr(text, ">>> DEGRADATION: imbalance +2.0"));
	EXPECT_NE(NULL, strstr(text, ">>> DEGRADATION: throughput -80.0 %"));
	EXPECT_EQ(NULL, strstr(text, "IMPROVEMENT"));
}

/* A workload that has no steps is as good as one. */
TEST_F(timeline, a_workload_without_steps_has_its_rate)
{
	tell_count(&self->s, 0, 0, 100, 1 * NSEC_PER_SEC);
	tell_count(&self->s, 3, 0, 700, 4 * NSEC_PER_SEC);
	tell_stage(&self->s, STAGE_RESULTS, 5 * NSEC_PER_SEC);
	mon_series_finish(&self->s);
	ASSERT_EQ(0, timeline_build(&self->s, &self->t));
	ASSERT_EQ(3U, self->t.n_phases);
	EXPECT_EQ(200, self->t.phases[0].q.iterations_per_s);
	EXPECT_TRUE(isnan(self->t.phases[1].q.iterations_per_s));
	EXPECT_TRUE(isnan(self->t.phases[2].q.iterations_per_s));
	EXPECT_NE(NULL, strstr(print(self), "200 iterations/s"));
}

/* 5 keep_last a second, then 50: that is worse. */
TEST_F(timeline, rates_of_a_step_against_the_one_before)
{
	static const int64_t counts[] = { 0, 5, 5, 105 };
	const char *text;
	unsigned int i;

	self->s.n_events = 1;
	snprintf(self->s.event_names[0], sizeof(self->s.event_names[0]),
		 "DISPATCH_KEEP_LAST");
	self->sample->scx.events_valid = true;
	tell_count(&self->s, 1, 0, 0, 1 * NSEC_PER_SEC);
	tell_count(&self->s, 1, 1, 0, 3 * NSEC_PER_SEC);
	tell_count(&self->s, 2, 1, 0, 5 * NSEC_PER_SEC);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		self->sample->scx.events[0] = counts[i];
		ASSERT_EQ(0, add(&self->s, self->sample,
				 (1 + i) * NSEC_PER_SEC + 1000, 1, 1));
	}
	mon_series_finish(&self->s);
	ASSERT_EQ(0, timeline_build(&self->s, &self->t));
	text = print(self);
	EXPECT_NE(NULL, strstr(text, ">>> DEGRADATION: keep_last +47.5/s"));
	EXPECT_EQ(NULL, strstr(text, "fallback"));
}

TEST_F(timeline, a_phase_without_samples_and_one_with_a_stall)
{
	const char *text;

	tell_step(&self->s, 0, 1 * NSEC_PER_SEC);
	tell_step(&self->s, 3, 3 * NSEC_PER_SEC);
	ASSERT_EQ(0, add(&self->s, self->sample, 2 * NSEC_PER_SEC, 1, 1));
	mon_series_mark(&self->s, MON_MARK_ALARM, 2 * NSEC_PER_SEC, "a stall");
	mon_series_finish(&self->s);
	ASSERT_EQ(0, timeline_build(&self->s, &self->t));
	EXPECT_EQ(1U, self->t.phases[0].q.alarms);
	EXPECT_EQ(0U, self->t.phases[1].q.alarms);
	text = print(self);
	EXPECT_NE(NULL, strstr(text, "2 cgroups, 5 workers, 1 samples, running/cpu 1.0"));
	EXPECT_NE(NULL, strstr(text, "1 alarms"));
	EXPECT_NE(NULL, strstr(text, "[no samples]"));
}

TEST_HARNESS_MAIN
