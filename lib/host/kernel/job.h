/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands that are run: each in a session of its own with a limit, under a line of
 * progress, to a log whose end is shown when it fails; none outlives us.
 */
#ifndef KTSTR_KERNEL_JOB_H
#define KTSTR_KERNEL_JOB_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/common/util/compiler.h"

struct kenv;
struct strbuf;

/**
 * struct arglist - the words of a command
 * @v: its words, NULL behind the last
 * @n: how many there are
 * @lost: there was no memory for one
 */
struct arglist {
	char **v;
	size_t n;
	int lost;
};

void arglist_add(struct arglist *w, const char *word);
void __printf(2, 3) arglist_addf(struct arglist *w, const char *fmt, ...);
/* Words up to a NULL. */
void arglist_add_all(struct arglist *w, ...) __attribute__((sentinel));
/* Those between blanks: "ccache gcc" are two. */
void arglist_split(struct arglist *w, const char *text);
void arglist_free(struct arglist *w);

/**
 * struct job - a command and what becomes of it
 * @text: what it does, for people; NULL for one that is done at once
 * @log: what it says is appended there; NULL to drop it
 * @words: the command
 * @from: others before it, up to a NULL: what one prints is what the next reads; NULL
 *	for none. The first that fails gives the status
 * @dir: where it runs; NULL for here
 * @in: its stdin, a descriptor; 0 for /dev/null
 * @out: its stdout, a descriptor; 0 for the log
 * @err: its stderr, a descriptor; 0 for the log
 * @limit_s: how long it may take
 * @lines: its progress says how many lines are in the log
 * @gentle: when we are killed it is asked to end, by the guard, as it may have
 *	something to put in order
 * @installs: it may gain privileges, as sudo does; what it leaves in sessions of its
 *	own stays, as a daemon of a package does
 */
struct job {
	const char *text;
	const char *log;
	const struct arglist *words;
	const struct arglist *const *from;
	const char *dir;
	int in;
	int out;
	int err;
	unsigned int limit_s;
	bool lines;
	bool gentle;
	bool installs;
};

/* Of those that are ended by whoever reads them. */
#define JOB_NO_LIMIT	UINT_MAX

/**
 * job_run() - run it to its end
 * @k: begun
 * @job: what
 *
 * What it has left running ends, too.
 *
 * Return: exit status, 128 + the number of the signal that ended it; -ETIMEDOUT;
 * -errno where it could not be started.
 */
int job_run(struct kenv *k, const struct job *job);

/**
 * job_must() - the same, and say why it did not do what it should
 * @k: begun
 * @job: what; it has a text and a log
 *
 * Return: 0; -ENOENT where the disk is full; -EINVAL.
 */
int job_must(struct kenv *k, const struct job *job);

/**
 * job_read() - what a command prints
 * @k: begun
 * @words: the command
 * @out: gets it
 *
 * Return: as job_run().
 */
int job_read(struct kenv *k, const struct arglist *words, struct strbuf *out);

/**
 * job_capture() - the same of any job
 * @k: begun
 * @job: what; its @out is taken, and its @err as well where that is -1
 * @out: gets what it prints
 *
 * Return: as job_run().
 */
int job_capture(struct kenv *k, struct job *job, struct strbuf *out);

/**
 * job_input() - what a command is to read
 * @text: the text
 *
 * Return: a descriptor for the command's @in, to be closed; -errno.
 */
int job_input(const char *text);

/**
 * log_begin() - an empty log
 * @k: begun
 * @path: PATH_MAX bytes; gets it
 * @name: its name in the folder `logs` of the cache; it is empty afterwards
 *
 * Return: @path.
 */
const char *log_begin(struct kenv *k, char *path, const char *name);

#endif /* KTSTR_KERNEL_JOB_H */
