// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was seen in the tests of `test`, in numbers: a table of their sidecars.
 * See test.h.
 */
#include "lib/host/cli/test.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/quantity.h"
#include "lib/common/util/log.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/cli.h"
#include "lib/host/report/failure.h"
#include "lib/host/report/json.h"
#include "lib/host/report/quantity_json.h"
#include "lib/host/report/sidecar.h"

/* The quantities of a run that stand in the table, and how wide */
static const struct {
	enum quantity_id id;
	int width;
} columns[] = {
	{ RUN_busy_pct, 5 },
	{ RUN_spread_pct, 7 },
	{ RUN_max_gap_ms, 9 },
	{ RUN_wait_ms, 10 },
};

/* One that is left of another run is none. */
static struct json_object *row_sidecar(const char *dir, const char *run_id,
				       const struct test_row *row,
				       struct runs *runs)
{
	char path[PATH_MAX];
	char *paths[] = { path };

	*runs = (struct runs){ };
	if (snprintf(path, sizeof(path), "%s/%s" SIDECAR_SUFFIX, dir,
		     row->test) >= (int)sizeof(path) ||
	    access(path, R_OK) || runs_load(paths, 1, NULL, runs))
		return NULL;
	if (!strcmp(json_member_text(runs->list[0], "run_id"), run_id))
		return runs->list[0];
	runs_free(runs);
	return NULL;
}

static const char *count(struct json_object *sidecar,
			 struct test_totals *totals)
{
	const char *result = json_member_text(sidecar, "result");

	if (json_object_get_boolean(json_member(sidecar, "infrastructure"))) {
		totals->not_judged++;
		return "not judged";
	}
	if (json_object_get_boolean(json_member(sidecar, "inconclusive"))) {
		totals->not_judged++;
		return "inconclusive";
	}
	if (!strcmp(result, "pass")) {
		totals->passed++;
		return "pass";
	}
	if (!strcmp(result, "skip")) {
		totals->skipped++;
		return "skip";
	}
	totals->failed++;
	return sidecar ? "FAIL" : "no result";
}

static void put_row(FILE *to, const struct test_row *row,
		    struct json_object *sidecar, struct test_totals *totals)
{
	struct json_object *summary = json_member(sidecar, "summary");
	char topology[TOPOLOGY_NAME_LEN];
	size_t i;

	fprintf(to, "# %-16s %-10s", row->scenario,
		topology_cpus(&row->topology) ?
		topology_name(&row->topology, topology) :
		json_member_text(sidecar, "topology"));
	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		const struct quantity *q = &quantities[columns[i].id];
		struct json_object *number = json_member(summary, q->name);
		char text[QUANTITY_TEXT_SIZE];

		fprintf(to, " %*s", columns[i].width,
			quantity_text(q, quantity_of_json(q, number), " ",
				      text));
	}
	fprintf(to, "  %s\n", count(sidecar, totals));
}

static void put_reason(FILE *to, const char *dir, const struct test_row *row,
		       struct json_object *sidecar)
{
	const char *reason = json_member_text(sidecar, "reason");
	char path[PATH_MAX];

	if (!strcmp(json_member_text(sidecar, "result"), "pass"))
		return;
	fprintf(to, "# %s: ", row->test);
	if (*reason)
		text_put(to, reason, strlen(reason));
	else
		fputs("no result came of it", to);
	fputc('\n', to);
	if (snprintf(path, sizeof(path), "%s/%s." FAILURE_FILE, dir,
		     row->test) < (int)sizeof(path) && !access(path, R_OK))
		fprintf(to, "#   report: %s\n", path);
}

/* Of all rows one is enough: they are of one kernel and one host. */
static void put_where(FILE *to, struct json_object *sidecar)
{
	const char *release = json_member_text(json_member(sidecar, "kernel"), "release");
	struct json_object *host = json_member(sidecar, "host");
	const char *place = "/dev/kvm";

	if (json_object_get_boolean(json_member(host, "bare")))
		place = "this machine itself";
	else if (json_object_get_boolean(json_member(host, "emulated")))
		place = "the emulated host";
	if (*release)
		fprintf(to, "# kernel %s on %s\n", release, place);
}

static void put_head(FILE *to)
{
	size_t i;

	fprintf(to, "# %-16s %-10s", "scenario", "topology");
	for (i = 0; i < ARRAY_SIZE(columns); i++)
		fprintf(to, " %*s", columns[i].width,
			quantities[columns[i].id].word);
	fputs("  verdict\n", to);
}

/**
 * struct loaded - the sidecar of a row
 * @runs: what was read
 * @sidecar: of @runs; NULL for none
 */
struct loaded {
	struct runs runs;
	struct json_object *sidecar;
};

static void put_where_of_any(FILE *to, const struct loaded *all, size_t n)
{
	size_t i;

	for (i = 0; i < n && !all[i].sidecar; i++)
		;
	if (i < n)
		put_where(to, all[i].sidecar);
}

void test_table(FILE *to, const char *dir, const char *run_id,
		const struct test_row *rows, size_t n,
		struct test_totals *totals)
{
	struct loaded *all = calloc(n + 1, sizeof(*all));
	size_t i;

	*totals = (struct test_totals){ };
	if (!all) {
		totals->failed = n;
		pr_err("test: no memory for the table");
		return;
	}
	for (i = 0; i < n; i++)
		all[i].sidecar = row_sidecar(dir, run_id, &rows[i],
					     &all[i].runs);
	fputs("#\n", to);
	put_where_of_any(to, all, n);
	put_head(to);
	for (i = 0; i < n; i++)
		put_row(to, &rows[i], all[i].sidecar, totals);
	fputs("#\n", to);
	for (i = 0; i < n; i++) {
		put_reason(to, dir, &rows[i], all[i].sidecar);
		runs_free(&all[i].runs);
	}
	free(all);
}
