// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose time it is on an emulated host: on a virtual clock, what this machine
 * does meanwhile takes none of it.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "kselftest_harness.h"

#include "kselftest/unit/emuhost_launch.h"
#include "vmm/emulated-host/emuhost_clock.h"

#define TEST_LIMIT_S	300
#define STOPPED_S	3
#define WATCHED_S	6

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

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(cases[i].pct,
			  emuhost_pressure_taken_pct(&cases[i].p))
			TH_LOG("case %zu", i);
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

FIXTURE(emuhost_clock)
{
	struct launch l;
};

FIXTURE_SETUP(emuhost_clock)
{
	const char *missing = launch_missing();

	if (missing)
		SKIP(return, "%s", missing);
}

FIXTURE_TEARDOWN(emuhost_clock)
{
	unsetenv(EMUHOST_CLOCK_ENV);
}

/*
 * What this program does in there: look at the clock all the time, for some
 * seconds of it, and say how far apart two looks were at most.
 */
static int watch_clock(void)
{
	uint64_t begin, last, now, worst = 0;

	puts("begun");
	fflush(stdout);
	begin = clock_now_ns();
	last = begin;
	while (last < begin + WATCHED_S * NSEC_PER_SEC) {
		now = clock_now_ns();
		worst = max(worst, now - last);
		last = now;
	}
	printf("worst %d\n", (int)(worst / NSEC_PER_MSEC));
	return 0;
}

static int worst_ms(const struct launch *l)
{
	size_t len;
	char *text = launch_read(l->out, &len), *at;
	int ms = -1;

	at = text ? strstr(text, "worst ") : NULL;
	if (at)
		sscanf(at, "worst %d", &ms);
	free(text);
	return ms;
}

/* Stop QEMU for some seconds while the command looks at its clock. */
static void stop_meanwhile(struct __test_metadata *_metadata,
			   struct launch *l, const char *clock)
{
	char self_path[PATH_MAX];
	pid_t qemu;

	ASSERT_EQ(0, host_self_path(self_path, sizeof(self_path)));
	setenv(EMUHOST_CLOCK_ENV, clock, 1);
	ASSERT_EQ(0, LAUNCH(l, "--", self_path, "watch"));
	ASSERT_TRUE(launch_wait_for(l->out, "begun"));
	sleep(1);
	qemu = launch_qemu(l->pid);
	ASSERT_NE(0, qemu);
	EXPECT_EQ(0, kill(qemu, SIGSTOP));
	sleep(STOPPED_S);
	EXPECT_EQ(0, kill(qemu, SIGCONT));
	EXPECT_EQ(0, launch_wait(l, LAUNCH_LIMIT_MS));
}

TEST_F_TIMEOUT(emuhost_clock, virtual_stands_still_while_qemu_does, TEST_LIMIT_S)
{
	stop_meanwhile(_metadata, &self->l, "virtual");
	EXPECT_LE(0, worst_ms(&self->l));
	EXPECT_GT(STOPPED_S * 1000 / 2, worst_ms(&self->l));
	launch_free(&self->l);
}

/*
 * Two that want each CPU beside whoever else does: half of it is gone. Once that
 * is seen they stop: a host that boots beside them may need minutes.
 */
TEST_F_TIMEOUT(emuhost_clock, auto_is_virtual_on_a_busy_machine, TEST_LIMIT_S)
{
	unsigned int n = 2 * sysconf(_SC_NPROCESSORS_ONLN), i;
	atomic_bool stop = false;
	pthread_t threads[n];

	for (i = 0; i < n; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, spin, &stop));
	setenv(EMUHOST_CLOCK_ENV, "auto", 1);
	ASSERT_EQ(0, LAUNCH(&self->l, "--", "true"));
	EXPECT_TRUE(launch_wait_for(self->l.err,
				    "this machine is busy: others had"));
	atomic_store(&stop, true);
	for (i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(0, launch_wait(&self->l, TEST_LIMIT_S / 2 * 1000));
	launch_free(&self->l);
}

/* What the test further up would see if it could not fail. */
TEST_F_TIMEOUT(emuhost_clock, real_goes_on_while_qemu_does_not, TEST_LIMIT_S)
{
	stop_meanwhile(_metadata, &self->l, "real");
	EXPECT_LE(STOPPED_S * 1000 / 2, worst_ms(&self->l));
	launch_free(&self->l);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "watch"))
		return watch_clock();
	return test_harness_run(argc, argv);
}
