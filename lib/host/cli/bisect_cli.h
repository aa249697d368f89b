/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `bisect` is asked for, and what it keeps.
 */
#ifndef KTSTR_CLI_BISECT_CLI_H
#define KTSTR_CLI_BISECT_CLI_H

#include "lib/host/bisect/bisect.h"
#include "lib/host/cli/test.h"

/**
 * struct bisect_args - of `bisect`
 * @test: machine, scenario, for how long, and the kernel; first: see test_args.c
 * @good: a commit on which the test passes, as it was given
 * @bad: one on which it fails
 * @repo: the repository of the scheduler; NULL for that around @operand
 * @kernel_repo: that of the kernel, whose commits they are; NULL for the
 *	scheduler's
 * @name: the test, by its name; NULL for a scenario
 * @operand: the source of the scheduler; with @kernel_repo the scheduler, which may
 *	be NULL
 * @confidence: how sure it has to be
 * @flaky: the chance that the test fails on bad commits; 0 for not known
 * @restart: what is left of an earlier one is dropped
 */
struct bisect_args {
	struct test_args test;
	const char *good;
	const char *bad;
	const char *repo;
	const char *kernel_repo;
	const char *name;
	const char *operand;
	double confidence;
	double flaky;
	bool restart;
};

/**
 * bisect_args_parse() - read the arguments of `bisect`
 * @argc: of the subcommand
 * @argv: of the subcommand, argv[0] is its name; is permuted
 * @args: filled in; points into @argv; release with test_args_free()
 * @err: CLI_ERR_SIZE bytes; gets one sentence that names what is wrong
 *
 * Return: 0; CLI_HELP when help is asked for; -EINVAL.
 */
int bisect_args_parse(int argc, char **argv, struct bisect_args *args,
		      char *err);

/* ---- what is kept, so that one that was interrupted goes on ---- */

/**
 * bisect_state_load() - take in the runs of an earlier one
 * @path: of the file: lines "COMMIT pass|fail|skip"; one that is no such line, or of
 *	a commit that is none, is left out
 * @commits: names, as many as @b has
 * @b: initialised; gets what came of the runs
 *
 * Return: how many runs there were.
 */
unsigned int bisect_state_load(const char *path, const char *const *commits,
			       struct bisect *b);

/**
 * bisect_state_add() - keep what came of a run
 * @path: of the file
 * @commit: the name of the commit
 * @result: what came of it
 *
 * Return: 0, -errno.
 */
int bisect_state_add(const char *path, const char *commit,
		     enum bisect_result result);

/* "pass", "fail" or "skip" */
const char *bisect_result_name(enum bisect_result result);

#endif /* KTSTR_CLI_BISECT_CLI_H */
