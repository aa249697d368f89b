/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each program of ours does with its own process first.
 */
#ifndef KTSTR_UTIL_PROCESS_H
#define KTSTR_UTIL_PROCESS_H

/**
 * process_open_standard() - have descriptors 0 to 2 open, be it on /dev/null
 *
 * The kernel gives none to init where there is no console, nor do some callers.
 */
void process_open_standard(void);

/**
 * process_begin() - make sure of what programs take for granted
 *
 * Call it before anything else. Descriptors 0 to 2 are open afterwards, be it
 * on /dev/null: no file of ours comes to be stdout. Neither this process nor
 * what it starts gains privileges, leaves a core file (which would be a guest's
 * memory), or inherits what our caller had open beyond 2; what it makes nobody
 * else may write (`umask 022`, or less); a file that may grow no further
 * (`ulimit -f`) is an error like a full disk and not a signal.
 */
void process_begin(void);

/**
 * process_begin_able() - the same, but that it may gain privileges
 *
 * For one that has others installed by sudo. What it inherits is closed at once; no
 * core files are left whatever is done about their limit.
 */
void process_begin_able(void);

/**
 * process_drop() - give up what running a VM does not need
 *
 * There are no core files and no message queues any more, whatever is done about
 * their limits. Of root's capabilities those stay by which files of others can be used, and a
 * thread may still be a real-time one, which that of vmm/steal.c has to be: behind
 * vCPUs it would take a machine that stands still for one that is busy.
 *
 * Context: for good, and for this thread and those that it starts.
 *
 * Return: 0 or -errno.
 */
int process_drop(void);

#endif /* KTSTR_UTIL_PROCESS_H */
