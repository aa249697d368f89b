/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs that are halted although they have something to run.
 *
 * A CPU that waits for a paravirtual spinlock does so in HLT, and its vCPU then
 * uses no CPU time, as does one that the host does not run. Only the vCPU's
 * registers tell the one from the other, and to see them it must be stopped for
 * a moment. So that is done only where a run queue's clock stands still while
 * the vCPU uses next to no time.
 */
#ifndef KTSTR_MONITOR_JUDGE_HALTS_H
#define KTSTR_MONITOR_JUDGE_HALTS_H

#include "lib/host/monitor/guest/mem.h"
#include "lib/host/monitor/read/sample.h"

struct mon_halts;

/**
 * mon_halts_create() - start to look for them
 * @n_cpus: possible CPUs
 *
 * Return: what mon_halts_look() needs; NULL without memory.
 */
struct mon_halts *mon_halts_create(unsigned int n_cpus);

/**
 * mon_halts_destroy() - release it; takes NULL
 */
void mon_halts_destroy(struct mon_halts *halts);

/**
 * mon_halts_look() - fill in @halt of a sample's CPUs
 * @halts: keeps what earlier samples showed
 * @mem: the machine
 * @sample: newer than those before
 *
 * Of one CPU that is halted for ever the others are looked at as well, but for
 * those that are seen to run: it may wait for one that waits for the host.
 */
void mon_halts_look(struct mon_halts *halts, const struct mon_mem *mem,
		    struct mon_sample *sample);

#endif /* KTSTR_MONITOR_JUDGE_HALTS_H */
