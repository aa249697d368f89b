// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that dies with others. See lifeline.h.
 */
#include "lib/common/util/lifeline.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The pidfds of those that are watched; the thread's own once it runs. */
struct lifeline {
	unsigned int n;
	struct pollfd pfds[];
};

static void lifeline_free(struct lifeline *line)
{
	unsigned int i;

	for (i = 0; i < line->n; i++)
		close(line->pfds[i].fd);
	free(line);
}

/* The first of them, from the far end, that has ended; -1 while none has. */
static int ended(const struct lifeline *line)
{
	int i;

	for (i = (int)line->n - 1; i >= 0; i--)
		if (line->pfds[i].revents)
			return i;
	return -1;
}

static void *lifeline_watch(void *arg)
{
	struct lifeline *line = arg;
	int i;

	do {
		poll(line->pfds, line->n, -1);
		i = ended(line);
	} while (i < 0);
	while (--i >= 0)
		syscall(SYS_pidfd_send_signal, line->pfds[i].fd, SIGKILL, NULL,
			0);
	kill(getpid(), SIGKILL);
	return NULL;
}

static int lifeline_start(struct lifeline *line)
{
	sigset_t all, old;
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	/* Signals are for the threads that know what to do with them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&thread, &attr, lifeline_watch, line);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return -err;
}

int lifeline_tie_line(const pid_t *pids, unsigned int n)
{
	struct lifeline *line;
	int fd, err;

	line = calloc(1, sizeof(*line) + n * sizeof(line->pfds[0]));
	if (!line)
		return -ENOMEM;
	for (; line->n < n; line->n++) {
		fd = syscall(SYS_pidfd_open, pids[line->n], 0);
		if (fd < 0 && errno == ESRCH)
			kill(getpid(), SIGKILL);
		if (fd < 0) {
			err = -errno;
			goto out_free;
		}
		line->pfds[line->n].fd = fd;
		line->pfds[line->n].events = POLLIN;
	}
	err = lifeline_start(line);
	if (!err)
		return 0;
out_free:
	lifeline_free(line);
	return err;
}

void lifeline_follow_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

int lifeline_tie(pid_t pid)
{
	return lifeline_tie_line(&pid, 1);
}
