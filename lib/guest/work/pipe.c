// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that wake each other by pipes.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/guest/work/types.h"

/* Of the pipe that member @n reads. */
#define READ_END(n)	(2 * (n))
#define WRITE_END(n)	(2 * (n) + 1)

static int pipes(int *fds, unsigned int n)
{
	unsigned int i;
	int err;

	for (i = 0; i < n; i++) {
		if (!pipe2(fds + READ_END(i), O_CLOEXEC | O_NONBLOCK))
			continue;
		err = -errno;
		while (i--) {
			close(fds[READ_END(i)]);
			close(fds[WRITE_END(i)]);
		}
		return err;
	}
	return 2 * n;
}

int work_pipes_of_pair(const struct work_spec *spec, int *fds)
{
	(void)spec;
	return pipes(fds, 2);
}

/* Its turn is that member's from now on. */
static void pass_on(struct work_run *run, unsigned int to)
{
	work_hand(run->first + to);
	/* A pipe that is full has a turn in it already. */
	if (write(run->fds[WRITE_END(to)], "", 1) < 0)
		return;
}

/* Return: is it our turn? */
static bool await_turn(struct work_run *run)
{
	int fd = run->fds[READ_END(run->member)];
	char turn;

	return work_readable(run, fd) && read(fd, &turn, 1) == 1;
}

void work_exchange(struct work_run *run)
{
	pass_on(run, !run->member);
	await_turn(run);
}

static void pipe_io_pass(struct work_run *run)
{
	work_spin(run, run->spec->spin);
	work_exchange(run);
}

const struct work_ops work_pipe_io = {
	.name = "PipeIo",
	.what = "pairs that spin so many iterations each, then wake each other by a pipe",
	.params = { WORK_PARAM(spin, 1024, 1000000000) },
	.group = 2,
	.fds = work_pipes_of_pair,
	.pass = pipe_io_pass,
};

/* ---- WakeChain: one turn goes round ---- */

static unsigned int wake_chain_group(const struct work_spec *spec)
{
	return spec->depth;
}

static int wake_chain_fds(const struct work_spec *spec, int *fds)
{
	int n = pipes(fds, spec->depth);

	if (n > 0 && write(fds[WRITE_END(0)], "", 1) != 1)
		return -EIO;
	return n;
}

static void wake_chain_pass(struct work_run *run)
{
	if (!await_turn(run))
		return;
	work_spin(run, run->spec->spin);
	pass_on(run, (run->member + 1) % run->group);
}

const struct work_ops work_wake_chain = {
	.name = "WakeChain",
	.uneven = true,
	.what = "rings of depth workers: each spins so many iterations in its turn, then wakes the next by a pipe",
	.params = {
		WORK_PARAM(depth, 4, WORK_MAX_FDS / 2),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group_of = wake_chain_group,
	.fds = wake_chain_fds,
	.pass = wake_chain_pass,
};
