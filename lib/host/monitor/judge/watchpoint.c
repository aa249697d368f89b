// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watching a variable of the guest's kernel. See watchpoint.h.
 */
#include "lib/host/monitor/judge/watchpoint.h"

#include <bpf/btf.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/check/watch.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/path.h"

#define WHY_LEN	200
/* To have the CPUs stopped, on a host that does not run them */
#define TRIES	3

/**
 * struct mon_watchpoint - one that is wanted, or set
 * @place: where
 * @path: from the symbol there; valid once @found
 * @symbol_va: of the symbol
 * @begins_at_ptr: it is a pointer, and the path begins where that leads
 * @found: names and types have been looked up
 * @va: where it is set; 0 while it is not
 * @failed: times that the CPUs could not be told
 * @ret: why not
 * @why: the same as one sentence
 * @lock: guards what follows: several CPUs may write at a time
 * @bytes: the host's address of @va
 * @ops: the machine
 * @ctx: first argument of @ops
 * @writes: what was seen
 * @n_named: of those that have a name
 */
struct mon_watchpoint {
	struct watch_symbol place;
	struct mon_path path;
	uint64_t symbol_va;
	bool begins_at_ptr;
	bool found;
	uint64_t va;
	unsigned int failed;
	int ret;
	char why[WHY_LEN];
	pthread_mutex_t lock;
	const void *bytes;
	const struct mon_mem_ops *ops;
	void *ctx;
	struct mon_writes *writes;
	unsigned int n_named;
};

struct mon_watchpoint *mon_watchpoint_create(const char *text,
					     struct mon_writes *writes)
{
	struct mon_watchpoint *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	pthread_mutex_init(&w->lock, NULL);
	w->writes = writes;
	w->ret = -EAGAIN;
	snprintf(w->why, sizeof(w->why), "the guest's kernel was not found");
	if (watch_symbol_parse(text, &w->place, w->why, sizeof(w->why)))
		w->ret = -EINVAL;
	return w;
}

void mon_watchpoint_destroy(struct mon_watchpoint *w)
{
	if (!w)
		return;
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* ---- where it is ---- */

static int refuse(struct mon_watchpoint *w, int ret, const char *why)
{
	snprintf(w->why, sizeof(w->why), "%s", why);
	w->ret = ret;
	return ret;
}

static int find_path(struct mon_watchpoint *w, const struct mon_kernel *k)
{
	const char *path = w->place.path;
	int id = btf__find_by_name_kind(k->btf, w->place.type,
					BTF_KIND_STRUCT);
	int64_t size = id > 0 ? btf__resolve_size(k->btf, id) : -1;

	if (size <= 0 || size > UINT32_MAX)
		return refuse(w, -ENOENT, "the kernel has no such struct");
	w->begins_at_ptr = strstarts(path, "->");
	w->ret = mon_path_find(k, k->btf, id, size,
			       path + (w->begins_at_ptr ? 2 : 0), &w->path,
			       w->why, sizeof(w->why));
	if (!w->ret && w->path.field.bits)
		return refuse(w, -EINVAL, "a bitfield has no address");
	return w->ret;
}

static int find(struct mon_watchpoint *w, const struct mon_guest *g)
{
	uint64_t size;

	w->symbol_va = mon_guest_named(g, w->place.symbol, &size);
	if (!w->symbol_va)
		return refuse(w, -ENOENT, "the kernel has no such symbol");
	if (*w->place.type)
		return find_path(w, g->kernel);
	if (!size || size > 8 || size & (size - 1))
		return refuse(w, -EINVAL,
			      "it is no number: say of which struct it is, and the member, as in SYMBOL:TYPE:PATH");
	w->path = (struct mon_path){
		.field = { .size = size, .elem_size = size, .present = true },
	};
	w->ret = 0;
	return 0;
}

/* 0 while a pointer on the way leads nowhere */
static uint64_t address(const struct mon_watchpoint *w,
			const struct mon_guest *g)
{
	uint64_t va = w->symbol_va;
	unsigned int i;

	if (w->begins_at_ptr && mon_read_u64(&g->mem, va, &va))
		return 0;
	for (i = 0; va && i < w->path.n_hops; i++)
		if (mon_read_u64(&g->mem, va + w->path.hop[i], &va))
			return 0;
	return va ? va + w->path.field.offset : 0;
}

/* ---- what is written there ---- */

/* On the thread of the CPU that has written. */
static void hit(void *ctx, unsigned int cpu, uint64_t pc)
{
	struct mon_watchpoint *w = ctx;
	struct mon_field f = w->path.field;
	struct mon_write *write;

	f.offset = 0;
	pthread_mutex_lock(&w->lock);
	if (w->writes->n < MON_WRITES_MAX) {
		write = &w->writes->list[w->writes->n++];
		*write = (struct mon_write){
			.host_ns = clock_now_ns(), .cpu = cpu, .pc = pc,
			.tsc = w->ops->guest_tsc ? w->ops->guest_tsc(w->ctx) : 0,
			.value = (int64_t)mon_field_get(&f, w->bytes),
		};
	}
	pthread_mutex_unlock(&w->lock);
}

static void name(const struct mon_guest *g, struct mon_write *write)
{
	uint64_t offset;
	const char *func = mon_symbols_at(g->kernel->symbols,
					  write->pc - g->kaslr, &offset);

	if (func)
		snprintf(write->where, sizeof(write->where), "%s+0x%" PRIx64,
			 func, offset);
	else
		snprintf(write->where, sizeof(write->where), "0x%" PRIx64,
			 write->pc);
}

static unsigned int name_writes(struct mon_watchpoint *w,
				const struct mon_guest *g)
{
	unsigned int n;

	pthread_mutex_lock(&w->lock);
	n = w->writes->n;
	pthread_mutex_unlock(&w->lock);
	if (w->n_named < n && !mon_symbols_index(g->kernel->symbols))
		for (; w->n_named < n; w->n_named++)
			name(g, &w->writes->list[w->n_named]);
	return n;
}

static void set(struct mon_watchpoint *w, const struct mon_guest *g,
		uint64_t va)
{
	unsigned int len = w->path.field.elem_size;
	const void *bytes = va % len ? NULL : mon_ptr(&g->mem, va, len);
	int ret;

	if (!bytes) {
		refuse(w, -EINVAL, "it does not lie where it can be watched");
		return;
	}
	/* While it is set elsewhere, what comes from there is told as of here. */
	pthread_mutex_lock(&w->lock);
	w->bytes = bytes;
	w->ops = g->mem.ops;
	w->ctx = g->mem.ctx;
	pthread_mutex_unlock(&w->lock);
	ret = w->ops->watch(w->ctx, va, len, MON_WRITES_MAX, hit, w);
	if (ret) {
		/* Each try may keep us, and with us all that is looked for. */
		refuse(w, ++w->failed < TRIES && ret == -ETIMEDOUT ? -EAGAIN :
		       ret, "the CPUs could not be told");
		return;
	}
	w->va = va;
	w->ret = 0;
}

unsigned int mon_watchpoint_turn(struct mon_watchpoint *w,
				 const struct mon_guest *g)
{
	uint64_t va;

	if (!w || (w->ret && w->ret != -EAGAIN))
		return 0;
	if (!g->mem.ops->watch) {
		refuse(w, -ENOTSUP, "this machine cannot");
		return 0;
	}
	if (!w->found && find(w, g))
		return 0;
	w->found = true;
	va = address(w, g);
	if (!va && !w->va)
		refuse(w, -EAGAIN, "a pointer on the way was NULL");
	if (va && va != w->va)
		set(w, g, va);
	return name_writes(w, g);
}

int mon_watchpoint_why(const struct mon_watchpoint *w, char *why, size_t size)
{
	if (!w || w->va)
		return 0;
	snprintf(why, size, "watchpoint: %s: %s", w->place.symbol, w->why);
	return w->ret;
}
