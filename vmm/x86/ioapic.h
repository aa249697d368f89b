/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The IO-APIC of machines with large APIC ids; others have KVM's own.
 */
#ifndef KTSTR_VMM_X86_IOAPIC_H
#define KTSTR_VMM_X86_IOAPIC_H

#include <stdint.h>

#include "vmm/fail.h"

#define IOAPIC_PINS	24
#define IOAPIC_ID_MAX	0x7fff	/* that an interrupt can be sent to */

struct kvm;
struct kvm_irq_routing_entry;
struct vm;

/*
 * ioapic_max_id() - the largest APIC id that a machine on this KVM can have
 */
unsigned int ioapic_max_id(const struct kvm *kvm);

/*
 * ioapic_create() - local APICs by KVM, with ids of 32 bits, and this one's device
 *
 * Before the vCPUs.
 */
int ioapic_create(struct vm *vm, const struct vm_error *err);

/*
 * ioapic_route() - what KVM is told of a line
 * @pin: an entry of the table
 * @line: which
 * @route: filled in
 */
void ioapic_route(uint64_t pin, unsigned int line,
		  struct kvm_irq_routing_entry *route);

#endif /* KTSTR_VMM_X86_IOAPIC_H */
