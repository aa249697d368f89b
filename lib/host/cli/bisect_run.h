/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bisection while it runs: between what finds its commits and what runs them.
 */
#ifndef KTSTR_CLI_BISECT_RUN_H
#define KTSTR_CLI_BISECT_RUN_H

#include "lib/host/cli/bisect_cli.h"
#include "lib/host/cli/running.h"
#include "lib/host/kernel/kenv.h"

/**
 * struct bisect_run - a bisection
 * @args: what was asked for
 * @k: the cache, and the process behind us
 * @r: where things are
 * @repo: the repository, its real path
 * @source: of the scheduler, below @repo; "" for a kernel's
 * @names: of the commits, as many as @b has
 * @b: what is known
 * @work: a folder for one commit at a time
 * @log: all that is said in runs
 * @state: what came of them
 */
struct bisect_run {
	struct bisect_args args;
	struct kenv k;
	struct running r;
	char repo[PATH_MAX];
	char source[PATH_MAX];
	char **names;
	struct bisect b;
	char work[PATH_MAX];
	char log[PATH_MAX];
	char state[PATH_MAX + 64];
};

/**
 * bisect_find_repository() - where the commits are, and the source in it
 * @run: with its arguments; gets both
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0, -EINVAL.
 */
int bisect_find_repository(struct bisect_run *run, char *err);

/**
 * bisect_list_commits() - the commits from one end to the other
 * @run: with its repository; gets their names, and @b of as many
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0, -EINVAL.
 */
int bisect_list_commits(struct bisect_run *run, char *err);

/**
 * bisect_print_subject() - the first line of a commit's message, to stdout
 * @run: with its commits
 * @i: which
 */
void bisect_print_subject(struct bisect_run *run, size_t i);

#endif /* KTSTR_CLI_BISECT_RUN_H */
