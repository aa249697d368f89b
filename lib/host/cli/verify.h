/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `verify` is made of: its arguments, and the three answers that a sidecar gives
 * of a scheduler: was it verified, attached, does it dispatch?
 */
#ifndef KTSTR_CLI_VERIFY_H
#define KTSTR_CLI_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/host/cli/gauntlet.h"

/* What the kernel's verifier looks at, at most, and where it is near. */
#define VERIFY_INSNS_MAX	1000000
#define VERIFY_INSNS_WARN	(VERIFY_INSNS_MAX / 100 * 75)
#define VERIFY_NAME_SIZE	64

/**
 * struct verify_args - of `verify`
 * @schedulers: patterns
 * @presets: machines, patterns or topologies
 * @kernels: kernels
 * @against: a scheduler that all others are held against; NULL
 * @jobs: how many run side by side; 0 as the machine allows
 * @max_cpus: machines of at most so many; 0 as the machine allows
 * @dry_run: print the cells
 * @sources: print what has to be built
 */
struct verify_args {
	struct word_list schedulers;
	struct word_list presets;
	struct word_list kernels;
	const char *against;
	unsigned int jobs;
	unsigned int max_cpus;
	bool dry_run;
	bool sources;
};

/**
 * verify_args_parse() - read the arguments of `verify`
 *
 * As gauntlet_args_parse().
 */
int verify_args_parse(int argc, char **argv, struct verify_args *args,
		      char *err);
void verify_args_free(struct verify_args *args);

/**
 * enum verify_answer - one of the three
 */
enum verify_answer {
	VERIFY_UNKNOWN,
	VERIFY_NO,
	VERIFY_YES,
};

/**
 * struct verify_program - a program of a scheduler
 * @name: its name
 * @op: which op of sched_ext it is
 * @insns: what the verifier has looked at for it
 */
struct verify_program {
	char name[VERIFY_NAME_SIZE];
	char op[VERIFY_NAME_SIZE];
	uint64_t insns;
};

/**
 * struct verify_seen - what came of a cell
 * @verified: did the verifier take all of its programs?
 * @attached: was it enabled?
 * @dispatches: did a task of its class move, while it was there?
 * @programs: @n_programs of them, in the order of their names
 * @n_programs: their number
 * @refusal: the verifier's log in few lines; NULL
 * @reason: of the test; NULL
 */
struct verify_seen {
	enum verify_answer verified;
	enum verify_answer attached;
	enum verify_answer dispatches;
	struct verify_program *programs;
	size_t n_programs;
	char *refusal;
	char *reason;
};

struct json_object;

/**
 * verify_read() - the answers of a sidecar
 * @sidecar: of a run of READY_VERIFY; NULL where there is none: nothing is known
 * @seen: filled in; release with verify_free()
 *
 * Return: 0, -ENOMEM.
 */
int verify_read(struct json_object *sidecar, struct verify_seen *seen);
void verify_free(struct verify_seen *seen);

/**
 * verify_most() - the program that costs the verifier most
 * @seen: a cell
 *
 * Return: NULL where no programs are known.
 */
const struct verify_program *verify_most(const struct verify_seen *seen);

/**
 * verify_difference() - a scheduler's programs beside another's, a line each
 * @a: one
 * @b: the other
 * @to: where; each line is a comment of KTAP
 *
 * They are paired by their ops: what one has not is "-".
 */
void verify_difference(const struct verify_seen *a, const struct verify_seen *b,
		       FILE *to);

/**
 * verify_word() - an answer in a word
 * @answer: the answer
 *
 * Return: "yes", "NO" or "?".
 */
const char *verify_word(enum verify_answer answer);

#endif /* KTSTR_CLI_VERIFY_H */
