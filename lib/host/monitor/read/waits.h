/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks that wait for a CPU, and CPUs that are idle meanwhile.
 */
#ifndef KTSTR_MONITOR_READ_WAITS_H
#define KTSTR_MONITOR_READ_WAITS_H

#include "lib/host/monitor/read/sample.h"

/**
 * mon_waits_allowed() - where a task may run
 * @guest: attached
 * @task: its struct task_struct
 * @cpu: whose run queue it is on: all there is to one with migration disabled
 * @cpus: filled in
 */
void mon_waits_allowed(const struct mon_guest *guest, const void *task,
		       unsigned int cpu, struct mon_cpus *cpus);

/* enum mon_wait_list - the lists that hang from a run queue */
enum mon_wait_list {
	MON_WAITS_FAIR,
	MON_WAITS_EXT,
};

/**
 * mon_waits_each() - visit those who wait on a CPU
 * @guest: attached, with its CPUs known
 * @rq: the CPU's run queue
 * @cpu: which
 * @list: which of them
 * @fn: called with the struct task_struct of each, MON_WAITS_MAX at most
 * @ctx: for @fn
 */
void mon_waits_each(const struct mon_guest *guest, const void *rq,
		    unsigned int cpu, enum mon_wait_list list,
		    void (*fn)(void *ctx, const void *task), void *ctx);

/**
 * mon_waits_read() - who waits on a CPU
 * @guest: attached, with its CPUs known
 * @rq: the CPU's run queue
 * @cpu: which
 * @waits: filled in; of a kernel that lacks what it takes, nobody waits
 *
 * A wait of less than a millisecond is none yet: so long one may wait whose waker is
 * about to sleep. Tasks of the fair class that sleep but have not left the queue, as they still
 * owe time, do not wait. Lists that change meanwhile end the walk: a sample may
 * miss a wait, or see one that has just ended.
 */
void mon_waits_read(const struct mon_guest *guest, const void *rq,
		    unsigned int cpu, struct mon_waits *waits);

/**
 * mon_waits_match() - which CPUs are idle while who may use them waits
 * @sample: with its CPUs read; gets @idle_wait of each
 */
void mon_waits_match(struct mon_sample *sample);

#endif /* KTSTR_MONITOR_READ_WAITS_H */
