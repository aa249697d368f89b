// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr compare`: two sets of sidecars, held against each other.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/page.h"
#include "lib/host/cli/stats.h"
#include "lib/host/report/json.h"
#include "lib/host/results/compare.h"
#include "lib/host/results/files.h"

#define TESTS_SHOWN	10
#define STATUS_MISSING	4

/* ---- sides ---- */

/* Which value was meant, of those that there are? */
static int no_such_side(struct result_index *index,
			const struct compare_side_args *side, char *err)
{
	struct near near = { };
	char offered[NEAR_TEXT_SIZE] = "";
	struct result_set all;
	enum record_dimension d;
	size_t i;

	if (result_index_load(index, NULL, &all, err, CLI_ERR_SIZE))
		return -EINVAL;
	for (d = 0; d < N_RECORD_DIMENSIONS && !side->wants[d]; d++)
		;
	if (d < N_RECORD_DIMENSIONS) {
		near.given = side->wants[d];
		for (i = 0; i < all.n_rows; i++)
			near_offer(&near, all.rows[i].dimensions[d] ?: "null");
		near_text(&near, offered);
	}
	result_set_free(&all);
	return cli_bad(err, "compare: %.200s: no sidecar of %zu in %.1000s is such%s",
		       side->name, index->n_files, index->root, offered);
}

static int open_side(const struct compare_side_args *side, const char *dir,
		     struct result_index *index, char *err)
{
	char root[PATH_MAX];
	int ret;

	ret = result_root(side->dir ?: dir, root, sizeof(root), err,
			  CLI_ERR_SIZE) ?:
	      result_index_open(root, index, err, CLI_ERR_SIZE);
	if (!ret)
		stats_tell_of_index(index);
	return ret;
}

static int load_side(const struct compare_side_args *side,
		     struct result_index *index, struct result_set *set,
		     char *err)
{
	struct result_filter filter;
	int ret;

	memcpy(filter.wants, side->wants, sizeof(filter.wants));
	ret = result_index_load(index, &filter, set, err, CLI_ERR_SIZE);
	return ret || set->n_rows ? ret : no_such_side(index, side, err);
}

/* Where no side has a folder of its own, one index is enough. */
static int load_sides(const struct compare_args *args,
		      struct result_set sets[2], char *err)
{
	const struct compare_side_args *sides = args->sides;
	struct result_index indices[2] = { };
	bool one = !sides[0].dir && !sides[1].dir;
	int ret;

	ret = open_side(&sides[0], args->dir, &indices[0], err);
	if (!ret && !one)
		ret = open_side(&sides[1], args->dir, &indices[1], err);
	if (!ret)
		ret = load_side(&sides[0], &indices[0], &sets[0], err) ?:
		      load_side(&sides[1], &indices[!one], &sets[1], err);
	result_index_close(&indices[0]);
	result_index_close(&indices[1]);
	return ret;
}

/* ---- text ---- */

static void print_sides(const struct comparison *c, const char *const names[2])
{
	enum record_dimension d;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		printf("%c: %s, %zu sidecars", 'A' + i, names[i],
		       c->sets[i]->n_rows);
		if (c->alone[i])
			printf(", of them %zu tests that %c has not",
			       c->alone[i], 'B' - i);
		putchar('\n');
		for (d = RECORD_TOPOLOGY; d < N_RECORD_DIMENSIONS; d++)
			if (c->differs[d] && compare_value(c, i, d))
				printf("   %s: %s\n", record_dimension_name(d),
				       compare_value(c, i, d));
	}
}

/* Single tests that are worse or better by themselves. */
static void print_tests(const struct comparison *c, enum compare_verdict which)
{
	const struct compare_estimate *e;
	const struct compare_pair *p;
	size_t n = 0;

	for (e = c->each; e < c->each + c->n_each; e++) {
		if (e->verdict != which || n++ >= TESTS_SHOWN)
			continue;
		p = &c->pairs[e->pair];
		printf("%s: %s%s%s: %s %.4g, was %.4g (%+.1f%%, %+.1f%% to %+.1f%%)\n",
		       compare_verdict_name(which), p->name,
		       p->topology ? ", " : "", p->topology ?: "",
		       c->metrics[e->metric].metric->name, e->means[1],
		       e->means[0], 100 * e->change, 100 * e->low,
		       100 * e->high);
	}
	if (n > TESTS_SHOWN)
		printf("%zu more that are %s; --json has all\n",
		       n - TESTS_SHOWN, compare_verdict_name(which));
}

static void print_broken(const struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->n_pairs; i++)
		if (c->pairs[i].broken)
			printf("fails: %s, which passed %zu of %zu times in A\n",
			       c->pairs[i].name, c->pairs[i].sides[0].passed,
			       c->pairs[i].sides[0].n);
}

static void print_answer(const struct comparison *c)
{
	if (!c->n_pairs)
		puts("There is no test that both sides have.");
	else if (compare_is_worse(c))
		printf("B is worse than A: %zu that are worse, %zu tests that fail.\n",
		       c->n_worse, c->n_broken);
	else if (!c->n_told)
		puts("There are too few values to tell: run each side more often, or more tests.");
	else
		printf("B is not worse than A, as far as %zu pairs tell.\n",
		       c->n_pairs);
	if (!compare_is_worse(c) && c->n_told && c->n_open)
		printf("Metrics that look worse by themselves, which of so many may be chance: %zu.\n",
		       c->n_open);
}

static void print_all(const struct comparison *c, const char *const names[2])
{
	print_sides(c, names);
	if (c->n_all)
		puts(c->by_scenario ? "\nPaired by scenario, as no test is on both sides.\n" :
		     "");
	compare_table(c, stdout);
	putchar('\n');
	print_broken(c);
	print_tests(c, COMPARE_WORSE);
	print_tests(c, COMPARE_BETTER);
	print_answer(c);
}

/* ---- page ---- */

static int put_comparison(const void *what, FILE *to)
{
	return page_put_json((struct json_object *)what, to);
}

static int write_page(const void *what, FILE *to)
{
	static const struct page_place places[] = {
		{ "@COMPARISON@", put_comparison },
	};

	return page_write(_binary_compare_page_html_start,
			  _binary_compare_page_html_end, places,
			  ARRAY_SIZE(places), what, to);
}

/* ---- all of it ---- */

static int show(const struct comparison *c, const struct compare_args *args)
{
	const char *const names[] = {
		args->sides[0].name, args->sides[1].name,
	};
	struct json_object *o = NULL;
	int ret = 0;

	if (args->html || args->json)
		o = compare_json(c, names);
	if (args->html)
		ret = cli_write_file(args->html, write_page, o);
	if (args->json)
		ret = stats_print_json(json_object_get(o)) ?: ret;
	else
		print_all(c, names);
	json_object_put(o);
	if (ret || fflush(stdout) || compare_is_worse(c))
		return 1;
	return c->n_told ? 0 : STATUS_MISSING;
}

int compare_main(int argc, char **argv, char *err)
{
	struct result_set sets[2] = { };
	struct compare_args args;
	struct comparison c;
	int ret;

	ret = compare_args_parse(argc, argv, &args, err) ?:
	      load_sides(&args, sets, err);
	if (!ret && compare_sets(&sets[0], &sets[1], args.seed, &c))
		ret = cli_bad(err, "no memory");
	if (!ret) {
		ret = show(&c, &args);
		comparison_free(&c);
	}
	result_set_free(&sets[0]);
	result_set_free(&sets[1]);
	return ret;
}
