// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as one page: page.html with the sidecars put in where it says so.
 */
#include <errno.h>
#include <string.h>

#include "lib/cli/cli.h"
#include "lib/cli/page.h"
#include "lib/report/json.h"

static const char place[] = "@RUNS@";

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

int html_write(const struct runs *runs, FILE *to)
{
	const char *page = _binary_page_html_start;
	size_t size = (size_t)(_binary_page_html_end - page);
	const char *at = memmem(page, size, place, strlen(place));
	size_t i;

	if (!at)
		return -EINVAL;
	fwrite(page, 1, (size_t)(at - page), to);
	fputc('[', to);
	for (i = 0; i < runs->n; i++) {
		const char *text = json_object_to_json_string_ext(runs->list[i],
					JSON_C_TO_STRING_PLAIN |
					JSON_C_TO_STRING_NOSLASHESCAPE);

		if (!text)
			return -ENOMEM;
		fputs(i ? ",\n" : "\n", to);
		put_json(text, to);
	}
	fputs("\n]", to);
	at += strlen(place);
	fwrite(at, 1, (size_t)(_binary_page_html_end - at), to);
	return ferror(to) ? -EIO : 0;
}
