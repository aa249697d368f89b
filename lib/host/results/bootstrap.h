/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far two sides of pairs are apart, and how sure that is.
 *
 * A pair is a test, with the values that each side has of it. Its difference is
 * 2 * (b - a) / (|a| + |b|) of the two means: 0 where they are alike, from -2 to 2,
 * and the same for both directions; boot_change() makes it the part of A by which
 * B is more. What is told of several pairs is the mean of theirs.
 *
 * Its standard error is found by drawing again and again from what was measured:
 * from the values of each side of each pair, where each has two or more; else from
 * the pairs. One draw less is made than there are values, so that few values do not
 * look surer than they are (Rao and Wu, 1988). With it, t's distribution gives an
 * interval, and the chance that such a difference comes of nothing.
 */
#ifndef KTSTR_RESULTS_BOOTSTRAP_H
#define KTSTR_RESULTS_BOOTSTRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* With less nothing is said: t is too wide to be of use. */
#define BOOT_LEAST_FREEDOM	3

/**
 * struct boot_pair - what both sides have of one test
 * @a: values of the first, @n_a of them, at least 1
 * @b: values of the second, @n_b of them, at least 1
 */
struct boot_pair {
	const double *a;
	size_t n_a;
	const double *b;
	size_t n_b;
};

/**
 * struct boot_estimate - what came of it
 * @difference: the mean of the pairs' differences
 * @error: its standard error
 * @effect: in standard deviations of what was drawn from (Cohen's d)
 * @freedom: degrees of freedom; below BOOT_LEAST_FREEDOM nothing is known but
 *	@difference
 * @by_runs: drawn from the values of each pair, and not from the pairs
 * @p: the chance of one that is as far from 0, either way, where there is none
 * @least_p: the chance that so many values lie as far apart as they can, where
 *	there is none: what no assumption about how they scatter makes less
 */
struct boot_estimate {
	double difference;
	double error;
	double effect;
	double freedom;
	bool by_runs;
	double p;
	double least_p;
};

/**
 * boot_estimate() - compare the sides of pairs
 * @pairs: @n of them, at least 1
 * @seed: the same seed gives the same estimate
 * @estimate: filled in
 *
 * Return: 0, -ENOMEM.
 */
int boot_estimate(const struct boot_pair *pairs, size_t n, uint64_t seed,
		  struct boot_estimate *estimate);

/**
 * boot_interval() - within which the difference lies
 * @estimate: of which @freedom is enough
 * @level: how sure, 0.95
 * @low: gets its lower end
 * @high: gets its upper end
 */
void boot_interval(const struct boot_estimate *estimate, double level,
		   double *low, double *high);

/**
 * boot_change() - a difference as what B is more than A, of A
 * @difference: from -2 to 2; what lies beyond is taken for these
 *
 * Return: -1 for nothing left, 0 for the same, HUGE_VAL for more of nothing.
 */
double boot_change(double difference);

/**
 * boot_holm() - which of several are so, when all are looked at
 * @p: chances, @n of them
 * @level: the chance that any of them is called so, and is not
 * @is: gets the answer for each
 *
 * Return: 0, -ENOMEM.
 */
int boot_holm(const double *p, size_t n, double level, bool *is);

/**
 * boot_t_beyond() - the chance of a t as far from 0 as that, either way
 * @t: it
 * @freedom: degrees of freedom, at least 1
 */
double boot_t_beyond(double t, double freedom);

#endif /* KTSTR_RESULTS_BOOTSTRAP_H */
