// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM is told of the lines of our IO-APIC: entries of its table, as a kernel
 * writes them.
 */
#include <linux/kvm.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "vmm/x86/ioapic.h"

static const struct {
	uint64_t pin;
	uint32_t address_lo;
	uint32_t address_hi;
	uint32_t data;
} cases[] = {
	/* Vector 0x24, fixed, physical, to CPU 0. */
	{ 0x0000000000000024, 0xfee00000, 0, 0x4024 },
	/* To 5, logical, lowest priority. */
	{ 0x0500000000000931, 0xfee05004, 0, 0x4131 },
	/* To 0x142: its upper bits are in 55:49. */
	{ 0x4202000000000040, 0xfee42000, 0x100, 0x4040 },
	/* To 0x7fff, all of them, and with a level. */
	{ 0xfffe000000008050, 0xfeeff000, 0x7f00, 0xc050 },
};

TEST(entries_become_routes)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct kvm_irq_routing_entry route;

		ioapic_route(cases[i].pin, i + 3, &route);
		EXPECT_EQ(i + 3, route.gsi);
		EXPECT_EQ(KVM_IRQ_ROUTING_MSI, route.type);
		EXPECT_EQ(0, route.flags);
		EXPECT_EQ(cases[i].address_lo, route.u.msi.address_lo) {
			TH_LOG("case %zu", i);
		}
		EXPECT_EQ(cases[i].address_hi, route.u.msi.address_hi);
		EXPECT_EQ(cases[i].data, route.u.msi.data);
	}
}

TEST_HARNESS_MAIN
