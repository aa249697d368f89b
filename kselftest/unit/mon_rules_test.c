// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each condition of the monitor's checks by itself: the least that differs from
 * what is complained of, and is not.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/mon_image.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/checks.h"
#include "lib/host/monitor/read/sample.h"

#define CPUS		3
#define STEP_NS		(100 * NSEC_PER_MSEC)
/* Samples alike before there is an alarm, and the one to compare with */
#define SUSTAINED	5
#define TO_ALARM	(1 + SUSTAINED)
#define LONG		40

FIXTURE(rules)
{
	struct mon_kernel kernel;
	struct check_limits limits;
	struct mon_verdict *v;
	struct mon_sample *s;
	int still;		/* the CPU whose clock stands, -1 for none */
};

static void judge_anew(FIXTURE_DATA(rules) *self, double slowness)
{
	mon_verdict_destroy(self->v);
	self->v = mon_verdict_create(&self->kernel, CPUS, &self->limits,
				     slowness);
}

/* All is well: each CPU runs one task. */
FIXTURE_SETUP(rules)
{
	unsigned int i;

	snprintf(self->kernel.f.events[0].name,
		 sizeof(self->kernel.f.events[0].name),
		 "SCX_EV_SELECT_CPU_FALLBACK");
	self->kernel.f.n_events = 1;
	self->kernel.f.constant[MON_C_SCX_ENABLED] = 1;
	self->kernel.hz = 1000;
	check_limits_default(&self->limits);
	self->limits.sustained_samples = SUSTAINED;
	judge_anew(self, 1.0);
	self->s = calloc(1, mon_sample_size(CPUS));
	ASSERT_TRUE(self->v && self->s);
	self->still = -1;
	self->s->n_cpus = CPUS;
	self->s->n_valid = CPUS;
	self->s->host_ns = 1000 * NSEC_PER_SEC;
	self->s->scx.loaded = true;
	self->s->scx.enable_state = 1;
	self->s->scx.events_valid = true;
	for (i = 0; i < CPUS; i++) {
		self->s->cpus[i].online = true;
		self->s->cpus[i].valid = true;
		self->s->cpus[i].nr_running = 1;
		self->s->cpus[i].clock_ns = 10 * NSEC_PER_SEC;
		self->s->cpus[i].vcpu_time_ns = NSEC_PER_SEC;
		self->s->cpus[i].curr_pid = 100 + i;
	}
}

FIXTURE_TEARDOWN(rules)
{
	mon_verdict_destroy(self->v);
	free(self->s);
}

static unsigned int step(FIXTURE_DATA(rules) *self)
{
	unsigned int n = mon_verdict_feed(self->v, self->s, 0), i;

	self->s->host_ns += STEP_NS;
	for (i = 0; i < CPUS; i++) {
		struct mon_cpu *c = &self->s->cpus[i];

		if ((int)i != self->still)
			c->clock_ns += STEP_NS;
		c->vcpu_time_ns += STEP_NS;
		if (c->waiter.pid)
			c->waiter.wait_ns += STEP_NS;
	}
	return n;
}

/* Steps until there is an alarm; 0 when none comes */
static unsigned int steps(FIXTURE_DATA(rules) *self, unsigned int most)
{
	unsigned int i;

	for (i = 1; i <= most; i++)
		if (step(self))
			return i;
	return 0;
}

static unsigned int n_alarms(FIXTURE_DATA(rules) *self)
{
	unsigned int n;

	mon_verdict_alarms(self->v, &n);
	return n;
}

static void wait_on(FIXTURE_DATA(rules) *self, unsigned int cpu, int pid,
		    unsigned int wait_ms)
{
	struct mon_waiter *w = &self->s->cpus[cpu].waiter;

	w->pid = pid;
	w->wait_ns = wait_ms * NSEC_PER_MSEC;
	w->cpus.bits[0] = (1 << CPUS) - 1;
}

/* ---- a CPU that stands still ---- */

TEST_F(rules, this_is_a_cpu_stall)
{
	self->still = 1;
	EXPECT_EQ(TO_ALARM, steps(self, LONG));
}

/* A task was woken up on it, and it has yet to switch. */
TEST_F(rules, idle_cpu_with_a_runnable_task)
{
	self->still = 1;
	self->s->cpus[1].idle = true;
	EXPECT_EQ(0, steps(self, LONG));
}

/* An idle CPU's clock is from when it went idle: nothing to compare with. */
TEST_F(rules, idle_in_the_first_sample)
{
	self->still = 1;
	self->s->cpus[1].idle = true;
	EXPECT_EQ(0, step(self));
	self->s->cpus[1].idle = false;
	EXPECT_EQ(TO_ALARM, steps(self, LONG));
}

TEST_F(rules, idle_in_the_last_sample)
{
	unsigned int i;

	self->still = 1;
	for (i = 0; i < TO_ALARM - 1; i++)
		EXPECT_EQ(0, step(self));
	self->s->cpus[1].idle = true;
	EXPECT_EQ(0, steps(self, LONG));
}

TEST_F(rules, cpu_without_a_task)
{
	self->still = 1;
	self->s->cpus[1].nr_running = 0;
	EXPECT_EQ(0, steps(self, LONG));
}

TEST_F(rules, invalid_cpu_stands_still)
{
	self->still = 1;
	self->s->cpus[1].valid = false;
	EXPECT_EQ(0, steps(self, LONG));
}

/* What was not valid is nothing to compare with. */
TEST_F(rules, valid_after_it_was_not)
{
	self->still = 1;
	self->s->cpus[1].valid = false;
	EXPECT_EQ(0, step(self));
	self->s->cpus[1].valid = true;
	EXPECT_EQ(TO_ALARM, steps(self, LONG));
}

/* ---- a task that waits beside an idle CPU ---- */

static void let_cpu_2_idle(FIXTURE_DATA(rules) *self)
{
	self->limits.max_task_wait_ms = CHECK_OFF;
	judge_anew(self, 1.0);
	self->s->cpus[2].idle = true;
	self->s->cpus[2].nr_running = 0;
}

TEST_F(rules, this_is_a_task_stall)
{
	let_cpu_2_idle(self);
	wait_on(self, 0, 77, 30);
	EXPECT_EQ(TO_ALARM, steps(self, LONG));
}

/*
 * Another one waits there now, for less time: that is no wait that ended in
 * between, so its own begins with the sample before.
 */
TEST_F(rules, shorter_wait_of_another)
{
	let_cpu_2_idle(self);
	wait_on(self, 0, 77, 300);
	EXPECT_EQ(0, step(self));
	EXPECT_EQ(0, step(self));
	wait_on(self, 0, 78, 200);
	EXPECT_EQ(SUSTAINED, steps(self, LONG));
}

/* The same one: it has run in between. */
TEST_F(rules, shorter_wait_of_the_same)
{
	let_cpu_2_idle(self);
	wait_on(self, 0, 77, 300);
	EXPECT_EQ(0, step(self));
	EXPECT_EQ(0, step(self));
	wait_on(self, 0, 77, 200);
	EXPECT_EQ(TO_ALARM, steps(self, LONG));
}

/* Found waiting each time, but not for as long as that lasts. */
TEST_F(rules, wait_that_does_not_reach_the_limit)
{
	unsigned int i;

	let_cpu_2_idle(self);
	wait_on(self, 0, 77, 30);
	for (i = 0; i < LONG; i++) {
		EXPECT_EQ(0, step(self));
		self->s->cpus[0].waiter.wait_ns = 300 * NSEC_PER_MSEC;
	}
}

TEST_F(rules, invalid_cpu_is_not_idle)
{
	let_cpu_2_idle(self);
	self->s->cpus[2].valid = false;
	wait_on(self, 0, 77, 30);
	EXPECT_EQ(0, steps(self, LONG));
}

/* ---- a task that waits for too long ---- */

TEST_F(rules, slow_host_waits_longer)
{
	self->limits.max_task_wait_ms = 1000;
	judge_anew(self, 1.0);
	wait_on(self, 0, 77, 0);
	/* 1,100 ms in the twelfth sample */
	EXPECT_EQ(12, steps(self, LONG));
	judge_anew(self, 3.0);
	wait_on(self, 0, 78, 0);
	EXPECT_EQ(32, steps(self, LONG));
}

/* ---- a dispatch queue that is too long ---- */

TEST_F(rules, depth_of_an_invalid_cpu)
{
	self->s->cpus[1].dsq_depth = 99;
	self->s->cpus[1].valid = false;
	EXPECT_EQ(0, steps(self, LONG));
	self->s->cpus[1].valid = true;
	EXPECT_NE(0, steps(self, LONG));
}

/* ---- run queues that differ ---- */

TEST_F(rules, invalid_cpu_is_no_extreme)
{
	self->s->cpus[0].nr_running = 8;
	self->s->cpus[1].nr_running = 2;
	self->s->cpus[2].nr_running = 0;
	self->s->cpus[2].valid = false;
	wait_on(self, 0, 77, 30);
	self->limits.max_task_wait_ms = CHECK_OFF;
	judge_anew(self, 1.0);
	EXPECT_EQ(0, steps(self, LONG));
	/* With it, the least is 1 rather than 2. */
	self->s->cpus[2].valid = true;
	EXPECT_NE(0, steps(self, LONG));
}

/* ---- events ---- */

TEST_F(rules, these_are_too_many_events)
{
	unsigned int i, n = 0;

	for (i = 0; i < TO_ALARM; i++) {
		n += step(self);
		self->s->scx.events[0] += 1000;
	}
	EXPECT_EQ(1, n);
}

/* Each counts from zero: the difference of two says nothing. */
TEST_F(rules, events_of_another_scheduler)
{
	unsigned int i;

	for (i = 0; i < LONG; i++) {
		EXPECT_EQ(0, step(self));
		self->s->scx.events[0] += 1000;
		self->s->scx.id++;
	}
}

/* ---- one alarm for each check and CPU ---- */

TEST_F(rules, stall_that_comes_again)
{
	self->still = 1;
	EXPECT_EQ(TO_ALARM, steps(self, LONG));
	EXPECT_EQ(0, steps(self, LONG));
	self->still = -1;
	EXPECT_EQ(0, steps(self, LONG));
	self->still = 1;
	EXPECT_EQ(0, steps(self, LONG));
	EXPECT_EQ(1, n_alarms(self));
	/* Another CPU's is another one. */
	self->still = 0;
	EXPECT_NE(0, steps(self, LONG));
	EXPECT_EQ(2, n_alarms(self));
}

/* ---- what comes next does not follow on what was ---- */

TEST_F(rules, forgotten_samples_do_not_count)
{
	unsigned int i;

	self->still = 1;
	for (i = 0; i < TO_ALARM - 1; i++)
		EXPECT_EQ(0, step(self));
	mon_verdict_forget(self->v);
	EXPECT_EQ(TO_ALARM, steps(self, LONG));
}

TEST_HARNESS_MAIN
