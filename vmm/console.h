/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest has printed: kept within bounds, cut into lines, and read
 * for the words by which a kernel says that it is dying.
 */
#ifndef KTSTR_VMM_CONSOLE_H
#define KTSTR_VMM_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_HEAD_SIZE	(64U << 10)
#define CONSOLE_TAIL_SIZE	(192U << 10)
#define CONSOLE_LINE_MAX	240

/*
 * struct console - text with its middle left out when it grows too long
 * @head: the first bytes
 * @tail: the last ones, a ring
 * @total: bytes ever added
 * @text: all in one piece, made by console_text()
 */
struct console {
	char *head;
	char *tail;
	uint64_t total;
	char *text;
};

/*
 * console_init() - start empty
 *
 * Return: 0 or -ENOMEM.
 */
int console_init(struct console *c);
void console_exit(struct console *c);
void console_add(struct console *c, const char *bytes, size_t len);

/*
 * console_text() - all that is kept, as one string
 * @len: gets its length
 *
 * Return: the text, owned by @c and valid until the next call on it.
 */
const char *console_text(struct console *c, size_t *len);

/*
 * console_left_out() - bytes that console_text() is without
 */
uint64_t console_left_out(const struct console *c);

/*
 * struct line_cutter - collects bytes up to the end of a line
 *
 * Longer lines lose their end; what is not fit to print is replaced.
 */
struct line_cutter {
	char line[CONSOLE_LINE_MAX];
	size_t len;
};

/*
 * line_cutter_add() - add one byte
 *
 * Return: true when lc->line now holds a whole line, until the next call.
 */
bool line_cutter_add(struct line_cutter *lc, char byte);

/*
 * struct banner - what a dying kernel has said
 * @panic: the panic line, "" while there is none
 * @oops: the first line of the last oops or BUG, "" for none
 * @fatal_oops: an oops header was among it
 * @halted: it has stopped all CPUs, for want of a way to switch off
 * @panic_ns: when the panic line came (CLOCK_MONOTONIC), 0 for never
 */
struct banner {
	char panic[CONSOLE_LINE_MAX];
	char oops[CONSOLE_LINE_MAX];
	bool fatal_oops;
	bool halted;
	uint64_t panic_ns;
};

/*
 * banner_scan() - look at one line of the kernel's console
 * @now_ns: CLOCK_MONOTONIC
 */
void banner_scan(struct banner *b, const char *line, uint64_t now_ns);

/*
 * banner_seen() - did the kernel say that it dies?
 */
bool banner_seen(const struct banner *b);

/*
 * banner_message() - one line: the panic, and the oops that led to it
 */
void banner_message(const struct banner *b, char *text, size_t size);

#endif /* KTSTR_VMM_CONSOLE_H */
