/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hangs: what no longer wait would mend, so that the VM can be ended and told
 * of at once. A hang is the kernel's or the scheduler's; a host that does not
 * run a vCPU, or runs it slowly, makes none.
 *
 * Four things are one: a CPU that stands still, by the same check as a CPU
 * stall but for longer, and not quite so long where it is seen to spin (spin.h);
 * a CPU that stays in the kernel, where it can be interrupted, but switches to
 * nobody though others wait; sched_ext that does not come to its end of being
 * disabled; a task of user space that sleeps where no signal reaches it. The two
 * last are measured in the guest's share of time: what the host has given to the
 * vCPUs that had something to run. A task may sleep so for longer while sched_ext
 * comes or goes.
 */
#ifndef KTSTR_MONITOR_JUDGE_HANG_H
#define KTSTR_MONITOR_JUDGE_HANG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/host/monitor/read/sample.h"

/* How long a CPU may switch to nobody, and what of it its vCPU must have run */
#define MON_HANG_STUCK_MS	8000
#define MON_HANG_STUCK_RAN_MS	1500
/* The guest's share of time that each of the others may take */
#define MON_HANG_DISABLING_MS	6000	/* with a task that waits in D */
#define MON_HANG_DISABLING_MAX_MS	15000
#define MON_HANG_TASK_MS	4000	/* times the slowness, */
#define MON_HANG_TASK_SLOW_MS	5600	/* up to 28 s of a host that gives a fifth */
#define MON_HANG_TASK_MAX_MS	10000	/* in any case */
#define MON_HANG_QUEUE_MAX_MS	60000	/* while others that waited are let on */

#define MON_HANG_OVERDUE_MS	1000

/**
 * enum mon_hang_kind - what hangs
 * @MON_HANG_NONE: nothing
 * @MON_HANG_CPU: a CPU
 * @MON_HANG_DISABLING: sched_ext, while it is disabled
 * @MON_HANG_TASK: a task of user space
 */
enum mon_hang_kind {
	MON_HANG_NONE,
	MON_HANG_CPU,
	MON_HANG_DISABLING,
	MON_HANG_TASK,
};

/**
 * struct mon_hang - a hang
 * @kind: what hangs
 * @cpu: which CPU; -1 for none
 * @pid: the task that runs there, or that waits; 0 for none
 * @since_ns: CLOCK_MONOTONIC of the host when its first sign was seen
 * @host_ns: when it was certain
 * @ticking: CPUs whose tick has gone on until then, so that their interrupts are
 *	served: what one stands in is not why it hangs, but what it has interrupted
 * @overdue: CPUs whose timer was due MON_HANG_OVERDUE_MS ago and more, so that their
 *	interrupts are not served
 * @text: all of that in one line
 */
struct mon_hang {
	enum mon_hang_kind kind;
	int cpu;
	int pid;
	uint64_t since_ns;
	uint64_t host_ns;
	struct mon_cpus ticking;
	struct mon_cpus overdue;
	char text[400];
};

struct mon_hangs;

/**
 * mon_hangs_create() - start to look for them
 * @guest: attached, with its CPUs known; must outlive it
 * @slowness: how many times slower than ordinary hardware, at least 1
 *
 * Return: what looks; NULL without memory.
 */
struct mon_hangs *mon_hangs_create(const struct mon_guest *guest,
				   double slowness);

/**
 * mon_hangs_expect_disks() - a task that waits may wait for a disk
 * @hangs: from now on only what waits for MON_HANG_QUEUE_MAX_MS hangs
 */
void mon_hangs_expect_disks(struct mon_hangs *hangs);

/**
 * mon_hangs_destroy() - release it; takes NULL
 */
void mon_hangs_destroy(struct mon_hangs *hangs);

/**
 * mon_hangs_feed() - look at the next sample, and now and then at all tasks
 * @hangs: keeps what earlier samples showed
 * @sample: newer than those before
 * @guest_ns: the guest's CLOCK_MONOTONIC then, for the text; 0 when not known
 * @hang: filled in when there is one
 *
 * Return: true when there is a hang.
 */
bool mon_hangs_feed(struct mon_hangs *hangs, const struct mon_sample *sample,
		    uint64_t guest_ns, struct mon_hang *hang);

#endif /* KTSTR_MONITOR_JUDGE_HANG_H */
