/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lag: how far a task of the fair class is from its fair share of its CPU. EEVDF
 * promises that to stay within the longest slice and a tick.
 */
#ifndef KTSTR_MONITOR_READ_LAG_H
#define KTSTR_MONITOR_READ_LAG_H

#include "lib/host/monitor/read/sample.h"

/**
 * mon_lag_read() - who of those that wait on a CPU is furthest from it
 * @guest: attached, with its CPUs known
 * @rq: the CPU's run queue
 * @cpu: which
 * @lag: filled in; nobody where the kernel lacks what it takes, where the queue
 *	changed meanwhile, or where nobody waits
 */
void mon_lag_read(const struct mon_guest *guest, const void *rq,
		  unsigned int cpu, struct mon_lag *lag);

#endif /* KTSTR_MONITOR_READ_LAG_H */
