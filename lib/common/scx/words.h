/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words of sched_ext in logs, consoles and traces, for who needs no more than
 * to find them: exit.h has all that an exit says.
 */
#ifndef KTSTR_SCX_WORDS_H
#define KTSTR_SCX_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf;

#define SCX_SAYS	"sched_ext: "	/* before each message of the kernel */
#define SCX_LOG_SAYS	"EXIT: "	/* before a scheduler's of its own end */

/**
 * scx_exit_begins() - does a piece of the trace tell of an exit?
 *
 * Of a scheduler at the root: sub-schedulers have other levels.
 */
bool scx_exit_begins(const char *trace);

/**
 * scx_log_reason() - why the kernel threw a scheduler out, as its log repeats it
 * @log: of the scheduler
 * @buf: gets the words, "" when there are none
 *
 * Return: are there any?
 */
bool scx_log_reason(const char *log, char *buf, size_t size);

/**
 * scx_console_reason() - the same, as the kernel prints it itself
 * @console: of the kernel
 * @buf: gets "WHY (MESSAGE)", "" when there was no error
 *
 * That is "sched_ext: BPF scheduler "x" disabled (WHY)", and behind it, where
 * there was an error, "sched_ext: x: MESSAGE".
 */
void scx_console_reason(const char *console, char *buf, size_t size);

/**
 * scx_console_lines() - of the console only what sched_ext itself has said
 */
void scx_console_lines(struct strbuf *text, const char *console);

#endif /* KTSTR_SCX_WORDS_H */
