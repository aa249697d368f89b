/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host took from the guest, told by the host in the ring's header
 * page, so that who waits or measures in the guest can take it off.
 *
 * Times only grow, and wrap after 71 minutes: use differences. The host writes
 * each 10 ms while it runs; a reader that has just come to itself may be ahead
 * of it, see wire_steal_fresh().
 */
#ifndef KTSTR_WIRE_STEAL_H
#define KTSTR_WIRE_STEAL_H

#include <stdint.h>

#include "lib/common/wire/wire.h"

#define WIRE_STEAL_OFFSET	1024	/* in the header page */
#define WIRE_STEAL_CPUS		512

/**
 * struct wire_steal - written by the host; the guest only reads
 * @n_cpus: vCPUs in @cpu_us; 0 where the host does not tell
 * @count: grows with each update
 * @machine_us: microseconds in which nothing ran on the host
 * @cpu_us: microseconds taken from each vCPU, with these
 */
struct wire_steal {
	uint32_t n_cpus;
	uint32_t count;
	uint32_t machine_us;
	uint32_t cpu_us[WIRE_STEAL_CPUS];
};

_Static_assert(sizeof(struct wire_header) <= WIRE_STEAL_OFFSET &&
	       WIRE_STEAL_OFFSET + sizeof(struct wire_steal) <= WIRE_HDR_SIZE,
	       "it has room in the header page");

/* Of a limit's time, at least one part in so many is the waiter's own. */
#define STEAL_PATIENCE		4

/**
 * steal_own_ns() - of a time that went by, what counts against a limit
 * @elapsed_ns: what went by
 * @stolen_ns: what the host took of it
 *
 * Never less than a STEAL_PATIENCE-th: a limit ends, whatever the host does.
 */
static inline uint64_t steal_own_ns(uint64_t elapsed_ns, uint64_t stolen_ns)
{
	uint64_t own_ns = elapsed_ns > stolen_ns ? elapsed_ns - stolen_ns : 0;
	uint64_t least_ns = elapsed_ns / STEAL_PATIENCE;

	return own_ns > least_ns ? own_ns : least_ns;
}

/**
 * wire_steal_map() - in the guest: find the page by the kernel's command line
 *
 * Return: the page, mapped for good and inherited by fork(); NULL where it
 * cannot be had, which the functions below take for "nothing was stolen".
 */
const struct wire_steal *wire_steal_map(void);

/**
 * wire_steal_cpu_us() - what was taken from a CPU so far
 * @cpu: any number
 */
uint32_t wire_steal_cpu_us(const struct wire_steal *steal, int cpu);

/**
 * wire_steal_fresh() - wait until the host has told of what is over by now
 *
 * Spins, for 100 ms at most.
 */
void wire_steal_fresh(const struct wire_steal *steal);

/**
 * struct wire_steal_wait - what is taken while somebody waits
 * @steal: the page, may be NULL
 * @begin_ns: CLOCK_MONOTONIC when the wait began
 * @machine_us: what had been taken then
 * @cpu_us: the same of each CPU
 */
struct wire_steal_wait {
	const struct wire_steal *steal;
	uint64_t begin_ns;
	uint32_t n_cpus;
	uint32_t machine_us;
	uint32_t cpu_us[WIRE_STEAL_CPUS];
};

/**
 * wire_steal_begin() - a wait begins now
 */
void wire_steal_begin(struct wire_steal_wait *wait,
		      const struct wire_steal *steal);

/**
 * wire_steal_waited_ns() - how much of it counts, see steal_own_ns()
 *
 * By the CPU that most was taken from: nobody knows which one it was about.
 */
uint64_t wire_steal_waited_ns(const struct wire_steal_wait *wait);

/**
 * wire_steal_held_ns() - the same of what is to be held for a time
 *
 * By what was taken from all: that vCPUs have to share what there is slows them
 * down, and makes nothing shorter.
 */
uint64_t wire_steal_held_ns(const struct wire_steal_wait *wait);

#endif /* KTSTR_WIRE_STEAL_H */
