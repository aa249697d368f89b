// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of a run: each inner one ends before the next outer one.
 */
#include "kselftest_harness.h"

#include "lib/host/run/budget.h"
#include "lib/test/test.h"

/* What ktstr-init waits for what it has killed, thrice. */
#define KILLS_MS	15000

static const double slownesses[] = { 0.1, 1.0, 3.5, 20.0, 1000.0 };

TEST(parts_fit_into_the_whole)
{
	struct run_budget b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slownesses); i++) {
		budget_compute(&b, 2000, true, slownesses[i], 4);
		EXPECT_LT(b.boot_ms + b.attach_ms + b.test_ms + b.stop_ms +
			  b.grace_ms + KILLS_MS, b.deadline_ms);
		EXPECT_LT(2 * 2000U, b.test_ms);
	}
}

/* Also a VM that hung before init, and was booted once more. */
TEST(vm_ends_before_the_harness_gives_up)
{
	struct run_budget b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slownesses); i++) {
		budget_compute(&b, 30000, true, slownesses[i], 4);
		EXPECT_EQ(b.boot_ms + b.deadline_ms, budget_longest_ms(&b));
		EXPECT_LT(budget_longest_ms(&b), KTSTR_TEST_TIMEOUT_S * 1000U);
		/* The most that .limit_s can be. */
		budget_limit(&b, 200000);
		EXPECT_LT(budget_longest_ms(&b), KTSTR_TEST_TIMEOUT_S * 1000U);
	}
}

TEST(a_slow_host_gets_more)
{
	struct run_budget fast, slow;

	budget_compute(&fast, 2000, true, 1.0, 4);
	budget_compute(&slow, 2000, true, 10.0, 4);
	EXPECT_EQ(45000U, fast.boot_ms);
	EXPECT_EQ(80000U, slow.boot_ms);
	EXPECT_EQ(45000U, fast.attach_ms);
	EXPECT_EQ(80000U, slow.attach_ms);
	EXPECT_EQ(10000U, fast.stop_ms);
	EXPECT_EQ(20000U, slow.stop_ms);
	EXPECT_EQ(10000U, fast.grace_ms);
	EXPECT_EQ(30000U, slow.grace_ms);
	EXPECT_EQ(4000U + 40000U, fast.test_ms);
	EXPECT_EQ(4000U + 100000U, slow.test_ms);
	EXPECT_LT(fast.deadline_ms, slow.deadline_ms);
}

/* What they took on the emulated host, where the factor is at its most. */
TEST(many_cpus_have_time_to_boot)
{
	static const struct {
		unsigned int cpus, took_s;
	} seen[] = { { 24, 23 }, { 32, 41 }, { 48, 89 } };
	struct run_budget b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		/* As slow as where that was seen, and as slow as can be */
		budget_compute(&b, 2000, true, 10.0, seen[i].cpus);
		EXPECT_LT(1000 * seen[i].took_s, b.boot_ms);
		EXPECT_LT(b.boot_ms, b.deadline_ms);
		budget_compute(&b, 2000, true, 1000.0, seen[i].cpus);
		EXPECT_LT(1500 * seen[i].took_s, b.boot_ms);
		EXPECT_LT(b.boot_ms, b.deadline_ms);
	}
	/* A pair of them takes as long as any other. */
	budget_compute(&b, 2000, true, 10.0, 200);
	EXPECT_LT(3 * 89000 * 4, b.boot_ms);
	/* Where CPUs are fast, so are many. */
	budget_compute(&b, 2000, true, 1.0, 48);
	EXPECT_EQ(45000U, b.boot_ms);
}

/* A host that takes time is waited for, until the harness does not wait. */
TEST(the_clock_has_the_last_word)
{
	struct run_budget b;

	budget_compute(&b, 2000, true, 1.0, 4);
	budget_finish(&b, 10000000);
	EXPECT_EQ(4 * b.deadline_ms, b.wall_ms);
	budget_finish(&b, 400000);
	EXPECT_EQ(370000U, b.wall_ms);
	budget_finish(&b, 10000);
	EXPECT_EQ(b.deadline_ms, b.wall_ms);
}

TEST(a_test_can_say_how_long)
{
	struct run_budget with, without, as_before;

	budget_compute(&with, 2000, true, 5.0, 4);
	as_before = with;
	budget_limit(&with, 3000);
	EXPECT_EQ(3000U, with.attach_ms);
	EXPECT_EQ(3000U, with.test_ms);
	EXPECT_EQ(as_before.boot_ms, with.boot_ms);
	EXPECT_EQ(as_before.deadline_ms - as_before.attach_ms -
		  as_before.test_ms, with.deadline_ms - 6000);

	budget_compute(&without, 2000, false, 5.0, 4);
	budget_limit(&without, 300000);
	EXPECT_EQ(0U, without.attach_ms);
	EXPECT_EQ(300000U, without.test_ms);
	EXPECT_LT(without.test_ms + without.boot_ms, without.deadline_ms);
}

/* What ops take to change the scheduler is beside what the body takes. */
TEST(each_further_scheduler_has_time)
{
	struct run_budget one, three;

	budget_compute(&one, 2000, true, 1.0, 4);
	three = one;
	budget_switch(&one, 0);
	budget_switch(&three, 2);
	EXPECT_EQ(one.test_ms, three.test_ms);
	EXPECT_EQ(one.deadline_ms + 3 * (one.attach_ms + one.stop_ms),
		  three.deadline_ms);
}

TEST(no_scheduler_no_time_for_one)
{
	struct run_budget without, with;

	budget_compute(&without, 2000, false, 1.0, 4);
	budget_compute(&with, 2000, true, 1.0, 4);
	EXPECT_EQ(0U, without.attach_ms);
	EXPECT_EQ(0U, without.stop_ms);
	EXPECT_LT(without.deadline_ms, with.deadline_ms);
}

TEST_HARNESS_MAIN
