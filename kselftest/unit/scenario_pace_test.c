// SPDX-License-Identifier: GPL-2.0-only
/*
 * The measure of the guest: what withholds the CPU does not make it slow.
 */
#include "kselftest_harness.h"

#include <sched.h>
#include <sys/prctl.h>

#include "lib/guest/scenario/scenario.h"

#define HOGS	10	/* for the one CPU that is measured */

FIXTURE(pace)
{
	pid_t hogs[HOGS];
};

FIXTURE_SETUP(pace)
{
	const struct sched_param fifo = { .sched_priority = 1 }, other = { 0 };

	if (sched_setscheduler(0, SCHED_FIFO, &fifo))
		SKIP(return, "cannot become SCHED_FIFO: %s", strerror(errno));
	sched_setscheduler(0, SCHED_OTHER, &other);
}

FIXTURE_TEARDOWN(pace)
{
	unsigned int i;

	for (i = 0; i < HOGS; i++)
		if (self->hogs[i])
			kill(self->hogs[i], SIGKILL);
}

static pid_t fork_hog(void)
{
	pid_t pid = fork();
	cpu_set_t set;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (;;)
		;
}

TEST_F(pace, a_crowded_cpu_is_not_a_slow_one)
{
	double alone = guest_slowness(1, false), crowded;
	unsigned int i;

	for (i = 0; i < HOGS; i++) {
		self->hogs[i] = fork_hog();
		ASSERT_LT(0, self->hogs[i]);
	}
	usleep(50000);
	crowded = guest_slowness(1, false);
	/* By its share of the CPU it would be ten times as slow. */
	EXPECT_LT(crowded, 3 * alone)
		TH_LOG("alone %.1f, crowded %.1f", alone, crowded);
}

TEST_F(pace, measuring_leaves_no_trace)
{
	EXPECT_LE(1.0, guest_slowness(1, false));
	EXPECT_EQ(SCHED_OTHER, sched_getscheduler(0));
	EXPECT_EQ(-1, waitpid(-1, NULL, WNOHANG));
	EXPECT_EQ(ECHILD, errno);
}

TEST_HARNESS_MAIN
