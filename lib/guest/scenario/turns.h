/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two schedulers that take turns under one load: what `ktstr ab` compares.
 *
 * While a step holds, A and B are attached by turns, in pairs: AB or BA, as a
 * generator with a seed has it. What begins a turn is not measured: the scheduler
 * settles. Of each turn the host is told a struct turn_quantities, of which rates
 * are per second of one CPU's own time: what the host took is taken off.
 */
#ifndef KTSTR_SCENARIO_TURNS_H
#define KTSTR_SCENARIO_TURNS_H

#include <stdbool.h>
#include <stdint.h>

#define TURN_MS		1000	/* as attributes have it that say nothing */
#define TURN_SETTLE_MS	300

struct scenario;

/**
 * turns_hold() - let turns go by for so long; the last pair ends before that
 * @s: its ctx has .turn_ms, .settle_ms, .turn_seed and the schedulers: A is its
 *	.scheduler, B is its .versus
 * @ms: how long, what it takes to attach included; one pair at least is held,
 *	however long that takes
 *
 * Return: 0, -ECANCELED when that did not work: told.
 */
int turns_hold(struct scenario *s, unsigned int ms);

/**
 * turns_b_first() - does B have the first turn of a pair?
 * @seed: of the order
 * @pair: index of the pair
 *
 * Return: yes or no, as often, and the same each time.
 */
bool turns_b_first(unsigned int seed, unsigned int pair);

#endif /* KTSTR_SCENARIO_TURNS_H */
