// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which clock an emulated host gets, and what others had of a process's CPU.
 * What becomes of the choice is emuhost_clock_boot_test.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "vmm/emulated-host/emuhost_clock.h"

TEST(words)
{
	static const struct {
		const char *word;
		int ret;
		enum emuhost_clock clock;
	} cases[] = {
		{ NULL, 0, EMUHOST_CLOCK_REAL },
		{ "", 0, EMUHOST_CLOCK_REAL },
		{ "auto", 0, EMUHOST_CLOCK_AUTO },
		{ "real", 0, EMUHOST_CLOCK_REAL },
		{ "virtual", 0, EMUHOST_CLOCK_VIRTUAL },
		{ "Virtual", -EINVAL, EMUHOST_CLOCK_REAL },
		{ "real ", -EINVAL, EMUHOST_CLOCK_REAL },
	};
	enum emuhost_clock clock;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].ret,
			  emuhost_clock_parse(cases[i].word, &clock))
			TH_LOG("case %zu", i);
		EXPECT_EQ(cases[i].clock, clock)
			TH_LOG("case %zu", i);
	}
}

/* Two looks at one counter; the kernel takes no more than a hundredth either. */
TEST(tsc_of_this_machine)
{
	unsigned int khz = emuhost_clock_tsc_khz(EMUHOST_CLOCK_REAL);
	unsigned int again = emuhost_clock_tsc_khz(EMUHOST_CLOCK_AUTO);

	EXPECT_LE(100000, khz);
	EXPECT_LE(khz - khz / 1000, again);
	EXPECT_GE(khz + khz / 1000, again);
	EXPECT_EQ(1000000, emuhost_clock_tsc_khz(EMUHOST_CLOCK_VIRTUAL));
}

TEST(clock_that_runs_away)
{
	static const struct {
		uint64_t own_ms, their_ms;
		bool fast;
	} cases[] = {
		{ 0, 0, false },
		/* The first look came half a minute late. */
		{ 0, 30000, false },
		{ 60000, 90000, false },
		{ 60000, 61000, false },
		{ 60000, 1000, false },
		{ 2000, 48000, true },
		{ 60000, 150001, true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(cases[i].fast,
			  emuhost_clock_is_fast(cases[i].own_ms,
						cases[i].their_ms))
			TH_LOG("case %zu", i);
}

TEST(part_that_others_had)
{
	static const struct {
		struct emuhost_pressure p;
		unsigned int pct;
	} cases[] = {
		{ { 0, 0 }, 0 },
		{ { 5, 5 }, 0 },	/* nobody cares about nanoseconds */
		{ { 1000000, 0 }, 0 },
		{ { 0, 1000000 }, 100 },
		{ { 750000000, 250000000 }, 25 },
		{ { UINT64_MAX / 4, UINT64_MAX / 4 }, 49 },	/* rounds down */
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].pct,
			  emuhost_pressure_taken_pct(&cases[i].p))
			TH_LOG("case %zu", i);
	}
}

static void *spin(void *arg)
{
	atomic_bool *stop = arg;

	while (!atomic_load(stop))
		;
	return NULL;
}

/* Two threads that want one CPU: each had what the other did not get. */
TEST(a_crowded_cpu_is_seen)
{
	struct emuhost_pressure p;
	pthread_t threads[2];
	atomic_bool stop = false;
	cpu_set_t old, one;
	unsigned int i;

	if (access("/proc/self/schedstat", R_OK))
		SKIP(return, "no /proc/self/schedstat: CONFIG_SCHED_INFO");
	ASSERT_EQ(0, sched_getaffinity(0, sizeof(old), &old));
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, spin, &stop));
	sleep(1);
	EXPECT_EQ(0, emuhost_pressure_read(getpid(), &p));
	atomic_store(&stop, true);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	sched_setaffinity(0, sizeof(old), &old);
	EXPECT_LE(30, emuhost_pressure_taken_pct(&p));
}

TEST(nobody_there)
{
	struct emuhost_pressure p;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	EXPECT_EQ(-ENOENT, emuhost_pressure_read(pid, &p));
}

TEST_HARNESS_MAIN
