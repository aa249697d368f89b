// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that are woken by events: of a descriptor, of a signal, of a child.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

/* ---- EpollStorm: one that makes events, many that take them ---- */

static int epoll_storm_fds(const struct work_spec *spec, int *fds)
{
	(void)spec;
	/* Each read takes one of them. */
	fds[0] = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
	return fds[0] < 0 ? -errno : 1;
}

/* An event wakes one of those that wait for it in this way, not all. */
static int epoll_storm_init(struct work_run *run)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int *fd = malloc(sizeof(*fd));

	run->mem = fd;
	if (!fd)
		return -ENOMEM;
	*fd = epoll_create1(EPOLL_CLOEXEC);
	if (*fd < 0 || epoll_ctl(*fd, EPOLL_CTL_ADD, run->fds[0], &event))
		return -errno;
	return 0;
}

static void take_event(struct work_run *run)
{
	uint64_t one;

	/* An epoll can be polled: it is readable once it has an event. */
	if (!work_readable(run, *(int *)run->mem))
		return;
	if (read(run->fds[0], &one, sizeof(one)) == sizeof(one))
		work_spin(run, run->spec->spin);
}

static void make_events(struct work_run *run)
{
	uint64_t n = run->spec->events;
	unsigned int i;

	work_sleep(run, run->spec->sleep_us * NSEC_PER_USEC);
	for (i = 1; i < run->group; i++)
		work_hand(run->first + i);
	if (write(run->fds[0], &n, sizeof(n)) == sizeof(n))
		work_done(run, n);
}

static void epoll_storm_pass(struct work_run *run)
{
	if (run->member)
		take_event(run);
	else
		make_events(run);
}

static void epoll_storm_exit(struct work_run *run)
{
	close(*(int *)run->mem);
	free(run->mem);
}

const struct work_ops work_epoll_storm = {
	.name = "EpollStorm",
	.uneven = true,
	.what = "one worker that makes events in bursts, one after each sleep_us, and fan_out others that take one at a time by epoll and spin so many iterations",
	.params = {
		WORK_PARAM(fan_out, 4, 1024),
		WORK_PARAM(events, 4, 1000000),
		WORK_PARAM(sleep_us, 1000, 10000000),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group_of = work_fan_out_group,
	.fds = epoll_storm_fds,
	.init = epoll_storm_init,
	.pass = epoll_storm_pass,
	.exit = epoll_storm_exit,
};

/* ---- SignalStorm ---- */

static void on_signal(int sig)
{
	(void)sig;	/* to be interrupted is all that it is for */
}

static int signal_storm_init(struct work_run *run)
{
	const struct sigaction sa = { .sa_handler = on_signal };
	const struct work_slot *partner = run->first + !run->member;
	int *fd = malloc(sizeof(*fd));

	run->mem = fd;
	if (!fd)
		return -ENOMEM;
	sigaction(SIGUSR2, &sa, NULL);
	*fd = syscall(SYS_pidfd_open, partner->report.tid, 0);
	return *fd < 0 ? -errno : 0;
}

static void signal_storm_pass(struct work_run *run)
{
	work_spin(run, run->spec->spin);
	/* Before it has a handler the signal would be its death. */
	if (!atomic_load(&run->first[!run->member].live)) {
		work_done(run, 1);
		return;
	}
	syscall(SYS_pidfd_send_signal, *(int *)run->mem, SIGUSR2, NULL, 0);
}

static void signal_storm_exit(struct work_run *run)
{
	close(*(int *)run->mem);
	free(run->mem);
}

const struct work_ops work_signal_storm = {
	.name = "SignalStorm",
	.what = "pairs that spin so many iterations, then send each other a signal",
	.params = { WORK_PARAM(spin, 1024, 1000000000) },
	.group = 2,
	.init = signal_storm_init,
	.pass = signal_storm_pass,
	.exit = signal_storm_exit,
};

/* ---- ForkExit ---- */

static void fork_exit_pass(struct work_run *run)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	/* A child that is not let run is a gap of ours. */
	if (pid > 0)
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	work_done(run, 1);
}

const struct work_ops work_fork_exit = {
	.name = "ForkExit",
	.what = "forks a child that exits, and waits for it",
	.group = 1,
	.pass = fork_exit_pass,
};
