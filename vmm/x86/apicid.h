/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * APIC ids: how a topology is spelled in bits.
 *
 *	id = LLC << package_shift | core << thread_shift | thread
 *
 * Each level has its own field, as wide as its largest number needs, so ids
 * have gaps when a level is no power of two. An LLC is a package.
 */
#ifndef KTSTR_VMM_X86_APICID_H
#define KTSTR_VMM_X86_APICID_H

#include <stdint.h>

#include "lib/common/topology.h"

/*
 * struct apic_layout - the fields
 * @thread_shift: bits of the thread number
 * @package_shift: bits of thread and core number
 */
struct apic_layout {
	struct topology topology;
	unsigned int thread_shift;
	unsigned int package_shift;
};

void apic_layout_init(struct apic_layout *layout, const struct topology *t);

/*
 * apic_id() - the APIC id of CPU number @cpu
 */
uint32_t apic_id(const struct apic_layout *layout, unsigned int cpu);

/*
 * apic_node() - the NUMA node of CPU number @cpu
 */
unsigned int apic_node(const struct apic_layout *layout, unsigned int cpu);

/*
 * apic_threads_per_llc() - CPUs that share a last-level cache
 */
unsigned int apic_threads_per_llc(const struct apic_layout *layout);

#endif /* KTSTR_VMM_X86_APICID_H */
