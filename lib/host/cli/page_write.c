// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filling pages. See page.h.
 */
#include "lib/host/cli/page.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

/*
 * Inside of a script element `<` could end it; in JSON it is only ever part of
 * a string, where this says the same.
 */
static void put_json(const char *text, FILE *to)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("\\u003c", to);
		else
			fputc(*text, to);
	}
}

int page_put_json(struct json_object *o, FILE *to)
{
	const char *text = json_object_to_json_string_ext(o,
				JSON_C_TO_STRING_PLAIN |
				JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!o || !text)
		return -ENOMEM;
	put_json(text, to);
	return 0;
}

int page_write(const char *page, const char *end,
	       const struct page_place *places, size_t n, const void *what,
	       FILE *to)
{
	const char *at;
	size_t i;
	int ret;

	for (i = 0; i < n; i++) {
		at = memmem(page, (size_t)(end - page), places[i].text,
			    strlen(places[i].text));
		if (!at)
			return -EINVAL;
		fwrite(page, 1, (size_t)(at - page), to);
		ret = places[i].put(what, to);
		if (ret)
			return ret;
		page = at + strlen(places[i].text);
	}
	fwrite(page, 1, (size_t)(end - page), to);
	return ferror(to) ? -EIO : 0;
}
