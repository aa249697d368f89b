/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of some commits in a row is the first bad one, by a test that may pass on a
 * bad one, too?
 *
 * One of them is the first bad one; all are as likely to be it. On those before it the
 * test passes, on it and those behind it fails with one chance p, of which nothing is
 * known beforehand: it is as likely to be anything from 0 to 1. What has come of the
 * runs so far gives each commit its chance then (Bayes), p taken over all that it may
 * be. Run next is the commit of whose run most is learned: the expected loss of
 * entropy. One failure is proof that the first bad one does not come later; passes
 * are none, but add up.
 *
 * A commit that cannot be tested is as likely to be it, but cannot be told from the
 * next one that can.
 */
#ifndef KTSTR_BISECT_BISECT_H
#define KTSTR_BISECT_BISECT_H

#include <stdbool.h>
#include <stddef.h>

#define BISECT_MAX_COMMITS	100000
/* So many passes at the end that is bad, and there is nothing to be found. */
#define BISECT_BAD_RUNS		20
/* A failure may be of something else: one more makes sure that there is a p. */
#define BISECT_BAD_FAILS	2

/**
 * enum bisect_result - what came of a run
 * @BISECT_SKIP: the commit cannot be tested at all
 */
enum bisect_result {
	BISECT_PASS,
	BISECT_FAIL,
	BISECT_SKIP,
	N_BISECT_RESULTS
};

/**
 * struct bisect_commit - a commit, and what is known of it
 * @passes: runs that passed
 * @fails: and that failed
 * @skipped: it cannot be tested
 * @chance: that it is the first bad one
 */
struct bisect_commit {
	unsigned int passes;
	unsigned int fails;
	bool skipped;
	double chance;
};

/**
 * enum bisect_state - how far it is
 * @BISECT_GOES_ON: run the next one
 * @BISECT_FOUND: it is sure enough
 * @BISECT_NEVER_FAILS: the bad end has passed BISECT_BAD_RUNS times
 * @BISECT_CONTRADICTS: it has failed at the good end
 * @BISECT_UNTESTED: an end cannot be tested
 */
enum bisect_state {
	BISECT_GOES_ON,
	BISECT_FOUND,
	BISECT_NEVER_FAILS,
	BISECT_CONTRADICTS,
	BISECT_UNTESTED,
};

/**
 * struct bisect - commits in their order
 * @commits: @n of them: the first is the good end, the last the bad one
 * @n: at least 2
 * @confidence: how sure it has to be, 0.5 to 0.9999
 * @p: what the test fails with on bad ones, where somebody knows; 0 for not known
 * @runs: so far
 */
struct bisect {
	struct bisect_commit *commits;
	size_t n;
	double confidence;
	double p;
	unsigned int runs;
};

/**
 * struct bisect_answer - the commits among which the first bad one is
 * @from: index of the first,
 * @to: and of the last: more than one where those between cannot be tested
 * @chance: that it is one of them
 * @p: what the test is taken to fail with on bad ones
 */
struct bisect_answer {
	size_t from;
	size_t to;
	double chance;
	double p;
};

/**
 * bisect_init() - nothing is known yet
 * @b: filled in; release with bisect_exit()
 * @n: commits, both ends among them
 * @confidence: as in struct bisect
 * @p: as there
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int bisect_init(struct bisect *b, size_t n, double confidence, double p);
void bisect_exit(struct bisect *b);

/**
 * bisect_note() - take in what came of a run
 * @b: the commits
 * @i: which was run
 * @result: what came of it
 */
void bisect_note(struct bisect *b, size_t i, enum bisect_result result);

/**
 * bisect_next() - which one is to be run next?
 * @b: the commits
 * @i: gets its index, with BISECT_GOES_ON
 *
 * Both ends come first: the good one once, the bad one until it has failed.
 *
 * Return: how far it is.
 */
enum bisect_state bisect_next(struct bisect *b, size_t *i);

/**
 * bisect_answer() - where the first bad one is most likely
 * @b: the commits
 * @answer: filled in
 */
void bisect_answer(struct bisect *b, struct bisect_answer *answer);

#endif /* KTSTR_BISECT_BISECT_H */
