// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two sets of sidecars. See compare.h.
 */
#include "lib/host/results/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/results/pairs.h"
#include "lib/host/results/stats.h"

const char *compare_verdict_name(enum compare_verdict verdict)
{
	static const char * const names[N_COMPARE_VERDICTS] = {
		[COMPARE_SAME] = "same",
		[COMPARE_BETTER] = "better",
		[COMPARE_WORSE] = "worse",
		[COMPARE_TOO_FEW] = "too few",
		[COMPARE_NOT_JUDGED] = "not judged",
	};

	return names[verdict];
}

const char *compare_value(const struct comparison *c, unsigned int side,
			  enum record_dimension dimension)
{
	const struct result_set *set = c->sets[side];
	const char *first, *other;
	size_t i;

	first = set->n_rows ? set->rows[0].dimensions[dimension] : NULL;
	for (i = 1; i < set->n_rows; i++) {
		other = set->rows[i].dimensions[dimension];
		if (!first != !other || (first && strcmp(first, other)))
			return NULL;
	}
	return first ?: "null";
}

/* ---- metrics ---- */

static int column_of(const struct result_set *set, const char *name)
{
	size_t i;

	for (i = 0; i < set->n_metrics; i++)
		if (!strcmp(set->metrics[i].name, name))
			return (int)i;
	return -1;
}

/* Those that both sides have. */
static int find_metrics(struct comparison *c)
{
	const struct result_set *a = c->sets[0];
	struct compare_metric *m;
	size_t i;
	int other;

	c->metrics = calloc(a->n_metrics + 1, sizeof(*c->metrics));
	if (!c->metrics)
		return -ENOMEM;
	for (i = 0; i < a->n_metrics; i++) {
		other = column_of(c->sets[1], a->metrics[i].name);
		if (other < 0)
			continue;
		m = &c->metrics[c->n_metrics++];
		m->metric = &a->metrics[i];
		m->columns[0] = (int)i;
		m->columns[1] = other;
	}
	return 0;
}

/* ---- values ---- */

/**
 * struct compare_values - the values of a metric
 * @pairs: those in which both sides have some, @n of them
 * @which: their indices
 * @room: what @pairs point into
 */
struct compare_values {
	struct boot_pair *pairs;
	size_t *which;
	size_t n;
	double *room;
};

static void values_exit(struct compare_values *v)
{
	free(v->pairs);
	free(v->which);
	free(v->room);
}

static int values_init(struct compare_values *v, const struct comparison *c)
{
	size_t rows = c->sets[0]->n_rows + c->sets[1]->n_rows;

	v->n = 0;
	v->pairs = malloc((c->n_pairs + 1) * sizeof(*v->pairs));
	v->which = malloc((c->n_pairs + 1) * sizeof(*v->which));
	v->room = malloc((rows + 1) * sizeof(*v->room));
	return v->pairs && v->which && v->room ? 0 : -ENOMEM;
}

static size_t take_side(const struct compare_side *side, int column,
			double *room)
{
	size_t i, n = 0;

	for (i = 0; i < side->n; i++)
		if (side->rows[i]->result == RECORD_PASS &&
		    !isnan(side->rows[i]->values[column]))
			room[n++] = side->rows[i]->values[column];
	return n;
}

static void values_take(struct compare_values *v, const struct comparison *c,
			const struct compare_metric *m)
{
	double *room = v->room;
	struct boot_pair *p;
	size_t i;

	v->n = 0;
	for (i = 0; i < c->n_pairs; i++) {
		p = &v->pairs[v->n];
		p->a = room;
		p->n_a = take_side(&c->pairs[i].sides[0], m->columns[0], room);
		p->b = room + p->n_a;
		p->n_b = take_side(&c->pairs[i].sides[1], m->columns[1],
				   room + p->n_a);
		if (!p->n_a || !p->n_b)
			continue;
		room += p->n_a + p->n_b;
		v->which[v->n++] = i;
	}
}

/* ---- estimates ---- */

static double mean_of_values(const double *v, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += v[i];
	return sum / n;
}

static int estimate(const struct boot_pair *pairs, size_t n, uint64_t seed,
		    struct compare_estimate *e)
{
	double low, high;
	size_t i;
	int ret;

	for (i = 0; i < n; i++) {
		e->values[0] += pairs[i].n_a;
		e->values[1] += pairs[i].n_b;
		e->means[0] += mean_of_values(pairs[i].a, pairs[i].n_a) / n;
		e->means[1] += mean_of_values(pairs[i].b, pairs[i].n_b) / n;
	}
	e->n_pairs = n;
	e->low = NAN;
	e->high = NAN;
	ret = boot_estimate(pairs, n, seed + e->metric, &e->boot);
	if (ret)
		return ret;
	e->change = boot_change(e->boot.difference);
	if (e->boot.freedom < BOOT_LEAST_FREEDOM) {
		e->verdict = COMPARE_TOO_FEW;
		return 0;
	}
	boot_interval(&e->boot, COMPARE_SURE, &low, &high);
	e->low = boot_change(low);
	e->high = boot_change(high);
	return 0;
}

static int estimate_metric(struct comparison *c, struct compare_values *v,
			   size_t m, uint64_t seed)
{
	struct compare_estimate *e;
	size_t i;
	int ret;

	values_take(v, c, &c->metrics[m]);
	if (!v->n)
		return 0;
	e = &c->all[c->n_all++];
	*e = (struct compare_estimate){ .metric = m, .pair = COMPARE_ALL };
	ret = estimate(v->pairs, v->n, seed, e);
	for (i = 0; !ret && i < v->n; i++) {
		e = &c->each[c->n_each++];
		*e = (struct compare_estimate){
			.metric = m, .pair = v->which[i],
		};
		ret = estimate(&v->pairs[i], 1, seed, e);
	}
	return ret;
}

static int estimate_all(struct comparison *c, uint64_t seed)
{
	struct compare_values v = { };
	int ret = -ENOMEM;
	size_t m;

	c->all = calloc(c->n_metrics + 1, sizeof(*c->all));
	c->each = calloc(c->n_metrics * c->n_pairs + 1, sizeof(*c->each));
	if (c->all && c->each && !values_init(&v, c))
		ret = 0;
	for (m = 0; !ret && m < c->n_metrics; m++)
		ret = estimate_metric(c, &v, m, seed);
	values_exit(&v);
	return ret;
}

/* ---- verdicts ---- */

static bool is_judged(const struct comparison *c,
		      const struct compare_estimate *e)
{
	return stats_gate(c->metrics[e->metric].metric).least > 0;
}

/* It is no chance; is it enough, and which way? */
static enum compare_verdict weigh(const struct comparison *c,
				  const struct compare_estimate *e)
{
	const struct result_metric *m = c->metrics[e->metric].metric;
	struct quantity_gate gate = stats_gate(m);
	bool more = e->means[1] > e->means[0];
	bool more_of_each = e->boot.difference > 0;

	if (fabs(e->means[1] - e->means[0]) < gate.least ||
	    fabs(e->change) * 100 < gate.pct ||
	    more != more_of_each)
		return COMPARE_SAME;
	return more == (m->better == BETTER_UP) ? COMPARE_BETTER :
	       COMPARE_WORSE;
}

/* Which the shown interval has as worse, and all intervals together do not. */
bool compare_looks_worse(const struct comparison *c,
			 const struct compare_estimate *e)
{
	enum quantity_better better = c->metrics[e->metric].metric->better;

	return e->verdict == COMPARE_SAME && !isnan(e->low) &&
	       (better == BETTER_UP ? e->high < 0 : e->low > 0) &&
	       weigh(c, e) == COMPARE_WORSE;
}

size_t compare_least_pairs(const struct comparison *c)
{
	size_t i, judged = 0;

	for (i = 0; i < c->n_all; i++)
		judged += is_judged(c, &c->all[i]);
	return 1 + (size_t)ceil(log2(max(judged, (size_t)1) / COMPARE_LEVEL));
}

/* How many are judged? @p gets the chance of each; NULL to count only. */
static size_t chances(const struct comparison *c,
		      const struct compare_estimate *list, size_t n, double *p)
{
	size_t i, tested = 0;

	for (i = 0; i < n; i++) {
		if (list[i].verdict == COMPARE_TOO_FEW ||
		    !is_judged(c, &list[i]))
			continue;
		if (p)
			p[tested] = list[i].boot.p;
		tested++;
	}
	return tested;
}

static int judge_list(struct comparison *c, struct compare_estimate *list,
		      size_t n, double level)
{
	double *p = calloc(n + 1, sizeof(*p));
	bool *is = calloc(n + 1, sizeof(*is));
	size_t i, at = 0, tested;
	int ret = -ENOMEM;

	if (p && is) {
		tested = chances(c, list, n, p);
		ret = boot_holm(p, tested, level, is);
	}
	for (i = 0; !ret && i < n; i++) {
		if (!is_judged(c, &list[i]))
			list[i].verdict = COMPARE_NOT_JUDGED;
		else if (list[i].verdict != COMPARE_TOO_FEW)
			list[i].verdict = is[at++] ? weigh(c, &list[i]) :
					  COMPARE_SAME;
		c->n_worse += list[i].verdict == COMPARE_WORSE;
	}
	free(p);
	free(is);
	return ret;
}

/* Could a difference of theirs stand against so many others? */
static size_t count_told(const struct comparison *c, double level)
{
	size_t i, tested = chances(c, c->all, c->n_all, NULL), told = 0;

	for (i = 0; i < c->n_all; i++)
		told += c->all[i].verdict != COMPARE_TOO_FEW &&
			is_judged(c, &c->all[i]) &&
			c->all[i].boot.least_p <= level / tested;
	return told;
}

static size_t count_open(const struct comparison *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->n_all; i++)
		n += compare_looks_worse(c, &c->all[i]);
	return n;
}

/* Where tests can be judged by themselves, they have half of the chance. */
static int judge_all(struct comparison *c)
{
	bool both = chances(c, c->each, c->n_each, NULL) && c->n_pairs > 1;
	double level = both ? COMPARE_LEVEL / 2 : COMPARE_LEVEL;
	size_t i;
	int ret;

	c->n_told = count_told(c, level);
	/* Of one pair all is said by what is said of all. */
	for (i = 0; !both && i < c->n_each; i++)
		c->each[i].verdict = COMPARE_TOO_FEW;
	ret = judge_list(c, c->all, c->n_all, level) ?:
	      judge_list(c, c->each, c->n_each, level);
	if (!ret)
		c->n_open = count_open(c);
	return ret;
}

int compare_sets(const struct result_set *a, const struct result_set *b,
		 uint64_t seed, struct comparison *c)
{
	int ret;

	*c = (struct comparison){ .sets = { a, b } };
	ret = pairs_find(c) ?: find_metrics(c) ?: estimate_all(c, seed) ?:
	      judge_all(c);
	if (ret)
		comparison_free(c);
	return ret;
}

void comparison_free(struct comparison *c)
{
	pairs_free(c);
	free(c->metrics);
	free(c->all);
	free(c->each);
	*c = (struct comparison){ };
}
