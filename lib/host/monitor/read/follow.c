// SPDX-License-Identifier: GPL-2.0-only
/*
 * Following values in BPF maps and run queues. See follow.h.
 */
#include "lib/host/monitor/read/follow.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define LOOK_AGAIN_NS	(50 * NSEC_PER_MSEC)

/* ---- finding it ---- */

/* A name that is none is best told with those that are. */
static void list_maps(const struct mon_guest *g, char *why, size_t size)
{
	size_t i, n, len = strlen(why);
	struct mon_map *maps;

	if (mon_maps_list(g, &maps, &n) || !n)
		return;
	for (i = 0; i < n && len < size; i++)
		len += snprintf(why + len, size - len, "%s %s",
				i ? "," : "; there is", maps[i].name);
	free(maps);
}

static int find_path(const struct mon_guest *g, struct mon_follow *f)
{
	char what[MON_FOLLOW_WHY_LEN - 40];
	struct btf *btf;
	int ret = mon_map_types(g, &f->map, &btf);

	/* A map need not have types. */
	if (ret && ret != -ENOENT) {
		snprintf(f->why, sizeof(f->why), "the types of map %s: %s",
			 f->map.name, strerror(-ret));
		return ret;
	}
	ret = mon_path_find(g->kernel, btf, f->map.btf_value_type_id,
			    f->map.value_size, f->watch->path, &f->path, what,
			    sizeof(what));
	btf__free(btf);
	if (ret)
		snprintf(f->why, sizeof(f->why), "map %s: %s", f->map.name,
			 what);
	return ret;
}

static int check_map(const struct mon_guest *g, struct mon_follow *f)
{
	const struct map_watch *w = f->watch;

	if (!mon_map_is_walkable(&f->map)) {
		snprintf(f->why, sizeof(f->why),
			 "map %s is of type %s, which is not read",
			 f->map.name, mon_map_type_name(f->map.type));
		return -EINVAL;
	}
	if (w->cpu == WATCH_ALL_CPUS ||
	    (mon_map_is_percpu(&f->map) && (unsigned int)w->cpu < g->nr_cpus))
		return 0;
	snprintf(f->why, sizeof(f->why), "map %s has no value of CPU %d",
		 f->map.name, w->cpu);
	return -EINVAL;
}

/* ---- run queues ---- */

static bool is_rq(const struct mon_follow *f)
{
	return !strcmp(f->watch->map, WATCH_RQ);
}

/* Under the name that it was asked for, as what is said of maps has one. */
static int find_rq(const struct mon_guest *g, struct mon_follow *f)
{
	const struct btf *btf = g->kernel->btf;
	char what[MON_FOLLOW_WHY_LEN - 40];
	int ret, id = btf ? btf__find_by_name_kind(btf, "rq", BTF_KIND_STRUCT) :
		      -1;

	memset(&f->map, 0, sizeof(f->map));
	snprintf(f->map.name, sizeof(f->map.name), "%s", WATCH_RQ);
	f->rq_va = mon_guest_symbol(g, MON_SYM_RUNQUEUES);
	if (id < 0 || !f->rq_va) {
		snprintf(f->why, sizeof(f->why),
			 "the kernel does not say where its run queues are");
		return -ENOENT;
	}
	if (f->watch->cpu != WATCH_ALL_CPUS &&
	    (unsigned int)f->watch->cpu >= g->nr_cpus) {
		snprintf(f->why, sizeof(f->why), "there is no CPU %d",
			 f->watch->cpu);
		return -EINVAL;
	}
	ret = mon_path_find(g->kernel, btf, id,
			    btf__type_by_id(btf, id)->size, f->watch->path,
			    &f->path, what, sizeof(what));
	if (ret)
		snprintf(f->why, sizeof(f->why), "struct rq: %s", what);
	return ret;
}

/* ---- either of them ---- */

static int find_in_map(const struct mon_guest *g, struct mon_follow *f)
{
	int ret = mon_map_find(g, f->watch->map, &f->map, f->why,
			       sizeof(f->why));

	if (ret == -ENOENT)
		list_maps(g, f->why, sizeof(f->why));
	if (!ret)
		ret = check_map(g, f);
	if (!ret)
		ret = find_path(g, f);
	if (ret)
		return ret;
	free(f->key);
	f->key = mon_map_key(&f->map, f->watch->key, &ret);
	if (!f->key)
		snprintf(f->why, sizeof(f->why), "map %s: key %llu: %s",
			 f->map.name, f->watch->key, strerror(-ret));
	return f->key ? 0 : ret;
}

static int find(const struct mon_guest *g, struct mon_follow *f)
{
	return is_rq(f) ? find_rq(g, f) : find_in_map(g, f);
}

/* Memory of a map that was freed may be anything; its id is used once. */
static bool is_still_there(const struct mon_guest *g, const struct mon_follow *f)
{
	const struct mon_map *map = &f->map;
	uint64_t id;

	return is_rq(f) || (!mon_guest_field(g, MON_MAP_ID, map->va, &id) &&
			    id == map->id);
}

/* ---- reading it ---- */

static int read_one(const struct mon_guest *g, const struct mon_follow *f,
		    unsigned int cpu, int64_t *value)
{
	uint64_t va = mon_guest_percpu(g, f->rq_va, cpu);
	int ret = is_rq(f) ? 0 : mon_map_lookup(g, &f->map, f->key, cpu, &va);

	return ret ?: mon_path_read(&g->mem, &f->path, va, value);
}

static int read_value(const struct mon_guest *g, const struct mon_follow *f,
		      int64_t *value)
{
	bool all = (is_rq(f) || mon_map_is_percpu(&f->map)) &&
		   f->watch->cpu == WATCH_ALL_CPUS;
	unsigned int cpu = all ? 0 : max(f->watch->cpu, 0);
	int64_t one;
	int ret;

	*value = 0;
	do {
		ret = read_one(g, f, cpu, &one);
		if (!ret && __builtin_add_overflow(*value, one, value))
			ret = -ERANGE;
	} while (!ret && all && ++cpu < g->nr_cpus);
	return ret;
}

static void explain(struct mon_follow *f)
{
	const char *name = f->map.name;

	switch (f->ret) {
	case 0:
		f->why[0] = '\0';
		break;
	case -ENOENT:
		snprintf(f->why, sizeof(f->why), "map %s has no key %llu", name,
			 f->watch->key);
		break;
	case -ENODATA:
		snprintf(f->why, sizeof(f->why), "map %s: a pointer of %.100s is NULL",
			 name, f->watch->path);
		break;
	case -ERANGE:
		snprintf(f->why, sizeof(f->why), "map %s: it has more than 63 bits",
			 name);
		break;
	default:
		snprintf(f->why, sizeof(f->why), "map %s: %s", name,
			 strerror(-f->ret));
	}
}

int mon_follow_read(const struct mon_guest *g, struct mon_follow *f,
		    uint64_t now_ns, int64_t *value, uint32_t *life)
{
	*life = f->map.id;
	if (f->found && !is_still_there(g, f)) {
		f->found = false;
		f->next_ns = 0;
	}
	if (!f->found) {
		if (now_ns < f->next_ns)
			return f->ret;
		f->next_ns = now_ns + LOOK_AGAIN_NS;
		f->ret = find(g, f);
		if (f->ret)
			return f->ret;
		f->found = true;
		*life = f->map.id;
	}
	f->ret = read_value(g, f, value);
	explain(f);
	return f->ret;
}

void mon_follow_exit(struct mon_follow *f)
{
	free(f->key);
	f->key = NULL;
	f->found = false;
}
