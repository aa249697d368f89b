// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a CPU is in a topology: from its number to package, cache, core, thread
 * and node. See topology.h.
 *
 * Nothing is kept: machines are small, and who asks does so a few times a CPU.
 */
#include "lib/common/topology.h"

#include "lib/common/util/util.h"

#define LOCAL	10
#define REMOTE	20

void topology_llc(const struct topology *t, unsigned int llc,
		  struct topology_llc *row)
{
	if (t->form && t->form->llcs_given)
		*row = t->form->llc[llc];
	else
		*row = (struct topology_llc) {
			.group[0] = { t->cores, t->threads, 0 },
		};
}

unsigned int topology_llc_cores(const struct topology_llc *row)
{
	unsigned int i, cores = 0;

	for (i = 0; i < TOPOLOGY_GROUPS_MAX; i++)
		cores += row->group[i].cores;
	return cores;
}

unsigned int topology_llc_clusters(const struct topology_llc *row)
{
	unsigned int i, clusters = 0;

	for (i = 0; i < TOPOLOGY_GROUPS_MAX; i++)
		clusters += row->group[i].cores /
			    max(row->group[i].cluster, 1U);
	return clusters;
}

static unsigned int llc_cpus(const struct topology_llc *row)
{
	unsigned int i, cpus = 0;

	for (i = 0; i < TOPOLOGY_GROUPS_MAX; i++)
		cpus += (unsigned int)row->group[i].cores *
			row->group[i].threads;
	return cpus;
}

unsigned int topology_cpus(const struct topology *t)
{
	struct topology_llc row;
	unsigned int i, cpus = 0;

	if (!t->form || !t->form->llcs_given)
		return t->llcs * t->cores * t->threads;
	for (i = 0; i < min(t->llcs, TOPOLOGY_LLCS_MAX + 0U); i++) {
		topology_llc(t, i, &row);
		cpus += llc_cpus(&row);
	}
	return cpus;
}

/* As it would be numbered if threads of a core were neighbours, and CPU 0 boots. */
static void place_in_order(const struct topology *t, unsigned int cpu,
			   struct topology_place *p)
{
	struct topology_llc row;
	unsigned int i, llc;

	for (llc = 0; llc < t->llcs; llc++) {
		topology_llc(t, llc, &row);
		if (cpu < llc_cpus(&row))
			break;
		cpu -= llc_cpus(&row);
	}
	p->llc = llc;
	for (i = 0; i < TOPOLOGY_GROUPS_MAX; i++) {
		const struct topology_cores *g = &row.group[i];
		unsigned int size = max(g->cluster, 1U);

		if (cpu < (unsigned int)g->cores * g->threads) {
			p->core += cpu / g->threads;
			p->cluster += cpu / g->threads / size;
			p->in_cluster = cpu / g->threads % size;
			p->thread = cpu % g->threads;
			p->threads = g->threads;
			return;
		}
		cpu -= g->cores * g->threads;
		p->core += g->cores;
		p->cluster += g->cores / size;
	}
}

/* Cores that have a thread of that number, in LLCs before @llcs. */
static unsigned int cores_with(const struct topology *t, unsigned int llcs,
			       unsigned int thread)
{
	unsigned int i, j, cores = 0;
	struct topology_llc row;

	for (i = 0; i < llcs; i++) {
		topology_llc(t, i, &row);
		for (j = 0; j < TOPOLOGY_GROUPS_MAX; j++)
			if (row.group[j].threads > thread)
				cores += row.group[j].cores;
	}
	return cores;
}

/*
 * The number that a CPU would have if threads of a core were neighbours. Cores
 * without such a thread are passed over.
 */
static unsigned int apart_to_order(const struct topology *t, unsigned int cpu)
{
	unsigned int thread = 0, order = 0, n, i, j;
	struct topology_llc row;

	while (cpu >= (n = cores_with(t, t->llcs, thread))) {
		cpu -= n;
		thread++;
	}
	for (i = 0; i < t->llcs; i++) {
		topology_llc(t, i, &row);
		for (j = 0; j < TOPOLOGY_GROUPS_MAX; j++) {
			const struct topology_cores *g = &row.group[j];
			bool has = g->threads > thread;

			if (has && cpu < g->cores)
				return order + cpu * g->threads + thread;
			cpu -= has ? g->cores : 0;
			order += g->cores * g->threads;
		}
	}
	return order;
}

static unsigned int node_of(const struct topology *t,
			    const struct topology_place *p)
{
	const struct topology_form *f = t->form;
	unsigned int node, llcs = 0;

	if (f && f->llc_nodes > 1)
		return p->llc * f->llc_nodes + p->part;
	if (!f || !f->nodes_given)
		return p->llc / (t->llcs / t->nodes);
	for (node = 0; node < t->nodes - 1; node++) {
		llcs += f->node[node].llcs;
		if (p->llc < llcs)
			break;
	}
	return node;
}

/* Within the part of the LLC that is a node. */
static void place_in_part(const struct topology *t, struct topology_place *p)
{
	unsigned int clusters, cores;
	struct topology_llc row;

	topology_llc(t, p->llc, &row);
	clusters = topology_llc_clusters(&row) / t->form->llc_nodes;
	cores = topology_llc_cores(&row) / t->form->llc_nodes;
	p->part = p->cluster / clusters;
	p->cluster %= clusters;
	p->core %= cores;
}

void topology_place(const struct topology *t, unsigned int cpu,
		    struct topology_place *place)
{
	const struct topology_form *f = t->form;

	*place = (struct topology_place){ };
	if (f && cpu <= f->boot_cpu)
		cpu = cpu ? cpu - 1 : f->boot_cpu;
	if (f && f->threads_apart)
		cpu = apart_to_order(t, cpu);
	place_in_order(t, cpu, place);
	place->package = place->llc / (f && f->package_llcs ? f->package_llcs : 1);
	if (f && f->llc_nodes > 1)
		place_in_part(t, place);
	place->node = node_of(t, place);
}

unsigned int topology_distance(const struct topology *t, unsigned int from,
			       unsigned int to)
{
	if (t->form && t->form->distances_given)
		return t->form->distance[from][to];
	return from == to ? LOCAL : REMOTE;
}

unsigned int topology_cpu_nodes(const struct topology *t)
{
	const struct topology_form *f = t->form;
	unsigned int nodes = 0;

	if (f && f->llc_nodes > 1)
		return t->llcs * f->llc_nodes;
	if (!f || !f->nodes_given)
		return t->nodes;
	while (nodes < t->nodes && f->node[nodes].llcs)
		nodes++;
	return nodes;
}
