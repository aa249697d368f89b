/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which sidecars of two sets are of one test. See compare.h.
 */
#ifndef KTSTR_RESULTS_PAIRS_H
#define KTSTR_RESULTS_PAIRS_H

struct comparison;

/**
 * pairs_find() - fill in what is compared, and the pairs
 * @c: with its sets
 *
 * Return: 0, -ENOMEM.
 */
int pairs_find(struct comparison *c);
void pairs_free(struct comparison *c);

#endif /* KTSTR_RESULTS_PAIRS_H */
