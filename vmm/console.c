// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest has printed. See console.h.
 */
#include "vmm/console.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

#define LEFT_OUT_MAX	64

int console_init(struct console *c)
{
	memset(c, 0, sizeof(*c));
	c->head = malloc(CONSOLE_HEAD_SIZE);
	c->tail = malloc(CONSOLE_TAIL_SIZE);
	if (c->head && c->tail)
		return 0;
	console_exit(c);
	return -ENOMEM;
}

void console_exit(struct console *c)
{
	free(c->head);
	free(c->tail);
	free(c->text);
	memset(c, 0, sizeof(*c));
}

static size_t head_len(const struct console *c)
{
	return min(c->total, (uint64_t)CONSOLE_HEAD_SIZE);
}

static void tail_add(struct console *c, const char *bytes, size_t len)
{
	while (len) {
		size_t at = (c->total - CONSOLE_HEAD_SIZE) % CONSOLE_TAIL_SIZE;
		size_t n = min(len, CONSOLE_TAIL_SIZE - at);

		memcpy(c->tail + at, bytes, n);
		c->total += n;
		bytes += n;
		len -= n;
	}
}

void console_add(struct console *c, const char *bytes, size_t len)
{
	size_t at = head_len(c);
	size_t n = min(len, CONSOLE_HEAD_SIZE - at);

	memcpy(c->head + at, bytes, n);
	c->total += n;
	tail_add(c, bytes + n, len - n);
}

/* Append the tail's bytes, oldest first, at @text; returns how many. */
static size_t tail_copy(const struct console *c, char *text)
{
	uint64_t behind = c->total - head_len(c);
	size_t at = behind % CONSOLE_TAIL_SIZE;

	if (behind <= CONSOLE_TAIL_SIZE) {
		memcpy(text, c->tail, behind);
		return behind;
	}
	memcpy(text, c->tail + at, CONSOLE_TAIL_SIZE - at);
	memcpy(text + CONSOLE_TAIL_SIZE - at, c->tail, at);
	return CONSOLE_TAIL_SIZE;
}

uint64_t console_left_out(const struct console *c)
{
	uint64_t behind = c->total - head_len(c);

	return behind > CONSOLE_TAIL_SIZE ? behind - CONSOLE_TAIL_SIZE : 0;
}

const char *console_text(struct console *c, size_t *len)
{
	size_t head = head_len(c);
	uint64_t left_out = console_left_out(c);
	size_t at = head;

	*len = 0;
	free(c->text);
	c->text = malloc(CONSOLE_HEAD_SIZE + CONSOLE_TAIL_SIZE + LEFT_OUT_MAX);
	if (!c->text)
		return "";

	memcpy(c->text, c->head, head);
	if (left_out)
		at += snprintf(c->text + at, LEFT_OUT_MAX,
			       "\n[%llu bytes left out]\n",
			       (unsigned long long)left_out);
	at += tail_copy(c, c->text + at);
	c->text[at] = '\0';
	*len = at;
	return c->text;
}

bool line_cutter_add(struct line_cutter *lc, char byte)
{
	if (byte == '\n') {
		text_fit(lc->line, sizeof(lc->line), lc->line, lc->len);
		lc->len = 0;
		return true;
	}
	if (byte == '\r' || lc->len == sizeof(lc->line) - 1)
		return false;
	lc->line[lc->len++] = byte;
	return false;
}

static const char panic_words[] = "Kernel panic - not syncing";
static const char halt_words[] = "reboot: System halted";
static const char no_power_words[] = "reboot: Power off not available";

/* First words of an oops, as the architectures and lib/bug.c print them. */
static const char * const oops_words[] = {
	"BUG: ",
	"kernel BUG at ",
	"general protection fault",
	"Unable to handle kernel",
	"divide error: ",
	"int3: ",
	"invalid opcode: ",
	"stack segment: ",
	"traps: PANIC",
	"Oops",
};

/* Skip "[    1.234567] " and the caller's "[   T12] " behind it. */
static const char *skip_time(const char *line)
{
	unsigned int i;

	for (i = 0; i < 2 && *line == '['; i++) {
		const char *end = strchr(line, ']');

		if (!end || end - line > 24)
			break;
		line = end + 1;
		line += strspn(line, " ");
	}
	return line;
}

static void banner_copy(char *to, const char *line)
{
	snprintf(to, CONSOLE_LINE_MAX, "%s", line);
}

void banner_scan(struct banner *b, const char *line, uint64_t now_ns)
{
	unsigned int i;

	if (b->panic[0])
		return;
	line = skip_time(line);
	if (strstarts(line, panic_words)) {
		banner_copy(b->panic, line);
		b->panic_ns = now_ns;
		return;
	}

	if (strstarts(line, halt_words) || strstarts(line, no_power_words))
		b->halted = true;
	if (strstarts(line, "Oops")) {
		b->fatal_oops = true;
		/* The line before it says what happened. */
		if (b->oops[0])
			return;
	}
	for (i = 0; i < ARRAY_SIZE(oops_words); i++)
		if (strstarts(line, oops_words[i]))
			banner_copy(b->oops, line);
}

bool banner_seen(const struct banner *b)
{
	return b->panic[0] || b->fatal_oops;
}

void banner_message(const struct banner *b, char *text, size_t size)
{
	if (b->panic[0] && b->fatal_oops)
		snprintf(text, size, "%s (%s)", b->panic, b->oops);
	else
		snprintf(text, size, "%s", b->panic[0] ? b->panic : b->oops);
}
