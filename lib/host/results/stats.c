// SPDX-License-Identifier: GPL-2.0-only
/*
 * A set of sidecars in few numbers. See stats.h.
 */
#include "lib/host/results/stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define OUTLIER_LEAST	5
#define OUTLIER_SIGMAS	2
#define PAYLOAD_PCT	5

/* The numbers of what did not run say nothing. */
static bool has_run(const struct result_row *row)
{
	return row->result != RECORD_SKIP && row->result != RECORD_UNJUDGED;
}

/* ---- groups ---- */

/**
 * struct stats_order - a row, and by what it is put in order
 */
struct stats_order {
	const char *name;
	const struct result_row *row;
};

static int cmp_order(const void *a, const void *b)
{
	const struct stats_order *x = a, *y = b;
	int ret;

	if (!x->name || !y->name)
		ret = !!x->name - !!y->name;
	else
		ret = strcmp(x->name, y->name);
	/* The rows lie in the order of their times. */
	return ret ?: (x->row > y->row) - (x->row < y->row);
}

static bool is_same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static struct stats_group *new_group(const struct result_set *set,
				     const struct stats_order *o,
				     struct stats_groups *groups)
{
	struct stats_group *g = &groups->list[groups->n++];

	*g = (struct stats_group){
		.name = o->name, .first = o->row,
		.since = o->row->time,
		.sums = calloc(set->n_metrics + 1, sizeof(*g->sums)),
		.seen = calloc(set->n_metrics + 1, sizeof(*g->seen)),
	};
	return g->sums && g->seen ? g : NULL;
}

static void add_row(struct stats_group *g, const struct result_row *row,
		    size_t n_metrics)
{
	size_t m;

	g->n++;
	g->counts[row->result]++;
	g->until = row->time;
	for (m = 0; has_run(row) && m < n_metrics; m++) {
		if (isnan(row->values[m]))
			continue;
		g->sums[m] += row->values[m];
		g->seen[m]++;
	}
}

static int fill_groups(const struct result_set *set,
		       const struct stats_order *order,
		       struct stats_groups *groups)
{
	struct stats_group *g = NULL;
	size_t i;

	for (i = 0; i < set->n_rows; i++) {
		if (!g || !is_same(g->name, order[i].name))
			g = new_group(set, &order[i], groups);
		if (!g)
			return -ENOMEM;
		add_row(g, order[i].row, set->n_metrics);
	}
	return 0;
}

int stats_group_by(const struct result_set *set,
		   enum record_dimension dimension,
		   struct stats_groups *groups)
{
	struct stats_order *order = calloc(set->n_rows + 1, sizeof(*order));
	int ret = -ENOMEM;
	size_t i;

	groups->n = 0;
	groups->list = calloc(set->n_rows + 1, sizeof(*groups->list));
	if (order && groups->list) {
		for (i = 0; i < set->n_rows; i++)
			order[i] = (struct stats_order){
				set->rows[i].dimensions[dimension],
				&set->rows[i],
			};
		qsort(order, set->n_rows, sizeof(*order), cmp_order);
		ret = fill_groups(set, order, groups);
	}
	free(order);
	if (ret)
		stats_groups_free(groups);
	return ret;
}

void stats_groups_free(struct stats_groups *groups)
{
	size_t i;

	for (i = 0; i < groups->n; i++) {
		free(groups->list[i].sums);
		free(groups->list[i].seen);
	}
	free(groups->list);
	*groups = (struct stats_groups){ };
}

double stats_mean(const struct stats_group *g, size_t metric)
{
	return g->seen[metric] ? g->sums[metric] / g->seen[metric] : NAN;
}

/* ---- outliers ---- */

static int cmp_outlier(const void *a, const void *b)
{
	const struct stats_outlier *x = a, *y = b;

	if (x->sigmas != y->sigmas)
		return x->sigmas < y->sigmas ? 1 : -1;
	return (x->metric > y->metric) - (x->metric < y->metric) ?:
	       (x->row > y->row) - (x->row < y->row);
}

/* @sigma is 0 where nothing can stand out. */
static void spread_of(const struct result_set *set, size_t m, double *mean,
		      double *sigma)
{
	double sum = 0, squares = 0, d;
	size_t i, n = 0;

	for (i = 0; i < set->n_rows; i++)
		if (has_run(&set->rows[i]) && !isnan(set->rows[i].values[m])) {
			sum += set->rows[i].values[m];
			n++;
		}
	*sigma = 0;
	*mean = n ? sum / n : NAN;
	if (n < OUTLIER_LEAST)
		return;
	for (i = 0; i < set->n_rows; i++)
		if (has_run(&set->rows[i]) && !isnan(set->rows[i].values[m])) {
			d = set->rows[i].values[m] - *mean;
			squares += d * d;
		}
	*sigma = sqrt(squares / (n - 1));
}

static int outliers_of(const struct result_set *set, size_t m,
		       struct stats_outlier **list, size_t *n)
{
	double mean, sigma, away, way;
	struct stats_outlier *more;
	size_t i;

	if (set->metrics[m].better == BETTER_NEITHER)
		return 0;
	way = set->metrics[m].better == BETTER_UP ? -1 : 1;
	spread_of(set, m, &mean, &sigma);
	for (i = 0; sigma > 0 && i < set->n_rows; i++) {
		if (!has_run(&set->rows[i]) || isnan(set->rows[i].values[m]))
			continue;
		away = way * (set->rows[i].values[m] - mean) / sigma;
		if (away < OUTLIER_SIGMAS)
			continue;
		more = realloc(*list, (*n + 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		*list = more;
		more[(*n)++] = (struct stats_outlier){
			&set->rows[i], m, set->rows[i].values[m], mean, away,
		};
	}
	return 0;
}

int stats_outliers(const struct result_set *set, struct stats_outlier **list,
		   size_t *n)
{
	int ret = 0;
	size_t m;

	*list = NULL;
	*n = 0;
	for (m = 0; !ret && m < set->n_metrics; m++)
		ret = outliers_of(set, m, list, n);
	if (ret) {
		free(*list);
		*list = NULL;
		*n = 0;
	} else if (*n) {
		qsort(*list, *n, sizeof(**list), cmp_outlier);
	}
	return ret;
}

/* ---- gates ---- */

struct quantity_gate stats_gate(const struct result_metric *metric)
{
	const struct quantity *q = quantity_find(metric->per, metric->name);

	if (metric->better == BETTER_NEITHER)
		return (struct quantity_gate){ };
	if (q)
		return q->gate;
	return (struct quantity_gate){ .least = STATS_ANY, .pct = PAYLOAD_PCT };
}
