/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process behind us: whatever we die of, kill -9 too, it reads the end of a
 * pipe that only we have open, ends the sessions of our jobs, and removes the
 * folders that it was told of.
 */
#ifndef KTSTR_KERNEL_GUARD_H
#define KTSTR_KERNEL_GUARD_H

#include <sys/types.h>

struct kenv;

/**
 * guard_start() - start it
 * @k: gets it
 *
 * Return: 0, -errno.
 */
int guard_start(struct kenv *k);

/**
 * guard_job() - a job has a session that is to end with us
 * @k: with a guard
 * @sid: the session
 */
void guard_job(const struct kenv *k, pid_t sid);

/* It has ended. */
void guard_job_ended(const struct kenv *k, pid_t sid);

/**
 * guard_remove() - a folder is to be removed, however we end
 * @k: with a guard
 * @path: the folder, which need not be there yet
 */
void guard_remove(const struct kenv *k, const char *path);

/**
 * guard_stop() - have it do what is to be done, and wait for it
 * @k: with a guard, or without one
 */
void guard_stop(struct kenv *k);

/**
 * session_end() - end all processes of a session: they are asked, and ended 3 s later
 * @sid: the session
 */
void session_end(pid_t sid);

#endif /* KTSTR_KERNEL_GUARD_H */
