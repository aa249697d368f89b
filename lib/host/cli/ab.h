/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `ab` is asked for.
 */
#ifndef KTSTR_CLI_AB_H
#define KTSTR_CLI_AB_H

#include "lib/host/cli/test.h"

#define AB_SECONDS	60
#define AB_MAX_MS	60000
#define AB_MAX_ARGS	16

/**
 * struct ab_side - A or B, as it was given
 * @words: what @scheduler and @args point into
 * @scheduler: as the operand of `test`
 * @args: its arguments, @n_args of them
 * @n_args: their number
 */
struct ab_side {
	char *words;
	const char *scheduler;
	const char *args[AB_MAX_ARGS];
	unsigned int n_args;
};

/**
 * struct ab_args - of `ab`
 * @test: one machine, one scenario, for how long, and a kernel; first: see
 *	test_args.c
 * @sides: A and B
 * @given: the same as they were given
 * @seed: of the order of turns, and of what is drawn
 * @turn_ms: how long a turn is measured
 * @settle_ms: how long it has lasted by then
 * @json: print JSON
 */
struct ab_args {
	struct test_args test;
	struct ab_side sides[2];
	const char *given[2];
	unsigned int seed;
	unsigned int turn_ms;
	unsigned int settle_ms;
	bool json;
};

/**
 * ab_args_parse() - read the arguments of `ab`
 * @argc: of the subcommand
 * @argv: of the subcommand, argv[0] is its name; is permuted
 * @args: filled in; points into @argv; release with ab_args_free()
 * @err: CLI_ERR_SIZE bytes; gets one sentence that names what is wrong
 *
 * Return: 0; CLI_HELP when help is asked for; -EINVAL.
 */
int ab_args_parse(int argc, char **argv, struct ab_args *args, char *err);
void ab_args_free(struct ab_args *args);

/**
 * ab_judge() - tell what the turns of a sidecar say
 * @args: what was asked for
 * @path: of the sidecar
 * @to: text or JSON go there
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: exit status: 0 B is not worse, 1 it is, or the run has failed, 4 too
 * few pairs to tell, 5 the same for what the host took; -errno.
 */
int ab_judge(const struct ab_args *args, const char *path, FILE *to, char *err);

#endif /* KTSTR_CLI_AB_H */
