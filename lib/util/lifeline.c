// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that dies with others. See lifeline.h.
 */
#include "lib/util/lifeline.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *lifeline_watch(void *arg)
{
	struct pollfd pfd = { .fd = (int)(intptr_t)arg, .events = POLLIN };

	while (poll(&pfd, 1, -1) != 1)
		;
	kill(getpid(), SIGKILL);
	return NULL;
}

int lifeline_tie(pid_t pid)
{
	sigset_t all, old;
	pthread_attr_t attr;
	pthread_t thread;
	int fd, err;

	fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0 && errno == ESRCH)
		kill(getpid(), SIGKILL);
	if (fd < 0)
		return -errno;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	/* Signals are for the threads that know what to do with them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&thread, &attr, lifeline_watch,
			     (void *)(intptr_t)fd);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (err)
		close(fd);
	return -err;
}
