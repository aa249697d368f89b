// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host takes from a guest, from what /proc and a clock say. See
 * steal_probe.h.
 */
#include "vmm/steal_probe.h"

#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"

void steal_probe_init(struct steal_probe *p, uint64_t now_ns)
{
	*p = (struct steal_probe){ .next_ns = now_ns + STEAL_PROBE_NS,
				   .least_ns = UINT64_MAX };
}

/*
 * A slow machine is late each time, and by as much: that is no machine that was
 * away, which is late now and then. What is learned counts from the next moment
 * on, a machine that got faster at once.
 */
static uint64_t usual_ns(struct steal_probe *p, uint64_t late_ns)
{
	uint64_t usual = p->usual_ns;

	p->usual_ns = min(p->usual_ns, late_ns);
	p->least_ns = min(p->least_ns, late_ns);
	if (++p->moments < STEAL_USUAL_MOMENTS)
		return usual;
	p->usual_ns = min(p->least_ns, (uint64_t)STEAL_USUAL_MAX_NS);
	p->least_ns = UINT64_MAX;
	p->moments = 0;
	return usual;
}

void steal_probe_woke(struct steal_probe *p, uint64_t now_ns,
		      uint64_t own_wait_ns)
{
	uint64_t late_ns = now_ns > p->next_ns ? now_ns - p->next_ns : 0;
	uint64_t missed;

	late_ns -= min(late_ns, own_wait_ns);
	late_ns -= min(late_ns, usual_ns(p, late_ns));
	if (late_ns > STEAL_LATE_NS) {
		/* Each moment at which nobody was there, the first included. */
		missed = 1 + (late_ns - STEAL_LATE_NS) / STEAL_PROBE_NS;
		p->stolen_ns += missed * STEAL_PROBE_NS;
	}
	while (p->next_ns <= now_ns)
		p->next_ns += STEAL_PROBE_NS *
			      max((now_ns - p->next_ns) / STEAL_PROBE_NS, 1ULL);
}

/* Runnable, and neither running nor given a CPU while there was one: it waits. */
static uint64_t still_waiting(const struct steal_vcpu *v,
			      const struct steal_thread *t, uint64_t wall_ns)
{
	uint64_t ran_ns = t->run_ns - v->last.run_ns;

	if (!t->runnable || t->runs != v->last.runs || ran_ns > wall_ns / 2)
		return 0;
	return wall_ns - ran_ns;
}

/* Of a time in which both have their share, what neither has left */
static uint64_t either_ns(uint64_t wall_ns, uint64_t machine_ns,
			  uint64_t waited_ns)
{
	/* A wait that was not seen while it lasted, or one that was missed */
	uint64_t late_ns = waited_ns - min(waited_ns, wall_ns);
	uint64_t both_ns;

	if (!wall_ns || machine_ns >= wall_ns)
		return max(machine_ns, waited_ns);
	waited_ns -= late_ns;
	both_ns = (double)machine_ns * waited_ns / wall_ns;
	return machine_ns + waited_ns - both_ns + late_ns;
}

void steal_vcpu_look(struct steal_vcpu *v, const struct steal_thread *t,
		     uint64_t now_ns, const struct steal_probe *probe)
{
	uint64_t machine_ns = probe->stolen_ns - v->probe_ns;
	uint64_t wall_ns = now_ns - v->at_ns, waited_ns = 0, waits_ns;

	if (v->at_ns && now_ns > v->at_ns && t->wait_ns >= v->last.wait_ns &&
	    t->run_ns >= v->last.run_ns) {
		waited_ns = t->wait_ns - v->last.wait_ns;
		waits_ns = still_waiting(v, t, wall_ns -
					 min(wall_ns, machine_ns));
		if (waited_ns || t->runs != v->last.runs) {
			/* What was told of that wait already is part of it. */
			waited_ns -= min(waited_ns, v->pending_ns);
			v->pending_ns = 0;
		} else {
			waited_ns = waits_ns;
			v->pending_ns += waits_ns;
		}
	}
	v->stolen_ns += either_ns(v->at_ns ? wall_ns : 0, machine_ns,
				  waited_ns);
	v->probe_ns = probe->stolen_ns;
	v->at_ns = now_ns;
	v->last = *t;
}

bool steal_thread_parse(struct steal_thread *t, const char *schedstat,
			const char *stat)
{
	unsigned long long run_ns, wait_ns, runs;
	const char *name_ends = stat ? strrchr(stat, ')') : NULL;

	memset(t, 0, sizeof(*t));
	if (sscanf(schedstat, "%llu %llu %llu", &run_ns, &wait_ns, &runs) != 3)
		return false;
	t->run_ns = run_ns;
	t->wait_ns = wait_ns;
	t->runs = runs;
	t->runnable = name_ends && !strncmp(name_ends, ") R", 3);
	return run_ns || wait_ns || runs;
}
