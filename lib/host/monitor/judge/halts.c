// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling halted CPUs from CPUs that the host does not run. See halts.h.
 */
#include "lib/host/monitor/judge/halts.h"

#include <stdlib.h>

#include "lib/common/util/util.h"

/* In so many samples a clock must have stood still. */
#define STILL_SAMPLES	3
/* Who has used more of the time than one in so many parts has not halted. */
#define USED_PART	10
/* For one vCPU's thread to wake up, and for all of them */
#define PEEK_NS		(20 * NSEC_PER_MSEC)
#define LOOK_NS		(100 * NSEC_PER_MSEC)

struct mon_halts {
	unsigned int n_cpus;
	uint64_t last_ns;
	unsigned int next;	/* where looking at all begins, in turns */
	struct {
		uint64_t clock_ns;
		uint64_t last_time_ns;	/* the vCPU's, in the last sample */
		uint64_t since_ns;	/* that the clock stands still */
		uint64_t time_ns;	/* the vCPU's then */
		unsigned int still;
	} cpus[];
};

struct mon_halts *mon_halts_create(unsigned int n_cpus)
{
	struct mon_halts *h = calloc(1, sizeof(*h) +
				     n_cpus * sizeof(h->cpus[0]));

	if (h)
		h->n_cpus = n_cpus;
	return h;
}

void mon_halts_destroy(struct mon_halts *h)
{
	free(h);
}

static void count_still(struct mon_halts *h, unsigned int cpu,
			const struct mon_sample *s)
{
	const struct mon_cpu *c = &s->cpus[cpu];

	if (c->valid && !c->idle && c->clock_ns == h->cpus[cpu].clock_ns) {
		h->cpus[cpu].still++;
		return;
	}
	h->cpus[cpu].still = 0;
	h->cpus[cpu].clock_ns = c->clock_ns;
	h->cpus[cpu].since_ns = s->host_ns;
	h->cpus[cpu].time_ns = c->vcpu_time_ns;
}

static bool is_suspect(const struct mon_halts *h, unsigned int cpu,
		       const struct mon_sample *s)
{
	const struct mon_cpu *c = &s->cpus[cpu];

	return h->cpus[cpu].still >= STILL_SAMPLES && c->vcpu_time_ns &&
	       USED_PART * (c->vcpu_time_ns - h->cpus[cpu].time_ns) <
	       s->host_ns - h->cpus[cpu].since_ns;
}

/* Since the last sample it has run for longer than any lock is held. */
static bool is_seen_to_run(const struct mon_halts *h, unsigned int cpu,
			   const struct mon_sample *s)
{
	return USED_PART * (s->cpus[cpu].vcpu_time_ns -
			    h->cpus[cpu].last_time_ns) >=
	       s->host_ns - h->last_ns;
}

static enum mon_halt peek(const struct mon_mem *mem, unsigned int cpu)
{
	struct mon_vcpu vcpu;

	if (mem->ops->vcpu_peek(mem->ctx, cpu, PEEK_NS, &vcpu))
		return MON_HALT_UNKNOWN;
	if (!vcpu.halted)
		return MON_HALT_NOT;
	return vcpu.regs.flags & MON_FLAGS_IF ? MON_HALT_IDLE :
	       MON_HALT_FOR_EVER;
}

static void look_at_the_others(struct mon_halts *h, const struct mon_mem *mem,
			       struct mon_sample *s)
{
	uint64_t until_ns = clock_now_ns() + LOOK_NS;
	unsigned int i;

	for (i = 0; i < h->n_cpus && clock_now_ns() < until_ns; i++) {
		unsigned int cpu = h->next++ % h->n_cpus;
		struct mon_cpu *c = &s->cpus[cpu];

		if (!c->valid || c->halt != MON_HALT_UNKNOWN)
			continue;
		c->halt = is_seen_to_run(h, cpu, s) ? MON_HALT_NOT :
						      peek(mem, cpu);
	}
}

void mon_halts_look(struct mon_halts *h, const struct mon_mem *mem,
		    struct mon_sample *s)
{
	uint64_t until_ns = clock_now_ns() + LOOK_NS;
	bool for_ever = false;
	unsigned int cpu;

	if (s->n_cpus != h->n_cpus || !mem->ops->vcpu_peek)
		return;
	for (cpu = 0; cpu < h->n_cpus; cpu++) {
		count_still(h, cpu, s);
		if (!is_suspect(h, cpu, s) || clock_now_ns() >= until_ns)
			continue;
		s->cpus[cpu].halt = peek(mem, cpu);
		for_ever |= s->cpus[cpu].halt == MON_HALT_FOR_EVER;
	}
	if (for_ever)
		look_at_the_others(h, mem, s);
	for (cpu = 0; cpu < h->n_cpus; cpu++)
		h->cpus[cpu].last_time_ns = s->cpus[cpu].vcpu_time_ns;
	h->last_ns = s->host_ns;
}
