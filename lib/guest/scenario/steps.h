/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking at the steps of a scenario before it runs.
 */
#ifndef KTSTR_SCENARIO_STEPS_H
#define KTSTR_SCENARIO_STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/guest/scenario/world.h"

/**
 * steps_check() - does all of it make sense?
 * @world: zeroed but for @ctx and @machine; gets what is there at the end
 * @backdrop: may be NULL
 * @steps: the steps
 * @n: their number
 *
 * Return: 0; -EINVAL for what is wrong, -ENODEV for what this machine cannot do,
 * with a sentence in @world->err that names step and op.
 */
int steps_check(struct world *world, const struct backdrop *backdrop,
		const struct step *steps, size_t n);

/**
 * scenario_def_check() - does a scenario make sense on any machine at all?
 * @def: the scenario
 * @duration_ms: how long it is to hold
 * @workers: default workers per cgroup
 * @err: gets a sentence where it does not
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int scenario_def_check(const struct scenario_def *def, unsigned int duration_ms,
		       unsigned int workers, char *err, size_t err_size);

/**
 * steps_hold_ms() - for how long a step holds
 * @ctx: the test's context
 * @steps: the steps, which make sense
 * @i: which
 *
 * Return: milliseconds.
 */
unsigned int steps_hold_ms(const struct ktstr_ctx *ctx,
			   const struct step *steps, size_t i);

#endif /* KTSTR_SCENARIO_STEPS_H */
