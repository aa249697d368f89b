// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words for shells. See quote.h.
 */
#include "lib/host/front/quote.h"

#include <stdbool.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"

static const char special[] = " \t\n\"\\|&;()<>!{}*[?]^$'`,";

/* Is there any that cannot be printed as it is? */
static bool is_odd(const char *word)
{
	size_t left = strlen(word), len;

	for (; left; word += len, left -= len) {
		len = *word == '\t' ? 0 : text_char(word, left);
		if (!len)
			return true;
	}
	return false;
}

static const char *short_escape(char c)
{
	static const char names[] = "a\ab\bE\033f\fn\nr\rt\tv\v''\\\\";
	size_t i;

	for (i = 0; i + 1 < sizeof(names); i += 2)
		if (names[i + 1] == c)
			return &names[i];
	return NULL;
}

/* $'...', as ANSI C has its escapes. */
static void add_ansi(struct strbuf *to, const char *word)
{
	size_t left = strlen(word), len;
	const char *name;

	strbuf_addf(to, "$'");
	for (; left; word += len, left -= len) {
		len = 1;
		name = short_escape(*word);
		if (name) {
			strbuf_addf(to, "\\%c", *name);
			continue;
		}
		len = text_char(word, left);
		if (len)
			strbuf_add(to, word, len);
		else
			strbuf_addf(to, "\\%03o", (unsigned char)*word);
		len = len ?: 1;
	}
	strbuf_addf(to, "'");
}

void quote_word(struct strbuf *to, const char *word)
{
	const char *at;

	if (!*word)
		strbuf_addf(to, "''");
	if (is_odd(word)) {
		add_ansi(to, word);
		return;
	}
	for (at = word; *at; at++) {
		if (strchr(special, *at) ||
		    (at == word && strchr("#~", *at)))
			strbuf_add(to, "\\", 1);
		strbuf_add(to, at, 1);
	}
}
