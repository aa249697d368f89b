// SPDX-License-Identifier: GPL-2.0-only
/*
 * Works out lag as the kernel does. See lag.h.
 *
 * kernel/sched/fair.c: a task's lag is w * (V - v), where w is its weight in all of
 * the hierarchy, v its virtual time, and V the mean of all v by their weights, which
 * the queue has as sums over all but the one that runs.
 */
#include "lib/host/monitor/read/lag.h"

#include <math.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/read/waits.h"

#define NICE_0_LOAD	1048576.0	/* its weight, in the kernel's units */

/**
 * struct queue - the fair class of a CPU
 * @zero: virtual times are told from here
 * @sum: of what those that wait are beyond @zero, by their weights
 * @mean: V, from @zero
 * @slice_ns: the longest one seen
 * @lag: the task that is furthest from @mean
 */
struct queue {
	const struct mon_guest *guest;
	uint64_t zero;
	int64_t sum;
	double mean;
	uint64_t slice_ns;
	struct mon_lag *lag;
};

static double beyond_zero(const struct queue *q, const void *task)
{
	uint64_t v = mon_guest_get(q->guest, MON_TASK_VRUNTIME, task);

	return mon_count_went(q->zero, v);
}

/* Large ones are halved, as often as the queue says, so that sums have room. */
static double weight(const struct queue *q, const void *task,
		     unsigned int shift)
{
	uint64_t w = mon_guest_get(q->guest, MON_TASK_FAIR_WEIGHT, task);

	return shift ? max(w >> min(shift, 63U), 2ULL) : w;
}

static void note_slice(struct queue *q, const void *task)
{
	q->slice_ns = max(q->slice_ns,
			  mon_guest_get(q->guest, MON_TASK_FAIR_SLICE, task));
}

/* Who runs is in no sum. */
static const void *running(const struct mon_guest *g, const void *rq)
{
	uint64_t va = mon_guest_get(g, MON_RQ_FAIR_CURR, rq);
	const void *task = va ? mon_ptr(&g->mem,
					va - mon_guest_offset(g, MON_TASK_FAIR),
					g->kernel->f.struct_size[MON_ST_TASK]) :
				NULL;

	return task && mon_guest_get(g, MON_TASK_ON_RQ, task) == 1 ? task : NULL;
}

static bool read_mean(struct queue *q, const void *rq)
{
	const struct mon_guest *g = q->guest;
	const void *curr = running(g, rq);
	unsigned int shift = mon_guest_get(g, MON_RQ_FAIR_SHIFT, rq);
	double weights = mon_guest_get(g, MON_RQ_FAIR_WEIGHT, rq), sum, w;

	q->zero = mon_guest_get(g, MON_RQ_FAIR_ZERO, rq);
	q->sum = mon_guest_get(g, MON_RQ_FAIR_SUM, rq);
	sum = q->sum;
	if (weights <= 0)
		return false;
	if (curr) {
		w = weight(q, curr, shift);
		sum += w * beyond_zero(q, curr);
		weights += w;
		note_slice(q, curr);
	}
	q->mean = sum / weights;
	return true;
}

static void take(void *ctx, const void *task)
{
	struct queue *q = ctx;
	const struct mon_guest *g = q->guest;
	const struct mon_field *comm = &g->kernel->f.field[MON_TASK_COMM];
	double lag_ns = (q->mean - beyond_zero(q, task)) *
			weight(q, task, 0) / NICE_0_LOAD;
	struct mon_lag *l = q->lag;

	note_slice(q, task);
	if (l->pid && fabs(lag_ns) <= fabs(l->lag_ns))
		return;
	l->lag_ns = lag_ns;
	l->pid = mon_guest_get(g, MON_TASK_PID, task);
	memcpy(l->comm, (const char *)task + comm->offset,
	       min((size_t)comm->size, sizeof(l->comm)));
}

void mon_lag_read(const struct mon_guest *g, const void *rq, unsigned int cpu,
		  struct mon_lag *lag)
{
	struct queue q = { .guest = g, .lag = lag };

	memset(lag, 0, sizeof(*lag));
	if (!mon_kernel_has(g->kernel, MON_PART_LAG) ||
	    !mon_kernel_has(g->kernel, MON_PART_TASKS) || !g->kernel->hz ||
	    !read_mean(&q, rq))
		return;
	mon_waits_each(g, rq, cpu, MON_WAITS_FAIR, take, &q);
	/* Who came or went since then has moved the mean. */
	if (q.zero != mon_guest_get(g, MON_RQ_FAIR_ZERO, rq) ||
	    q.sum != (int64_t)mon_guest_get(g, MON_RQ_FAIR_SUM, rq))
		lag->pid = 0;
	lag->bound_ns = q.slice_ns + NSEC_PER_SEC / g->kernel->hz;
	text_clean_buf(lag->comm, sizeof(lag->comm));
}
