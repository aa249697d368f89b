/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs that spin for ever: with interrupts off, at one and the same place of
 * one stack, look after look. What works with interrupts off, be it ever so
 * slow, moves on its stack; so of who spins it is known soon that he hangs,
 * where a CPU of which nothing is known but that its clock stands still has to
 * be waited for as long as a slow one may take.
 */
#ifndef KTSTR_MONITOR_JUDGE_SPIN_H
#define KTSTR_MONITOR_JUDGE_SPIN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/host/monitor/guest/mem.h"
#include "lib/host/monitor/read/sample.h"

/* For how long a CPU's clock must have stood still for it to be looked at */
#define MON_SPIN_LOOK_MS	1000
/* What it must have run of that to hang, and how many looks must have found it there */
#define MON_SPIN_RAN_MS		3000
#define MON_SPIN_LOOKS		8

struct mon_spins;

/**
 * mon_spins_create() - start to look for CPUs that spin
 * @n_cpus: possible CPUs
 *
 * Return: what remembers them; NULL without memory.
 */
struct mon_spins *mon_spins_create(unsigned int n_cpus);

/**
 * mon_spins_destroy() - release it; takes NULL
 * @spins: what remembers them
 */
void mon_spins_destroy(struct mon_spins *spins);

/**
 * mon_spins_feed() - look at the next sample
 * @spins: what remembers them
 * @mem: the machine; where it cannot be looked at while it runs, nobody spins
 * @last: the sample before, of as many CPUs
 * @now: the sample
 * @since_ns: gets CLOCK_MONOTONIC of the host from which on the CPU has spun
 *
 * A CPU that stands still without spinning is at work with interrupts off, or kept
 * from it by the host, and may be whom the others wait for: as long as there is
 * one, nobody spins for ever.
 *
 * Return: a CPU that spins for ever; -1 for none.
 */
int mon_spins_feed(struct mon_spins *spins, const struct mon_mem *mem,
		   const struct mon_sample *last, const struct mon_sample *now,
		   uint64_t *since_ns);

#endif /* KTSTR_MONITOR_JUDGE_SPIN_H */
