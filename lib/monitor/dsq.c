// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dispatch queues: local ones in each run queue, global ones per node, and
 * the scheduler's own in a resizable hash table.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/monitor/addrset.h"
#include "lib/monitor/dsq.h"
#include "lib/util/util.h"

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

/*
 * Follow a circular list of sched_ext entities from @head; @link is the member
 * that holds the links. Ends where it meets an entry again.
 */
static int follow_list(const struct mon_guest *g, uint64_t head,
		       enum mon_field_id link, struct task_list *l)
{
	uint32_t in_entity = mon_guest_offset(g, link);
	uint32_t in_task = mon_guest_offset(g, MON_TASK_SCX);
	struct addrset seen = { };
	uint64_t node;
	int ret = 0;

	if (mon_read_u64(&g->mem, head, &node))
		return -EFAULT;
	while (node && node != head && l->n < MON_DSQ_TASKS_MAX) {
		ret = addrset_add(&seen, node);
		if (ret <= 0)
			break;
		ret = 0;
		if (link != MON_SE_DSQ_LIST || !is_cursor(g, node - in_entity))
			ret = task_list_add(l, node - in_entity - in_task);
		if (ret || mon_read_u64(&g->mem, node, &node))
			break;
	}
	addrset_free(&seen);
	return ret;
}

int mon_runnable_list(const struct mon_guest *g, unsigned int cpu,
		      uint64_t **tasks)
{
	uint64_t rq = mon_guest_symbol(g, MON_SYM_RUNQUEUES);
	struct task_list l = { };
	int ret;

	*tasks = NULL;
	ret = follow_list(g, mon_guest_percpu(g, rq, cpu) +
			  mon_guest_offset(g, MON_RQ_SCX_RUNNABLE_LIST),
			  MON_SE_RUNNABLE_NODE, &l);
	if (ret) {
		free(l.tasks);
		return ret;
	}
	*tasks = l.tasks;
	return l.n;
}

/* ---- queues ---- */

static int add_dsq(const struct mon_guest *g, struct mon_dsqs *dsqs,
		   uint64_t va, enum mon_dsq_kind kind, int where)
{
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
	ret = follow_list(g, va + mon_guest_offset(g, MON_DSQ_LIST),
			  MON_SE_DSQ_LIST, &l);
	if (ret == -ENOMEM) {
		free(l.tasks);
		return ret;
	}
	d->tasks = l.tasks;
	d->n_tasks = l.n;
	dsqs->n++;
	return 0;
}

static int read_local(const struct mon_guest *g, struct mon_dsqs *dsqs)
{
	uint64_t rq = mon_guest_symbol(g, MON_SYM_RUNQUEUES) +
		      mon_guest_offset(g, MON_RQ_SCX_LOCAL_DSQ);
	unsigned int cpu;
	int ret = 0;

	for (cpu = 0; cpu < g->nr_cpus && !ret; cpu++)
		ret = add_dsq(g, dsqs, mon_guest_percpu(g, rq, cpu),
			      MON_DSQ_LOCAL, cpu);
	return ret;
}

/* An array of pointers, one per node, at @va */
static int read_global(const struct mon_guest *g, struct mon_dsqs *dsqs,
		       uint64_t va, uint32_t in_node)
{
	uint32_t n = 1, i;
	uint64_t node;
	int ret = 0;

	if (g->kernel->f.sym[MON_SYM_NR_NODE_IDS])
		mon_read_u32(&g->mem, mon_guest_symbol(g, MON_SYM_NR_NODE_IDS),
			     &n);
	for (i = 0; va && i < min(n, (uint32_t)NODES_MAX) && !ret; i++) {
		if (mon_read_u64(&g->mem, va + 8 * i, &node)) {
			dsqs->incomplete = "global queues are not in memory";
			return 0;
		}
		if (node)
			ret = add_dsq(g, dsqs, node + in_node, MON_DSQ_GLOBAL,
				      i);
	}
	return ret;
}

static int read_bypass(const struct mon_guest *g, struct mon_dsqs *dsqs,
		       uint64_t pcpu)
{
	unsigned int cpu;
	int ret = 0;

	if (!pcpu || !mon_guest_has_field(g, MON_PCPU_BYPASS_DSQ))
		return 0;
	pcpu += mon_guest_offset(g, MON_PCPU_BYPASS_DSQ);
	for (cpu = 0; cpu < g->nr_cpus && !ret; cpu++)
		ret = add_dsq(g, dsqs, mon_guest_percpu(g, pcpu, cpu),
			      MON_DSQ_BYPASS, cpu);
	return ret;
}

/* Bit 0 of a bucket is its lock, of a link the end of the list. */
static int read_bucket(const struct mon_guest *g, struct mon_dsqs *dsqs,
		       uint64_t bucket, struct addrset *seen)
{
	uint64_t node;
	int ret;

	if (mon_read_u64(&g->mem, bucket, &node))
		return -EFAULT;
	node &= ~1ULL;
	while (node && !(node & 1)) {
		ret = addrset_add(seen, node);
		if (ret <= 0)
			return ret;
		ret = add_dsq(g, dsqs,
			      node - mon_guest_offset(g, MON_DSQ_HASH_NODE),
			      MON_DSQ_USER, -1);
		if (ret)
			return ret;
		if (mon_read_u64(&g->mem, node, &node))
			return -EFAULT;
	}
	return 0;
}

/* Return: 0 and the next table in *@table, or -errno. */
static int read_table(const struct mon_guest *g, struct mon_dsqs *dsqs,
		      uint64_t *table, struct addrset *seen)
{
	uint64_t size, nest, future, i;
	uint64_t buckets = *table + mon_guest_offset(g, MON_TBL_BUCKETS);
	int ret = 0;

	if (mon_guest_field(g, MON_TBL_SIZE, *table, &size) ||
	    mon_guest_field(g, MON_TBL_NEST, *table, &nest) ||
	    mon_guest_field(g, MON_TBL_FUTURE, *table, &future))
		return -EFAULT;
	if (nest || size > BUCKETS_MAX) {
		dsqs->incomplete = "the table of user queues is nested";
		return 0;
	}
	for (i = 0; i < size && !ret; i++)
		ret = read_bucket(g, dsqs, buckets + 8 * i, seen);
	*table = future;
	return ret;
}

static int read_hash(const struct mon_guest *g, struct mon_dsqs *dsqs,
		     uint64_t hash)
{
	struct addrset seen = { };
	unsigned int tables;
	uint64_t table;
	int ret;

	ret = mon_guest_field(g, MON_RHT_TBL, hash, &table);
	for (tables = 0; !ret && table && tables < TABLES_MAX; tables++)
		ret = read_table(g, dsqs, &table, &seen);
	addrset_free(&seen);
	if (ret == -EFAULT) {
		dsqs->incomplete = "the table of user queues is damaged";
		ret = 0;
	}
	return ret;
}

static int read_scheduler(const struct mon_guest *g, struct mon_dsqs *dsqs,
			  uint64_t va)
{
	const char *sch = mon_ptr(&g->mem, va,
				  g->kernel->f.struct_size[MON_ST_SCX_SCHED]);
	int ret;

	if (!sch) {
		dsqs->incomplete = "the scheduler is not in memory";
		return 0;
	}
	if (mon_guest_has_field(g, MON_SCX_PNODE))
		ret = read_global(g, dsqs, mon_guest_get(g, MON_SCX_PNODE, sch),
				  mon_guest_offset(g, MON_PNODE_GLOBAL_DSQ));
	else
		ret = read_global(g, dsqs,
				  mon_guest_get(g, MON_SCX_OLD_GLOBAL_DSQS,
						sch), 0);
	if (!ret)
		ret = read_bypass(g, dsqs, mon_guest_get(g, MON_SCX_PCPU, sch));
	if (!ret && mon_guest_has_field(g, MON_SCX_DSQ_HASH))
		ret = read_hash(g, dsqs,
				va + mon_guest_offset(g, MON_SCX_DSQ_HASH));
	return ret;
}

/* Kernels up to 6.15: one scheduler, its queues in globals */
static int read_globals(const struct mon_guest *g, struct mon_dsqs *dsqs)
{
	uint64_t va = mon_guest_symbol(g, MON_SYM_SCX_OLD_GLOBAL_DSQS), array;
	int ret = 0;

	if (va && !mon_read_u64(&g->mem, va, &array))
		ret = read_global(g, dsqs, array, 0);
	va = mon_guest_symbol(g, MON_SYM_SCX_OLD_DSQ_HASH);
	if (!ret && va)
		ret = read_hash(g, dsqs, va);
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

int mon_dsqs_read(const struct mon_guest *g, struct mon_dsqs *dsqs)
{
	uint64_t sch[MON_SCHEDS_MAX];
	unsigned int i, n;
	int ret;

	memset(dsqs, 0, sizeof(*dsqs));
	if (!mon_kernel_has(g->kernel, MON_PART_SCX))
		return -ENOTSUP;
	ret = read_local(g, dsqs);
	if (ret)
		return ret;
	if (!mon_kernel_has(g->kernel, MON_PART_DSQS)) {
		dsqs->incomplete = g->kernel->f.missing[MON_PART_DSQS];
		return 0;
	}
	if (!g->kernel->f.sym[MON_SYM_SCX_ROOT])
		return read_globals(g, dsqs);
	n = mon_schedulers(g, sch);
	for (i = 0; i < n && !ret; i++)
		ret = read_scheduler(g, dsqs, sch[i]);
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
