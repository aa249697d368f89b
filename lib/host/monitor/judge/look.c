// SPDX-License-Identifier: GPL-2.0-only
/*
 * What checks of the monitor have in common. See look.h.
 */
#include "lib/host/monitor/judge/look.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/read/tasks.h"

void mon_say(struct mon_finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->what, sizeof(f->what), fmt, ap);
	va_end(ap);
}

bool mon_stands_still(const struct mon_pair *p, unsigned int cpu)
{
	const struct mon_cpu *a = &p->last->cpus[cpu];
	const struct mon_cpu *b = &p->now->cpus[cpu];

	return a->valid && !a->idle && !b->idle && b->nr_running &&
	       a->clock_ns == b->clock_ns;
}

uint64_t mon_used_ns(const struct mon_pair *p, unsigned int cpu)
{
	const struct mon_cpu *a = &p->last->cpus[cpu];
	const struct mon_cpu *b = &p->now->cpus[cpu];

	return a->valid && b->vcpu_time_ns ?
	       mon_cpu_own_ns(a, b, p->now->host_ns - p->last->host_ns) : 0;
}

uint64_t mon_stolen_ns(const struct mon_pair *p, unsigned int cpu)
{
	const struct mon_cpu *a = &p->last->cpus[cpu];
	const struct mon_cpu *b = &p->now->cpus[cpu];
	uint64_t wall_ns = p->now->host_ns - p->last->host_ns;

	if (!a->valid || !b->valid || b->steal_ns <= a->steal_ns)
		return 0;
	return min(b->steal_ns - a->steal_ns, wall_ns);
}

uint64_t mon_own_wait_ms(const struct mon_pair *p)
{
	uint64_t wait_ns = p->now->cpus[p->cpu].waiter.wait_ns;

	return (wait_ns - min(wait_ns, p->wait_steal_ns[p->cpu])) /
	       NSEC_PER_MSEC;
}

bool mon_vcpu_ran(const struct mon_pair *p)
{
	const struct mon_cpu *a = &p->last->cpus[p->cpu];
	const struct mon_cpu *b = &p->now->cpus[p->cpu];

	/* An idle one has nothing to run, and a machine may not tell. */
	return a->idle || b->idle || !b->vcpu_time_ns ||
	       10 * p->slowness * mon_used_ns(p, p->cpu) >=
	       p->now->host_ns - p->last->host_ns;
}

void mon_holder_text(const struct mon_holder *h, unsigned int cpu, char *buf,
		     size_t size)
{
	snprintf(buf, size, "CPU %u was held by the %s task %s[%d], prio %d, for %.1f s",
		 cpu, mon_class_name(h->class), h->comm, h->pid, h->prio,
		 (h->until_ns - h->since_ns) / (double)NSEC_PER_SEC);
}

void mon_say_holder(const struct mon_pair *p, const struct mon_waiter *w,
		    struct mon_finding *f)
{
	const struct mon_holder *h = p->holder;
	size_t len = strlen(f->what);

	if (!h || h->pid == w->pid ||
	    2 * (h->until_ns - h->since_ns) < w->wait_ns)
		return;
	len += snprintf(f->what + len, sizeof(f->what) - len, "; ");
	if (len < sizeof(f->what))
		mon_holder_text(h, p->cpu, f->what + len,
				sizeof(f->what) - len);
}
