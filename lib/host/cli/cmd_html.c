// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs as one page: page.html with the sidecars, and what their numbers are, put
 * in where it says so.
 */
#include "lib/common/util/util.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/page.h"
#include "lib/host/report/json.h"
#include "lib/host/report/quantity_json.h"

static int put_quantities(const void *what, FILE *to)
{
	struct json_object *rows = quantities_json();
	int ret = page_put_json(rows, to);

	(void)what;
	json_object_put(rows);
	return ret;
}

static int put_runs(const void *what, FILE *to)
{
	const struct runs *runs = what;
	int ret = 0;
	size_t i;

	fputc('[', to);
	for (i = 0; i < runs->n && !ret; i++) {
		fputs(i ? ",\n" : "\n", to);
		ret = page_put_json(runs->list[i], to);
	}
	fputs("\n]", to);
	return ret;
}

static const struct page_place places[] = {
	{ "@QUANTITIES@", put_quantities },
	{ "@RUNS@", put_runs },
};

int html_write(const struct runs *runs, FILE *to)
{
	return page_write(_binary_page_html_start, _binary_page_html_end,
			  places, ARRAY_SIZE(places), runs, to);
}

int html_main(int argc, char **argv, char *err)
{
	return cli_convert(argc, argv, html_write, err);
}
