// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr stats`: one run in numbers. See stats.h.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/columns.h"
#include "lib/host/cli/option.h"
#include "lib/host/cli/stats.h"
#include "lib/host/report/json.h"
#include "lib/host/results/stats.h"

#define OUTLIERS_SHOWN	10
#define COLUMNS_SHOWN	12

static const enum record_dimension shown[] = {
	RECORD_SCENARIO, RECORD_SCHEDULER, RECORD_TOPOLOGY, RECORD_KERNEL,
};

/* Those metrics that a line of text has a word for, and that can be worse. */
static size_t pick_metrics(const struct result_set *set, size_t *picked,
			   const char **words)
{
	const struct quantity *q;
	size_t m, n = 0;

	for (m = 0; m < set->n_metrics && n < COLUMNS_SHOWN; m++) {
		q = quantity_find(PER_RUN, set->metrics[m].name);
		if (!q || !q->word || q->better == BETTER_NEITHER)
			continue;
		words[n] = q->word;
		picked[n++] = m;
	}
	return n;
}

static void print_groups(const struct result_set *set,
			 const struct stats_groups *groups, const char *head)
{
	struct columns c = { .texts = 1 };
	const char *words[COLUMNS_SHOWN];
	size_t picked[COLUMNS_SHOWN], n, i, m;
	enum record_result r;

	n = pick_metrics(set, picked, words);
	c.n_columns = 1 + N_RECORD_RESULTS + n;
	columns_add(&c, "%s", head);
	for (r = 0; r < N_RECORD_RESULTS; r++)
		columns_add(&c, "%s", record_result_name(r));
	for (m = 0; m < n; m++)
		columns_add(&c, "%s%s%s", words[m],
			    *set->metrics[picked[m]].unit == '%' ? "" : " ",
			    strcmp(set->metrics[picked[m]].unit, "count") ?
			    set->metrics[picked[m]].unit : "");
	for (i = 0; i < groups->n; i++) {
		columns_add(&c, "%s", groups->list[i].name ?: "-");
		for (r = 0; r < N_RECORD_RESULTS; r++)
			columns_add(&c, "%zu", groups->list[i].counts[r]);
		for (m = 0; m < n; m++)
			columns_number(&c, stats_mean(&groups->list[i],
						      picked[m]));
	}
	columns_print(&c, stdout, 0);
	putchar('\n');
}

static void print_outliers(const struct result_set *set,
			   const struct stats_outlier *list, size_t n)
{
	struct columns c = { .n_columns = 5, .texts = 3 };
	size_t i;

	if (!n) {
		puts("Nothing stands out.");
		return;
	}
	columns_add(&c, "stands out");
	columns_add(&c, "in");
	columns_add(&c, "value");
	columns_add(&c, "mean");
	columns_add(&c, "sigmas");
	for (i = 0; i < n && i < OUTLIERS_SHOWN; i++) {
		columns_add(&c, "%s", list[i].row->dimensions[RECORD_TEST]);
		columns_add(&c, "%s", set->metrics[list[i].metric].name);
		columns_number(&c, list[i].value);
		columns_number(&c, list[i].mean);
		columns_add(&c, "%.1f", list[i].sigmas);
	}
	columns_print(&c, stdout, 0);
	if (n > OUTLIERS_SHOWN)
		printf("%zu more; --json has all\n", n - OUTLIERS_SHOWN);
}

static void print_head(const struct asked *asked,
		       const struct stats_group *all)
{
	const struct result_row *row = all->first;
	enum record_result r;
	const char *between = ": ";

	if (asked->run[0])
		printf("run %s", asked->run);
	else
		printf("tests of no run");
	printf(", %s, kernel %s, commit %s, on %s\n%zu tests",
	       row->time, row->dimensions[RECORD_KERNEL] ?: "not known",
	       row->dimensions[RECORD_COMMIT] ?: "not known",
	       row->dimensions[RECORD_HOST] ?: "no known host", all->n);
	for (r = 0; r < N_RECORD_RESULTS; r++) {
		if (!all->counts[r])
			continue;
		printf("%s%zu %s", between, all->counts[r],
		       record_result_name(r));
		between = ", ";
	}
	puts("\n");
}

/* ---- JSON ---- */

static struct json_object *json_group(const struct result_set *set,
				      const struct stats_group *g)
{
	struct json_object *o = json_object_new_object(), *counts, *means;
	enum record_result r;
	size_t m;

	json_add_text(o, "name", g->name);
	json_add_int(o, "tests", (int64_t)g->n);
	counts = json_add_new(o, "results", json_object_new_object());
	for (r = 0; r < N_RECORD_RESULTS; r++)
		json_add_int(counts, record_result_name(r),
			     (int64_t)g->counts[r]);
	means = json_add_new(o, "means", json_object_new_object());
	for (m = 0; m < set->n_metrics; m++)
		json_object_object_add(means, set->metrics[m].name,
				       json_double(stats_mean(g, m)));
	return o;
}

static struct json_object *json_groups(const struct result_set *set,
				       const struct stats_groups *groups)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < groups->n; i++)
		json_object_array_add(list, json_group(set, &groups->list[i]));
	return list;
}

static struct json_object *json_outliers(const struct result_set *set,
					 const struct stats_outlier *list,
					 size_t n)
{
	struct json_object *out = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < n; i++) {
		o = json_object_new_object();
		json_add_text(o, "test", list[i].row->dimensions[RECORD_TEST]);
		json_add_text(o, "path", list[i].row->path);
		json_add_text(o, "metric", set->metrics[list[i].metric].name);
		json_add_double(o, "value", list[i].value);
		json_add_double(o, "mean", list[i].mean);
		json_add_double(o, "sigmas", list[i].sigmas);
		json_object_array_add(out, o);
	}
	return out;
}

/* ---- all of it ---- */

static int show_groups(const struct asked *asked, enum record_dimension d,
		       struct json_object *o)
{
	struct stats_groups groups;
	int ret = stats_group_by(&asked->set, d, &groups);

	if (ret)
		return ret;
	if (o)
		json_add_new(o, record_dimension_name(d),
			     json_groups(&asked->set, &groups));
	else
		print_groups(&asked->set, &groups, record_dimension_name(d));
	stats_groups_free(&groups);
	return 0;
}

static int show_outliers(const struct asked *asked, struct json_object *o)
{
	struct stats_outlier *list;
	size_t n;
	int ret = stats_outliers(&asked->set, &list, &n);

	if (ret)
		return ret;
	if (o)
		json_add_new(o, "outliers", json_outliers(&asked->set, list, n));
	else
		print_outliers(&asked->set, list, n);
	free(list);
	return 0;
}

int stats_summary(struct asked *asked, char *err)
{
	struct json_object *o = asked->json ? json_object_new_object() : NULL;
	struct stats_groups all;
	size_t i;
	int ret;

	ret = stats_group_by(&asked->set, RECORD_RUN, &all);
	if (ret)
		goto out;
	if (o)
		json_add_text(o, "run", all.list[0].name);
	else
		print_head(asked, &all.list[0]);
	stats_groups_free(&all);
	for (i = 0; !ret && i < ARRAY_SIZE(shown); i++)
		ret = show_groups(asked, shown[i], o);
	if (!ret)
		ret = show_outliers(asked, o);
out:
	if (ret) {
		json_object_put(o);
		return cli_bad(err, "no memory");
	}
	return o ? stats_print_json(o) : 0;
}
