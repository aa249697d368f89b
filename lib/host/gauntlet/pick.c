// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which cells cover most. See gauntlet.h.
 *
 * A cell has features: its value of each axis, the classes of its machine, and each
 * pair of values. The next one is that which has most new ones for what it takes. What
 * a cell has that is new only gets less, so a heap has the best on top: taken off,
 * looked at again, and put back unless it still is the best.
 */
#include "lib/host/gauntlet/gauntlet.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

/* What one value is worth in pairs: each is seen before any pair. */
#define WORTH_SINGLE	64
#define N_PAIRS		(AXIS_COUNT * (AXIS_COUNT - 1) / 2)
#define N_CLASSES	4
#define CLASS_VALUES	6
#define MAX_FEATURES	(AXIS_COUNT + N_CLASSES + N_PAIRS)

static unsigned int bucket(unsigned int value, const unsigned int *most)
{
	unsigned int i = 0;

	while (most[i] && value > most[i])
		i++;
	return i;
}

/* Of machines that are alike a few stand for all. */
static void machine_classes(const struct topology *t,
			    unsigned int classes[N_CLASSES])
{
	static const unsigned int cpus[] = { 8, 16, 64, 128, 0 };
	static const unsigned int llcs[] = { 1, 2, 4, 8, 0 };
	static const unsigned int nodes[] = { 1, 2, 4, 0 };

	classes[0] = bucket(topology_cpus(t), cpus);
	classes[1] = bucket(t->llcs, llcs);
	classes[2] = t->threads > 1;
	classes[3] = bucket(t->nodes, nodes);
}

/**
 * struct cover - what there is to cover
 * @g: the gauntlet
 * @base: of each kind of feature, the number of its first
 * @n: how many features there can be
 * @seen: one byte a feature
 */
struct cover {
	const struct gauntlet *g;
	unsigned int base[MAX_FEATURES];
	unsigned int n;
	unsigned char *seen;
};

static int cover_init(struct cover *c, const struct gauntlet *g)
{
	unsigned int i = 0, a, b;

	memset(c, 0, sizeof(*c));
	c->g = g;
	for (a = 0; a < AXIS_COUNT; a++) {
		c->base[i++] = c->n;
		c->n += g->n[a];
	}
	for (a = 0; a < N_CLASSES; a++) {
		c->base[i++] = c->n;
		c->n += CLASS_VALUES;
	}
	for (a = 0; a < AXIS_COUNT; a++) {
		for (b = a + 1; b < AXIS_COUNT; b++) {
			c->base[i++] = c->n;
			c->n += g->n[a] * g->n[b];
		}
	}
	c->seen = calloc(c->n + 1, 1);
	return c->seen ? 0 : -ENOMEM;
}

/* The numbers of a cell's features: values and classes first. */
static void features(const struct cover *c, const struct gauntlet_cell *cell,
		     unsigned int out[MAX_FEATURES])
{
	const struct gauntlet *g = c->g;
	unsigned int classes[N_CLASSES], i = 0, a, b;

	machine_classes(&g->presets[cell->at[AXIS_PRESET]].topology, classes);
	for (a = 0; a < AXIS_COUNT; a++, i++)
		out[i] = c->base[i] + cell->at[a];
	for (a = 0; a < N_CLASSES; a++, i++)
		out[i] = c->base[i] + classes[a];
	for (a = 0; a < AXIS_COUNT; a++)
		for (b = a + 1; b < AXIS_COUNT; b++, i++)
			out[i] = c->base[i] + cell->at[a] * g->n[b] +
				 cell->at[b];
}

static unsigned int gain(const struct cover *c,
			 const struct gauntlet_cell *cell)
{
	unsigned int out[MAX_FEATURES], i, sum = 0;

	features(c, cell, out);
	for (i = 0; i < MAX_FEATURES; i++)
		if (!c->seen[out[i]])
			sum += i < AXIS_COUNT + N_CLASSES ? WORTH_SINGLE : 1;
	return sum;
}

static void mark(struct cover *c, const struct gauntlet_cell *cell)
{
	unsigned int out[MAX_FEATURES], i;

	features(c, cell, out);
	for (i = 0; i < MAX_FEATURES; i++)
		c->seen[out[i]] = 1;
}

static unsigned int count_seen(const struct cover *c)
{
	unsigned int i, n = 0;

	for (i = 0; i < c->n; i++)
		n += c->seen[i];
	return n;
}

/* ---- the heap ---- */

/**
 * struct candidate - a cell that waits
 * @cell: which
 * @gain: what it had that was new when it was last looked at
 */
struct candidate {
	unsigned int cell;
	unsigned int gain;
};

/* Is @a to come before @b? Nothing new: the cheaper; else by gain a time. */
static bool before(const struct gauntlet *g, const struct candidate *a,
		   const struct candidate *b)
{
	const struct gauntlet_cell *x = &g->cells[a->cell];
	const struct gauntlet_cell *y = &g->cells[b->cell];
	uint64_t left = (uint64_t)a->gain * max(y->ms, 1U);
	uint64_t right = (uint64_t)b->gain * max(x->ms, 1U);

	if (left != right)
		return left > right;
	if (x->ms != y->ms)
		return x->ms < y->ms;
	return strcmp(x->name, y->name) < 0;
}

static void sift_down(const struct gauntlet *g, struct candidate *heap,
		      size_t n, size_t at)
{
	struct candidate moved = heap[at];
	size_t child;

	while ((child = 2 * at + 1) < n) {
		if (child + 1 < n && before(g, &heap[child + 1], &heap[child]))
			child++;
		if (!before(g, &heap[child], &moved))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

static void pick_all(struct gauntlet *g, struct cover *c,
		     struct candidate *heap)
{
	size_t n = g->n_cells, i, picked = 0;
	unsigned int now;

	for (i = 0; i < n; i++)
		heap[i] = (struct candidate){ i, gain(c, &g->cells[i]) };
	for (i = n / 2; i-- > 0;)
		sift_down(g, heap, n, i);
	while (n) {
		now = gain(c, &g->cells[heap[0].cell]);
		if (now != heap[0].gain) {
			heap[0].gain = now;
			sift_down(g, heap, n, 0);
			continue;
		}
		mark(c, &g->cells[heap[0].cell]);
		g->order[picked++] = heap[0].cell;
		heap[0] = heap[--n];
		if (n)
			sift_down(g, heap, n, 0);
	}
}

int gauntlet_order(struct gauntlet *g, bool covering)
{
	struct candidate *heap = NULL;
	struct cover c = { };
	int ret = 0;
	size_t i;

	free(g->order);
	g->order = calloc(g->n_cells + 1, sizeof(*g->order));
	if (!g->order)
		return -ENOMEM;
	for (i = 0; i < g->n_cells; i++)
		g->order[i] = i;
	if (!covering)
		return 0;
	heap = calloc(g->n_cells + 1, sizeof(*heap));
	ret = heap ? cover_init(&c, g) : -ENOMEM;
	if (!ret)
		pick_all(g, &c, heap);
	free(c.seen);
	free(heap);
	return ret;
}

unsigned int gauntlet_covered(const struct gauntlet *g, unsigned int *all)
{
	unsigned int ran = 0;
	struct cover c;
	size_t i;

	*all = 0;
	if (cover_init(&c, g))
		return 0;
	for (i = 0; i < g->n_cells; i++)
		if (g->cells[i].state != CELL_LEFT_OUT)
			mark(&c, &g->cells[i]);
	ran = count_seen(&c);
	for (i = 0; i < g->n_cells; i++)
		mark(&c, &g->cells[i]);
	*all = count_seen(&c);
	free(c.seen);
	return ran;
}
