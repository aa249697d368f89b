// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI tables, read back as a kernel does: from the RSDP by addresses and
 * lengths, with checksums.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "kselftest/unit/bytes.h"
#include "lib/common/util/util.h"
#include "vmm/x86/acpi.h"
#include "vmm/x86/layout.h"

#define GPA	X86_ACPI_GPA

/* The tables, and how long they are. */
struct blob {
	uint8_t *buf;
	size_t len;
};

FIXTURE(acpi) {
	struct blob blob;
	struct guest_mem mem;
	struct apic_layout apic;
};

FIXTURE_VARIANT(acpi) {
	struct topology topology;
	uint64_t ram;
};

FIXTURE_VARIANT_ADD(acpi, one) {
	.topology = TOPOLOGY(1, 1, 1, 1),
	.ram = 256 * MEM_MIB,
};

FIXTURE_VARIANT_ADD(acpi, smt) {
	.topology = TOPOLOGY(1, 2, 2, 2),
	.ram = 512 * MEM_MIB,
};

FIXTURE_VARIANT_ADD(acpi, odd) {
	.topology = TOPOLOGY(3, 3, 3, 1),
	.ram = 301 * MEM_MIB,
};

FIXTURE_VARIANT_ADD(acpi, numa_over_the_hole) {
	.topology = TOPOLOGY(4, 8, 4, 1),
	.ram = 6001 * MEM_MIB,
};

FIXTURE_VARIANT_ADD(acpi, many) {
	.topology = TOPOLOGY(1, 15, 8, 2),
	.ram = 16384 * MEM_MIB,
};

FIXTURE_SETUP(acpi)
{
	self->blob.buf = calloc(1, X86_ACPI_SIZE);
	ASSERT_NE(NULL, self->blob.buf);
	guest_mem_layout(&self->mem, variant->ram, 4 * MEM_MIB);
	apic_layout_init(&self->apic, &variant->topology);
	self->blob.len = acpi_build(&self->apic, &self->mem, GPA,
				    self->blob.buf, X86_ACPI_SIZE);
	ASSERT_NE(0, self->blob.len);
}

FIXTURE_TEARDOWN(acpi)
{
	free(self->blob.buf);
}

/* Bytes of the table at guest address @gpa; NULL when it is not sound. */
static const uint8_t *table_at(const struct blob *b, uint64_t gpa,
			       uint32_t *len)
{
	const uint8_t *t = b->buf + (gpa - GPA);

	if (gpa < GPA || gpa - GPA > b->len - 36)
		return NULL;
	*len = bytes_u32(t + 4);
	if (*len < 36 || *len > b->len - (gpa - GPA) || bytes_sum(t, *len))
		return NULL;
	return t;
}

static const uint8_t *table(const struct blob *b, const char *signature,
			    uint32_t *len)
{
	uint32_t xsdt_len, i;
	const uint8_t *xsdt = table_at(b, bytes_u64(b->buf + 24),
				       &xsdt_len);

	for (i = 36; xsdt && i + 8 <= xsdt_len; i += 8) {
		const uint8_t *t = table_at(b, bytes_u64(xsdt + i), len);

		if (t && !memcmp(t, signature, 4))
			return t;
	}
	return NULL;
}

TEST_F(acpi, rsdp_is_sound)
{
	uint32_t len;

	EXPECT_EQ(0, memcmp(self->blob.buf, "RSD PTR ", 8));
	EXPECT_EQ(2, self->blob.buf[15]);
	EXPECT_EQ(0, bytes_sum(self->blob.buf, 20));
	EXPECT_EQ(0, bytes_sum(self->blob.buf, 36));
	EXPECT_NE(NULL, table_at(&self->blob, bytes_u64(self->blob.buf + 24), &len));
}

TEST_F(acpi, fadt_can_switch_off)
{
	uint32_t len, dsdt_len;
	const uint8_t *fadt = table(&self->blob, "FACP", &len);
	const uint8_t *dsdt;

	ASSERT_NE(NULL, fadt);
	EXPECT_EQ(276, len);
	EXPECT_EQ(X86_PM1_CNT_PORT, bytes_u32(fadt + 64));
	/* No SMI command port: always in ACPI mode. */
	EXPECT_EQ(0, bytes_u32(fadt + 48));
	EXPECT_EQ(bytes_u32(fadt + 40), bytes_u64(fadt + 140));

	dsdt = table_at(&self->blob, bytes_u32(fadt + 40), &dsdt_len);
	ASSERT_NE(NULL, dsdt);
	EXPECT_EQ(0, memcmp(dsdt, "DSDT", 4));
	EXPECT_NE(NULL, memmem(dsdt, dsdt_len, "_S5_", 4));
}

TEST_F(acpi, madt_lists_each_cpu)
{
	unsigned int cpus = topology_cpus(&variant->topology);
	unsigned int cpu = 0, ioapics = 0;
	uint32_t len, at;
	const uint8_t *madt = table(&self->blob, "APIC", &len);

	ASSERT_NE(NULL, madt);
	for (at = 44; at + 2 <= len && madt[at + 1]; at += madt[at + 1]) {
		if (madt[at] == 0) {
			EXPECT_EQ(8, madt[at + 1]);
			EXPECT_EQ(cpu & 0xff, madt[at + 2]);
			EXPECT_EQ(apic_id(&self->apic, cpu), madt[at + 3]);
			EXPECT_EQ(1, bytes_u32(madt + at + 4));
			cpu++;
		}
		if (madt[at] == 1) {
			EXPECT_EQ(X86_IOAPIC_GPA, bytes_u32(madt + at + 4));
			ioapics++;
		}
	}
	EXPECT_EQ(len, at);
	EXPECT_EQ(cpus, cpu);
	EXPECT_EQ(1, ioapics);
}

/* Which node, and how many bytes, counted over all memory entries. */
static uint64_t srat_memory(const uint8_t *srat, uint32_t len, uint32_t node)
{
	uint64_t bytes = 0;
	uint32_t at;

	for (at = 48; at + 2 <= len && srat[at + 1]; at += srat[at + 1])
		if (srat[at] == 1 && bytes_u32(srat + at + 2) == node)
			bytes += bytes_u64(srat + at + 16);
	return bytes;
}

TEST_F(acpi, srat_divides_the_machine)
{
	unsigned int nodes = variant->topology.nodes;
	unsigned int cpu = 0, node;
	uint64_t total = 0;
	uint32_t len, at;
	const uint8_t *srat = table(&self->blob, "SRAT", &len);

	if (nodes == 1) {
		EXPECT_EQ(NULL, srat);
		EXPECT_EQ(NULL, table(&self->blob, "SLIT", &len));
		return;
	}
	ASSERT_NE(NULL, srat);
	for (at = 48; at + 2 <= len && srat[at + 1]; at += srat[at + 1]) {
		if (srat[at] == 2) {
			EXPECT_EQ(apic_node(&self->apic, cpu),
				  bytes_u32(srat + at + 4));
			EXPECT_EQ(apic_id(&self->apic, cpu),
				  bytes_u32(srat + at + 8));
			cpu++;
		} else {
			uint64_t base = bytes_u64(srat + at + 8);
			uint64_t size = bytes_u64(srat + at + 16);

			ASSERT_EQ(1, srat[at]);
			/* Never into the hole. */
			EXPECT_TRUE(base + size <= MEM_HOLE_START ||
				    base >= MEM_HOLE_END);
		}
	}
	EXPECT_EQ(len, at);
	EXPECT_EQ(topology_cpus(&variant->topology), cpu);
	for (node = 0; node < nodes; node++) {
		uint64_t bytes = srat_memory(srat, len, node);

		EXPECT_GE(bytes, variant->ram / nodes - 2 * MEM_MIB);
		total += bytes;
	}
	EXPECT_EQ(variant->ram, total);
}

TEST_F(acpi, slit_is_near_and_far)
{
	unsigned int nodes = variant->topology.nodes;
	unsigned int i, j;
	uint32_t len;
	const uint8_t *slit = table(&self->blob, "SLIT", &len);

	if (nodes == 1)
		return;
	ASSERT_NE(NULL, slit);
	ASSERT_EQ(44 + nodes * nodes, len);
	EXPECT_EQ(nodes, bytes_u64(slit + 36));
	for (i = 0; i < nodes; i++)
		for (j = 0; j < nodes; j++)
			EXPECT_EQ(i == j ? 10 : 20, slit[44 + i * nodes + j]);
}

TEST_F(acpi, too_small_a_place_is_noticed)
{
	uint8_t *small;
	size_t size;

	for (size = 0; size < self->blob.len; size += 7) {
		/* Exactly as large, for the address sanitizer. */
		small = malloc(size);
		EXPECT_EQ(0, acpi_build(&self->apic, &self->mem, GPA, small,
					size));
		free(small);
	}
	small = malloc(self->blob.len);
	EXPECT_EQ(self->blob.len, acpi_build(&self->apic, &self->mem, GPA,
					     small, self->blob.len));
	free(small);
}

TEST_HARNESS_MAIN
