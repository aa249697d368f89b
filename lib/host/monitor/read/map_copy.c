// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copying maps. See map_copy.h.
 */
#include "lib/host/monitor/read/map_copy.h"

#include <errno.h>
#include <stdlib.h>

static int copy_entry(void *ctx, const struct mon_map_entry *e)
{
	struct mon_map_copy *c = ctx;
	const int32_t cpu = e->cpu;

	strbuf_add(&c->entries, &cpu, sizeof(cpu));
	strbuf_add(&c->entries, e->key, c->map.key_size);
	strbuf_add(&c->entries, e->value, c->map.value_size);
	if (c->entries.dropped)
		return -ENOSPC;
	c->n++;
	return 0;
}

int mon_maps_copy_some(const struct mon_guest *guest,
		       const struct mon_map *maps, size_t n_maps,
		       struct mon_map_copy **copies, size_t *n)
{
	struct mon_map_copy *c = calloc(n_maps + 1, sizeof(*c));
	size_t i;

	*copies = c;
	*n = 0;
	if (!c)
		return -ENOMEM;
	for (i = 0; i < n_maps; i++) {
		if (!mon_map_is_walkable(&maps[i]))
			continue;
		c[*n].map = maps[i];
		c[*n].entries = (struct strbuf)STRBUF_INIT;
		c[*n].entries.max = MON_COPY_MAX;
		c[*n].result = mon_map_each(guest, &maps[i], copy_entry,
					    &c[*n]);
		(*n)++;
	}
	return 0;
}

int mon_maps_copy(const struct mon_guest *guest, struct mon_map_copy **copies,
		  size_t *n)
{
	struct mon_map *maps;
	size_t n_maps;
	int ret;

	*copies = NULL;
	*n = 0;
	ret = mon_maps_list(guest, &maps, &n_maps);
	if (ret)
		return ret;
	ret = mon_maps_copy_some(guest, maps, n_maps, copies, n);
	free(maps);
	return ret;
}

void mon_maps_copy_free(struct mon_map_copy *copies, size_t n)
{
	size_t i;

	for (i = 0; copies && i < n; i++)
		strbuf_free(&copies[i].entries);
	free(copies);
}
