/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel stacks from outside: the ORC tables of vmlinux where it has them,
 * frame pointers where it has not, and in code that has no ORC (BPF).
 */
#ifndef KTSTR_MONITOR_READ_UNWIND_H
#define KTSTR_MONITOR_READ_UNWIND_H

#include "lib/host/monitor/guest/guest.h"

#define MON_STACK_MAX	64	/* frames */

/**
 * struct mon_stack - a stack
 * @ip: run-time addresses; but for an interrupted instruction, return addresses
 * @n: how many
 * @reliable: it ended where a stack ends, and nothing was guessed
 */
struct mon_stack {
	uint64_t ip[MON_STACK_MAX];
	unsigned int n;
	bool reliable;
};

/**
 * mon_unwind_task() - stack of a task that is not running
 * @task: bytes of its struct task_struct
 * @stack: filled in as far as it goes
 *
 * Return: 0; -ENOTSUP without MON_PART_STACKS; -EFAULT when not even its
 * first frame can be read.
 */
int mon_unwind_task(const struct mon_guest *guest, const void *task,
		    struct mon_stack *stack);

/**
 * mon_unwind_regs() - stack of a stopped CPU
 *
 * Return: 0; -ENOENT when it is in user space; -ENOTSUP.
 */
int mon_unwind_regs(const struct mon_guest *guest, const struct mon_regs *regs,
		    struct mon_stack *stack);

#endif /* KTSTR_MONITOR_READ_UNWIND_H */
