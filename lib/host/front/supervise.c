// SPDX-License-Identifier: GPL-2.0-only
/*
 * The front, and the end of it all. See supervise.h; the keeper is in front_keeper.c.
 */
#include "lib/host/front/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/children.h"
#include "lib/common/util/util.h"
#include "lib/host/front/front_keeper.h"

/* A stage of check may have a minute's worth of folders to remove. */
#define KEEPER_LIMIT_S	180
#define TERM_MS		3000
#define KILL_MS		5000

/* Those that our caller ignores are not for us. */
static void hear(sigset_t *heard)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction now;
	size_t i;

	sigemptyset(heard);
	sigaddset(heard, SIGCHLD);
	for (i = 0; i < ARRAY_SIZE(ends); i++)
		if (!sigaction(ends[i], NULL, &now) &&
		    now.sa_handler != SIG_IGN)
			sigaddset(heard, ends[i]);
}

/* Return: whether the keeper has ended; @status is as waitpid() has it. */
static bool keeper_ended(pid_t keeper, int *status)
{
	int one;
	pid_t got;

	while ((got = waitpid(-1, &one, WNOHANG)) > 0) {
		if (got != keeper)
			continue;
		*status = one;
		return true;
	}
	return got < 0;
}

/* Were it killed, all of theirs has come to us. */
static int end_rest(int status)
{
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	if (children_end(SIGTERM, TERM_MS))
		children_end(SIGKILL, KILL_MS);
	return 128 + WTERMSIG(status);
}

/* It was told to end: it has much to do, but not for ever. */
static void wait_for_keeper(pid_t keeper)
{
	uint64_t until = clock_now_ns() + KEEPER_LIMIT_S * NSEC_PER_SEC;
	const struct timespec tick = { .tv_nsec = 100 * NSEC_PER_MSEC };
	int status = 0;
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	while (!keeper_ended(keeper, &status)) {
		if (clock_now_ns() >= until) {
			status = SIGKILL;
			kill(keeper, SIGKILL);
			break;
		}
		sigtimedwait(&child, NULL, &tick);
	}
	end_rest(status);
}

static int end_by(pid_t keeper, int sig)
{
	kill(keeper, SIGTERM);
	wait_for_keeper(keeper);
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	fputs("ktstr: interrupted\n", stderr);
	return 128 + sig;
}

static int look_after(pid_t keeper, const sigset_t *heard)
{
	int status = 0, sig;

	while (!keeper_ended(keeper, &status)) {
		sig = sigwaitinfo(heard, NULL);
		if (sig > 0 && sig != SIGCHLD)
			return end_by(keeper, sig);
	}
	return end_rest(status);
}

int supervise(int (*work)(void *arg, int keeper_fd), void *arg)
{
	struct keeper k = { .work = work, .arg = arg, .front = getpid() };
	sigset_t heard;
	pid_t pid;

	signal(SIGCHLD, SIG_DFL);
	/* Blocked before there is anybody: what comes now ends all of them later. */
	hear(&heard);
	sigprocmask(SIG_BLOCK, &heard, &k.before);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(keeper_main(&k));
	if (pid < 0) {
		fprintf(stderr, "ktstr: the process that cleans up behind this one did not start: %s\n",
			strerror(errno));
		return 1;
	}
	signal(SIGQUIT, SIG_IGN);
	return look_after(pid, &heard);
}
