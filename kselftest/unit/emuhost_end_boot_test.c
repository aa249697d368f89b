// SPDX-License-Identifier: GPL-2.0-only
/*
 * How an emulated host ends when it is disturbed: killed, interrupted, frozen.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/emuhost_launch.h"

#define TEST_LIMIT_S	110
/* Long enough for a healthy one on a busy machine, short for a test. */
#define STALL_S		"8"

FIXTURE(emuhost_end)
{
	char dir[PATH_MAX];
	struct launch l;
};

FIXTURE_SETUP(emuhost_end)
{
	const char *missing = launch_missing();

	if (missing)
		SKIP(return, "%s", missing);
	ASSERT_EQ(0, launch_dir(self->dir, sizeof(self->dir)));
	setenv("KTSTR_EMUHOST_STALL_SECS", STALL_S, 1);
}

FIXTURE_TEARDOWN(emuhost_end)
{
	launch_free(&self->l);
	launch_dir_remove(self->dir);
}

/* Return: how many of them are there. */
static unsigned int count_alive(const pid_t *pids, unsigned int n)
{
	unsigned int alive = 0;

	while (n--)
		alive += !kill(pids[n], 0);
	return alive;
}

/*
 * Reap what comes to us, a subreaper, when its parent dies, for as long as
 * any of it is there. Return: how many died of SIGKILL, -1 after @limit_ms.
 */
static int reap_orphans(unsigned int limit_ms)
{
	unsigned int waited_ms;
	int killed = 0, status;
	pid_t pid;

	for (waited_ms = 0; waited_ms < limit_ms; waited_ms += 20) {
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			killed += WIFSIGNALED(status) &&
				  WTERMSIG(status) == SIGKILL;
		if (pid < 0)
			return killed;
		usleep(20 * 1000);
	}
	return -1;
}

static unsigned int count_entries(const char *path)
{
	unsigned int n = 0;
	DIR *dir = opendir(path);

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

TEST_F_TIMEOUT(emuhost_end, kill_9_leaves_nothing, TEST_LIMIT_S)
{
	char cache[PATH_MAX], entries[PATH_MAX + 16];
	pid_t children[MAX_CHILDREN];
	unsigned int n, before;

	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	ASSERT_EQ(0, host_cache_dir(cache, sizeof(cache)));
	snprintf(entries, sizeof(entries), "%s/emulated-host", cache);
	before = count_entries(entries);
	ASSERT_EQ(0, LAUNCH(&self->l, "-w", self->dir, "--", "sh", "-c",
			    "echo ready; sleep 1000"));
	ASSERT_TRUE(launch_wait_for(self->l.out, "ready"));
	n = launch_children(self->l.pid, children);
	/* QEMU, and a virtiofsd for the root and for the folder. */
	EXPECT_EQ(3, n);
	EXPECT_NE(0, launch_qemu(self->l.pid));
	EXPECT_EQ(0, kill(self->l.pid, SIGKILL));
	EXPECT_EQ(128 + SIGKILL, launch_wait(&self->l, 20000));
	EXPECT_EQ(3, reap_orphans(20000));
	EXPECT_EQ(before, count_entries(entries));
	EXPECT_EQ(2, count_entries(self->dir));
}

TEST_F_TIMEOUT(emuhost_end, signals_end_it_at_once, TEST_LIMIT_S)
{
	static const int signals[] = { SIGINT, SIGTERM };
	pid_t children[MAX_CHILDREN];
	unsigned int n;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		ASSERT_EQ(0, LAUNCH(&self->l, "--", "sh", "-c",
				    "echo ready; sleep 1000"));
		ASSERT_TRUE(launch_wait_for(self->l.out, "ready"));
		n = launch_children(self->l.pid, children);
		EXPECT_EQ(2, n);
		kill(self->l.pid, signals[i]);
		EXPECT_EQ(128 + signals[i], launch_wait(&self->l, 20000));
		/* The launcher has reaped them itself. */
		EXPECT_EQ(0, count_alive(children, n));
		if (!i)
			launch_free(&self->l);
	}
}

/* Stop QEMU once the command runs, which is when @dir/runs is there. */
static bool freeze(struct launch *l, const char *dir)
{
	char path[PATH_MAX + 8];
	unsigned int waited_ms;
	pid_t qemu;

	snprintf(path, sizeof(path), "%s/runs", dir);
	for (waited_ms = 0; access(path, F_OK); waited_ms += 50) {
		if (waited_ms >= LAUNCH_LIMIT_MS)
			return false;
		usleep(50 * 1000);
	}
	qemu = launch_qemu(l->pid);
	return qemu && !kill(qemu, SIGSTOP);
}

TEST_F_TIMEOUT(emuhost_end, frozen_one_is_replaced, TEST_LIMIT_S)
{
	char *seen;
	size_t len;

	ASSERT_EQ(0, LAUNCH(&self->l, "-w", self->dir, "--", "sh", "-c",
			    ": >> \"$0/runs\"; sleep 3; echo done; exit 3",
			    self->dir));
	ASSERT_TRUE(freeze(&self->l, self->dir));
	EXPECT_EQ(3, launch_wait(&self->l, LAUNCH_LIMIT_MS));
	seen = launch_read(self->l.out, &len);
	EXPECT_STREQ("done\n", seen);
	free(seen);
	seen = launch_read(self->l.err, &len);
	EXPECT_NE(NULL, strstr(seen, "\n# infrastructure: the emulated host made no progress for "
			       STALL_S " s (last: command at "));
	EXPECT_NE(NULL, strstr(seen, " s); starting a new one\n"))
		TH_LOG("%s", seen);
	free(seen);
}

/* Its output would come twice. */
TEST_F_TIMEOUT(emuhost_end, frozen_one_that_spoke_is_not, TEST_LIMIT_S)
{
	pid_t children[MAX_CHILDREN];
	unsigned int n;
	char *seen;
	size_t len;

	ASSERT_EQ(0, LAUNCH(&self->l, "-w", self->dir, "--", "sh", "-c",
			    "echo one; : >> \"$0/runs\"; sleep 100; echo two",
			    self->dir));
	ASSERT_TRUE(freeze(&self->l, self->dir));
	n = launch_children(self->l.pid, children);
	EXPECT_EQ(EMUHOST_EXIT_BROKEN, launch_wait(&self->l, LAUNCH_LIMIT_MS));
	EXPECT_EQ(0, count_alive(children, n));
	seen = launch_read(self->l.out, &len);
	EXPECT_STREQ("one\n", seen);
	free(seen);
	EXPECT_TRUE(launch_said(self->l.err, "infrastructure: the emulated host made no progress"));
	EXPECT_TRUE(launch_said(self->l.err, "; not started again: "));
	EXPECT_FALSE(launch_said(self->l.err, "starting a new one"));
}

TEST_HARNESS_MAIN
