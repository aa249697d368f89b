/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From samples to verdicts: what lasts too long to be chance. Pure logic, fed
 * with one sample after the other, at their full rate.
 *
 * A condition counts once it has held in sustained_samples samples in a row,
 * and for as many times 100 ms (times the slowness of the host). What the host
 * took from the vCPU meanwhile is taken off, of waits as well. While one and the
 * same task waits, the idle CPU may be busy, or the host may not run the CPU that
 * it waits on, in up to half of the samples. Not counted: CPUs that are
 * idle, vCPUs that the host did not run, tasks that may not run anywhere else,
 * and a scheduler that is on its way out. While a CPU stands still, what waits
 * there is no task stall, no wait, no imbalance and no long queue: the CPU stall
 * is what is wrong. A CPU that has halted with interrupts off uses no time of
 * the host's, and is stalled all the same.
 */
#ifndef KTSTR_MONITOR_JUDGE_CHECKS_H
#define KTSTR_MONITOR_JUDGE_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/common/check/check.h"
#include "lib/host/monitor/read/sample.h"

#define MON_ALARMS_MAX	16
#define MON_WINDOW_MS	100	/* for each of sustained_samples */

/*
 * A row is a check: row(ID, NAME) makes MON_CHECK_ID, and stands for the struct
 * mon_check_ops mon_check_NAME in the check's own file (look.h).
 */
#define MON_CHECK_ROWS(row)						\
	row(CPU_STALL, cpu_stall)	/* check_stall.c */		\
	row(TASK_STALL, task_stall)					\
	row(TASK_WAIT, task_wait)					\
	row(IDLE_WAIT, idle_wait)	/* check_idle_wait.c */		\
	row(LAG, lag)			/* check_lag.c */		\
	row(IMBALANCE, imbalance)	/* check_queues.c */		\
	row(DSQ_DEPTH, dsq_depth)					\
	row(FALLBACK, fallback)		/* check_rate.c */		\
	row(KEEP_LAST, keep_last)

#define MON_CHECK_ID(id, name)	MON_CHECK_##id,

/* enum mon_check - what is looked for, and the number of checks */
enum mon_check {
	MON_CHECK_ROWS(MON_CHECK_ID)
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
	char text[400];
};

/**
 * struct mon_holder - who has a CPU for itself
 * @pid: who; 0 when the CPU was idle
 * @comm: its name
 * @class: its scheduling class
 * @prio: its priority, as the kernel has it: the less, the more urgent
 * @since_ns: CLOCK_MONOTONIC of the host when it was first seen there
 * @until_ns: and last; others may have been seen there in between, in a
 *	sample or two
 */
struct mon_holder {
	int pid;
	char comm[MON_COMM_LEN];
	enum mon_class class;
	int prio;
	uint64_t since_ns;
	uint64_t until_ns;
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
 * mon_verdict_holder() - who has a CPU for itself
 * @verdict: the judge
 * @cpu: below its number of CPUs
 * @holder: filled in
 *
 * Return: true when it is one that a task of sched_ext or of EEVDF cannot get
 * by: a real-time, deadline or stop task.
 */
bool mon_verdict_holder(const struct mon_verdict *verdict, unsigned int cpu,
			struct mon_holder *holder);

/**
 * mon_check_name() - a word for a check
 * @check: the check
 *
 * Return: "CPU stall", "imbalance", ...
 */
const char *mon_check_name(enum mon_check check);

#endif /* KTSTR_MONITOR_JUDGE_CHECKS_H */
