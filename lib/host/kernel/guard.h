/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process behind us: whatever we die of, kill -9 too, it reads the end of a
 * pipe that only we have open, ends the sessions of our jobs, and removes the
 * folders that it was told of.
 */
#ifndef KTSTR_KERNEL_GUARD_H
#define KTSTR_KERNEL_GUARD_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/common/util/strbuf.h"

#define GUARD_MAX_SESSIONS	16

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
 * guard_leave() - a job has started what is to go on without us
 * @k: with a guard
 *
 * Whatever the guard has as its children by now stays; it has some where it is a
 * subreaper.
 */
void guard_leave(const struct kenv *k);

/**
 * guard_stop() - have it do what is to be done, and wait for it
 * @k: with a guard, or without one
 */
void guard_stop(struct kenv *k);

/* ---- the other side of it, for whoever else is one ---- */

/**
 * struct guard - what a guard was told
 * @sessions: that are to end, 0 for a free place
 * @folders: that are to go, @n_folders of them
 * @n_folders: their number
 * @stays: children that are to stay, @n_stays of them
 * @n_stays: their number
 * @word: one that has not come whole yet
 */
struct guard {
	pid_t sessions[GUARD_MAX_SESSIONS];
	char **folders;
	size_t n_folders;
	pid_t *stays;
	size_t n_stays;
	struct strbuf word;
};

#define GUARD_INIT { .word = STRBUF_INIT }

/**
 * guard_hear() - words have come
 * @g: gets them
 * @bytes: @len of them; a word that is cut off waits for its rest
 * @len: their number
 */
void guard_hear(struct guard *g, const char *bytes, size_t len);

/**
 * guard_stays() - is a child one that stays?
 * @g: has heard all
 * @pid: the child
 *
 * Return: 1 or 0.
 */
int guard_stays(const struct guard *g, pid_t pid);

/**
 * guard_end_sessions() - of those jobs that have not ended
 * @g: has heard all
 */
void guard_end_sessions(const struct guard *g);

/**
 * guard_remove_folders() - when nobody is left who writes there
 * @g: has heard all
 */
void guard_remove_folders(const struct guard *g);

/**
 * session_end() - end all processes of a session: they are asked, and ended 3 s later
 * @sid: the session
 */
void session_end(pid_t sid);

#endif /* KTSTR_KERNEL_GUARD_H */
