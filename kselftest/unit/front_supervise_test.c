// SPDX-License-Identifier: GPL-2.0-only
/*
 * Front, keeper and worker: whatever one of them dies of, nothing of theirs is left,
 * and whoever waits learns what came of it.
 */
#include "kselftest_harness.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/children.h"
#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/host/front/supervise.h"
#include "lib/host/machine/paths.h"

#define WAIT_MS		20000

/* What the worker does, and leaves. */
enum work {
	ENDS,
	IS_KILLED,
	WORKS_ON,
	STARTS_A_DAEMON,
};

FIXTURE(front)
{
	char top[PATH_MAX - 512];
	enum work work;
	pid_t pid;
};

FIXTURE_SETUP(front)
{
	char dir[PATH_MAX - 600];

	memset(self, 0, sizeof(*self));
	ASSERT_EQ(0, host_self_dir(dir, sizeof(dir)));
	snprintf(self->top, sizeof(self->top), "%s/supervise-test.XXXXXX", dir);
	ASSERT_NE(NULL, mkdtemp(self->top));
}

FIXTURE_TEARDOWN(front)
{
	folder_remove(self->top);
}

static const char *in_top(FIXTURE_DATA(front) *self, char *path,
			  const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", self->top, name);
	return path;
}

static void write_pid(FIXTURE_DATA(front) *self, const char *name, pid_t pid)
{
	char path[PATH_MAX], made[PATH_MAX + 8];
	FILE *f;

	snprintf(made, sizeof(made), "%s.new", in_top(self, path, name));
	f = fopen(made, "we");
	if (f) {
		fprintf(f, "%d\n", pid);
		fclose(f);
	}
	rename(made, path);
}

static pid_t read_pid(FIXTURE_DATA(front) *self, const char *name)
{
	char path[PATH_MAX];
	int pid = 0, i;
	FILE *f;

	in_top(self, path, name);
	for (i = 0; i < WAIT_MS / 10 && pid <= 0; i++) {
		f = fopen(path, "re");
		if (f && fscanf(f, "%d\n", &pid) != 1)
			pid = 0;
		if (f)
			fclose(f);
		if (pid <= 0)
			poll(NULL, 0, 10);
	}
	return pid;
}

static bool is_gone(pid_t pid)
{
	char path[64], line[256], *at;
	bool gone = true;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f && fgets(line, sizeof(line), f)) {
		at = strrchr(line, ')');
		gone = at && at[2] == 'Z';
	}
	if (f)
		fclose(f);
	return gone;
}

static bool goes(pid_t pid)
{
	unsigned int i;

	for (i = 0; i < WAIT_MS / 10 && !is_gone(pid); i++)
		poll(NULL, 0, 10);
	return is_gone(pid);
}

/* ---- the worker ---- */

/* One of a session of its own, whose parent is gone, and that minds no SIGTERM. */
static void leave_stray(FIXTURE_DATA(front) *self, const char *name,
			int keeper_fd)
{
	pid_t pid = fork(), stray;

	if (pid) {
		waitpid(pid, NULL, 0);
		return;
	}
	stray = fork();
	if (!stray) {
		/* As by exec: whoever has it works for the worker still. */
		close(keeper_fd);
		setsid();
		signal(SIGTERM, SIG_IGN);
		write_pid(self, name, getpid());
		for (;;)
			pause();
	}
	_exit(0);
}

static void tell(int fd, const char *word)
{
	if (write(fd, word, strlen(word) + 1) < 0)
		_exit(99);
}

static int work(void *arg, int keeper_fd)
{
	FIXTURE_DATA(front) *self = arg;
	char path[PATH_MAX], word[PATH_MAX + 2];

	write_pid(self, "keeper", getppid());
	write_pid(self, "worker", getpid());
	snprintf(word, sizeof(word), "r%s", in_top(self, path, "half"));
	tell(keeper_fd, word);
	mkdir(path, 0755);
	leave_stray(self, "stray", keeper_fd);
	read_pid(self, "stray");
	if (self->work == STARTS_A_DAEMON) {
		tell(keeper_fd, "l");
		/* It is heard before the other one is there. */
		poll(NULL, 0, 500);
		leave_stray(self, "other", keeper_fd);
		read_pid(self, "other");
	}
	if (self->work == IS_KILLED)
		kill(getpid(), SIGKILL);
	while (self->work == WORKS_ON)
		pause();
	return 7;
}

static void start(FIXTURE_DATA(front) *self, enum work what)
{
	int null;

	self->work = what;
	self->pid = fork();
	if (self->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(null, STDERR_FILENO);
	_exit(supervise(work, self));
}

static int status_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	       WEXITSTATUS(status);
}

static void nothing_is_left(struct __test_metadata *_metadata,
			    FIXTURE_DATA(front) *self)
{
	char path[PATH_MAX];
	unsigned int i;

	EXPECT_TRUE(goes(read_pid(self, "worker")));
	EXPECT_TRUE(goes(read_pid(self, "stray")));
	EXPECT_TRUE(goes(read_pid(self, "keeper")));
	in_top(self, path, "half");
	for (i = 0; i < WAIT_MS / 10 && !access(path, F_OK); i++)
		poll(NULL, 0, 10);
	EXPECT_NE(0, access(path, F_OK));
}

TEST_F(front, worker_ends)
{
	start(self, ENDS);
	EXPECT_EQ(7, status_of(self->pid));
	/* Whoever has waited finds all of it done. */
	EXPECT_TRUE(is_gone(read_pid(self, "stray")));
	nothing_is_left(_metadata, self);
}

TEST_F(front, worker_is_killed)
{
	start(self, IS_KILLED);
	EXPECT_EQ(128 + SIGKILL, status_of(self->pid));
	nothing_is_left(_metadata, self);
}

TEST_F(front, is_told_to_end)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++) {
		start(self, WORKS_ON);
		ASSERT_LT(0, read_pid(self, "stray"));
		kill(self->pid, signals[i]);
		EXPECT_EQ(128 + signals[i], status_of(self->pid));
		EXPECT_TRUE(is_gone(read_pid(self, "stray")));
		nothing_is_left(_metadata, self);
		unlink(in_top(self, path, "stray"));
	}
}

/* As under nohup. */
TEST_F(front, minds_no_signal_that_its_caller_ignores)
{
	signal(SIGHUP, SIG_IGN);
	start(self, WORKS_ON);
	signal(SIGHUP, SIG_DFL);
	ASSERT_LT(0, read_pid(self, "stray"));
	kill(self->pid, SIGHUP);
	poll(NULL, 0, 300);
	EXPECT_FALSE(is_gone(self->pid));
	kill(self->pid, SIGTERM);
	EXPECT_EQ(128 + SIGTERM, status_of(self->pid));
	nothing_is_left(_metadata, self);
}

TEST_F(front, is_killed)
{
	start(self, WORKS_ON);
	ASSERT_LT(0, read_pid(self, "stray"));
	kill(self->pid, SIGKILL);
	EXPECT_EQ(128 + SIGKILL, status_of(self->pid));
	nothing_is_left(_metadata, self);
}

/* Then all of theirs come to the front. Nobody knows of the folders any more. */
TEST_F(front, keeper_is_killed)
{
	start(self, WORKS_ON);
	ASSERT_LT(0, read_pid(self, "stray"));
	kill(read_pid(self, "keeper"), SIGKILL);
	EXPECT_EQ(128 + SIGKILL, status_of(self->pid));
	EXPECT_TRUE(is_gone(read_pid(self, "worker")));
	EXPECT_TRUE(is_gone(read_pid(self, "stray")));
}

TEST_F(front, daemons_of_packages_stay)
{
	pid_t stray;

	/* It is ours to end, once it was left. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	start(self, STARTS_A_DAEMON);
	EXPECT_EQ(7, status_of(self->pid));
	stray = read_pid(self, "stray");
	EXPECT_FALSE(is_gone(stray));
	EXPECT_TRUE(is_gone(read_pid(self, "other")));
	kill(stray, SIGKILL);
	children_end(SIGKILL, 1000);
}

TEST_HARNESS_MAIN
