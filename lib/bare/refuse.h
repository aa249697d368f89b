/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scenario may not do to a machine that others use, and what it needs of
 * this one. Looked at before anything runs.
 */
#ifndef KTSTR_BARE_REFUSE_H
#define KTSTR_BARE_REFUSE_H

#include <stddef.h>

#include "lib/common/attr/attr.h"
#include "lib/guest/scenario/scenario.h"

/**
 * bare_refuse_ops() - does it do more than to run workers in its cgroups?
 * @def: the scenario
 * @err: gets one sentence that names the step, the op, and what it does
 * @err_size: bytes at @err
 *
 * Return: 0; -EPERM for one with such an op.
 */
int bare_refuse_ops(const struct scenario_def *def, char *err, size_t err_size);

/**
 * bare_refuse_attrs() - does a test ask for what only a VM has?
 * @levels: its attributes, from the outside in; entries may be NULL
 * @n: their number
 * @err: gets one sentence that names the attribute
 * @err_size: bytes at @err
 *
 * Return: 0; -EPERM for such a test.
 */
int bare_refuse_attrs(const struct ktstr_attr *const *levels, size_t n, char *err,
		      size_t err_size);

/**
 * bare_needs() - which controllers do the cgroups of a scenario need?
 * @def: the scenario
 *
 * Cgroups that run side by side are what they are to a scheduler by "cpu".
 *
 * Return: enum bare_controller, as bits.
 */
unsigned int bare_needs(const struct scenario_def *def);

#endif /* KTSTR_BARE_REFUSE_H */
