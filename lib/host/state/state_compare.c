// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two states of hosts, by groups of threads. See state.h.
 */
#include "lib/host/state/state.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

/**
 * struct state_named - a thread, and the name of its group
 */
struct state_named {
	char *name;
	const struct state_thread *thread;
	unsigned int side;
};

const char *state_group_by_name(enum state_group_by by)
{
	static const char * const names[N_STATE_GROUP_BYS] = {
		[STATE_BY_PCOMM] = "pcomm",
		[STATE_BY_COMM] = "comm",
		[STATE_BY_CGROUP] = "cgroup",
		[STATE_BY_ALL] = "all",
	};

	return names[by];
}

/* kworker/3:1 is as good as kworker/0:2. */
static char *fold(const char *name)
{
	struct strbuf text = STRBUF_INIT;
	char *out;

	while (*name) {
		if (!isdigit((unsigned char)*name)) {
			strbuf_add(&text, name++, 1);
			continue;
		}
		name += strspn(name, "0123456789");
		strbuf_addf(&text, "{N}");
	}
	out = strdup(text.text);
	strbuf_free(&text);
	return out;
}

static char *name_of(const struct state_thread *t, enum state_group_by by)
{
	switch (by) {
	case STATE_BY_PCOMM:
		return fold(t->pcomm);
	case STATE_BY_COMM:
		return fold(t->comm);
	case STATE_BY_CGROUP:
		return fold(t->cgroup);
	default:
		return strdup("all");
	}
}

static int cmp_named(const void *a, const void *b)
{
	const struct state_named *x = a, *y = b;

	return strcmp(x->name, y->name) ?: (int)x->side - (int)y->side;
}

static void add_thread(struct state_group *g, const struct state_thread *t,
		       unsigned int side)
{
	int (*nice)[2] = &g->nice[side];
	unsigned int (*cpus)[2] = &g->cpus[side];
	enum state_value v;

	if (!g->n[side]++) {
		(*nice)[0] = t->nice;
		(*nice)[1] = t->nice;
		(*cpus)[0] = t->cpus;
		(*cpus)[1] = t->cpus;
	}
	(*nice)[0] = min((*nice)[0], t->nice);
	(*nice)[1] = max((*nice)[1], t->nice);
	(*cpus)[0] = min((*cpus)[0], t->cpus);
	(*cpus)[1] = max((*cpus)[1], t->cpus);
	if (t->policy >= 0 && t->policy < (int)ARRAY_SIZE(g->policies[0])) {
		g->policies[side][t->policy]++;
		if (g->policy[side] < 0 || g->policies[side][t->policy] >
					   g->policies[side][g->policy[side]])
			g->policy[side] = t->policy;
	}
	for (v = 0; v < N_STATE_VALUES; v++) {
		if (t->values[v] == STATE_UNKNOWN)
			continue;
		if (g->sums[side][v] == STATE_UNKNOWN)
			g->sums[side][v] = 0;
		g->sums[side][v] += t->values[v];
	}
}

static void group_init(struct state_group *g, char *name)
{
	enum state_value v;
	unsigned int side;

	*g = (struct state_group){ .name = name, .policy = { -1, -1 } };
	for (side = 0; side < 2; side++)
		for (v = 0; v < N_STATE_VALUES; v++)
			g->sums[side][v] = STATE_UNKNOWN;
}

/* ---- order ---- */

/**
 * struct state_sorted - a group, and how far it has changed
 */
struct state_sorted {
	struct state_group group;
	bool alone;
	double change;
};

static double change_of(const struct state_group *g, enum state_value v)
{
	double a = g->sums[0][v] == STATE_UNKNOWN ? 0 : (double)g->sums[0][v];
	double b = g->sums[1][v] == STATE_UNKNOWN ? 0 : (double)g->sums[1][v];

	return a > b ? a - b : b - a;
}

static int cmp_sorted(const void *a, const void *b)
{
	const struct state_sorted *x = a, *y = b;

	if (x->alone != y->alone)
		return x->alone ? 1 : -1;
	if (x->change != y->change)
		return x->change < y->change ? 1 : -1;
	return strcmp(x->group.name, y->group.name);
}

static int put_in_order(struct state_group *groups, size_t n,
			enum state_value sort)
{
	struct state_sorted *sorted = malloc((n + 1) * sizeof(*sorted));
	size_t i;

	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		sorted[i] = (struct state_sorted){
			groups[i], !groups[i].n[0] || !groups[i].n[1],
			change_of(&groups[i], sort),
		};
	qsort(sorted, n, sizeof(*sorted), cmp_sorted);
	for (i = 0; i < n; i++)
		groups[i] = sorted[i].group;
	free(sorted);
	return 0;
}

/* ---- all of it ---- */

static int name_threads(const struct host_state *s, enum state_group_by by,
			unsigned int side, struct state_named *to, size_t *n)
{
	size_t i;

	for (i = 0; i < s->n_threads; i++) {
		to[*n] = (struct state_named){
			name_of(&s->threads[i], by), &s->threads[i], side,
		};
		if (!to[*n].name)
			return -ENOMEM;
		++*n;
	}
	return 0;
}

/* Names that a group has taken over are not released with the others. */
static void fill(struct state_named *named, size_t n_named,
		 struct state_group *groups, size_t *n)
{
	size_t i;

	for (i = 0; i < n_named; i++) {
		if (!*n || strcmp(groups[*n - 1].name, named[i].name)) {
			group_init(&groups[(*n)++], named[i].name);
			named[i].name = NULL;
		}
		add_thread(&groups[*n - 1], named[i].thread, named[i].side);
	}
}

int state_compare(const struct host_state *a, const struct host_state *b,
		  enum state_group_by by, enum state_value sort,
		  struct state_group **groups, size_t *n)
{
	size_t all = a->n_threads + b->n_threads, n_named = 0, i;
	struct state_named *named = calloc(all + 1, sizeof(*named));
	int ret = -ENOMEM;

	*n = 0;
	*groups = calloc(all + 1, sizeof(**groups));
	if (named && *groups)
		ret = name_threads(a, by, 0, named, &n_named) ?:
		      name_threads(b, by, 1, named, &n_named);
	if (!ret) {
		qsort(named, n_named, sizeof(*named), cmp_named);
		fill(named, n_named, *groups, n);
		ret = put_in_order(*groups, *n, sort);
	}
	for (i = 0; i < n_named; i++)
		free(named[i].name);
	free(named);
	if (ret) {
		state_groups_free(*groups, *n);
		*groups = NULL;
		*n = 0;
	}
	return ret;
}

void state_groups_free(struct state_group *groups, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(groups[i].name);
	free(groups);
}
