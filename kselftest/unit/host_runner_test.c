// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who runs us, and that we end with them: chains of processes as make and
 * run_kselftest.sh have them.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include "lib/common/util/lifeline.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/runner.h"

#define MAX_PIDS	8
#define LIMIT_MS	5000

/* What the processes of a chain leave for the test; shared with them. */
struct chain {
	pid_t pids[MAX_PIDS];		/* from the top */
	unsigned int n;
	pid_t found[MAX_PIDS];
	unsigned int n_found;
};

FIXTURE(runner)
{
	struct chain *chain;
	int alive[2];		/* each process of the chain holds the end */
	int ready[2];
};

FIXTURE_SETUP(runner)
{
	self->chain = mmap(NULL, sizeof(*self->chain), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->chain);
	ASSERT_EQ(0, pipe2(self->alive, O_CLOEXEC));
	ASSERT_EQ(0, pipe2(self->ready, O_CLOEXEC));
	/* Those whose parent has died are ours. */
	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
}

FIXTURE_TEARDOWN(runner)
{
	unsigned int i;

	for (i = 0; i < self->chain->n; i++)
		if (self->chain->pids[i] > 0)
			kill(self->chain->pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	munmap(self->chain, sizeof(*self->chain));
}

/* The last of a chain: looks, ties itself, waits for its end. */
static void leaf(FIXTURE_DATA(runner) *self)
{
	struct chain *chain = self->chain;

	chain->n_found = host_runners(chain->found, MAX_PIDS);
	if (!chain->n_found ||
	    lifeline_tie_line(chain->found, chain->n_found))
		_exit(1);
	if (write(self->ready[1], "", 1) != 1)
		_exit(1);
	pause();
	_exit(1);
}

/* The processes of @names, each the parent of the next; "-": a new session. */
static void chain_run(FIXTURE_DATA(runner) *self, const char * const *names)
{
	unsigned int at = 0;

	do {
		self->chain->pids[at] = getpid();
		self->chain->n = at + 1;
		if (names[at][0] == '-')
			setsid();
		prctl(PR_SET_NAME, names[at] + (names[at][0] == '-'));
		if (!names[++at])
			leaf(self);
	} while (!fork());
	pause();
	_exit(1);
}

static bool chain_start(FIXTURE_DATA(runner) *self, const char * const *names)
{
	struct pollfd pfd = { .fd = self->ready[0], .events = POLLIN };
	pid_t child = fork();

	if (!child) {
		close(self->alive[0]);
		chain_run(self, names);
	}
	close(self->alive[1]);
	return child > 0 && poll(&pfd, 1, LIMIT_MS) == 1;
}

/* Has each process of the chain ended? */
static bool all_ended(FIXTURE_DATA(runner) *self)
{
	struct pollfd pfd = { .fd = self->alive[0], .events = POLLIN };

	return poll(&pfd, 1, LIMIT_MS) == 1 && pfd.revents == POLLHUP;
}

static bool runs(pid_t pid)
{
	siginfo_t info = { 0 };

	/* One of ours that has ended waits to be reaped. */
	if (!waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) &&
	    info.si_pid == pid)
		return false;
	return !kill(pid, 0);
}

TEST_F(runner, up_to_the_outermost_one)
{
	static const struct {
		const char *names[MAX_PIDS];
		unsigned int first;	/* of those that belong to it */
	} cases[] = {
		{ { "-bash", "sh", "make", "sh", "make", "timeout", "me" }, 2 },
		{ { "-bash", "run_kselftest.s", "run_kselftest.s", "timeout",
		    "me" }, 1 },
		{ { "-bash", "script", "sh", "me" }, 2 },
		{ { "make", "-bash", "sh", "me" }, 2 },
		{ { "-make", "me" }, 0 },
		{ { "-a) S 1 1 1 (b", "make", "a) S 1 1 1", "me" }, 1 },
	};
	unsigned int i, j, want;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chain *c = self->chain;

		ASSERT_TRUE(chain_start(self, cases[i].names))
			TH_LOG("case %u", i);
		want = c->n - 1 - cases[i].first;
		EXPECT_EQ(want, c->n_found)
			TH_LOG("case %u", i);
		for (j = 0; j < min(want, c->n_found); j++) {
			EXPECT_EQ(c->pids[c->n - 2 - j], c->found[j])
				TH_LOG("case %u, process %u", i, j);
		}
		for (j = 0; j < c->n; j++)
			kill(c->pids[j], SIGKILL);
		while (wait(NULL) > 0)
			;
		EXPECT_EQ(1, read(self->ready[0], &(char){ 0 }, 1));
		close(self->alive[0]);
		ASSERT_EQ(0, pipe2(self->alive, O_CLOEXEC));
	}
}

/* kill -9 of the runner: nobody is left to go on with the next program. */
TEST_F(runner, none_goes_on_without_it)
{
	static const char * const names[] = {
		"-run_kselftest.s", "run_kselftest.s", "timeout", "me", NULL,
	};

	ASSERT_TRUE(chain_start(self, names));
	ASSERT_EQ(3, self->chain->n_found);
	kill(self->chain->pids[0], SIGKILL);
	EXPECT_TRUE(all_ended(self));
}

/* Whoever stands above the one that ended has to say what became of it. */
TEST_F(runner, those_above_go_on)
{
	static const char * const names[] = {
		"-make", "sh", "timeout", "timeout", "me", NULL,
	};
	struct chain *c = self->chain;
	unsigned int i;

	ASSERT_TRUE(chain_start(self, names));
	ASSERT_EQ(4, c->n_found);
	kill(c->pids[2], SIGKILL);
	for (i = 0; i < LIMIT_MS && (runs(c->pids[3]) || runs(c->pids[4])); i++)
		usleep(1000);
	EXPECT_FALSE(runs(c->pids[3]));
	EXPECT_FALSE(runs(c->pids[4]));
	EXPECT_TRUE(runs(c->pids[1]));
	EXPECT_TRUE(runs(c->pids[0]));
	kill(c->pids[0], SIGKILL);
	kill(c->pids[1], SIGKILL);
	EXPECT_TRUE(all_ended(self));
}

/* The status of a child that does this with @pid */
static int status_of(int (*child)(pid_t pid), pid_t pid)
{
	int status = -1;
	pid_t us = fork();

	if (!us)
		_exit(child(pid));
	return us > 0 && waitpid(us, &status, 0) == us ? status : -1;
}

static int ties_itself(pid_t pid)
{
	return lifeline_tie(pid) ? 2 : 1;
}

/* Not one descriptor is left. */
static int cannot_be_tied(pid_t pid)
{
	const struct rlimit none = { };

	setrlimit(RLIMIT_NOFILE, &none);
	return lifeline_tie(pid) == -EMFILE ? 0 : 1;
}

TEST(tied_to_who_has_ended_already)
{
	pid_t gone = fork();
	int status;

	if (!gone)
		_exit(0);
	ASSERT_EQ(gone, waitpid(gone, NULL, 0));
	status = status_of(ties_itself, gone);
	EXPECT_TRUE(WIFSIGNALED(status)) {
		TH_LOG("status %d", WEXITSTATUS(status));
	}
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
}

TEST(watch_that_cannot_be_is_an_error)
{
	EXPECT_EQ(0, status_of(cannot_be_tied, getpid()));
}

/* The second line by itself: nobody watches. */
TEST_F(runner, kernel_ends_who_follows_its_parent)
{
	pid_t parent = fork();
	struct pollfd pfd = { .fd = self->ready[0], .events = POLLIN };

	if (!parent) {
		close(self->alive[0]);
		if (!fork()) {
			self->chain->pids[0] = getpid();
			self->chain->n = 1;
			lifeline_follow_parent();
			if (write(self->ready[1], "", 1) != 1)
				_exit(1);
		}
		pause();
		_exit(1);
	}
	ASSERT_LT(0, parent);
	close(self->alive[1]);
	ASSERT_EQ(1, poll(&pfd, 1, LIMIT_MS));
	kill(parent, SIGKILL);
	EXPECT_TRUE(all_ended(self));
}

TEST_HARNESS_MAIN
