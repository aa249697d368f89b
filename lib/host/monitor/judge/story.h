/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The story of a guest that did not come to its end: where each CPU stands and
 * what they have in common, who waits and for what, how far sched_ext has come
 * with being disabled, where init is, and whose doing it all is.
 */
#ifndef KTSTR_MONITOR_JUDGE_STORY_H
#define KTSTR_MONITOR_JUDGE_STORY_H

#include "lib/host/monitor/judge/hang.h"
#include "lib/host/monitor/read/dump.h"

struct strbuf;

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

/**
 * mon_story() - tell it
 * @dump: of a guest whose CPUs have stopped; its guest must be there
 * @hang: what hangs, of kind MON_HANG_NONE when that is not known
 * @out: gets lines
 * @culprit: gets who is to blame, one line; "" when that does not tell
 * @size: bytes at @culprit
 */
void mon_story(const struct mon_dump *dump, const struct mon_hang *hang,
	       struct strbuf *out, char *culprit, size_t size);

#endif /* KTSTR_MONITOR_JUDGE_STORY_H */
