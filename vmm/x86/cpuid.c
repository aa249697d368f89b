// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID with a topology made to order. See cpuid.h.
 *
 * Features are the host's, as KVM passes them on. Caches and topology are
 * ours: Intel's leaves 4, 0xb and 0x1f, AMD's 0x80000008, 0x8000001d and
 * 0x8000001e. Sizes of caches are the same on every host, so that a test sees
 * the same machine everywhere.
 */
#include "vmm/x86/cpuid.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/common/util/util.h"
#include "vmm/x86/layout.h"

#define LEAF_CACHE		0x4
#define LEAF_TOPOLOGY		0xb
#define LEAF_XSAVE		0xd
#define LEAF_PMU		0xa
#define LEAF_TOPOLOGY_V2	0x1f
#define LEAF_KVM		0x40000000
#define LEAF_KVM_FEATURES	0x40000001
#define LEAF_EXT		0x80000000
#define LEAF_EXT_FEATURES	0x80000001
#define LEAF_EXT_SIZES		0x80000008
#define LEAF_AMD_CACHE		0x8000001d
#define LEAF_AMD_TOPOLOGY	0x8000001e
#define LEAF_AMD_TOPOLOGY_V2	0x80000026

/* Leaf 1. */
#define ECX_VMX			(1U << 5)
#define ECX_X2APIC		(1U << 21)
#define ECX_TSC_DEADLINE	(1U << 24)
#define ECX_XSAVE		(1U << 26)
#define ECX_OSXSAVE		(1U << 27)
#define ECX_HYPERVISOR		(1U << 31)
#define EDX_HTT			(1U << 28)
/* Leaf 0x80000001. */
#define ECX_CMP_LEGACY		(1U << 1)
#define ECX_SVM			(1U << 2)
#define ECX_TOPOEXT		(1U << 22)

/* Leaf 0x40000001, EAX. */
#define KVM_FEATURE_MSI_EXT_DEST_ID	15

#define TOPOLOGY_SMT		1
#define TOPOLOGY_CORE		2

/* What each level of cache looks like to the guest. */
static const struct cache {
	unsigned int type;		/* 1 data, 2 instructions, 3 both */
	unsigned int level;
	unsigned int ways;
	unsigned int sets;
} caches[] = {
	{ 1, 1, 8, 64 },		/* 32 KiB */
	{ 2, 1, 8, 64 },		/* 32 KiB */
	{ 3, 2, 16, 1024 },		/* 1 MiB */
	{ 3, 3, 16, 16384 },		/* 16 MiB */
};

#define CACHE_LINE		64

_Static_assert(offsetof(struct cpuid_table, entries) ==
	       sizeof(struct kvm_cpuid2), "laid out as KVM has it");

struct kvm_cpuid_entry2 *cpuid_find(struct cpuid_table *table, uint32_t leaf,
				    uint32_t index)
{
	unsigned int i;

	for (i = 0; i < table->nent; i++) {
		struct kvm_cpuid_entry2 *e = &table->entries[i];

		if (e->function == leaf &&
		    (!(e->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) ||
		     e->index == index))
			return e;
	}
	return NULL;
}

int cpuid_fetch(int kvm_fd, struct cpuid_table *table,
		const struct vm_error *err)
{
	memset(table, 0, sizeof(*table));
	table->nent = CPUID_ENTRIES_MAX;
	if (ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, table))
		return vm_fail(err, -errno, "KVM_GET_SUPPORTED_CPUID: %s",
			       strerror(errno));
	return 0;
}

static void drop_leaf(struct cpuid_table *table, uint32_t leaf)
{
	unsigned int from, to = 0;

	for (from = 0; from < table->nent; from++)
		if (table->entries[from].function != leaf)
			table->entries[to++] = table->entries[from];
	table->nent = to;
}

/* Existing entry or a new one, all zero; NULL when the table is full. */
static struct kvm_cpuid_entry2 *set_leaf(struct cpuid_table *table,
					 uint32_t leaf, uint32_t index,
					 bool indexed)
{
	struct kvm_cpuid_entry2 *e = cpuid_find(table, leaf, index);

	if (!e) {
		if (table->nent == CPUID_ENTRIES_MAX)
			return NULL;
		e = &table->entries[table->nent++];
	}
	*e = (struct kvm_cpuid_entry2) {
		.function = leaf,
		.index = index,
		.flags = indexed ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0,
	};
	return e;
}

static bool is_amd(struct cpuid_table *table)
{
	const struct kvm_cpuid_entry2 *e = cpuid_find(table, 0, 0);

	/* "AuthenticAMD", "HygonGenuine" */
	return e && (e->ebx == 0x68747541 || e->ebx == 0x6f677948);
}

static void raise_max(struct cpuid_table *table, uint32_t base, uint32_t max)
{
	struct kvm_cpuid_entry2 *e = cpuid_find(table, base, 0);

	if (e && e->eax < max)
		e->eax = max;
}

/*
 * Where several nodes share an LLC, Intel's leaf 4 says that they do, and a kernel
 * knows what to make of it. AMD has no such machines: what is near is the cache.
 */
static unsigned int cache_shift(const struct apic_layout *apic,
				const struct cache *c, bool amd)
{
	switch (c->level) {
	case 1:
		return apic->thread_shift;
	case 2:
		return apic->cluster_shift;
	default:
		return amd ? apic->part_shift : apic->llc_shift;
	}
}

/*
 * Intel's leaf 4 and AMD's 0x8000001d have the same format; [31:26], the
 * cores, is reserved with AMD.
 */
static int set_caches(struct cpuid_table *table, const struct apic_layout *apic,
		      uint32_t leaf, bool amd)
{
	unsigned int cores = 1U << (apic->package_shift - apic->thread_shift);
	struct kvm_cpuid_entry2 *e;
	unsigned int i;

	drop_leaf(table, leaf);
	for (i = 0; i < ARRAY_SIZE(caches); i++) {
		const struct cache *c = &caches[i];
		unsigned int shift = cache_shift(apic, c, amd);

		e = set_leaf(table, leaf, i, true);
		if (!e)
			return -ENOSPC;
		/* Bit 8: self-initialising. */
		e->eax = c->type | c->level << 5 | 1U << 8 |
			 (min(1U << shift, 4096U) - 1) << 14;
		if (!amd)
			e->eax |= (min(cores, 64U) - 1) << 26;
		e->ebx = (c->ways - 1) << 22 | (CACHE_LINE - 1);
		e->ecx = c->sets - 1;
	}
	return set_leaf(table, leaf, i, true) ? 0 : -ENOSPC;
}

static int set_topology_leaf(struct cpuid_table *table,
			     const struct apic_layout *apic, uint32_t leaf)
{
	const struct {
		unsigned int type;
		unsigned int shift;
		unsigned int cpus;
	} levels[] = {
		{ TOPOLOGY_SMT, apic->thread_shift, apic->topology.threads },
		{ TOPOLOGY_CORE, apic->package_shift,
		  apic_threads_per_package(apic) },
		{ 0, 0, 0 },
	};
	struct kvm_cpuid_entry2 *e;
	unsigned int i;

	drop_leaf(table, leaf);
	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		e = set_leaf(table, leaf, i, true);
		if (!e)
			return -ENOSPC;
		e->eax = levels[i].shift;
		e->ebx = levels[i].cpus;
		e->ecx = levels[i].type << 8 | i;
	}
	return 0;
}

static void set_flag(uint32_t *reg, uint32_t bit, bool on)
{
	*reg = on ? *reg | bit : *reg & ~bit;
}

static void set_basic(struct cpuid_table *table, const struct apic_layout *apic)
{
	unsigned int threads = 1U << apic->package_shift;
	struct kvm_cpuid_entry2 *e = cpuid_find(table, 1, 0);

	if (!e)
		return;
	e->ebx &= 0xffff;
	e->ebx |= min(threads, 255U) << 16;
	e->ecx |= ECX_X2APIC | ECX_TSC_DEADLINE | ECX_HYPERVISOR;
	/* No guests in guests. */
	e->ecx &= ~ECX_VMX;
	set_flag(&e->edx, EDX_HTT, apic_threads_per_package(apic) > 1);
}

static int set_amd(struct cpuid_table *table, const struct apic_layout *apic)
{
	unsigned int threads = apic_threads_per_package(apic);
	struct kvm_cpuid_entry2 *e;
	int ret;

	raise_max(table, LEAF_EXT, LEAF_AMD_TOPOLOGY);
	drop_leaf(table, LEAF_AMD_TOPOLOGY_V2);
	e = cpuid_find(table, LEAF_EXT_FEATURES, 0);
	if (e) {
		set_flag(&e->ecx, ECX_CMP_LEGACY, threads > 1);
		set_flag(&e->ecx, ECX_TOPOEXT, true);
		set_flag(&e->ecx, ECX_SVM, false);
	}
	e = cpuid_find(table, LEAF_EXT_SIZES, 0);
	if (e)
		e->ecx = apic->package_shift << 12 | (min(threads, 256U) - 1);
	ret = set_caches(table, apic, LEAF_AMD_CACHE, true);
	if (ret)
		return ret;
	return set_leaf(table, LEAF_AMD_TOPOLOGY, 0, false) ? 0 : -ENOSPC;
}

/* Old KVMs leave their own signature to the VMM. */
static int set_kvm_signature(struct cpuid_table *table)
{
	static const char signature[12] = "KVMKVMKVM";
	struct kvm_cpuid_entry2 *e;

	if (cpuid_find(table, LEAF_KVM, 0))
		return 0;
	e = set_leaf(table, LEAF_KVM, 0, false);
	if (!e)
		return -ENOSPC;
	e->eax = LEAF_KVM_FEATURES;
	memcpy(&e->ebx, signature, 4);
	memcpy(&e->ecx, signature + 4, 4);
	memcpy(&e->edx, signature + 8, 4);
	return 0;
}

/*
 * Leaf 0xd says where each state component lies. Emulators have got it wrong,
 * and a kernel that finds it so may oops: compare it with itself.
 */
static bool xsave_consistent(struct cpuid_table *table)
{
	const struct kvm_cpuid_entry2 *e = cpuid_find(table, LEAF_XSAVE, 0);
	uint32_t end = 512 + 64;	/* legacy area and header */
	uint64_t mask;
	unsigned int i;

	if (!e)
		return false;
	mask = e->eax | (uint64_t)e->edx << 32;
	if ((mask & 3) != 3)
		return false;

	for (i = 2; i < 63; i++) {
		const struct kvm_cpuid_entry2 *c;

		if (!(mask >> i & 1))
			continue;
		c = cpuid_find(table, LEAF_XSAVE, i);
		if (!c || !c->eax || c->ebx < 512 + 64)
			return false;
		end = max(end, c->ebx + c->eax);
	}
	return e->ecx == end;
}

static void mask_xsave(struct cpuid_table *table)
{
	struct kvm_cpuid_entry2 *e = cpuid_find(table, 1, 0);

	if (xsave_consistent(table))
		return;
	drop_leaf(table, LEAF_XSAVE);
	if (e)
		e->ecx &= ~(ECX_XSAVE | ECX_OSXSAVE);
}

/* Where CPUs have large ids, interrupts reach them by more bits than hardware has. */
static void set_wide(struct cpuid_table *table, const struct apic_layout *apic)
{
	struct kvm_cpuid_entry2 *e = cpuid_find(table, LEAF_KVM_FEATURES, 0);

	if (e)
		set_flag(&e->eax, 1U << KVM_FEATURE_MSI_EXT_DEST_ID,
			 apic_id_max(apic) > X86_APIC_ID_MAX);
}

int cpuid_machine(struct cpuid_table *table, const struct apic_layout *apic)
{
	struct kvm_cpuid_entry2 *e;
	int ret;

	raise_max(table, 0, LEAF_TOPOLOGY);
	set_basic(table, apic);
	mask_xsave(table);
	set_wide(table, apic);

	/* No performance counters: they would count the host's work too. */
	drop_leaf(table, LEAF_PMU);

	ret = set_topology_leaf(table, apic, LEAF_TOPOLOGY);
	e = cpuid_find(table, 0, 0);
	if (!ret && e && e->eax >= LEAF_TOPOLOGY_V2)
		ret = set_topology_leaf(table, apic, LEAF_TOPOLOGY_V2);
	if (!ret)
		ret = set_kvm_signature(table);
	if (ret)
		return ret;
	if (is_amd(table))
		return set_amd(table, apic);
	return set_caches(table, apic, LEAF_CACHE, false);
}

/* Within its package. */
static uint32_t core_id(const struct apic_layout *apic, uint32_t id)
{
	return (id & ((1U << apic->package_shift) - 1)) >> apic->thread_shift;
}

void cpuid_cpu(struct cpuid_table *table, const struct apic_layout *apic,
	       unsigned int cpu)
{
	uint32_t id = apic_id(apic, cpu);
	struct topology_place place;
	unsigned int i;

	topology_place(&apic->topology, cpu, &place);

	for (i = 0; i < table->nent; i++) {
		struct kvm_cpuid_entry2 *e = &table->entries[i];

		switch (e->function) {
		case 1:
			e->ebx = (e->ebx & 0x00ffffff) | id << 24;
			break;
		case LEAF_TOPOLOGY:
		case LEAF_TOPOLOGY_V2:
			e->edx = id;
			break;
		case LEAF_AMD_TOPOLOGY:
			e->eax = id;
			e->ebx = (place.threads - 1) << 8 |
				 (core_id(apic, id) & 0xff);
			/* One node a package. */
			e->ecx = id >> apic->package_shift;
			break;
		}
	}
}
