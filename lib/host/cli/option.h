/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a subcommand takes, as a table: from it come the reading of a command
 * line, what is said of a wrong one, the help, completions and the manual.
 *
 * It uses libc and near names and nothing else: run_ktstr.sh has a command line
 * read before anything of ours is built. See lib/host/front.
 */
#ifndef KTSTR_CLI_OPTION_H
#define KTSTR_CLI_OPTION_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/common/util/compiler.h"

#define CLI_ERR_SIZE	(PATH_MAX + 512)
/* What reads a command line returns where it asks for help. */
#define CLI_HELP	(-ECANCELED)
/* Of struct cli_spec's @check: what was asked for has been said, all of it. */
#define CLI_SAID	(-EALREADY)

/**
 * enum cli_value - what completes a value, or an operand
 * @CLI_TEXT: nothing does
 * @CLI_FILE: a file
 * @CLI_TEST: the name of a test
 * @CLI_TOPOLOGY: a topology: one with a name, or a file
 * @CLI_SCENARIO: one of the ready scenarios
 * @CLI_SCHEDULER: a scheduler, or a file
 * @CLI_KERNEL: what `kernel` can do
 * @CLI_STAGE: a stage of check
 */
enum cli_value {
	CLI_TEXT,
	CLI_FILE,
	CLI_TEST,
	CLI_TOPOLOGY,
	CLI_SCENARIO,
	CLI_SCHEDULER,
	CLI_KERNEL,
	CLI_STAGE,
};

struct cli_asked;

/**
 * struct cli_option - an option is a row, and the function that takes it
 * @letter: -X, 0 for none
 * @name: --NAME
 * @value: what its value is called; NULL for an option without one
 * @take: gets what cli_parse() got as @args, and the value; returns 0, or
 *	-EINVAL with one sentence in @err
 * @what: its help, lines with "\n" between; NULL for one that scripts use
 * @is: completes its value
 */
struct cli_option {
	char letter;
	const char *name;
	const char *value;
	int (*take)(void *args, const char *text, char *err);
	const char *what;
	enum cli_value is;
};

/**
 * struct cli_spec - what a subcommand takes
 * @options: @n_options of them; --help is each subcommand's and not among them
 * @check: does it all fit together? 0, CLI_HELP, CLI_SAID or -EINVAL with one
 *	sentence in @err; @asked gets what has to be done first. NULL for one that
 *	takes nothing
 * @about: paragraphs of help before the options; NULL for none
 * @more: prints those behind the options; NULL for none
 * @operand: completes an operand
 */
struct cli_spec {
	const struct cli_option *options;
	size_t n_options;
	int (*check)(int argc, char **argv, struct cli_asked *asked, char *err);
	const char *about;
	void (*more)(FILE *to);
	enum cli_value operand;
};

/**
 * cli_bad() - say what is wrong
 * @err: CLI_ERR_SIZE bytes; gets the sentence
 * @fmt: printf's
 *
 * Return: -EINVAL.
 */
int __printf(2, 3) cli_bad(char *err, const char *fmt, ...);

/**
 * cli_parse() - read the options of a subcommand
 * @spec: what it takes
 * @argc: of the subcommand
 * @argv: of the subcommand, argv[0] is its name; is permuted: operands come
 *	last
 * @args: for the options' functions
 * @err: CLI_ERR_SIZE bytes; gets one sentence that names what is wrong, with
 *	what may have been meant
 *
 * Return: index of the first operand; CLI_HELP, -EINVAL.
 */
int cli_parse(const struct cli_spec *spec, int argc, char **argv, void *args,
	      char *err);

/**
 * cli_help_options() - the options, as help has them
 * @to: where
 * @spec: what the subcommand takes
 */
void cli_help_options(FILE *to, const struct cli_spec *spec);

/**
 * cli_number() - is it a number?
 * @text: digits, no sign
 * @most: the largest that it may be; the smallest is 1
 * @value: gets it
 *
 * Return: yes or no.
 */
bool cli_number(const char *text, unsigned int most, unsigned int *value);

/**
 * cli_take_number() - take a number, or say that it is none
 * @option: as it is typed, for the message
 * @text: its value
 * @most: the largest that it may be; the smallest is 1
 * @value: gets it
 * @err: gets the message
 *
 * Return: 0 or -EINVAL.
 */
int cli_take_number(const char *option, const char *text, unsigned int most,
		    unsigned int *value, char *err);

/**
 * cli_fits_a_line() - can it be part of a line?
 * @text: an argument
 *
 * Return: it has no control characters.
 */
bool cli_fits_a_line(const char *text);

#endif /* KTSTR_CLI_OPTION_H */
