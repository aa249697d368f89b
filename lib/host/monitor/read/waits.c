// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks the lists of runnable tasks. See waits.h.
 */
#include "lib/host/monitor/read/waits.h"

#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/read/tasks.h"

/* A list of tasks that hangs from a run queue. */
struct wait_list {
	enum mon_field_id head;		/* in struct rq */
	enum mon_field_id base;		/* in struct task_struct */
	enum mon_field_id node;		/* in what is at @base */
};

void mon_waits_allowed(const struct mon_guest *g, const void *task,
		       unsigned int cpu, struct mon_cpus *cpus)
{
	if (!mon_guest_has_field(g, MON_TASK_MIGRATION_DISABLED) ||
	    !mon_guest_get(g, MON_TASK_MIGRATION_DISABLED, task)) {
		mon_task_mask(g, task, cpus);
		return;
	}
	memset(cpus, 0, sizeof(*cpus));
	mon_cpus_set(cpus, cpu);
}

/* Queued, and no more than that. */
static bool waits(const struct mon_guest *g, const void *task)
{
	return mon_guest_get(g, MON_TASK_ON_RQ, task) == 1 &&
	       !mon_guest_get(g, MON_TASK_ON_CPU, task) &&
	       !mon_guest_get(g, MON_TASK_STATE, task);
}

static const struct wait_list lists[] = {
	[MON_WAITS_FAIR] = { MON_RQ_CFS_TASKS, MON_TASK_GROUP_NODE,
			     MON_TASK_GROUP_NODE },
	[MON_WAITS_EXT] = { MON_RQ_SCX_RUNNABLE_LIST, MON_TASK_SCX,
			    MON_SE_RUNNABLE_NODE },
};

void mon_waits_each(const struct mon_guest *g, const void *rq,
		    unsigned int cpu, enum mon_wait_list which,
		    void (*fn)(void *ctx, const void *task), void *ctx)
{
	const struct wait_list *list = &lists[which];
	uint64_t runqueues = mon_guest_symbol(g, MON_SYM_RUNQUEUES);
	uint64_t head, node, at;
	unsigned int left;
	const char *task;

	if (!mon_guest_has_field(g, list->head) ||
	    !mon_guest_has_field(g, list->node))
		return;
	head = mon_guest_percpu(g, runqueues, cpu) +
	       mon_guest_offset(g, list->head);
	node = mon_guest_offset(g, list->node);
	if (list->base != list->node)
		node += mon_guest_offset(g, list->base);
	at = mon_load((const char *)rq + mon_guest_offset(g, list->head), 8);
	for (left = MON_WAITS_MAX; left && at != head; left--) {
		task = mon_ptr(&g->mem, at - node,
			       g->kernel->f.struct_size[MON_ST_TASK]);
		if (!task)
			return;
		at = mon_load(task + node, 8);
		if (waits(g, task))
			fn(ctx, task);
	}
}

/*
 * Who wakes another and is about to sleep keeps it on its own CPU, idle ones or
 * not: the kernel's own choice for pipes and the like (SCX_WAKE_SYNC). So each
 * exchange begins with a wait of less than that.
 */
#define EXCHANGE_NS	NSEC_PER_MSEC

struct wait_ctx {
	const struct mon_guest *guest;
	unsigned int cpu;
	uint64_t clock_ns;	/* of the run queue: without what the host took */
	struct mon_waits *waits;
};

/* Of a kernel that stamps no waits each has begun long ago. */
static bool has_just_begun(const struct wait_ctx *ctx, const void *task)
{
	uint64_t since_ns = mon_guest_get(ctx->guest, MON_TASK_LAST_QUEUED,
					  task);

	return since_ns && (int64_t)(ctx->clock_ns - since_ns) <
			   (int64_t)EXCHANGE_NS;
}

static void add(void *arg, const void *task)
{
	struct wait_ctx *ctx = arg;
	struct mon_cpus cpus;
	unsigned int i;

	if (has_just_begun(ctx, task))
		return;
	mon_waits_allowed(ctx->guest, task, ctx->cpu, &cpus);
	for (i = 0; i < ARRAY_SIZE(cpus.bits); i++)
		ctx->waits->cpus.bits[i] |= cpus.bits[i];
	ctx->waits->n++;
}

void mon_waits_read(const struct mon_guest *g, const void *rq,
		    unsigned int cpu, struct mon_waits *w)
{
	struct wait_ctx ctx = {
		.guest = g, .cpu = cpu, .waits = w,
		.clock_ns = mon_guest_get(g, MON_RQ_CLOCK, rq),
	};
	enum mon_wait_list i;

	memset(w, 0, sizeof(*w));
	if (!mon_kernel_has(g->kernel, MON_PART_TASKS))
		return;
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		mon_waits_each(g, rq, cpu, i, add, &ctx);
}

/* Idle CPUs that one of those who wait on @on may use */
static void match(struct mon_sample *s, unsigned int on)
{
	const struct mon_waits *w = &s->cpus[on].waits;
	unsigned int cpu;

	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		struct mon_cpu *c = &s->cpus[cpu];

		if (!c->valid || !c->idle || c->idle_wait ||
		    !mon_cpus_test(&w->cpus, cpu))
			continue;
		c->idle_wait = w->n;
		c->idle_wait_cpu = on;
	}
}

void mon_waits_match(struct mon_sample *s)
{
	unsigned int cpu;

	for (cpu = 0; cpu < s->n_cpus; cpu++)
		if (s->cpus[cpu].valid && s->cpus[cpu].waits.n)
			match(s, cpu);
}
