/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two sets of sidecars, held against each other.
 *
 * Tests are paired by name, topology, scheduler, kernel and what attributes were
 * given, but for those of them in which the sides have nothing in common: these are
 * what is compared. Only what
 * passed has numbers. Each metric is judged over all pairs, and in each pair that
 * has enough values by itself. One is worse when the interval says so, with as many
 * looked at as there are, and it differs by the gate of its quantity at least, in
 * its unit and in percent.
 */
#ifndef KTSTR_RESULTS_COMPARE_H
#define KTSTR_RESULTS_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/host/results/bootstrap.h"
#include "lib/host/results/index.h"

/* The chance of any false alarm in a comparison, either way. */
#define COMPARE_LEVEL	0.02
/* How sure intervals are that are shown. */
#define COMPARE_SURE	0.95

/**
 * enum compare_verdict - what became of a metric
 * @COMPARE_SAME: nothing can be told from chance, or it is within the gate
 * @COMPARE_TOO_FEW: there are not enough values to tell
 * @COMPARE_NOT_JUDGED: neither way is better, or it has no gate
 */
enum compare_verdict {
	COMPARE_SAME,
	COMPARE_BETTER,
	COMPARE_WORSE,
	COMPARE_TOO_FEW,
	COMPARE_NOT_JUDGED,
	N_COMPARE_VERDICTS
};

/**
 * struct compare_side - what one side has of a pair
 * @rows: its sidecars, @n of them
 * @passed: those of them that passed
 * @failed: those that failed
 */
struct compare_side {
	const struct result_row **rows;
	size_t n;
	size_t passed;
	size_t failed;
};

/**
 * struct compare_pair - a test that both sides have
 * @name: of the test; "*" stands for what is compared
 * @topology: NULL where that is compared
 * @sides: A and B
 * @broken: it passed each time in A, and failed each time in B
 */
struct compare_pair {
	char *name;
	const char *topology;
	struct compare_side sides[2];
	bool broken;
};

/**
 * struct compare_metric - a metric, and where each side has it
 * @metric: it; of one of the sets
 * @columns: its index in the set of each side, -1 where it has none
 */
struct compare_metric {
	const struct result_metric *metric;
	int columns[2];
};

/**
 * struct compare_estimate - a metric, in all pairs or in one
 * @metric: index of it
 * @pair: index of the pair; COMPARE_ALL for all of them
 * @n_pairs: pairs in which both sides have values
 * @values: of each side, over these
 * @means: of each side, over the pairs
 * @change: by how much B is more than A, as a part of A; HUGE_VAL for more than
 *	nothing
 * @low: the lower end of its interval; NAN where there are too few values
 * @high: the upper end
 * @boot: the estimate itself
 * @verdict: what became of it
 */
struct compare_estimate {
	size_t metric;
	size_t pair;
	size_t n_pairs;
	size_t values[2];
	double means[2];
	double change;
	double low;
	double high;
	struct boot_estimate boot;
	enum compare_verdict verdict;
};

#define COMPARE_ALL	SIZE_MAX

/**
 * struct comparison - what came of it
 * @sets: what was compared: A and B
 * @differs: the dimensions in which the sides have nothing in common
 * @by_scenario: no test of one name is on both sides: those of one scenario are
 *	paired
 * @pairs: @n_pairs of them, by name
 * @alone: tests that only A has, and only B
 * @metrics: @n_metrics of them
 * @all: each metric over all pairs, @n_all of them
 * @each: each metric in each pair, @n_each of them
 * @n_told: metrics that have values enough for a difference to be told from
 *	chance, however they scatter
 * @n_open: metrics that look worse, by the interval that is shown and by their
 *	gate, which of so many may be chance
 * @n_broken: pairs that are broken
 * @n_worse: estimates that are worse
 */
struct comparison {
	const struct result_set *sets[2];
	bool differs[N_RECORD_DIMENSIONS];
	bool by_scenario;
	struct compare_pair *pairs;
	size_t n_pairs;
	size_t alone[2];
	struct compare_metric *metrics;
	size_t n_metrics;
	struct compare_estimate *all;
	size_t n_all;
	struct compare_estimate *each;
	size_t n_each;
	size_t n_told;
	size_t n_open;
	size_t n_broken;
	size_t n_worse;
};

/**
 * compare_sets() - hold B against A
 * @a: the one that is as it should be
 * @b: the other
 * @seed: of what is drawn; the same gives the same
 * @c: filled in; release with comparison_free(), before the sets
 *
 * Return: 0, also where nothing can be compared; -ENOMEM.
 */
int compare_sets(const struct result_set *a, const struct result_set *b,
		 uint64_t seed, struct comparison *c);
void comparison_free(struct comparison *c);

/**
 * compare_value() - what all sidecars of a side have in common
 * @c: the comparison
 * @side: 0 or 1
 * @dimension: of what
 *
 * Return: it, "null" where none of them says; NULL where they are not alike.
 */
const char *compare_value(const struct comparison *c, unsigned int side,
			  enum record_dimension dimension);

/**
 * compare_is_worse() - is B worse than A?
 * @c: the comparison
 */
static inline bool compare_is_worse(const struct comparison *c)
{
	return c->n_worse || c->n_broken;
}

/**
 * compare_looks_worse() - is it one that may be worse?
 * @c: the comparison
 * @e: of it: a metric over all pairs, one of @n_open
 */
bool compare_looks_worse(const struct comparison *c,
			 const struct compare_estimate *e);

/**
 * compare_least_pairs() - how many pairs can tell anything
 * @c: the comparison
 *
 * With fewer, of one value on each side, not even a B that is worse in each of them
 * differs from chance, given how many metrics are judged.
 *
 * Return: that number.
 */
size_t compare_least_pairs(const struct comparison *c);

const char *compare_verdict_name(enum compare_verdict verdict);

struct json_object;

/**
 * compare_json() - a comparison as JSON
 * @c: it
 * @names: what A and B are called
 *
 * Return: an object, the caller's; NULL without memory.
 */
struct json_object *compare_json(const struct comparison *c,
				 const char *const names[2]);

#endif /* KTSTR_RESULTS_COMPARE_H */
