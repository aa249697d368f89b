// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr gauntlet`: tests on many machines, under schedulers, kernels and flavours. See
 * gauntlet.h.
 */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/log.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/declared.h"
#include "lib/host/cli/gauntlet.h"
#include "lib/host/cli/running.h"
#include "lib/host/gauntlet/gauntlet.h"
#include "lib/host/machine/paths.h"
#include "lib/host/report/failure.h"

#define LINE_SIZE	512
#define STATUS_NOTHING	4	/* kselftest's: skipped */

/* ---- files of what was: times, and what failed ---- */

static void state_file(const struct running *r, const char *name, char *path,
		       size_t size)
{
	snprintf(path, size, "%s/%s", r->state, name);
}

/* "NAME MS" a line */
static void load_times(struct gauntlet *g, const struct running *r)
{
	char path[PATH_MAX + 32], line[LINE_SIZE], name[LINE_SIZE];
	struct gauntlet_cell *c;
	unsigned int ms;
	FILE *f;

	state_file(r, "gauntlet-times", path, sizeof(path));
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%511s %u", name, &ms) != 2 || !ms)
			continue;
		c = gauntlet_find(g, name);
		if (!c)
			continue;
		c->ms = ms;
		c->timed = true;
	}
	if (f)
		fclose(f);
}

struct kept_cells {
	const struct gauntlet *g;
	const char *path;
	bool times;
};

/* What the file has of cells that have not run now stays. */
static bool is_told_anew(const struct kept_cells *kept, const char *name)
{
	const struct gauntlet_cell *c = gauntlet_find((struct gauntlet *)kept->g,
						      name);

	if (!c)
		return false;
	if (kept->times)
		return c->took_ms;
	return c->state != CELL_LEFT_OUT && c->state != CELL_SKIP;
}

static void keep_others(const struct kept_cells *kept, FILE *to)
{
	char line[LINE_SIZE], name[LINE_SIZE];
	FILE *f = fopen(kept->path, "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%511s", name) == 1 &&
		    !is_told_anew(kept, name))
			fputs(line, to);
	if (f)
		fclose(f);
}

static bool is_bad(const struct gauntlet_cell *c)
{
	return c->state == CELL_FAIL || c->state == CELL_NOT_JUDGED ||
	       c->state == CELL_BEGUN;
}

static int write_kept(const void *what, FILE *to)
{
	const struct kept_cells *kept = what;
	const struct gauntlet *g = kept->g;
	const struct gauntlet_cell *c;

	keep_others(kept, to);
	for (c = g->cells; c < g->cells + g->n_cells; c++) {
		if (kept->times && c->took_ms)
			fprintf(to, "%s %u\n", c->name, c->took_ms);
		else if (!kept->times && is_bad(c))
			fprintf(to, "%s\n", c->name);
	}
	return ferror(to) ? -EIO : 0;
}

static void save(const struct gauntlet *g, const struct running *r)
{
	char times[PATH_MAX + 32], failed[PATH_MAX + 32];
	const struct kept_cells keep_times = { g, times, true };
	const struct kept_cells keep_failed = { g, failed, false };

	if (!*r->state)
		return;
	state_file(r, "gauntlet-times", times, sizeof(times));
	state_file(r, "gauntlet-failed", failed, sizeof(failed));
	cli_write_file(times, write_kept, &keep_times);
	cli_write_file(failed, write_kept, &keep_failed);
}

/* ---- which cells ---- */

static bool is_named(const char *name, void *arg)
{
	const struct word_list *list = arg;
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!fnmatch(list->words[i], name, 0))
			return true;
	return false;
}

static bool is_listed(const char *name, void *arg)
{
	char line[LINE_SIZE];
	bool found = false;
	FILE *f = fopen(arg, "re");

	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		found = !strcmp(line, name);
	}
	if (f)
		fclose(f);
	return found;
}

static int keep_cells(struct gauntlet *g, const struct running *r,
		      struct gauntlet_args *args, char *err)
{
	char path[PATH_MAX + 32];

	if (args->cells.n) {
		gauntlet_keep(g, is_named, &args->cells);
		if (!g->n_cells)
			return cli_bad(err, "--cell %.200s: no cell has such a name; --dry-run lists them",
				       args->cells.words[0]);
	}
	if (args->rerun) {
		state_file(r, "gauntlet-failed", path, sizeof(path));
		gauntlet_keep(g, is_listed, path);
	}
	return 0;
}

static const char * const drop_words[DROPS] = {
	[DROP_TEST] = "the test is not for such a machine or scheduler",
	[DROP_SCHEDULER] = "the scheduler is not for such a machine",
	[DROP_HOST] = "this host cannot hold the machine",
	[DROP_KERNEL] = "the kernel is not built for the flavour",
	[DROP_MISSING] = "the scheduler has no program here",
};

static void put_dropped(const struct gauntlet *g, FILE *to)
{
	unsigned int i;

	for (i = 0; i < DROPS; i++)
		if (g->dropped[i])
			fprintf(to, "# ktstr: no cell, %u times: %s, as %s\n",
				g->dropped[i], drop_words[i],
				g->example[i] ?: "?");
}

static int fill(struct gauntlet *g, const struct running *r,
		struct gauntlet_args *args, const struct declared_all *all,
		char *err)
{
	int ret = gauntlet_fill(g, args, all, r->own, err);

	if (ret)
		return ret;
	ret = gauntlet_make_cells(g);
	if (!ret)
		ret = keep_cells(g, r, args, err);
	if (ret == -ENOMEM)
		cli_bad(err, "no memory");
	if (ret)
		return ret;
	load_times(g, r);
	return gauntlet_order(g, args->budget_s) ? cli_bad(err, "no memory") : 0;
}

/* ---- what is said ---- */

static void put_cells(const struct gauntlet *g)
{
	size_t i;

	for (i = 0; i < g->n_cells; i++) {
		const struct gauntlet_cell *c = &g->cells[g->order[i]];

		printf("%s %.1f s%s\n", c->name, c->ms / 1000.0,
		       c->timed ? "" : " (a guess)");
	}
	put_dropped(g, stderr);
}

static void put_bad(const struct gauntlet *g, const struct running *r)
{
	char report[2 * PATH_MAX], dir[300], test[256];
	size_t i;

	for (i = 0; i < g->n_cells; i++) {
		const struct gauntlet_cell *c = &g->cells[i];

		if (!is_bad(c))
			continue;
		gauntlet_cell_dir(g, i, dir, sizeof(dir));
		gauntlet_cell_test(g, i, test, sizeof(test));
		printf("# ktstr: %s: %s: %s",
		       c->state == CELL_FAIL ? "failed" : "not judged", c->name,
		       c->why && *c->why ? c->why : "see the log");
		snprintf(report, sizeof(report), "%s/%s/%s." FAILURE_FILE,
			 r->results, dir, test);
		if (!access(report, R_OK))
			printf("; %s", report);
		putchar('\n');
	}
}

/* What was not run is told by what it is like: lists can be long. */
static void put_left_out(const struct gauntlet *g, unsigned int budget_s)
{
	unsigned int n = 0, shown = 0, all, covered;
	uint64_t ms = 0;
	size_t i;

	for (i = 0; i < g->n_cells; i++) {
		n += g->cells[i].state == CELL_LEFT_OUT;
		ms += g->cells[i].state == CELL_LEFT_OUT ? g->cells[i].ms : 0;
	}
	covered = gauntlet_covered(g, &all);
	printf("# ktstr: %zu of %zu cells were run", g->n_cells - n, g->n_cells);
	if (budget_s)
		printf(", which cover %u of %u values and pairs of them",
		       covered, all);
	putchar('\n');
	if (!n)
		return;
	printf("# ktstr: left out for want of time, some %llu s more: %u cells:",
	       (unsigned long long)ms / 1000, n);
	for (i = 0; i < g->n_cells && shown < 8; i++) {
		const struct gauntlet_cell *c = &g->cells[g->order[i]];

		if (c->state == CELL_LEFT_OUT && ++shown)
			printf("%s %s", shown > 1 ? "," : "", c->name);
	}
	printf("%s\n", n > shown ? ", ..." : "");
}

static int write_page(const void *g, FILE *to)
{
	gauntlet_page(g, to);
	return ferror(to) ? -EIO : 0;
}

static int put_page(const struct gauntlet *g, const struct running *r,
		    const char *asked)
{
	char path[PATH_MAX + 32];
	int ret;

	snprintf(path, sizeof(path), "%s/gauntlet.html", r->results);
	ret = cli_write_file(asked ?: path, write_page, g);
	if (!ret)
		printf("# ktstr: the matrix as a page: %s\n", asked ?: path);
	return ret;
}

/* ---- all of it ---- */

static int run(struct gauntlet *g, struct running *r,
	       const struct gauntlet_args *args, char *err)
{
	int ret = running_begin(r, args->jobs, err);
	bool page;

	if (ret)
		return ret;
	/* Those of cells are others than those of tests. */
	r->times[0] = '\0';
	r->failed[0] = '\0';
	ret = gauntlet_run_cells(g, r, args->budget_s, args->seconds, err);
	if (ret < 0)
		return ret;
	save(g, r);
	gauntlet_matrix(g, stdout);
	put_bad(g, r);
	put_dropped(g, stdout);
	put_left_out(g, args->budget_s);
	page = !put_page(g, r, args->html);
	ret = running_end(r, NULL, "gauntlet");
	return page || ret ? ret : 1;
}

static int put_sources(const struct gauntlet_args *args,
		       const struct declared_all *all, char *err)
{
	struct gauntlet g = { };
	int ret = gauntlet_fill_schedulers(&g, &args->schedulers, all, err);
	unsigned int i;

	for (i = 0; i < g.n[AXIS_SCHEDULER] && !ret; i++)
		if (g.schedulers[i].s->source && !g.schedulers[i].path[0])
			printf("%s %s\n", g.schedulers[i].s->name,
			       g.schedulers[i].s->source);
	gauntlet_exit(&g);
	return ret;
}

static int no_cells(const struct gauntlet *g, bool rerun, char *err)
{
	put_dropped(g, stderr);
	if (!rerun)
		return cli_bad(err, "there is no cell: nothing of what was asked for fits together here");
	fprintf(stderr, "ktstr: no cell has failed the last time\n");
	return STATUS_NOTHING;
}

static int begin(struct gauntlet *g, struct gauntlet_args *args,
		 const struct declared_all *all, char *err)
{
	struct running r = { };
	int ret = running_locate(&r, err) ?: fill(g, &r, args, all, err);

	if (!ret && !g->n_cells)
		ret = no_cells(g, args->rerun, err);
	else if (!ret && args->dry_run)
		put_cells(g);
	else if (!ret)
		ret = run(g, &r, args, err);
	running_exit(&r);
	return ret;
}

int gauntlet_main(int argc, char **argv, char *err)
{
	struct declared_all all = { };
	struct gauntlet_args args;
	struct gauntlet g = { };
	int ret = gauntlet_args_parse(argc, argv, &args, err);

	if (!ret)
		ret = declared_load(&all, getenv(ENV_SCHEDULERS), err);
	if (!ret && args.sources)
		ret = put_sources(&args, &all, err);
	else if (!ret)
		ret = begin(&g, &args, &all, err);
	gauntlet_exit(&g);
	declared_free(&all);
	gauntlet_args_free(&args);
	return ret;
}
