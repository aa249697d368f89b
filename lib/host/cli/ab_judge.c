// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the turns of A and B say. See ab.h.
 */
#include "lib/host/cli/ab.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/stats.h"
#include "lib/host/report/json.h"
#include "lib/host/results/compare.h"
#include "lib/host/results/turns.h"

#define STATUS_FEW	4
#define STATUS_STOLEN	5

/**
 * struct ab_result - what came of it
 * @args: what was asked for
 * @path: of the sidecar
 * @doc: the sidecar
 * @turns: its turns
 * @c: A against B
 */
struct ab_result {
	const struct ab_args *args;
	const char *path;
	struct json_object *doc;
	struct turns turns;
	struct comparison c;
};

static const char *text_of(const struct ab_result *r, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(r->doc, key, &value);
	return value ? json_object_get_string(value) : "";
}

static bool flag_of(const struct ab_result *r, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(r->doc, key, &value);
	return json_object_get_boolean(value);
}

static bool is_whole(const struct ab_result *r)
{
	return r->turns.n_pairs >= TURNS_LEAST_PAIRS;
}

/*
 * What is worse may be seen in few pairs, where they hardly scatter. That nothing was
 * seen means something only where it could have been, and where nothing looks so.
 */
static bool is_settled(const struct ab_result *r)
{
	return is_whole(r) && (compare_is_worse(&r->c) ||
			       (r->c.n_told && !r->c.n_open));
}

static int status_of(const struct ab_result *r)
{
	if (flag_of(r, "inconclusive"))
		return STATUS_STOLEN;
	if (flag_of(r, "infrastructure") || !strcmp(text_of(r, "result"), "skip"))
		return STATUS_FEW;
	if (strcmp(text_of(r, "result"), "pass"))
		return 1;
	if (!is_settled(r))
		return r->turns.n_stolen ? STATUS_STOLEN : STATUS_FEW;
	return compare_is_worse(&r->c) ? 1 : 0;
}

/* ---- text ---- */

static void put_head(const struct ab_result *r, FILE *to)
{
	const struct ab_args *args = r->args;
	const struct turns *t = &r->turns;
	unsigned int i;

	for (i = 0; i < 2; i++)
		fprintf(to, "%c: %s\n", "AB"[i], args->given[i]);
	fprintf(to, "%zu pairs of turns of %u ms, seed %u, the host took %.1f %%",
		t->n_pairs, args->turn_ms, args->seed, t->steal_pct);
	if (t->n_stolen)
		fprintf(to, "; left out: %zu of which it took more than usual (%.1f %%) by %d %%, or than %d %%",
			t->n_stolen, t->usual_steal_pct, TURNS_STEAL_PCT,
			TURNS_STEAL_MAX_PCT);
	if (t->n_broken)
		fprintf(to, "; left out: %zu that were not whole", t->n_broken);
	fputs("\n\n", to);
}

static void put_estimate(const struct ab_result *r, const char *what,
			 const struct compare_estimate *e, FILE *to)
{
	fprintf(to, "%s: %s %+.1f%% (%+.1f%% to %+.1f%%)\n", what,
		r->c.metrics[e->metric].metric->name, 100 * e->change,
		100 * e->low, 100 * e->high);
}

/* Each that is worse, or better, by name */
static void put_those(const struct ab_result *r, enum compare_verdict which,
		      FILE *to)
{
	const struct compare_estimate *e;

	for (e = r->c.all; e < r->c.all + r->c.n_all; e++)
		if (e->verdict == which)
			put_estimate(r, compare_verdict_name(which), e, to);
}

/* Those that more pairs would make worse, or not. */
static void put_open(const struct ab_result *r, FILE *to)
{
	const struct compare_estimate *e;

	for (e = r->c.all; e < r->c.all + r->c.n_all; e++)
		if (compare_looks_worse(&r->c, e))
			put_estimate(r, "may be worse", e, to);
}

/* Until so many there is no need to look at what they say. */
static size_t least_pairs(const struct ab_result *r)
{
	return max(compare_least_pairs(&r->c), (size_t)TURNS_LEAST_PAIRS);
}

static void put_few(const struct ab_result *r, FILE *to)
{
	size_t n = r->turns.n_pairs, least = least_pairs(r);

	if (n < least)
		fprintf(to, "ktstr: ab: %zu pairs are too few to tell, %zu are needed",
			n, least);
	else if (r->c.n_open)
		fprintf(to, "ktstr: ab: B may be worse than A in %zu quantities, and %zu pairs are too few to be sure",
			r->c.n_open, n);
	else
		fprintf(to, "ktstr: ab: %zu pairs have too few values to tell",
			n);
	fputs(": give it longer, by -d\n", to);
}

static void put_verdict(const struct ab_result *r, int status, FILE *to)
{
	const char *reason = text_of(r, "reason");

	if (strcmp(text_of(r, "result"), "pass")) {
		fputs("ktstr: ab: the run says nothing of it: ", to);
		text_put(to, reason, strlen(reason));
		fputc('\n', to);
		return;
	}
	if (status == STATUS_STOLEN)
		fprintf(to, "ktstr: ab: INCONCLUSIVE: %zu pairs are too few, and of %zu the host took too much\n",
			r->turns.n_pairs, r->turns.n_stolen);
	else if (status == STATUS_FEW)
		put_few(r, to);
	else if (status)
		fprintf(to, "ktstr: ab: B is worse than A in %zu quantities\n",
			r->c.n_worse);
	else
		fprintf(to, "ktstr: ab: B is not worse than A, as far as %zu pairs tell\n",
			r->turns.n_pairs);
}

static void put_text(const struct ab_result *r, int status, FILE *to)
{
	put_head(r, to);
	compare_table(&r->c, to);
	fputc('\n', to);
	if (is_whole(r)) {
		put_those(r, COMPARE_WORSE, to);
		put_open(r, to);
		put_those(r, COMPARE_BETTER, to);
	}
	put_verdict(r, status, to);
	fprintf(to, "ktstr: ab: %s\n", r->path);
}

/* ---- JSON ---- */

static int put_json(const struct ab_result *r, int status)
{
	const struct turns *t = &r->turns;
	struct json_object *o = compare_json(&r->c, r->args->given);

	if (!o)
		return -ENOMEM;
	json_add_int(o, "seed", r->args->seed);
	json_add_int(o, "turn_ms", r->args->turn_ms);
	json_add_int(o, "pairs_needed", (int64_t)least_pairs(r));
	json_add_int(o, "may_be_worse", (int64_t)r->c.n_open);
	json_add_int(o, "settle_ms", r->args->settle_ms);
	json_add_int(o, "pairs_stolen", (int64_t)t->n_stolen);
	json_add_int(o, "pairs_broken", (int64_t)t->n_broken);
	json_add_double(o, "steal_pct", t->steal_pct);
	json_add_double(o, "usual_steal_pct", t->usual_steal_pct);
	json_add_text(o, "result", text_of(r, "result"));
	json_add_text(o, "reason", text_of(r, "reason"));
	json_add_text(o, "sidecar", r->path);
	json_add_int(o, "status", status);
	return stats_print_json(o);
}

int ab_judge(const struct ab_args *args, const char *path, FILE *to, char *err)
{
	struct ab_result r = { .args = args, .path = path };
	int ret;

	ret = record_doc_load(path, &r.doc, err, CLI_ERR_SIZE);
	if (ret)
		return -EINVAL;
	ret = turns_of(r.doc, &r.turns) ?:
	      compare_sets(&r.turns.sets[0], &r.turns.sets[1], args->seed,
			   &r.c);
	if (ret) {
		cli_bad(err, "no memory");
		goto out_put;
	}
	ret = status_of(&r);
	if (args->json)
		ret = put_json(&r, ret) ? 1 : ret;
	else
		put_text(&r, ret, to);
	if (fflush(to))
		ret = 1;
	comparison_free(&r.c);
out_put:
	turns_free(&r.turns);
	json_object_put(r.doc);
	return ret;
}
