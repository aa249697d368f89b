// SPDX-License-Identifier: GPL-2.0-only
/*
 * APIC ids and CPUID, decoded as a kernel decodes them: the topology that
 * went in must come out, for both vendors.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "lib/common/topology_text.h"
#include "lib/common/util/util.h"
#include "vmm/x86/apicid.h"
#include "vmm/x86/cpuid.h"

TEST(apic_ids_are_packed)
{
	static const struct {
		struct topology t;
		unsigned int thread_shift;
		unsigned int package_shift;
		unsigned int cpu;
		uint32_t id;
		unsigned int node;
	} cases[] = {
		{ TOPOLOGY(1, 1, 1, 1), 0, 0, 0, 0, 0 },
		{ TOPOLOGY(1, 1, 4, 1), 0, 2, 3, 3, 0 },
		{ TOPOLOGY(1, 2, 4, 2), 1, 3, 15, 15, 0 },
		{ TOPOLOGY(1, 3, 3, 1), 0, 2, 3, 4, 0 },
		{ TOPOLOGY(1, 3, 3, 1), 0, 2, 8, 10, 0 },
		{ TOPOLOGY(1, 7, 5, 2), 1, 4, 69, 6 << 4 | 4 << 1 | 1, 0 },
		{ TOPOLOGY(1, 15, 8, 2), 1, 4, 239, 239, 0 },
		{ TOPOLOGY(1, 14, 9, 2), 1, 5, 251, 13 << 5 | 17, 0 },
		{ TOPOLOGY(2, 4, 4, 1), 0, 2, 7, 7, 0 },
		{ TOPOLOGY(2, 4, 4, 1), 0, 2, 8, 8, 1 },
		{ TOPOLOGY(4, 12, 8, 2), 1, 4, 191, 191, 3 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct apic_layout apic;

		apic_layout_init(&apic, &cases[i].t);
		EXPECT_EQ(cases[i].thread_shift, apic.thread_shift);
		EXPECT_EQ(cases[i].package_shift, apic.package_shift);
		EXPECT_EQ(cases[i].id, apic_id(&apic, cases[i].cpu)) {
			TH_LOG("case %zu", i);
		}
		EXPECT_EQ(cases[i].node, apic_node(&apic, cases[i].cpu));
	}
}

/* Ids, and below which bit CPUs share what. */
static const struct {
	const char *text;
	unsigned int cluster, part, llc, package;
	uint32_t ids[9];	/* 0 behind the last CPU's */
	uint32_t absent;	/* the largest; 0 for none */
} not_even[] = {
	{ "1n3l3c1t:llcs=3x1,1x1,2x1", 0, 2, 2, 2, { 0, 1, 2, 4, 8, 9 }, 0 },
	{ "1n2l2c2t:smt=apart", 1, 2, 2, 2, { 0, 2, 4, 6, 1, 3, 5, 7 }, 0 },
	{ "1n1l6c2t:llcs=2x2+4x1/2", 2, 4, 4, 4,
	  { 0, 1, 4, 5, 8, 10, 12, 14 }, 0 },
	{ "6n2l3c1t:snc=3", 0, 0, 2, 2, { 0, 1, 2, 4, 5, 6 }, 0 },
	{ "1n4l2c1t:package=3", 0, 1, 1, 3, { 0, 1, 2, 3, 4, 5, 8, 9 }, 0 },
	{ "1n2l2c1t:boot=3", 0, 1, 1, 1, { 3, 0, 1, 2 }, 0 },
	{ "1n1l2c2t:absent=3", 1, 2, 2, 2, { 0, 1, 2, 3 }, 6 },
	{ "1n3l1c1t:absent=2:package=2", 0, 0, 0, 1, { 0, 1, 2 }, 6 },
};

TEST(apic_ids_of_what_is_not_even)
{
	struct topology_form *form;
	struct apic_layout apic;
	struct topology t;
	char err[200] = "";
	size_t i, cpu;

	for (i = 0; i < ARRAY_SIZE(not_even); i++) {
		ASSERT_EQ(0, topology_read(not_even[i].text, NULL, &t, &form,
					   err, sizeof(err))) {
			TH_LOG("%s", err);
		}
		apic_layout_init(&apic, &t);
		TH_LOG("case %s", not_even[i].text);
		EXPECT_EQ(not_even[i].cluster, apic.cluster_shift);
		EXPECT_EQ(not_even[i].part, apic.part_shift);
		EXPECT_EQ(not_even[i].llc, apic.llc_shift);
		EXPECT_EQ(not_even[i].package, apic.package_shift);
		for (cpu = 0; cpu < topology_cpus(&t); cpu++)
			EXPECT_EQ(not_even[i].ids[cpu], apic_id(&apic, cpu));
		EXPECT_EQ(0, not_even[i].ids[cpu]);
		if (not_even[i].absent)
			EXPECT_EQ(not_even[i].absent, apic_id_max(&apic));
		free(form);
	}
}

FIXTURE(cpuid) {
	struct cpuid_table table;
	struct apic_layout apic;
};

FIXTURE_VARIANT(cpuid) {
	bool amd;
	struct topology topology;
};

FIXTURE_VARIANT_ADD(cpuid, intel_1n1l1c1t) {
	.amd = false,
	.topology = TOPOLOGY(1, 1, 1, 1),
};

FIXTURE_VARIANT_ADD(cpuid, intel_1n1l2c1t) {
	.amd = false,
	.topology = TOPOLOGY(1, 1, 2, 1),
};

FIXTURE_VARIANT_ADD(cpuid, intel_1n2l4c2t) {
	.amd = false,
	.topology = TOPOLOGY(1, 2, 4, 2),
};

FIXTURE_VARIANT_ADD(cpuid, intel_1n3l3c1t) {
	.amd = false,
	.topology = TOPOLOGY(1, 3, 3, 1),
};

FIXTURE_VARIANT_ADD(cpuid, intel_1n4l16c2t) {
	.amd = false,
	.topology = TOPOLOGY(1, 4, 16, 2),
};

FIXTURE_VARIANT_ADD(cpuid, intel_2n4l4c1t) {
	.amd = false,
	.topology = TOPOLOGY(2, 4, 4, 1),
};

FIXTURE_VARIANT_ADD(cpuid, amd_1n1l1c1t) {
	.amd = true,
	.topology = TOPOLOGY(1, 1, 1, 1),
};

FIXTURE_VARIANT_ADD(cpuid, amd_1n2l4c2t) {
	.amd = true,
	.topology = TOPOLOGY(1, 2, 4, 2),
};

FIXTURE_VARIANT_ADD(cpuid, amd_1n5l3c1t) {
	.amd = true,
	.topology = TOPOLOGY(1, 5, 3, 1),
};

FIXTURE_VARIANT_ADD(cpuid, amd_4n12l8c2t) {
	.amd = true,
	.topology = TOPOLOGY(4, 12, 8, 2),
};

static void leaf(struct cpuid_table *t, uint32_t function, int index,
		 uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx)
{
	t->entries[t->nent++] = (struct kvm_cpuid_entry2) {
		.function = function,
		.index = index < 0 ? 0 : index,
		.flags = index < 0 ? 0 : KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
		.eax = eax, .ebx = ebx, .ecx = ecx, .edx = edx,
	};
}

/* As KVM_GET_SUPPORTED_CPUID has it on a machine of that vendor. */
FIXTURE_SETUP(cpuid)
{
	struct cpuid_table *t = &self->table;

	memset(t, 0, sizeof(*t));
	if (variant->amd)
		leaf(t, 0, -1, 0x10, 0x68747541, 0x444d4163, 0x69746e65);
	else
		leaf(t, 0, -1, 0x1f, 0x756e6547, 0x6c65746e, 0x49656e69);
	leaf(t, 1, -1, 0x830f10, 0x07100800, 0xfffab223, 0x178bfbff);
	leaf(t, 4, 0, 0x1c004121, 0x01c0003f, 0x3f, 0);
	leaf(t, 0xa, -1, 0x07300402, 0, 0, 0x603);
	leaf(t, 0xd, 0, 7, 832, 832, 0);
	leaf(t, 0xd, 1, 0xf, 832, 0, 0);
	leaf(t, 0xd, 2, 256, 576, 0, 0);
	leaf(t, 0x40000000, -1, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d);
	leaf(t, 0x80000000, -1, variant->amd ? 0x8000001e : 0x80000008, 0, 0,
	     0);
	leaf(t, 0x80000001, -1, 0, 0, variant->amd ? 0x7 : 0x1, 0x2fd3fbff);
	leaf(t, 0x80000008, -1, 0x3030, 0, 0, 0);
	apic_layout_init(&self->apic, &variant->topology);
	ASSERT_EQ(0, cpuid_machine(t, &self->apic));
}

FIXTURE_TEARDOWN(cpuid)
{
}

/* kernel/cpu/topology_ext.c: shifts and the id from leaf 0xb or 0x1f. */
TEST_F(cpuid, topology_leaves)
{
	const uint32_t leaves[] = { 0xb, 0x1f };
	const struct topology *top = &variant->topology;
	unsigned int n_leaves = variant->amd ? 1 : 2;
	unsigned int cpu, i;

	for (cpu = 0; cpu < topology_cpus(top); cpu++) {
		cpuid_cpu(&self->table, &self->apic, cpu);
		for (i = 0; i < n_leaves; i++) {
			const struct kvm_cpuid_entry2 *smt, *core, *end;
			uint32_t id;

			smt = cpuid_find(&self->table, leaves[i], 0);
			core = cpuid_find(&self->table, leaves[i], 1);
			end = cpuid_find(&self->table, leaves[i], 2);
			ASSERT_NE(NULL, smt);
			ASSERT_NE(NULL, core);
			ASSERT_NE(NULL, end);
			EXPECT_EQ(0x100, smt->ecx);
			EXPECT_EQ(0x201, core->ecx);
			EXPECT_EQ(0, end->ecx & 0xff00);
			EXPECT_EQ(top->threads, smt->ebx);
			EXPECT_EQ(top->cores * top->threads, core->ebx);

			id = core->edx;
			EXPECT_EQ(apic_id(&self->apic, cpu), id);
			EXPECT_EQ(cpu / (top->cores * top->threads),
				  id >> core->eax);
			EXPECT_EQ(cpu % top->threads,
				  id & ((1U << smt->eax) - 1));
		}
	}
}

/* kernel/cpu/cacheinfo.c: CPUs whose ids agree above the shift share it. */
TEST_F(cpuid, caches_are_shared_as_asked)
{
	uint32_t function = variant->amd ? 0x8000001d : 4;
	const struct topology *top = &variant->topology;
	unsigned int i, levels = 0;

	for (i = 0; i < 8; i++) {
		const struct kvm_cpuid_entry2 *e;
		unsigned int level, sharing, shift, per;

		e = cpuid_find(&self->table, function, i);
		ASSERT_NE(NULL, e);
		if (!(e->eax & 0x1f))
			break;
		level = e->eax >> 5 & 7;
		levels |= 1U << level;
		sharing = (e->eax >> 14 & 0xfff) + 1;
		shift = 0;
		while (1U << shift < sharing)
			shift++;
		per = level == 3 ? top->cores * top->threads : top->threads;
		EXPECT_EQ(level == 3 ? self->apic.package_shift :
				       self->apic.thread_shift, shift);
		EXPECT_GE(sharing, per);
		/* ways * partitions * line * sets: at least 16 KiB */
		EXPECT_GE(((e->ebx >> 22) + 1) * ((e->ebx >> 12 & 0x3ff) + 1) *
			  ((e->ebx & 0xfff) + 1) * (e->ecx + 1), 16384);
	}
	EXPECT_EQ(0xe, levels);
}

TEST_F(cpuid, basic_leaf)
{
	unsigned int per_llc = variant->topology.cores *
			       variant->topology.threads;
	const struct kvm_cpuid_entry2 *e;
	unsigned int cpu;

	for (cpu = 0; cpu < topology_cpus(&variant->topology); cpu++) {
		cpuid_cpu(&self->table, &self->apic, cpu);
		e = cpuid_find(&self->table, 1, 0);
		EXPECT_EQ(apic_id(&self->apic, cpu) & 0xff, e->ebx >> 24);
		EXPECT_GE(e->ebx >> 16 & 0xff, per_llc);
		EXPECT_EQ(8, e->ebx >> 8 & 0xff);
		EXPECT_EQ(per_llc > 1, e->edx >> 28 & 1);
		EXPECT_EQ(1, e->ecx >> 31);
	}
}

TEST_F(cpuid, amd_leaves)
{
	const struct topology *top = &variant->topology;
	const struct kvm_cpuid_entry2 *e;
	unsigned int cpu;

	if (!variant->amd)
		return;
	e = cpuid_find(&self->table, 0x80000001, 0);
	EXPECT_EQ(1, e->ecx >> 22 & 1);
	EXPECT_EQ(top->cores * top->threads > 1, e->ecx >> 1 & 1);
	/* No SVM: a VM in the VM is not ours to give. */
	EXPECT_EQ(0, e->ecx >> 2 & 1);
	e = cpuid_find(&self->table, 0x80000008, 0);
	EXPECT_EQ(top->cores * top->threads - 1, e->ecx & 0xff);
	EXPECT_EQ(self->apic.package_shift, e->ecx >> 12 & 0xf);
	EXPECT_EQ(0x3030, e->eax);

	for (cpu = 0; cpu < topology_cpus(top); cpu++) {
		cpuid_cpu(&self->table, &self->apic, cpu);
		e = cpuid_find(&self->table, 0x8000001e, 0);
		ASSERT_NE(NULL, e);
		EXPECT_EQ(apic_id(&self->apic, cpu), e->eax);
		EXPECT_EQ(top->threads - 1, e->ebx >> 8 & 0xff);
		EXPECT_EQ(cpu / top->threads % top->cores, e->ebx & 0xff);
	}
}

TEST_F(cpuid, no_performance_counters)
{
	EXPECT_EQ(NULL, cpuid_find(&self->table, 0xa, 0));
}

TEST_F(cpuid, consistent_xsave_stays)
{
	EXPECT_NE(NULL, cpuid_find(&self->table, 0xd, 0));
	EXPECT_EQ(1, cpuid_find(&self->table, 1, 0)->ecx >> 26 & 1);
}

TEST_F(cpuid, table_twice_is_table_once)
{
	struct cpuid_table copy = self->table;

	ASSERT_EQ(0, cpuid_machine(&copy, &self->apic));
	EXPECT_EQ(self->table.nent, copy.nent);
}

/* An emulator's mistakes in leaf 0xd: XSAVE must go as a whole. */
TEST(broken_xsave_is_masked)
{
	static const struct {
		uint32_t total;
		uint32_t avx_size;
		uint32_t avx_offset;
		bool kept;
	} cases[] = {
		{ 832, 256, 576, true },
		{ 1088, 256, 576, false },
		{ 576, 256, 576, false },
		{ 832, 0, 576, false },
		{ 832, 256, 0, false },
	};
	const struct topology t = TOPOLOGY(1, 1, 1, 1);
	struct apic_layout apic;
	size_t i;

	apic_layout_init(&apic, &t);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cpuid_table table = { .nent = 0 };

		leaf(&table, 0, -1, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69);
		leaf(&table, 1, -1, 0, 0, ~0U, ~0U);
		leaf(&table, 0xd, 0, 7, 832, cases[i].total, 0);
		leaf(&table, 0xd, 2, cases[i].avx_size, cases[i].avx_offset,
		     0, 0);
		ASSERT_EQ(0, cpuid_machine(&table, &apic));
		EXPECT_EQ(cases[i].kept, !!cpuid_find(&table, 0xd, 0)) {
			TH_LOG("case %zu", i);
		}
		EXPECT_EQ(cases[i].kept,
			  cpuid_find(&table, 1, 0)->ecx >> 26 & 1);
	}
}

/* Bits [25:14] of a cache's leaf: ids that may share it, less one. */
static unsigned int sharing(struct cpuid_table *table, uint32_t function,
			    unsigned int level)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		const struct kvm_cpuid_entry2 *e = cpuid_find(table, function, i);

		if (e && e->eax & 0x1f && (e->eax >> 5 & 7) == level)
			return (e->eax >> 14 & 0xfff) + 1;
	}
	return 0;
}

/* Only who has large ids is told of the way to reach them. */
TEST(large_ids_have_a_feature)
{
	static const struct {
		struct topology t;
		bool wide;
	} cases[] = {
		{ TOPOLOGY(1, 15, 16, 1), false },
		{ TOPOLOGY(1, 14, 9, 2), true },
	};
	struct apic_layout apic;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cpuid_table table = { .nent = 0 };

		apic_layout_init(&apic, &cases[i].t);
		leaf(&table, 0, -1, 0x1f, 0x756e6547, 0, 0);
		leaf(&table, 1, -1, 0, 0, 0, 0);
		leaf(&table, 0x40000000, -1, 0x40000001, 0, 0, 0);
		leaf(&table, 0x40000001, -1, 0x01000000, 0, 0, 0);
		ASSERT_EQ(0, cpuid_machine(&table, &apic));
		EXPECT_EQ(0x01000000U | cases[i].wide << 15,
			  cpuid_find(&table, 0x40000001, 0)->eax);
	}
}

/* Who shares what */
TEST(caches_of_what_is_not_even)
{
	static const char clusters[] = "1n4l8c2t:package=2:llcs=4*2x2+6x1/2";
	static const char cut[] = "4n2l8c1t:snc=2";
	static const struct {
		const char *text;
		bool amd;
		unsigned int shared[3];
		unsigned int package_shift;
	} cases[] = {
		{ clusters, false, { 2, 4, 32 }, 6 },
		{ clusters, true, { 2, 4, 32 }, 6 },
		{ cut, false, { 1, 1, 8 }, 3 },
		/* What is near is the cache. */
		{ cut, true, { 1, 1, 4 }, 3 },
	};
	struct topology_form *form;
	struct apic_layout apic;
	struct topology t;
	size_t i, level;
	char err[200];

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const uint32_t functions[] = { 4, 0x8000001d };
		const uint32_t vendors[] = { 0x756e6547, 0x68747541 };
		uint32_t function = functions[cases[i].amd];
		struct cpuid_table table = { .nent = 0 };

		ASSERT_EQ(0, topology_read(cases[i].text, NULL, &t, &form, err,
					   sizeof(err)));
		apic_layout_init(&apic, &t);
		leaf(&table, 0, -1, 0x1f, vendors[cases[i].amd], 0, 0);
		leaf(&table, 1, -1, 0, 0, 0, 0);
		leaf(&table, 0x80000000, -1, 0x8000001e, 0, 0, 0);
		ASSERT_EQ(0, cpuid_machine(&table, &apic));
		for (level = 0; level < 3; level++) {
			EXPECT_EQ(cases[i].shared[level],
				  sharing(&table, function, level + 1))
				TH_LOG("case %zu, level %zu", i, level + 1);
		}
		EXPECT_EQ(cases[i].package_shift,
			  cpuid_find(&table, 0xb, 1)->eax);
		free(form);
	}
}

TEST(full_table_is_noticed)
{
	const struct topology t = TOPOLOGY(1, 1, 1, 1);
	struct cpuid_table table = { .nent = 0 };
	struct apic_layout apic;
	unsigned int i;

	apic_layout_init(&apic, &t);
	leaf(&table, 0, -1, 0x10, 0x68747541, 0x444d4163, 0x69746e65);
	leaf(&table, 0x80000000, -1, 0x8000001e, 0, 0, 0);
	for (i = 2; i < CPUID_ENTRIES_MAX; i++)
		leaf(&table, 0x50000000 + i, -1, 0, 0, 0, 0);
	EXPECT_EQ(-ENOSPC, cpuid_machine(&table, &apic));
}

TEST_HARNESS_MAIN
