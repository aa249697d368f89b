/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who runs this program.
 */
#ifndef KTSTR_HOST_RUNNER_H
#define KTSTR_HOST_RUNNER_H

#include <sys/types.h>

/**
 * host_runners() - the processes that this one is run by, and for
 * @pids: gets the parent, its parent, and so on up to the outermost make or
 *	run_kselftest.sh of this session; the parent alone where there is none.
 *	A shell above is not among them: it may end while its jobs go on
 * @max: room at @pids
 *
 * Return: their number; 0 when the parent has ended.
 */
unsigned int host_runners(pid_t *pids, unsigned int max);

#endif /* KTSTR_HOST_RUNNER_H */
