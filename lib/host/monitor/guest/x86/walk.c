// SPDX-License-Identifier: GPL-2.0-only
/*
 * x86-64 page tables, with 4 or 5 levels and pages of 4 KiB, 2 MiB and 1 GiB.
 */
#include <errno.h>

#include "lib/host/monitor/guest/mem.h"
#include "lib/host/monitor/vmlinux/fields.h"

#define PTE_PRESENT	(1ULL << 0)
#define PTE_HUGE	(1ULL << 7)
#define PTE_ADDR	0x000ffffffffff000ULL
#define TABLE_ENTRIES	512

/* Bits of the address below each level's index: PTE, PMD, PUD, P4D, PGD. */
static const unsigned int level_shift[] = { 12, 21, 30, 39, 48 };

/* In the kernel's half the bits above the top index are all ones. */
static bool is_canonical(const struct mon_mem *mem, uint64_t va)
{
	unsigned int bits = mem->five_levels ? 57 : 48;

	return va >> (bits - 1) == UINT64_MAX >> (bits - 1);
}

int mon_walk(const struct mon_mem *mem, uint64_t va, uint64_t *pa,
	     uint64_t *run)
{
	uint64_t table = mem->pgd_pa, entry, mask;
	int level = mem->five_levels ? 4 : 3;
	const void *p;

	if (!is_canonical(mem, va))
		return -EFAULT;
	for (;; level--) {
		p = mon_phys(mem, table +
			     8 * ((va >> level_shift[level]) % TABLE_ENTRIES),
			     8);
		if (!p)
			return -EFAULT;
		entry = mon_load(p, 8);
		if (!(entry & PTE_PRESENT))
			return -EFAULT;
		if (!level || (level <= 2 && entry & PTE_HUGE))
			break;
		table = entry & PTE_ADDR;
	}
	mask = (1ULL << level_shift[level]) - 1;
	*pa = (entry & PTE_ADDR & ~mask) | (va & mask);
	*run = mask + 1 - (va & mask);
	return 0;
}
