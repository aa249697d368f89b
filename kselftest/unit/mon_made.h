/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's memory made by hand, for tests that need no kernel: page tables,
 * run queues, tasks with stacks, sched_ext's queues, BPF objects. Where members
 * lie is made up as well, so it fits no kernel, but each walk of the monitor's
 * finds its way.
 *
 *	physical		virtual
 *	2 MiB	kernel image	MADE_TEXT: the symbols, 8 KiB each
 *	4 MiB	heap		MADE_DIRECT + physical
 *	12 MiB	pages		MADE_VMALLOC, in reverse: none is before the
 *				one that follows it
 */
#ifndef KTSTR_UNIT_MON_MADE_H
#define KTSTR_UNIT_MON_MADE_H

#include <bpf/btf.h>
#include <linux/bpf.h>

#include "kselftest/unit/mon_image.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/bpf.h"
#include "lib/host/monitor/read/sample.h"

#define MADE_RAM	(14UL << 20)
#define MADE_IMAGE	(2UL << 20)	/* where it is, and its size */
#define MADE_HEAP	(4UL << 20)
#define MADE_PAGES	(12UL << 20)
#define MADE_LINK	0xffffffff81000000ULL
#define MADE_KASLR	0x600000ULL
#define MADE_TEXT	(MADE_LINK + MADE_KASLR)
#define MADE_DIRECT	0xffff888000000000ULL
#define MADE_VMALLOC	0xffffc90000000000ULL
#define MADE_CPUS	4
#define MADE_PERCPU	(64UL << 10)	/* of each CPU, in heap and pages */
#define MADE_HZ		1000
#define MADE_JIFFIES	4295000000ULL
#define MADE_EVENTS	3

struct made {
	uint8_t *ram;
	uint64_t heap;		/* free from here on */
	uint64_t percpu;	/* likewise, in the pages of each CPU */
	struct mon_kernel *k;
	struct mon_image *file;
	struct mon_mem mem;
	uint64_t sched;
	uint64_t tasks[8];
	unsigned int n_tasks;
	uint64_t dsq;		/* a user queue */
	uint64_t btf;
	uint32_t key_type;
	uint32_t value_type;
	uint32_t section_type;
};

/* ---- where members lie ---- */

struct made_struct {
	enum mon_struct_id st;
	enum mon_field_id first;
	enum mon_field_id last;
	uint32_t base;		/* structs that start with another one */
};

/* Larger than the 32 bytes that each member gets, so at the end */
struct made_large {
	enum mon_field_id id;
	uint32_t offset;
	uint32_t size;
};

static inline void made_member(struct mon_fields *f, enum mon_field_id id,
			       uint32_t offset, uint32_t size, uint32_t elem)
{
	f->field[id] = (struct mon_field){
		.offset = offset, .size = size, .elem_size = elem,
		.present = true,
	};
}

static inline void made_structs(struct mon_fields *f)
{
	static const struct made_struct structs[] = {
		{ MON_ST_RQ, MON_RQ_NR_RUNNING, MON_RQ_SCX_RUNNABLE_LIST, 0 },
		{ MON_ST_SCHED_DOMAIN, MON_SD_PARENT,
		  MON_SD_TTWU_MOVE_BALANCE, 0 },
		{ MON_ST_SCX_SCHED, MON_SCX_OPS_NAME, MON_SCX_BYPASS_DEPTH,
		  0 },
		{ MON_ST_SCX_EXIT_INFO, MON_EI_KIND, MON_EI_MSG, 0 },
		{ MON_ST_SCX_DSQ, MON_DSQ_LIST, MON_DSQ_HASH_NODE, 0 },
		{ MON_ST_SCX_ENTITY, MON_SE_DSQ, MON_LNODE_FLAGS, 0 },
		{ MON_ST_TASK, MON_TASK_PID, MON_TASK_SP, 0 },
		{ MON_ST_SIGNAL, MON_SIGNAL_THREAD_HEAD,
		  MON_SIGNAL_THREAD_HEAD, 0 },
		{ MON_ST_INACTIVE_FRAME, MON_FRAME_BP, MON_FRAME_RET, 0 },
		{ MON_ST_PT_REGS, MON_REGS_IP, MON_REGS_CS, 0 },
		{ MON_ST_IDR, MON_IDR_HEAD, MON_IDR_BASE, 0 },
		{ MON_ST_XA_NODE, MON_XA_SHIFT, MON_XA_SLOTS, 0 },
		{ MON_ST_BPF_MAP, MON_MAP_TYPE, MON_MAP_BTF_VALUE, 0 },
		{ MON_ST_BPF_ARRAY, MON_ARRAY_VALUE, MON_ARRAY_PPTRS, 1024 },
		{ MON_ST_BPF_HTAB, MON_HTAB_BUCKETS, MON_HTAB_N_BUCKETS,
		  1024 },
		{ MON_ST_HTAB_BUCKET, MON_BUCKET_HEAD, MON_BUCKET_HEAD, 0 },
		{ MON_ST_HTAB_ELEM, MON_ELEM_NEXT, MON_ELEM_KEY, 0 },
		{ MON_ST_BPF_PROG, MON_PROG_TYPE, MON_PROG_TAG, 0 },
		{ MON_ST_BPF_PROG_AUX, MON_AUX_ID, MON_AUX_KSYM_NAME, 0 },
		{ MON_ST_BPF_PROG_STATS, MON_STATS_CNT, MON_STATS_MISSES, 0 },
		{ MON_ST_BTF, MON_BTF_DATA, MON_BTF_BASE, 0 },
		{ MON_ST_TIMER_BASE, MON_TIMER_EXPIRES, MON_TIMER_EXPIRES, 0 },
		{ MON_ST_RHASHTABLE, MON_RHT_TBL, MON_RHT_TBL, 0 },
		{ MON_ST_BUCKET_TABLE, MON_TBL_SIZE, MON_TBL_BUCKETS, 0 },
	};
	size_t i;
	int id;

	for (i = 0; i < ARRAY_SIZE(structs); i++) {
		const struct made_struct *s = &structs[i];
		uint32_t at = s->base;

		for (id = s->first; id <= (int)s->last; id++, at += 32)
			made_member(f, id, at, 8, 8);
		f->struct_size[s->st] = at;
	}
	/* As if older kernels' names were not there. */
	f->field[MON_SCX_OLD_EVENT_STATS].present = false;
	f->field[MON_SCX_OLD_GLOBAL_DSQS].present = false;
}

static inline void made_layout(struct mon_fields *f)
{
	static const struct made_large large[] = {
		{ MON_RQ_SCX_LOCAL_DSQ, 2048, 128 },
		{ MON_SCX_DSQ_HASH, 1024, 32 },
		{ MON_SCX_OPS_NAME, 1056, 128 },
		/* The counters go over the end of a page. */
		{ MON_PCPU_EVENT_STATS, 4096 - 8, 8 * MADE_EVENTS },
		{ MON_PCPU_BYPASS_DSQ, 4096 + 512, 128 },
		{ MON_PNODE_GLOBAL_DSQ, 0, 128 },
		{ MON_TASK_SCX, 1024, 1024 },
		{ MON_XA_SLOTS, 64, 512 },
		{ MON_AUX_KSYM_NAME, 1024, MON_KSYM_NAME_LEN },
		{ MON_TASK_COMM, 2048, MON_COMM_LEN },
		{ MON_MAP_NAME, 960, MON_BPF_NAME_LEN },
		{ MON_AUX_NAME, 1152, MON_BPF_NAME_LEN },
		{ MON_ARRAY_VALUE, 1152, 0 },
		{ MON_ARRAY_PPTRS, 1152, 0 },
	};
	static const struct {
		enum mon_struct_id st;
		uint32_t size;
	} sizes[] = {
		{ MON_ST_RQ, 2176 }, { MON_ST_SCX_SCHED, 1184 },
		{ MON_ST_SCX_PCPU, 8192 }, { MON_ST_SCX_PNODE, 128 },
		{ MON_ST_SCX_EVENTS, 8 * MADE_EVENTS }, { MON_ST_TASK, 2064 },
		{ MON_ST_XA_NODE, 576 }, { MON_ST_BPF_PROG_AUX, 1168 },
		{ MON_ST_BPF_MAP, 1024 },
	};
	static const char *const events[MADE_EVENTS] = {
		"SCX_EV_SELECT_CPU_FALLBACK", "SCX_EV_DISPATCH_KEEP_LAST",
		"SCX_EV_MADE",
	};
	size_t i;
	int id;

	made_structs(f);
	for (i = 0; i < ARRAY_SIZE(large); i++)
		made_member(f, large[i].id, large[i].offset, large[i].size,
			    large[i].size <= 8 ? 8 : large[i].size);
	for (id = MON_SD_LB_COUNT; id <= MON_SD_LB_NOBUSYQ; id++)
		made_member(f, id, f->field[id].offset, 12, 4);
	made_member(f, MON_RQ_SCX_LOCAL_DSQ_NR,
		    f->field[MON_RQ_SCX_LOCAL_DSQ].offset +
		    f->field[MON_DSQ_NR].offset, 8, 8);
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		f->struct_size[sizes[i].st] = sizes[i].size;
	for (i = 0; i < MADE_EVENTS; i++) {
		snprintf(f->events[i].name, sizeof(f->events[i].name), "%s",
			 events[i]);
		f->events[i].field = (struct mon_field){
			.offset = 8 * i, .size = 8, .elem_size = 8,
			.present = true,
		};
	}
	f->n_events = MADE_EVENTS;
}

static inline void made_symbols(struct mon_fields *f)
{
	static const enum mon_symbol_id absent[] = {
		MON_SYM_L5_ENABLED, MON_SYM_PAGE_OFFSET_BASE,
		MON_SYM_SCX_OLD_ENABLE_STATE, MON_SYM_SCX_OLD_OPS,
		MON_SYM_SCX_OLD_EXIT_KIND, MON_SYM_SCX_OLD_EXIT_INFO,
		MON_SYM_SCX_OLD_DSQ_HASH, MON_SYM_SCX_OLD_GLOBAL_DSQS,
		MON_SYM_WATCHDOG_TIMEOUT, MON_SYM_CONFIG_DATA,
	};
	size_t i;

	for (i = 0; i < MON_SYM_COUNT; i++)
		f->sym[i] = MADE_LINK + 0x2000 * (i + 1);
	for (i = 0; i < ARRAY_SIZE(absent); i++)
		f->sym[absent[i]] = 0;
	f->sym[MON_SYM_TEXT] = MADE_LINK;
	f->sym[MON_SYM_END] = MADE_LINK + MADE_IMAGE;
	/* Per-CPU data counts from the start of a CPU's area. */
	f->sym[MON_SYM_RUNQUEUES] = 0x1000;
	f->sym[MON_SYM_HRTIMER_BASES] = 0xf000;
	f->constant[MON_C_TASK_STATE_SHIFT] = 8;
	f->constant[MON_C_TASK_STATE_BITS] = 2;
	f->constant[MON_C_LNODE_CURSOR] = 1;
	f->constant[MON_C_SCX_ENABLED] = 1;
	f->constant[MON_C_SCX_DISABLING] = 2;
	f->constant[MON_C_SCX_DISABLED] = 3;
	f->constant[MON_C_SCX_EXIT_ERROR] = 1024;
}

/* ---- bytes ---- */

static inline void made_put(struct made *m, uint64_t va, uint64_t value)
{
	mon_write(&m->mem, va, &value, sizeof(value));
}

static inline uint64_t made_at(const struct made *m, enum mon_field_id id,
			       uint64_t va)
{
	return va + m->k->f.field[id].offset;
}

static inline void made_set(struct made *m, enum mon_field_id id, uint64_t va,
			    uint64_t value)
{
	made_put(m, made_at(m, id, va), value);
}

static inline void made_str(struct made *m, enum mon_field_id id, uint64_t va,
			    const char *text)
{
	mon_write(&m->mem, made_at(m, id, va), text, strlen(text) + 1);
}

static inline uint64_t made_symbol(const struct made *m, enum mon_symbol_id id)
{
	uint64_t link = m->k->f.sym[id];

	return link < MADE_LINK ? link : link + MADE_KASLR;
}

/* Zeroed memory in the direct map */
static inline uint64_t made_alloc(struct made *m, size_t size)
{
	uint64_t at = m->heap;

	m->heap += round_up(size, (size_t)64);
	return at + size <= MADE_PAGES ? MADE_DIRECT + at : 0;
}

static inline uint64_t made_struct(struct made *m, enum mon_struct_id st)
{
	return made_alloc(m, m->k->f.struct_size[st]);
}

/* Per-CPU memory, from the start of a page on */
static inline uint64_t made_alloc_percpu(struct made *m, size_t size)
{
	uint64_t heap_of_cpu0 = MADE_DIRECT + MADE_HEAP;
	uint64_t at = m->percpu;

	m->percpu += round_up(size, (size_t)4096);
	return MADE_VMALLOC + at - heap_of_cpu0;
}

static inline uint64_t made_percpu(uint64_t ptr, unsigned int cpu)
{
	return ptr + MADE_DIRECT + MADE_HEAP + cpu * MADE_PERCPU;
}

/* Circular lists, of which the monitor follows just the next */
static inline void made_list_init(struct made *m, uint64_t head)
{
	made_put(m, head, head);
}

static inline void made_list_add(struct made *m, uint64_t head, uint64_t node)
{
	uint64_t at = head, next = head;

	while (!mon_read_u64(&m->mem, at, &next) && next != head)
		at = next;
	made_put(m, node, head);
	made_put(m, at, node);
}

/* ---- page tables ---- */

static inline void made_entry(struct made *m, uint64_t table, uint64_t va,
			      unsigned int shift, uint64_t entry)
{
	memcpy(m->ram + table + 8 * (va >> shift & 511), &entry, 8);
}

/* Tables down to the one that maps 1 << @shift bytes an entry */
static inline uint64_t made_tables(struct made *m, uint64_t va,
				   unsigned int shift)
{
	uint64_t table = m->mem.pgd_pa;
	unsigned int s;

	for (s = 39; s > shift; s -= 9) {
		uint64_t entry;

		memcpy(&entry, m->ram + table + 8 * (va >> s & 511), 8);
		if (!entry) {
			entry = round_up(m->heap, 4096UL) | 1;
			m->heap = (entry & ~1ULL) + 4096;
			made_entry(m, table, va, s, entry);
		}
		table = entry & ~0xfffULL;
	}
	return table;
}

static inline void made_page_tables(struct made *m)
{
	uint64_t n = (MADE_RAM - MADE_PAGES) / 4096, i;

	m->mem.pgd_pa = MADE_IMAGE + m->k->f.sym[MON_SYM_INIT_TOP_PGT] -
			MADE_LINK;
	made_entry(m, made_tables(m, MADE_TEXT, 21), MADE_TEXT, 21,
		   MADE_IMAGE | 0x81);
	made_entry(m, made_tables(m, MADE_DIRECT, 30), MADE_DIRECT, 30, 0x81);
	for (i = 0; i < n; i++) {
		uint64_t va = MADE_VMALLOC + 4096 * i;

		made_entry(m, made_tables(m, va, 12), va, 12,
			   (MADE_RAM - 4096 * (i + 1)) | 1);
	}
}

/* ---- the kernel ---- */

static inline int made_kernel(struct made *m)
{
	static const char notes[] = "\4\0\0\0\24\0\0\0\3\0\0\0GNU\0"
				    "made by hand, really";
	struct mon_kernel *k = m->k;
	char err[256];

	if (mon_symbols_open("/proc/self/exe", &k->symbols, err, sizeof(err)))
		return -ENOENT;
	made_layout(&k->f);
	made_symbols(&k->f);
	k->notes = (struct mon_section){
		.data = notes, .size = sizeof(notes) - 1,
		.addr = MADE_LINK + 0x1000,
	};
	k->build_id_len = mon_notes_build_id(notes, sizeof(notes) - 1,
					     k->build_id);
	snprintf(k->banner, sizeof(k->banner), "Linux version 0.0.0-made");
	k->hz = MADE_HZ;
	k->cpus_max = MADE_CPUS;
	return 0;
}

static inline void made_globals(struct made *m)
{
	const struct mon_kernel *k = m->k;
	char banner[sizeof(k->banner) + 1];
	unsigned int cpu;

	snprintf(banner, sizeof(banner), "%s\n", k->banner);
	mon_write(&m->mem, k->notes.addr + MADE_KASLR, k->notes.data,
		  k->notes.size);
	mon_write(&m->mem, made_symbol(m, MON_SYM_BANNER), banner,
		  strlen(banner) + 1);
	made_put(m, made_symbol(m, MON_SYM_PHYS_BASE),
		 MADE_IMAGE - (MADE_TEXT - 0xffffffff80000000ULL));
	made_put(m, made_symbol(m, MON_SYM_SCHEDULER_RUNNING), 1);
	made_put(m, made_symbol(m, MON_SYM_NR_CPU_IDS), MADE_CPUS);
	made_put(m, made_symbol(m, MON_SYM_NR_NODE_IDS), 1);
	made_put(m, made_symbol(m, MON_SYM_ONLINE_MASK), (1 << MADE_CPUS) - 1);
	made_put(m, made_symbol(m, MON_SYM_JIFFIES), MADE_JIFFIES);
	for (cpu = 0; cpu < MADE_CPUS; cpu++)
		made_put(m, made_symbol(m, MON_SYM_PER_CPU_OFFSET) + 8 * cpu,
			 made_percpu(0, cpu));
}

/* ---- tasks ---- */

/* Frames of 1 KiB, each of which leads to the next by its frame pointer */
static inline void made_stack(struct made *m, uint64_t task)
{
	uint64_t sp = made_alloc(m, 4096), bp = sp + 128, i;

	made_set(m, MON_TASK_SP, task, sp);
	made_set(m, MON_FRAME_BP, sp, bp);
	made_set(m, MON_FRAME_RET, sp, MADE_TEXT + 0x100);
	for (i = 0; i < 3; i++, bp += 1024) {
		made_put(m, bp, i < 2 ? bp + 1024 : 0);
		made_put(m, bp + 8, i < 2 ? MADE_TEXT + 0x200 + i : 0);
	}
}

static inline void made_task(struct made *m, uint64_t va, int pid, int cpu,
			     const char *comm, uint64_t leader)
{
	uint64_t mask = made_alloc(m, 128), head;

	made_set(m, MON_TASK_PID, va, pid);
	made_set(m, MON_TASK_CPU, va, cpu);
	made_str(m, MON_TASK_COMM, va, comm);
	made_put(m, mask, pid % 2 ? 0xf : 0x3);
	made_set(m, MON_TASK_CPUS_PTR, va, mask);
	made_set(m, MON_TASK_PRIO, va, 120);
	made_set(m, MON_TASK_STATE, va, 1);
	made_stack(m, va);
	made_set(m, MON_TASK_TGID, va, pid);
	if (!leader) {
		leader = va;
		made_set(m, MON_TASK_SIGNAL, va,
			 made_struct(m, MON_ST_SIGNAL));
	}
	mon_read_u64(&m->mem, made_at(m, MON_TASK_SIGNAL, leader), &head);
	if (leader == va)
		made_list_init(m, made_at(m, MON_SIGNAL_THREAD_HEAD, head));
	made_list_add(m, made_at(m, MON_SIGNAL_THREAD_HEAD, head),
		      made_at(m, MON_TASK_THREAD_NODE, va));
	if (leader == va && m->n_tasks)
		made_list_add(m, made_at(m, MON_TASK_TASKS, m->tasks[0]),
			      made_at(m, MON_TASK_TASKS, va));
	else if (leader == va)
		made_list_init(m, made_at(m, MON_TASK_TASKS, va));
	m->tasks[m->n_tasks++] = va;
}

static inline uint64_t made_rq(const struct made *m, unsigned int cpu)
{
	return made_percpu(m->k->f.sym[MON_SYM_RUNQUEUES], cpu);
}

/* It waits on the queue at @dsq since so many jiffies. */
static inline void made_wait(struct made *m, uint64_t task, uint64_t dsq,
			     uint64_t jiffies)
{
	uint64_t se = made_at(m, MON_TASK_SCX, task), nr, cpu;

	made_set(m, MON_TASK_STATE, task, 0);
	made_set(m, MON_TASK_ON_RQ, task, 1);
	made_set(m, MON_TASK_CLASS, task, made_symbol(m, MON_SYM_CLASS_EXT));
	made_set(m, MON_SE_RUNNABLE_AT, se, MADE_JIFFIES - jiffies);
	made_set(m, MON_SE_DSQ, se, dsq);
	made_set(m, MON_SE_WEIGHT, se, 100);
	made_set(m, MON_SE_FLAGS, se, 3 << 8 | 1);
	mon_read_u64(&m->mem, made_at(m, MON_TASK_CPU, task), &cpu);
	made_list_add(m, made_at(m, MON_RQ_SCX_RUNNABLE_LIST, made_rq(m, cpu)),
		      made_at(m, MON_SE_RUNNABLE_NODE, se));
	made_set(m, MON_RQ_SCX_NR_RUNNING, made_rq(m, cpu), 1);
	if (!dsq)
		return;
	made_list_add(m, made_at(m, MON_DSQ_LIST, dsq),
		      made_at(m, MON_SE_DSQ_LIST, se));
	mon_read_u64(&m->mem, made_at(m, MON_DSQ_NR, dsq), &nr);
	made_set(m, MON_DSQ_NR, dsq, nr + 1);
}

static inline void made_dsq(struct made *m, uint64_t va, uint64_t id)
{
	made_list_init(m, made_at(m, MON_DSQ_LIST, va));
	made_set(m, MON_DSQ_ID, va, id);
}

static inline void made_domains(struct made *m, uint64_t rq)
{
	uint64_t low = made_struct(m, MON_ST_SCHED_DOMAIN);
	uint64_t top = made_struct(m, MON_ST_SCHED_DOMAIN);
	uint64_t name = made_alloc(m, 64);

	mon_write(&m->mem, name, "MADE", 5);
	made_set(m, MON_SD_NAME, low, name);
	made_set(m, MON_SD_NAME, top, name);
	made_set(m, MON_SD_SPAN_WEIGHT, low, 2);
	made_set(m, MON_SD_SPAN_WEIGHT, top, MADE_CPUS);
	made_set(m, MON_SD_LEVEL, top, 1);
	made_set(m, MON_SD_PARENT, low, top);
	made_set(m, MON_RQ_SD, rq, low);
}

static inline void made_cpus(struct made *m)
{
	uint64_t init = made_symbol(m, MON_SYM_INIT_TASK);
	unsigned int cpu;

	for (cpu = 0; cpu < MADE_CPUS; cpu++) {
		uint64_t rq = made_rq(m, cpu);
		uint64_t idle = cpu ? made_struct(m, MON_ST_TASK) : init;

		made_set(m, MON_RQ_CPU, rq, cpu);
		made_set(m, MON_RQ_CLOCK, rq, 5 * NSEC_PER_SEC + cpu);
		made_set(m, MON_RQ_CURR, rq, idle);
		made_set(m, MON_RQ_IDLE, rq, idle);
		made_list_init(m, made_at(m, MON_RQ_SCX_RUNNABLE_LIST, rq));
		made_list_init(m, made_at(m, MON_RQ_CFS_TASKS, rq));
		made_dsq(m, made_at(m, MON_RQ_SCX_LOCAL_DSQ, rq), 1ULL << 63);
		made_domains(m, rq);
		made_set(m, MON_TASK_CPU, idle, cpu);
		made_set(m, MON_TASK_ON_CPU, idle, 1);
		made_set(m, MON_TASK_CLASS, idle,
			 made_symbol(m, MON_SYM_CLASS_IDLE));
		made_str(m, MON_TASK_COMM, idle, "swapper");
	}
}

/* ---- sched_ext ---- */

static inline void made_scheduler(struct made *m)
{
	uint64_t pcpu = made_alloc_percpu(m, 8192), node, nodes, tbl, exit;
	unsigned int cpu, i;

	m->sched = made_struct(m, MON_ST_SCX_SCHED);
	made_put(m, made_symbol(m, MON_SYM_SCX_ROOT), m->sched);
	made_put(m, made_symbol(m, MON_SYM_SCX_ENABLE_STATE), 1);
	made_list_init(m, made_symbol(m, MON_SYM_SCX_SCHED_ALL));
	made_list_add(m, made_symbol(m, MON_SYM_SCX_SCHED_ALL),
		      made_at(m, MON_SCX_ALL, m->sched));
	made_str(m, MON_SCX_OPS_NAME, m->sched, "made");
	made_set(m, MON_SCX_ID, m->sched, 1);
	made_set(m, MON_SCX_WATCHDOG_TIMEOUT, m->sched, 30 * MADE_HZ);
	made_set(m, MON_SCX_PCPU, m->sched, pcpu);
	for (cpu = 0; cpu < MADE_CPUS; cpu++) {
		made_dsq(m, made_at(m, MON_PCPU_BYPASS_DSQ,
				    made_percpu(pcpu, cpu)), 1ULL << 63 | 3);
		for (i = 0; i < MADE_EVENTS; i++)
			made_put(m, made_at(m, MON_PCPU_EVENT_STATS,
					    made_percpu(pcpu, cpu)) + 8 * i,
				 100 * (i + 1) + cpu);
	}
	nodes = made_alloc(m, 64);
	node = made_struct(m, MON_ST_SCX_PNODE);
	made_put(m, nodes, node);
	made_set(m, MON_SCX_PNODE, m->sched, nodes);
	made_dsq(m, made_at(m, MON_PNODE_GLOBAL_DSQ, node), 1ULL << 63 | 1);

	tbl = made_alloc(m, 1024);
	made_set(m, MON_RHT_TBL, made_at(m, MON_SCX_DSQ_HASH, m->sched), tbl);
	made_set(m, MON_TBL_SIZE, tbl, 4);
	m->dsq = made_struct(m, MON_ST_SCX_DSQ);
	made_dsq(m, m->dsq, 0x77);
	for (i = 0; i < 4; i++)
		made_put(m, made_at(m, MON_TBL_BUCKETS, tbl) + 8 * i,
			 i == 2 ? made_at(m, MON_DSQ_HASH_NODE, m->dsq) : 1);
	made_set(m, MON_DSQ_HASH_NODE, m->dsq, 1);

	exit = made_struct(m, MON_ST_SCX_EXIT_INFO);
	made_set(m, MON_SCX_EXIT_INFO, m->sched, exit);
}

/* ---- BPF objects ---- */

static inline int made_types(struct made *m)
{
	struct btf *btf = btf__new_empty();
	uint64_t bytes;
	uint32_t size, u32;
	const void *raw;

	if (!btf)
		return -ENOMEM;
	u32 = btf__add_int(btf, "u32", 4, 0);
	m->key_type = u32;
	m->value_type = btf__add_struct(btf, "val", 16);
	btf__add_field(btf, "a", u32, 0, 0);
	btf__add_field(btf, "b", u32, 32, 0);
	btf__add_var(btf, "fail_mode", BTF_VAR_GLOBAL_ALLOCATED, u32);
	m->section_type = btf__add_datasec(btf, ".bss", 16);
	btf__add_datasec_var_info(btf, m->section_type - 1, 4, 4);
	raw = btf__raw_data(btf, &size);
	bytes = raw ? made_alloc(m, size) : 0;
	m->btf = made_struct(m, MON_ST_BTF);
	if (bytes)
		mon_write(&m->mem, bytes, raw, size);
	made_set(m, MON_BTF_DATA, m->btf, bytes);
	made_set(m, MON_BTF_DATA_SIZE, m->btf, size);
	btf__free(btf);
	return bytes ? 0 : -ENOMEM;
}

static inline uint64_t made_map(struct made *m, uint32_t id, uint32_t type,
				const char *name, uint32_t entries)
{
	uint64_t va = made_alloc(m, 2048);

	made_set(m, MON_MAP_ID, va, id);
	made_set(m, MON_MAP_TYPE, va, type);
	made_set(m, MON_MAP_KEY_SIZE, va, 4);
	made_set(m, MON_MAP_VALUE_SIZE, va, 16);
	made_set(m, MON_MAP_MAX_ENTRIES, va, entries);
	made_set(m, MON_MAP_BTF, va, m->btf);
	made_set(m, MON_MAP_BTF_KEY, va, m->key_type);
	made_set(m, MON_MAP_BTF_VALUE, va, m->value_type);
	made_str(m, MON_MAP_NAME, va, name);
	return va;
}

/* Elements with keys 10, 11, 12; all in the second of two buckets */
static inline uint64_t made_hash(struct made *m, uint32_t id, uint32_t type,
				 const char *name)
{
	uint64_t va = made_map(m, id, type, name, 8), elem, next = 1;
	uint64_t buckets = made_alloc(m, 64), value;
	unsigned int i, cpu;

	made_set(m, MON_HTAB_BUCKETS, va, buckets);
	made_set(m, MON_HTAB_N_BUCKETS, va, 2);
	for (i = 0; i < 3; i++) {
		elem = made_alloc(m, 128);
		made_set(m, MON_ELEM_NEXT, elem, next);
		made_set(m, MON_ELEM_KEY, elem, 12 - i);
		value = made_at(m, MON_ELEM_KEY, elem) + 8;
		next = elem;
		if (type == BPF_MAP_TYPE_HASH) {
			made_put(m, value, 1000 + 12 - i);
			continue;
		}
		made_put(m, value, made_alloc_percpu(m, 16));
		mon_read_u64(&m->mem, value, &value);
		for (cpu = 0; cpu < MADE_CPUS; cpu++)
			made_put(m, made_percpu(value, cpu),
				 1000 * (cpu + 1) + 12 - i);
	}
	made_put(m, buckets, 1);
	made_put(m, buckets + m->k->f.struct_size[MON_ST_HTAB_BUCKET], next);
	return va;
}

static inline uint64_t made_percpu_array(struct made *m, uint32_t id,
					 const char *name)
{
	uint64_t va = made_map(m, id, BPF_MAP_TYPE_PERCPU_ARRAY, name, 3), p;
	unsigned int i, cpu;

	for (i = 0; i < 3; i++) {
		p = made_alloc_percpu(m, 16);
		made_put(m, made_at(m, MON_ARRAY_PPTRS, va) + 8 * i, p);
		for (cpu = 0; cpu < MADE_CPUS; cpu++)
			made_put(m, made_percpu(p, cpu), 100 * cpu + i);
	}
	return va;
}

/* An idr with the ids from 1 on */
static inline void made_idr(struct made *m, enum mon_symbol_id idr,
			    const uint64_t *objects, unsigned int n)
{
	uint64_t node = made_struct(m, MON_ST_XA_NODE);
	unsigned int i;

	for (i = 0; i < n; i++)
		made_put(m, made_at(m, MON_XA_SLOTS, node) + 8 * (i + 1),
			 objects[i]);
	made_set(m, MON_IDR_HEAD, made_symbol(m, idr), node + 2);
}

static inline void made_prog(struct made *m, uint64_t maps, unsigned int n)
{
	uint64_t prog = made_struct(m, MON_ST_BPF_PROG);
	uint64_t aux = made_struct(m, MON_ST_BPF_PROG_AUX);
	uint64_t op = made_alloc(m, 64), stats = made_alloc_percpu(m, 8192);
	unsigned int cpu;

	/* Over the end of a page, as the counters of events are */
	stats += 4096 - 8;
	mon_write(&m->mem, op, "enqueue", 8);
	made_set(m, MON_PROG_TYPE, prog, BPF_PROG_TYPE_STRUCT_OPS);
	made_set(m, MON_PROG_AUX, prog, aux);
	made_set(m, MON_PROG_STATS, prog, stats);
	made_set(m, MON_PROG_LEN, prog, 17);
	made_set(m, MON_AUX_ID, aux, 1);
	made_str(m, MON_AUX_NAME, aux, "made_enqueue");
	made_str(m, MON_AUX_KSYM_NAME, aux, "bpf_prog_00_made_enqueue");
	made_set(m, MON_AUX_FUNC_NAME, aux, op);
	made_set(m, MON_AUX_USED_MAPS, aux, maps);
	made_set(m, MON_AUX_USED_MAP_CNT, aux, n);
	for (cpu = 0; cpu < MADE_CPUS; cpu++) {
		made_set(m, MON_STATS_CNT, made_percpu(stats, cpu), 10 + cpu);
		made_set(m, MON_STATS_NSECS, made_percpu(stats, cpu), 50);
		made_set(m, MON_STATS_MISSES, made_percpu(stats, cpu), 1);
	}
	made_idr(m, MON_SYM_PROG_IDR, &prog, 1);
}

static inline int made_bpf(struct made *m)
{
	uint64_t maps[5], used, bss;
	unsigned int i;

	if (made_types(m))
		return -ENOMEM;
	bss = made_map(m, 1, BPF_MAP_TYPE_ARRAY, "made.bss", 1);
	made_set(m, MON_MAP_BTF_VALUE, bss, m->section_type);
	made_put(m, made_at(m, MON_ARRAY_VALUE, bss), 0x1122334455667788ULL);
	maps[0] = bss;
	maps[1] = made_map(m, 2, BPF_MAP_TYPE_ARRAY, "made_array", 4);
	for (i = 0; i < 4; i++)
		made_put(m, made_at(m, MON_ARRAY_VALUE, maps[1]) + 16 * i,
			 500 + i);
	maps[2] = made_hash(m, 3, BPF_MAP_TYPE_HASH, "made_hash");
	maps[3] = made_hash(m, 4, BPF_MAP_TYPE_PERCPU_HASH, "made_pchash");
	maps[4] = made_percpu_array(m, 5, "made_pcarray");
	used = made_alloc(m, sizeof(maps));
	mon_write(&m->mem, used, maps, sizeof(maps));
	made_idr(m, MON_SYM_MAP_IDR, maps, ARRAY_SIZE(maps));
	made_prog(m, used, ARRAY_SIZE(maps));
	return 0;
}

/* ---- all of it ---- */

static inline int made_fill(struct made *m)
{
	uint64_t leader;

	m->mem = (struct mon_mem){
		.ops = &mon_image_ops, .ctx = m->file, .phys_end = MADE_RAM,
		.text = MADE_TEXT, .text_end = MADE_TEXT + MADE_IMAGE,
		.text_pa = MADE_IMAGE, .page_offset = MADE_DIRECT,
	};
	m->heap = MADE_HEAP + MADE_CPUS * MADE_PERCPU;
	made_page_tables(m);
	made_globals(m);
	made_task(m, made_symbol(m, MON_SYM_INIT_TASK), 0, 0, "swapper", 0);
	made_cpus(m);
	made_scheduler(m);
	leader = made_struct(m, MON_ST_TASK);
	made_task(m, leader, 101, 1, "leader", 0);
	made_task(m, made_struct(m, MON_ST_TASK), 102, 1, "thread", leader);
	made_task(m, made_struct(m, MON_ST_TASK), 103, 2, "waits", 0);
	made_task(m, made_struct(m, MON_ST_TASK), 104, 3, "bpf", 0);
	made_wait(m, m->tasks[2], m->dsq, 2000);
	made_wait(m, m->tasks[3],
		  made_at(m, MON_RQ_SCX_LOCAL_DSQ, made_rq(m, 2)), 4000);
	made_wait(m, m->tasks[4], 0, 3000);
	return made_bpf(m);
}

/*
 * Make a guest; the parts that image_close() releases go to @im. The rest of
 * @m stays valid as long as @im does.
 */
static inline int made_open(struct made *m, struct image *im)
{
	memset(m, 0, sizeof(*m));
	memset(im, 0, sizeof(*im));
	m->k = calloc(1, sizeof(*m->k));
	m->ram = calloc(1, MADE_RAM);
	im->kernel = m->k;
	im->ram = m->ram;
	if (!m->k || !m->ram || made_kernel(m) ||
	    mon_image_from_memory(m->ram, MADE_RAM, &m->file)) {
		snprintf(im->why, sizeof(im->why), "no memory");
		return -ENOMEM;
	}
	im->file = m->file;
	return made_fill(m);
}

#endif /* KTSTR_UNIT_MON_MADE_H */
