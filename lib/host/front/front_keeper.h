/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process between the front and the worker. See supervise.h.
 */
#ifndef KTSTR_FRONT_KEEPER_H
#define KTSTR_FRONT_KEEPER_H

#include <signal.h>
#include <sys/types.h>

/**
 * struct keeper - whom it keeps
 * @work: the worker's work, see supervise()
 * @arg: for @work
 * @front: who has started us
 * @before: the signals that were blocked before the front blocked more
 */
struct keeper {
	int (*work)(void *arg, int keeper_fd);
	void *arg;
	pid_t front;
	sigset_t before;
};

/**
 * keeper_main() - start the worker, and end all that is left of it
 * @k: the front's
 *
 * Context: a child of the front's, with SIGCHLD and what ends us blocked.
 *
 * Return: the worker's exit status, 128 and the number of the signal that ended it.
 */
int keeper_main(const struct keeper *k);

#endif /* KTSTR_FRONT_KEEPER_H */
