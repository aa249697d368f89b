// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing into a guest. See poke.h.
 */
#include "lib/host/monitor/read/poke.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/read/bpf.h"

/* ---- maps ---- */

#define SIZE_DEFAULT	4	/* of what has no type */

/* Which bytes of the value are to be written */
struct va_span {
	uint32_t offset;
	uint32_t size;
};

/* A variable of a section, or a member of a struct */
static int find_var(const struct mon_guest *g, const struct mon_map *map,
		    const char *name, struct va_span *span)
{
	struct mon_field f = { };
	struct btf *btf;
	int ret;

	ret = mon_map_types(g, map, &btf);
	if (ret)
		return ret;
	if (!mon_member_find(btf, map->btf_value_type_id, name, &f))
		ret = -ENOENT;
	else if (f.bits)
		ret = -EINVAL;
	span->offset = f.offset;
	span->size = f.size;
	btf__free(btf);
	return ret;
}

static int find_span(const struct mon_guest *g, const struct mon_map *map,
		     const struct bpf_map_write *w, struct va_span *span)
{
	int ret = 0;

	*span = (struct va_span){ .size = SIZE_DEFAULT };
	if (w->var)
		ret = find_var(g, map, w->var, span);
	if (w->size || w->offset)
		span->size = w->size ? w->size : SIZE_DEFAULT;
	span->size = min(span->size, (uint32_t)sizeof(w->value));
	span->offset += w->offset;
	return ret;
}

static int write_value(const struct mon_guest *g, const struct mon_map *map,
		       const struct bpf_map_write *w,
		       const struct va_span *span)
{
	void *key;
	int ret;

	key = mon_map_key(map, w->key, &ret);
	if (!key)
		return ret;
	ret = mon_map_write(g, map, key, w->cpu, span->offset, &w->value,
			    span->size);
	free(key);
	return ret;
}

/* "map[key, CPU n]", without what is the only one there can be */
static void place_str(const struct mon_map *map, const struct bpf_map_write *w,
		      char *buf, size_t size)
{
	char cpu[24] = "";

	if (mon_map_is_percpu(map))
		snprintf(cpu, sizeof(cpu), ", CPU %u", w->cpu);
	if (w->key || *cpu || map->max_entries != 1)
		snprintf(buf, size, "%s[%llu%s]", map->name, w->key, cpu);
	else
		snprintf(buf, size, "%s", map->name);
}

int mon_poke_map(const struct mon_guest *g, const struct bpf_map_write *w,
		 char *err, size_t err_size)
{
	struct va_span span;
	struct mon_map map;
	char why[160], place[80];
	int ret;

	ret = mon_map_find(g, w->map, &map, why, sizeof(why));
	if (ret) {
		snprintf(err, err_size, "bpf_map_write: %s", why);
		return ret;
	}
	ret = find_span(g, &map, w, &span);
	if (ret) {
		snprintf(err, err_size, "bpf_map_write: no variable %s in map %s",
			 w->var, map.name);
		return ret;
	}
	place_str(&map, w, place, sizeof(place));
	ret = write_value(g, &map, w, &span);
	if (ret == -ENOENT)
		snprintf(err, err_size, "bpf_map_write: map %s has no key %llu",
			 map.name, w->key);
	else if (ret)
		snprintf(err, err_size,
			 "bpf_map_write: cannot write %u bytes at %u of %s (%s of %u entries of %u bytes): %s",
			 span.size, span.offset, place,
			 mon_map_type_name(map.type), map.max_entries,
			 map.value_size, strerror(-ret));
	else
		snprintf(err, err_size, "%s%s%s = %llu", place,
			 w->var ? ": " : "", w->var ? w->var : "", w->value);
	return ret;
}

/* ---- the watchdog ---- */

/* Where the running scheduler keeps its timeout; 0 while there is none */
static uint64_t timeout_va(const struct mon_guest *g, uint64_t *root)
{
	uint64_t va = mon_guest_symbol(g, MON_SYM_SCX_ROOT), state;
	uint64_t state_va = mon_guest_symbol(g, MON_SYM_SCX_ENABLE_STATE) ?:
			    mon_guest_symbol(g, MON_SYM_SCX_OLD_ENABLE_STATE);
	uint32_t v;

	*root = 1;
	if (!state_va || mon_read_u32(&g->mem, state_va, &v))
		return 0;
	state = v;
	if (state != g->kernel->f.constant[MON_C_SCX_ENABLED])
		return 0;
	if (va && (mon_read_u64(&g->mem, va, root) || !*root))
		return 0;
	if (mon_guest_has_field(g, MON_SCX_WATCHDOG_TIMEOUT))
		return *root + mon_guest_offset(g, MON_SCX_WATCHDOG_TIMEOUT);
	return mon_guest_symbol(g, MON_SYM_WATCHDOG_TIMEOUT);
}

/* The watchdog is not late, whatever it thinks itself. */
static void check_in(const struct mon_guest *g, struct mon_watchdog *w)
{
	uint64_t va = mon_guest_symbol(g, MON_SYM_WATCHDOG_TIMESTAMP);
	uint64_t now, stamp;

	if (mon_read_u64(&g->mem, va, &stamp) ||
	    mon_read_u64(&g->mem, mon_guest_symbol(g, MON_SYM_JIFFIES), &now))
		return;
	/* It has run by itself, and set itself up for the new interval. */
	if (w->stamp && stamp != w->stamp) {
		w->settled = true;
		return;
	}
	if (!mon_write(&g->mem, va, &now, sizeof(now)))
		w->stamp = now;
}

int mon_watchdog_turn(const struct mon_guest *g, struct mon_watchdog *w)
{
	uint64_t jiffies = max((uint64_t)w->timeout_ms * g->kernel->hz /
			       MSEC_PER_SEC, (uint64_t)1);
	uint64_t interval = max(jiffies / 2, (uint64_t)1);
	uint64_t interval_va = mon_guest_symbol(g, MON_SYM_WATCHDOG_INTERVAL);
	uint64_t root, va;

	if (!mon_kernel_has(g->kernel, MON_PART_WATCHDOG))
		return -ENOTSUP;
	va = timeout_va(g, &root);
	if (!va) {
		w->root_va = 0;
		return 0;
	}
	if (w->root_va == root) {
		if (!w->settled)
			check_in(g, w);
		return 0;
	}
	w->settled = false;
	w->stamp = 0;
	check_in(g, w);
	if (interval_va &&
	    mon_write(&g->mem, interval_va, &interval, sizeof(interval)))
		return 0;
	if (mon_write(&g->mem, va, &jiffies, sizeof(jiffies)))
		return 0;
	w->root_va = root;
	return 1;
}
