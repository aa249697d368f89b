// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text of others as KTAP comments. See comment.h.
 */
#include "lib/host/report/comment.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

/* Text of ours, which may have colors; what guests said is in it cleaned. */
static void put_colored(FILE *to, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		size_t n = text_color_len(text, end - text);
		const char *next = memchr(text + 1, '\033', end - text - 1);

		if (!n) {
			n = (next ?: end) - text;
			text_put(to, text, n);
		} else {
			fwrite(text, 1, n, to);
		}
		text += n;
	}
}

static bool begins(const char *text, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && !strncmp(text, word, n);
}

/*
 * How results, plans and the like begin. There are parsers that look for them
 * in comments, too, as others' results come so: behind "# " any number of times.
 */
static bool looks_like_ktap(const char *text, size_t len)
{
	static const char * const words[] = {
		"ok", "not ok", "TAP version", "KTAP version", "Bail out!",
	};
	size_t i;

	while (len && strchr("# \t", *text)) {
		text++;
		len--;
	}
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (begins(text, len, words[i]) &&
		    (len == n || !isalnum((unsigned char)text[n])))
			return true;
	}
	for (i = 0; i < len && isdigit((unsigned char)text[i]); i++)
		;
	return i && begins(text + i, len - i, "..");
}

static void put_lines(FILE *to, const char *text,
		      void (*put)(FILE *to, const char *text, size_t len))
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		struct strbuf shown = STRBUF_INIT;

		/* Colors that are left out may hide it. */
		text_add(&shown, text, len);
		fputs(looks_like_ktap(shown.text, shown.len) ? "# | " : "# ",
		      to);
		strbuf_free(&shown);
		put(to, text, len);
		fputc('\n', to);
		text += len;
		if (*text)
			text++;
	}
}

void report_comment(FILE *to, const char *text)
{
	put_lines(to, text, text_put);
}

void report_comment_colored(FILE *to, const char *text)
{
	put_lines(to, text, put_colored);
}

/* Parsers skip blanks, too. */
void report_comment_start(FILE *to, const char *text, size_t len)
{
	fputs(looks_like_ktap(text, len) ? "#   | " : "#   ", to);
	text_put(to, text, len);
}
