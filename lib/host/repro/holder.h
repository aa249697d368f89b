/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who held what others waited for, as a run's texts and dumps tell.
 *
 * Watchdogs, RCU and sched_ext's own stall detector report: their functions are
 * in the stack, their task is current. Whom it is about stands elsewhere: in the
 * report's first line, in a task's head, in sched_ext's dump of the CPU on which
 * the victim waited, in the monitor's.
 */
#ifndef KTSTR_REPRO_HOLDER_H
#define KTSTR_REPRO_HOLDER_H

#include "lib/common/scx/exit.h"
#include "lib/common/scx/stack.h"
#include "lib/host/run/outcome.h"

#define HOLDER_TASKS	3	/* that hang, and are told of */

/**
 * enum holder_kind - what was held
 * @HOLDER_NONE: nothing tells
 * @HOLDER_CPU: a CPU, by a task that did not let go of it
 * @HOLDER_RCU: RCU's grace period, by a reader that was preempted
 * @HOLDER_IDLE: no one held it: the CPU was idle and the victim waited
 * @HOLDER_LOCK: a lock, by a task that another one hangs for
 * @HOLDER_HANGS: nothing that is known, but these tasks hang
 */
enum holder_kind {
	HOLDER_NONE,
	HOLDER_CPU,
	HOLDER_RCU,
	HOLDER_IDLE,
	HOLDER_LOCK,
	HOLDER_HANGS,
};

/**
 * struct holder_task - a task and where it stood
 * @func: "f()" or "f (BPF)"; "" when nothing tells
 */
struct holder_task {
	struct exit_task task;
	char func[STACK_NAME_LEN + sizeof(" (BPF)")];
};

/**
 * struct holder - who held it
 * @tasks: who; of HOLDER_HANGS up to HOLDER_TASKS of them
 * @n: how many of them; 0 when the task is not known
 * @cpu: which CPU; -1 when that is not known, or it is a lock
 * @class: scheduling class of the holder, "rt"; "" when not known
 * @victim: who waited, when that is not in the exit
 * @wait_ms: for how long, likewise; 0 when not known
 */
struct holder {
	enum holder_kind kind;
	struct holder_task tasks[HOLDER_TASKS];
	unsigned int n;
	int cpu;
	char class[16];
	struct exit_task victim;
	uint64_t wait_ms;
};

/**
 * holder_find() - who held it?
 * @out: a run that is over
 * @ex: the scheduler's exit, out of its texts
 * @holder: gets it
 *
 * The kernel's own reports go first: lockups, RCU's stalls, workers that do not
 * let go, tasks that hang. Then, where a task did not run for long, who ran on
 * its CPU.
 */
void holder_find(const struct run_outcome *out, const struct scx_exit *ex,
		 struct holder *holder);

#endif /* KTSTR_REPRO_HOLDER_H */
