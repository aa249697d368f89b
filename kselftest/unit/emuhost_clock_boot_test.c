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

#define TEST_LIMIT_S	300
#define STOPPED_S	3
#define WATCHED_S	6

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

static void *spin(void *arg)
{
	atomic_bool *stop = arg;

	while (!atomic_load(stop))
		;
	return NULL;
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
