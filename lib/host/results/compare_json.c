// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison as JSON, of which the page is made, too. See compare.h.
 */
#include "lib/host/results/compare.h"

#include <json-c/json.h>
#include <math.h>

#include "lib/host/report/json.h"
#include "lib/host/results/stats.h"

/* Six digits that mean something, where three decimals may be none. */
static struct json_object *number(double value)
{
	struct json_object *o;

	if (!isfinite(value))
		return NULL;
	o = json_object_new_double(value);
	if (o)
		json_object_set_serializer(o, json_object_double_to_json_string,
					   (void *)"%.6g", NULL);
	return o;
}

static void add_number(struct json_object *to, const char *key, double value)
{
	json_add_new(to, key, number(value));
}

static void add_both(struct json_object *to, const char *key,
		     const size_t counts[2])
{
	struct json_object *both = json_object_new_array();

	json_object_array_add(both, json_object_new_int64((int64_t)counts[0]));
	json_object_array_add(both, json_object_new_int64((int64_t)counts[1]));
	json_add_new(to, key, both);
}

static void add_estimate(struct json_object *to,
			 const struct compare_estimate *e)
{
	bool known = e->boot.freedom >= BOOT_LEAST_FREEDOM;

	add_both(to, "values", e->values);
	add_number(to, "a", e->means[0]);
	add_number(to, "b", e->means[1]);
	add_number(to, "change_pct", 100 * e->change);
	add_number(to, "low_pct", 100 * e->low);
	add_number(to, "high_pct", 100 * e->high);
	add_number(to, "effect", known ? e->boot.effect : NAN);
	add_number(to, "p", known ? e->boot.p : NAN);
	json_add_text(to, "verdict", compare_verdict_name(e->verdict));
}

static struct json_object *json_tests(const struct comparison *c, size_t metric)
{
	struct json_object *list = json_object_new_array(), *o;
	const struct compare_estimate *e;

	for (e = c->each; e < c->each + c->n_each; e++) {
		if (e->metric != metric)
			continue;
		o = json_object_new_object();
		json_add_text(o, "test", c->pairs[e->pair].name);
		json_add_text(o, "topology", c->pairs[e->pair].topology);
		add_estimate(o, e);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *json_metric(const struct comparison *c,
				       const struct compare_estimate *e)
{
	const struct result_metric *m = c->metrics[e->metric].metric;
	struct quantity_gate gate = stats_gate(m);
	struct json_object *o = json_object_new_object();

	json_add_text(o, "name", m->name);
	json_add_text(o, "unit", m->unit);
	json_add_text(o, "better", quantity_better_name(m->better));
	add_number(o, "least", gate.least > 0 ? gate.least : NAN);
	add_number(o, "least_pct", gate.least > 0 ? gate.pct : NAN);
	json_add_int(o, "pairs", (int64_t)e->n_pairs);
	json_add_text(o, "drawn_from", e->boot.by_runs ? "values" : "pairs");
	add_estimate(o, e);
	json_add_new(o, "tests", json_tests(c, e->metric));
	return o;
}

static struct json_object *json_side(const struct comparison *c,
				     unsigned int side, const char *name)
{
	const struct result_set *set = c->sets[side];
	struct json_object *o = json_object_new_object();
	enum record_dimension d;

	json_add_text(o, "name", name);
	json_add_int(o, "sidecars", (int64_t)set->n_rows);
	json_add_int(o, "tests_alone", (int64_t)c->alone[side]);
	for (d = 0; d < N_RECORD_DIMENSIONS; d++)
		if (c->differs[d] && compare_value(c, side, d))
			json_add_text(o, record_dimension_name(d),
				      compare_value(c, side, d));
	return o;
}

struct json_object *compare_json(const struct comparison *c,
				 const char *const names[2])
{
	struct json_object *o = json_object_new_object(), *list, *name;
	size_t i;

	if (!o)
		return NULL;
	json_add_new(o, "a", json_side(c, 0, names[0]));
	json_add_new(o, "b", json_side(c, 1, names[1]));
	json_add_int(o, "pairs", (int64_t)c->n_pairs);
	list = json_add_new(o, "metrics", json_object_new_array());
	for (i = 0; i < c->n_all; i++)
		json_object_array_add(list, json_metric(c, &c->all[i]));
	list = json_add_new(o, "broken", json_object_new_array());
	for (i = 0; i < c->n_pairs; i++) {
		if (!c->pairs[i].broken)
			continue;
		name = json_object_new_string(c->pairs[i].name);
		json_object_array_add(list, name);
	}
	json_add_int(o, "worse", (int64_t)c->n_worse);
	json_add_bool(o, "is_worse", compare_is_worse(c));
	json_add_bool(o, "is_told", c->n_told > 0);
	return o;
}
