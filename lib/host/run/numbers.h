/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The quantities of a whole run.
 */
#ifndef KTSTR_RUN_NUMBERS_H
#define KTSTR_RUN_NUMBERS_H

#include "lib/common/quantity.h"

struct run_outcome;

/**
 * run_measure() - what a run comes to, over all its CPUs and cgroups
 * @out: a run that is over
 * @run: filled in; what nothing measured is not known
 */
void run_measure(const struct run_outcome *out, struct run_quantities *run);

#endif /* KTSTR_RUN_NUMBERS_H */
