// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of children and of what they leave. See children.h.
 */
#include "lib/common/util/children.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/util.h"

#define AGAIN_MS	10

/* Return: how many there were; what they leave is counted the next time. */
static unsigned int signal_each(int sig)
{
	unsigned int n = 0;
	char path[64];
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	f = fopen(path, "re");
	while (f && fscanf(f, "%d", &pid) == 1) {
		kill(pid, sig);
		waitpid(pid, NULL, WNOHANG);
		n++;
	}
	if (f)
		fclose(f);
	return n;
}

unsigned int children_end(int sig, unsigned int limit_ms)
{
	uint64_t until = clock_now_ns() + limit_ms * NSEC_PER_MSEC;
	unsigned int n;

	do {
		n = signal_each(sig);
		if (n)
			poll(NULL, 0, AGAIN_MS);
	} while (n && clock_now_ns() < until);
	return n;
}

int child_pidfd(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0), err;

	if (fd >= 0)
		return fd;
	err = -errno;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return err;
}
