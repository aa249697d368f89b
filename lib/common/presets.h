/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines with a name: what a scheduler is put through by a gauntlet, and what
 * `-t NAME` boots. To add one: a row in presets.c.
 */
#ifndef KTSTR_COMMON_PRESETS_H
#define KTSTR_COMMON_PRESETS_H

#include <stddef.h>

#include "lib/common/topology.h"

/**
 * struct preset - a machine with a name
 * @name: letters, digits and '-'
 * @also: its other name; NULL for none
 * @topology: its shape. What limits are held to is told by it: topology_cpus(),
 *	.llcs, .nodes, .threads
 * @cpu_budget: host CPUs that it may use; fewer than it has, so that they are
 *	always overcommitted. 0 for as many as there are
 * @what: one line about it
 */
struct preset {
	const char *name;
	const char *also;
	struct topology topology;
	unsigned int cpu_budget;
	const char *what;
};

extern const struct preset presets[];
extern const size_t n_presets;

/**
 * preset_find() - the preset of a name
 * @name: either of its names
 *
 * Return: it, NULL when there is none.
 */
const struct preset *preset_find(const char *name);

#endif /* KTSTR_COMMON_PRESETS_H */
