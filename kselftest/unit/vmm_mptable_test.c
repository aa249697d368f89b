// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MP table, read back as a kernel does.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "kselftest/unit/bytes.h"
#include "lib/common/util/util.h"
#include "vmm/x86/layout.h"
#include "vmm/x86/mptable.h"

#define GPA	X86_MPTABLE_GPA
#define POINTER	16
#define HEAD	44

FIXTURE(mptable) {
	uint8_t *buf;
	size_t len;
	struct apic_layout apic;
};

FIXTURE_VARIANT(mptable) {
	struct topology topology;
};

FIXTURE_VARIANT_ADD(mptable, one) {
	.topology = TOPOLOGY(1, 1, 1, 1),
};

FIXTURE_VARIANT_ADD(mptable, smt) {
	.topology = TOPOLOGY(1, 2, 4, 2),
};

FIXTURE_VARIANT_ADD(mptable, odd) {
	.topology = TOPOLOGY(1, 7, 3, 1),
};

FIXTURE_VARIANT_ADD(mptable, many) {
	.topology = TOPOLOGY(1, 15, 16, 1),
};

FIXTURE_SETUP(mptable)
{
	self->buf = calloc(1, X86_MPTABLE_SIZE);
	ASSERT_NE(NULL, self->buf);
	apic_layout_init(&self->apic, &variant->topology);
	self->len = mptable_build(&self->apic, GPA, self->buf,
				  X86_MPTABLE_SIZE);
	ASSERT_NE(0, self->len);
}

FIXTURE_TEARDOWN(mptable)
{
	free(self->buf);
}

TEST_F(mptable, pointer_leads_to_table)
{
	const uint8_t *t = self->buf + POINTER;

	EXPECT_EQ(0, memcmp(self->buf, "_MP_", 4));
	EXPECT_EQ(1, self->buf[8]);
	EXPECT_EQ(0, bytes_sum(self->buf, POINTER));
	EXPECT_EQ(GPA + POINTER, bytes_u32(self->buf + 4));
	EXPECT_EQ(0, memcmp(t, "PCMP", 4));
	EXPECT_EQ(self->len, POINTER + bytes_u16(t + 4));
	EXPECT_EQ(0, bytes_sum(t, bytes_u16(t + 4)));
	EXPECT_EQ(X86_LAPIC_GPA, bytes_u32(t + 36));
}

TEST_F(mptable, lists_cpus_and_wires)
{
	unsigned int seen[5] = { 0 };
	const uint8_t *t = self->buf + POINTER;
	unsigned int irqs = 0, entries = 0;
	size_t at = HEAD;

	while (at < bytes_u16(t + 4)) {
		const uint8_t *e = t + at;

		ASSERT_GE(4, e[0]);
		if (e[0] == 0) {
			EXPECT_EQ(apic_id(&self->apic, seen[0]), e[1]);
			EXPECT_EQ(seen[0] ? 1 : 3, e[3]);
		}
		if (e[0] == 2)
			EXPECT_EQ(X86_IOAPIC_GPA, bytes_u32(e + 4));
		if (e[0] == 3) {
			/* Serial ports and timer are where a PC has them. */
			EXPECT_EQ(e[5] ? e[5] : 2, e[7]);
			EXPECT_EQ(0, irqs & 1U << e[5]);
			irqs |= 1U << e[5];
		}
		seen[e[0]]++;
		entries++;
		at += e[0] ? 8 : 20;
	}
	EXPECT_EQ(bytes_u16(t + 4), at);
	EXPECT_EQ(bytes_u16(t + 34), entries);
	EXPECT_EQ(topology_cpus(&variant->topology), seen[0]);
	EXPECT_EQ(1, seen[1]);
	EXPECT_EQ(1, seen[2]);
	EXPECT_EQ(0xfffb, irqs);
	EXPECT_EQ(2, seen[4]);
}

TEST_F(mptable, too_small_a_place_is_noticed)
{
	uint8_t *small;
	size_t size;

	for (size = 0; size < self->len; size += 3) {
		/* Exactly as large, for the address sanitizer. */
		small = malloc(size);
		EXPECT_EQ(0, mptable_build(&self->apic, GPA, small, size));
		free(small);
	}
}

TEST_HARNESS_MAIN
