// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory: RAM around the device hole, the ring above it, and which
 * addresses are RAM.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "vmm/memory.h"

#define RING	(4 * MEM_MIB)

TEST(ram_goes_around_the_hole)
{
	static const struct {
		uint64_t ram;
		unsigned int n_ram;
		uint64_t low;
		uint64_t high;
		uint64_t ring_gpa;
	} cases[] = {
		{ 256 * MEM_MIB, 1, 256 * MEM_MIB, 0, 4 * MEM_GIB },
		{ 3 * MEM_GIB - MEM_MIB, 1, 3 * MEM_GIB - MEM_MIB, 0,
		  4 * MEM_GIB },
		{ 3 * MEM_GIB, 1, 3 * MEM_GIB, 0, 4 * MEM_GIB },
		{ 3 * MEM_GIB + MEM_MIB, 2, 3 * MEM_GIB, MEM_MIB,
		  4 * MEM_GIB + 2 * MEM_MIB },
		{ 4 * MEM_GIB, 2, 3 * MEM_GIB, MEM_GIB, 5 * MEM_GIB },
		{ 64 * MEM_GIB, 2, 3 * MEM_GIB, 61 * MEM_GIB, 65 * MEM_GIB },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guest_mem mem;

		guest_mem_layout(&mem, cases[i].ram, RING);
		EXPECT_EQ(cases[i].n_ram, mem.n_ram);
		EXPECT_EQ(0, mem.ram[0].gpa);
		EXPECT_EQ(cases[i].low, mem.ram[0].size);
		EXPECT_EQ(cases[i].high, mem.ram[1].size);
		EXPECT_EQ(cases[i].ring_gpa, mem.ring_gpa) {
			TH_LOG("case %zu", i);
		}
	}
}

TEST(only_ram_has_an_address)
{
	/* 5 GiB, of which no page is touched but the few below. */
	const uint64_t size = 5 * MEM_GIB;
	const uint64_t top = size + MEM_GIB;
	const struct {
		uint64_t gpa;
		uint64_t len;
		bool ram;
	} cases[] = {
		{ 0, 1, true },
		{ 0, MEM_HOLE_START, true },
		{ 0, MEM_HOLE_START + 1, false },
		{ MEM_HOLE_START - 1, 1, true },
		{ MEM_HOLE_START - 1, 2, false },
		{ MEM_HOLE_START, 1, false },
		{ MEM_HOLE_END - 1, 1, false },
		{ MEM_HOLE_END - 1, 2, false },
		{ MEM_HOLE_END, 1, true },
		{ top - 1, 1, true },
		{ top - 1, 2, false },
		{ top, 0, false },
		{ UINT64_MAX, 1, false },
		{ MEM_HOLE_END, UINT64_MAX, false },
		{ UINT64_MAX - 1, UINT64_MAX, false },
	};
	const struct vm_error err = { .text = NULL };
	struct guest_mem mem;
	size_t i;

	ASSERT_EQ(0, guest_mem_init(&mem, size, RING, 0, &err));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].ram, !!guest_mem_at(&mem, cases[i].gpa,
						       cases[i].len)) {
			TH_LOG("case %zu", i);
	}
		}

	/* No address is there twice. */
	*(char *)guest_mem_at(&mem, MEM_HOLE_START - 1, 1) = 1;
	*(char *)guest_mem_at(&mem, MEM_HOLE_END, 1) = 2;
	*(char *)guest_mem_at(&mem, top - 1, 1) = 3;
	*(char *)guest_mem_ring(&mem) = 4;
	EXPECT_EQ(1, *(char *)guest_mem_at(&mem, MEM_HOLE_START - 1, 1));
	EXPECT_EQ(2, *(char *)guest_mem_at(&mem, MEM_HOLE_END, 1));
	EXPECT_EQ(3, *(char *)guest_mem_at(&mem, top - 1, 1));
	guest_mem_exit(&mem);
	guest_mem_exit(&mem);
}

TEST(no_such_amount)
{
	char text[200] = "";
	const struct vm_error err = { .text = text, .size = sizeof(text) };
	struct guest_mem mem;

	EXPECT_NE(0, guest_mem_init(&mem, 1ULL << 62, RING, 0, &err));
	EXPECT_NE(NULL, strstr(text, "MiB for the guest"));
	EXPECT_EQ(-1, mem.fd);
	guest_mem_exit(&mem);
}

TEST_HARNESS_MAIN
