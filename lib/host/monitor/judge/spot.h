/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a stack stands: the function that says something, and what it waits for.
 */
#ifndef KTSTR_MONITOR_JUDGE_SPOT_H
#define KTSTR_MONITOR_JUDGE_SPOT_H

#include <stdbool.h>

#include "lib/host/monitor/read/dump.h"

/**
 * enum mon_wait - what a stack waits for, by its innermost functions
 */
enum mon_wait {
	MON_WAIT_NONE,		/* nothing: it is at work */
	MON_WAIT_SCHEDULE,	/* it sleeps; for what does not show */
	MON_WAIT_SPINLOCK,
	MON_WAIT_IPI,		/* another CPU's answer */
	MON_WAIT_MUTEX,
	MON_WAIT_RWSEM,
	MON_WAIT_PERCPU_RWSEM,
	MON_WAIT_COMPLETION,
	MON_WAIT_RCU,
};

/**
 * struct mon_spot - where a stack stands
 * @func: the innermost function that says something; "" when none has a name
 * @bpf: it is a BPF program
 * @frame: its index in the stack
 * @wait: what it waits for there
 */
struct mon_spot {
	char func[128];
	bool bpf;
	unsigned int frame;
	enum mon_wait wait;
};

/**
 * mon_wait_kind() - is that function's business to wait?
 * @func: name of a kernel function
 * @wait: gets what it waits for; untouched where it is just on the way there
 *
 * Return: true when it is, so that who has called it is the one to be named.
 */
bool mon_wait_kind(const char *func, enum mon_wait *wait);

/**
 * mon_spot_find() - where a stack stands
 * @dump: the dump; its guest must be there
 * @stack: one of its stacks
 * @spot: filled in
 *
 * Frames without a name are passed over: who called them is to be named.
 */
void mon_spot_find(const struct mon_dump *dump, const struct mon_stack *stack,
		   struct mon_spot *spot);

#endif /* KTSTR_MONITOR_JUDGE_SPOT_H */
