/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wake latencies: how long it took from when a worker could go on until it ran. All
 * are counted; of those that there is no room for, each is as likely to be kept.
 */
#ifndef KTSTR_CHECK_WAKES_H
#define KTSTR_CHECK_WAKES_H

#include <stdint.h>

#define WAKES_KEPT	4096

/**
 * struct wake - a latency that was kept, in nanoseconds
 * @ns: how long it was
 * @own_ns: without all that the host has taken since the worker began to wait, which
 *	may have been before it could go on: it took the guest so long at least
 */
struct wake {
	float ns;
	float own_ns;
};

/**
 * struct wakes - latencies of one worker
 * @n: how many there were
 * @max_ns: the longest
 * @sum: of all, in nanoseconds,
 * @sum_squares: and of their squares
 * @random: state of the generator that chooses
 * @kept: the first min(@n, WAKES_KEPT) are some of them
 */
struct wakes {
	uint64_t n;
	uint64_t max_ns;
	double sum;
	double sum_squares;
	uint64_t random;
	struct wake kept[WAKES_KEPT];
};

/**
 * struct wakes_summary - what many latencies come down to, in nanoseconds
 * @n: how many there were; without any all else is 0
 * @p50: half of them are no longer,
 * @p90: and of ten nine,
 * @p99: and of a hundred all but one,
 * @p999: and of a thousand
 * @own_p99: the 99th of a hundred by what was the guest's own at least
 * @max: the longest
 * @mean: their mean
 * @cv: their standard deviation over that
 */
struct wakes_summary {
	uint64_t n;
	uint64_t p50;
	uint64_t p90;
	uint64_t p99;
	uint64_t p999;
	uint64_t own_p99;
	uint64_t max;
	double mean;
	double cv;
};

/**
 * wakes_add() - another latency
 * @w: where they are kept; all zero before the first
 * @ns: how long it was
 * @own_ns: of that, what was the guest's own at least
 */
void wakes_add(struct wakes *w, uint64_t ns, uint64_t own_ns);

/**
 * wakes_summarize() - those of several workers as one
 * @of: the workers'; those that are NULL have none
 * @n: their number
 * @s: filled in. A latency that was kept stands for as many as its worker had for
 *	each that was
 *
 * Return: 0, -ENOMEM.
 */
int wakes_summarize(const struct wakes *const *of, unsigned int n,
		    struct wakes_summary *s);

/**
 * wakes_root() - the square root
 * @x: not negative
 *
 * Return: it.
 */
double wakes_root(double x);

#endif /* KTSTR_CHECK_WAKES_H */
