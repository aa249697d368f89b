// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF maps from within the guest. See map.h.
 */
#include "lib/guest/bpf/map.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/common/btf.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/fail.h"
#include "lib/common/util/near.h"
#include "lib/common/util/util.h"

#define SIZE_DEFAULT	4	/* of what has no type */

/**
 * struct map_search - for one map among those of a process
 * @suffix: how its name ends
 * @fd: of the one that was found, -1
 * @info: what the kernel says of it
 * @near: names like it
 */
struct map_search {
	const char *suffix;
	int fd;
	struct bpf_map_info info;
	struct near near;
};

/* Which bytes of a value */
struct map_span {
	uint32_t offset;
	uint32_t size;
};

/* ---- which map ---- */

/* "map_id:	12" of a descriptor that is one, else 0 */
static uint32_t id_of_map(pid_t pid, const char *fd)
{
	char path[64], line[128];
	uint32_t id = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.16s", pid, fd);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (!id && fgets(line, sizeof(line), f))
		if (sscanf(line, "map_id: %u", &id) != 1)
			id = 0;
	fclose(f);
	return id;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t len = strlen(name), n = strlen(suffix);

	return len >= n && !strcmp(name + len - n, suffix);
}

/* Return: 1 when it is another one than was found before. */
static int look_at(struct map_search *s, uint32_t id)
{
	struct bpf_map_info info = { };
	uint32_t len = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return fd;
	if (bpf_map_get_info_by_fd(fd, &info, &len) ||
	    !ends_with(info.name, s->suffix)) {
		near_offer(&s->near, info.name);
		close(fd);
		return 0;
	}
	if (s->fd >= 0) {
		close(fd);
		return info.id != s->info.id;
	}
	s->fd = fd;
	s->info = info;
	return 0;
}

static int find_map(pid_t pid, struct map_search *s, char *err, size_t err_size)
{
	char path[64], offered[NEAR_TEXT_SIZE];
	struct dirent *entry;
	uint32_t id;
	int ret = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", pid);
	dir = opendir(path);
	if (!dir)
		return fail(err, err_size, -errno, "%s: %s", path,
			    strerror(errno));
	while (!ret && (entry = readdir(dir))) {
		id = id_of_map(pid, entry->d_name);
		ret = id ? look_at(s, id) : 0;
	}
	closedir(dir);
	if (ret == 1)
		return fail(err, err_size, -ENOTUNIQ,
			    "the scheduler has two maps whose names end in '%s'",
			    s->suffix);
	if (ret)
		return fail(err, err_size, ret, "cannot open a map: %s",
			    strerror(-ret));
	if (s->fd < 0)
		return fail(err, err_size, -ENOENT,
			    "the scheduler has no map whose name ends in '%s'%s",
			    s->suffix, near_text(&s->near, offered));
	return 0;
}

/* ---- which bytes of it ---- */

static int span_of(const struct btf *btf, const struct bpf_map_info *info,
		   const char *var, struct map_span *span)
{
	struct btf_place place;
	int64_t size;

	if (!btf_find_path(btf, btf_bare_type(btf, info->btf_value_type_id),
			   var, &place) || place.behind_ptr)
		return -ENOENT;
	size = btf__resolve_size(btf, place.type_id);
	if (place.bits || place.bit_off % 8 || size <= 0)
		return -EINVAL;
	*span = (struct map_span){ .offset = place.bit_off / 8, .size = size };
	return 0;
}

static int find_span(const struct bpf_map_info *info,
		     const struct bpf_map_write *w, struct map_span *span)
{
	struct btf *btf;
	int ret = 0;

	*span = (struct map_span){ .size = SIZE_DEFAULT };
	if (w->var) {
		btf = btf__load_from_kernel_by_id(info->btf_id);
		if (!btf)
			return -errno;
		ret = span_of(btf, info, w->var, span);
		btf__free(btf);
	}
	if (w->size || w->offset)
		span->size = w->size ?: SIZE_DEFAULT;
	span->size = min(span->size, (uint32_t)sizeof(w->value));
	span->offset += w->offset;
	if (!ret && span->offset + span->size > info->value_size)
		ret = -EINVAL;
	return ret;
}

/* ---- writing ---- */

/* An aligned number is never seen half written. */
static void store(void *to, const struct bpf_map_write *w, uint32_t size)
{
	if (size == 8 && !((uintptr_t)to % 8))
		__atomic_store_n((uint64_t *)to, w->value, __ATOMIC_RELAXED);
	else if (size == 4 && !((uintptr_t)to % 4))
		__atomic_store_n((uint32_t *)to, w->value, __ATOMIC_RELAXED);
	else
		memcpy(to, &w->value, size);
}

static int write_mapped(const struct map_search *s, const struct bpf_map_write *w,
			const struct map_span *span)
{
	/* As the kernel lays arrays out */
	size_t each = (s->info.value_size + 7) & ~7UL;
	size_t len = each * s->info.max_entries;
	char *at;

	if (w->key >= s->info.max_entries)
		return -ENOENT;
	at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	store(at + w->key * each + span->offset, w, span->size);
	munmap(at, len);
	return 0;
}

static int write_whole(const struct map_search *s, const struct bpf_map_write *w,
		       const struct map_span *span)
{
	size_t key_size = max((size_t)s->info.key_size, sizeof(w->key));
	char *key = calloc(1, key_size), *value = malloc(s->info.value_size);
	int ret = -ENOMEM;

	if (!key || !value)
		goto out_free;
	memcpy(key, &w->key, sizeof(w->key));
	ret = bpf_map_lookup_elem(s->fd, key, value);
	if (ret)
		goto out_free;
	store(value + span->offset, w, span->size);
	ret = bpf_map_update_elem(s->fd, key, value, BPF_EXIST);
out_free:
	free(key);
	free(value);
	return ret;
}

static bool is_percpu(const struct bpf_map_info *info)
{
	return info->type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       info->type == BPF_MAP_TYPE_PERCPU_HASH ||
	       info->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static int write_value(const struct map_search *s, const struct bpf_map_write *w,
		       const struct map_span *span)
{
	if (is_percpu(&s->info))
		return -EOPNOTSUPP;
	if (s->info.type == BPF_MAP_TYPE_ARRAY &&
	    (s->info.map_flags & BPF_F_MMAPABLE))
		return write_mapped(s, w, span);
	return write_whole(s, w, span);
}

int guest_map_write(pid_t pid, const struct bpf_map_write *w, char *err,
		    size_t err_size)
{
	struct map_search s = {
		.suffix = w->map, .fd = -1, .near.given = w->map,
	};
	struct map_span span;
	int ret = find_map(pid, &s, err, err_size);

	if (ret)
		goto out_close;
	ret = find_span(&s.info, w, &span);
	if (ret) {
		fail(err, err_size, ret, "map %s has no '%s' that could be written: %s",
		     s.info.name, w->var ?: "value", strerror(-ret));
		goto out_close;
	}
	ret = write_value(&s, w, &span);
	if (ret)
		fail(err, err_size, ret, "map %s[%llu]: %u bytes at %u cannot be written: %s",
		     s.info.name, w->key, span.size, span.offset,
		     strerror(-ret));
out_close:
	if (s.fd >= 0)
		close(s.fd);
	return ret;
}
