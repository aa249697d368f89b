/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps with all their entries, copied while the guest lives: for who compares
 * them with something else once it is gone.
 */
#ifndef KTSTR_MONITOR_READ_MAP_COPY_H
#define KTSTR_MONITOR_READ_MAP_COPY_H

#include "lib/common/util/strbuf.h"
#include "lib/host/monitor/read/bpf.h"

#define MON_COPY_MAX	(1U << 20)	/* bytes of the entries of one map */

/**
 * struct mon_map_copy - a map with its entries
 * @map: what it is
 * @result: what mon_map_each() returned: entries, or why they are not all here
 * @n: entries in @entries
 * @entries: for each an int32_t with the CPU (-1 for all), the key, the value
 */
struct mon_map_copy {
	struct mon_map map;
	int result;
	size_t n;
	struct strbuf entries;
};

/**
 * mon_maps_copy() - copy all maps whose entries can be visited
 * @guest: attached
 * @copies: gets an array; release it with mon_maps_copy_free()
 * @n: gets their number
 *
 * Return: 0; else as mon_maps_list().
 */
int mon_maps_copy(const struct mon_guest *guest, struct mon_map_copy **copies,
		  size_t *n);

/**
 * mon_maps_copy_some() - the same of some maps
 * @guest: attached
 * @maps: which, @n_maps of them
 * @n_maps: see there
 * @copies: as for mon_maps_copy()
 * @n: gets their number
 *
 * Return: 0; -ENOMEM.
 */
int mon_maps_copy_some(const struct mon_guest *guest,
		       const struct mon_map *maps, size_t n_maps,
		       struct mon_map_copy **copies, size_t *n);

/**
 * mon_maps_copy_free() - release them; takes NULL
 * @copies: the array
 * @n: their number
 */
void mon_maps_copy_free(struct mon_map_copy *copies, size_t n);

#endif /* KTSTR_MONITOR_READ_MAP_COPY_H */
