// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dispatch queues: local ones in each run queue, global ones per node, and
 * the scheduler's own in a resizable hash table.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/read/addrset.h"
#include "lib/host/monitor/read/dsq.h"

#define BUCKETS_MAX	(1U << 20)
#define TABLES_MAX	4	/* a table that grows has a next one */
#define NODES_MAX	1024

static const char *const kind_names[] = {
	[MON_DSQ_LOCAL] = "local",
	[MON_DSQ_GLOBAL] = "global",
	[MON_DSQ_BYPASS] = "bypass",
	[MON_DSQ_USER] = "user",
};

const char *mon_dsq_kind_name(enum mon_dsq_kind kind)
{
	return kind_names[kind];
}

/* ---- lists of tasks ---- */

struct task_list {
	uint64_t *tasks;
	size_t n;
	size_t room;
};

static int task_list_add(struct task_list *l, uint64_t va)
{
	uint64_t *grown;

	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 16;

		grown = reallocarray(l->tasks, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		l->tasks = grown;
		l->room = room;
	}
	l->tasks[l->n++] = va;
	return 0;
}

/* Iterators put cursors on the list; a flag behind the links tells. */
static bool is_cursor(const struct mon_guest *g, uint64_t entity)
{
	uint64_t flags;

	if (mon_guest_field(g, MON_LNODE_FLAGS, entity, &flags))
		return false;
	return flags & g->kernel->f.constant[MON_C_LNODE_CURSOR];
}

/* Queues that are being read */
struct reader {
	const struct mon_guest *guest;
	struct mon_dsqs *dsqs;
	struct addrset queues;	/* links of the user queues that were met */
	struct addrset tasks;	/* links of the tasks, on whichever queue */
};

/*
 * Follow the circular list of the tasks on a queue from @head. Ends where it
 * meets an entry again: a task is on one queue at a time, so one that is on
 * another already has moved there meanwhile, or never was here.
 */
static int follow_list(struct reader *r, uint64_t head, struct task_list *l)
{
	const struct mon_guest *g = r->guest;
	uint32_t in_entity = mon_guest_offset(g, MON_SE_DSQ_LIST);
	uint32_t in_task = mon_guest_offset(g, MON_TASK_SCX);
	uint64_t node;
	int ret;

	if (mon_read_u64(&g->mem, head, &node))
		return -EFAULT;
	while (node && node != head && r->tasks.n < MON_DSQ_TASKS_MAX) {
		ret = addrset_add(&r->tasks, node);
		if (ret <= 0)
			return ret;
		if (!is_cursor(g, node - in_entity)) {
			ret = task_list_add(l, node - in_entity - in_task);
			if (ret)
				return ret;
		}
		if (mon_read_u64(&g->mem, node, &node))
			return 0;
	}
	return 0;
}

/* ---- queues ---- */

static int add_dsq(struct reader *r, uint64_t va, enum mon_dsq_kind kind,
		   int where)
{
	const struct mon_guest *g = r->guest;
	struct mon_dsqs *dsqs = r->dsqs;
	struct mon_dsq *d, *grown;
	struct task_list l = { };
	uint64_t nr;
	int ret;

	if (dsqs->n == MON_DSQS_MAX) {
		dsqs->incomplete = "too many queues";
		return 0;
	}
	if (dsqs->n == dsqs->room) {
		size_t room = dsqs->room ? 2 * dsqs->room : 64;

		grown = reallocarray(dsqs->list, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		dsqs->list = grown;
		dsqs->room = room;
	}
	d = &dsqs->list[dsqs->n];
	*d = (struct mon_dsq) { .va = va, .kind = kind, .where = where };
	if (mon_guest_field(g, MON_DSQ_NR, va, &nr) ||
	    mon_guest_field(g, MON_DSQ_ID, va, &d->id)) {
		dsqs->incomplete = "a queue is not in memory";
		return 0;
	}
	d->nr = nr;
	ret = follow_list(r, va + mon_guest_offset(g, MON_DSQ_LIST), &l);
	if (ret == -ENOMEM) {
		free(l.tasks);
		return ret;
	}
	d->tasks = l.tasks;
	d->n_tasks = l.n;
	dsqs->n++;
	return 0;
}

static int read_local(struct reader *r)
{
	const struct mon_guest *g = r->guest;
	uint64_t rq = mon_guest_symbol(g, MON_SYM_RUNQUEUES) +
		      mon_guest_offset(g, MON_RQ_SCX_LOCAL_DSQ);
	unsigned int cpu;
	int ret = 0;

	for (cpu = 0; cpu < g->nr_cpus && !ret; cpu++)
		ret = add_dsq(r, mon_guest_percpu(g, rq, cpu), MON_DSQ_LOCAL,
			      cpu);
	return ret;
}

/* An array of pointers, one per node, at @va */
static int read_global(struct reader *r, uint64_t va, uint32_t in_node)
{
	const struct mon_guest *g = r->guest;
	uint32_t n = 1, i;
	uint64_t node;
	int ret = 0;

	if (g->kernel->f.sym[MON_SYM_NR_NODE_IDS])
		mon_read_u32(&g->mem, mon_guest_symbol(g, MON_SYM_NR_NODE_IDS),
			     &n);
	for (i = 0; va && i < min(n, (uint32_t)NODES_MAX) && !ret; i++) {
		if (mon_read_u64(&g->mem, va + 8 * i, &node)) {
			r->dsqs->incomplete = "global queues are not in memory";
			return 0;
		}
		if (node)
			ret = add_dsq(r, node + in_node, MON_DSQ_GLOBAL, i);
	}
	return ret;
}

static int read_bypass(struct reader *r, uint64_t pcpu)
{
	const struct mon_guest *g = r->guest;
	unsigned int cpu;
	int ret = 0;

	if (!pcpu || !mon_guest_has_field(g, MON_PCPU_BYPASS_DSQ))
		return 0;
	pcpu += mon_guest_offset(g, MON_PCPU_BYPASS_DSQ);
	for (cpu = 0; cpu < g->nr_cpus && !ret; cpu++)
		ret = add_dsq(r, mon_guest_percpu(g, pcpu, cpu),
			      MON_DSQ_BYPASS, cpu);
	return ret;
}

/* Bit 0 of a bucket is its lock, of a link the end of the list. */
static int read_bucket(struct reader *r, uint64_t bucket)
{
	const struct mon_guest *g = r->guest;
	uint64_t node;
	int ret;

	if (mon_read_u64(&g->mem, bucket, &node))
		return -EFAULT;
	node &= ~1ULL;
	while (node && !(node & 1)) {
		if (r->queues.n == MON_DSQS_MAX)
			return -ELOOP;
		ret = addrset_add(&r->queues, node);
		if (ret <= 0)
			return ret;
		ret = add_dsq(r, node - mon_guest_offset(g, MON_DSQ_HASH_NODE),
			      MON_DSQ_USER, -1);
		if (ret)
			return ret;
		if (mon_read_u64(&g->mem, node, &node))
			return -EFAULT;
	}
	return 0;
}

/* Return: 0 and the next table in *@table, or -errno. */
static int read_table(struct reader *r, uint64_t *table)
{
	const struct mon_guest *g = r->guest;
	uint64_t size, nest, future, i;
	uint64_t buckets = *table + mon_guest_offset(g, MON_TBL_BUCKETS);
	int ret = 0;

	if (mon_guest_field(g, MON_TBL_SIZE, *table, &size) ||
	    mon_guest_field(g, MON_TBL_NEST, *table, &nest) ||
	    mon_guest_field(g, MON_TBL_FUTURE, *table, &future))
		return -EFAULT;
	if (nest || size > BUCKETS_MAX) {
		r->dsqs->incomplete = "the table of user queues is nested";
		return 0;
	}
	for (i = 0; i < size && !ret; i++)
		ret = read_bucket(r, buckets + 8 * i);
	*table = future;
	return ret;
}

static int read_hash(struct reader *r, uint64_t hash)
{
	unsigned int tables;
	uint64_t table;
	int ret;

	ret = mon_guest_field(r->guest, MON_RHT_TBL, hash, &table);
	for (tables = 0; !ret && table && tables < TABLES_MAX; tables++)
		ret = read_table(r, &table);
	if (ret == -EFAULT)
		r->dsqs->incomplete = "the table of user queues is damaged";
	else if (ret == -ELOOP)
		r->dsqs->incomplete = "too many queues";
	return ret == -ENOMEM ? ret : 0;
}

static int read_scheduler(struct reader *r, uint64_t va)
{
	const struct mon_guest *g = r->guest;
	const char *sch = mon_ptr(&g->mem, va,
				  g->kernel->f.struct_size[MON_ST_SCX_SCHED]);
	int ret;

	if (!sch) {
		r->dsqs->incomplete = "the scheduler is not in memory";
		return 0;
	}
	if (mon_guest_has_field(g, MON_SCX_PNODE))
		ret = read_global(r, mon_guest_get(g, MON_SCX_PNODE, sch),
				  mon_guest_offset(g, MON_PNODE_GLOBAL_DSQ));
	else
		ret = read_global(r, mon_guest_get(g, MON_SCX_OLD_GLOBAL_DSQS,
						   sch), 0);
	if (!ret)
		ret = read_bypass(r, mon_guest_get(g, MON_SCX_PCPU, sch));
	if (!ret && mon_guest_has_field(g, MON_SCX_DSQ_HASH))
		ret = read_hash(r, va + mon_guest_offset(g, MON_SCX_DSQ_HASH));
	return ret;
}

/* Kernels up to 6.15: one scheduler, its queues in globals */
static int read_globals(struct reader *r)
{
	const struct mon_guest *g = r->guest;
	uint64_t va = mon_guest_symbol(g, MON_SYM_SCX_OLD_GLOBAL_DSQS), array;
	int ret = 0;

	if (va && !mon_read_u64(&g->mem, va, &array))
		ret = read_global(r, array, 0);
	va = mon_guest_symbol(g, MON_SYM_SCX_OLD_DSQ_HASH);
	if (!ret && va)
		ret = read_hash(r, va);
	return ret;
}

unsigned int mon_schedulers(const struct mon_guest *g, uint64_t *va)
{
	uint64_t head = mon_guest_symbol(g, MON_SYM_SCX_SCHED_ALL);
	uint64_t root = mon_guest_symbol(g, MON_SYM_SCX_ROOT), node;
	unsigned int n = 0, i;

	if (!root || mon_read_u64(&g->mem, root, &va[0]) || !va[0])
		return 0;
	n = 1;
	if (!head || !mon_guest_has_field(g, MON_SCX_ALL) ||
	    mon_read_u64(&g->mem, head, &node))
		return n;
	for (i = 0; node && node != head && i < MON_SCHEDS_MAX; i++) {
		uint64_t sch = node - mon_guest_offset(g, MON_SCX_ALL);

		if (sch != va[0] && n < MON_SCHEDS_MAX)
			va[n++] = sch;
		if (mon_read_u64(&g->mem, node, &node))
			break;
	}
	return n;
}

static int read_all(struct reader *r)
{
	const struct mon_kernel *k = r->guest->kernel;
	uint64_t sch[MON_SCHEDS_MAX];
	unsigned int i, n;
	int ret;

	ret = read_local(r);
	if (ret)
		return ret;
	if (!mon_kernel_has(k, MON_PART_DSQS)) {
		r->dsqs->incomplete = k->f.missing[MON_PART_DSQS];
		return 0;
	}
	if (!k->f.sym[MON_SYM_SCX_ROOT])
		return read_globals(r);
	n = mon_schedulers(r->guest, sch);
	for (i = 0; i < n && !ret; i++)
		ret = read_scheduler(r, sch[i]);
	return ret;
}

int mon_dsqs_read(const struct mon_guest *g, struct mon_dsqs *dsqs)
{
	struct reader r = { .guest = g, .dsqs = dsqs };
	int ret;

	memset(dsqs, 0, sizeof(*dsqs));
	if (!mon_kernel_has(g->kernel, MON_PART_SCX))
		return -ENOTSUP;
	ret = read_all(&r);
	addrset_free(&r.queues);
	addrset_free(&r.tasks);
	return ret;
}

void mon_dsqs_free(struct mon_dsqs *dsqs)
{
	size_t i;

	for (i = 0; i < dsqs->n; i++)
		free(dsqs->list[i].tasks);
	free(dsqs->list);
	memset(dsqs, 0, sizeof(*dsqs));
}
