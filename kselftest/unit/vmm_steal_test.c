// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host takes: by made-up clocks and threads.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/common/wire/steal.h"
#include "vmm/steal_probe.h"

#define MS	NSEC_PER_MSEC

FIXTURE(steal)
{
	struct steal_probe probe;
	struct steal_vcpu vcpu;
	struct steal_thread thread;
	uint64_t now_ns;
};

FIXTURE_SETUP(steal)
{
	self->now_ns = 1000 * MS;
	steal_probe_init(&self->probe, self->now_ns);
}

FIXTURE_TEARDOWN(steal)
{
}

/* The probe's thread wakes late by so much. */
static void woke(FIXTURE_DATA(steal) *self, uint64_t late_ms, uint64_t own_ms)
{
	self->now_ns = self->probe.next_ns + late_ms * MS;
	steal_probe_woke(&self->probe, self->now_ns, own_ms * MS);
}

/* Two probes, and the vCPU meanwhile: ran, waited, runs. */
static void look(FIXTURE_DATA(steal) *self, uint64_t ran_ms, uint64_t waited_ms,
		 unsigned int runs, bool runnable)
{
	woke(self, 0, 0);
	woke(self, 0, 0);
	self->thread.run_ns += ran_ms * MS;
	self->thread.wait_ns += waited_ms * MS;
	self->thread.runs += runs;
	self->thread.runnable = runnable;
	steal_vcpu_look(&self->vcpu, &self->thread, self->now_ns, &self->probe);
}

TEST_F(steal, a_machine_that_runs_is_there_in_time)
{
	unsigned int i;

	for (i = 0; i < 1000; i++)
		woke(self, i % 2, 0);
	EXPECT_EQ(0, self->probe.stolen_ns);
}

TEST_F(steal, each_moment_that_was_missed_counts)
{
	static const struct {
		unsigned int late_ms, own_ms, stolen_ms;
	} cases[] = {
		{ 2, 0, 10 }, { 11, 0, 10 }, { 12, 0, 20 }, { 3000, 0, 3000 },
		/* It only waited, as it may not go first. */
		{ 40, 39, 0 }, { 3000, 2999, 0 }, { 3000, 1000, 2000 },
	};
	uint64_t before_ns;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		before_ns = self->probe.stolen_ns;
		woke(self, cases[i].late_ms, cases[i].own_ms);
		EXPECT_EQ(cases[i].stolen_ms * MS,
			  self->probe.stolen_ns - before_ns)
			TH_LOG("case %u", i);
		EXPECT_LT(self->now_ns, self->probe.next_ns);
		EXPECT_GE(self->now_ns + STEAL_PROBE_NS, self->probe.next_ns);
	}
}

/* As late each time: it is there, and what comes beside that is seen. */
TEST_F(steal, a_slow_machine_is_there)
{
	uint64_t before_ns;
	unsigned int i;

	for (i = 0; i < 2 * STEAL_USUAL_MOMENTS; i++)
		woke(self, 2, 0);
	before_ns = self->probe.stolen_ns;
	EXPECT_GE(STEAL_USUAL_MOMENTS * STEAL_PROBE_NS, before_ns);
	for (i = 0; i < 1000; i++)
		woke(self, 2 + i % 2, 0);
	EXPECT_EQ(before_ns, self->probe.stolen_ns);
	woke(self, 4, 0);
	EXPECT_EQ(before_ns + STEAL_PROBE_NS, self->probe.stolen_ns);
	woke(self, 1002, 0);
	EXPECT_EQ(before_ns + 1010 * MS, self->probe.stolen_ns);
	/* It got faster: what was usual is late. */
	woke(self, 0, 0);
	woke(self, 2, 0);
	EXPECT_EQ(before_ns + 1020 * MS, self->probe.stolen_ns);
}

/* One that never is there in time has been away, however often. */
TEST_F(steal, a_machine_that_is_never_there)
{
	unsigned int i;

	for (i = 0; i < 1000; i++)
		woke(self, 9, 0);
	EXPECT_EQ(10000 * MS, self->probe.stolen_ns);
}

/* An emulator that gets a CPU for 3 of each 14 ms. */
TEST_F(steal, a_share_is_estimated)
{
	uint64_t end_ns = self->now_ns + 20000 * MS, due_ns, in_turn;
	double share;

	while (self->probe.next_ns < end_ns) {
		due_ns = self->probe.next_ns;
		in_turn = due_ns % (14 * MS);
		if (in_turn >= 3 * MS)
			due_ns += 14 * MS - in_turn;
		steal_probe_woke(&self->probe, due_ns, 0);
	}
	share = self->probe.stolen_ns / (20000.0 * MS);
	EXPECT_GT(0.82, share);
	EXPECT_LT(0.60, share)
		TH_LOG("share %.2f", share);
}

TEST_F(steal, a_vcpu_that_runs_or_sleeps_has_lost_nothing)
{
	look(self, 0, 0, 0, true);
	look(self, 20, 0, 0, true);
	look(self, 19, 0, 3, true);
	look(self, 0, 0, 0, false);
	look(self, 0, 0, 0, false);
	EXPECT_EQ(0, self->vcpu.stolen_ns);
}

TEST_F(steal, a_wait_counts_while_it_lasts_and_once)
{
	unsigned int i;

	look(self, 20, 0, 1, true);
	for (i = 1; i <= 10; i++) {
		look(self, 0, 0, 0, true);
		EXPECT_EQ(i * 20 * MS, self->vcpu.stolen_ns);
	}
	/* It gets a CPU: the kernel tells of the whole wait. */
	look(self, 10, 210, 1, true);
	EXPECT_EQ(210 * MS, self->vcpu.stolen_ns);
	look(self, 15, 5, 2, true);
	EXPECT_EQ(215 * MS, self->vcpu.stolen_ns);
}

TEST_F(steal, a_machine_that_stands_still_takes_from_all)
{
	look(self, 20, 0, 1, true);
	woke(self, 3000, 0);
	look(self, 20, 0, 0, true);
	EXPECT_EQ(3000 * MS, self->vcpu.stolen_ns);
	woke(self, 1000, 0);
	look(self, 5, 1000, 1, true);
	/* It waited for nearly all of that time: it is the same. */
	EXPECT_LE(4000 * MS, self->vcpu.stolen_ns);
	EXPECT_GE(4030 * MS, self->vcpu.stolen_ns);
}

/* A CPU that two share, of a machine that is there for half of the time. */
TEST_F(steal, shares_of_shares)
{
	unsigned int i;

	look(self, 0, 0, 1, true);
	for (i = 0; i < 100; i++) {
		woke(self, 5, 0);
		woke(self, 0, 0);
		self->thread.run_ns += 10 * MS;
		self->thread.wait_ns += 10 * MS;
		self->thread.runs++;
		steal_vcpu_look(&self->vcpu, &self->thread, self->now_ns,
				&self->probe);
	}
	EXPECT_EQ(1500 * MS, self->vcpu.stolen_ns);
}

/* Clocks of /proc that go back are no time. */
TEST_F(steal, nothing_is_taken_twice_or_less_than_nothing)
{
	look(self, 50, 50, 5, true);
	self->thread = (struct steal_thread){ 0 };
	look(self, 0, 0, 0, true);
	EXPECT_EQ(0, self->vcpu.stolen_ns);
}

TEST_F(steal, proc_is_read)
{
	static const struct {
		const char *schedstat, *stat;
		bool known, runnable;
	} cases[] = {
		{ "123 45 6\n", "7 (a b) S 1", true, false },
		{ "123 45 6\n", "7 (x) R) S 1", true, false },
		{ "123 45 6\n", "7 (x) S) R 1", true, true },
		{ "123 45 6\n", NULL, true, false },
		{ "0 0 0\n", "7 (a) R 1", false, true },
		{ "", "7 (a) R 1", false, false },
		{ "123 45", "7 (a) R 1", false, false },
	};
	struct steal_thread t;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].known,
			  steal_thread_parse(&t, cases[i].schedstat,
					     cases[i].stat))
			TH_LOG("case %u", i);
		EXPECT_EQ(cases[i].runnable, t.runnable)
			TH_LOG("case %u", i);
	}
}

TEST_F(steal, a_limit_ends_whatever_the_host_does)
{
	EXPECT_EQ(10, steal_own_ns(10, 0));
	EXPECT_EQ(7, steal_own_ns(10, 3));
	EXPECT_EQ(25, steal_own_ns(100, 90));
	EXPECT_EQ(25, steal_own_ns(100, 1000));
}

/* The guest's side of it, over memory that is no VM's. */
TEST_F(steal, a_wait_is_the_waiters_own)
{
	struct wire_steal page = { .n_cpus = 2, .cpu_us = { 5, 7 } };
	struct wire_steal_wait wait;

	EXPECT_EQ(0, wire_steal_cpu_us(NULL, 0));
	EXPECT_EQ(7, wire_steal_cpu_us(&page, 1));
	EXPECT_EQ(0, wire_steal_cpu_us(&page, 2));
	EXPECT_EQ(0, wire_steal_cpu_us(&page, -1));

	wire_steal_begin(&wait, &page);
	wait.begin_ns -= 1000 * MS;
	EXPECT_LE(1000 * MS, wire_steal_waited_ns(&wait));
	page.cpu_us[1] += 600000;
	EXPECT_LE(400 * MS, wire_steal_waited_ns(&wait));
	EXPECT_GT(900 * MS, wire_steal_waited_ns(&wait));
	page.cpu_us[0] -= 100;
	EXPECT_LE(250 * MS, wire_steal_waited_ns(&wait));

	/* That they share does not make what is held longer. */
	EXPECT_LE(1000 * MS, wire_steal_held_ns(&wait));
	page.machine_us += 500000;
	EXPECT_LE(500 * MS, wire_steal_held_ns(&wait));
	EXPECT_GT(900 * MS, wire_steal_held_ns(&wait));

	wire_steal_begin(&wait, NULL);
	wait.begin_ns -= 1000 * MS;
	EXPECT_LE(1000 * MS, wire_steal_waited_ns(&wait));
	EXPECT_LE(1000 * MS, wire_steal_held_ns(&wait));
}

TEST_HARNESS_MAIN
