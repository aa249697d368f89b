// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is kept of a run's samples: nothing is lost but every second point when
 * there are too many, and guest and host times agree.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/series.h"

#define TEST_CPUS 252

FIXTURE(mon_series)
{
	struct mon_series s;
	struct mon_sample *sample;
};

FIXTURE_SETUP(mon_series)
{
	mon_series_init(&self->s);
	self->s.n_cpus = TEST_CPUS;
	self->sample = calloc(1, mon_sample_size(TEST_CPUS));
	ASSERT_NE(NULL, self->sample);
	self->sample->n_cpus = TEST_CPUS;
	self->sample->n_valid = TEST_CPUS;
}

FIXTURE_TEARDOWN(mon_series)
{
	mon_series_exit(&self->s);
	free(self->sample);
}

static void add(struct __test_metadata *_metadata, struct mon_series *s,
		struct mon_sample *sample, unsigned int i)
{
	sample->guest_tsc = 1000 + 10 * i;
	sample->host_ns = i;
	sample->cpus[TEST_CPUS - 1].valid = true;
	sample->cpus[TEST_CPUS - 1].nr_running = i;
	ASSERT_EQ(0, mon_series_add(s, sample));
}

static void tell(struct mon_series *s, enum wire_type type, uint64_t time_ns,
		 uint64_t tsc, const void *payload, size_t len)
{
	const struct wire_rec rec = {
		.type = type, .len = len, .time_ns = time_ns, .tsc = tsc,
	};

	mon_series_record(s, &rec, payload);
}

TEST_F(mon_series, all_points_of_a_short_run)
{
	unsigned int i;

	for (i = 0; i < 200; i++)
		add(_metadata, &self->s, self->sample, i);
	ASSERT_EQ(200, self->s.n_points);
	EXPECT_EQ(1, self->s.stride);
	for (i = 0; i < 200; i++) {
		const struct mon_point *p = mon_series_point(&self->s, i);

		EXPECT_EQ(i, p->cpus[TEST_CPUS - 1].q.nr_running);
		EXPECT_EQ(1000 + 10 * i, p->tsc);
	}
	EXPECT_EQ(0, self->s.first->cpus[TEST_CPUS - 1].nr_running);
	EXPECT_EQ(199, self->s.last->cpus[TEST_CPUS - 1].nr_running);
}

/* Domains of a sample that did not read them are those of an earlier one. */
TEST_F(mon_series, last_domains_that_were_read)
{
	struct mon_cpu *c = &self->sample->cpus[3];

	c->n_domains = 2;
	self->sample->domains_read = true;
	c->domains[1].span_weight = 10;
	add(_metadata, &self->s, self->sample, 0);
	c->domains[1].span_weight = 20;
	add(_metadata, &self->s, self->sample, 1);
	self->sample->domains_read = false;
	c->domains[1].span_weight = 30;
	add(_metadata, &self->s, self->sample, 2);
	EXPECT_EQ(10, self->s.first->cpus[3].domains[1].span_weight);
	EXPECT_EQ(20, self->s.last->cpus[3].domains[1].span_weight);
	EXPECT_EQ(2, self->s.last->cpus[3].n_domains);
	EXPECT_EQ(2, self->s.last->cpus[TEST_CPUS - 1].nr_running);
}

/* A run that is too long keeps every second, every fourth, ... point. */
TEST_F(mon_series, long_run_is_thinned_out)
{
	size_t most = MON_SERIES_MAX_BYTES / mon_point_size(TEST_CPUS);
	unsigned int n = 5 * most, i;

	for (i = 0; i < n; i++)
		add(_metadata, &self->s, self->sample, i);
	EXPECT_EQ(n, self->s.n_taken);
	EXPECT_EQ(8, self->s.stride);
	EXPECT_LE(self->s.n_points, most);
	EXPECT_LE(self->s.points_room * mon_point_size(TEST_CPUS),
		  MON_SERIES_MAX_BYTES);
	EXPECT_EQ((n + 7) / 8, self->s.n_points);
	for (i = 0; i < self->s.n_points; i++)
		ASSERT_EQ(8 * i, mon_series_point(&self->s, i)->host_ns);
	EXPECT_EQ(n - 1, self->s.last->host_ns);
}

TEST_F(mon_series, another_number_of_cpus_is_refused)
{
	self->sample->n_cpus = TEST_CPUS - 1;
	EXPECT_EQ(-EINVAL, mon_series_add(&self->s, self->sample));
	EXPECT_EQ(0, self->s.n_points);
}

/* The guest told two moments; the samples lie between, before and after. */
TEST_F(mon_series, samples_on_the_guests_clock)
{
	const struct wire_step step = { .index = 3 };
	const uint32_t stage = STAGE_WORKLOAD;

	tell(&self->s, WIRE_STAGE, 5000000, 2000, &stage, sizeof(stage));
	add(_metadata, &self->s, self->sample, 0);
	add(_metadata, &self->s, self->sample, 200);
	mon_series_mark(&self->s, MON_MARK_ALARM, 2500, "a stall\nand more");
	tell(&self->s, WIRE_STEP, 5001000, 3000, &step, sizeof(step));
	mon_series_finish(&self->s);

	EXPECT_EQ(4999000, mon_series_point(&self->s, 0)->guest_ns);
	EXPECT_EQ(5001000, mon_series_point(&self->s, 1)->guest_ns);
	ASSERT_EQ(3, self->s.n_marks);
	EXPECT_EQ(MON_MARK_STAGE, self->s.marks[0].kind);
	EXPECT_EQ(STAGE_WORKLOAD, self->s.marks[0].stage);
	EXPECT_EQ(MON_MARK_ALARM, self->s.marks[1].kind);
	EXPECT_EQ(5000500, self->s.marks[1].guest_ns);
	EXPECT_STREQ("a stall", self->s.marks[1].text);
	EXPECT_EQ(3, self->s.marks[2].step.index);
}

/* Clocks that run backwards, or not at all, give no time. */
TEST_F(mon_series, lying_clocks)
{
	const uint32_t stage = 0xffffffff;

	tell(&self->s, WIRE_STAGE, 5000, 2000, &stage, sizeof(stage));
	tell(&self->s, WIRE_STAGE, 4000, 3000, &stage, sizeof(stage));
	tell(&self->s, WIRE_STAGE, 6000, 2000, &stage, sizeof(stage));
	tell(&self->s, WIRE_STAGE, 0, 0, &stage, sizeof(stage));
	tell(&self->s, WIRE_STEP, 6000, 6000, &stage, sizeof(stage));
	add(_metadata, &self->s, self->sample, 0);
	EXPECT_EQ(4, self->s.n_marks);
	EXPECT_GT((enum wire_stage)STAGE_COUNT, self->s.marks[0].stage);
	/* The wrong length is no step, but its clocks count. */
	mon_series_finish(&self->s);
	EXPECT_EQ(4750, mon_series_point(&self->s, 0)->guest_ns);
	EXPECT_EQ(0, mon_series_guest_ns(&self->s, 0));
}

TEST_F(mon_series, marks_have_a_limit)
{
	unsigned int i;

	for (i = 0; i < MON_MARKS_MAX + 7; i++)
		mon_series_mark(&self->s, MON_MARK_ALARM, 0, "x");
	EXPECT_EQ(MON_MARKS_MAX, self->s.n_marks);
	EXPECT_EQ(7, self->s.n_marks_lost);
	mon_series_finish(&self->s);
}

TEST_HARNESS_MAIN
