/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MP table: CPUs and interrupt wiring for a kernel without ACPI.
 *
 * A kernel that is booted with acpi=off saves the quarter of its boot that
 * ACPI takes. Nodes cannot be told this way; a NUMA machine needs ACPI.
 */
#ifndef KTSTR_VMM_X86_MPTABLE_H
#define KTSTR_VMM_X86_MPTABLE_H

#include <stddef.h>
#include <stdint.h>

#include "vmm/x86/apicid.h"

/*
 * mptable_build() - write the floating pointer and the table behind it
 * @apic: the CPUs, all with ids below 255
 * @gpa: where the guest will see @buf; a kernel looks for it from 0xf0000 on
 * @buf: gets the table
 * @size: its bytes
 *
 * Return: bytes written, 0 when @size is too small.
 */
size_t mptable_build(const struct apic_layout *apic, uint32_t gpa, void *buf,
		     size_t size);

#endif /* KTSTR_VMM_X86_MPTABLE_H */
