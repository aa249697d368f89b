/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person reads when a test has failed.
 */
#ifndef KTSTR_REPORT_FAILURE_H
#define KTSTR_REPORT_FAILURE_H

#include <stdbool.h>
#include <stdio.h>

#include "lib/run/outcome.h"
#include "lib/run/verdict.h"
#include "vmm/topology.h"

/**
 * struct failure - a failed run
 * @test: full name
 * @scheduler: its name, NULL under EEVDF
 * @topology: of the VM
 * @kernel: path of the image
 * @culprit: what failed, and for whom, one line; "" when nobody knows
 * @out: what the run has said
 * @verdict: the decision
 * @verbose: print the whole report
 */
struct failure {
	const char *test;
	const char *scheduler;
	struct topology topology;
	const char *kernel;
	const char *culprit;
	const struct run_outcome *out;
	const struct run_verdict *verdict;
	bool verbose;
};

/**
 * report_failure() - print it as KTAP comments
 *
 * At most 25 lines: the error, where it ended, evidence, and the command that
 * runs it again, with the settings in $KTSTR_AGAIN when run_ktstr.sh ran us.
 * The whole report - error line, stats, diagnostics, scheduler log, monitor,
 * dumps, nothing cut - goes to TEST.failure.txt in $KTSTR_SIDECAR_DIR. When @f
 * is verbose, its sections go to @to instead of the short one, of each text the
 * end.
 */
void report_failure(FILE *to, const struct failure *f);

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
 * report_comment() - print text as KTAP comments, a line each
 */
void report_comment(FILE *to, const char *text);

#endif /* KTSTR_REPORT_FAILURE_H */
