/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Function names out of crash text: console oopses and warnings, sched_ext
 * messages and dumps, the scheduler's own log.
 *
 * The text comes from a guest that is dying: lines are cut, CPUs talk into
 * each other's lines, and there may be megabytes of it. Whatever it holds, the
 * result is a bounded list of names of known form.
 */
#ifndef KTSTR_SCX_STACK_H
#define KTSTR_SCX_STACK_H

#include <stdbool.h>
#include <stddef.h>

#define STACK_NAME_LEN	128
#define STACK_MAX	256	/* names kept; more are counted */

enum stack_kind {
	STACK_KERNEL,
	STACK_BPF,		/* a BPF program, by its short name */
};

/**
 * struct stack_func - a function
 * @kind: whose
 * @name: what is shown and compared: without what the compiler hung on, which
 *	differs from build to build
 * @symbol: as in the kernel's symbol table, which is what can be probed
 */
struct stack_func {
	enum stack_kind kind;
	char name[STACK_NAME_LEN];
	char symbol[STACK_NAME_LEN];
};

/**
 * struct stack_places - where functions are, for who can look it up
 * @file: source file of a kernel function, by its symbol: "kernel/workqueue.c";
 *	NULL when it is not known; valid until the next call
 * @ctx: its first argument
 */
struct stack_places {
	const char *(*file)(void *ctx, const char *symbol);
	void *ctx;
};

/**
 * struct stack - functions in the order in which the text names them
 * @funcs: innermost first within one trace; no name twice
 * @generic: frames left out because they are on each scheduling path
 * @dropped: names beyond STACK_MAX, or that memory was lacking for
 * @places: set by the caller, before a text is read, when it can look them up;
 *	else NULL, and plumbing is known by its name alone
 */
struct stack {
	struct stack_func *funcs;
	unsigned int n;
	unsigned int size;
	unsigned int generic;
	unsigned int dropped;
	const struct stack_places *places;
};

/**
 * stack_extract() - add the functions that a text names
 * @st: zeroed, or with what an earlier text gave; stack_free() releases it
 * @text: need not end in a NUL
 * @len: its bytes
 *
 * Left out are generic frames - by their names, and by the file that they are
 * in: how a context was entered, where nobody further out says more, and who
 * prints - unless they are named as the place itself (`RIP:`, `WARNING:`),
 * frames that the unwinder marks with `?`, and
 * the stacks of bystanders: the tasks that a sched_ext dump lists behind the
 * backtrace, and those under a `task:NAME state:S` head.
 */
void stack_extract(struct stack *st, const char *text, size_t len);

/**
 * stack_add() - add one function by name
 * @symbol: with the compiler's suffixes, if it has any
 *
 * Return: true when it is on the list now, false when it was dropped.
 */
bool stack_add(struct stack *st, enum stack_kind kind, const char *symbol);
void stack_free(struct stack *st);

/**
 * stack_is_generic() - is it on so many paths that it says nothing?
 */
bool stack_is_generic(const char *name);

/**
 * stack_is_messenger() - does it only tell that something else fails?
 *
 * Watchdogs and the like: never the culprit, though they are what stands in
 * the stack.
 */
bool stack_is_messenger(const char *name);

/**
 * stack_is_wait() - is it how one waits or takes a lock, rather than in what?
 */
bool stack_is_wait(const char *name);

/**
 * stack_base_name() - a name without what the compiler hung on
 * @name: "scx_enable.constprop.0"
 * @base: gets "scx_enable"
 */
void stack_base_name(const char *name, char base[STACK_NAME_LEN]);

/**
 * stack_line_text() - the message of one line of a log
 * @line: start; moved behind a time stamp, a caller id, a trace's columns, a
 *	KTAP comment
 * @end: behind its last byte
 *
 * Return: true when it came through the sched_ext_dump tracepoint.
 */
bool stack_line_text(const char **line, const char *end);

/**
 * stack_line_end() - where one message ends
 *
 * At a newline, or where another CPU's message starts in the middle.
 */
const char *stack_line_end(const char *line, const char *end);

#endif /* KTSTR_SCX_STACK_H */
