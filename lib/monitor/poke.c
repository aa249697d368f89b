// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing into a guest. See poke.h.
 */
#include "lib/monitor/poke.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/monitor/bpf.h"
#include "lib/util/util.h"

/* ---- maps ---- */

/* Where a global variable lies in the map of its section */
static int find_var(const struct btf *btf, uint32_t section, const char *name,
		    uint32_t *offset, uint32_t *size)
{
	const struct btf_type *t = btf__type_by_id(btf, section), *v;
	const struct btf_var_secinfo *info;
	const char *text;
	unsigned int i;

	if (!t || !btf_is_datasec(t))
		return -EINVAL;
	info = btf_var_secinfos(t);
	for (i = 0; i < btf_vlen(t); i++) {
		v = btf__type_by_id(btf, info[i].type);
		text = v ? btf__name_by_offset(btf, v->name_off) : NULL;
		if (!text || strcmp(text, name))
			continue;
		*offset = info[i].offset;
		*size = info[i].size;
		return 0;
	}
	return -ENOENT;
}

static int resolve(const struct mon_guest *g, const struct mon_map *map,
		   const struct bpf_map_write *w, uint32_t *offset,
		   uint32_t *size)
{
	struct btf *btf = NULL;
	int ret;

	*offset = 0;
	*size = sizeof(w->value);
	if (!w->var)
		return 0;
	ret = mon_map_types(g, map, &btf);
	if (!ret)
		ret = find_var(btf, map->btf_value_type_id, w->var, offset,
			       size);
	btf__free(btf);
	return ret;
}

int mon_poke_map(const struct mon_guest *g, const struct bpf_map_write *w,
		 char *err, size_t err_size)
{
	uint32_t offset, size;
	struct mon_map map;
	char why[160];
	int ret;

	ret = mon_map_find(g, w->map, &map, why, sizeof(why));
	if (ret) {
		snprintf(err, err_size, "bpf_map_write: %s", why);
		return ret;
	}
	ret = resolve(g, &map, w, &offset, &size);
	if (ret) {
		snprintf(err, err_size, "bpf_map_write: no variable %s in map %s",
			 w->var, map.name);
		return ret;
	}
	if (w->size || w->offset)
		size = w->size ? w->size : sizeof(w->value);
	size = min(size, (uint32_t)sizeof(w->value));
	offset += w->offset;
	ret = mon_map_write(g, &map, 0, offset, &w->value, size);
	if (ret)
		snprintf(err, err_size,
			 "bpf_map_write: cannot write %u bytes at %u of map %s, which has %u: %s",
			 size, offset, map.name, map.value_size,
			 strerror(-ret));
	else
		snprintf(err, err_size, "%s%s%s = %u", map.name,
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
	uint64_t jiffies = (uint64_t)w->timeout_ms * g->kernel->hz /
			   MSEC_PER_SEC;
	uint64_t interval = max(jiffies / 2, (uint64_t)1);
	uint64_t interval_va = mon_guest_symbol(g, MON_SYM_WATCHDOG_INTERVAL);
	uint64_t root, va;

	if (!mon_kernel_has(g->kernel, MON_PART_WATCHDOG) || !jiffies)
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
