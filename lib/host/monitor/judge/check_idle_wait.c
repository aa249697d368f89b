// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work conservation: no CPU is idle while a task waits that may run there, and has
 * done so for longer than wakeups take (waits.h). Now and then a CPU is late, so it
 * is the share that counts, over a second or more.
 */
#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/look.h"

/* The smaller the share, the longer it takes to tell it from chance. */
#define LASTS_MS		1000
#define OF_PCT			50
/* It takes this part of the time, at most, to look for a task, */
#define LOOKS_PCT		2
/* and this one, at least, to be at work. */
#define RUNS_PCT		12

/* Of the time between the samples, what a vCPU's thread has used, in percent */
static unsigned int used_pct(const struct mon_pair *p, unsigned int cpu)
{
	if (!p->now->cpus[cpu].vcpu_time_ns)
		return 100;
	return 100 * mon_used_ns(p, cpu) /
	       max(p->now->host_ns - p->last->host_ns, (uint64_t)1);
}

/*
 * The host did not run the idle CPU, which may have been told to wake, or the one
 * that the task waits on, which would have told it; or nobody schedules.
 */
static bool cannot_tell(const struct mon_pair *p, unsigned int waits_on)
{
	uint64_t wall_ns = p->now->host_ns - p->last->host_ns;

	return (8 * mon_stolen_ns(p, p->cpu) > wall_ns &&
		used_pct(p, p->cpu) < LOOKS_PCT) ||
	       (!p->last->cpus[waits_on].idle &&
		used_pct(p, waits_on) < RUNS_PCT) ||
	       mon_stands_still(p, waits_on) ||
	       (p->now->scx.loaded && !p->scx);
}

/* In both samples: it had the time in between to find what it could run. */
static void look_idle_wait(const struct mon_pair *p, struct mon_finding *f)
{
	const struct mon_cpu *a = &p->last->cpus[p->cpu];
	const struct mon_cpu *b = &p->now->cpus[p->cpu];
	const struct mon_waiter *w = &p->now->cpus[b->idle_wait_cpu].waiter;
	bool named = w->pid && mon_cpus_test(&w->cpus, p->cpu);

	f->threshold = p->limit;
	f->needs_ms = LASTS_MS * p->slowness * max(1.0, OF_PCT / f->threshold);
	f->holds = a->valid && a->idle_wait && b->idle_wait;
	f->pauses = a->valid && !f->holds;
	if (!f->holds)
		return;
	f->unknown = cannot_tell(p, a->idle_wait_cpu);
	if (named)
		mon_say(f, "work conservation: CPU %u is idle while %s[%d], which may run there, waits on CPU %u",
			p->cpu, w->comm, w->pid, b->idle_wait_cpu);
	else
		mon_say(f, "work conservation: CPU %u is idle while a task that may run there waits on CPU %u",
			p->cpu, b->idle_wait_cpu);
}

static void leave_idle(struct mon_sample *s, unsigned int n __maybe_unused,
		       int event __maybe_unused)
{
	s->cpus[3].idle = true;
	s->cpus[3].idle_wait = 1;
	s->cpus[3].idle_wait_cpu = 1;
}

const struct mon_check_ops mon_check_idle_wait = {
	.name = "idle wait",
	.what = "a CPU is idle so often while a task waits that may run there",
	MON_LIMIT(max_idle_wait_pct),
	.per_cpu = true, .shared = true,
	.unit = " %", .look = look_idle_wait,
	.says = "work conservation: CPU 3 is idle while a task that may run there waits on CPU 1: 100.0 % (limit 50.0 %)",
	.fails = leave_idle,
};
