// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which machines a test is for. See needs.h.
 */
#include "lib/common/attr/needs.h"

#include <errno.h>
#include <stdio.h>

#include "lib/common/util/util.h"

/**
 * struct needs_row - one number of a machine, and what is asked of it
 * @what: the number, as a sentence has it
 * @name: as attributes end, behind min_ and max_
 * @has: of the machine
 * @min: at least; 0 for any
 * @max: at most; 0 for any
 */
struct needs_row {
	const char *what;
	const char *name;
	unsigned int has;
	unsigned int min;
	unsigned int max;
};

#define N_NEEDS	3

static void list_needs(const struct machine_needs *n, const struct topology *t,
		       struct needs_row needs[N_NEEDS])
{
	needs[0] = (struct needs_row){
		"last-level caches", "llcs", t->llcs, n->min_llcs, n->max_llcs,
	};
	needs[1] = (struct needs_row){
		"CPUs", "cpus", topology_cpus(t), n->min_cpus, n->max_cpus,
	};
	needs[2] = (struct needs_row){
		"NUMA nodes", "nodes", t->nodes, n->min_nodes, n->max_nodes,
	};
}

int needs_check(const struct machine_needs *given, char *err, size_t err_size)
{
	static const struct topology none = { };
	struct needs_row needs[N_NEEDS];
	unsigned int i;

	list_needs(given, &none, needs);
	for (i = 0; i < N_NEEDS; i++) {
		const struct needs_row *n = &needs[i];

		if (!n->max || n->min <= n->max)
			continue;
		snprintf(err, err_size, ".min_%s = %u is more than .max_%s = %u",
			 n->name, n->min, n->name, n->max);
		return -EINVAL;
	}
	return 0;
}

static bool fits(const struct needs_row *n, const char *topology, char *why,
		 size_t size)
{
	if (n->has < n->min)
		snprintf(why, size, "needs %u %s, %s has %u", n->min, n->what,
			 topology, n->has);
	else if (n->max && n->has > n->max)
		snprintf(why, size, "is for at most %u %s, %s has %u", n->max,
			 n->what, topology, n->has);
	else
		return true;
	return false;
}

bool needs_fit(const struct machine_needs *given,
	       const struct topology *topology, char *why, size_t size)
{
	char name[TOPOLOGY_NAME_LEN], unused[1];
	struct needs_row needs[N_NEEDS];
	unsigned int i;

	if (!why) {
		why = unused;
		size = sizeof(unused);
	}
	topology_name(topology, name);
	list_needs(given, topology, needs);
	for (i = 0; i < N_NEEDS; i++)
		if (!fits(&needs[i], name, why, size))
			return false;
	if (!ktstr_is_on(given->requires_smt) || topology->threads > 1)
		return true;
	snprintf(why, size, "needs cores of more than one thread, %s has none",
		 name);
	return false;
}

void needs_usual(struct machine_needs *n)
{
	if (!n->max_llcs)
		n->max_llcs = max(n->min_llcs, NEEDS_MAX_LLCS + 0U);
	if (!n->max_cpus)
		n->max_cpus = max(n->min_cpus, NEEDS_MAX_CPUS + 0U);
	if (!n->max_nodes)
		n->max_nodes = max(n->min_nodes, NEEDS_MAX_NODES + 0U);
}
