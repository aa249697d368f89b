// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of BPF maps: arrays and hashes, per-CPU or not.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/read/bpf.h"

/* Read from one map at most so much, whatever it says of its size. */
#define BYTES_MAX	(256ULL << 20)

#define FOUND		1	/* ends a walk */

struct mon_map_walker {
	const struct mon_guest *guest;
	const struct mon_map *map;
	int (*fn)(void *ctx, const struct mon_map_entry *entry);
	void *ctx;
	char *key;
	char *value;
	uint64_t bytes_left;
	int seen;
	/* Looking for one key of a hash rather than for all */
	const void *wanted;
	unsigned int cpu;
	uint64_t found;
};

/* Newer than some distributions' linux/bpf.h */
enum {
	MAP_TYPE_CGRP_STORAGE = 32,
	MAP_TYPE_ARENA = 33,
};

static size_t value_stride(const struct mon_map *map)
{
	return round_up((size_t)map->value_size, 8);
}

static bool sizes_make_sense(const struct mon_map *map)
{
	return map->value_size && map->value_size <= MON_BPF_VALUE_MAX &&
	       map->key_size && map->key_size <= MON_BPF_VALUE_MAX;
}

int mon_map_elem(const struct mon_guest *g, const struct mon_map *map,
		 uint32_t index, unsigned int cpu, uint64_t *va)
{
	uint64_t pptr;

	if (!sizes_make_sense(map) || index >= map->max_entries)
		return -EINVAL;
	if (map->type == BPF_MAP_TYPE_ARRAY) {
		*va = map->va + mon_guest_offset(g, MON_ARRAY_VALUE) +
		      (uint64_t)index * value_stride(map);
		return 0;
	}
	if (map->type != BPF_MAP_TYPE_PERCPU_ARRAY || cpu >= g->nr_cpus)
		return -EINVAL;
	if (mon_read_u64(&g->mem,
			 map->va + mon_guest_offset(g, MON_ARRAY_PPTRS) +
			 8ULL * index, &pptr))
		return -EFAULT;
	*va = mon_guest_percpu(g, pptr, cpu);
	return 0;
}

static int emit(struct mon_map_walker *w, uint64_t value_va, int cpu)
{
	const struct mon_map_entry entry = {
		.key = w->key, .value = w->value, .cpu = cpu
	};

	if (w->bytes_left < w->map->value_size)
		return -EFBIG;
	w->bytes_left -= w->map->value_size;
	if (mon_read(&w->guest->mem, value_va, w->value, w->map->value_size))
		return -EFAULT;
	w->seen++;
	return w->fn(w->ctx, &entry);
}

static int emit_percpu(struct mon_map_walker *w, uint64_t pptr)
{
	unsigned int cpu;
	int ret = 0;

	for (cpu = 0; cpu < w->guest->nr_cpus && !ret; cpu++)
		ret = emit(w, mon_guest_percpu(w->guest, pptr, cpu), cpu);
	return ret;
}

static int walk_array(struct mon_map_walker *w)
{
	bool percpu = mon_map_is_percpu(w->map);
	uint32_t i, n = min(w->map->max_entries, (uint32_t)MON_BPF_ENTRIES_MAX);
	uint64_t va;
	int ret = 0;

	if (w->map->key_size != sizeof(i))
		return -EINVAL;
	for (i = 0; i < n && !ret; i++) {
		memcpy(w->key, &i, sizeof(i));
		ret = mon_map_elem(w->guest, w->map, i, 0, &va);
		if (ret)
			break;
		/* mon_map_elem() gave CPU 0's; the others lie alike. */
		ret = percpu ? emit_percpu(w, va - w->guest->percpu[0]) :
			       emit(w, va, -1);
	}
	return ret;
}

static int walk_element(struct mon_map_walker *w, uint64_t va)
{
	const struct mon_guest *g = w->guest;
	uint64_t key = va + mon_guest_offset(g, MON_ELEM_KEY);
	uint64_t value = key + round_up((uint64_t)w->map->key_size, 8), pptr;

	if (w->bytes_left < w->map->key_size)
		return -EFBIG;
	w->bytes_left -= w->map->key_size;
	if (mon_read(&g->mem, key, w->key, w->map->key_size))
		return -EFAULT;
	if (w->wanted && memcmp(w->key, w->wanted, w->map->key_size))
		return 0;
	if (mon_map_is_percpu(w->map) && mon_read_u64(&g->mem, value, &pptr))
		return -EFAULT;
	if (w->wanted) {
		w->found = mon_map_is_percpu(w->map) ?
				   mon_guest_percpu(g, pptr, w->cpu) : value;
		return FOUND;
	}
	return mon_map_is_percpu(w->map) ? emit_percpu(w, pptr) :
					   emit(w, value, -1);
}

/* Lists end in an odd number. Elements may move while the guest runs. */
static int walk_bucket(struct mon_map_walker *w, uint64_t head, uint32_t *left)
{
	const struct mon_guest *g = w->guest;
	uint64_t va;
	int ret = 0;

	if (mon_read_u64(&g->mem, head, &va))
		return -EFAULT;
	while (va && !(va & 1) && !ret) {
		if (!(*left)--)
			return -ELOOP;
		ret = walk_element(w, va);
		if (!ret && mon_read_u64(&g->mem,
					 va + mon_guest_offset(g, MON_ELEM_NEXT),
					 &va))
			return -EFAULT;
	}
	return ret;
}

static int walk_hash(struct mon_map_walker *w)
{
	const struct mon_guest *g = w->guest;
	size_t size = g->kernel->f.struct_size[MON_ST_HTAB_BUCKET];
	uint32_t left = min(w->map->max_entries, (uint32_t)MON_BPF_ENTRIES_MAX);
	uint64_t buckets, n, i;
	int ret = 0;

	if (mon_guest_field(g, MON_HTAB_BUCKETS, w->map->va, &buckets) ||
	    mon_guest_field(g, MON_HTAB_N_BUCKETS, w->map->va, &n))
		return -EFAULT;
	/* The kernel rounds max_entries up to a power of two. */
	if (!size || n & (n - 1) || n > 2ULL * w->map->max_entries ||
	    n > 2 * MON_BPF_ENTRIES_MAX)
		return -EINVAL;
	for (i = 0; i < n && !ret; i++)
		ret = walk_bucket(w, buckets + i * size +
				  mon_guest_offset(g, MON_BUCKET_HEAD), &left);
	return ret;
}

/* To read another type, give it a row and, if need be, a walk. */
static const struct {
	const char *name;
	int (*walk)(struct mon_map_walker *w);
	bool percpu;
} map_types[] = {
	[BPF_MAP_TYPE_HASH] = { .name = "hash", .walk = walk_hash },
	[BPF_MAP_TYPE_ARRAY] = { .name = "array", .walk = walk_array },
	[BPF_MAP_TYPE_PROG_ARRAY] = { .name = "prog_array" },
	[BPF_MAP_TYPE_PERF_EVENT_ARRAY] = { .name = "perf_event_array" },
	[BPF_MAP_TYPE_PERCPU_HASH] = {
		.name = "percpu_hash", .walk = walk_hash, .percpu = true,
	},
	[BPF_MAP_TYPE_PERCPU_ARRAY] = {
		.name = "percpu_array", .walk = walk_array, .percpu = true,
	},
	[BPF_MAP_TYPE_STACK_TRACE] = { .name = "stack_trace" },
	[BPF_MAP_TYPE_LRU_HASH] = { .name = "lru_hash", .walk = walk_hash },
	[BPF_MAP_TYPE_LRU_PERCPU_HASH] = {
		.name = "lru_percpu_hash", .walk = walk_hash, .percpu = true,
	},
	[BPF_MAP_TYPE_LPM_TRIE] = { .name = "lpm_trie" },
	[BPF_MAP_TYPE_ARRAY_OF_MAPS] = { .name = "array_of_maps" },
	[BPF_MAP_TYPE_HASH_OF_MAPS] = { .name = "hash_of_maps" },
	[BPF_MAP_TYPE_QUEUE] = { .name = "queue" },
	[BPF_MAP_TYPE_STACK] = { .name = "stack" },
	[BPF_MAP_TYPE_SK_STORAGE] = { .name = "sk_storage" },
	[BPF_MAP_TYPE_STRUCT_OPS] = { .name = "struct_ops" },
	[BPF_MAP_TYPE_RINGBUF] = { .name = "ringbuf" },
	[BPF_MAP_TYPE_INODE_STORAGE] = { .name = "inode_storage" },
	[BPF_MAP_TYPE_TASK_STORAGE] = { .name = "task_storage" },
	[BPF_MAP_TYPE_BLOOM_FILTER] = { .name = "bloom_filter" },
	[BPF_MAP_TYPE_USER_RINGBUF] = { .name = "user_ringbuf" },
	[MAP_TYPE_CGRP_STORAGE] = { .name = "cgrp_storage" },
	[MAP_TYPE_ARENA] = { .name = "arena" },
};

const char *mon_map_type_name(uint32_t type)
{
	if (type >= ARRAY_SIZE(map_types) || !map_types[type].name)
		return "other";
	return map_types[type].name;
}

bool mon_map_is_percpu(const struct mon_map *map)
{
	return map->type < ARRAY_SIZE(map_types) && map_types[map->type].percpu;
}

bool mon_map_is_walkable(const struct mon_map *map)
{
	return map->type < ARRAY_SIZE(map_types) && map_types[map->type].walk;
}

int mon_map_each(const struct mon_guest *g, const struct mon_map *map,
		 int (*fn)(void *ctx, const struct mon_map_entry *entry),
		 void *ctx)
{
	struct mon_map_walker w = {
		.guest = g, .map = map, .fn = fn, .ctx = ctx,
		.bytes_left = BYTES_MAX,
	};
	int ret;

	if (!mon_map_is_walkable(map) || !sizes_make_sense(map))
		return -EINVAL;
	w.key = malloc(map->key_size);
	w.value = malloc(map->value_size);
	if (w.key && w.value)
		ret = map_types[map->type].walk(&w);
	else
		ret = -ENOMEM;
	free(w.key);
	free(w.value);
	return ret < 0 ? ret : w.seen;
}

void *mon_map_key(const struct mon_map *map, uint64_t key, int *ret)
{
	void *bytes;

	*ret = -EINVAL;
	if (!map->key_size || map->key_size > MON_BPF_VALUE_MAX ||
	    (map->key_size < sizeof(key) && key >> 8 * map->key_size))
		return NULL;
	*ret = -ENOMEM;
	bytes = calloc(1, map->key_size);
	if (bytes)
		memcpy(bytes, &key, min(sizeof(key), (size_t)map->key_size));
	return bytes;
}

static int lookup_hash(const struct mon_guest *g, const struct mon_map *map,
		       const void *key, unsigned int cpu, uint64_t *va)
{
	struct mon_map_walker w = {
		.guest = g, .map = map, .bytes_left = BYTES_MAX,
		.wanted = key, .cpu = cpu,
	};
	int ret;

	w.key = malloc(map->key_size);
	if (!w.key)
		return -ENOMEM;
	ret = walk_hash(&w);
	free(w.key);
	if (ret < 0)
		return ret;
	*va = w.found;
	return ret == FOUND ? 0 : -ENOENT;
}

int mon_map_lookup(const struct mon_guest *g, const struct mon_map *map,
		   const void *key, unsigned int cpu, uint64_t *va)
{
	uint32_t index;

	if (!mon_map_is_walkable(map) || !sizes_make_sense(map) ||
	    (mon_map_is_percpu(map) && cpu >= g->nr_cpus))
		return -EINVAL;
	if (map_types[map->type].walk == walk_hash)
		return lookup_hash(g, map, key, cpu, va);
	if (map->key_size != sizeof(index))
		return -EINVAL;
	memcpy(&index, key, sizeof(index));
	return mon_map_elem(g, map, index, cpu, va);
}

int mon_map_write(const struct mon_guest *g, const struct mon_map *map,
		  const void *key, unsigned int cpu, uint32_t offset,
		  const void *bytes, size_t len)
{
	uint64_t va;
	int ret;

	if (offset > map->value_size || len > map->value_size - offset)
		return -EINVAL;
	/* The verifier took its contents for constants. */
	if (map->flags & BPF_F_RDONLY_PROG)
		return -EPERM;
	ret = mon_map_lookup(g, map, key, cpu, &va);
	return ret ?: mon_write(&g->mem, va + offset, bytes, len);
}
