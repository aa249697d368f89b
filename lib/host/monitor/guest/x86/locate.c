// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own page tables, in its image, map the image: what they map it to
 * is its run-time address. See locate.h.
 */
#include "lib/host/monitor/guest/locate.h"

#include <errno.h>

#include "lib/host/monitor/guest/guest.h"

#define KERNEL_MAP	0xffffffff80000000ULL	/* __START_KERNEL_map */
#define KERNEL_MAP_SIZE	(1ULL << 30)		/* KERNEL_IMAGE_SIZE */
#define DIRECT_MAP_L4	0xffff888000000000ULL
#define DIRECT_MAP_L5	0xff11000000000000ULL

static uint64_t image_pa(const struct mon_guest *g, enum mon_symbol_id id)
{
	const uint64_t *sym = g->kernel->f.sym;

	return g->mem.text_pa + (sym[id] - sym[MON_SYM_TEXT]);
}

static int find_page_tables(struct mon_guest *g)
{
	const struct mon_kernel *k = g->kernel;
	const uint64_t *sym = k->f.sym;
	uint64_t off, pa, run;
	const void *p;

	g->mem.pgd_pa = image_pa(g, MON_SYM_INIT_TOP_PGT);
	g->mem.five_levels = false;
	if (sym[MON_SYM_L5_ENABLED]) {
		p = mon_phys(&g->mem, image_pa(g, MON_SYM_L5_ENABLED), 4);
		if (!p)
			return -EAGAIN;
		g->mem.five_levels = mon_load(p, 4);
	}
	for (off = 0; off < KERNEL_MAP_SIZE; off += MON_KERNEL_ALIGN) {
		if (mon_walk(&g->mem, KERNEL_MAP + off, &pa, &run) ||
		    pa != g->mem.text_pa)
			continue;
		g->mem.text = KERNEL_MAP + off;
		g->mem.text_end = g->mem.text +
				  (sym[MON_SYM_END] - sym[MON_SYM_TEXT]);
		g->kaslr = g->mem.text - sym[MON_SYM_TEXT];
		return 0;
	}
	return -EAGAIN;
}

/* The kernel's own idea of where it is must agree. */
static bool phys_base_agrees(const struct mon_guest *g)
{
	const void *p;

	if (!g->kernel->f.sym[MON_SYM_PHYS_BASE])
		return true;
	p = mon_phys(&g->mem, image_pa(g, MON_SYM_PHYS_BASE), 8);
	return p && mon_load(p, 8) ==
		    g->mem.text_pa - (g->mem.text - KERNEL_MAP);
}

static int find_direct_map(struct mon_guest *g)
{
	uint64_t base = g->mem.five_levels ? DIRECT_MAP_L5 : DIRECT_MAP_L4;
	uint64_t pa, run;
	const void *p;

	if (g->kernel->f.sym[MON_SYM_PAGE_OFFSET_BASE]) {
		p = mon_phys(&g->mem, image_pa(g, MON_SYM_PAGE_OFFSET_BASE), 8);
		if (!p)
			return -EAGAIN;
		base = mon_load(p, 8);
	}
	if (base % MON_KERNEL_ALIGN ||
	    mon_walk(&g->mem, base + g->mem.text_pa, &pa, &run) ||
	    pa != g->mem.text_pa)
		return -EAGAIN;
	g->mem.page_offset = base;
	return 0;
}

int mon_guest_locate(struct mon_guest *g, uint64_t text_pa)
{
	int ret;

	g->mem.text = 0;
	g->mem.text_end = 0;
	g->mem.page_offset = 0;
	g->mem.text_pa = text_pa;
	ret = find_page_tables(g);
	if (!ret && !phys_base_agrees(g))
		ret = -EAGAIN;
	return ret ?: find_direct_map(g);
}
