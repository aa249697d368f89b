/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The turns of A and B in a sidecar, as two sets that can be compared.
 *
 * Two turns that follow each other are a pair, and a pair is a test with a value
 * on each side. One that is not whole is left out, and so is one of which the host
 * took much more than it usually does in this run: what is left of a CPU then runs
 * at another pace. Where vCPUs share a CPU it takes much from each all the time.
 */
#ifndef KTSTR_RESULTS_TURNS_H
#define KTSTR_RESULTS_TURNS_H

#include <stddef.h>

#include "lib/host/results/index.h"

/* Beyond what it takes in half of the turns, the host may take so much of one, */
#define TURNS_STEAL_PCT		15
/* and so much in all, or nothing can be said. */
#define TURNS_STEAL_MAX_PCT	85
/* With less the bootstrap has nothing to draw from: not even what is worse is told. */
#define TURNS_LEAST_PAIRS	5

struct json_object;

/**
 * struct turns - what became of them
 * @sets: A's turns and B's, a row for each pair that counts
 * @n_pairs: that count
 * @n_stolen: pairs that were left out for what the host took
 * @n_broken: pairs that were left out for they were not whole
 * @steal_pct: what the host took in those that count, on average
 * @usual_steal_pct: what it took in half of all turns, at most
 */
struct turns {
	struct result_set sets[2];
	size_t n_pairs;
	size_t n_stolen;
	size_t n_broken;
	double steal_pct;
	double usual_steal_pct;
};

/**
 * turns_of() - read them
 * @doc: a sidecar; its turns may be anything
 * @turns: filled in; release with turns_free()
 *
 * Return: 0, also when there are none; -ENOMEM.
 */
int turns_of(struct json_object *doc, struct turns *turns);

/**
 * turns_free() - release what turns_of() has filled in
 * @turns: it; a zeroed one
 */
void turns_free(struct turns *turns);

#endif /* KTSTR_RESULTS_TURNS_H */
