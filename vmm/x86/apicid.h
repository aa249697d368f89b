/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * APIC ids: how a topology is spelled in bits.
 *
 *	id = package | LLC in it | node in that | second-level cache in that |
 *	     core in that | thread
 *
 * Each level has its own field, as wide as its largest number needs, so ids
 * have gaps when a level is no power of two, or is not the same everywhere. Where
 * nobody says otherwise an LLC is a package, and each core has its own
 * second-level cache.
 */
#ifndef KTSTR_VMM_X86_APICID_H
#define KTSTR_VMM_X86_APICID_H

#include <stdint.h>

#include "lib/common/topology.h"

/*
 * struct apic_layout - the fields, each shift the bits of all below
 * @clusters: second-level caches of an LLC's part that is in one node, at most
 * @thread_shift: bits of the thread number
 * @cluster_shift: CPUs of one second-level cache differ in these bits alone
 * @part_shift: those of one LLC and node
 * @llc_shift: those of one LLC
 * @package_shift: those of one package
 */
struct apic_layout {
	struct topology topology;
	unsigned int clusters;
	unsigned int thread_shift;
	unsigned int cluster_shift;
	unsigned int part_shift;
	unsigned int llc_shift;
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
 * apic_threads_per_package() - CPUs of a package, at most
 */
unsigned int apic_threads_per_package(const struct apic_layout *layout);

/*
 * apic_absent() - CPUs that could be and are not
 * apic_absent_id() - the APIC id of the @i'th of them
 */
unsigned int apic_absent(const struct apic_layout *layout);
uint32_t apic_absent_id(const struct apic_layout *layout, unsigned int i);

/*
 * apic_id_max() - the largest id, of CPUs that are there or could be
 */
uint32_t apic_id_max(const struct apic_layout *layout);

#endif /* KTSTR_VMM_X86_APICID_H */
