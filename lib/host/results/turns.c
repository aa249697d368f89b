// SPDX-License-Identifier: GPL-2.0-only
/*
 * The turns of A and B. See turns.h.
 */
#include "lib/host/results/turns.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/report/json.h"
#include "lib/host/report/quantity_json.h"

/* Those that say which turn it was, or how it was measured */
static bool is_metric(const struct quantity *q)
{
	return q->better != BETTER_NEITHER || !strcmp(q->name, "cpu_pct") ||
	       !strcmp(q->name, "wakes_per_s");
}

/* In its unit; NAN for none */
static double value_of(struct json_object *turn, const struct quantity *q)
{
	struct json_object *number = NULL;
	int64_t value;

	if (json_object_is_type(turn, json_type_object))
		json_object_object_get_ex(turn, q->name, &number);
	value = quantity_of_json(q, number);
	return value == QUANTITY_UNKNOWN ? NAN :
	       (double)value / quantity_scale(q);
}

/* ---- sets ---- */

static int set_metrics(struct result_set *set)
{
	const struct quantity *q;
	struct result_metric *m;

	set->metrics = calloc(QUANTITY_IDS, sizeof(*set->metrics));
	if (!set->metrics)
		return -ENOMEM;
	for (q = quantity_next(PER_TURN, NULL); q;
	     q = quantity_next(PER_TURN, q)) {
		if (!is_metric(q))
			continue;
		m = &set->metrics[set->n_metrics++];
		m->name = strdup(q->name);
		m->unit = strdup(quantity_unit_name(q->unit));
		m->per = PER_TURN;
		m->better = q->better;
		if (!m->name || !m->unit)
			return -ENOMEM;
	}
	return 0;
}

static int add_row(struct result_set *set, size_t pair,
		   struct json_object *turn)
{
	struct result_row *row = &set->rows[set->n_rows++];
	const struct quantity *q;
	size_t i = 0;

	*row = (struct result_row){
		.result = RECORD_PASS, .duration_ms = -1,
		.time = strdup(""), .reason = strdup(""), .path = strdup(""),
		.values = calloc(set->n_metrics + 1, sizeof(*row->values)),
	};
	if (asprintf(&row->dimensions[RECORD_TEST], "pair %03zu", pair) < 0)
		row->dimensions[RECORD_TEST] = NULL;
	if (!row->time || !row->reason || !row->path || !row->values ||
	    !row->dimensions[RECORD_TEST])
		return -ENOMEM;
	for (q = quantity_next(PER_TURN, NULL); q;
	     q = quantity_next(PER_TURN, q))
		if (is_metric(q))
			row->values[i++] = value_of(turn, q);
	return 0;
}

/* ---- pairs ---- */

static double turn_value(struct json_object *turn, enum quantity_id id)
{
	return value_of(turn, &quantities[id]);
}

/* The two of a pair, A's first. Return: there is one of each. */
static bool take_sides(struct json_object *first, struct json_object *second,
		       struct json_object *sides[2])
{
	double side = turn_value(first, TURN_side);

	if (isnan(turn_value(first, TURN_work_per_s)) &&
	    isnan(turn_value(first, TURN_iterations_per_s)))
		return false;
	sides[0] = side ? second : first;
	sides[1] = side ? first : second;
	return turn_value(sides[0], TURN_side) == 0 &&
	       turn_value(sides[1], TURN_side) == 1;
}

static int cmp_double(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The median of what was told; 0 for nothing */
static int find_usual(struct turns *t, struct json_object *list, size_t n)
{
	double *all = malloc((n + 1) * sizeof(*all)), value;
	size_t i, told = 0;

	if (!all)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		value = turn_value(json_object_array_get_idx(list, i),
				   TURN_steal_pct);
		if (!isnan(value))
			all[told++] = value;
	}
	qsort(all, told, sizeof(*all), cmp_double);
	t->usual_steal_pct = told ? all[(told - 1) / 2] : 0;
	free(all);
	return 0;
}

/* Nobody knows of a turn that does not tell. */
static bool is_stolen(const struct turns *t, double steal_pct)
{
	return !(steal_pct <= t->usual_steal_pct + TURNS_STEAL_PCT &&
		 steal_pct <= TURNS_STEAL_MAX_PCT);
}

static int add_pair(struct turns *t, size_t pair, struct json_object *first,
		    struct json_object *second)
{
	struct json_object *sides[2];
	double steal[2];
	size_t i;
	int ret = 0;

	if (!take_sides(first, second, sides)) {
		t->n_broken++;
		return 0;
	}
	for (i = 0; i < 2; i++)
		steal[i] = turn_value(sides[i], TURN_steal_pct);
	if (is_stolen(t, steal[0]) || is_stolen(t, steal[1])) {
		t->n_stolen++;
		return 0;
	}
	t->n_pairs++;
	t->steal_pct += ((steal[0] + steal[1]) / 2 - t->steal_pct) / t->n_pairs;
	for (i = 0; i < 2 && !ret; i++)
		ret = add_row(&t->sets[i], pair, sides[i]);
	return ret;
}

int turns_of(struct json_object *doc, struct turns *t)
{
	struct json_object *list = NULL;
	size_t n = 0, i;
	int ret = 0;

	*t = (struct turns){ };
	json_object_object_get_ex(doc, "turns", &list);
	if (json_object_is_type(list, json_type_array))
		n = json_object_array_length(list);
	ret = find_usual(t, list, n);
	for (i = 0; i < 2 && !ret; i++) {
		t->sets[i].rows = calloc(n / 2 + 1, sizeof(*t->sets[i].rows));
		ret = t->sets[i].rows ? set_metrics(&t->sets[i]) : -ENOMEM;
	}
	for (i = 0; i + 1 < n && !ret; i += 2)
		ret = add_pair(t, i / 2, json_object_array_get_idx(list, i),
			       json_object_array_get_idx(list, i + 1));
	t->n_broken += n % 2;
	if (ret)
		turns_free(t);
	return ret;
}

void turns_free(struct turns *t)
{
	result_set_free(&t->sets[0]);
	result_set_free(&t->sets[1]);
	*t = (struct turns){ };
}
