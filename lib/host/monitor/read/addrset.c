// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of addresses, by open addressing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/monitor/read/addrset.h"

static size_t slot_of(const struct addrset *set, uint64_t addr)
{
	size_t i = (addr >> 3) * 0x9e3779b97f4a7c15ULL >> 20 & (set->size - 1);

	while (set->slots[i] && set->slots[i] != addr)
		i = (i + 1) & (set->size - 1);
	return i;
}

static int grow(struct addrset *set)
{
	struct addrset bigger = { .size = set->size ? 2 * set->size : 256 };
	size_t i;

	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (i = 0; i < set->size; i++)
		if (set->slots[i])
			bigger.slots[slot_of(&bigger, set->slots[i])] =
				set->slots[i];
	bigger.n = set->n;
	free(set->slots);
	*set = bigger;
	return 0;
}

int addrset_add(struct addrset *set, uint64_t addr)
{
	size_t i;

	if (!addr)
		return 0;
	if (2 * set->n >= set->size && grow(set))
		return -ENOMEM;
	i = slot_of(set, addr);
	if (set->slots[i])
		return 0;
	set->slots[i] = addr;
	set->n++;
	return 1;
}

bool addrset_has(const struct addrset *set, uint64_t addr)
{
	return addr && set->size && set->slots[slot_of(set, addr)];
}

void addrset_free(struct addrset *set)
{
	free(set->slots);
	memset(set, 0, sizeof(*set));
}
