/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a stage's KTAP says.
 */
#ifndef KTSTR_STAGES_COUNTS_H
#define KTSTR_STAGES_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * struct stage_counts - tests, by what came of them
 * @passed: they are all right
 * @failed: they are not, or what held them died, or a plan was not kept
 * @skipped: something is missing
 * @infrastructure: not judged, for want of a host that works
 * @inconclusive: not judged, as the host took too much
 * @retried: of all these, those that were run again
 * @plans: at the top level: what ends without one did not end well
 */
struct stage_counts {
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
	unsigned int infrastructure;
	unsigned int inconclusive;
	unsigned int retried;
	unsigned int plans;
};

/**
 * stage_count() - count the tests in KTAP
 * @from: a log; is read to its end
 * @counts: gets them
 *
 * Single tests count: the results that a program printed ("# ok ..." above
 * "ok 1 selftests: ktstr: PROGRAM") and not the program's own, unless it printed
 * none, or failed although none of them did. Deeper lines are the tests' talk.
 * A plan that was not kept is one failure.
 */
void stage_count(FILE *from, struct stage_counts *counts);

/**
 * stage_line() - the next line of a log
 * @line: gets it without its end; cut where it is too long
 * @size: bytes at @line, at least 2
 * @from: the log
 *
 * Return: is there one?
 */
bool stage_line(char *line, size_t size, FILE *from);

/**
 * stage_line_failed() - is it a "not ok" of a test or of what holds tests?
 * @line: a line of a log
 *
 * Return: what comes behind these words; NULL when it is none.
 */
const char *stage_line_failed(const char *line);

/**
 * stage_line_not_judged() - does it tell of a test that was not judged?
 * @line: a line of a log
 */
bool stage_line_not_judged(const char *line);

#endif /* KTSTR_STAGES_COUNTS_H */
