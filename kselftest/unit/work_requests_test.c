// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that serve requests.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/work_run.h"
#include "lib/common/util/util.h"

#define RUN_MS	1000

static uint64_t passes(const struct worker_report *r, unsigned int n)
{
	uint64_t sum = 0;

	while (n--)
		sum += r[n].iterations;
	return sum;
}

static uint64_t units(const struct worker_report *r, unsigned int n)
{
	uint64_t sum = 0;

	while (n--)
		sum += r[n].work_units;
	return sum;
}

/* As fast as they can, where they ask; a request is ops multiplications. */
TEST(schbench_serves_who_asks)
{
	const struct work_spec spec =
		WORK(SCHBENCH, .fan_out = 2, .kb = 4, .ops = 3,
		     .sleep_us = 1000);
	struct worker_report r[3];

	work_run_for(_metadata, &spec, 3, RUN_MS, r);
	EXPECT_LT(20, passes(r + 1, 2));
	/* Each sleeps once in a request. */
	EXPECT_GE(2 * RUN_MS + 100, passes(r + 1, 2));
	EXPECT_LE(units(r + 1, 2), (1 + 3) * passes(r + 1, 2));
	EXPECT_LE((1 + 3) * (passes(r + 1, 2) - 2), units(r + 1, 2));
	/* A request is sent for each that is asked for, no more. */
	EXPECT_LE(passes(r + 1, 2) - 2, r[0].work_units);
	EXPECT_GE(passes(r + 1, 2), r[0].work_units);
}

/* How long those of a pool wait for the one CPU that they have. */
static uint64_t waited_ns(struct __test_metadata *_metadata, unsigned int lock,
			  struct worker_report *r)
{
	const struct work_spec spec =
		WORK(SCHBENCH, .fan_out = 4, .kb = 64, .ops = 200,
		     .sleep_us = 1, .lock = lock);
	uint64_t sum = 0;
	cpu_set_t before;
	unsigned int i;

	work_run_pinned(&before);
	work_run_for(_metadata, &spec, 5, RUN_MS, r);
	work_run_unpinned(&before);
	EXPECT_LT(0, units(r + 1, 4));
	for (i = 1; i < 5; i++)
		sum += r[i].run_delay_ns;
	return sum;
}

/* Who computes holds its lock: the others wait for that, not for the CPU. */
TEST(schbench_computes_under_a_lock_of_the_cpu)
{
	struct worker_report r[5];
	uint64_t plain, none;

	plain = waited_ns(_metadata, WORK_LOCK_PLAIN, r);
	none = waited_ns(_metadata, WORK_LOCK_NONE, r);
	if (!r[1].has_run_delay)
		SKIP(return, "this kernel keeps no time waited");
	EXPECT_LT(2 * plain, none)
		TH_LOG("%llu ns, %llu without a lock", plain + 0ULL,
		       none + 0ULL);
}

TEST(schbench_sends_at_its_rate)
{
	static const unsigned int rates[] = { 50, 200 };
	struct worker_report r[3];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		const struct work_spec spec =
			WORK(SCHBENCH, .fan_out = 2, .kb = 4, .ops = 1,
			     .sleep_us = 1, .rate = rates[i]);

		work_run_for(_metadata, &spec, 3, RUN_MS, r);
		/* Each is taken, and multiplied once. */
		EXPECT_LE(units(r + 1, 2), 2 * r[0].work_units);
		EXPECT_LE(2 * rates[i] * 7 / 10, units(r + 1, 2));
		EXPECT_GE(2 * rates[i] * 13 / 10, units(r + 1, 2));
	}
}

static void hits_of(struct __test_metadata *_metadata, unsigned int hit_pct,
		    uint64_t *fast, uint64_t *slow)
{
	const struct work_spec spec =
		WORK(TAOBENCH, .fan_out = 2, .slow = 2, .rate = 500,
		     .hit_pct = hit_pct, .sleep_us = 10);
	struct worker_report r[5];

	work_run_for(_metadata, &spec, 5, RUN_MS, r);
	*fast = units(r + 1, 2);
	*slow = units(r + 3, 2);
	/* What was sent is answered, but for the last of it. */
	EXPECT_LE(350, r[0].work_units);
	EXPECT_GE(650, r[0].work_units);
	EXPECT_LE(*fast, r[0].work_units);
	EXPECT_LE(r[0].work_units * 8 / 10, *fast);
}

TEST(taobench_misses_as_many_as_it_should)
{
	uint64_t fast, slow;

	hits_of(_metadata, 100, &fast, &slow);
	EXPECT_EQ(0, slow);
	hits_of(_metadata, 50, &fast, &slow);
	EXPECT_LE(fast * 35 / 100, slow);
	EXPECT_GE(fast * 65 / 100, slow);
}

/* Where all are late the client does not wait for them. */
TEST(taobench_sends_whether_answered_or_not)
{
	const struct work_spec spec =
		WORK(TAOBENCH, .fan_out = 1, .slow = 1, .rate = 1000,
		     .hit_pct = 1, .sleep_us = 50000);
	struct worker_report r[3];

	work_run_for(_metadata, &spec, 3, RUN_MS, r);
	EXPECT_LE(500, r[0].work_units);
	EXPECT_GE(2 + RUN_MS / 50, r[2].work_units);
}

TEST_HARNESS_MAIN
