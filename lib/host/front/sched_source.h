/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scheduler's source becomes a program, against the kernel under test.
 */
#ifndef KTSTR_FRONT_SCHED_SOURCE_H
#define KTSTR_FRONT_SCHED_SOURCE_H

struct front;

/**
 * sched_source_path() - where a source is
 * @f: a tree is known
 * @source: its path; "tree:" is that of the tree
 * @path: PATH_MAX bytes; gets it
 *
 * Return: @path.
 */
const char *sched_source_path(const struct front *f, const char *source,
			      char *path);

/**
 * sched_source_build() - build one
 * @f: with the lock of a suite that is built
 * @source: X.bpf.c, as sched_source_path() takes it
 * @to: a folder, gets X
 * @log: what is said is appended there
 * @text: what is done, for people, who are told when it fails; NULL where the caller
 *	does that
 *
 * Return: 0; an exit status where there is no @text; -errno.
 */
int sched_source_build(struct front *f, const char *source, const char *to,
		       const char *log, const char *text);

#endif /* KTSTR_FRONT_SCHED_SOURCE_H */
