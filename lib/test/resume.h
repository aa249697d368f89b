/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Going on with a program's tests when the emulated host died among them.
 *
 * The program is started again with the results that are known already; what
 * it says until it comes to the first test without one has been said before,
 * and is left out.
 */
#ifndef KTSTR_TEST_RESUME_H
#define KTSTR_TEST_RESUME_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/host/run/verdict.h"

#define ENV_RESUME		"KTSTR_RESUME"
#define RESUME_ENV_MAX		32768	/* tests beyond it are run again */

/**
 * struct resume - what a program's output has told
 * @env: KTSTR_RESUME= and, for each result, a letter, the name of the test and
 *	a comma, as in "pfix.a,sfix.b,"; the letter r is for a test that ran when
 *	the machine ended
 * @running: the test that has begun, "" between two
 * @known: results of the starts before this one
 * @seen: results of this start
 * @said: the program has said anything
 * @skip: this start's output is still what was said before
 * @line: start of the current line, as far as it matters
 */
struct resume {
	char env[RESUME_ENV_MAX];
	char running[200];
	unsigned int known;
	unsigned int seen;
	bool said;
	bool skip;
	char line[256];
	size_t line_len;
};

void resume_init(struct resume *resume);

/**
 * resume_again() - the program is about to be started anew
 */
void resume_again(struct resume *resume);

/**
 * resume_filter() - learn from output; leave out what was said before
 * @ctx: struct resume
 * @data: bytes as they come, not by lines
 * @len: their number; gets that of what is new
 *
 * Return: where the new part begins.
 */
const char *resume_filter(void *ctx, const char *data, size_t *len);

/**
 * resume_failed() - has any test failed so far?
 */
bool resume_failed(const struct resume *resume);

/**
 * resume_code() - in the program: the result of a test that has one already
 * @name: full name of the test
 * @doubt: gets why it is neither a pass nor a failure, where it is not
 *
 * Return: KSFT_*, -1 when the test is to be run.
 */
int resume_code(const char *name, enum run_doubt *doubt);

/**
 * resume_retried() - in the program: did the machine end while a test ran?
 * @name: full name of the test
 *
 * Return: it did.
 */
bool resume_retried(const char *name);

#endif /* KTSTR_TEST_RESUME_H */
