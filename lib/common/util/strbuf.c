// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text that grows. See strbuf.h.
 */
#include "lib/common/util/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

static int strbuf_reserve(struct strbuf *sb, size_t more)
{
	size_t need = sb->len + more + 1;
	size_t size = sb->size ? sb->size : 256;
	char *text;

	if (need <= sb->size)
		return 0;
	while (size < need)
		size *= 2;

	text = realloc(sb->size ? sb->text : NULL, size);
	if (!text)
		return -1;
	sb->text = text;
	sb->size = size;
	return 0;
}

static const char gap_line[] = "[lines are missing here]\n";

/* Where the next line starts, from @at on */
static size_t next_line(const struct strbuf *sb, size_t at)
{
	const char *nl = memchr(sb->text + at, '\n', sb->len - at);

	return nl ? (size_t)(nl - sb->text) + 1 : sb->len;
}

/* Drop half of what may be there, behind the first quarter. */
static void strbuf_cut_middle(struct strbuf *sb)
{
	size_t gap = sizeof(gap_line) - 1;
	size_t cut = sb->cut ?: next_line(sb, min(sb->max / 4, sb->len));
	size_t from = sb->cut ? cut + gap : cut;
	size_t to = next_line(sb, min(from + sb->max / 2, sb->len));

	if (to < from + gap)
		return;
	sb->cut = cut;
	sb->dropped += to - from;
	memcpy(sb->text + cut, gap_line, gap);
	memmove(sb->text + cut + gap, sb->text + to, sb->len - to + 1);
	sb->len -= to - cut - gap;
}

void strbuf_add(struct strbuf *sb, const void *bytes, size_t len)
{
	size_t keep = len;

	if (sb->keep_end && sb->max && keep > sb->max - sb->len)
		strbuf_cut_middle(sb);
	if (sb->max && keep > sb->max - sb->len)
		keep = sb->max - sb->len;
	if (keep && strbuf_reserve(sb, keep))
		keep = 0;
	sb->dropped += len - keep;
	if (!keep)
		return;

	memcpy(sb->text + sb->len, bytes, keep);
	sb->len += keep;
	sb->text[sb->len] = '\0';
}

void strbuf_add_word(struct strbuf *sb, const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%~";

	/* A '~' at the start would be somebody's home. */
	if (*word && *word != '~' && !word[strspn(word, plain)]) {
		strbuf_add(sb, word, strlen(word));
		return;
	}
	strbuf_add(sb, "'", 1);
	for (; *word; word++)
		if (*word == '\'')
			strbuf_add(sb, "'\\''", 4);
		else
			strbuf_add(sb, word, 1);
	strbuf_add(sb, "'", 1);
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	char small[512], *text = small;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (len < 0)
		return;

	if ((size_t)len >= sizeof(small)) {
		va_start(ap, fmt);
		if (vasprintf(&text, fmt, ap) < 0)
			text = NULL;
		va_end(ap);
		if (!text) {
			sb->dropped += len;
			return;
		}
	}
	strbuf_add(sb, text, len);
	if (text != small)
		free(text);
}

void strbuf_reset(struct strbuf *sb)
{
	sb->len = 0;
	sb->cut = 0;
	sb->dropped = 0;
	if (sb->size)
		sb->text[0] = '\0';
}

void strbuf_free(struct strbuf *sb)
{
	if (sb->size)
		free(sb->text);
	sb->text = (char *)"";
	sb->len = 0;
	sb->cut = 0;
	sb->size = 0;
}

const char *strbuf_tail(const struct strbuf *sb, unsigned int n)
{
	const char *p = sb->text + sb->len;

	if (p > sb->text && p[-1] == '\n')
		p--;
	while (p > sb->text) {
		if (p[-1] == '\n' && --n == 0)
			break;
		p--;
	}
	return p;
}
