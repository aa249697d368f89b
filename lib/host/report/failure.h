/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person reads when a test has failed.
 */
#ifndef KTSTR_REPORT_FAILURE_H
#define KTSTR_REPORT_FAILURE_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/host/run/outcome.h"
#include "lib/host/run/run.h"
#include "lib/host/run/verdict.h"

/**
 * struct failure - a failed run
 * @config: the run as it was started
 * @culprit: what failed, and for whom, one line; "" when nobody knows
 * @out: what the run has said
 * @verdict: the decision
 */
struct failure {
	const struct run_config *config;
	const char *culprit;
	const struct run_outcome *out;
	const struct run_verdict *verdict;
};

/* TEST.FAILURE_FILE in $KTSTR_SIDECAR_DIR is a whole report. */
#define FAILURE_FILE	"failure.txt"

/**
 * report_failure() - print it as KTAP comments
 *
 * At most 25 lines: the error, where it ended, evidence, and the command that
 * runs it again, with the settings in $KTSTR_AGAIN and the options in
 * $KTSTR_AGAIN_OPTIONS when run_ktstr.sh ran us.
 * The whole report - error line, stats, diagnostics, scheduler log, monitor,
 * dumps, nothing cut - goes to TEST.FAILURE_FILE in $KTSTR_SIDECAR_DIR. When the run
 * is verbose, its sections go to @to instead of the short one, of each text the
 * end.
 */
void report_failure(FILE *to, const struct failure *f);

/**
 * report_again() - print the command that runs a test again
 * @to: gets it, without an end of its line
 * @config: the run as it was started
 */
void report_again(FILE *to, const struct run_config *config);

/**
 * report_forget() - remove what an earlier run of a test has left
 * @test: full name
 */
void report_forget(const char *test);

/**
 * report_more() - print what was found out later, and keep it
 * @test: full name
 * @failed: it goes to the test's whole report; without one to TEST.repro.txt
 * @text: lines
 * @colored: the same with colors, for a terminal; NULL when @to is none. What
 *	a guest said must be in it without its escapes
 */
void report_more(FILE *to, const char *test, bool failed, const char *text,
		 const char *colored);

/**
 * report_story_kept() - keep a story, and print what came of it
 * @test: full name; the story goes to its TEST.repro.txt
 * @text: lines, of which the first is printed
 */
void report_story_kept(FILE *to, const char *test, const char *text);

#endif /* KTSTR_REPORT_FAILURE_H */
