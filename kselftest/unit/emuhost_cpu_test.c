// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking CPUs, by names of this test's own: emulated hosts may run beside it.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "vmm/emulated-host/emuhost_cpu.h"

FIXTURE(emuhost_cpu)
{
	char prefix[64];
	cpu_set_t allowed;
	struct emuhost_cpu cpus[CPU_SETSIZE];
	int nr_cpus;
};

FIXTURE_SETUP(emuhost_cpu)
{
	int i;

	snprintf(self->prefix, sizeof(self->prefix), "ktstr-test-%d", getpid());
	if (sched_getaffinity(0, sizeof(self->allowed), &self->allowed))
		SKIP(return, "more CPUs than a cpu_set_t holds");
	self->nr_cpus = CPU_COUNT(&self->allowed);
	for (i = 0; i < CPU_SETSIZE; i++)
		self->cpus[i] = (struct emuhost_cpu)EMUHOST_CPU_NONE;
}

FIXTURE_TEARDOWN(emuhost_cpu)
{
	int i;

	for (i = 0; i < CPU_SETSIZE; i++)
		emuhost_cpu_give_back(&self->cpus[i]);
}

static void take(FIXTURE_DATA(emuhost_cpu) *self, int i)
{
	emuhost_cpu_take(&self->cpus[i], self->prefix);
}

TEST_F(emuhost_cpu, each_is_taken_once)
{
	struct emuhost_cpu more = EMUHOST_CPU_NONE;
	cpu_set_t seen;
	int i, nr;

	CPU_ZERO(&seen);
	for (i = 0; i < self->nr_cpus; i++) {
		take(self, i);
		nr = self->cpus[i].nr;
		ASSERT_GE(nr, 0);
		EXPECT_TRUE(CPU_ISSET(nr, &self->allowed));
		EXPECT_FALSE(CPU_ISSET(nr, &seen));
		CPU_SET(nr, &seen);
	}
	emuhost_cpu_take(&more, self->prefix);
	EXPECT_EQ(-1, more.nr);
	EXPECT_EQ(-1, more.lock);
	emuhost_cpu_give_back(&more);

	/* What is given back is what the next one gets. */
	nr = self->cpus[self->nr_cpus / 2].nr;
	emuhost_cpu_give_back(&self->cpus[self->nr_cpus / 2]);
	emuhost_cpu_take(&more, self->prefix);
	EXPECT_EQ(nr, more.nr);
	emuhost_cpu_give_back(&more);
}

TEST_F(emuhost_cpu, only_where_we_may_run)
{
	cpu_set_t one;
	int nr;

	/* The last of them: not what a search from the first one finds. */
	for (nr = CPU_SETSIZE - 1; !CPU_ISSET(nr, &self->allowed); nr--)
		;
	CPU_ZERO(&one);
	CPU_SET(nr, &one);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));
	take(self, 0);
	EXPECT_EQ(nr, self->cpus[0].nr);
	take(self, 1);
	EXPECT_EQ(-1, self->cpus[1].nr);
}

TEST_F(emuhost_cpu, other_names_do_not_count)
{
	struct emuhost_cpu other;
	char prefix[80];
	int i;

	for (i = 0; i < self->nr_cpus; i++)
		take(self, i);
	snprintf(prefix, sizeof(prefix), "%s-other", self->prefix);
	emuhost_cpu_take(&other, prefix);
	EXPECT_GE(other.nr, 0);
	emuhost_cpu_give_back(&other);
}

TEST_F(emuhost_cpu, a_name_too_long_is_no_name)
{
	char prefix[256];

	memset(prefix, 'x', sizeof(prefix) - 1);
	prefix[sizeof(prefix) - 1] = '\0';
	emuhost_cpu_take(&self->cpus[0], prefix);
	EXPECT_EQ(-1, self->cpus[0].nr);
}

/* A launcher that is killed has no time to give anything back. */
TEST_F(emuhost_cpu, killed_gives_back)
{
	int i, ready[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		for (i = 0; i < self->nr_cpus; i++)
			take(self, i);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	close(ready[0]);
	close(ready[1]);
	take(self, 0);
	EXPECT_EQ(-1, self->cpus[0].nr);
	kill(pid, SIGKILL);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	for (i = 0; i < self->nr_cpus; i++) {
		take(self, i);
		EXPECT_GE(self->cpus[i].nr, 0);
	}
}

TEST_HARNESS_MAIN
