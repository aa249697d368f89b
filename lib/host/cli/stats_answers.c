// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr stats list`, `metrics`, `values`, `show-host` and `explain`. See stats.h.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/near.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/columns.h"
#include "lib/host/cli/option.h"
#include "lib/host/cli/stats.h"
#include "lib/host/report/json.h"
#include "lib/host/results/explain.h"
#include "lib/host/results/stats.h"

/* ---- list ---- */

static int cmp_newest(const void *a, const void *b)
{
	const struct stats_group *x = a, *y = b;

	return strcmp(y->until, x->until);
}

static struct json_object *json_run(const struct stats_group *g)
{
	struct json_object *o = json_object_new_object(), *counts;
	enum record_result r;

	json_add_text(o, "run", g->name);
	json_add_int(o, "tests", (int64_t)g->n);
	counts = json_add_new(o, "results", json_object_new_object());
	for (r = 0; r < N_RECORD_RESULTS; r++)
		json_add_int(counts, record_result_name(r),
			     (int64_t)g->counts[r]);
	json_add_text(o, "since", g->since);
	json_add_text(o, "until", g->until);
	json_add_text(o, "kernel", g->first->dimensions[RECORD_KERNEL]);
	json_add_text(o, "commit", g->first->dimensions[RECORD_COMMIT]);
	json_add_text(o, "host", g->first->dimensions[RECORD_HOST]);
	return o;
}

static void print_runs(const struct stats_groups *groups)
{
	static const char * const heads[] = {
		"run", "tests", "pass", "fail", "skip", "other", "date",
		"kernel", "commit",
	};
	struct columns c = { .n_columns = ARRAY_SIZE(heads),
			     .texts = 1 | 7 << 6 };
	const struct stats_group *g;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heads); i++)
		columns_add(&c, "%s", heads[i]);
	for (g = groups->list; g < groups->list + groups->n; g++) {
		columns_add(&c, "%s", g->name ?: "null");
		columns_add(&c, "%zu", g->n);
		columns_add(&c, "%zu", g->counts[RECORD_PASS]);
		columns_add(&c, "%zu", g->counts[RECORD_FAIL]);
		columns_add(&c, "%zu", g->counts[RECORD_SKIP]);
		columns_add(&c, "%zu", g->counts[RECORD_XFAIL] +
			    g->counts[RECORD_UNJUDGED]);
		columns_add(&c, "%s", g->since);
		columns_add(&c, "%s",
			    g->first->dimensions[RECORD_KERNEL] ?: "-");
		columns_add(&c, "%s",
			    g->first->dimensions[RECORD_COMMIT] ?: "-");
	}
	columns_print(&c, stdout, 0);
}

int stats_list(struct asked *asked, char *err)
{
	struct json_object *list;
	struct stats_groups groups;
	size_t i;

	if (stats_group_by(&asked->set, RECORD_RUN, &groups))
		return cli_bad(err, "no memory");
	qsort(groups.list, groups.n, sizeof(*groups.list), cmp_newest);
	if (!asked->json) {
		print_runs(&groups);
		stats_groups_free(&groups);
		return 0;
	}
	list = json_object_new_array();
	for (i = 0; i < groups.n; i++)
		json_object_array_add(list, json_run(&groups.list[i]));
	stats_groups_free(&groups);
	return stats_print_json(list);
}

/* ---- metrics ---- */

static struct json_object *json_metric(const struct result_metric *m)
{
	struct json_object *o = json_object_new_object();
	struct quantity_gate gate = stats_gate(m);

	json_add_text(o, "name", m->name);
	json_add_text(o, "unit", m->unit);
	json_add_text(o, "better", quantity_better_name(m->better));
	json_add_new(o, "least", gate.least > 0 ?
		     json_double(gate.least) : NULL);
	json_add_new(o, "pct", gate.least > 0 ? json_double(gate.pct) : NULL);
	return o;
}

static void add_metric(struct columns *c, const struct result_metric *m)
{
	struct quantity_gate gate = stats_gate(m);

	columns_add(c, "%s", m->name);
	columns_add(c, "%s", m->unit ?: "");
	columns_add(c, "%s", quantity_better_name(m->better));
	if (gate.least > STATS_ANY)
		columns_add(c, "%g", gate.least);
	else
		columns_add(c, gate.least > 0 ? "any" : "-");
	if (gate.least > 0)
		columns_add(c, "%g%%", gate.pct);
	else
		columns_add(c, "-");
}

/* The next one: those of a run, whoever has measured them, then payloads'. */
static bool next_metric(const struct asked *asked, const struct quantity **q,
			size_t *i, struct result_metric *m)
{
	const struct result_set *set = &asked->set;

	if (!*i) {
		*q = quantity_next(PER_RUN, *q);
		if (*q) {
			*m = (struct result_metric){
				(char *)(*q)->name,
				(char *)quantity_unit_name((*q)->unit),
				(*q)->per, (*q)->better,
			};
			return true;
		}
	}
	while (*i < set->n_metrics &&
	       quantity_find(PER_RUN, set->metrics[*i].name))
		++*i;
	if (*i >= set->n_metrics)
		return false;
	*m = set->metrics[(*i)++];
	return true;
}

static int print_metrics(const struct asked *asked)
{
	static const char * const heads[] = {
		"metric", "unit", "better", "worse by", "and by",
	};
	struct columns c = { .n_columns = ARRAY_SIZE(heads), .texts = 7 };
	const struct quantity *q = NULL;
	struct result_metric m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(heads); i++)
		columns_add(&c, "%s", heads[i]);
	for (i = 0; next_metric(asked, &q, &i, &m);)
		add_metric(&c, &m);
	columns_print(&c, stdout, 0);
	return 0;
}

int stats_metrics(struct asked *asked, char *err)
{
	const struct quantity *q = NULL;
	struct json_object *list;
	struct result_metric m;
	size_t i = 0;

	(void)err;
	if (!asked->json)
		return print_metrics(asked);
	list = json_object_new_array();
	while (next_metric(asked, &q, &i, &m))
		json_object_array_add(list, json_metric(&m));
	return stats_print_json(list);
}

/* ---- values ---- */

static int no_such_dimension(const char *name, char *err)
{
	struct near near = { .given = name };
	char offered[NEAR_TEXT_SIZE];
	enum record_dimension d;

	for (d = 0; d < N_RECORD_DIMENSIONS; d++)
		near_offer(&near, record_dimension_name(d));
	return cli_bad(err, "stats values %.100s: no such dimension%s", name,
		       near_text(&near, offered));
}

static int show_values(const struct asked *asked, enum record_dimension d,
		       struct json_object *o)
{
	struct json_object *list = NULL;
	struct stats_groups groups;
	size_t i;

	if (stats_group_by(&asked->set, d, &groups))
		return -ENOMEM;
	if (o)
		list = json_add_new(o, record_dimension_name(d),
				    json_object_new_array());
	else
		printf("%s: %s\n", record_dimension_name(d),
		       record_dimension_what(d));
	for (i = 0; i < groups.n; i++) {
		const char *name = groups.list[i].name;

		if (o)
			json_object_array_add(list, name ?
					json_text(name, strlen(name)) : NULL);
		else
			printf("  %s (%zu)\n", name ?: "null",
			       groups.list[i].n);
	}
	stats_groups_free(&groups);
	return 0;
}

int stats_values(struct asked *asked, char *err)
{
	struct json_object *o = NULL;
	enum record_dimension d, only = N_RECORD_DIMENSIONS;
	int ret = 0;

	if (asked->what) {
		only = record_dimension_find(asked->what, strlen(asked->what));
		if (only == N_RECORD_DIMENSIONS)
			return no_such_dimension(asked->what, err);
	}
	if (asked->json)
		o = json_object_new_object();
	for (d = 0; !ret && d < N_RECORD_DIMENSIONS; d++)
		if (only == N_RECORD_DIMENSIONS || d == only)
			ret = show_values(asked, d, o);
	if (ret) {
		json_object_put(o);
		return cli_bad(err, "no memory");
	}
	return o ? stats_print_json(o) : 0;
}

/* ---- host ---- */

static struct json_object *find_host(struct asked *asked, char *err)
{
	struct json_object *doc, *host;
	size_t i;

	cli_bad(err, "no sidecar of this run says what host it was on");
	for (i = 0; i < asked->set.n_rows; i++) {
		doc = stats_doc(asked, &asked->set.rows[i], err);
		if (doc && json_object_object_get_ex(doc, "host", &host) &&
		    json_object_is_type(host, json_type_object)) {
			host = json_object_get(host);
			json_object_put(doc);
			return host;
		}
		json_object_put(doc);
	}
	return NULL;
}

static void print_member(const char *key, struct json_object *value)
{
	const char *text = value ? json_object_get_string(value) : "null";

	fputs("  ", stdout);
	text_put(stdout, key, strlen(key));
	printf("%*s", (int)(strlen(key) < 16 ? 16 - strlen(key) : 1), "");
	text_put(stdout, text, strlen(text));
	putchar('\n');
}

int stats_show_host(struct asked *asked, char *err)
{
	struct json_object *host = find_host(asked, err);

	if (!host)
		return -EINVAL;
	if (asked->json)
		return stats_print_json(host);
	printf("host of run %s:\n", asked->run[0] ? asked->run : "null");
	json_object_object_foreach(host, key, value)
		print_member(key, value);
	json_object_put(host);
	return 0;
}

/* ---- explain ---- */

static bool is_asked_for(const struct asked *asked,
			 const struct explanation *e)
{
	const char *dot = strchr(e->member, '.');

	if (!asked->what)
		return e->nulls > 0;
	return !strcmp(asked->what, e->member) ||
	       (dot && !strcmp(asked->what, dot + 1));
}

static int no_such_member(const char *name, const struct explanation *list,
			  size_t n, char *err)
{
	struct near near = { .given = name };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	for (i = 0; i < n; i++)
		near_offer(&near, list[i].member);
	return cli_bad(err, "stats explain %.100s: no member of that name is ever null%s",
		       name, near_text(&near, offered));
}

static void print_explanation(const struct explanation *e)
{
	printf("%s: null in %zu of %zu%s\n  %s: %s\n", e->member, e->nulls,
	       e->of, e->fix || !e->nulls ? "" : ", as expected",
	       e->nulls ? "cause" : "it would be null where", e->cause);
	if (e->fix)
		printf("  fix: %s\n", e->fix);
}

static struct json_object *json_explanation(const struct explanation *e)
{
	struct json_object *o = json_object_new_object();

	json_add_text(o, "member", e->member);
	json_add_int(o, "nulls", (int64_t)e->nulls);
	json_add_int(o, "of", (int64_t)e->of);
	json_add_bool(o, "expected", !e->fix);
	json_add_text(o, "cause", e->cause);
	json_add_text(o, "fix", e->fix);
	return o;
}

static int show_explanations(struct asked *asked, struct explanation *list,
			     size_t n, size_t n_read, char *err)
{
	struct json_object *out = json_object_new_array(), *o;
	size_t i, shown = 0;

	for (i = 0; i < n; i++) {
		if (!is_asked_for(asked, &list[i]))
			continue;
		if (asked->json)
			json_object_array_add(out, json_explanation(&list[i]));
		else if (!shown)
			printf("read %zu of %zu sidecars of run %s\n", n_read,
			       asked->set.n_rows, asked->run[0] ? asked->run :
			       "null");
		if (!asked->json)
			print_explanation(&list[i]);
		shown++;
	}
	if (asked->what && !shown) {
		json_object_put(out);
		return no_such_member(asked->what, list, n, err);
	}
	if (!asked->json) {
		json_object_put(out);
		return 0;
	}
	o = json_object_new_object();
	json_add_int(o, "walked", (int64_t)asked->set.n_rows);
	json_add_int(o, "read", (int64_t)n_read);
	json_add_new(o, "members", out);
	return stats_print_json(o);
}

int stats_explain(struct asked *asked, char *err)
{
	struct explanation *list;
	struct json_object *doc;
	size_t i, n_read = 0, n = explain_all(&list);
	int ret;

	if (!n)
		return cli_bad(err, "no memory");
	for (i = 0; i < asked->set.n_rows; i++) {
		doc = stats_doc(asked, &asked->set.rows[i], err);
		if (!doc)
			continue;
		explain_count(list, n, doc);
		n_read++;
		json_object_put(doc);
	}
	ret = show_explanations(asked, list, n, n_read, err);
	free(list);
	return ret;
}
