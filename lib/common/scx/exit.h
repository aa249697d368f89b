/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a sched_ext scheduler ended, out of what kernel and scheduler print.
 *
 * Four texts tell parts of it: the scheduler's closing EXIT line, the debug
 * dump, the kernel's console, the sched_ext_exit tracepoint. Any of them may
 * be missing or cut.
 */
#ifndef KTSTR_SCX_EXIT_H
#define KTSTR_SCX_EXIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXIT_COMM_LEN	32	/* the kernel's 16 and a kworker's suffix */
#define EXIT_MSG_LEN	1024	/* as struct scx_exit_info has it */

/* enum scx_exit_kind as far as we act on it; ABI to BPF schedulers. */
#define EXIT_KIND_UNKNOWN	(-1)
#define EXIT_KIND_UNREG		64
#define EXIT_KIND_ERROR		1024	/* and above: an error */
#define EXIT_KIND_ERROR_STALL	1026

/**
 * struct exit_task - a task as messages name it
 * @comm: "" when there is none
 * @pid: 0 when there is none
 */
struct exit_task {
	char comm[EXIT_COMM_LEN];
	int pid;
};

/**
 * struct scx_exit - how a scheduler ended
 * @found: does the text tell of an end at all?
 * @kind: enum scx_exit_kind, EXIT_KIND_UNKNOWN when nothing says
 * @cpu: where it happened, -1 when nothing says
 * @scheduler: its name, "" when nothing says
 * @reason: the kernel's words for @kind
 * @msg: what is special about this one; may be empty
 * @file: source file that a scx_bpf_error() names, "" when none
 * @line: line in @file
 * @current: who ran when the exit was claimed; seldom whom it is about
 * @idle: that was the idle task, so there is no @current
 * @subject: the task that the message is about
 * @wait_ms: how long @subject waited, when the message says so
 */
struct scx_exit {
	bool found;
	int kind;
	int cpu;
	char scheduler[128];
	char reason[64];
	char msg[EXIT_MSG_LEN];
	char file[256];
	unsigned int line;
	struct exit_task current;
	bool idle;
	struct exit_task subject;
	uint64_t wait_ms;
};

/**
 * exit_init() - nothing known
 */
void exit_init(struct scx_exit *ex);

/**
 * exit_parse() - learn from one more text
 * @ex: after exit_init(); what is known already stays
 * @text: console, scheduler log or trace; need not end in a NUL
 *
 * Only the first exit of the text counts: what follows is its consequence.
 */
void exit_parse(struct scx_exit *ex, const char *text, size_t len);

/**
 * exit_is_error() - did the kernel throw the scheduler out?
 */
bool exit_is_error(const struct scx_exit *ex);

/**
 * exit_kind_name() - "SCX_EXIT_ERROR_STALL", NULL for a kind unknown here
 */
const char *exit_kind_name(int kind);

#endif /* KTSTR_SCX_EXIT_H */
