// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a run comes to: numbers of a series that is made here.
 */
#include "kselftest_harness.h"

#include <math.h>
#include <stdlib.h>

#include "lib/common/util/util.h"
#include "lib/host/run/numbers.h"
#include "lib/host/run/outcome.h"

#define CPUS	2
#define SAMPLES	6

/* The workload is from the second to the fifth; CPU 1 is not read in that. */
static const struct {
	bool idle[CPUS];
	bool unread;
	uint64_t delay_us[CPUS];
	uint64_t pcount[CPUS];
} samples[SAMPLES] = {
	{ { true, true }, false, { 0, 0 }, { 0, 0 } },
	{ { false, false }, false, { 1000, 0 }, { 10, 0 } },
	{ { false, false }, false, { 2000, 0 }, { 20, 0 } },
	{ { false, true }, false, { 3000, 0 }, { 30, 0 } },
	{ { false, false }, true, { 4000, 1000 }, { 40, 10 } },
	{ { true, true }, false, { 90000, 1000 }, { 900, 10 } },
};

FIXTURE(numbers)
{
	struct run_outcome out;
	struct mon_sample *sample;
	struct run_quantities run;
};

FIXTURE_SETUP(numbers)
{
	memset(self, 0, sizeof(*self));
	outcome_init(&self->out);
	self->out.series.n_cpus = CPUS;
	self->out.series.has_schedstat = true;
	self->sample = calloc(1, mon_sample_size(CPUS));
	ASSERT_NE(NULL, self->sample);
	self->sample->n_cpus = CPUS;
}

FIXTURE_TEARDOWN(numbers)
{
	outcome_exit(&self->out);
	free(self->sample);
}

static int add_sample(FIXTURE_DATA(numbers) *self, unsigned int i)
{
	struct mon_sample *s = self->sample;
	unsigned int cpu;

	s->host_ns = self->out.series.start_ns + i * NSEC_PER_MSEC;
	s->guest_tsc = (i + 1) * NSEC_PER_SEC;
	for (cpu = 0; cpu < CPUS; cpu++) {
		struct mon_cpu *c = &s->cpus[cpu];

		c->valid = !(cpu && samples[i].unread);
		c->idle = samples[i].idle[cpu];
		c->run_delay_ns = samples[i].delay_us[cpu] * NSEC_PER_USEC;
		c->pcount = samples[i].pcount[cpu];
	}
	return mon_series_add(&self->out.series, s);
}

/* The guest's clock goes as its counter does. */
static void tell(FIXTURE_DATA(numbers) *self, enum wire_type type,
		 const void *payload, size_t len, unsigned int second)
{
	const struct wire_rec rec = {
		.type = type, .len = len,
		.time_ns = second * NSEC_PER_SEC,
		.tsc = second * NSEC_PER_SEC,
	};

	mon_series_record(&self->out.series, &rec, payload);
}

static void add_step(FIXTURE_DATA(numbers) *self, unsigned int edge,
		     unsigned int second)
{
	const struct wire_step step = { .edge = edge };

	tell(self, WIRE_STEP, &step, sizeof(step), second);
}

static int fill(FIXTURE_DATA(numbers) *self, bool over)
{
	const struct wire_stage_rec stage = { .stage = STAGE_WORKLOAD };
	unsigned int i;
	int ret = 0;

	tell(self, WIRE_STAGE, &stage, sizeof(stage), 1);
	add_step(self, 0, 2);
	if (over)
		add_step(self, 3, 5);
	for (i = 0; i < SAMPLES && !ret; i++)
		ret = add_sample(self, i);
	mon_series_finish(&self->out.series);
	run_measure(&self->out, &self->run);
	return ret;
}

/* 6 of the 7 CPUs that were read had a task; of CPU 0 alone both ends are known. */
TEST_F(numbers, are_those_of_the_workload)
{
	ASSERT_EQ(0, fill(self, true));
	EXPECT_EQ(86, quantity_get(&quantities[RUN_busy_pct], &self->run));
	EXPECT_EQ(10, quantity_get(&quantities[RUN_wait_ms], &self->run));
	EXPECT_EQ(SAMPLES, self->run.samples_taken);
}

/* CPU 1 in two samples of four that follow on each other, the other is busy */
static void idle_in_vain(FIXTURE_DATA(numbers) *self, unsigned int steal_us)
{
	struct mon_sample *s = self->sample;
	unsigned int i;

	add_step(self, 0, 1);
	add_step(self, 3, 4);
	for (i = 0; i < 4; i++) {
		s->host_ns = self->out.series.start_ns + i * NSEC_PER_MSEC;
		s->guest_tsc = (i + 1) * NSEC_PER_SEC;
		s->cpus[0].valid = true;
		s->cpus[1].valid = true;
		s->cpus[1].idle_wait = i == 1 || i == 2;
		s->cpus[1].steal_ns = i > 1 ? steal_us * NSEC_PER_USEC : 0;
		mon_series_add(&self->out.series, s);
	}
	mon_series_finish(&self->out.series);
	run_measure(&self->out, &self->run);
}

TEST_F(numbers, idle_while_a_task_waits)
{
	idle_in_vain(self, 100);
	EXPECT_EQ(125, quantity_get(&quantities[RUN_idle_wait_pct],
				    &self->run));
}

TEST_F(numbers, idle_as_the_host_has_it_otherwise)
{
	idle_in_vain(self, 200);
	EXPECT_EQ(0, quantity_get(&quantities[RUN_idle_wait_pct], &self->run));
	EXPECT_FALSE(isnan(self->run.idle_wait_pct));
}

TEST_F(numbers, a_workload_without_an_end_goes_on)
{
	ASSERT_EQ(0, fill(self, false));
	EXPECT_EQ(67, quantity_get(&quantities[RUN_busy_pct], &self->run));
	EXPECT_EQ(10, quantity_get(&quantities[RUN_wait_ms], &self->run));
}

TEST_F(numbers, a_kernel_without_schedstat_has_no_waits)
{
	self->out.series.has_schedstat = false;
	ASSERT_EQ(0, fill(self, true));
	EXPECT_TRUE(isnan(self->run.wait_ms));
	EXPECT_FALSE(isnan(self->run.busy_pct));
}

TEST_F(numbers, without_a_workload_there_are_none)
{
	unsigned int i;

	for (i = 0; i < SAMPLES; i++)
		ASSERT_EQ(0, add_sample(self, i));
	mon_series_finish(&self->out.series);
	run_measure(&self->out, &self->run);
	EXPECT_TRUE(isnan(self->run.busy_pct));
	EXPECT_TRUE(isnan(self->run.wait_ms));
	EXPECT_EQ(QUANTITY_UNKNOWN, self->run.workers);
	EXPECT_EQ(QUANTITY_UNKNOWN, self->run.max_gap_ms);
	EXPECT_EQ(SAMPLES, self->run.samples_taken);
}

/* The worst of what is known; sums of what is known. */
TEST_F(numbers, of_cgroups)
{
	struct outcome_cgroup *g = self->out.cgroups;
	unsigned int i;

	self->out.n_cgroups = 3;
	for (i = 0; i < 3; i++)
		quantities_forget(PER_CGROUP, &g[i].q);
	g[0].q.spread_pct = 7.5;
	g[1].q.spread_pct = 2.5;
	g[1].q.max_gap_ms = 140;
	g[2].q.max_gap_ms = 7;
	g[0].q.iterations = 5;
	g[2].q.iterations = INT64_MAX;
	run_measure(&self->out, &self->run);
	EXPECT_EQ(7.5, self->run.spread_pct);
	EXPECT_EQ(140, self->run.max_gap_ms);
	/* Any guest's numbers: they wrap, and are no trap. */
	EXPECT_EQ(INT64_MIN + 4, self->run.iterations);
	EXPECT_EQ(QUANTITY_UNKNOWN, self->run.migrations);
}

TEST_HARNESS_MAIN
