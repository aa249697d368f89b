/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of processes that were started, and of what they have started. For a
 * subreaper, to which what a child leaves behind comes as its own.
 */
#ifndef KTSTR_UTIL_CHILDREN_H
#define KTSTR_UTIL_CHILDREN_H

#include <sys/types.h>

/**
 * children_end() - signal all children until there are none
 * @sig: SIGTERM, for those that have something to put back, or SIGKILL
 * @limit_ms: for how long
 *
 * Those that end are reaped; what they leave is signalled next.
 *
 * Context: the calling thread's children, in a process that is a subreaper.
 *
 * Return: how many were there still when the time was up.
 */
unsigned int children_end(int sig, unsigned int limit_ms);

/**
 * child_pidfd() - a descriptor that is readable when a child has ended
 * @pid: a child that was just started
 *
 * Where there is none to be had, the child is killed and reaped.
 *
 * Return: a pidfd, closed by exec; -errno.
 */
int child_pidfd(pid_t pid);

#endif /* KTSTR_UTIL_CHILDREN_H */
