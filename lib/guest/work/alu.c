// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that keep a core busy in another way than a spinning wait does.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/common/util/random.h"
#include "lib/guest/work/types.h"

#define CHAINS	8	/* that do not wait for each other */
#define LINE	64

/* Odd constants: a product never comes to be 0. */
static uint64_t multiply(uint64_t seed, unsigned int n)
{
	uint64_t x[CHAINS];
	unsigned int i;

	for (i = 0; i < CHAINS; i++)
		x[i] = seed + 2 * i + 1;
	while (n--)
		for (i = 0; i < CHAINS; i++)
			x[i] = x[i] * 0x9e3779b97f4a7c15ULL + 0x2545f491ULL;
	for (i = 1; i < CHAINS; i++)
		x[0] ^= x[i];
	return x[0];
}

/* What it comes to must not be known to the compiler. */
void work_alu(struct work_run *run, unsigned int n)
{
	static volatile uint64_t result;

	result = multiply(result, n);
	work_done(run, n);
}

static void alu_hot_pass(struct work_run *run)
{
	work_alu(run, run->spec->hot);
}

const struct work_ops work_alu_hot = {
	.name = "AluHot",
	.what = "multiplies in chains that do not wait for each other, hot at a time: many instructions in each cycle",
	.params = { WORK_PARAM(hot, 4096, 100000000) },
	.hungry = true,
	.group = 1,
	.pass = alu_hot_pass,
};

/* ---- hot and cold in turn ---- */

/**
 * struct chase - memory in which each place names the next
 * @next: index of the next place, by place
 * @n: how many places
 * @at: where we are
 */
struct chase {
	unsigned int *next;
	unsigned int n;
	unsigned int at;
};

static unsigned int *place(const struct chase *c, unsigned int i)
{
	return c->next + i * (LINE / sizeof(*c->next));
}

/* One circle through all lines, in an order that no prefetcher guesses. */
static void chase_shuffle(struct chase *c)
{
	uint64_t x = RANDOM_SEED;
	unsigned int i, j, tmp;

	for (i = 0; i < c->n; i++)
		*place(c, i) = i;
	for (i = c->n - 1; i > 0; i--) {
		j = random_next(&x) % i;
		tmp = *place(c, i);
		*place(c, i) = *place(c, j);
		*place(c, j) = tmp;
	}
}

static int ipc_variance_init(struct work_run *run)
{
	struct chase *c = calloc(1, sizeof(*c));
	size_t size = run->spec->kb * 1024UL;

	if (!c)
		return -ENOMEM;
	c->n = size / LINE;
	c->next = aligned_alloc(LINE, size);
	run->mem = c;
	if (!c->next)
		return -ENOMEM;
	chase_shuffle(c);
	return 0;
}

static void ipc_variance_pass(struct work_run *run)
{
	struct chase *c = run->mem;
	unsigned int i;

	work_alu(run, run->spec->hot);
	for (i = 0; i < run->spec->cold; i++)
		c->at = *(volatile unsigned int *)place(c, c->at);
	work_done(run, run->spec->cold);
}

static void ipc_variance_exit(struct work_run *run)
{
	struct chase *c = run->mem;

	free(c->next);
	free(c);
}

const struct work_ops work_ipc_variance = {
	.name = "IpcVariance",
	.what = "multiplies hot times as AluHot does, then waits cold times for a line of kb KiB of memory",
	.params = {
		WORK_PARAM(hot, 16384, 100000000),
		WORK_PARAM(cold, 1024, 100000000),
		WORK_PARAM(kb, 1024, 1048576),
	},
	.hungry = true,
	.group = 1,
	.init = ipc_variance_init,
	.pass = ipc_variance_pass,
	.exit = ipc_variance_exit,
};
