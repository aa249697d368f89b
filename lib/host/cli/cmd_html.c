// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as one page: page.html with the sidecars, and what their numbers are, put
 * in where it says so.
 */
#include <errno.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/page.h"
#include "lib/host/report/json.h"
#include "lib/host/report/quantity_json.h"

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

static int put_object(struct json_object *o, FILE *to)
{
	const char *text = json_object_to_json_string_ext(o,
				JSON_C_TO_STRING_PLAIN |
				JSON_C_TO_STRING_NOSLASHESCAPE);

	if (!o || !text)
		return -ENOMEM;
	put_json(text, to);
	return 0;
}

static int put_quantities(const struct runs *runs, FILE *to)
{
	struct json_object *rows = quantities_json();
	int ret = put_object(rows, to);

	(void)runs;
	json_object_put(rows);
	return ret;
}

static int put_runs(const struct runs *runs, FILE *to)
{
	int ret = 0;
	size_t i;

	fputc('[', to);
	for (i = 0; i < runs->n && !ret; i++) {
		fputs(i ? ",\n" : "\n", to);
		ret = put_object(runs->list[i], to);
	}
	fputs("\n]", to);
	return ret;
}

/* In the order in which they are found in the page */
static const struct page_place {
	const char *text;
	int (*put)(const struct runs *runs, FILE *to);
} places[] = {
	{ "@QUANTITIES@", put_quantities },
	{ "@RUNS@", put_runs },
};

int html_write(const struct runs *runs, FILE *to)
{
	const char *page = _binary_page_html_start;
	const char *end = _binary_page_html_end;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		const char *at = memmem(page, (size_t)(end - page),
					places[i].text, strlen(places[i].text));

		if (!at)
			return -EINVAL;
		fwrite(page, 1, (size_t)(at - page), to);
		ret = places[i].put(runs, to);
		if (ret)
			return ret;
		page = at + strlen(places[i].text);
	}
	fwrite(page, 1, (size_t)(end - page), to);
	return ferror(to) ? -EIO : 0;
}

int html_main(int argc, char **argv, char *err)
{
	return cli_convert(argc, argv, html_write, err);
}
