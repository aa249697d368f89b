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
 * @out: what the run has said
 * @verdict: the decision
 * @verbose: show the diagnostics in any case
 */
struct failure {
	const char *test;
	const char *scheduler;
	struct topology topology;
	const char *kernel;
	const struct run_outcome *out;
	const struct run_verdict *verdict;
	bool verbose;
};

/**
 * report_failure() - print it as KTAP comments
 *
 * Sections in order, each only when it has something to say: error line,
 * stats, diagnostics (stage, VM, the last lines of the console), scheduler
 * log.
 */
void report_failure(FILE *to, const struct failure *f);

/**
 * report_comment() - print text as KTAP comments, a line each
 */
void report_comment(FILE *to, const char *text);

#endif /* KTSTR_REPORT_FAILURE_H */
