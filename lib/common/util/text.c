// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making text from outside fit to print. See text.h.
 */
#include "lib/common/util/text.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

#define REPLACEMENT	"?"

/* Characters beyond ASCII that change how others are shown, or none is seen */
static const struct {
	uint32_t first;
	uint32_t last;
} unfit[] = {
	{ 0x80, 0x9f },			/* C1: U+009B is ESC [ */
	{ 0xad, 0xad },			/* soft hyphen */
	{ 0x61c, 0x61c },		/* directions of writing */
	{ 0x200b, 0x200f },		/* of no width, and directions */
	{ 0x2028, 0x202e },		/* ends of lines, and directions */
	{ 0x2060, 0x206f },		/* likewise */
	{ 0xd800, 0xdfff },		/* halves of UTF-16's pairs */
	{ 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb },		/* annotations */
	{ 0xe0000, 0xe0fff },		/* tags */
};

static bool is_fit(uint32_t c)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unfit); i++)
		if (c >= unfit[i].first && c <= unfit[i].last)
			return false;
	return c <= 0x10ffff;
}

/* A lead byte: how many follow, and the least that so many are for */
static bool utf8_lead(unsigned char c, size_t *more, uint32_t *least,
		      uint32_t *value)
{
	if ((c & 0xe0) == 0xc0) {
		*more = 1;
		*least = 0x80;
		*value = c & 0x1f;
	} else if ((c & 0xf0) == 0xe0) {
		*more = 2;
		*least = 0x800;
		*value = c & 0xf;
	} else if ((c & 0xf8) == 0xf0) {
		*more = 3;
		*least = 0x10000;
		*value = c & 0x7;
	} else {
		return false;
	}
	return true;
}

size_t text_char(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t least, value;
	size_t more, i;

	if (*p == '\t' || (*p >= ' ' && *p <= '~'))
		return 1;
	if (!utf8_lead(*p, &more, &least, &value) || more >= len)
		return 0;
	for (i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3f);
	}
	return value >= least && is_fit(value) ? more + 1 : 0;
}

void text_clean(char *text)
{
	while (*text) {
		/* No character has more than four bytes. */
		size_t n = text_char(text, strnlen(text, 4));

		if (!n)
			*text = *REPLACEMENT;
		text += n ?: 1;
	}
}

void text_clean_buf(char *buf, size_t size)
{
	size_t len;

	if (!size)
		return;
	buf[size - 1] = '\0';
	text_clean(buf);
	len = strlen(buf);
	memset(buf + len, 0, size - len);
}

void text_take(struct strbuf *to, const void *bytes, size_t len)
{
	const char *text = bytes;
	size_t i, from = 0;

	for (i = 0; i < len; i++) {
		if (text[i] && text[i] != '\r')
			continue;
		strbuf_add(to, text + from, i - from);
		if (!text[i])
			strbuf_add(to, REPLACEMENT, 1);
		from = i + 1;
	}
	strbuf_add(to, text + from, len - from);
}

void text_take_line(char *line, size_t size, const void *bytes, size_t len)
{
	const char *text = bytes;
	size_t i, n = 0;

	for (i = 0; i < len && text[i] != '\n' && n + 1 < size; i++)
		if (text[i] != '\r')
			line[n++] = text[i] ?: *REPLACEMENT;
	line[n] = '\0';
}

void text_fit(char *text, size_t size, const void *bytes, size_t len)
{
	const char *from = bytes;
	size_t i;

	for (i = 0; i < len && i < size - 1; i++)
		text[i] = from[i] ?: *REPLACEMENT;
	text[i] = '\0';
	text_clean(text);
}

size_t text_color_len(const char *text, size_t len)
{
	size_t n = 2;

	if (len < 3 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (n < len && (isdigit((unsigned char)text[n]) || text[n] == ';'))
		n++;
	return n < len && text[n] == 'm' ? n + 1 : 0;
}

/* How many bytes stay as they are from here on */
static size_t fit_run(const char *text, size_t len)
{
	size_t n = 0, one;

	while (n < len && (one = text_char(text + n, len - n)))
		n += one;
	return n;
}

bool text_is_fit(const char *text, size_t len)
{
	return fit_run(text, len) == len;
}

/* How many bytes are left out whole */
static size_t skip_run(const char *text, size_t len)
{
	return *text == '\r' ? 1 : text_color_len(text, len);
}

void text_put(FILE *to, const char *text, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		n = fit_run(text + i, len - i);
		fwrite(text + i, 1, n, to);
		i += n;
		if (i == len)
			break;
		n = skip_run(text + i, len - i);
		if (!n)
			fputs(REPLACEMENT, to);
		i += n ?: 1;
	}
}

void text_add(struct strbuf *to, const char *text, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		n = fit_run(text + i, len - i);
		strbuf_add(to, text + i, n);
		i += n;
		if (i == len)
			break;
		n = skip_run(text + i, len - i);
		if (!n)
			strbuf_add(to, text[i] == '\n' ? "\n" : REPLACEMENT, 1);
		i += n ?: 1;
	}
}
