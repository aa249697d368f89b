// SPDX-License-Identifier: GPL-2.0-only
/*
 * The quantities of a whole run. See numbers.h.
 */
#include "lib/host/run/numbers.h"

#include <math.h>

#include "lib/common/util/util.h"
#include "lib/host/run/outcome.h"

/**
 * struct held - points of the monitor from the workload's start to its end
 * @series: theirs
 * @first: index of the first
 * @last: index of the last
 * @any: there are two at least
 */
struct held {
	const struct mon_series *series;
	size_t first;
	size_t last;
	bool any;
};

/* By the guest's clock, where it has told it; else by the host's. */
static bool has_guest_clock(const struct mon_series *s)
{
	return s->n_points && mon_series_point(s, s->n_points - 1)->guest_ns;
}

/* The workload's two marks; one that did not end has only the first. */
static bool held_times(const struct mon_series *s, uint64_t *from_ns,
		       uint64_t *to_ns)
{
	bool guest = has_guest_clock(s), any = false;
	size_t i;

	*to_ns = UINT64_MAX;
	for (i = 0; i < s->n_marks; i++) {
		const struct mon_mark *m = &s->marks[i];

		if (m->kind != MON_MARK_STEP)
			continue;
		*(any ? to_ns : from_ns) = guest ? m->guest_ns : m->host_ns;
		any = true;
	}
	return any;
}

static struct held held_of(const struct mon_series *s)
{
	bool guest = has_guest_clock(s);
	struct held h = { .series = s };
	uint64_t from_ns, to_ns, at_ns;
	size_t i, n = 0;

	if (!held_times(s, &from_ns, &to_ns))
		return h;
	for (i = 0; i < s->n_points; i++) {
		const struct mon_point *p = mon_series_point(s, i);

		at_ns = guest ? p->guest_ns : p->host_ns;
		if (at_ns < from_ns || at_ns > to_ns)
			continue;
		if (!n++)
			h.first = i;
		h.last = i;
	}
	h.any = n > 1;
	return h;
}

/* What a CPU was in a sample, by what came after. */
enum was { WAS_NOT, WAS, WAS_UNKNOWN };

static enum was was_busy(const struct mon_point_cpu *c,
			 const struct mon_point_cpu *next, uint64_t wall_us)
{
	(void)next;
	(void)wall_us;
	return c->q.idle ? WAS_NOT : WAS;
}

/* For one that the host did not run meanwhile, nobody knows. */
static enum was was_idle_in_vain(const struct mon_point_cpu *c,
				 const struct mon_point_cpu *next,
				 uint64_t wall_us)
{
	int64_t used_us = mon_count_went(c->q.vcpu_time_us,
					 next->q.vcpu_time_us);

	if (!c->q.idle_wait)
		return WAS_NOT;
	if (!next->valid ||
	    (8 * mon_count_went(c->q.steal_us, next->q.steal_us) >
	     (int64_t)wall_us && 50 * used_us < (int64_t)wall_us))
		return WAS_UNKNOWN;
	return next->q.idle_wait ? WAS : WAS_NOT;
}

/* In how many of the samples of all CPUs was the CPU so? */
static double share_pct(const struct held *h,
			enum was (*was)(const struct mon_point_cpu *c,
					const struct mon_point_cpu *next,
					uint64_t wall_us))
{
	uint64_t n = 0, all = 0;
	unsigned int cpu;
	size_t i;

	for (i = h->first; h->any && i <= h->last; i++) {
		const struct mon_point *p = mon_series_point(h->series, i);
		const struct mon_point *next = i < h->last ?
			mon_series_point(h->series, i + 1) : p;
		uint64_t us = (next->host_ns - p->host_ns) / NSEC_PER_USEC;

		for (cpu = 0; cpu < h->series->n_cpus; cpu++) {
			enum was w = WAS_UNKNOWN;

			if (p->cpus[cpu].valid)
				w = was(&p->cpus[cpu], &next->cpus[cpu], us);
			all += w != WAS_UNKNOWN;
			n += w == WAS;
		}
	}
	return all ? 100.0 * n / all : NAN;
}

/* What tasks have waited for their CPUs, by how often they got one. */
static double wait_ms(const struct held *h)
{
	const struct mon_point *a, *b;
	int64_t delay_us = 0, times = 0;
	unsigned int cpu;

	if (!h->any || !h->series->has_schedstat)
		return NAN;
	a = mon_series_point(h->series, h->first);
	b = mon_series_point(h->series, h->last);
	for (cpu = 0; cpu < h->series->n_cpus; cpu++) {
		const struct cpu_quantities *was = &a->cpus[cpu].q;
		const struct cpu_quantities *is = &b->cpus[cpu].q;

		if (!a->cpus[cpu].valid || !b->cpus[cpu].valid)
			continue;
		delay_us = mon_count_add(delay_us,
					 mon_count_went(was->run_delay_us,
							is->run_delay_us));
		times = mon_count_add(times, mon_count_went(was->pcount,
							    is->pcount));
	}
	return times > 0 ? (double)delay_us / times / 1000 : NAN;
}

static double worst_pct(double so_far, double value)
{
	return isnan(value) || value < so_far ? so_far : value;
}

static int64_t worst(int64_t so_far, int64_t value)
{
	return value == QUANTITY_UNKNOWN ? so_far : max(so_far, value);
}

static int64_t worst_lag_us(const struct held *h)
{
	int64_t us = QUANTITY_UNKNOWN;
	unsigned int cpu;
	size_t i;

	for (i = h->first; h->any && i <= h->last; i++) {
		const struct mon_point *p = mon_series_point(h->series, i);

		for (cpu = 0; cpu < h->series->n_cpus; cpu++)
			if (p->cpus[cpu].valid)
				us = worst(us, p->cpus[cpu].q.lag_us);
	}
	return us;
}

static int64_t sum(int64_t so_far, int64_t value)
{
	if (value == QUANTITY_UNKNOWN)
		return so_far;
	return so_far == QUANTITY_UNKNOWN ? value :
	       mon_count_add(so_far, value);
}

static void measure_cgroups(const struct run_outcome *out,
			    struct run_quantities *run)
{
	unsigned int i;

	for (i = 0; i < out->n_cgroups; i++) {
		const struct cgroup_quantities *q = &out->cgroups[i].q;

		run->workers = sum(run->workers, q->workers);
		run->spread_pct = worst_pct(run->spread_pct, q->spread_pct);
		run->max_gap_ms = worst(run->max_gap_ms, q->max_gap_ms);
		run->migrations = sum(run->migrations, q->migrations);
		run->wake_ns_p99 = worst(run->wake_ns_p99, q->wake_ns_p99);
		run->iterations = sum(run->iterations, q->iterations);
		run->share_error_pct = worst_pct(run->share_error_pct,
						 q->share_error_pct);
		run->quota_excess_pct = worst_pct(run->quota_excess_pct,
						  q->quota_excess_pct);
	}
}

void run_measure(const struct run_outcome *out, struct run_quantities *run)
{
	const struct mon_series *s = &out->series;
	struct held held = held_of(s);

	quantities_forget(PER_RUN, run);
	run->busy_pct = share_pct(&held, was_busy);
	run->idle_wait_pct = share_pct(&held, was_idle_in_vain);
	run->lag_us = worst_lag_us(&held);
	run->wait_ms = wait_ms(&held);
	measure_cgroups(out, run);
	run->own_pct = out->told.own_pct;
	run->run_us = out->vm.run_ns / NSEC_PER_USEC;
	run->steal_us = out->vm.steal_ns / NSEC_PER_USEC;
	run->exits = out->vm.exits;
	run->samples_taken = s->n_taken;
	run->samples_left_out = s->n_left_out;
	run->cpus_rejected = s->n_rejected;
	run->cost_us = s->cost_ns / NSEC_PER_USEC;
}
