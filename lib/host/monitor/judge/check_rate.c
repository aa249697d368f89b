// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rates: events that sched_ext counts and that come too often.
 */
#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/look.h"

/* Events of one kind, but for those that are accounted for, a second and CPU */
static bool event_rate(const struct mon_pair *p, uint64_t accounted,
		       double *rate)
{
	const struct mon_scx *a = &p->last->scx, *b = &p->now->scx;
	uint64_t ns = p->now->host_ns - p->last->host_ns;
	double n;

	if (p->event < 0 || !ns || !a->events_valid || !b->events_valid ||
	    a->id != b->id)
		return false;
	n = (double)b->events[p->event] - (double)a->events[p->event] -
		(double)accounted;
	*rate = max(n, 0.0) * NSEC_PER_SEC / ns / max(p->now->n_valid, 1U);
	return true;
}

static void look_rate(const struct mon_pair *p, struct mon_finding *f,
		      uint64_t accounted, const char *what)
{
	f->threshold = p->limit;
	f->holds = event_rate(p, accounted, &f->value) &&
		f->value > f->threshold;
	mon_say(f, "%s %.1f times a second on each of %u CPUs", what, f->value,
		p->now->n_valid);
}

/*
 * Calls of sched_yield() between the samples; none of a kernel that does not
 * count them
 */
static uint64_t yields(const struct mon_pair *p)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < min(p->last->n_cpus, p->now->n_cpus); i++)
		if (p->last->cpus[i].valid && p->now->cpus[i].valid)
			n += (uint32_t)(p->now->cpus[i].yld_count -
					p->last->cpus[i].yld_count);
	return n;
}

static void look_fallback(const struct mon_pair *p, struct mon_finding *f)
{
	look_rate(p, f, 0, "fallback rate: select_cpu picked a CPU that cannot be");
}

/*
 * A task that yields where nobody else waits goes on as well, and for that no
 * scheduler is to blame.
 */
static void look_keep_last(const struct mon_pair *p, struct mon_finding *f)
{
	look_rate(p, f, yields(p),
		  "keep_last rate: a task went on for want of another");
}

static void count(struct mon_sample *s, unsigned int n, int event)
{
	s->scx.events[event] = 100 * n;
}

const struct mon_check_ops mon_check_fallback = {
	.name = "fallback rate",
	.what = "select_cpu picks CPUs that cannot be, a second and CPU",
	MON_LIMIT(max_fallback_rate), .event = "SELECT_CPU_FALLBACK",
	.scx = true, .unit = "/s", .look = look_fallback,
	.says = "fallback rate: ", .fails = count,
};

const struct mon_check_ops mon_check_keep_last = {
	.name = "keep_last rate",
	.what = "tasks go on for want of another, a second and CPU",
	MON_LIMIT(max_keep_last_rate), .event = "DISPATCH_KEEP_LAST",
	.scx = true, .unit = "/s", .look = look_keep_last,
	.says = "keep_last rate: ", .fails = count,
};
