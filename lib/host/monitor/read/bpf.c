// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enumerating BPF maps and programs by the kernel's own id tables.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/bpf.h"

/* Bytes of a struct bpf_prog_stats */
#define STATS_MAX	256

/* Parsing this much of types takes about as long as a read. */
#define BTF_READ_BYTES	16

/* A growing array of struct mon_map or struct mon_prog */
struct list {
	const struct mon_guest *guest;
	void *items;
	size_t n;
	size_t room;
	size_t item_size;
};

static void *list_add(struct list *l)
{
	void *grown;

	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 32;

		grown = reallocarray(l->items, room, l->item_size);
		if (!grown)
			return NULL;
		l->items = grown;
		l->room = room;
	}
	return memset((char *)l->items + l->n * l->item_size, 0, l->item_size);
}

static void copy_name(const struct mon_guest *g, enum mon_field_id id,
		      const char *base, char *name, size_t size)
{
	const struct mon_field *f = &g->kernel->f.field[id];

	memset(name, 0, size);
	if (f->present)
		memcpy(name, base + f->offset, min((size_t)f->size, size));
	text_clean_buf(name, size);
}

static int add_map(void *ctx, uint64_t index, uint64_t va)
{
	struct list *l = ctx;
	const struct mon_guest *g = l->guest;
	const char *p = mon_ptr(&g->mem, va,
				g->kernel->f.struct_size[MON_ST_BPF_MAP]);
	struct mon_map *m;

	if (!p || mon_guest_get(g, MON_MAP_ID, p) != index)
		return 0;
	if (l->n == MON_BPF_OBJECTS_MAX)
		return -ELOOP;
	m = list_add(l);
	if (!m)
		return -ENOMEM;
	m->va = va;
	m->id = index;
	m->type = mon_guest_get(g, MON_MAP_TYPE, p);
	m->key_size = mon_guest_get(g, MON_MAP_KEY_SIZE, p);
	m->value_size = mon_guest_get(g, MON_MAP_VALUE_SIZE, p);
	m->max_entries = mon_guest_get(g, MON_MAP_MAX_ENTRIES, p);
	m->flags = mon_guest_get(g, MON_MAP_FLAGS, p);
	m->btf_va = mon_guest_get(g, MON_MAP_BTF, p);
	m->btf_key_type_id = mon_guest_get(g, MON_MAP_BTF_KEY, p);
	m->btf_value_type_id = mon_guest_get(g, MON_MAP_BTF_VALUE, p);
	copy_name(g, MON_MAP_NAME, p, m->name, sizeof(m->name));
	l->n++;
	return 0;
}

static void read_prog_stats(const struct mon_guest *g, uint64_t stats,
			    struct mon_prog *prog)
{
	size_t size = g->kernel->f.struct_size[MON_ST_BPF_PROG_STATS];
	char copy[STATS_MAX];
	unsigned int cpu;

	if (size > sizeof(copy))
		return;
	for (cpu = 0; stats && cpu < g->nr_cpus; cpu++) {
		const void *p = mon_view(&g->mem,
					 mon_guest_percpu(g, stats, cpu), copy,
					 size);

		if (!p)
			continue;
		prog->runs += mon_guest_get(g, MON_STATS_CNT, p);
		prog->run_ns += mon_guest_get(g, MON_STATS_NSECS, p);
		prog->misses += mon_guest_get(g, MON_STATS_MISSES, p);
	}
}

static void read_prog_aux(const struct mon_guest *g, const char *aux,
			  struct mon_prog *prog)
{
	uint64_t func = mon_guest_get(g, MON_AUX_FUNC_NAME, aux);

	prog->verified_insns = mon_guest_get(g, MON_AUX_VERIFIED_INSNS, aux);
	prog->ksym_start = mon_guest_get(g, MON_AUX_KSYM_START, aux);
	prog->ksym_end = mon_guest_get(g, MON_AUX_KSYM_END, aux);
	copy_name(g, MON_AUX_NAME, aux, prog->name, sizeof(prog->name));
	copy_name(g, MON_AUX_KSYM_NAME, aux, prog->ksym, sizeof(prog->ksym));
	if (func)
		mon_read_str(&g->mem, func, prog->op, sizeof(prog->op));
}

static int add_prog(void *ctx, uint64_t index, uint64_t va)
{
	struct list *l = ctx;
	const struct mon_guest *g = l->guest;
	const struct mon_fields *f = &g->kernel->f;
	const char *p = mon_ptr(&g->mem, va, f->struct_size[MON_ST_BPF_PROG]);
	const char *aux;
	struct mon_prog *prog;

	if (!p)
		return 0;
	aux = mon_ptr(&g->mem, mon_guest_get(g, MON_PROG_AUX, p),
		      f->struct_size[MON_ST_BPF_PROG_AUX]);
	if (!aux || mon_guest_get(g, MON_AUX_ID, aux) != index)
		return 0;
	if (l->n == MON_BPF_OBJECTS_MAX)
		return -ELOOP;
	prog = list_add(l);
	if (!prog)
		return -ENOMEM;
	prog->va = va;
	prog->id = index;
	prog->type = mon_guest_get(g, MON_PROG_TYPE, p);
	prog->insns = mon_guest_get(g, MON_PROG_LEN, p);
	prog->jited_len = mon_guest_get(g, MON_PROG_JITED_LEN, p);
	memcpy(prog->tag, p + f->field[MON_PROG_TAG].offset,
	       min((size_t)f->field[MON_PROG_TAG].size, sizeof(prog->tag)));
	read_prog_stats(g, mon_guest_get(g, MON_PROG_STATS, p), prog);
	read_prog_aux(g, aux, prog);
	l->n++;
	return 0;
}

static int list_all(const struct mon_guest *g, enum mon_symbol_id idr,
		    int (*add)(void *ctx, uint64_t index, uint64_t va),
		    size_t item_size, void **items, size_t *n)
{
	struct list l = { .guest = g, .item_size = item_size };
	int ret;

	*items = NULL;
	*n = 0;
	if (!mon_kernel_has(g->kernel, MON_PART_BPF))
		return -ENOTSUP;
	ret = mon_idr_walk(g, mon_guest_symbol(g, idr), add, &l);
	if (ret) {
		free(l.items);
		return ret;
	}
	*items = l.items;
	*n = l.n;
	return 0;
}

int mon_maps_list(const struct mon_guest *g, struct mon_map **list, size_t *n)
{
	void *items;
	int ret = list_all(g, MON_SYM_MAP_IDR, add_map, sizeof(**list), &items,
			   n);

	*list = items;
	return ret;
}

int mon_progs_list(const struct mon_guest *g, struct mon_prog **list, size_t *n)
{
	void *items;
	int ret = list_all(g, MON_SYM_PROG_IDR, add_prog, sizeof(**list),
			   &items, n);

	*list = items;
	return ret;
}

int mon_map_find(const struct mon_guest *g, const char *suffix,
		 struct mon_map *map, char *err, size_t err_size)
{
	const struct mon_map *found = NULL;
	struct mon_map *list;
	size_t i, n;
	int ret = mon_maps_list(g, &list, &n);

	if (ret) {
		snprintf(err, err_size, "cannot list the guest's BPF maps: %s",
			 ret == -ENOTSUP ? g->kernel->f.missing[MON_PART_BPF] :
					   strerror(-ret));
		return ret;
	}
	for (i = 0; i < n && !ret; i++) {
		if (!strends(list[i].name, suffix))
			continue;
		if (found) {
			snprintf(err, err_size,
				 "several BPF maps end in '%s': %s (%u) and %s (%u); name more of it",
				 suffix, found->name, found->id, list[i].name,
				 list[i].id);
			ret = -ENOTUNIQ;
		}
		found = &list[i];
	}
	if (!found) {
		snprintf(err, err_size, "no BPF map's name ends in '%s'",
			 suffix);
		ret = -ENOENT;
	}
	if (!ret)
		*map = *found;
	free(list);
	return ret;
}

int mon_map_types(const struct mon_guest *g, const struct mon_map *map,
		  struct btf **btf)
{
	uint64_t data, size, base = 0;
	void *bytes;
	libbpf_print_fn_t print;
	int ret = 0;

	*btf = NULL;
	if (!map->btf_va)
		return -ENOENT;
	if (mon_guest_field(g, MON_BTF_DATA, map->btf_va, &data) ||
	    mon_guest_field(g, MON_BTF_DATA_SIZE, map->btf_va, &size))
		return -EFAULT;
	if (!mon_guest_field(g, MON_BTF_BASE, map->btf_va, &base) && base)
		return -ENOTSUP;
	if (!size || size > MON_BTF_MAX)
		return -EINVAL;
	if (mon_spend(&g->mem, size / BTF_READ_BYTES))
		return -ELOOP;
	bytes = malloc(size);
	if (!bytes)
		return -ENOMEM;
	if (mon_read(&g->mem, data, bytes, size)) {
		ret = -EFAULT;
	} else {
		/* A guest's damaged types are no news for our stderr. */
		print = libbpf_set_print(NULL);
		*btf = btf__new(bytes, size);
		if (!*btf)
			ret = errno == ENOMEM ? -ENOMEM : -EINVAL;
		libbpf_set_print(print);
	}
	free(bytes);
	return ret;
}
