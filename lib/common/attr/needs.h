/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which machines a test or a scheduler is for. See struct machine_needs.
 */
#ifndef KTSTR_ATTR_NEEDS_H
#define KTSTR_ATTR_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/attr/parts.h"

/*
 * Those that are numbers, row(member, usual, what): what it is where nobody gives
 * it, and a line about it.
 */
#define MACHINE_NEEDS(row)						\
	row(min_llcs, "1", "last-level caches that a machine has to have") \
	row(max_llcs, "any; 12 in a gauntlet",				\
	    "last-level caches that it may have")			\
	row(min_cpus, "1", "CPUs that a machine has to have")		\
	row(max_cpus, "any; 192 in a gauntlet", "CPUs that it may have") \
	row(min_nodes, "1", "NUMA nodes that a machine has to have")	\
	row(max_nodes, "any; 1 in a gauntlet", "NUMA nodes that it may have")

/* What a gauntlet takes where nobody says more. */
#define NEEDS_MAX_LLCS	12
#define NEEDS_MAX_CPUS	192
#define NEEDS_MAX_NODES	1

/**
 * needs_check() - can there be such a machine at all?
 * @needs: as they were given
 * @err: gets one sentence that names the values
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL.
 */
int needs_check(const struct machine_needs *needs, char *err, size_t err_size);

/**
 * needs_fit() - is it for this machine?
 * @needs: of a test, merged
 * @topology: the machine's
 * @why: gets "needs 2 last-level caches, 1n1l2c1t has 1" if not; may be NULL
 * @size: bytes at @why
 *
 * Return: it is.
 */
bool needs_fit(const struct machine_needs *needs,
	       const struct topology *topology, char *why, size_t size);

/**
 * needs_usual() - with what a gauntlet takes where nobody has said more
 * @needs: changed: a maximum that is not given becomes the usual one, or the
 *	minimum where that is more
 */
void needs_usual(struct machine_needs *needs);

#endif /* KTSTR_ATTR_NEEDS_H */
