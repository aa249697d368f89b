// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wake latencies. See wakes.h.
 */
#include "lib/common/check/wakes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/random.h"
#include "lib/common/util/util.h"

double wakes_root(double x)
{
	double root = max(x, 1.0), before;

	/* By Newton: libm is nothing that each guest should have to load. */
	do {
		before = root;
		root = (root + x / root) / 2;
	} while (root < before);
	return before;
}

/* One that was kept, and how many it stands for. */
struct kept {
	double ns;
	double own_ns;
	double weight;
};

static uint64_t next_random(struct wakes *w)
{
	if (!w->random)
		w->random = RANDOM_SEED;
	return random_next(&w->random);
}

void wakes_add(struct wakes *w, uint64_t ns, uint64_t own_ns)
{
	uint64_t at = w->n++;

	w->max_ns = max(w->max_ns, ns);
	w->sum += ns;
	w->sum_squares += (double)ns * ns;
	/* The n-th is kept with a chance of WAKES_KEPT in n. */
	if (at >= WAKES_KEPT)
		at = next_random(w) % w->n;
	if (at < WAKES_KEPT)
		w->kept[at] = (struct wake){ ns, own_ns };
}

static unsigned int n_kept(const struct wakes *w)
{
	return w ? min(w->n, (uint64_t)WAKES_KEPT) : 0;
}

static int by_length(const void *a, const void *b)
{
	double x = ((const struct kept *)a)->ns, y = ((const struct kept *)b)->ns;

	return (x > y) - (x < y);
}

/*
 * The least that is no shorter than @share of all. Those that are kept are floats,
 * and may be a little longer than the longest.
 */
static uint64_t percentile(const struct kept *kept, size_t n, double share,
			   const struct wakes_summary *s)
{
	double below = 0;
	size_t i;

	for (i = 0; i + 1 < n; i++) {
		below += kept[i].weight;
		/* Sums of doubles are a little off. */
		if (below >= share * s->n * 0.999999999999)
			break;
	}
	return min((uint64_t)kept[i].ns, s->max);
}

static void summarize_kept(struct kept *kept, size_t n,
			   struct wakes_summary *s)
{
	size_t i;

	qsort(kept, n, sizeof(*kept), by_length);
	s->p50 = percentile(kept, n, 0.5, s);
	s->p90 = percentile(kept, n, 0.9, s);
	s->p99 = percentile(kept, n, 0.99, s);
	s->p999 = percentile(kept, n, 0.999, s);
	for (i = 0; i < n; i++)
		kept[i].ns = kept[i].own_ns;
	qsort(kept, n, sizeof(*kept), by_length);
	s->own_p99 = percentile(kept, n, 0.99, s);
}

static size_t put_kept(const struct wakes *w, struct kept *kept)
{
	unsigned int i, n = n_kept(w);

	for (i = 0; i < n; i++)
		kept[i] = (struct kept){
			w->kept[i].ns, w->kept[i].own_ns, (double)w->n / n
		};
	return n;
}

static void add_whole(const struct wakes *w, struct wakes_summary *s,
		      double *sum, double *squares)
{
	s->n += w->n;
	s->max = max(s->max, w->max_ns);
	*sum += w->sum;
	*squares += w->sum_squares;
}

int wakes_summarize(const struct wakes *const *of, unsigned int n,
		    struct wakes_summary *s)
{
	double sum = 0, squares = 0, variance;
	struct kept *kept;
	size_t all = 0;
	unsigned int i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < n; i++)
		all += n_kept(of[i]);
	if (!all)
		return 0;
	kept = calloc(all, sizeof(*kept));
	if (!kept)
		return -ENOMEM;
	for (i = 0, all = 0; i < n; i++) {
		all += put_kept(of[i], kept + all);
		if (of[i])
			add_whole(of[i], s, &sum, &squares);
	}
	summarize_kept(kept, all, s);
	free(kept);
	s->mean = sum / s->n;
	variance = max(squares / s->n - s->mean * s->mean, 0.0);
	s->cv = s->mean > 0 ? wakes_root(variance) / s->mean : 0;
	return 0;
}
