// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking for CPUs that spin for ever. See spin.h.
 */
#include "lib/host/monitor/judge/spin.h"

#include <stdlib.h>

#include "lib/common/util/util.h"

/* For one vCPU's thread to answer */
#define PEEK_NS		(20 * NSEC_PER_MSEC)

/**
 * struct spin - a CPU whose clock stands still while a task runs there
 * @clock_ns: at what
 * @since_ns: CLOCK_MONOTONIC of the host when it was first seen there; 0 while
 *	it does not
 * @own_ns: time that its vCPU has had since
 * @sp: its stack pointer, in the last look that found interrupts off
 * @looks: in a row that found it there
 */
struct spin {
	uint64_t clock_ns;
	uint64_t since_ns;
	uint64_t own_ns;
	uint64_t sp;
	unsigned int looks;
};

struct mon_spins {
	unsigned int n_cpus;
	struct spin cpus[];
};

struct mon_spins *mon_spins_create(unsigned int n_cpus)
{
	struct mon_spins *spins = calloc(1, sizeof(*spins) +
					 n_cpus * sizeof(spins->cpus[0]));

	if (spins)
		spins->n_cpus = n_cpus;
	return spins;
}

void mon_spins_destroy(struct mon_spins *spins)
{
	free(spins);
}

static void count_still(struct spin *spin, const struct mon_cpu *last,
			const struct mon_cpu *c, const struct mon_sample *now,
			uint64_t step_ns)
{
	if (!c->valid || c->idle || !c->nr_running) {
		spin->since_ns = 0;
	} else if (!spin->since_ns || c->clock_ns != spin->clock_ns) {
		*spin = (struct spin){
			.clock_ns = c->clock_ns, .since_ns = now->host_ns,
		};
	} else {
		spin->own_ns += mon_cpu_own_ns(last, c, step_ns);
	}
}

static bool stands(const struct spin *spin, uint64_t now_ns)
{
	return spin->since_ns &&
	       (now_ns - spin->since_ns) / NSEC_PER_MSEC >= MON_SPIN_LOOK_MS;
}

/* A thread that does not answer in time tells nothing. */
static void look(struct spin *spin, const struct mon_mem *mem, unsigned int cpu)
{
	struct mon_vcpu vcpu;

	if (mem->ops->vcpu_peek(mem->ctx, cpu, PEEK_NS, &vcpu))
		return;
	if (vcpu.regs.flags & MON_FLAGS_IF) {
		spin->looks = 0;
		return;
	}
	spin->looks = vcpu.regs.sp == spin->sp ? spin->looks + 1 : 1;
	spin->sp = vcpu.regs.sp;
}

int mon_spins_feed(struct mon_spins *spins, const struct mon_mem *mem,
		   const struct mon_sample *last, const struct mon_sample *now,
		   uint64_t *since_ns)
{
	uint64_t step_ns = now->host_ns - last->host_ns;
	bool at_work = false;
	unsigned int cpu;
	int found = -1;

	if (!mem->ops->vcpu_peek || now->n_cpus != spins->n_cpus)
		return -1;
	for (cpu = 0; cpu < spins->n_cpus; cpu++) {
		struct spin *spin = &spins->cpus[cpu];

		count_still(spin, &last->cpus[cpu], &now->cpus[cpu], now,
			    step_ns);
		if (!stands(spin, now->host_ns))
			continue;
		look(spin, mem, cpu);
		at_work |= spin->looks < MON_SPIN_LOOKS;
		if (found < 0 &&
		    spin->own_ns / NSEC_PER_MSEC >= MON_SPIN_RAN_MS)
			found = cpu;
	}
	if (found < 0 || at_work)
		return -1;
	*since_ns = spins->cpus[found].since_ns;
	return found;
}
