// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keeper. See front_keeper.h.
 */
#include "lib/host/front/front_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/kernel/guard.h"

/* Others may still hold what the worker had: those of `check` clean up themselves. */
#define LEFT_LIMIT_S	90
#define TERM_MS		3000
#define END_MS		8000
#define ROUND_MS	10
#define STATUS_NOT_RUN	1

/**
 * struct worker_kept - what is going on
 * @guard: what the worker has told
 * @worker: its pid
 * @status: its exit status, once @over
 * @words: it is told there; -1 when nobody can tell any more
 * @signals: a descriptor for SIGTERM and SIGCHLD
 * @over: the worker has ended
 * @told: we were told to end
 */
struct worker_kept {
	struct guard guard;
	pid_t worker;
	int status;
	int words;
	int signals;
	bool over;
	bool told;
};

/* ---- the worker ---- */

static void default_signals(const struct keeper *k)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	sigprocmask(SIG_SETMASK, &k->before, NULL);
}

static int worker_main(const struct keeper *k, pid_t keeper, int words)
{
	int status;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != keeper)
		return STATUS_NOT_RUN;
	default_signals(k);
	status = k->work(k->arg, words);
	if (fflush(NULL) && !status)
		status = STATUS_NOT_RUN;
	return status;
}

static int start(const struct keeper *k, struct worker_kept *kept)
{
	pid_t keeper = getpid();
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	kept->worker = fork();
	if (!kept->worker) {
		close(fds[0]);
		_exit(worker_main(k, keeper, fds[1]));
	}
	close(fds[1]);
	kept->words = fds[0];
	return kept->worker < 0 ? -errno : 0;
}

/* ---- what comes ---- */

static void reap(struct worker_kept *kept)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != kept->worker)
			continue;
		kept->over = true;
		kept->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
						     WEXITSTATUS(status);
	}
}

static void read_words(struct worker_kept *kept)
{
	char buf[4096];
	ssize_t n = read(kept->words, buf, sizeof(buf));

	if (n > 0)
		guard_hear(&kept->guard, buf, n);
	if (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)))
		return;
	close(kept->words);
	kept->words = -1;
}

static void read_signals(struct worker_kept *kept)
{
	struct signalfd_siginfo info;

	while (read(kept->signals, &info, sizeof(info)) == sizeof(info))
		kept->told |= info.ssi_signo == SIGTERM;
}

static void look(struct worker_kept *kept, int limit_ms)
{
	struct pollfd pfds[] = {
		{ .fd = kept->signals, .events = POLLIN },
		{ .fd = kept->words, .events = POLLIN },
	};

	if (poll(pfds, ARRAY_SIZE(pfds), limit_ms) <= 0)
		return;
	/* Words first: those of a job are there before it can end. */
	if (pfds[1].revents)
		read_words(kept);
	if (pfds[0].revents)
		read_signals(kept);
	reap(kept);
}

/* ---- the end ---- */

/* Return: how many there are of those that do not stay; each was sent @sig. */
static unsigned int signal_children(const struct worker_kept *kept, int sig)
{
	unsigned int n = 0;
	char path[64];
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	f = fopen(path, "re");
	while (f && fscanf(f, "%d", &pid) == 1) {
		if (guard_stays(&kept->guard, pid))
			continue;
		kill(pid, sig);
		n++;
	}
	if (f)
		fclose(f);
	return n;
}

/* What ends leaves its own children to us. */
static void end_children(struct worker_kept *kept)
{
	uint64_t begin = clock_now_ns(), ms = 0;

	while (signal_children(kept, ms < TERM_MS ? SIGTERM : SIGKILL) &&
	       ms < END_MS) {
		poll(NULL, 0, ROUND_MS);
		reap(kept);
		ms = (clock_now_ns() - begin) / NSEC_PER_MSEC;
	}
}

/* Whoever has a copy of the worker's end of the pipe works for it still. */
static void wait_for_words(struct worker_kept *kept)
{
	uint64_t until = clock_now_ns() + LEFT_LIMIT_S * NSEC_PER_SEC;

	while (kept->words >= 0 && clock_now_ns() < until)
		look(kept, 100);
}

static void end(struct worker_kept *kept)
{
	if (!kept->over)
		kill(kept->worker, SIGKILL);
	wait_for_words(kept);
	guard_end_sessions(&kept->guard);
	end_children(kept);
	guard_remove_folders(&kept->guard);
}

/* ---- all of it ---- */

static void be_alone(void)
{
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

/* Our caller may wait for the end of its own pipes. */
static void close_standard(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	close(null);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Nobody is started for one who is not wanted any more. */
static bool was_told(const struct keeper *k)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGTERM) || getppid() != k->front;
}

int keeper_main(const struct keeper *k)
{
	struct worker_kept kept = {
		.guard = GUARD_INIT, .words = -1, .status = STATUS_NOT_RUN,
	};

	be_alone();
	kept.signals = open_signals();
	if (was_told(k) || kept.signals < 0 || start(k, &kept))
		return STATUS_NOT_RUN;
	signal(SIGQUIT, SIG_IGN);
	close_standard();
	while (!kept.over && !kept.told)
		look(&kept, -1);
	end(&kept);
	return kept.status;
}
