// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's struct idr, an xarray underneath: nodes of 64 slots, each level
 * six bits of the index. The low two bits of an entry say what it is.
 */
#include "lib/host/monitor/guest/idr.h"

#include <errno.h>

#include "lib/host/monitor/guest/guest.h"

#define XA_BITS		6
#define XA_SLOTS	(1U << XA_BITS)
#define XA_SHIFT_MAX	60
/* Ids come in a row, so nodes are shared; twice is room for their parents. */
#define NODES_MAX	(2 * MON_IDR_MAX)

#define ENTRY_KIND	3ULL
#define ENTRY_OBJECT	0ULL
#define ENTRY_INTERNAL	2ULL
#define ENTRY_NODE_MIN	4096	/* smaller internal entries are markers */

struct idr_walk {
	const struct mon_guest *guest;
	int (*fn)(void *ctx, uint64_t index, uint64_t ptr);
	void *ctx;
	uint64_t base;
	uint64_t next;		/* no index from here on */
	unsigned int nodes;
};

static int visit(struct idr_walk *w, uint64_t entry, uint64_t index,
		 int parent);

static int visit_node(struct idr_walk *w, uint64_t va, uint64_t index,
		      int parent)
{
	const struct mon_guest *g = w->guest;
	uint64_t shift, entry;
	unsigned int i;
	int ret = 0;

	if (++w->nodes > NODES_MAX)
		return -ELOOP;
	if (mon_guest_field(g, MON_XA_SHIFT, va, &shift))
		return -EFAULT;
	/* Down each level the shift must shrink, so no loop goes on. */
	if (shift > XA_SHIFT_MAX || shift % XA_BITS || (int)shift >= parent)
		return -ELOOP;
	va += mon_guest_offset(g, MON_XA_SLOTS);
	for (i = 0; i < XA_SLOTS && !ret; i++) {
		if (mon_read_u64(&g->mem, va + 8 * i, &entry))
			return -EFAULT;
		ret = visit(w, entry, index + ((uint64_t)i << shift), shift);
	}
	return ret;
}

static int visit(struct idr_walk *w, uint64_t entry, uint64_t index, int parent)
{
	if (!entry || index >= w->next)
		return 0;
	if ((entry & ENTRY_KIND) == ENTRY_INTERNAL)
		return entry > ENTRY_NODE_MIN ?
			       visit_node(w, entry - ENTRY_INTERNAL, index,
					  parent) : 0;
	if ((entry & ENTRY_KIND) != ENTRY_OBJECT)
		return 0;
	return w->fn(w->ctx, w->base + index, entry);
}

int mon_idr_walk(const struct mon_guest *g, uint64_t va,
		 int (*fn)(void *ctx, uint64_t index, uint64_t ptr), void *ctx)
{
	struct idr_walk w = { .guest = g, .fn = fn, .ctx = ctx };
	uint64_t head;

	if (mon_guest_field(g, MON_IDR_HEAD, va, &head) ||
	    mon_guest_field(g, MON_IDR_BASE, va, &w.base))
		return -EFAULT;
	/* idr_next is where the search for a free id goes on: no limit. */
	w.next = UINT32_MAX;
	return visit(&w, head, 0, XA_SHIFT_MAX + XA_BITS + 1);
}
