/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From samples to verdicts: what lasts too long to be chance. Pure logic, fed
 * with one sample after the other, at their full rate.
 *
 * A condition counts once it has held in sustained_samples samples in a row,
 * and for as many times 100 ms (times the slowness of the host). While one and
 * the same task waits, the idle CPU may be busy, or the host may not run the
 * CPU that it waits on, in up to half of the samples. Not counted: CPUs that are
 * idle, vCPUs that the host did not run, tasks that may not run anywhere else,
 * and a scheduler that is on its way out. While a CPU stands still, what waits
 * there is no task stall and no imbalance: the CPU stall is what is wrong.
 */
#ifndef KTSTR_MONITOR_VERDICT_H
#define KTSTR_MONITOR_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/check/check.h"
#include "lib/monitor/sample.h"

#define MON_ALARMS_MAX	16
#define MON_WINDOW_MS	100	/* for each of sustained_samples */

/**
 * enum mon_check - what is looked for
 * @MON_CHECK_CPU_STALL: a run queue's clock stands still while a task runs
 * @MON_CHECK_TASK_STALL: a task waits while a CPU that it may use is idle
 * @MON_CHECK_TASK_WAIT: a task waits for too long, whatever else is going on
 * @MON_CHECK_IMBALANCE: run queues differ, and tasks could move
 * @MON_CHECK_DSQ_DEPTH: a local dispatch queue is too long
 * @MON_CHECK_FALLBACK: select_cpu often picks a CPU that cannot be
 * @MON_CHECK_KEEP_LAST: tasks often go on for want of another
 * @MON_CHECKS: their number
 */
enum mon_check {
	MON_CHECK_CPU_STALL,
	MON_CHECK_TASK_STALL,
	MON_CHECK_TASK_WAIT,
	MON_CHECK_IMBALANCE,
	MON_CHECK_DSQ_DEPTH,
	MON_CHECK_FALLBACK,
	MON_CHECK_KEEP_LAST,
	MON_CHECKS
};

/**
 * struct mon_alarm - one verdict
 * @check: what it is about
 * @cpu: which CPU; -1 for all of them
 * @pid: which task; 0 for none
 * @value: what was measured: ms, tasks, a ratio, or events a second
 * @threshold: what it may be
 * @since_ns: CLOCK_MONOTONIC of the host when it began
 * @host_ns: when it was long enough
 * @guest_ns: the guest's CLOCK_MONOTONIC then, as in the timeline; 0 when not
 *	known
 * @samples: in how many samples
 * @text: all of that in one line
 */
struct mon_alarm {
	enum mon_check check;
	int cpu;
	int pid;
	double value;
	double threshold;
	uint64_t since_ns;
	uint64_t host_ns;
	uint64_t guest_ns;
	unsigned int samples;
	char text[256];
};

struct mon_verdict;

/**
 * mon_verdict_create() - start to judge
 * @kernel: names and clock rate; must outlive it
 * @n_cpus: possible CPUs
 * @limits: thresholds; of fields that are 0 or CHECK_OFF nothing is judged
 * @slowness: how many times slower than ordinary hardware, at least 1
 *
 * Return: the judge; NULL without memory.
 */
struct mon_verdict *mon_verdict_create(const struct mon_kernel *kernel,
				       unsigned int n_cpus,
				       const struct check_limits *limits,
				       double slowness);

/**
 * mon_verdict_destroy() - release it; takes NULL
 * @verdict: the judge
 */
void mon_verdict_destroy(struct mon_verdict *verdict);

/**
 * mon_verdict_feed() - look at the next sample
 * @verdict: the judge
 * @sample: newer than those before
 * @guest_ns: the guest's CLOCK_MONOTONIC at @sample, for the text; 0 when not
 *	known
 *
 * Return: how many alarms came with it.
 */
unsigned int mon_verdict_feed(struct mon_verdict *verdict,
			      const struct mon_sample *sample,
			      uint64_t guest_ns);

/**
 * mon_verdict_forget() - what comes next does not follow on what was
 * @verdict: the judge; alarms stay
 */
void mon_verdict_forget(struct mon_verdict *verdict);

/**
 * mon_verdict_alarms() - the alarms so far, at most one per check and CPU
 * @verdict: the judge
 * @n: gets their number, at most MON_ALARMS_MAX
 *
 * Return: them; valid until the next sample.
 */
const struct mon_alarm *mon_verdict_alarms(const struct mon_verdict *verdict,
					   unsigned int *n);

/**
 * mon_check_name() - a word for a check
 * @check: the check
 *
 * Return: "cpu stall", "imbalance", ...
 */
const char *mon_check_name(enum mon_check check);

#endif /* KTSTR_MONITOR_VERDICT_H */
