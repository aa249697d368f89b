// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking snapshots, and finding a number in one. See snapshots.h.
 */
#include "lib/host/monitor/judge/snapshots.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

#define FAILURES_MAX	2
#define PLACE_MAX	256
/* In the text of a map */
#define ENTRIES_SHOWN	32
#define TEXT_STEPS	(64U << 10)

void mon_snapshots_exit(struct mon_snapshots *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		mon_dump_destroy(s->list[i].dump);
		free(s->list[i].types);
	}
	for (i = 0; i < s->n_types; i++)
		btf__free(s->types[i].btf);
	memset(s, 0, sizeof(*s));
}

uint64_t mon_snapshots_due_ns(const struct mon_snapshots *s)
{
	if (s->n >= s->wanted || s->n == MON_SNAPSHOTS_MAX ||
	    s->failed >= FAILURES_MAX)
		return UINT64_MAX;
	return s->duration_ns / 10 +
	       (s->n + 1) * (s->duration_ns / 10 * 8) / (s->wanted + 1);
}

/* ---- taking one ---- */

/* Types stay as they are while a map lives, and its id is used once. */
static struct btf *types_of(struct mon_snapshots *s,
			    const struct mon_guest *guest,
			    const struct mon_map *map)
{
	unsigned int i;

	for (i = 0; i < s->n_types; i++)
		if (s->types[i].map_id == map->id)
			return s->types[i].btf;
	if (i == MON_SNAPSHOTS_MAX)
		return NULL;
	mon_map_types(guest, map, &s->types[i].btf);
	s->types[i].map_id = map->id;
	s->n_types++;
	return s->types[i].btf;
}

static int keep_types(struct mon_snapshots *s, const struct mon_guest *guest,
		      struct mon_snapshot *shot)
{
	const struct mon_dump *d = shot->dump;
	size_t i;

	shot->types = calloc(d->n_copies + 1, sizeof(*shot->types));
	if (!shot->types)
		return -ENOMEM;
	for (i = 0; i < d->n_copies; i++)
		shot->types[i] = types_of(s, guest, &d->copies[i].map);
	return 0;
}

static int read_all(const struct mon_guest *guest, struct mon_tracks *tracks,
		    struct mon_snapshot *shot)
{
	const struct mon_dump_options options = {
		.stall_ns = UINT64_MAX, .no_stacks = true, .own_maps = true,
		.reads = MON_SNAPSHOT_READS,
	};

	mon_tracks_shoot(tracks, guest, shot->host_ns, shot->tsc);
	return mon_dump_create(guest, &options, &shot->dump);
}

static int note_failure(struct mon_snapshots *s, int ret)
{
	s->failed++;
	snprintf(s->why, sizeof(s->why),
		 ret == -ETIMEDOUT ? "the host did not let its CPUs be stopped in time" :
		 ret == -ENOTSUP ? "its CPUs cannot be stopped" :
		 "what was read made no sense");
	return ret;
}

int mon_snapshots_take(struct mon_snapshots *s, const struct mon_guest *guest,
		       struct mon_tracks *tracks, unsigned int pause_ms)
{
	const struct mon_mem_ops *ops = guest->mem.ops;
	struct mon_snapshot shot = { };
	uint64_t asked_ns = clock_now_ns();
	int ret;

	if (s->n == MON_SNAPSHOTS_MAX || !ops->pause || !ops->resume)
		return note_failure(s, -ENOTSUP);
	ret = ops->pause(guest->mem.ctx, pause_ms);
	if (ret)
		return note_failure(s, ret);
	shot.host_ns = clock_now_ns();
	shot.tsc = ops->guest_tsc ? ops->guest_tsc(guest->mem.ctx) : 0;
	ret = read_all(guest, tracks, &shot);
	ops->resume(guest->mem.ctx);
	shot.stopping_ns = shot.host_ns - asked_ns;
	shot.stood_ns = clock_now_ns() - shot.host_ns;
	if (!ret)
		ret = keep_types(s, guest, &shot);
	if (ret) {
		mon_dump_destroy(shot.dump);
		return note_failure(s, ret);
	}
	shot.dump->guest = NULL;
	s->list[s->n++] = shot;
	return 0;
}

/* ---- what is in one ---- */

/* "NAME" of a list of maps; more than one that ends so is none. */
static int find_copy(const struct mon_dump *d, const char *suffix, size_t *at,
		     char *err, size_t err_size)
{
	size_t i, n = 0, len;

	for (i = 0; i < d->n_copies; i++)
		if (strends(d->copies[i].map.name, suffix) && !n++)
			*at = i;
	if (n == 1)
		return 0;
	len = snprintf(err, err_size, "%s of the scheduler's maps' names %s in '%s'; there is",
		       n ? "several" : "none", n ? "end" : "ends", suffix);
	for (i = 0; i < d->n_copies && len < err_size; i++)
		len += snprintf(err + len, err_size - len, " %s",
				d->copies[i].map.name);
	return n ? -ENOTUNIQ : -ENOENT;
}

/* The sum over the entries of that key, and of that CPU where one is named */
static int sum_entries(const struct mon_map_copy *c, const struct map_watch *w,
		       const void *key, const struct mon_path *path,
		       int64_t *value)
{
	size_t size = sizeof(int32_t) + c->map.key_size + c->map.value_size;
	const char *entry = c->entries.text;
	bool found = false;
	int32_t cpu;
	int64_t one;
	size_t i;
	int ret;

	*value = 0;
	for (i = 0; i < c->n; i++, entry += size) {
		memcpy(&cpu, entry, sizeof(cpu));
		if (memcmp(entry + sizeof(cpu), key, c->map.key_size) ||
		    (w->cpu != WATCH_ALL_CPUS && w->cpu != cpu))
			continue;
		found = true;
		ret = mon_path_get(path, entry + sizeof(cpu) + c->map.key_size,
				   c->map.value_size, &one);
		if (!ret && __builtin_add_overflow(*value, one, value))
			ret = -ERANGE;
		if (ret)
			return ret;
	}
	return found ? 0 : -ENOENT;
}

int mon_snapshot_get(const struct mon_snapshot *s, const char *place,
		     int64_t *value, char *err, size_t err_size)
{
	const struct mon_map_copy *c;
	char text[PLACE_MAX];
	struct map_watch w;
	struct mon_path path;
	size_t at = 0;
	void *key;
	int ret;

	snprintf(text, sizeof(text), "x=%s", place);
	ret = map_watch_parse(text, &w, err, err_size);
	if (!ret)
		ret = find_copy(s->dump, w.map, &at, err, err_size);
	if (ret)
		return ret;
	c = &s->dump->copies[at];
	ret = mon_path_find(NULL, s->types[at], c->map.btf_value_type_id,
			    c->map.value_size, w.path, &path, err, err_size);
	if (ret)
		return ret;
	key = mon_map_key(&c->map, w.key, &ret);
	if (key)
		ret = sum_entries(c, &w, key, &path, value);
	free(key);
	if (ret)
		snprintf(err, err_size, "%s: %s", place,
			 ret == -EXDEV ? "it lies behind a pointer, for which .watch_maps is" :
			 ret == -ENOENT ? "there is no such key or CPU" :
			 strerror(-ret));
	return ret;
}

void mon_snapshot_map_text(const struct mon_snapshot *s, size_t at,
			   struct strbuf *out)
{
	const struct mon_map_copy *c = &s->dump->copies[at];
	size_t size = sizeof(int32_t) + c->map.key_size + c->map.value_size;
	struct mon_budget budget = { .left = TEXT_STEPS };
	const struct mon_mem mem = { .budget = &budget };
	const char *entry = c->entries.text;
	int32_t cpu;
	size_t i;

	for (i = 0; i < c->n && i < ENTRIES_SHOWN; i++, entry += size) {
		struct mon_map_entry e = {
			.key = entry + sizeof(cpu),
			.value = entry + sizeof(cpu) + c->map.key_size,
		};

		memcpy(&cpu, entry, sizeof(cpu));
		e.cpu = cpu;
		mon_entry_text(out, &mem, &c->map, s->types[at], &e);
	}
	if (i < c->n)
		strbuf_addf(out, "...\n");
}
