/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scheduler's program, made of its source as `ktstr test` makes one.
 */
#ifndef KTSTR_CLI_SCHED_BUILD_H
#define KTSTR_CLI_SCHED_BUILD_H

#include <limits.h>

struct kenv;

/**
 * sched_build() - make the program of a source
 * @k: begun
 * @own: folder of our programs; its file ktstr-make says how the suite was built
 * @source: X.bpf.c, absolute, with X.c beside it; "tree:" before a path in the
 *	tree that the suite was built of
 * @to: a folder for it, absolute; NULL for one beside the suite's objects
 * @log: what the compilers say is appended there
 * @program: gets the path of X
 *
 * Prints what is wrong.
 *
 * Return: 0; -EINVAL where it does not build, -ENOENT where nothing can be built.
 */
int sched_build(struct kenv *k, const char *own, const char *source,
		const char *to, const char *log, char program[PATH_MAX]);

#endif /* KTSTR_CLI_SCHED_BUILD_H */
