// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts on made series of samples: each check says what it should, after
 * as long as it should, and each exemption holds.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/doc.h"
#include "kselftest/unit/mon_image.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/look.h"
#include "lib/host/monitor/read/sample.h"

#define CPUS		4
#define STEP_NS		(100 * NSEC_PER_MSEC)

/* One call, so that the words, which are not split, end their line. */
#define EXPECT_SAID(text, words)	EXPECT_NE(NULL, strstr(text, words))

FIXTURE(mon_verdict)
{
	struct mon_kernel kernel;
	struct check_limits limits;
	struct mon_verdict *v;
	struct mon_sample *s;
	uint64_t guest_ns;
	uint64_t steal_ns;	/* from each CPU in each step */
	unsigned int alarms;
};

FIXTURE_SETUP(mon_verdict)
{
	unsigned int i;

	strcpy(self->kernel.f.events[0].name, "SCX_EV_SELECT_CPU_FALLBACK");
	strcpy(self->kernel.f.events[1].name, "SCX_EV_DISPATCH_KEEP_LAST");
	self->kernel.f.n_events = 2;
	self->kernel.f.constant[MON_C_SCX_ENABLED] = 1;
	self->kernel.hz = 1000;
	check_limits_default(&self->limits);
	self->v = mon_verdict_create(&self->kernel, CPUS, &self->limits, 1.0);
	self->s = calloc(1, mon_sample_size(CPUS));
	ASSERT_TRUE(self->v && self->s);

	/* A machine on which all is well: four CPUs, one task each. */
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
		self->s->cpus[i].clock_ns = 10 * NSEC_PER_SEC + i;
		self->s->cpus[i].vcpu_time_ns = NSEC_PER_SEC;
		self->s->cpus[i].curr_pid = 100 + i;
		strcpy(self->s->cpus[i].curr_comm, "spin");
	}
}

FIXTURE_TEARDOWN(mon_verdict)
{
	mon_verdict_destroy(self->v);
	free(self->s);
}

/* Take this sample, then let 100 ms go by on all CPUs but one. */
static unsigned int step(FIXTURE_DATA(mon_verdict) *self, int but)
{
	unsigned int n = mon_verdict_feed(self->v, self->s, self->guest_ns), i;

	self->alarms += n;
	if (self->guest_ns)
		self->guest_ns += STEP_NS;
	self->s->host_ns += STEP_NS;
	for (i = 0; i < CPUS; i++) {
		struct mon_cpu *c = &self->s->cpus[i];

		if ((int)i != but)
			c->clock_ns += STEP_NS;
		c->vcpu_time_ns += 50 * NSEC_PER_MSEC;
		c->steal_ns += self->steal_ns;
		if (c->waiter.pid)
			c->waiter.wait_ns += STEP_NS;
	}
	return n;
}

/* How many steps until there is an alarm; 0 when none comes */
static unsigned int steps_to_alarm(FIXTURE_DATA(mon_verdict) *self, int but)
{
	unsigned int i;

	for (i = 1; i <= 40; i++)
		if (step(self, but))
			return i;
	return 0;
}

static const struct mon_alarm *first(FIXTURE_DATA(mon_verdict) *self)
{
	unsigned int n;

	return mon_verdict_alarms(self->v, &n);
}

static void wait_on(struct mon_sample *s, unsigned int cpu, uint64_t allowed)
{
	struct mon_waiter *w = &s->cpus[cpu].waiter;

	w->pid = 77;
	strcpy(w->comm, "victim");
	w->wait_ns = 30 * NSEC_PER_MSEC;
	w->cpus.bits[0] = allowed;
}

TEST_F(mon_verdict, all_is_well)
{
	EXPECT_EQ(0, steps_to_alarm(self, -1));
}

/* A task goes on @events times each 100 ms, and @yields times it had yielded. */
static unsigned int steps_of_keep_last(FIXTURE_DATA(mon_verdict) *self,
				       unsigned int events, unsigned int yields)
{
	unsigned int i;

	for (i = 1; i <= 40; i++) {
		self->s->scx.events[1] += events;
		self->s->cpus[2].yld_count += yields;
		if (step(self, -1))
			return i;
	}
	return 0;
}

TEST_F(mon_verdict, tasks_that_go_on_for_want_of_another)
{
	EXPECT_NE(0, steps_of_keep_last(self, 100, 0));
	EXPECT_EQ(self->alarms, 1);
	EXPECT_NE(NULL, strstr(first(self)->text,
			       "250.0 times a second on each of 4 CPUs"));
}

TEST_F(mon_verdict, tasks_that_yielded_may_go_on)
{
	/* The kernel's counter has 32 bits. */
	self->s->cpus[2].yld_count = UINT32_MAX - 50;
	EXPECT_EQ(0, steps_of_keep_last(self, 100, 100));
	EXPECT_EQ(0, steps_of_keep_last(self, 100, 61));
	EXPECT_NE(0, steps_of_keep_last(self, 100, 59));
}

TEST_F(mon_verdict, stalled_cpu)
{
	const struct mon_alarm *a = first(self);

	self->guest_ns = 3 * NSEC_PER_SEC;
	step(self, -1);
	/* One sample to compare with, and five alike. */
	EXPECT_EQ(6, steps_to_alarm(self, 2));
	EXPECT_EQ(MON_CHECK_CPU_STALL, a->check);
	EXPECT_EQ(2, a->cpu);
	EXPECT_EQ(102, a->pid);
	EXPECT_EQ(500, a->value);
	EXPECT_EQ(500, a->threshold);
	EXPECT_STREQ("stall: the run queue's clock of CPU 2 stands still at its 10.100 s while spin[102] runs there: 500.0 ms (limit 500.0 ms) in 5 samples over 500 ms, at 3.600 s",
		     a->text);
	EXPECT_EQ(3600 * NSEC_PER_MSEC, a->guest_ns);
	/* Once is enough. */
	EXPECT_EQ(0, steps_to_alarm(self, 2));
}

/* Four fifths of the time are the host's: five times as long for the same. */
TEST_F(mon_verdict, stall_is_counted_in_the_vcpus_own_time)
{
	self->steal_ns = 80 * NSEC_PER_MSEC;
	step(self, -1);
	EXPECT_EQ(26, steps_to_alarm(self, 2));
	EXPECT_EQ(MON_CHECK_CPU_STALL, first(self)->check);
	EXPECT_NE(NULL, strstr(first(self)->text,
			       "over 2500 ms, of which the host took 2000 ms"))
		TH_LOG("%s", first(self)->text);
}

/* Stopped for three seconds while a task waits: all of that is the host's. */
TEST_F(mon_verdict, wait_in_which_the_host_ran_nothing)
{
	const unsigned int stop_ms = 3000;
	unsigned int i;

	wait_on(self->s, 1, 0x2);
	step(self, -1);
	self->s->host_ns += stop_ms * NSEC_PER_MSEC;
	self->s->cpus[1].waiter.wait_ns += stop_ms * NSEC_PER_MSEC;
	for (i = 0; i < CPUS; i++)
		self->s->cpus[i].steal_ns += stop_ms * NSEC_PER_MSEC;
	/* Its limit are 2 s, of which 130 ms were over by then. */
	for (i = 0; i < 18; i++) {
		EXPECT_EQ(0, step(self, -1))
			TH_LOG("step %u", i);
	}
	EXPECT_EQ(2, steps_to_alarm(self, -1));
	EXPECT_EQ(MON_CHECK_TASK_WAIT, first(self)->check);
	EXPECT_EQ(2030, first(self)->value);
	EXPECT_NE(NULL, strstr(first(self)->text,
			       "has been runnable for 5030 ms without running"))
		TH_LOG("%s", first(self)->text);

	/* What was taken before another began to wait is not its. */
	mon_verdict_forget(self->v);
	wait_on(self->s, 2, 0x4);
	self->s->cpus[2].steal_ns += 10 * NSEC_PER_SEC;
	step(self, -1);
	EXPECT_EQ(20, steps_to_alarm(self, -1));
	EXPECT_EQ(2030, first(self)[1].value);
}

/* The monitor stood still as well, and sees the wait only a sample later. */
TEST_F(mon_verdict, wait_that_is_seen_late)
{
	const unsigned int stop_ms = 5000;
	unsigned int i;

	step(self, -1);
	step(self, -1);
	self->s->host_ns += stop_ms * NSEC_PER_MSEC;
	for (i = 0; i < CPUS; i++)
		self->s->cpus[i].steal_ns += (stop_ms - 200) * NSEC_PER_MSEC;
	step(self, -1);
	wait_on(self->s, 1, 0x2);
	self->s->cpus[1].waiter.wait_ns = stop_ms * NSEC_PER_MSEC;
	/* 200 ms were its own; its limit are 2 s. */
	EXPECT_EQ(20, steps_to_alarm(self, -1));
	EXPECT_EQ(2100, first(self)->value);
}

TEST_F(mon_verdict, short_stall)
{
	unsigned int i;

	for (i = 0; i < 20; i++)
		step(self, i % 5 ? 2 : -1);
	EXPECT_EQ(0, self->alarms);
}

TEST_F(mon_verdict, idle_cpu_may_stand_still)
{
	self->s->cpus[2].idle = true;
	self->s->cpus[2].nr_running = 0;
	EXPECT_EQ(0, steps_to_alarm(self, 2));
}

TEST_F(mon_verdict, preempted_vcpu_may_stand_still)
{
	unsigned int i;

	for (i = 0; i < 40; i++) {
		step(self, 2);
		/* The host gave it 1 ms of the 100. */
		self->s->cpus[2].vcpu_time_ns -= 49 * NSEC_PER_MSEC;
	}
	/* It has used 40 ms, and 5 times 10 ticks would be 50. */
	EXPECT_EQ(0, self->alarms);
}

/* It waits in HLT for a lock, and uses no time; the others do their work. */
static unsigned int step_halted(FIXTURE_DATA(mon_verdict) *self, int cpu,
				enum mon_halt halt)
{
	unsigned int n;

	self->s->cpus[cpu].halt = halt;
	n = step(self, cpu);
	self->s->cpus[cpu].vcpu_time_ns -= 50 * NSEC_PER_MSEC;
	return n;
}

TEST_F(mon_verdict, cpu_that_has_halted_with_interrupts_off)
{
	const struct mon_alarm *a = first(self);
	unsigned int i;

	step(self, -1);
	for (i = 0; i < 6; i++)
		EXPECT_EQ(i == 5, step_halted(self, 2, MON_HALT_FOR_EVER));
	EXPECT_EQ(MON_CHECK_CPU_STALL, a->check);
	EXPECT_EQ(2, a->cpu);
	EXPECT_SAID(a->text,
		    "while spin[102] runs there and the CPU has halted with interrupts off: 500.0 ms");
}

/* Whoever holds the lock may be one that the host does not run. */
TEST_F(mon_verdict, halted_cpu_that_may_wait_for_the_host)
{
	struct mon_cpu *other = &self->s->cpus[3];
	unsigned int i;

	step(self, -1);
	for (i = 0; i < 20; i++) {
		step_halted(self, 2, MON_HALT_FOR_EVER);
		other->vcpu_time_ns -= 50 * NSEC_PER_MSEC;
	}
	EXPECT_EQ(0, self->alarms);
	/* It did not: it has nothing to run. */
	other->halt = MON_HALT_IDLE;
	step_halted(self, 2, MON_HALT_FOR_EVER);
	EXPECT_EQ(1, self->alarms);
}

/* The host is slow to run it, or it waits in HLT for a moment. */
TEST_F(mon_verdict, cpu_that_is_halted_now_and_then)
{
	static const enum mon_halt halts[] = {
		MON_HALT_UNKNOWN, MON_HALT_NOT, MON_HALT_IDLE,
		MON_HALT_FOR_EVER,
	};
	unsigned int i;

	for (i = 0; i < 40; i++)
		step_halted(self, 2, halts[i % ARRAY_SIZE(halts)]);
	EXPECT_EQ(0, self->alarms);
}

/* On a host that is emulated, the thread's clock goes on when it stands. */
TEST_F(mon_verdict, cpu_time_that_the_host_took)
{
	unsigned int i;

	for (i = 0; i < 40; i++) {
		step(self, 2);
		self->s->cpus[2].steal_ns += 99 * NSEC_PER_MSEC;
	}
	EXPECT_EQ(0, self->alarms);
}

TEST_F(mon_verdict, machine_without_cpu_times)
{
	unsigned int i;

	for (i = 0; i < 10; i++) {
		step(self, 2);
		self->s->cpus[2].vcpu_time_ns = 0;
	}
	EXPECT_EQ(1, self->alarms);
}

/* Whatever has become of its thread, that is no time used. */
TEST_F(mon_verdict, cpu_time_that_goes_back)
{
	unsigned int i;

	for (i = 0; i < 40; i++) {
		step(self, 2);
		self->s->cpus[2].vcpu_time_ns = 1 + i % 2;
	}
	EXPECT_EQ(0, self->alarms);
}

TEST_F(mon_verdict, stalled_task_beside_an_idle_cpu)
{
	const struct mon_alarm *a = first(self);

	wait_on(self->s, 1, 0xf);
	self->s->cpus[3].idle = true;
	EXPECT_EQ(6, steps_to_alarm(self, -1));
	EXPECT_EQ(MON_CHECK_TASK_STALL, a->check);
	EXPECT_EQ(1, a->cpu);
	EXPECT_EQ(77, a->pid);
	EXPECT_EQ(530, a->value);
	EXPECT_NE(NULL, strstr(a->text, "victim[77] on CPU 1"));
	EXPECT_NE(NULL, strstr(a->text, "while CPU 3, which it may use, is idle"));
}

/* However long a task waits, only an idle CPU is complained of. */
static void judge_no_long_wait(FIXTURE_DATA(mon_verdict) *self)
{
	self->limits.max_task_wait_ms = CHECK_OFF;
	mon_verdict_destroy(self->v);
	self->v = mon_verdict_create(&self->kernel, CPUS, &self->limits, 1.0);
}

/* Something that began before @cpu hung, which is what is wrong with it */
static void expect_cpu_stall(struct __test_metadata *_metadata,
			     FIXTURE_DATA(mon_verdict) *self, int cpu)
{
	const struct mon_alarm *a = first(self);
	unsigned int i;

	for (i = 0; i < 3; i++)
		step(self, -1);
	EXPECT_EQ(0, self->alarms);
	/* Since the last of them; a sixth sample is the fifth that is alike. */
	EXPECT_EQ(6, steps_to_alarm(self, cpu));
	EXPECT_EQ(MON_CHECK_CPU_STALL, a->check);
	EXPECT_EQ(cpu, a->cpu);
	EXPECT_EQ(1, self->alarms);
}

TEST_F(mon_verdict, task_that_waits_on_a_stalled_cpu)
{
	wait_on(self->s, 1, 0xf);
	self->s->cpus[3].idle = true;
	expect_cpu_stall(_metadata, self, 1);
}

TEST_F(mon_verdict, imbalance_on_a_stalled_cpu)
{
	self->s->cpus[0].nr_running = 9;
	wait_on(self->s, 0, 0xf);
	expect_cpu_stall(_metadata, self, 0);
}

TEST_F(mon_verdict, deep_dsq_on_a_stalled_cpu)
{
	self->s->cpus[1].dsq_depth = 51;
	expect_cpu_stall(_metadata, self, 1);
}

/* The host did not run the vCPU, so nothing says that the CPU hangs. */
TEST_F(mon_verdict, long_wait_on_a_cpu_that_stands_still)
{
	unsigned int i;

	wait_on(self->s, 1, 0x2);
	for (i = 0; i < 40; i++) {
		step(self, 1);
		self->s->cpus[1].vcpu_time_ns -= 49 * NSEC_PER_MSEC;
	}
	EXPECT_EQ(0, self->alarms);
}

/* One pair of samples in which the clock did not move ends nothing. */
TEST_F(mon_verdict, imbalance_with_a_moment_of_standstill)
{
	unsigned int i;

	self->s->cpus[0].nr_running = 9;
	wait_on(self->s, 0, 0xf);
	for (i = 0; i < 6; i++)
		step(self, i == 3 ? 0 : -1);
	EXPECT_EQ(0, self->alarms);
	EXPECT_EQ(1, steps_to_alarm(self, -1));
	EXPECT_EQ(MON_CHECK_IMBALANCE, first(self)->check);
	EXPECT_EQ(5, first(self)->samples);
}

TEST_F(mon_verdict, deep_dsq_with_a_moment_of_standstill)
{
	unsigned int i;

	self->s->cpus[3].dsq_depth = 51;
	for (i = 0; i < 6; i++)
		step(self, i == 3 ? 3 : -1);
	EXPECT_EQ(0, self->alarms);
	EXPECT_EQ(1, steps_to_alarm(self, -1));
	EXPECT_EQ(MON_CHECK_DSQ_DEPTH, first(self)->check);
}

/* A real-time task has the CPU; somebody else is caught there now and then. */
TEST_F(mon_verdict, who_held_the_cpu_is_named)
{
	struct mon_cpu *c = &self->s->cpus[1];
	struct mon_holder h;
	unsigned int i;

	strcpy(c->curr_comm, "hunt");
	c->curr_class = MON_CLASS_RT;
	c->curr_prio = 49;
	wait_on(self->s, 1, 0x2);
	for (i = 0; i < 40 && !self->alarms; i++) {
		c->curr_pid = i % 7 == 5 ? 900 : 48;
		step(self, -1);
	}
	ASSERT_EQ(1, self->alarms);
	EXPECT_EQ(MON_CHECK_TASK_WAIT, first(self)->check);
	EXPECT_SAID(first(self)->text,
		    "; CPU 1 was held by the rt task hunt[48], prio 49, for 2.");
	EXPECT_TRUE(mon_verdict_holder(self->v, 1, &h));
	EXPECT_EQ(48, h.pid);
	/* It was idle since: nobody holds it. */
	c->idle = true;
	step(self, -1);
	EXPECT_FALSE(mon_verdict_holder(self->v, 1, &h));
}

/* Its CPU stood still for a moment. */
TEST_F(mon_verdict, task_that_waits_on_a_cpu_that_goes_on)
{
	const struct mon_alarm *a = first(self);
	unsigned int i;

	wait_on(self->s, 1, 0xf);
	self->s->cpus[3].idle = true;
	for (i = 0; i < 6; i++)
		step(self, i == 3 ? 1 : -1);
	EXPECT_EQ(0, self->alarms);
	EXPECT_EQ(1, steps_to_alarm(self, -1));
	EXPECT_EQ(MON_CHECK_TASK_STALL, a->check);
	EXPECT_EQ(5, a->samples);
}

/* In one of three samples somebody else is caught on the CPU. */
TEST_F(mon_verdict, idle_cpu_that_is_busy_for_moments)
{
	struct mon_sample *s = self->s;
	unsigned int i;

	wait_on(s, 0, 1ULL << 3);
	for (i = 0; i < 5; i++) {
		s->cpus[3].idle = i % 3 != 2;
		step(self, -1);
	}
	EXPECT_EQ(0, self->alarms);
	s->cpus[3].idle = true;
	/* One sample is only looked back at, one of five was busy. */
	EXPECT_EQ(2, steps_to_alarm(self, -1));
	EXPECT_EQ(MON_CHECK_TASK_STALL, first(self)->check);
	EXPECT_EQ(5, first(self)->samples);
}

/* The task waits for a CPU that the host does not run. */
TEST_F(mon_verdict, waiting_on_a_preempted_vcpu)
{
	struct mon_sample *s = self->s;
	unsigned int i;

	judge_no_long_wait(self);
	ASSERT_NE(NULL, self->v);
	wait_on(s, 0, 1ULL << 3);
	s->cpus[3].idle = true;
	for (i = 0; i < 40; i++) {
		step(self, -1);
		/* 5 ms of 100 */
		s->cpus[0].vcpu_time_ns -= 45 * NSEC_PER_MSEC;
	}
	EXPECT_EQ(0, self->alarms);
	EXPECT_EQ(6, steps_to_alarm(self, -1));
}

/* A CPU with work of its own, at times without */
TEST_F(mon_verdict, busy_cpu_that_is_idle_for_moments)
{
	struct mon_sample *s = self->s;
	unsigned int i;

	judge_no_long_wait(self);
	ASSERT_NE(NULL, self->v);
	wait_on(s, 0, 1ULL << 3);
	for (i = 0; i < 60; i++) {
		s->cpus[3].idle = i % 3 == 2;
		step(self, -1);
	}
	EXPECT_EQ(0, self->alarms);
}

/* An idle CPU's clock is from when it went idle: no time to go by. */
TEST_F(mon_verdict, time_of_an_alarm_while_cpu_0_idles)
{
	const struct mon_alarm *a = first(self);

	self->guest_ns = 7 * NSEC_PER_SEC;
	self->s->scx.events[0] = 0;
	self->s->cpus[0].idle = true;
	self->s->cpus[0].nr_running = 0;
	while (!self->alarms && self->guest_ns < 9 * NSEC_PER_SEC) {
		step(self, 0);
		self->s->scx.events[0] += 1000;
	}
	ASSERT_EQ(1, self->alarms);
	EXPECT_EQ(MON_CHECK_FALLBACK, a->check);
	EXPECT_NE(NULL, strstr(a->text, ", at 7.500 s"));
	EXPECT_EQ(10 * NSEC_PER_SEC, self->s->cpus[0].clock_ns);
}

/*
 * Samples as the check's row makes them, with its limit or without: the first
 * alarm that @any or that check raises; NULL when none comes.
 */
static const struct mon_alarm *alarm_by_row(FIXTURE_DATA(mon_verdict) *self,
					    enum mon_check check, bool any)
{
	const struct mon_check_ops *ops = mon_checks[check];
	int event = ops->event ? mon_event_find(&self->kernel, ops->event) : 0;
	const struct mon_alarm *a;
	unsigned int i, n;

	for (i = 1; i <= 30; i++) {
		ops->fails(self->s, i, event);
		step(self, -1);
		for (a = mon_verdict_alarms(self->v, &n); n; n--, a++)
			if (any || a->check == check)
				return a;
	}
	return NULL;
}

/* Each row by its own example: the check is the first to complain of it. */
TEST_F(mon_verdict, each_row_catches_its_example)
{
	const unsigned int off = CHECK_OFF;
	const struct mon_sample well = *self->s;
	const struct mon_check_ops *ops;
	const struct mon_alarm *a;
	struct mon_cpu cpus[CPUS];
	unsigned int i, again;

	memcpy(cpus, self->s->cpus, sizeof(cpus));
	for (i = 0; i < 2 * MON_CHECKS; i++) {
		ops = mon_checks[i / 2];
		again = i % 2;
		check_limits_default(&self->limits);
		if (ops->by)
			memcpy((char *)&self->limits + ops->limit, &ops->by,
			       sizeof(ops->by));
		if (again)
			memcpy((char *)&self->limits + ops->limit, &off,
			       sizeof(off));
		mon_verdict_destroy(self->v);
		self->v = mon_verdict_create(&self->kernel, CPUS,
					     &self->limits, 1.0);
		ASSERT_NE(NULL, self->v);
		*self->s = well;
		memcpy(self->s->cpus, cpus, sizeof(cpus));
		a = alarm_by_row(self, i / 2, !again);
		EXPECT_EQ(!again, !!a) TH_LOG("%s", ops->name);
		if (!a)
			continue;
		EXPECT_EQ(i / 2, a->check) TH_LOG("%s: %s", ops->name, a->text);
		EXPECT_NE('\0', ops->says[0]);
		EXPECT_EQ(0, strncmp(ops->says, a->text, strlen(ops->says)))
			TH_LOG("%s", a->text);
	}
}

/* ---- lag ---- */

static void fall_behind(FIXTURE_DATA(mon_verdict) *self, double lag_ms,
			unsigned int samples, unsigned int stolen_ms)
{
	struct mon_cpu *c = &self->s->cpus[1];
	unsigned int i;

	for (i = 0; i < samples; i++) {
		c->lag.pid = 70 + i;
		c->lag.lag_ns = lag_ms * NSEC_PER_MSEC;
		c->lag.bound_ns = 5 * NSEC_PER_MSEC;
		c->steal_ns += stolen_ms * NSEC_PER_MSEC;
		step(self, -1);
	}
}

static void begin_lag(FIXTURE_DATA(mon_verdict) *self)
{
	mon_verdict_destroy(self->v);
	self->alarms = 0;
	self->limits.max_lag_pct = 300;
	self->v = mon_verdict_create(&self->kernel, CPUS, &self->limits, 1.0);
}

/* One after the other, all of them, or in half of the samples */
TEST_F(mon_verdict, lag_of_whichever_task)
{
	unsigned int i;

	begin_lag(self);
	fall_behind(self, 15, 30, 0);
	EXPECT_EQ(0, self->alarms);
	fall_behind(self, -16, 10, 0);
	ASSERT_EQ(1, self->alarms);
	EXPECT_TRUE(strstarts(first(self)->text, "lag: [7"))
		TH_LOG("%s", first(self)->text);
	EXPECT_NE(NULL, strstr(first(self)->text, "is beyond its fair share by 16.0 ms"));

	begin_lag(self);
	for (i = 0; i < 10; i++) {
		fall_behind(self, 16, 1, 0);
		fall_behind(self, 1, 2, 0);
	}
	EXPECT_EQ(0, self->alarms);
	for (i = 0; i < 10; i++) {
		fall_behind(self, 16, 2, 0);
		fall_behind(self, 1, 1, 0);
	}
	EXPECT_EQ(1, self->alarms);
}

TEST_F(mon_verdict, lag_that_the_host_has_made)
{
	begin_lag(self);
	fall_behind(self, 29, 20, 60);
	EXPECT_EQ(0, self->alarms);
	fall_behind(self, 31, 20, 60);
	EXPECT_EQ(1, self->alarms);
}

/* A line of monitor.rst for each, and no other. */
TEST(checks_are_documented)
{
	char *doc = doc_read("monitor.rst", "While the body runs",
			     "A condition counts"), *at, line[256];
	unsigned int i, quotes = 0;

	ASSERT_NE(NULL, doc);
	doc_unwrap(doc);
	for (at = doc; (at = strstr(at, "``")); at += 2)
		quotes++;
	EXPECT_EQ(2U * MON_CHECKS, quotes);
	for (i = 0; i < MON_CHECKS; i++) {
		snprintf(line, sizeof(line), " %s ``%s`` %s ",
			 mon_checks[i]->name, mon_checks[i]->limit_name,
			 mon_checks[i]->what);
		EXPECT_NE(NULL, strstr(doc, line))
			TH_LOG("monitor.rst has not:%s", line);
	}
	free(doc);
}

/* CPU 3 is idle, in @of samples of @in with somebody on CPU 0 who waits for it. */
static unsigned int idle_in_vain(FIXTURE_DATA(mon_verdict) *self,
				 unsigned int of, unsigned int in)
{
	unsigned int i;

	self->s->cpus[3].idle = true;
	for (i = 0; i < 60; i++) {
		self->s->cpus[3].idle_wait = i % in < of;
		if (step(self, -1))
			return i + 1;
	}
	return 0;
}

/* Four of five in a row are three of five pairs. */
TEST_F(mon_verdict, idle_cpu_in_half_of_the_samples)
{
	EXPECT_EQ(0, idle_in_vain(self, 2, 5));
	mon_verdict_forget(self->v);
	EXPECT_LT(10, idle_in_vain(self, 4, 5));
	EXPECT_EQ(MON_CHECK_IDLE_WAIT, first(self)->check);
	EXPECT_EQ(3, first(self)->cpu);
}

TEST_F(mon_verdict, idle_cpu_in_fewer_must_last_for_longer)
{
	self->limits.max_idle_wait_pct = 20;
	mon_verdict_destroy(self->v);
	self->v = mon_verdict_create(&self->kernel, CPUS, &self->limits, 1.0);
	ASSERT_NE(NULL, self->v);
	EXPECT_LT(25, idle_in_vain(self, 3, 5));
	EXPECT_EQ(MON_CHECK_IDLE_WAIT, first(self)->check);
}

/* EEVDF is held to it like any other; one that is on its way in or out is not. */
TEST_F(mon_verdict, idle_cpu_whatever_the_scheduler)
{
	self->s->scx.bypass_depth = 1;
	EXPECT_EQ(0, idle_in_vain(self, 1, 1));
	self->s->scx.loaded = false;
	EXPECT_NE(0, idle_in_vain(self, 1, 1));
	EXPECT_EQ(MON_CHECK_IDLE_WAIT, first(self)->check);
}

/* It was woken, and the host does not run it; or not the CPU of who waits. */
TEST_F(mon_verdict, idle_cpu_that_waits_for_the_host)
{
	unsigned int i;

	self->steal_ns = 20 * NSEC_PER_MSEC;
	self->s->cpus[3].idle = true;
	self->s->cpus[3].idle_wait = 1;
	for (i = 0; i < 60; i++) {
		step(self, -1);
		self->s->cpus[3].vcpu_time_ns -= 49 * NSEC_PER_MSEC;
	}
	EXPECT_EQ(0, self->alarms);
	self->steal_ns = 0;
	for (i = 0; i < 60; i++) {
		step(self, -1);
		self->s->cpus[0].vcpu_time_ns -= 45 * NSEC_PER_MSEC;
	}
	EXPECT_EQ(0, self->alarms);
	/* A hung CPU's tasks are another matter. */
	for (i = 0; i < 4; i++)
		step(self, 0);
	EXPECT_EQ(0, self->alarms);
}

/* The host is busy, but the CPU has looked, and found nothing to do. */
TEST_F(mon_verdict, idle_cpu_that_looks_on_a_busy_host)
{
	self->steal_ns = 40 * NSEC_PER_MSEC;
	EXPECT_NE(0, idle_in_vain(self, 1, 1));
	EXPECT_EQ(MON_CHECK_IDLE_WAIT, first(self)->check);
}

/* A guest that told no time gets none. */
TEST_F(mon_verdict, time_that_is_not_known)
{
	self->s->cpus[3].dsq_depth = 51;
	EXPECT_NE(0, steps_to_alarm(self, -1));
	EXPECT_EQ(NULL, strstr(first(self)->text, ", at"));
}

TEST_F(mon_verdict, waiting_where_it_must)
{
	wait_on(self->s, 1, 0x7);
	self->s->cpus[3].idle = true;
	EXPECT_EQ(0, steps_to_alarm(self, -1) == 6);
	/* Two seconds is too long for anyone. */
	EXPECT_EQ(1, self->alarms);
	EXPECT_EQ(MON_CHECK_TASK_WAIT, first(self)->check);
	EXPECT_LT(2000, first(self)->value);
	EXPECT_EQ(2000, first(self)->threshold);
}

TEST_F(mon_verdict, another_waiter_each_time)
{
	unsigned int i;

	self->s->cpus[3].idle = true;
	for (i = 0; i < 40; i++) {
		wait_on(self->s, 1, 0xf);
		self->s->cpus[1].waiter.pid = 200 + i;
		step(self, -1);
	}
	EXPECT_EQ(0, self->alarms);
}

/* The same task is found waiting each time, but it runs in between. */
TEST_F(mon_verdict, many_short_waits)
{
	unsigned int i;

	self->s->cpus[3].idle = true;
	for (i = 0; i < 40; i++) {
		if (i % 3 == 0)
			wait_on(self->s, 1, 0xf);
		step(self, -1);
	}
	EXPECT_EQ(0, self->alarms);
}

TEST_F(mon_verdict, no_scheduler_no_complaint)
{
	const struct mon_scx scx = self->s->scx;
	unsigned int i;

	wait_on(self->s, 1, 0xf);
	self->s->cpus[3].idle = true;
	self->s->cpus[0].dsq_depth = 99;
	for (i = 0; i < 4; i++) {
		self->s->scx = scx;
		self->s->scx.loaded = i != 0;
		self->s->scx.exit_kind = i == 1 ? 1026 : 0;
		self->s->scx.bypass_depth = i == 2;
		self->s->scx.enable_state = i == 3 ? 2 : 1;
		EXPECT_EQ(0, steps_to_alarm(self, -1));
	}
}

TEST_F(mon_verdict, imbalance)
{
	const struct mon_alarm *a = first(self);

	self->s->cpus[0].nr_running = 9;
	wait_on(self->s, 0, 0xf);
	/* Without an idle CPU: one that has a task, but just one. */
	EXPECT_EQ(6, steps_to_alarm(self, -1));
	EXPECT_EQ(MON_CHECK_IMBALANCE, a->check);
	EXPECT_EQ(9, a->value);
	EXPECT_EQ(4, a->threshold);
	EXPECT_NE(NULL, strstr(a->text, "CPU 0 has 9 runnable tasks, CPU 1 has 1"));
}

TEST_F(mon_verdict, pinned_tasks_are_no_imbalance)
{
	self->limits.max_task_wait_ms = CHECK_OFF;
	mon_verdict_destroy(self->v);
	self->v = mon_verdict_create(&self->kernel, CPUS, &self->limits, 1.0);
	self->s->cpus[0].nr_running = 9;
	wait_on(self->s, 0, 0x1);
	EXPECT_EQ(0, steps_to_alarm(self, -1));
}

TEST_F(mon_verdict, deep_dsq)
{
	const struct mon_alarm *a = first(self);

	self->s->cpus[3].dsq_depth = 50;
	EXPECT_EQ(0, steps_to_alarm(self, -1));
	self->s->cpus[3].dsq_depth = 51;
	EXPECT_EQ(5, steps_to_alarm(self, -1));
	EXPECT_EQ(MON_CHECK_DSQ_DEPTH, a->check);
	EXPECT_EQ(3, a->cpu);
	EXPECT_EQ(51, a->value);
}

/* 200 a second and CPU is 80 in 100 ms on four of them. */
TEST_F(mon_verdict, rates)
{
	static const enum mon_check which[] = {
		MON_CHECK_FALLBACK, MON_CHECK_KEEP_LAST,
	};
	static const unsigned int most[] = { 80, 40 };
	unsigned int e, i;

	for (e = 0; e < ARRAY_SIZE(which); e++) {
		for (i = 0; i < 20; i++) {
			step(self, -1);
			self->s->scx.events[e] += most[e];
		}
		EXPECT_EQ(e, self->alarms);
		for (i = 0; i < 7; i++) {
			step(self, -1);
			self->s->scx.events[e] += most[e] + 1;
		}
		ASSERT_EQ(e + 1, self->alarms);
		EXPECT_EQ(which[e], first(self)[e].check);
		EXPECT_EQ(-1, first(self)[e].cpu);
	}
	/* Another scheduler counts from zero. */
	self->s->scx.id++;
	self->s->scx.events[0] = 1 << 30;
	step(self, -1);
	EXPECT_EQ(2, self->alarms);
}

/* On a host ten times slower all takes ten times as long. */
TEST_F(mon_verdict, slow_host)
{
	mon_verdict_destroy(self->v);
	self->v = mon_verdict_create(&self->kernel, CPUS, &self->limits, 10.0);
	self->s->cpus[3].dsq_depth = 51;
	EXPECT_EQ(0, steps_to_alarm(self, -1));
	EXPECT_NE(0, steps_to_alarm(self, -1));
	EXPECT_EQ(50, first(self)->samples);
}

/* A test may set its own limits, and switch checks off. */
TEST_F(mon_verdict, limits_of_the_test)
{
	const struct check_limits over = {
		.max_local_dsq_depth = 10, .fail_on_stall = CHECK_OFF,
		.sustained_samples = 2,
	};
	unsigned int i;

	check_limits_merge(&self->limits, &over);
	mon_verdict_destroy(self->v);
	self->v = mon_verdict_create(&self->kernel, CPUS, &self->limits, 1.0);
	for (i = 0; i < 20; i++)
		step(self, 2);
	EXPECT_EQ(0, self->alarms);
	self->s->cpus[1].dsq_depth = 11;
	EXPECT_EQ(2, steps_to_alarm(self, -1));
	EXPECT_EQ(10, first(self)->threshold);
}

/* Numbers that no guest should have do no harm. */
TEST_F(mon_verdict, wild_numbers)
{
	unsigned int i, k;

	srand(1);
	for (i = 0; i < 2000; i++) {
		for (k = 0; k < CPUS; k++) {
			struct mon_cpu *c = &self->s->cpus[k];

			c->valid = rand() % 4;
			c->idle = rand() % 2;
			c->nr_running = rand() % 2 ? UINT32_MAX : 0;
			c->dsq_depth = rand() % 2 ? UINT32_MAX : 0;
			c->clock_ns = rand() % 2 ? UINT64_MAX : 0;
			c->vcpu_time_ns = rand() % 2 ? UINT64_MAX : 0;
			c->waiter.pid = rand() % 3 - 1;
			c->waiter.wait_ns = UINT64_MAX;
			memset(c->waiter.comm, 'x', MON_COMM_LEN - 1);
			memset(&c->waiter.cpus, 0xff, sizeof(c->waiter.cpus));
		}
		self->s->scx.events[0] = rand() % 2 ? INT64_MIN : INT64_MAX;
		step(self, -1);
	}
	EXPECT_GE(MON_ALARMS_MAX, self->alarms);
	self->s->n_cpus = CPUS + 1;
	EXPECT_EQ(0, mon_verdict_feed(self->v, self->s, 0));
}

/* ---- real samples: of an image, with the host's clock going on ---- */

/* How many samples could be taken; less than @n is a failure. */
static unsigned int feed_image(struct image *im, struct mon_verdict *v,
			       struct mon_sample *s, unsigned int n)
{
	struct mon_sampler *sampler;
	unsigned int i, cpu;

	if (mon_sampler_create(&im->guest, &sampler))
		return 0;
	for (i = 0; i < n; i++) {
		if (mon_sampler_take(sampler, s))
			break;
		s->host_ns = NSEC_PER_SEC + i * STEP_NS;
		/* Time stands still in an image, and CPUs that run do not. */
		for (cpu = 0; cpu < s->n_cpus; cpu++)
			s->cpus[cpu].clock_ns += i;
		mon_verdict_feed(v, s, 0);
	}
	mon_sampler_destroy(sampler);
	return i;
}

static void judge_image(struct __test_metadata *_metadata, const char *name,
			bool stalled)
{
	struct check_limits limits;
	const struct mon_alarm *a;
	struct mon_verdict *v;
	struct mon_sample *s;
	struct image im;
	unsigned int n;

	if (image_open(&im, name))
		SKIP(return, "%s", im.why);
	ASSERT_EQ(0, image_attach(&im));
	check_limits_default(&limits);
	v = mon_verdict_create(im.kernel, im.guest.nr_cpus, &limits, 1.0);
	s = mon_sample_alloc(&im.guest);
	ASSERT_TRUE(v && s);
	EXPECT_EQ(10, feed_image(&im, v, s, 10));
	a = mon_verdict_alarms(v, &n);
	EXPECT_EQ(stalled, n != 0);
	if (n) {
		TH_LOG("%s", a->text);
		EXPECT_EQ(true, a->check == MON_CHECK_TASK_STALL ||
			  a->check == MON_CHECK_TASK_WAIT);
		EXPECT_NE(0, a->pid);
		EXPECT_LE(0, a->cpu);
	}
	free(s);
	mon_verdict_destroy(v);
	image_close(&im);
}

TEST(real_stall)
{
	judge_image(_metadata, "stall", true);
}

TEST(real_quiet_guest)
{
	judge_image(_metadata, "l4-kaslr", false);
}

TEST_HARNESS_MAIN
