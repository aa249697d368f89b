// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI tables, read back as a kernel does: from the RSDP by addresses and
 * lengths, with checksums.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kselftest_harness.h"

#include "kselftest/unit/bytes.h"
#include "lib/common/topology_text.h"
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

/* ---- what is not even, byte by byte ---- */

FIXTURE(uneven) {
	struct blob blob;
	struct topology_form *form;
};

FIXTURE_SETUP(uneven)
{
	self->blob.buf = calloc(1, X86_ACPI_SIZE);
	ASSERT_NE(NULL, self->blob.buf);
}

FIXTURE_TEARDOWN(uneven)
{
	free(self->form);
	free(self->blob.buf);
}

static void build(struct blob *b, const char *text, uint64_t ram_mib,
		  struct topology_form **form)
{
	struct apic_layout apic;
	struct guest_mem mem;
	struct topology t;
	char err[200];

	if (topology_read(text, NULL, &t, form, err, sizeof(err)))
		abort();
	guest_mem_layout(&mem, ram_mib * MEM_MIB, 4 * MEM_MIB);
	apic_layout_init(&apic, &t);
	b->len = acpi_build(&apic, &mem, GPA, b->buf, X86_ACPI_SIZE);
}

/* Bytes of a table behind its first @skip, as hexadecimal digits. */
static const char *hex_of(const struct blob *b, const char *signature,
			  unsigned int skip, unsigned int max, char *text)
{
	const uint8_t *t;
	uint32_t len, i;

	text[0] = '\0';
	t = table(b, signature, &len);
	for (i = skip; t && i < len && i < skip + max; i++)
		sprintf(text + 2 * (i - skip), "%02x", t[i]);
	return text;
}

/* The CPU that boots is told first; those that are absent could be online. */
TEST_F(uneven, madt_has_cpus_in_their_order)
{
	char text[2048];

	build(&self->blob, "1n2l2c1t:boot=2:absent=1", 256, &self->form);
	EXPECT_STREQ("00080002" "01000000" "00080100" "01000000"
		     "00080201" "01000000" "00080303" "01000000"
		     "00080404" "02000000",
		     hex_of(&self->blob, "APIC", 44, 40, text));
}

TEST_F(uneven, madt_has_ids_that_no_byte_holds)
{
	char text[2048];

	build(&self->blob, "1n256l1c1t:package=256", 256, &self->form);
	EXPECT_STREQ("0008fefe" "01000000" /* 255 is all of them */
		     "09100000" "ff000000" "01000000" "ff000000",
		     hex_of(&self->blob, "APIC", 44 + 254 * 8, 24, text));
	/* IO-APIC and two overrides, then NMIs of either kind. */
	EXPECT_STREQ("0406ff000001" "0a0c0000" "ffffffff" "01000000",
		     hex_of(&self->blob, "APIC", 44 + 255 * 8 + 16 + 12 + 20,
			    64, text));
}

/* By node, not by number: nodes are numbered as they are read of. */
TEST_F(uneven, srat_has_cpus_by_node)
{
	char text[2048];

	build(&self->blob, "2n2l1c2t:smt=apart:memory=96,32", 256, &self->form);
	EXPECT_STREQ("02180000" "00000000" "00000000" "01000000"
		     "00000000" "00000000"
		     "02180000" "00000000" "01000000" "01000000"
		     "00000000" "00000000"
		     "02180000" "01000000" "02000000" "01000000"
		     "00000000" "00000000"
		     "02180000" "01000000" "03000000" "01000000"
		     "00000000" "00000000"
		     /* 192 MiB at 0, 64 behind them */
		     "0128" "00000000" "0000" "0000000000000000"
		     "0000000c00000000" "00000000" "01000000" "0000000000000000"
		     "0128" "01000000" "0000" "0000000c00000000"
		     "0000000400000000" "00000000" "01000000" "0000000000000000",
		     hex_of(&self->blob, "SRAT", 48, 1000, text));
}

TEST_F(uneven, slit_has_distances_as_given)
{
	char text[2048];

	build(&self->blob, "2n2l1c1t:distance=10,31/32,10", 256, &self->form);
	EXPECT_STREQ("0200000000000000" "0a1f200a",
		     hex_of(&self->blob, "SLIT", 36, 1000, text));
	EXPECT_STREQ("", hex_of(&self->blob, "HMAT", 36, 1000, text));
}

/*
 * Two nodes with CPUs and one without; 90 ns become 180 from twice as far, and
 * 2000 MB/s 1000.
 */
TEST_F(uneven, hmat_tells_of_speeds_and_caches)
{
	char text[2048];

	build(&self->blob,
	      "3n2l1c1t:nodes=1,1,0:latency=90,90,250:bandwidth=2000,2000,300:cache=0,0,64:distance=10,20,15/20,10,30/15,30,10",
	      256, &self->form);
	EXPECT_STREQ("00000000"
		     "0000000028000000" "01000000" "00000000" "00000000"
		     "00000000" "0000000000000000" "0000000000000000"
		     "0000000028000000" "01000000" "01000000" "01000000"
		     "00000000" "0000000000000000" "0000000000000000"
		     /* Node 2 is nearest to node 0. */
		     "0000000028000000" "01000000" "00000000" "02000000"
		     "00000000" "0000000000000000" "0000000000000000"
		     /* Latencies, in 1000 ps. */
		     "0100000040000000" "00000000" "02000000" "03000000"
		     "00000000" "e803000000000000"
		     "00000000" "01000000" "00000000" "01000000" "02000000"
		     "5a00" "b400" "fa00" "b400" "5a00" "f401"
		     /* Bandwidths, in MB/s. */
		     "0100000040000000" "00030000" "02000000" "03000000"
		     "00000000" "0100000000000000"
		     "00000000" "01000000" "00000000" "01000000" "02000000"
		     "d007" "e803" "2c01" "e803" "d007" "9600"
		     "0200000020000000" "02000000" "00000000"
		     "0000000400000000" "11114000" "00000000",
		     hex_of(&self->blob, "HMAT", 36, 1000, text));
}

/* What does not fit in 16 bits is told in tens. */
TEST_F(uneven, hmat_has_a_unit_that_fits)
{
	char text[2048];

	build(&self->blob, "2n1l1c1t:nodes=1,0:bandwidth=400000,50000", 256,
	      &self->form);
	EXPECT_STREQ("0a00000000000000"
		     "00000000" "00000000" "01000000" "409c" "8813",
		     hex_of(&self->blob, "HMAT", 36 + 4 + 80 + 24, 1000, text));
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
