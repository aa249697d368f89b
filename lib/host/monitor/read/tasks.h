/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks of a guest: who there is, in which state, where they wait.
 */
#ifndef KTSTR_MONITOR_READ_TASKS_H
#define KTSTR_MONITOR_READ_TASKS_H

#include "lib/host/monitor/guest/cpus.h"
#include "lib/host/monitor/guest/guest.h"
#include "lib/host/monitor/read/sample.h"
#include "lib/host/monitor/read/unwind.h"

#define MON_TASKS_MAX	65536	/* tasks that are listed at most */

/**
 * struct mon_scx_task - sched_ext's part of a task
 * @flags: SCX_TASK_* without the state bits
 * @state: the state bits: 4 is enabled
 * @ops_state: 0 none, 1 queueing, 2 queued: the BPF side owns it, 3 dispatching
 * @qseq: which enqueueing of it this is
 * @dsq_va: the queue it is on, 0 for none
 * @dsq_id: that queue's id
 * @runnable_at: jiffies since when it waits
 */
struct mon_scx_task {
	uint32_t flags;
	uint32_t state;
	uint32_t dsq_flags;
	uint32_t ops_state;
	uint64_t qseq;
	uint64_t dsq_va;
	uint64_t dsq_id;
	int32_t sticky_cpu;
	int32_t holding_cpu;
	uint32_t weight;
	uint64_t slice;
	uint64_t dsq_vtime;
	uint64_t runnable_at;
};

/**
 * struct mon_task - a task
 * @state: one letter, as ps has it
 * @cpu: on whose run queue it is, or was last
 * @cpus: where it may run, migration permitting; see mon_task_allowed()
 * @wait_ns: how long it has been runnable without running; 0 when it is not,
 *	or not known
 * @ran_ns: how long it has had its CPU; 0 when it has none, or not known
 * @sleep_ns: how long it has been neither; 0 when it is not, or not known
 * @killable: it waits in D, but a signal that kills it ends that
 * @irqs_off: the CPU on which it runs was seen with interrupts off
 * @stack: empty unless it was asked for
 */
struct mon_task {
	uint64_t va;
	int32_t pid;
	int32_t tgid;
	char comm[MON_COMM_LEN];
	char state;
	bool on_cpu;
	bool on_rq;
	bool runnable;
	enum mon_class class;
	uint32_t cpu;
	int32_t prio;
	uint32_t policy;
	uint32_t migration_disabled;
	struct mon_cpus cpus;
	struct mon_scx_task scx;
	uint64_t wait_ns;
	uint64_t ran_ns;
	uint64_t sleep_ns;
	bool killable;
	bool irqs_off;
	struct mon_stack stack;
};

/**
 * struct mon_now - what the guest's clocks show
 * @jiffies: jiffies_64
 * @clock_ns: the furthest of the run queues' clocks
 */
struct mon_now {
	uint64_t jiffies;
	uint64_t clock_ns;
};

/**
 * mon_now() - read the guest's clocks
 */
void mon_now(const struct mon_guest *guest, struct mon_now *now);

/**
 * mon_task_read() - read one task, without its stack
 * @va: address of its struct task_struct
 *
 * Return: 0; -EFAULT; -EINVAL when it is no task.
 */
int mon_task_read(const struct mon_guest *guest, uint64_t va,
		  const struct mon_now *now, struct mon_task *task);

/**
 * mon_task_mask() - where a task may run, migration permitting
 * @guest: attached
 * @task: its struct task_struct
 * @cpus: filled in, without CPUs that the guest cannot have
 */
void mon_task_mask(const struct mon_guest *guest, const void *task,
		   struct mon_cpus *cpus);

/**
 * mon_task_allowed() - where a task may run now
 *
 * With migration disabled that is just where it is.
 */
void mon_task_allowed(const struct mon_task *task, struct mon_cpus *cpus);

/**
 * mon_tasks_each() - visit each thread of each process, and the idle tasks
 * @fn: called with the address of each; a negative value ends the walk
 *
 * Lists that loop end where they meet a task again.
 *
 * Return: 0; what @fn returned; -ENOTSUP without MON_PART_TASKS; -ENOMEM.
 */
int mon_tasks_each(const struct mon_guest *guest,
		   int (*fn)(void *ctx, uint64_t va), void *ctx);

/**
 * mon_class_at() - which class is that?
 * @va: address of a struct sched_class
 */
enum mon_class mon_class_at(const struct mon_guest *guest, uint64_t va);

/**
 * mon_class_name() - "ext", "fair", ...
 */
const char *mon_class_name(enum mon_class class);

#endif /* KTSTR_MONITOR_READ_TASKS_H */
