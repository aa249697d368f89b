// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading tasks and finding them all: the circular list of processes that
 * starts at init_task, each process's list of threads, and the idle tasks,
 * which are on no list.
 */
#include <errno.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/addrset.h"
#include "lib/host/monitor/read/tasks.h"

/* include/linux/sched.h: bits of __state and exit_state */
#define TASK_INTERRUPTIBLE	0x0001
#define TASK_UNINTERRUPTIBLE	0x0002
#define TASK_STOPPED		0x0004
#define TASK_TRACED		0x0008
#define EXIT_DEAD		0x0010
#define EXIT_ZOMBIE		0x0020
#define TASK_PARKED		0x0040
#define TASK_WAKEKILL		0x0100
#define TASK_IDLE		0x0402

#define OPSS_BITS	2	/* of ops_state; the rest is the sequence */

static const struct {
	const char *name;
	enum mon_symbol_id symbol;
} classes[] = {
	[MON_CLASS_STOP] = { "stop", MON_SYM_CLASS_STOP },
	[MON_CLASS_DL] = { "dl", MON_SYM_CLASS_DL },
	[MON_CLASS_RT] = { "rt", MON_SYM_CLASS_RT },
	[MON_CLASS_FAIR] = { "fair", MON_SYM_CLASS_FAIR },
	[MON_CLASS_EXT] = { "ext", MON_SYM_CLASS_EXT },
	[MON_CLASS_IDLE] = { "idle", MON_SYM_CLASS_IDLE },
};

const char *mon_class_name(enum mon_class class)
{
	return class < ARRAY_SIZE(classes) && classes[class].name ?
		       classes[class].name : "?";
}

enum mon_class mon_class_at(const struct mon_guest *g, uint64_t va)
{
	enum mon_class c;

	for (c = MON_CLASS_STOP; c < ARRAY_SIZE(classes); c++)
		if (va && va == mon_guest_symbol(g, classes[c].symbol))
			return c;
	return MON_CLASS_UNKNOWN;
}

static char state_letter(uint64_t state, uint64_t exit_state)
{
	if (exit_state & EXIT_DEAD)
		return 'X';
	if (exit_state & EXIT_ZOMBIE)
		return 'Z';
	if ((state & TASK_IDLE) == TASK_IDLE)
		return 'I';
	if (state & TASK_INTERRUPTIBLE)
		return 'S';
	if (state & TASK_UNINTERRUPTIBLE)
		return 'D';
	if (state & TASK_STOPPED)
		return 'T';
	if (state & TASK_TRACED)
		return 't';
	if (state & TASK_PARKED)
		return 'P';
	return state ? '?' : 'R';
}

void mon_now(const struct mon_guest *g, struct mon_now *now)
{
	uint64_t rq = mon_guest_symbol(g, MON_SYM_RUNQUEUES), clock;
	unsigned int cpu;

	memset(now, 0, sizeof(*now));
	mon_read_u64(&g->mem, mon_guest_symbol(g, MON_SYM_JIFFIES),
		     &now->jiffies);
	for (cpu = 0; cpu < g->nr_cpus; cpu++)
		if (!mon_guest_field(g, MON_RQ_CLOCK,
				     mon_guest_percpu(g, rq, cpu), &clock))
			now->clock_ns = max(now->clock_ns, clock);
}

void mon_task_mask(const struct mon_guest *g, const void *task,
		   struct mon_cpus *cpus)
{
	unsigned int n = min(g->nr_cpus, (unsigned int)MON_MASK_CPUS);

	memset(cpus, 0, sizeof(*cpus));
	if (mon_read(&g->mem, mon_guest_get(g, MON_TASK_CPUS_PTR, task),
		     cpus->bits, (n + 63) / 64 * 8))
		memset(cpus, 0, sizeof(*cpus));
	if (n % 64)
		cpus->bits[n / 64] &= (1ULL << n % 64) - 1;
}

static void read_scx(const struct mon_guest *g, const char *task,
		     struct mon_scx_task *scx)
{
	const uint64_t *c = g->kernel->f.constant;
	const char *se = task + mon_guest_offset(g, MON_TASK_SCX);
	uint32_t mask = ((1U << c[MON_C_TASK_STATE_BITS] % 32) - 1)
			<< c[MON_C_TASK_STATE_SHIFT] % 32;
	uint64_t ops_state = mon_guest_get(g, MON_SE_OPS_STATE, se);

	scx->flags = mon_guest_get(g, MON_SE_FLAGS, se);
	scx->state = (scx->flags & mask) >> c[MON_C_TASK_STATE_SHIFT] % 32;
	scx->flags &= ~mask;
	scx->dsq_flags = mon_guest_get(g, MON_SE_DSQ_FLAGS, se);
	scx->ops_state = ops_state & ((1U << OPSS_BITS) - 1);
	scx->qseq = ops_state >> OPSS_BITS;
	scx->sticky_cpu = mon_guest_get(g, MON_SE_STICKY_CPU, se);
	scx->holding_cpu = mon_guest_get(g, MON_SE_HOLDING_CPU, se);
	scx->weight = mon_guest_get(g, MON_SE_WEIGHT, se);
	scx->slice = mon_guest_get(g, MON_SE_SLICE, se);
	scx->dsq_vtime = mon_guest_get(g, MON_SE_DSQ_VTIME, se);
	scx->runnable_at = mon_guest_get(g, MON_SE_RUNNABLE_AT, se);
	scx->dsq_va = mon_guest_get(g, MON_SE_DSQ, se);
	if (scx->dsq_va &&
	    mon_guest_field(g, MON_DSQ_ID, scx->dsq_va, &scx->dsq_id))
		scx->dsq_va = 0;
}

/* sched_ext counts in jiffies; the other classes stamp the wait's start. */
static uint64_t wait_ns(const struct mon_guest *g, const void *task,
			const struct mon_now *now, const struct mon_task *t)
{
	uint64_t since;

	if (!t->runnable || t->on_cpu)
		return 0;
	if (t->class == MON_CLASS_EXT) {
		since = now->jiffies - t->scx.runnable_at;
		if (!g->kernel->hz || (int64_t)since < 0)
			return 0;
		return since * (NSEC_PER_SEC / g->kernel->hz);
	}
	since = mon_guest_get(g, MON_TASK_LAST_QUEUED, task);
	return since && since < now->clock_ns ? now->clock_ns - since : 0;
}

/* Since it last came to a CPU, by the clocks of the run queues; 0: not known */
static uint64_t since_arrival_ns(const struct mon_guest *g, const void *task,
				 const struct mon_now *now)
{
	uint64_t since = mon_guest_get(g, MON_TASK_LAST_ARRIVAL, task);

	return since && since < now->clock_ns ? now->clock_ns - since : 0;
}

int mon_task_read(const struct mon_guest *g, uint64_t va,
		  const struct mon_now *now, struct mon_task *t)
{
	const struct mon_fields *f = &g->kernel->f;
	const char *p = mon_ptr(&g->mem, va, f->struct_size[MON_ST_TASK]);
	uint64_t state;

	if (!p)
		return -EFAULT;
	memset(t, 0, offsetof(struct mon_task, stack));
	t->stack.n = 0;
	t->va = va;
	t->pid = mon_guest_get(g, MON_TASK_PID, p);
	t->tgid = mon_guest_get(g, MON_TASK_TGID, p);
	t->cpu = mon_guest_get(g, MON_TASK_CPU, p);
	if (t->pid < 0 || t->cpu >= g->nr_cpus)
		return -EINVAL;
	memcpy(t->comm, p + f->field[MON_TASK_COMM].offset,
	       min((size_t)f->field[MON_TASK_COMM].size, sizeof(t->comm)));
	text_clean_buf(t->comm, sizeof(t->comm));
	state = mon_guest_get(g, MON_TASK_STATE, p);
	t->state = state_letter(state, mon_guest_get(g, MON_TASK_EXIT_STATE, p));
	t->on_cpu = mon_guest_get(g, MON_TASK_ON_CPU, p);
	t->on_rq = mon_guest_get(g, MON_TASK_ON_RQ, p);
	t->class = mon_class_at(g, mon_guest_get(g, MON_TASK_CLASS, p));
	/* EEVDF may leave a sleeper queued until its lag is gone. */
	t->runnable = t->class != MON_CLASS_IDLE &&
		      (t->on_cpu || (t->on_rq && !state));
	t->prio = mon_guest_get(g, MON_TASK_PRIO, p);
	t->policy = mon_guest_get(g, MON_TASK_POLICY, p);
	t->migration_disabled = mon_guest_get(g, MON_TASK_MIGRATION_DISABLED,
					      p);
	mon_task_mask(g, p, &t->cpus);
	if (mon_kernel_has(g->kernel, MON_PART_SCX))
		read_scx(g, p, &t->scx);
	t->wait_ns = wait_ns(g, p, now, t);
	t->ran_ns = t->on_cpu ? since_arrival_ns(g, p, now) : 0;
	t->sleep_ns = t->runnable ? 0 : since_arrival_ns(g, p, now);
	t->killable = state & TASK_WAKEKILL;
	return 0;
}

void mon_task_allowed(const struct mon_task *t, struct mon_cpus *cpus)
{
	if (t->migration_disabled) {
		memset(cpus, 0, sizeof(*cpus));
		mon_cpus_set(cpus, t->cpu);
	} else {
		*cpus = t->cpus;
	}
}

/* ---- finding them ---- */

struct task_walk {
	const struct mon_guest *guest;
	int (*fn)(void *ctx, uint64_t va);
	void *ctx;
	struct addrset seen;
};

/* Return: 1 when it is new, 0 when it was seen, or @fn's error. */
static int visit(struct task_walk *w, uint64_t va)
{
	int ret;

	if (w->seen.n >= MON_TASKS_MAX)
		return 0;
	ret = addrset_add(&w->seen, va);
	if (ret <= 0)
		return ret;
	ret = w->fn(w->ctx, va);
	return ret < 0 ? ret : 1;
}

/* Threads of one process; the list's head is in its signal_struct. */
static int visit_threads(struct task_walk *w, uint64_t leader)
{
	const struct mon_guest *g = w->guest;
	uint64_t signal, head, node;
	bool leader_met = false;
	int ret;

	if (mon_guest_field(g, MON_TASK_SIGNAL, leader, &signal))
		return -EFAULT;
	head = signal + mon_guest_offset(g, MON_SIGNAL_THREAD_HEAD);
	if (mon_read_u64(&g->mem, head, &node))
		return 0;
	while (node != head) {
		uint64_t va = node - mon_guest_offset(g, MON_TASK_THREAD_NODE);

		/* The leader is among its threads, once, and was seen. */
		if (va == leader && leader_met)
			return 0;
		ret = va == leader ? 1 : visit(w, va);
		if (ret <= 0)
			return ret;
		leader_met |= va == leader;
		if (mon_read_u64(&g->mem, node, &node))
			return 0;
	}
	return 0;
}

static int visit_processes(struct task_walk *w)
{
	const struct mon_guest *g = w->guest;
	uint64_t first = mon_guest_symbol(g, MON_SYM_INIT_TASK), va = first;
	uint64_t node;
	int ret;

	do {
		ret = visit(w, va);
		if (ret <= 0)
			return ret;
		ret = visit_threads(w, va);
		if (ret)
			return ret == -EFAULT ? 0 : ret;
		if (mon_read_u64(&g->mem,
				 va + mon_guest_offset(g, MON_TASK_TASKS),
				 &node))
			return 0;
		va = node - mon_guest_offset(g, MON_TASK_TASKS);
	} while (va != first);
	return 0;
}

static int visit_idle_tasks(struct task_walk *w)
{
	const struct mon_guest *g = w->guest;
	uint64_t rq = mon_guest_symbol(g, MON_SYM_RUNQUEUES), va;
	unsigned int cpu;
	int ret;

	for (cpu = 0; cpu < g->nr_cpus; cpu++) {
		if (mon_guest_field(g, MON_RQ_IDLE,
				    mon_guest_percpu(g, rq, cpu), &va) || !va)
			continue;
		ret = visit(w, va);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int mon_tasks_each(const struct mon_guest *g,
		   int (*fn)(void *ctx, uint64_t va), void *ctx)
{
	struct task_walk w = { .guest = g, .fn = fn, .ctx = ctx };
	int ret;

	if (!mon_kernel_has(g->kernel, MON_PART_TASKS))
		return -ENOTSUP;
	ret = visit_processes(&w);
	if (!ret)
		ret = visit_idle_tasks(&w);
	addrset_free(&w.seen);
	return ret;
}
