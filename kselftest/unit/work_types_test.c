// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of work types: each row is whole, and Documentation has it.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/doc.h"
#include "kselftest/unit/work_run.h"
#include "lib/common/util/util.h"

#define TYPE_NAME(id, name)	#id,

static const char * const names[WORK_TYPE_COUNT] = {
	WORK_TYPES(TYPE_NAME)
};

TEST(rows_are_whole)
{
	unsigned int i, j;

	for (i = 0; i < WORK_TYPE_COUNT; i++) {
		const struct work_ops *ops = work_types[i];

		EXPECT_TRUE(ops->pass && ops->name && ops->what &&
			    !ops->group == !!ops->group_of)
			TH_LOG("%s", names[i]);
		for (j = 0; j < i; j++)
			EXPECT_STRNE(work_types[j]->name, ops->name);
	}
	/* A worker of whom nothing is said computes. */
	EXPECT_STREQ("CpuSpin", work_types[0]->name);
}

static bool may_be_0(const struct work_param *p)
{
	return !strcmp(p->name, "rate");
}

/* A value that is taken has a default, within its limit; 0 is to go without. */
TEST(parameters_have_defaults)
{
	unsigned int i, j;

	for (i = 0; i < WORK_TYPE_COUNT; i++) {
		const struct work_param *p = work_types[i]->params;

		for (j = 0; j < WORK_MAX_PARAMS && p[j].name; j++) {
			EXPECT_TRUE((p[j].usual || may_be_0(&p[j])) &&
				    p[j].usual <= p[j].most)
				TH_LOG("%s: %s", names[i], p[j].name);
		}
	}
}

TEST(found_by_name)
{
	char err[256] = "";
	enum work_type type;

	ASSERT_EQ(0, work_find("futexpingpong", &type, err, sizeof(err)));
	EXPECT_EQ(WORK_TYPE_FUTEX_PING_PONG, type);
	EXPECT_EQ(-ENOENT, work_find("PipeOi", &type, err, sizeof(err)));
	EXPECT_STREQ("PipeOi: no such work type; near: PipeIo", err);
}

TEST(wrong_parameters_are_named)
{
	static const struct {
		struct work_spec spec;
		unsigned int n;
		const char *says;
	} cases[] = {
		{ WORK(BURSTY, .spin = 7), 1, "Bursty: was given what it does" },
		{ WORK(BURSTY, .burst_ms = 60001), 1,
		  "Bursty: burst_ms is 60001, at most 60000 can be" },
		{ WORK(FUTEX_FAN_OUT, .fan_out = 2), 4,
		  "FutexFanOut requires num_workers divisible by 3, got 4" },
		{ WORK(FUTEX_FAN_OUT), 4,
		  "FutexFanOut requires num_workers divisible by 5, got 4" },
		{ WORK(WAKE_CHAIN, .depth = 33), 33, "WakeChain: depth is 33" },
		{ WORK(PIPE_IO), 0, "PipeIo requires at least one worker" },
		{ WORK(PIPE_IO, .custom = work_spec_custom), 2,
		  "PipeIo: takes no function" },
		{ WORK(CUSTOM, .phases = { { WORK_PHASE_IO, .ms = 5 } }), 1,
		  "Custom: takes no phases" },
		{ WORK(SCHBENCH, .lock = WORK_LOCK_PI), 5,
		  "Schbench: lock can be" },
		{ WORK(PRIORITY_INVERSION, .lock = WORK_LOCK_NONE), 3,
		  "PriorityInversion: lock is 3, at most 2" },
		{ WORK(CUSTOM), 1, "Custom: no function is said" },
		{ WORK(SEQUENCE,
		       .phases = { { WORK_PHASE_COUNT, .ms = 5 } }), 1,
		  "Sequence: a phase is of no kind" },
		{ WORK(SEQUENCE,
		       .phases = { { WORK_PHASE_IO, .ms = 60001 } }), 1,
		  "Sequence: a phase is longer" },
		{ WORK(SEQUENCE, .phases = { { WORK_PHASE_LOCK, .ms = 5 } }), 1,
		  "Sequence: a phase has a time or a channel, as its kind is" },
		{ WORK(SEQUENCE,
		       .phases = { { WORK_PHASE_POST, .channel = 129 } }), 1,
		  "Sequence: a channel is none of 1 to 128" },
		{ WORK(SEQUENCE,
		       .phases = { { WORK_PHASE_BARRIER, .channel = 1 } }), 1,
		  "Sequence: a BARRIER has users, and no other phase has" },
		{ WORK(SEQUENCE,
		       .phases = { [1] = { WORK_PHASE_IO, .ms = 5 } }), 1,
		  "Sequence: a phase of 0 ms" },
	};
	char err[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		err[0] = '\0';
		EXPECT_EQ(-EINVAL, work_check(&cases[i].spec, cases[i].n, err,
					      sizeof(err)));
		EXPECT_EQ(0, strncmp(cases[i].says, err,
				     strlen(cases[i].says)))
			TH_LOG("%zu: %s", i, err);
	}
}

static unsigned int group_of(unsigned int type)
{
	struct work_spec spec = work_spec_of(type);
	char err[256];
	unsigned int n;

	for (n = 1; work_check(&spec, n, err, sizeof(err)) == -EINVAL; n++)
		;
	return n;
}

/* Two groups of each, for a moment: everyone does something, and stops. */
TEST(each_works_and_stops)
{
	struct worker_report reports[64];
	struct work_spec spec;
	struct work_set set;
	unsigned int i, j, n;

	for (i = 0; i < WORK_TYPE_COUNT; i++) {
		spec = work_spec_of(i);
		n = 2 * group_of(i);
		ASSERT_GE(ARRAY_SIZE(reports), n);
		if (work_lacks(&spec, n)) {
			TH_LOG("not tried: %s", work_lacks(&spec, n));
			continue;
		}
		work_run_begin(_metadata, &set, &spec, n);
		poll(NULL, 0, 100);
		work_run_end(&set, reports);
		for (j = 0; j < n; j++) {
			EXPECT_TRUE(reports[j].completed &&
				    !reports[j].status &&
				    reports[j].iterations)
				TH_LOG("%s: worker %u: status %x, %llu passes",
				       names[i], j, reports[j].status,
				       reports[j].iterations + 0ULL);
		}
	}
}

TEST(turns_go_round)
{
	static const struct work_spec specs[] = {
		WORK(FUTEX_PING_PONG, .spin = 16), WORK(PIPE_IO, .spin = 16),
		WORK(CACHE_PIPE, .spin = 16),
		WORK(WAKE_CHAIN, .depth = 3, .spin = 16),
	};
	struct worker_report r[3];
	uint64_t least, most;
	unsigned int i, j, n;

	for (i = 0; i < ARRAY_SIZE(specs); i++) {
		n = specs[i].depth ?: 2;
		work_run_for(_metadata, &specs[i], n, 300, r);
		least = UINT64_MAX;
		most = 0;
		for (j = 0; j < n; j++) {
			least = min(least, r[j].work_units / 16);
			most = max(most, r[j].work_units / 16);
		}
		EXPECT_LT(1, least);
		EXPECT_LE(most - least, 2)
			TH_LOG("%s: %llu to %llu turns",
			       work_types[specs[i].type]->name, least + 0ULL,
			       most + 0ULL);
	}
}

/* Also before it has done anything at all. */
TEST(what_the_host_took_before_the_first_progress_is_no_gap)
{
	static struct wire_steal page = { .n_cpus = 1 };
	static struct work_slot slot;
	struct work_run run = { .slot = &slot, .steal = &page };
	cpu_set_t all, first;

	/* The page tells of CPU 0 alone. */
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_getaffinity(0, sizeof(all), &all);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(first), &first));
	work_begin(&run);
	page.cpu_us[0] = 1000000;
	poll(NULL, 0, 1100);
	page.count += 10;
	work_done(&run, 1);
	sched_setaffinity(0, sizeof(all), &all);
	EXPECT_EQ(1000 * NSEC_PER_MSEC, slot.report.steal_ns);
	EXPECT_LE(90 * NSEC_PER_MSEC, slot.report.max_gap_ns);
	EXPECT_EQ(0, slot.report.migrations);
}

TEST(what_a_sleep_took_is_part_of_the_next_burst)
{
	EXPECT_EQ(1100U, work_burst_end(0, 1000, 100));
	/* 30 more than the last one should have had by now */
	EXPECT_EQ(1070U, work_burst_end(970, 1000, 100));
	/* More than a burst in all: that is forgotten. */
	EXPECT_EQ(1000U, work_burst_end(700, 1000, 100));
	EXPECT_EQ(1100U, work_burst_end(work_burst_end(700, 1000, 100), 1000,
					100));
}

static uint64_t burnt_ns(struct work_run *run, uint64_t ns)
{
	uint64_t begin_ns = work_cpu_ns();

	work_burn(run, ns);
	return work_cpu_ns() - begin_ns;
}

/* A burst of 50 ms, 40 of which were taken by what came since the last one. */
TEST(bursts_pay_for_sleeps_but_for_no_other_work)
{
	static struct work_slot slot;
	struct work_run run = { .slot = &slot };

	work_begin(&run);
	EXPECT_LE(50 * NSEC_PER_MSEC, burnt_ns(&run, 50 * NSEC_PER_MSEC));
	work_sleep(&run, NSEC_PER_MSEC);
	ASSERT_NE(0U, run.burst_end_ns);
	run.burst_end_ns = work_cpu_ns() - 40 * NSEC_PER_MSEC;
	EXPECT_GT(45 * NSEC_PER_MSEC, burnt_ns(&run, 50 * NSEC_PER_MSEC));
	run.burst_end_ns = work_cpu_ns() - 40 * NSEC_PER_MSEC;
	work_spin(&run, 1);
	EXPECT_LE(50 * NSEC_PER_MSEC, burnt_ns(&run, 50 * NSEC_PER_MSEC));
}

/* By its CPU clock, whoever else is on its CPU. */
TEST(bursts_are_of_cpu_time)
{
	const struct work_spec spec =
		WORK(BURSTY, .burst_ms = 20, .sleep_ms = 20);
	struct worker_report r;

	work_run_for(_metadata, &spec, 1, 1000, &r);
	ASSERT_LT(2, r.iterations);
	EXPECT_LE((r.iterations - 1) * 20 * NSEC_PER_MSEC, r.cpu_ns);
	EXPECT_GE(r.iterations * 21 * NSEC_PER_MSEC, r.cpu_ns);
}

TEST(a_herd_is_woken_as_one)
{
	const struct work_spec spec =
		WORK(THUNDERING_HERD, .fan_out = 4, .sleep_ms = 20, .spin = 1);
	struct worker_report r[5];
	unsigned int i;

	work_run_for(_metadata, &spec, 5, 1000, r);
	ASSERT_LT(2, r[0].work_units);
	/* Whoever is late may miss a call, not many of them. */
	for (i = 1; i < 5; i++) {
		EXPECT_LE(r[i].work_units, r[0].work_units);
		EXPECT_LT(r[0].work_units / 2, r[i].work_units);
	}
}

/* To spin and to multiply is to use a CPU for so long; the rest is not. */
TEST(phases_are_gone_through)
{
	static const struct work_spec specs[] = {
		{ .type = WORK_TYPE_SEQUENCE,
		  .phases = { { WORK_PHASE_SPIN, .ms = 20 },
			      { WORK_PHASE_SLEEP, .ms = 20 } } },
		{ .type = WORK_TYPE_SEQUENCE,
		  .phases = { { WORK_PHASE_ALU_HOT, .ms = 10 },
			      { WORK_PHASE_SLEEP, .ms = 20 },
			      { WORK_PHASE_SPIN, .ms = 10 } } },
	};
	static const struct work_spec wall = {
		.type = WORK_TYPE_SEQUENCE,
		.phases = { { WORK_PHASE_YIELD, .ms = 20 },
			    { WORK_PHASE_IO, .ms = 20 } },
	};
	struct worker_report r;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(specs); i++) {
		work_run_for(_metadata, &specs[i], 1, 1000, &r);
		ASSERT_LT(2, r.iterations);
		EXPECT_LE((r.iterations - 1) * 20 * NSEC_PER_MSEC, r.cpu_ns);
		EXPECT_GE(r.iterations * 22 * NSEC_PER_MSEC, r.cpu_ns);
	}
	work_run_for(_metadata, &wall, 1, 1000, &r);
	EXPECT_LT(2, r.iterations);
	EXPECT_GE(1000 / 40 + 1, r.iterations);
	EXPECT_LT(r.iterations, r.work_units);
}

static void own_pass(struct work_run *run)
{
	work_done(run, 7);
	work_sleep(run, NSEC_PER_MSEC);
}

TEST(a_function_of_the_test_is_a_pass)
{
	const struct work_spec spec = WORK(CUSTOM, .custom = own_pass);
	struct worker_report r;

	work_run_for(_metadata, &spec, 1, 300, &r);
	EXPECT_LT(2, r.iterations);
	EXPECT_EQ(r.iterations * 7, r.work_units);
}

/* A pass is to be woken, and so many multiplications. */
TEST(woken_workers_multiply)
{
	const struct work_spec spec =
		WORK(FAN_OUT_COMPUTE, .fan_out = 2, .kb = 16, .ops = 3,
		     .sleep_us = 2000);
	struct worker_report r[3];
	unsigned int i;

	work_run_for(_metadata, &spec, 3, 500, r);
	for (i = 1; i < 3; i++) {
		EXPECT_LT(3, r[i].work_units);
		EXPECT_LE(r[i].work_units, r[i].iterations * (1 + 3));
		EXPECT_LE((r[i].iterations - 2) * (1 + 3), r[i].work_units);
		/* Each has slept before it did so. */
		EXPECT_LE(r[i].iterations, 500 / 2 + 100);
		EXPECT_LT(0, r[i].cpu_ns);
	}
}

TEST(documentation_lists_them)
{
	char *doc = doc_read("writing-tests.rst", "Work types\n", "Cpusets\n");
	unsigned int i;

	ASSERT_NE(NULL, doc);
	EXPECT_EQ(0U + WORK_TYPE_COUNT, doc_entries(doc));
	doc_unwrap(doc);
	for (i = 0; i < WORK_TYPE_COUNT; i++)
		doc_expect(_metadata, doc, names[i], work_types[i]->what);
	free(doc);
}

TEST_HARNESS_MAIN
