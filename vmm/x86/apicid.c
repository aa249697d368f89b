// SPDX-License-Identifier: GPL-2.0-only
/*
 * APIC ids. See apicid.h.
 */
#include "vmm/x86/apicid.h"

static unsigned int bits_for(unsigned int count)
{
	unsigned int bits = 0;

	while (bits < 31 && 1U << bits < count)
		bits++;
	return bits;
}

void apic_layout_init(struct apic_layout *layout, const struct topology *t)
{
	layout->topology = *t;
	layout->thread_shift = bits_for(t->threads);
	layout->package_shift = layout->thread_shift + bits_for(t->cores);
}

uint32_t apic_id(const struct apic_layout *layout, unsigned int cpu)
{
	const struct topology *t = &layout->topology;
	unsigned int thread = cpu % t->threads;
	unsigned int core = cpu / t->threads % t->cores;
	unsigned int llc = cpu / t->threads / t->cores;

	return llc << layout->package_shift | core << layout->thread_shift |
	       thread;
}

unsigned int apic_node(const struct apic_layout *layout, unsigned int cpu)
{
	const struct topology *t = &layout->topology;
	unsigned int llc = cpu / t->threads / t->cores;

	return llc / (t->llcs / t->nodes);
}

unsigned int apic_threads_per_llc(const struct apic_layout *layout)
{
	return layout->topology.cores * layout->topology.threads;
}
