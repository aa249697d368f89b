/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Three processes. The front is the one that people know: it waits, and takes their
 * signals. The keeper, in a session of its own, is a subreaper: what the worker
 * starts, whatever sessions and groups are made in there, is found below it and ended
 * when the worker is over, when the front says so, and when the front dies of whatever.
 * It removes the folders that it was told of last. The worker does the work and
 * catches nothing: a signal kills it. Were the keeper killed, the worker would be
 * too, and all of theirs would come to the front, which is a subreaper as well.
 *
 * Each command of the worker's has a session of its own (lib/host/kernel/job.h),
 * which the keeper is told of as a guard is (lib/host/kernel/guard.h): so it can be
 * ended as a whole, and not only from its top.
 */
#ifndef KTSTR_FRONT_SUPERVISE_H
#define KTSTR_FRONT_SUPERVISE_H

/**
 * supervise() - do the work in a process that leaves nothing behind
 * @work: gets @arg, and a descriptor by which the keeper is told, as a guard; returns
 *	an exit status
 * @arg: for @work
 *
 * SIGINT, SIGTERM and SIGHUP end it, unless our caller ignores them.
 *
 * Context: no threads, and no children.
 *
 * Return: the exit status of @work; 128 and its number where a signal has ended it or
 * us; 1 where it could not be begun.
 */
int supervise(int (*work)(void *arg, int keeper_fd), void *arg);

#endif /* KTSTR_FRONT_SUPERVISE_H */
