/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUID: what the host's KVM offers, with our topology written over it.
 */
#ifndef KTSTR_VMM_X86_CPUID_H
#define KTSTR_VMM_X86_CPUID_H

#include <linux/kvm.h>
#include <stdint.h>

#include "vmm/fail.h"
#include "vmm/x86/apicid.h"

#define CPUID_ENTRIES_MAX	256

/*
 * struct cpuid_table - leaves: KVM's struct kvm_cpuid2 with room for them
 */
struct cpuid_table {
	uint32_t nent;
	uint32_t padding;
	struct kvm_cpuid_entry2 entries[CPUID_ENTRIES_MAX];
};

/*
 * cpuid_fetch() - ask KVM what it supports
 * @kvm_fd: /dev/kvm
 */
int cpuid_fetch(int kvm_fd, struct cpuid_table *table,
		const struct vm_error *err);

/*
 * cpuid_machine() - write what is the same on all CPUs of the machine
 * @table: from cpuid_fetch()
 *
 * Return: 0, -ENOSPC when @table has no room for the leaves.
 */
int cpuid_machine(struct cpuid_table *table, const struct apic_layout *apic);

/*
 * cpuid_cpu() - write what is CPU @cpu's own
 * @table: after cpuid_machine()
 */
void cpuid_cpu(struct cpuid_table *table, const struct apic_layout *apic,
	       unsigned int cpu);

/*
 * cpuid_find() - a leaf's entry, NULL when there is none
 */
struct kvm_cpuid_entry2 *cpuid_find(struct cpuid_table *table, uint32_t leaf,
				    uint32_t index);

#endif /* KTSTR_VMM_X86_CPUID_H */
