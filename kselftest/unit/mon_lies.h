/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Making a guest's memory lie: what the monitor follows in a memory image
 * (run queues, tasks, queues, maps, programs, trees, page tables), each a place
 * where a value can be replaced, and put back.
 */
#ifndef KTSTR_UNIT_MON_LIES_H
#define KTSTR_UNIT_MON_LIES_H

#include <stdint.h>
#include <string.h>
#include <time.h>

#include "kselftest/unit/mon_made.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/bpf.h"
#include "lib/host/monitor/read/dump.h"
#include "lib/host/monitor/read/sample.h"

#define LIE_PLACES_MAX	1024
#define LIES_MAX	64

enum lie_kind {
	LIE_RQ,
	LIE_TASK,
	LIE_STACK,
	LIE_DOMAIN,
	LIE_SCHED,
	LIE_DSQ,
	LIE_MAP,
	LIE_PROG,
	LIE_PROG_AUX,
	LIE_BTF,
	LIE_TREE,
	LIE_SYMBOL,
	LIE_PAGE_TABLE,
	LIE_KINDS
};

/* Bytes of the guest that the monitor relies on */
struct lie_place {
	enum lie_kind kind;
	uint64_t va;
	uint8_t *host;
	size_t size;
};

/* What was there before a lie */
struct lie {
	uint8_t *host;
	uint64_t was;
};

struct lies {
	struct image im;
	struct made made;	/* when there is no name of an image */
	struct lie_place places[LIE_PLACES_MAX];
	unsigned int n_places;
	struct lie told[LIES_MAX];
	unsigned int n_told;
};

static inline void lie_place_add(struct lies *l, enum lie_kind kind,
				 uint64_t va, size_t size)
{
	uint8_t *host = size >= 8 ? mon_ptr(&l->im.guest.mem, va, size) : NULL;

	if (!host || l->n_places == LIE_PLACES_MAX)
		return;
	l->places[l->n_places++] = (struct lie_place){
		.kind = kind, .va = va, .host = host, .size = size,
	};
}

static inline uint64_t lie_read(struct lies *l, enum mon_field_id id,
				uint64_t va)
{
	uint64_t v = 0;

	mon_guest_field(&l->im.guest, id, va, &v);
	return v;
}

static inline void lie_places_cpu(struct lies *l, unsigned int cpu)
{
	const struct mon_guest *g = &l->im.guest;
	const uint32_t *size = g->kernel->f.struct_size;
	uint64_t rq = mon_guest_percpu(g, mon_guest_symbol(g, MON_SYM_RUNQUEUES),
				       cpu);

	lie_place_add(l, LIE_RQ, rq, size[MON_ST_RQ]);
	lie_place_add(l, LIE_DOMAIN, lie_read(l, MON_RQ_SD, rq),
		      size[MON_ST_SCHED_DOMAIN]);
}

static inline void lie_places_bpf(struct lies *l)
{
	const struct mon_guest *g = &l->im.guest;
	const uint32_t *size = g->kernel->f.struct_size;
	struct mon_map *maps = NULL;
	struct mon_prog *progs = NULL;
	size_t n = 0, i;

	mon_maps_list(g, &maps, &n);
	for (i = 0; i < n; i++) {
		lie_place_add(l, LIE_MAP, maps[i].va, size[MON_ST_BPF_HTAB]);
		lie_place_add(l, LIE_BTF, maps[i].btf_va, size[MON_ST_BTF]);
		lie_place_add(l, LIE_BTF,
			      lie_read(l, MON_BTF_DATA, maps[i].btf_va), 512);
	}
	n = 0;
	mon_progs_list(g, &progs, &n);
	for (i = 0; i < n; i++) {
		lie_place_add(l, LIE_PROG, progs[i].va, size[MON_ST_BPF_PROG]);
		lie_place_add(l, LIE_PROG_AUX,
			      lie_read(l, MON_PROG_AUX, progs[i].va),
			      size[MON_ST_BPF_PROG_AUX]);
	}
	free(maps);
	free(progs);
}

static inline void lie_places_trees(struct lies *l)
{
	const struct mon_guest *g = &l->im.guest;
	const uint32_t *size = g->kernel->f.struct_size;
	static const enum mon_symbol_id idrs[] = {
		MON_SYM_MAP_IDR, MON_SYM_PROG_IDR,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(idrs); i++) {
		uint64_t va = mon_guest_symbol(g, idrs[i]);

		lie_place_add(l, LIE_TREE, va, size[MON_ST_IDR]);
		lie_place_add(l, LIE_TREE,
			      lie_read(l, MON_IDR_HEAD, va) & ~3ULL,
			      size[MON_ST_XA_NODE]);
	}
}

static inline void lie_places_dump(struct lies *l)
{
	const struct mon_dump_options options = { .stall_ns = NSEC_PER_SEC };
	const struct mon_guest *g = &l->im.guest;
	const uint32_t *size = g->kernel->f.struct_size;
	struct mon_dump *d;
	size_t i;

	if (mon_dump_create(g, &options, &d))
		return;
	for (i = 0; i < d->n_tasks && i < 200; i++) {
		lie_place_add(l, LIE_TASK, d->tasks[i].va, size[MON_ST_TASK]);
		lie_place_add(l, LIE_STACK,
			      lie_read(l, MON_TASK_SP, d->tasks[i].va), 512);
	}
	for (i = 0; i < d->dsqs.n && i < 64; i++)
		lie_place_add(l, LIE_DSQ, d->dsqs.list[i].va,
			      size[MON_ST_SCX_DSQ]);
	mon_dump_destroy(d);
}

/*
 * Find all places in an image, or, without a name, in a guest that is made by
 * hand; what a kernel lacks is left out.
 */
static inline int lies_open(struct lies *l, const char *name)
{
	static const enum mon_symbol_id symbols[] = {
		MON_SYM_SCX_ROOT, MON_SYM_PER_CPU_OFFSET, MON_SYM_NR_CPU_IDS,
		MON_SYM_ONLINE_MASK, MON_SYM_JIFFIES,
	};
	const struct mon_guest *g = &l->im.guest;
	const uint32_t *size;
	unsigned int cpu, i;
	uint64_t root, pa;
	int ret;

	memset(l, 0, sizeof(*l));
	ret = name ? image_open(&l->im, name) : made_open(&l->made, &l->im);
	if (!ret)
		ret = image_attach(&l->im);
	if (ret)
		return ret;
	size = g->kernel->f.struct_size;
	for (cpu = 0; cpu < g->nr_cpus; cpu++)
		lie_places_cpu(l, cpu);
	for (i = 0; i < ARRAY_SIZE(symbols); i++)
		lie_place_add(l, LIE_SYMBOL, mon_guest_symbol(g, symbols[i]),
			      symbols[i] == MON_SYM_PER_CPU_OFFSET ?
				      8 * g->nr_cpus : 8);
	if (!mon_read_u64(&g->mem, mon_guest_symbol(g, MON_SYM_SCX_ROOT),
			  &root))
		lie_place_add(l, LIE_SCHED, root, size[MON_ST_SCX_SCHED]);
	lie_places_bpf(l);
	lie_places_trees(l);
	lie_places_dump(l);
	/* The kernel's own page tables: the top one, and the next */
	pa = g->mem.pgd_pa;
	lie_place_add(l, LIE_PAGE_TABLE, g->mem.page_offset + pa, 4096);
	return 0;
}

static inline void lies_close(struct lies *l)
{
	image_close(&l->im);
}

static inline void lie_tell(struct lies *l, uint8_t *host, uint64_t value)
{
	struct lie *lie;

	if (l->n_told == LIES_MAX)
		return;
	lie = &l->told[l->n_told++];
	lie->host = host;
	memcpy(&lie->was, host, 8);
	memcpy(host, &value, 8);
}

static inline void lies_take_back(struct lies *l)
{
	while (l->n_told) {
		const struct lie *lie = &l->told[--l->n_told];

		memcpy(lie->host, &lie->was, 8);
	}
}

/* Values that a liar would choose; @pick beyond them is an address. */
static inline uint64_t lie_value(const struct lies *l, uint32_t pick)
{
	static const uint64_t wild[] = {
		0, 1, 2, 3, 63, 64, 0x7fffffff, 0x80000000, 0xffffffff,
		0x100000000ULL, 1ULL << 62, 1ULL << 63, ~0ULL, ~0ULL - 7,
		0xffffffff80000000ULL, 0xffff888000000000ULL,
		0x8000000000000000ULL, 0x00007fffffffffffULL,
	};

	if (pick % 3 == 0)
		return wild[pick / 3 % ARRAY_SIZE(wild)];
	/* Of something else that is real, or inside of it: loops, mix-ups */
	return l->places[pick / 3 % l->n_places].va +
	       (pick % 3 == 1 ? 0 : pick / 7 % 512 * 8);
}

/* CPU time: how long it takes is up to the machine's load as well. */
static inline uint64_t lies_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/*
 * Read everything there is; whatever comes out is right as it is. Returns the
 * CPU time that it took.
 */
static inline uint64_t lies_read_all(struct lies *l)
{
	const struct mon_dump_options options = {
		.stall_ns = NSEC_PER_SEC, .all_stacks = true,
	};
	const struct mon_guest *g = &l->im.guest;
	struct mon_sample *s = mon_sample_alloc(g);
	struct strbuf text = { .text = (char *)"", .max = 4 << 20 };
	uint64_t start = lies_cpu_ns();
	struct mon_sampler *sampler;
	struct mon_guest again;
	struct mon_dump *d;

	if (s && !mon_sampler_create(g, &sampler)) {
		mon_sampler_take(sampler, s);
		mon_sampler_take_again(sampler, s);
		mon_sampler_take(sampler, s);
		mon_sampler_destroy(sampler);
	}
	free(s);
	if (!mon_dump_create(g, &options, &d)) {
		mon_dump_text(d, &text);
		mon_dump_destroy(d);
	}
	strbuf_free(&text);
	if (!mon_guest_attach(&again, g->kernel, &mon_image_ops, l->im.file,
			      mon_image_phys_end(l->im.file)))
		mon_guest_cpus(&again);
	mon_guest_detach(&again);
	return lies_cpu_ns() - start;
}

#endif /* KTSTR_UNIT_MON_LIES_H */
