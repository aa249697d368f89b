/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scenarios that are there: lib/common/ready.h has their table, and each is a
 * value, catalogue_NAME, in a file of its area beside this one.
 */
#ifndef KTSTR_CATALOGUE_CATALOGUE_H
#define KTSTR_CATALOGUE_CATALOGUE_H

#include "lib/common/ready.h"
#include "lib/guest/scenario/scenario.h"

#define CATALOGUE_DECLARE(arg, name, seconds, what)			\
	extern const struct scenario_def catalogue_##name;

READY_SCENARIOS(CATALOGUE_DECLARE, _)
CATALOGUE_SCENARIOS(CATALOGUE_DECLARE, _)

/**
 * struct catalogue_entry - a scenario that is there
 * @name: its name
 * @what: a line about it
 * @seconds: how long it holds where nobody says otherwise; 0 for the default of
 *	all tests
 * @def: the scenario
 */
struct catalogue_entry {
	const char *name;
	const char *what;
	unsigned int seconds;
	const struct scenario_def *def;
};

extern const struct catalogue_entry catalogue[];
extern const size_t catalogue_n;

#endif /* KTSTR_CATALOGUE_CATALOGUE_H */
