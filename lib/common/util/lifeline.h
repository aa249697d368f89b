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

/**
 * lifeline_follow_parent() - be ended by the kernel (SIGKILL) when the thread
 *	that has started this process ends
 *
 * A second line of defence beside lifeline_tie(), for parents of ours.
 */
void lifeline_follow_parent(void);

/**
 * lifeline_tie_line() - end as soon as one of several processes ends
 * @pids: each is a descendant of the next, and this process of the first
 * @n: their number, at least 1
 *
 * With the one that has ended, those between it and this process have lost
 * what they work for: they end as well.
 *
 * Return: 0, -errno when the watch could not be set up.
 */
int lifeline_tie_line(const pid_t *pids, unsigned int n);

#endif /* KTSTR_UTIL_LIFELINE_H */
