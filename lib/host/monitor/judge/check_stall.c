// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stalls: CPUs for which no time goes by, tasks that wait for too long.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/look.h"

static void look_cpu_stall(const struct mon_pair *p, struct mon_finding *f)
{
	const struct mon_cpu *b = &p->now->cpus[p->cpu];

	if (!mon_stands_still(p, p->cpu))
		return;
	f->holds = true;
	f->same = b->clock_ns;
	f->pid = b->curr_pid;
	f->threshold = p->window_ms;
	mon_say(f, "stall: the run queue's clock of CPU %u stands still at its %.3f s while %s[%d] runs there%s",
		p->cpu, b->clock_ns / (double)NSEC_PER_SEC, b->curr_comm,
		b->curr_pid, b->halt == MON_HALT_FOR_EVER ?
		" and the CPU has halted with interrupts off" : "");
}

static void stall(struct mon_sample *s, unsigned int n __maybe_unused,
		  int event __maybe_unused)
{
	s->cpus[2].clock_ns = NSEC_PER_SEC;
}

const struct mon_check_ops mon_check_cpu_stall = {
	.name = "CPU stall",
	.what = "a run queue's clock stands still while a task runs there",
	MON_LIMIT(fail_on_stall),
	.per_cpu = true, .needs_time = true, .timed = true,
	.unit = " ms", .look = look_cpu_stall,
	.says = "stall: the run queue's clock of CPU 2 stands still",
	.fails = stall,
};

/* Some CPU that is idle and that the waiter may use; -1 for none */
static int idle_for(const struct mon_sample *s, const struct mon_waiter *w)
{
	unsigned int cpu;

	for (cpu = 0; cpu < s->n_cpus; cpu++)
		if (s->cpus[cpu].valid && s->cpus[cpu].idle &&
		    mon_cpus_test(&w->cpus, cpu))
			return cpu;
	return -1;
}

static void look_task_stall(const struct mon_pair *p, struct mon_finding *f)
{
	const struct mon_waiter *w = &p->now->cpus[p->cpu].waiter;
	const struct mon_waiter *before = &p->last->cpus[p->cpu].waiter;
	int idle = w->pid ? idle_for(p->now, w) : -1;

	/* A wait that is shorter than it was is another one. */
	if (before->pid == w->pid && before->wait_ns > w->wait_ns)
		return;
	/*
	 * Whoever ran on the idle CPU for a moment has not ended the wait. On a
	 * CPU that stands still, that is what is wrong, and the check for it may
	 * need longer: the wait may have begun before.
	 */
	f->holds = idle >= 0 && mon_vcpu_ran(p) && !mon_stands_still(p, p->cpu);
	f->pauses = w->pid && before->pid == w->pid;
	f->same = w->pid;
	if (!f->holds)
		return;
	f->pid = w->pid;
	f->value = mon_own_wait_ms(p);
	f->threshold = p->window_ms;
	mon_say(f, "stall: %s[%d] on CPU %u has been runnable for %" PRIu64 " ms while CPU %d, which it may use, is idle",
		w->comm, w->pid, p->cpu, (uint64_t)(w->wait_ns / NSEC_PER_MSEC),
		idle);
	mon_say_holder(p, w, f);
}

/* A task that waits on CPU 1 since the @n-th sample before */
static void wait_on_1(struct mon_sample *s, unsigned int n, uint64_t allowed)
{
	struct mon_waiter *w = &s->cpus[1].waiter;

	w->pid = 77;
	strcpy(w->comm, "victim");
	w->wait_ns = 100 * n * NSEC_PER_MSEC;
	w->cpus.bits[0] = allowed;
}

static void wait_beside_idle(struct mon_sample *s, unsigned int n,
			     int event __maybe_unused)
{
	s->cpus[3].idle = true;
	wait_on_1(s, n, 0xf);
}

const struct mon_check_ops mon_check_task_stall = {
	.name = "task stall",
	.what = "a task waits while a CPU that it may use is idle",
	MON_LIMIT(fail_on_stall),
	.scx = true, .per_cpu = true, .reaches = true,
	.unit = " ms", .look = look_task_stall,
	.says = "stall: victim[77] on CPU 1", .fails = wait_beside_idle,
};

static void look_task_wait(const struct mon_pair *p, struct mon_finding *f)
{
	const struct mon_waiter *w = &p->now->cpus[p->cpu].waiter;

	f->value = mon_own_wait_ms(p);
	f->threshold = p->limit * p->slowness;
	if (!w->pid || f->value <= f->threshold || mon_stands_still(p, p->cpu))
		return;
	f->holds = true;
	f->same = w->pid;
	f->pid = w->pid;
	mon_say(f, "stall: %s[%d] on CPU %u has been runnable for %" PRIu64 " ms without running",
		w->comm, w->pid, p->cpu,
		(uint64_t)(w->wait_ns / NSEC_PER_MSEC));
	mon_say_holder(p, w, f);
}

static void wait_where_it_must(struct mon_sample *s, unsigned int n,
			       int event __maybe_unused)
{
	wait_on_1(s, n, 1U << 1);
}

const struct mon_check_ops mon_check_task_wait = {
	.name = "task wait",
	.what = "a sched_ext task waits too long",
	MON_LIMIT(max_task_wait_ms),
	.scx = true, .per_cpu = true, .at_once = true,
	.unit = " ms", .look = look_task_wait,
	.says = "stall: victim[77] on CPU 1", .fails = wait_where_it_must,
};
