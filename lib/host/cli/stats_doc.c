// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sidecars and answers of `ktstr stats` as JSON. See stats.h.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/host/cli/option.h"
#include "lib/host/cli/stats.h"
#include "lib/host/report/json.h"
#include "lib/host/results/files.h"

int stats_print_json(struct json_object *o)
{
	const char *text = json_object_to_json_string_ext(o,
				JSON_C_TO_STRING_PRETTY |
				JSON_C_TO_STRING_NOSLASHESCAPE);
	int ret = text && puts(text) >= 0 && !fflush(stdout) ? 0 : -EIO;

	json_object_put(o);
	return ret;
}

struct json_object *stats_doc(const struct asked *asked,
			      const struct result_row *row, char *err)
{
	struct json_object *doc = NULL;
	char path[PATH_MAX], why[256];
	int ret = -ENAMETOOLONG;

	snprintf(why, sizeof(why), "%s", strerror(ENAMETOOLONG));
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", asked->index.root,
			     row->path) < sizeof(path))
		ret = record_doc_load(path, &doc, why, sizeof(why));
	if (ret)
		cli_bad(err, "%.1000s: %s", path, why);
	return doc;
}
