// SPDX-License-Identifier: GPL-2.0-only
/*
 * APIC ids. See apicid.h.
 */
#include "vmm/x86/apicid.h"

#include "lib/common/util/util.h"

static unsigned int bits_for(unsigned int count)
{
	unsigned int bits = 0;

	while (bits < 31 && 1U << bits < count)
		bits++;
	return bits;
}

/* The widest of all LLCs. */
static void widest(const struct topology *t, unsigned int *cluster,
		   unsigned int *clusters)
{
	struct topology_llc row;
	unsigned int i, j, rows;

	*cluster = 1;
	*clusters = 1;
	rows = t->form && t->form->llcs_given ? t->llcs : 1;
	for (i = 0; i < rows; i++) {
		topology_llc(t, i, &row);
		*clusters = max(*clusters, topology_llc_clusters(&row));
		for (j = 0; j < TOPOLOGY_GROUPS_MAX; j++)
			*cluster = max(*cluster, row.group[j].cluster + 0U);
	}
}

static unsigned int parts_of(const struct topology *t)
{
	return t->form ? max(t->form->llc_nodes, 1U) : 1;
}

static unsigned int llcs_per_package(const struct topology *t)
{
	return t->form ? max(t->form->package_llcs, 1U) : 1;
}

void apic_layout_init(struct apic_layout *layout, const struct topology *t)
{
	unsigned int cluster, parts = parts_of(t);

	layout->topology = *t;
	widest(t, &cluster, &layout->clusters);
	layout->clusters = layout->clusters / parts;
	layout->thread_shift = bits_for(t->threads);
	layout->cluster_shift = layout->thread_shift + bits_for(cluster);
	layout->part_shift = layout->cluster_shift + bits_for(layout->clusters);
	layout->llc_shift = layout->part_shift + bits_for(parts);
	layout->package_shift = layout->llc_shift +
				bits_for(llcs_per_package(t));
}

uint32_t apic_id(const struct apic_layout *layout, unsigned int cpu)
{
	const struct topology *t = &layout->topology;
	struct topology_place p;

	topology_place(t, cpu, &p);
	return p.package << layout->package_shift |
	       p.llc % llcs_per_package(t) << layout->llc_shift |
	       p.part << layout->part_shift |
	       p.cluster << layout->cluster_shift |
	       p.in_cluster << layout->thread_shift | p.thread;
}

unsigned int apic_node(const struct apic_layout *layout, unsigned int cpu)
{
	struct topology_place p;

	topology_place(&layout->topology, cpu, &p);
	return p.node;
}

unsigned int apic_threads_per_package(const struct apic_layout *layout)
{
	const struct topology *t = &layout->topology;

	return min(llcs_per_package(t), t->llcs) * t->cores * t->threads;
}

unsigned int apic_absent(const struct apic_layout *layout)
{
	return layout->topology.form ? layout->topology.form->absent : 0;
}

/* In packages behind those that are there, a second-level cache after another. */
uint32_t apic_absent_id(const struct apic_layout *layout, unsigned int i)
{
	const struct topology *t = &layout->topology;
	unsigned int per = llcs_per_package(t);
	unsigned int package = (t->llcs + per - 1) / per;
	unsigned int thread = i % t->threads, cluster = i / t->threads;

	package += cluster / layout->clusters;
	cluster %= layout->clusters;
	return package << layout->package_shift |
	       cluster << layout->cluster_shift | thread;
}

uint32_t apic_id_max(const struct apic_layout *layout)
{
	unsigned int cpus = topology_cpus(&layout->topology), i;
	uint32_t most = 0;

	if (apic_absent(layout))
		return apic_absent_id(layout, apic_absent(layout) - 1);
	for (i = 0; i < cpus; i++)
		most = max(most, apic_id(layout, i));
	return most;
}
