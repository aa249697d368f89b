// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues: run queues that differ, dispatch queues that are too long.
 */
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/look.h"

/* The busiest and the least busy CPU */
static bool extremes(const struct mon_sample *s, unsigned int *most,
		     unsigned int *least)
{
	bool found = false;
	unsigned int cpu;

	for (cpu = 0; cpu < s->n_cpus; cpu++) {
		const struct mon_cpu *c = &s->cpus[cpu];

		if (!c->valid)
			continue;
		if (!found || c->nr_running > s->cpus[*most].nr_running)
			*most = cpu;
		if (!found || c->nr_running < s->cpus[*least].nr_running)
			*least = cpu;
		found = true;
	}
	return found;
}

static void look_imbalance(const struct mon_pair *p, struct mon_finding *f)
{
	unsigned int most = 0, least = 0, a, b;
	const struct mon_waiter *w;

	if (!extremes(p->now, &most, &least))
		return;
	a = p->now->cpus[most].nr_running;
	b = p->now->cpus[least].nr_running;
	w = &p->now->cpus[most].waiter;
	f->value = (double)a / max(b, 1U);
	f->threshold = p->limit / 100.0;
	/*
	 * Tasks that belong where they are make no imbalance, and on a CPU that
	 * stands still there is worse.
	 */
	if (f->value <= f->threshold || !w->pid ||
	    !mon_cpus_test(&w->cpus, least))
		return;
	/* It is not over when the clock did not move from one to the next. */
	f->pauses = mon_stands_still(p, most);
	f->holds = !f->pauses;
	f->pid = w->pid;
	mon_say(f, "imbalance: CPU %u has %u runnable tasks, CPU %u has %u, and %s[%d] may use both",
		most, a, least, b, w->comm, w->pid);
}

static void crowd(struct mon_sample *s, unsigned int n __maybe_unused,
		  int event __maybe_unused)
{
	struct mon_waiter *w = &s->cpus[1].waiter;

	s->cpus[1].nr_running = 9;
	w->pid = 77;
	strcpy(w->comm, "victim");
	w->cpus.bits[0] = 0xf;
}

const struct mon_check_ops mon_check_imbalance = {
	.name = "imbalance",
	.what = "run queues differ in length, and a task could move",
	MON_LIMIT(max_imbalance_pct),
	.scx = true, .unit = "", .look = look_imbalance,
	.says = "imbalance: CPU 1 has 9 runnable tasks", .fails = crowd,
};

static void look_dsq_depth(const struct mon_pair *p, struct mon_finding *f)
{
	f->value = p->now->cpus[p->cpu].dsq_depth;
	f->threshold = p->limit;
	f->pauses = f->value > f->threshold && mon_stands_still(p, p->cpu);
	f->holds = f->value > f->threshold && !f->pauses;
	mon_say(f, "the local DSQ of CPU %u holds %.0f tasks", p->cpu,
		f->value);
}

static void fill(struct mon_sample *s, unsigned int n __maybe_unused,
		 int event __maybe_unused)
{
	s->cpus[1].dsq_depth = 51;
}

const struct mon_check_ops mon_check_dsq_depth = {
	.name = "DSQ depth",
	.what = "a local dispatch queue is too long",
	MON_LIMIT(max_local_dsq_depth),
	.scx = true, .per_cpu = true,
	.unit = " tasks", .look = look_dsq_depth,
	.says = "the local DSQ of CPU 1 holds 51 tasks", .fails = fill,
};
