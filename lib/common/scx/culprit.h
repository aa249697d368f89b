/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom a failure is about, and whether two failures are the same.
 */
#ifndef KTSTR_SCX_CULPRIT_H
#define KTSTR_SCX_CULPRIT_H

#include <stdint.h>

#include "lib/common/scx/exit.h"

struct stack;

/**
 * enum culprit_source - how we know which task a failure is about
 */
enum culprit_source {
	CULPRIT_NONE,
	CULPRIT_MESSAGE,	/* the kernel's message names it */
	CULPRIT_SUBJECT,	/* the op that failed was called for it */
	CULPRIT_CALL,		/* the innermost call that was under way */
	CULPRIT_CURRENT,	/* nothing better: who ran when it failed */
};

/**
 * struct culprit - the task whose story is told
 * @addr: its task_struct in the repro VM, 0 when only the pid is known
 */
struct culprit {
	enum culprit_source source;
	struct exit_task task;
	uint64_t addr;
};

/**
 * struct exit_trigger - what the exit's probe saw in the kernel
 * @current_addr: task_struct that ran
 * @subject_addr: current->scx.kf_tasks[0], 0 outside of an op with a subject
 * @call_addr: task that the innermost probed call under way was made for, 0
 *	when there was none
 */
struct exit_trigger {
	int kind;
	uint64_t current_addr;
	struct exit_task current;
	uint64_t subject_addr;
	struct exit_task subject;
	uint64_t call_addr;
	struct exit_task call;
};

/**
 * culprit_pick() - which task is the failure about?
 * @ex: the rerun's exit
 * @trigger: what its probe saw, NULL when it saw nothing
 *
 * For a stall it is whom the message names, as the kernel's watchdog has no
 * subject. Else the subject of the running op, else whom the message names,
 * else for whom the kernel was working (it checks what an op asked for after
 * the op has returned), else who ran.
 */
void culprit_pick(const struct scx_exit *ex, const struct exit_trigger *trigger,
		  struct culprit *culprit);

/**
 * culprit_source_text() - "named by the kernel's message" and so on
 */
const char *culprit_source_text(enum culprit_source source);

/**
 * enum exit_match - does the rerun's crash equal the primary's?
 */
enum exit_match {
	EXIT_NOT_REPRODUCED,
	EXIT_REPRODUCED,
	EXIT_DIFFERENT,
};

/**
 * exit_match() - compare two runs
 * @first: the primary's exit, with its stack
 * @again: the rerun's
 *
 * Equal are two exits of one kind whose message differs only in numbers and
 * names of tasks. Where it names a source place, that must be the same one;
 * where it does not, equal innermost functions make up for other words.
 */
enum exit_match exit_match(const struct scx_exit *first,
			   const struct stack *first_stack,
			   const struct scx_exit *again,
			   const struct stack *again_stack);

#endif /* KTSTR_SCX_CULPRIT_H */
