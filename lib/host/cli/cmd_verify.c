// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr verify`: schedulers through BPF's verifier, and a first task through them. See
 * verify.h.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/ready.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/declared.h"
#include "lib/host/cli/running.h"
#include "lib/host/cli/verify.h"
#include "lib/host/gauntlet/gauntlet.h"
#include "lib/host/machine/vms.h"
#include "lib/host/report/sidecar.h"

#define STATUS_UNKNOWN	4	/* kselftest's: skipped */

/**
 * struct sweep - a verifier sweep
 * @g: its cells
 * @seen: of each cell
 * @args: what was asked for
 */
struct sweep {
	struct gauntlet g;
	struct verify_seen *seen;
	struct verify_args args;
};

/* ---- what is to be looked at ---- */

static const char * const usual_presets[] = {
	"tiny-1llc", "tiny-2llc", "smt-2llc", "odd-3llc",
};

/* All of sched_ext, but not what is none of it. */
static int fill_schedulers(struct sweep *sweep, const struct declared_all *all,
			   char *err)
{
	struct word_list *names = &sweep->args.schedulers;
	bool usual = !names->n;
	int ret = 0;
	size_t i;

	for (i = 0; usual && i < all->n && !ret; i++)
		if (all->list[i].s->binary)
			ret = word_list_add(names, "--scheduler",
					    all->list[i].s->name, err);
	/* It is looked at as well. */
	if (!ret && sweep->args.against)
		ret = declared_must(all, sweep->args.against, err) ?:
		      word_list_add(names, "--against", sweep->args.against,
				    err);
	return ret ?: gauntlet_fill_schedulers(&sweep->g, names, all, err);
}

static int fill_presets(struct sweep *sweep, char *err)
{
	struct word_list *names = &sweep->args.presets;
	bool usual = !names->n;
	int ret = 0;
	size_t i;

	for (i = 0; usual && i < ARRAY_SIZE(usual_presets) && !ret; i++)
		ret = word_list_add(names, "--preset", usual_presets[i], err);
	return ret ?: gauntlet_fill_presets(&sweep->g, names, err);
}

static int fill(struct sweep *sweep, const struct declared_all *all,
		const char *own, char *err)
{
	struct gauntlet *g = &sweep->g;
	enum vms_place place;
	char why[256];
	int ret;

	place = vms_place(why, sizeof(why));
	g->host.max_cpus = sweep->args.max_cpus ?: vms_max_cpus(place);
	g->host.memory_mb = vms_memory_mb(place);
	ret = fill_schedulers(sweep, all, err) ?: fill_presets(sweep, err) ?:
	      gauntlet_fill_kernels(g, &sweep->args.kernels, own, err);
	if (ret)
		return ret;
	if (gauntlet_add_flavour(g, &gauntlet_flavours[0]) ||
	    gauntlet_add_test(g, READY_PROGRAM, READY_VERIFY, true, "") ||
	    gauntlet_make_cells(g) || gauntlet_order(g, false))
		return cli_bad(err, "no memory");
	return 0;
}

/* ---- what was seen ---- */

/* A sidecar of another run is none. */
static int read_cell(struct sweep *sweep, const struct running *r, size_t cell)
{
	char path[2 * PATH_MAX], dir[300], test[256];
	char *paths[] = { path };
	struct json_object *o = NULL;
	struct runs runs = { };
	int ret;

	gauntlet_cell_dir(&sweep->g, cell, dir, sizeof(dir));
	gauntlet_cell_test(&sweep->g, cell, test, sizeof(test));
	snprintf(path, sizeof(path), "%s/%s/%s" SIDECAR_SUFFIX, r->results,
		 dir, test);
	if (!access(path, R_OK) && !runs_load(paths, 1, NULL, &runs) &&
	    runs_of_run(&runs, r->run_id))
		o = runs.list[0];
	ret = verify_read(o, &sweep->seen[cell]);
	runs_free(&runs);
	return ret;
}

static int read_cells(struct sweep *sweep, const struct running *r)
{
	int ret = 0;
	size_t i;

	sweep->seen = calloc(sweep->g.n_cells + 1, sizeof(*sweep->seen));
	if (!sweep->seen)
		return -ENOMEM;
	for (i = 0; i < sweep->g.n_cells && !ret; i++)
		ret = read_cell(sweep, r, i);
	return ret;
}

/* ---- what is said of it ---- */

static const char *cell_text(const struct sweep *sweep, size_t cell)
{
	/* All of them begin with the name of the one test. */
	return sweep->g.cells[cell].name + strlen(READY_VERIFY "/");
}

static void put_cell(const struct sweep *sweep, size_t cell)
{
	const struct verify_seen *seen = &sweep->seen[cell];
	const struct verify_program *most = verify_most(seen);

	printf("# %-44s %-8s %-8s %-10s", cell_text(sweep, cell),
	       verify_word(seen->verified), verify_word(seen->attached),
	       verify_word(seen->dispatches));
	if (most)
		printf(" %llu (%s)", (unsigned long long)most->insns,
		       most->name);
	putchar('\n');
}

static void put_cells(const struct sweep *sweep)
{
	size_t i;

	printf("#\n# %-44s %-8s %-8s %-10s %s\n", "machine and scheduler",
	       "verified", "attached", "dispatches", "most instructions");
	for (i = 0; i < sweep->g.n_cells; i++)
		put_cell(sweep, i);
}

/* Of one scheduler and kernel: what each program took, from the least to the most. */
static void put_programs(const struct sweep *sweep, size_t first)
{
	const struct verify_seen *seen = &sweep->seen[first];
	const struct gauntlet_cell *c = &sweep->g.cells[first];
	size_t i, j, k;

	for (i = 0; i < seen->n_programs; i++) {
		const struct verify_program *p = &seen->programs[i];
		uint64_t lo = p->insns, hi = p->insns;

		for (j = first; j < sweep->g.n_cells; j++) {
			const struct gauntlet_cell *d = &sweep->g.cells[j];
			const struct verify_seen *other = &sweep->seen[j];

			if (d->at[AXIS_SCHEDULER] != c->at[AXIS_SCHEDULER] ||
			    d->at[AXIS_KERNEL] != c->at[AXIS_KERNEL])
				continue;
			for (k = 0; k < other->n_programs; k++) {
				if (strcmp(other->programs[k].name, p->name))
					continue;
				lo = min(lo, other->programs[k].insns);
				hi = max(hi, other->programs[k].insns);
			}
		}
		printf("#   %-40s verified_insns=%llu", p->name,
		       (unsigned long long)lo);
		if (hi > lo)
			printf("..%llu", (unsigned long long)hi);
		printf("%s\n", hi >= VERIFY_INSNS_WARN ?
		       ", which is 75 % of the limit or more" : "");
	}
}

/* Is it the first of its scheduler and kernel that tells programs? */
static bool is_first(const struct sweep *sweep, size_t cell)
{
	const struct gauntlet_cell *c = &sweep->g.cells[cell], *d;
	size_t i;

	if (!sweep->seen[cell].n_programs)
		return false;
	for (i = 0; i < cell; i++) {
		d = &sweep->g.cells[i];
		if (sweep->seen[i].n_programs &&
		    d->at[AXIS_SCHEDULER] == c->at[AXIS_SCHEDULER] &&
		    d->at[AXIS_KERNEL] == c->at[AXIS_KERNEL])
			return false;
	}
	return true;
}

static void put_all_programs(const struct sweep *sweep)
{
	const struct gauntlet *g = &sweep->g;
	size_t i;

	for (i = 0; i < g->n_cells; i++) {
		const struct gauntlet_cell *c = &g->cells[i];

		if (!is_first(sweep, i))
			continue;
		printf("#\n# %s", g->schedulers[c->at[AXIS_SCHEDULER]].s->name);
		if (g->n[AXIS_KERNEL] > 1)
			printf(" on %s", g->kernels[c->at[AXIS_KERNEL]].label);
		puts(":");
		put_programs(sweep, i);
	}
}

static void put_lines(const char *text)
{
	size_t len;

	for (; *text; text += len + !!text[len]) {
		len = strcspn(text, "\n");
		printf("#   %.*s\n", (int)len, text);
	}
}

/* The same log for each machine is shown once. */
static void put_refusals(const struct sweep *sweep)
{
	size_t i, j;

	for (i = 0; i < sweep->g.n_cells; i++) {
		const char *text = sweep->seen[i].refusal;

		if (!text || sweep->seen[i].verified != VERIFY_NO)
			continue;
		for (j = 0; j < i; j++)
			if (sweep->seen[j].refusal &&
			    !strcmp(sweep->seen[j].refusal, text))
				break;
		printf("#\n# %s%s\n", cell_text(sweep, i),
		       j < i ? ": the same as" : ":");
		if (j < i)
			printf("#   %s\n", cell_text(sweep, j));
		else
			put_lines(text);
	}
}

/* What is not attached, and was not refused, has another reason. */
static void put_reasons(const struct sweep *sweep)
{
	size_t i;

	for (i = 0; i < sweep->g.n_cells; i++) {
		const struct verify_seen *seen = &sweep->seen[i];

		if (seen->dispatches == VERIFY_YES ||
		    seen->verified == VERIFY_NO)
			continue;
		printf("# ktstr: %s: %s\n", cell_text(sweep, i),
		       seen->reason ?: "no result came of it");
	}
}

/* The cell of @scheduler that is like another one else */
static const struct verify_seen *like(const struct sweep *sweep, size_t cell,
				      const char *scheduler)
{
	const struct gauntlet *g = &sweep->g;
	const struct gauntlet_cell *c = &g->cells[cell], *d;
	size_t i;

	for (i = 0; i < g->n_cells; i++) {
		d = &g->cells[i];
		if (d->at[AXIS_PRESET] == c->at[AXIS_PRESET] &&
		    d->at[AXIS_KERNEL] == c->at[AXIS_KERNEL] &&
		    !strcmp(g->schedulers[d->at[AXIS_SCHEDULER]].s->name,
			    scheduler))
			return &sweep->seen[i];
	}
	return NULL;
}

static void put_differences(const struct sweep *sweep)
{
	const struct gauntlet *g = &sweep->g;
	const char *name, *against = sweep->args.against;
	const struct verify_seen *a;
	size_t i;

	for (i = 0; against && i < g->n_cells; i++) {
		name = g->schedulers[g->cells[i].at[AXIS_SCHEDULER]].s->name;
		a = strcmp(name, against) ? like(sweep, i, against) : NULL;
		if (!a || !a->n_programs || !sweep->seen[i].n_programs)
			continue;
		printf("#\n# A %s, B %s:\n", against, cell_text(sweep, i));
		verify_difference(a, &sweep->seen[i], stdout);
	}
}

static int judge(const struct sweep *sweep, unsigned int *yes)
{
	unsigned int no = 0, unknown = 0;
	size_t i;

	*yes = 0;
	for (i = 0; i < sweep->g.n_cells; i++) {
		const struct verify_seen *s = &sweep->seen[i];

		if (s->dispatches == VERIFY_YES)
			++*yes;
		else if (s->dispatches == VERIFY_NO)
			no++;
		else
			unknown++;
	}
	printf("#\n# ktstr: %s: %u of %zu cells verified, attached and dispatching; %u not, %u not judged\n",
	       no ? "FAIL" : unknown ? "SKIP" : "PASS", *yes, sweep->g.n_cells,
	       no, unknown);
	return no ? 1 : unknown ? STATUS_UNKNOWN : 0;
}

/* ---- all of it ---- */

static int run(struct sweep *sweep, struct running *r, char *err)
{
	unsigned int yes;
	int ret = running_begin(r, sweep->args.jobs, err);

	if (ret)
		return ret;
	/* It is about this run alone. */
	r->times[0] = '\0';
	r->failed[0] = '\0';
	ret = gauntlet_run_cells(&sweep->g, r, 0, 0, err);
	if (ret < 0)
		return ret;
	if (read_cells(sweep, r))
		return cli_bad(err, "no memory");
	put_cells(sweep);
	put_all_programs(sweep);
	put_differences(sweep);
	put_refusals(sweep);
	put_reasons(sweep);
	ret = judge(sweep, &yes);
	return fflush(stdout) ? 1 : ret;
}

static void put_sources(const struct gauntlet *g)
{
	unsigned int i;

	for (i = 0; i < g->n[AXIS_SCHEDULER]; i++)
		if (g->schedulers[i].s->source && !g->schedulers[i].path[0])
			printf("%s %s\n", g->schedulers[i].s->name,
			       g->schedulers[i].s->source);
}

static void put_names(const struct gauntlet *g)
{
	size_t i;

	for (i = 0; i < g->n_cells; i++)
		puts(g->cells[i].name);
	for (i = 0; i < DROPS; i++)
		if (g->dropped[i])
			fprintf(stderr, "# ktstr: no cell, %u times, as %s\n",
				g->dropped[i], g->example[i] ?: "?");
}

static int begin(struct sweep *sweep, const struct declared_all *all, char *err)
{
	struct running r = { };
	int ret = running_locate(&r, err);

	if (!ret && sweep->args.sources) {
		ret = fill_schedulers(sweep, all, err);
		if (!ret)
			put_sources(&sweep->g);
	} else if (!ret) {
		ret = fill(sweep, all, r.own, err);
		if (!ret && (sweep->args.dry_run || !sweep->g.n_cells))
			put_names(&sweep->g);
		if (!ret && !sweep->g.n_cells)
			ret = cli_bad(err, "there is no cell: nothing of what was asked for fits together here");
		if (!ret && !sweep->args.dry_run)
			ret = run(sweep, &r, err);
	}
	running_exit(&r);
	return ret;
}

int verify_main(int argc, char **argv, char *err)
{
	struct declared_all all = { };
	struct sweep sweep = { };
	int ret = verify_args_parse(argc, argv, &sweep.args, err);
	size_t i;

	if (!ret)
		ret = declared_load(&all, getenv(ENV_SCHEDULERS), err) ?:
		      begin(&sweep, &all, err);
	for (i = 0; sweep.seen && i < sweep.g.n_cells; i++)
		verify_free(&sweep.seen[i]);
	free(sweep.seen);
	gauntlet_exit(&sweep.g);
	declared_free(&all);
	verify_args_free(&sweep.args);
	return ret;
}
