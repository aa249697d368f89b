/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that dies with others, however they end.
 */
#ifndef KTSTR_UTIL_LIFELINE_H
#define KTSTR_UTIL_LIFELINE_H

#include <sys/types.h>

/**
 * lifeline_tie() - end this process (SIGKILL) as soon as another one ends
 * @pid: the other; may be a stranger. When it is gone already, so are we
 *
 * PR_SET_PDEATHSIG serves the direct parent only and forgets on some execs;
 * this watches a pidfd from a small thread, so it works over any distance.
 *
 * Return: 0, -errno when the watch could not be set up.
 */
int lifeline_tie(pid_t pid);

#endif /* KTSTR_UTIL_LIFELINE_H */
