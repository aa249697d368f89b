/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ACPI tables: CPUs, interrupt controllers, nodes, and how to switch off.
 */
#ifndef KTSTR_VMM_X86_ACPI_H
#define KTSTR_VMM_X86_ACPI_H

#include <stddef.h>
#include <stdint.h>

#include "vmm/memory.h"
#include "vmm/x86/apicid.h"

/*
 * acpi_build() - write all tables
 * @apic: the CPUs
 * @mem: the RAM that SRAT divides among nodes
 * @gpa: where the guest will see @buf
 * @buf: gets the tables, RSDP first
 * @size: its bytes
 *
 * Return: bytes written, 0 when @size is too small.
 */
size_t acpi_build(const struct apic_layout *apic, const struct guest_mem *mem,
		  uint64_t gpa, void *buf, size_t size);

#endif /* KTSTR_VMM_X86_ACPI_H */
