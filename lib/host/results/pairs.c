// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pairs of a comparison. See pairs.h.
 */
#include "lib/host/results/pairs.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/results/compare.h"

/* Beside the name; but for those in which the sides differ. */
static const enum record_dimension paired_by[] = {
	RECORD_TOPOLOGY, RECORD_SCHEDULER, RECORD_KERNEL, RECORD_GIVEN,
};

/**
 * struct pair_row - a sidecar, and of which pair it is
 * @key: the same for all of a pair
 * @name: the first part of it is the test's name, so long
 */
struct pair_row {
	char *key;
	size_t name;
	const struct result_row *row;
	unsigned int side;
};

/* ---- what is compared ---- */

static int cmp_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The values of a dimension, in order. Return: NULL without memory. */
static const char **values_of(const struct result_set *set,
			      enum record_dimension d)
{
	const char **values = malloc((set->n_rows + 1) * sizeof(*values));
	size_t i;

	if (!values)
		return NULL;
	for (i = 0; i < set->n_rows; i++)
		values[i] = set->rows[i].dimensions[d] ?: "";
	qsort(values, set->n_rows, sizeof(*values), cmp_text);
	return values;
}

static int find_difference(struct comparison *c, enum record_dimension d)
{
	const char **a = values_of(c->sets[0], d);
	const char **b = values_of(c->sets[1], d);
	size_t i = 0, j = 0;
	int ret = -ENOMEM, cmp = 1;

	if (a && b) {
		ret = 0;
		while (cmp && i < c->sets[0]->n_rows &&
		       j < c->sets[1]->n_rows) {
			cmp = strcmp(a[i], b[j]);
			i += cmp < 0;
			j += cmp > 0;
		}
		c->differs[d] = cmp && c->sets[0]->n_rows &&
				c->sets[1]->n_rows;
	}
	free(a);
	free(b);
	return ret;
}

/* ---- keys ---- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* A text with a star for each place where @word stands by itself. */
static void add_without(struct strbuf *to, const char *text, const char *word,
			size_t len)
{
	const char *at = text;

	while (len && (at = strstr(at, word))) {
		if ((at > text && is_word(at[-1])) || is_word(at[len])) {
			at++;
			continue;
		}
		strbuf_add(to, text, at - text);
		strbuf_add(to, "*", 1);
		text = at += len;
	}
	strbuf_addf(to, "%s", text);
}

/* Names of tests may have those of a topology or a scheduler in them. */
static void add_name(struct strbuf *to, const struct comparison *c,
		     const struct result_row *row)
{
	const char *topology = row->dimensions[RECORD_TOPOLOGY] ?: "";
	const char *scheduler = row->dimensions[RECORD_SCHEDULER] ?: "";
	struct strbuf name = STRBUF_INIT;
	char word[256];

	if (c->by_scenario) {
		strbuf_addf(to, "%s", row->dimensions[RECORD_SCENARIO]);
		return;
	}
	if (!c->differs[RECORD_TOPOLOGY])
		topology = "";
	add_without(&name, row->dimensions[RECORD_TEST], topology,
		    strlen(topology));
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(scheduler, " "),
		 c->differs[RECORD_SCHEDULER] ? scheduler : "");
	add_without(to, name.text, word, strlen(word));
	strbuf_free(&name);
}

static int row_key(const struct comparison *c, struct pair_row *p)
{
	struct strbuf key = STRBUF_INIT;
	size_t i;

	add_name(&key, c, p->row);
	p->name = key.len;
	for (i = 0; i < ARRAY_SIZE(paired_by); i++)
		if (!c->differs[paired_by[i]])
			strbuf_addf(&key, "\t%s",
				    p->row->dimensions[paired_by[i]] ?: "");
	p->key = key.size ? strdup(key.text) : NULL;
	strbuf_free(&key);
	return p->key ? 0 : -ENOMEM;
}

static int cmp_pair_row(const void *a, const void *b)
{
	const struct pair_row *x = a, *y = b;

	return strcmp(x->key, y->key) ?: (int)x->side - (int)y->side ?:
	       (x->row > y->row) - (x->row < y->row);
}

static struct pair_row *rows_in_order(const struct comparison *c, size_t *n)
{
	size_t all = c->sets[0]->n_rows + c->sets[1]->n_rows, i;
	struct pair_row *rows = calloc(all + 1, sizeof(*rows));
	unsigned int side;
	bool ok = rows;

	*n = 0;
	for (side = 0; ok && side < 2; side++)
		for (i = 0; ok && i < c->sets[side]->n_rows; i++) {
			rows[*n].row = &c->sets[side]->rows[i];
			rows[*n].side = side;
			ok = !row_key(c, &rows[(*n)++]);
		}
	if (ok) {
		qsort(rows, *n, sizeof(*rows), cmp_pair_row);
		return rows;
	}
	for (i = 0; rows && i < *n; i++)
		free(rows[i].key);
	free(rows);
	return NULL;
}

/* ---- pairs ---- */

static int fill_side(struct compare_side *side, const struct pair_row *rows,
		     size_t n)
{
	size_t i;

	side->rows = malloc(n * sizeof(*side->rows));
	if (!side->rows)
		return -ENOMEM;
	side->n = n;
	for (i = 0; i < n; i++) {
		side->rows[i] = rows[i].row;
		side->passed += rows[i].row->result == RECORD_PASS;
		side->failed += rows[i].row->result == RECORD_FAIL;
	}
	return 0;
}

/* Rows of one key, of which the first @n_a are A's. */
static int add_pair(struct comparison *c, const struct pair_row *rows,
		    size_t n_a, size_t n)
{
	struct compare_pair *p = &c->pairs[c->n_pairs];
	struct compare_side *a = &p->sides[0], *b = &p->sides[1];

	if (!n_a || n_a == n) {
		c->alone[n_a ? 0 : 1]++;
		return 0;
	}
	c->n_pairs++;
	p->name = strndup(rows->key, rows->name);
	if (!c->differs[RECORD_TOPOLOGY])
		p->topology = rows->row->dimensions[RECORD_TOPOLOGY];
	if (!p->name || fill_side(a, rows, n_a) ||
	    fill_side(b, rows + n_a, n - n_a))
		return -ENOMEM;
	p->broken = a->passed && !a->failed && b->failed && !b->passed;
	c->n_broken += p->broken;
	return 0;
}

static int add_pairs(struct comparison *c, const struct pair_row *rows,
		     size_t n)
{
	size_t i, from, n_a;
	int ret = 0;

	c->pairs = calloc(n / 2 + 1, sizeof(*c->pairs));
	if (!c->pairs)
		return -ENOMEM;
	for (from = 0; !ret && from < n; from = i) {
		n_a = 0;
		for (i = from; i < n && !strcmp(rows[i].key, rows[from].key);
		     i++)
			n_a += !rows[i].side;
		ret = add_pair(c, rows + from, n_a, i - from);
	}
	return ret;
}

static int find_pairs(struct comparison *c)
{
	struct pair_row *rows;
	size_t i, n;
	int ret;

	rows = rows_in_order(c, &n);
	if (!rows)
		return -ENOMEM;
	ret = add_pairs(c, rows, n);
	for (i = 0; i < n; i++)
		free(rows[i].key);
	free(rows);
	return ret;
}

int pairs_find(struct comparison *c)
{
	enum record_dimension d;
	int ret = 0;

	for (d = 0; !ret && d < N_RECORD_DIMENSIONS; d++)
		ret = find_difference(c, d);
	if (!ret)
		ret = find_pairs(c);
	if (ret || c->n_pairs || !c->differs[RECORD_SCHEDULER])
		return ret;
	/* Suites of different schedulers call their tests otherwise. */
	pairs_free(c);
	c->by_scenario = true;
	c->alone[0] = 0;
	c->alone[1] = 0;
	return find_pairs(c);
}

void pairs_free(struct comparison *c)
{
	size_t i;

	for (i = 0; i < c->n_pairs; i++) {
		free(c->pairs[i].name);
		free(c->pairs[i].sides[0].rows);
		free(c->pairs[i].sides[1].rows);
	}
	free(c->pairs);
	c->pairs = NULL;
	c->n_pairs = 0;
}
