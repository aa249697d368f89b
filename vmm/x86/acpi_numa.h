/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ACPI tables of a machine's nodes: SRAT, SLIT, HMAT.
 */
#ifndef KTSTR_VMM_X86_ACPI_NUMA_H
#define KTSTR_VMM_X86_ACPI_NUMA_H

#include <stdbool.h>
#include <stdint.h>

struct acpi_writer;
struct apic_layout;
struct guest_mem;
struct topology;

/*
 * Each returns the guest address of its table.
 */
uint64_t acpi_put_srat(struct acpi_writer *w, const struct apic_layout *apic,
		       const struct guest_mem *mem);
uint64_t acpi_put_slit(struct acpi_writer *w, const struct topology *t);
uint64_t acpi_put_hmat(struct acpi_writer *w, const struct topology *t);

/*
 * acpi_has_hmat() - is there anything that HMAT would tell?
 */
bool acpi_has_hmat(const struct topology *t);

/*
 * acpi_node_ram() - where a node's RAM starts, counted without the hole
 * @node: which; topology.nodes for the end
 * @ram: bytes of RAM, all in all
 */
uint64_t acpi_node_ram(const struct topology *t, unsigned int node,
		       uint64_t ram);

#endif /* KTSTR_VMM_X86_ACPI_NUMA_H */
