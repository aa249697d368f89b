// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running the cells of a gauntlet. See gauntlet.h.
 *
 * Cells that have scheduler, kernel and flavour in common are run by one process, some
 * at a time, as on an emulated host each process boots that first: a batch. Which one
 * comes next is decided when a process has ended: the first cell of the order that
 * fits into the time which is left, and those like it.
 */
#include "lib/host/cli/gauntlet.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/attr/schedulers.h"
#include "lib/common/ready.h"
#include "lib/common/topology_text.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/declared.h"
#include "lib/host/cli/option.h"
#include "lib/host/cli/running.h"
#include "lib/host/gauntlet/gauntlet.h"

#define BATCH_CELLS	16
/* So much of one kind is worth the boot of a host. */
#define BATCH_MS	120000
#define BOOT_EMULATED_MS 12000
#define BOOT_KVM_MS	500
/* What a harness gives a test, and a host that has to be started. */
#define CELL_LIMIT_S	1000
#define ENV_VARS	10

/**
 * struct batch - cells that one process runs
 * @next: begun before it
 * @cells: indices, @n of them
 * @env: what the process has in its environment
 * @program: of the suite
 */
struct batch {
	struct batch *next;
	size_t cells[BATCH_CELLS];
	unsigned int n;
	char *env[ENV_VARS];
	struct suite_program *program;
};

/**
 * struct cell_run - a gauntlet that runs
 * @g: the gauntlet
 * @r: the run
 * @batches: all that were begun, the last first
 * @n_batches: how many
 * @end_ns: when it is to be over; 0 for no limit
 * @seconds: how long a scenario holds; 0 as it says
 * @boot_ms: what a process takes before its first test
 * @failed: there was no memory, or no folder
 */
struct cell_run {
	struct gauntlet *g;
	struct running *r;
	struct batch *batches;
	unsigned int n_batches;
	uint64_t end_ns;
	unsigned int seconds;
	unsigned int boot_ms;
	int failed;
};

/* ---- names ---- */

void gauntlet_cell_dir(const struct gauntlet *g, size_t cell, char *dir,
		       size_t size)
{
	const struct gauntlet_cell *c = &g->cells[cell];
	const struct gauntlet_flavour *f = g->flavours[c->at[AXIS_FLAVOUR]];
	bool ready = g->tests[c->at[AXIS_TEST]].ready;
	bool several = g->n[AXIS_KERNEL] > 1;

	snprintf(dir, size, "%s%s%s%s%s%s%s",
		 g->schedulers[c->at[AXIS_SCHEDULER]].s->name,
		 several ? "." : "",
		 several ? g->kernels[c->at[AXIS_KERNEL]].label : "",
		 *f->name ? "." : "", f->name, ready ? "" : ".",
		 ready ? "" : g->presets[c->at[AXIS_PRESET]].name);
}

static void machine_of(const struct gauntlet *g, const struct gauntlet_cell *c,
		       char machine[READY_NAME_SIZE])
{
	ready_machine_name(machine,
			   g->schedulers[c->at[AXIS_SCHEDULER]].s->name,
			   &g->presets[c->at[AXIS_PRESET]].topology);
}

void gauntlet_cell_test(const struct gauntlet *g, size_t cell, char *test,
			size_t size)
{
	const struct gauntlet_cell *c = &g->cells[cell];
	const struct gauntlet_test *t = &g->tests[c->at[AXIS_TEST]];
	char machine[READY_NAME_SIZE];

	if (!t->ready) {
		snprintf(test, size, "%s", t->test);
		return;
	}
	machine_of(g, c, machine);
	snprintf(test, size, READY_PROGRAM ".%s.%s", machine, t->test);
}

/* ---- what a process learns ---- */

/* A flavour's words stand beside the test's own, which they would replace. */
static void add_kernel_args(const struct gauntlet_test *t,
			    const struct gauntlet_flavour *f,
			    struct strbuf *all)
{
	const char *own = t->attr.attr.kernel_args;

	if (f->kernel_args)
		attr_given_addf(all, "kernel_args=%s%s%s", own ?: "",
				own ? " " : "", f->kernel_args);
	if (f->kaslr)
		attr_given_addf(all, "kaslr=on");
}

/* What the user has said comes last, and so goes before. */
static void attr_text_of(const struct cell_run *cr,
			 const struct gauntlet_cell *c, struct strbuf *all)
{
	const struct gauntlet *g = cr->g;
	const struct gauntlet_scheduler *s =
		&g->schedulers[c->at[AXIS_SCHEDULER]];
	const struct gauntlet_test *t = &g->tests[c->at[AXIS_TEST]];
	const struct gauntlet_preset *p = &g->presets[c->at[AXIS_PRESET]];
	const char *given = getenv(ENV_ATTR);

	if (!t->attr.attr.scheduler) {
		scheduler_text(s->s, all);
		if (s->path[0])
			attr_given_addf(all, "scheduler.binary=%s", s->path);
	}
	if (!t->ready)
		attr_given_addf(all, "topology=%s", p->name);
	add_kernel_args(t, g->flavours[c->at[AXIS_FLAVOUR]], all);
	if (cr->seconds)
		attr_given_addf(all, "duration_s=%u", cr->seconds);
	if (given && *given)
		strbuf_addf(all, "%s%s", all->len ? "," : "", given);
}

/* "MACHINE=TOPOLOGY", each once */
static void machines_text(const struct gauntlet *g, const struct batch *b,
			  struct strbuf *all)
{
	char machine[READY_NAME_SIZE];
	unsigned int i, j;

	for (i = 0; i < b->n; i++) {
		const struct gauntlet_cell *c = &g->cells[b->cells[i]];
		unsigned int preset = c->at[AXIS_PRESET];

		for (j = 0; j < i; j++)
			if (g->cells[b->cells[j]].at[AXIS_PRESET] == preset)
				break;
		if (j < i)
			continue;
		machine_of(g, c, machine);
		strbuf_addf(all, "%s%s=", all->len ? " " : "", machine);
		topology_write(&g->presets[preset].topology, ":", all);
	}
}

static bool set(struct batch *b, unsigned int *n, const char *name,
		const char *value)
{
	return asprintf(&b->env[*n], "%s=%s", name, value) >= 0 && ++*n;
}

static bool set_scheduler_dir(struct batch *b, unsigned int *n,
			      const struct gauntlet_scheduler *s)
{
	char dir[PATH_MAX];

	if (!s->path[0])
		return true;
	/* It is also what an emulated host has to show. */
	snprintf(dir, sizeof(dir), "%s", s->path);
	*strrchr(dir, '/') = '\0';
	return set(b, n, "KTSTR_SCHEDULER_DIR", *dir ? dir : "/");
}

/* What says the same of the run as we do: kernel, flavour, files of schedulers. */
static void again_options(const struct cell_run *cr,
			  const struct gauntlet_cell *c, struct strbuf *text)
{
	const struct gauntlet *g = cr->g;
	const struct gauntlet_flavour *f = g->flavours[c->at[AXIS_FLAVOUR]];
	const char *files = getenv(ENV_SCHEDULERS);
	char *copy = strdup(files ?: ""), *file, *rest;

	strbuf_addf(text, " --kernel ");
	strbuf_add_word(text, g->kernels[c->at[AXIS_KERNEL]].given);
	if (f->kernel_args)
		strbuf_addf(text, " --attr kernel_args=%s", f->kernel_args);
	if (f->kaslr)
		strbuf_addf(text, " --attr kaslr=on");
	for (file = strtok_r(copy, ":", &rest); file;
	     file = strtok_r(NULL, ":", &rest)) {
		strbuf_addf(text, " --declared ");
		strbuf_add_word(text, file);
	}
	free(copy);
}

/*
 * What a report names to run one again: a ready scenario is `test`'s. Tests of programs
 * are named with their attributes, as any are.
 */
static bool set_again(const struct cell_run *cr, struct batch *b,
		      unsigned int *n)
{
	const struct gauntlet *g = cr->g;
	const struct gauntlet_cell *c = &g->cells[b->cells[0]];
	const struct gauntlet_test *t = &g->tests[c->at[AXIS_TEST]];
	const char *name = g->schedulers[c->at[AXIS_SCHEDULER]].s->name;
	bool verify = !strcmp(t->test, READY_VERIFY), fine;
	struct strbuf text = STRBUF_INIT;
	unsigned int i;

	if (!t->ready)
		return true;
	strbuf_addf(&text, verify ? "verify --scheduler %s" : "test %s", name);
	for (i = 0; verify && i < b->n; i++)
		strbuf_addf(&text, " --preset %s",
			    g->presets[g->cells[b->cells[i]].at[AXIS_PRESET]].name);
	if (cr->seconds)
		strbuf_addf(&text, " -d %u", cr->seconds);
	again_options(cr, c, &text);
	fine = set(b, n, verify ? "KTSTR_AGAIN_WHOLE" : "KTSTR_AGAIN_TEST",
		   text.text);
	strbuf_free(&text);
	return fine;
}

static bool batch_env(const struct cell_run *cr, struct batch *b)
{
	const struct gauntlet *g = cr->g;
	const struct gauntlet_cell *c = &g->cells[b->cells[0]];
	struct strbuf attr = STRBUF_INIT, machines = STRBUF_INIT;
	char name[300], dir[PATH_MAX + 304];
	unsigned int n = 0;
	bool fine;

	gauntlet_cell_dir(g, b->cells[0], name, sizeof(name));
	snprintf(dir, sizeof(dir), "%s/%s", cr->r->results, name);
	if (mkdir(dir, 0755) && errno != EEXIST)
		return false;
	attr_text_of(cr, c, &attr);
	machines_text(g, b, &machines);
	fine = set(b, &n, "KTSTR_SIDECAR_DIR", dir) &&
	       set(b, &n, "KTSTR_KERNEL",
		   g->kernels[c->at[AXIS_KERNEL]].given) &&
	       set(b, &n, ENV_ATTR, attr.text) &&
	       set(b, &n, READY_ENV_MACHINES, machines.text) &&
	       set_again(cr, b, &n) &&
	       set_scheduler_dir(b, &n, &g->schedulers[c->at[AXIS_SCHEDULER]]);
	strbuf_free(&attr);
	strbuf_free(&machines);
	return fine;
}

/* ---- batches ---- */

static bool is_like(const struct gauntlet *g, const struct gauntlet_cell *a,
		    const struct gauntlet_cell *b)
{
	const struct gauntlet_test *s = &g->tests[a->at[AXIS_TEST]];
	const struct gauntlet_test *t = &g->tests[b->at[AXIS_TEST]];

	if (a->at[AXIS_SCHEDULER] != b->at[AXIS_SCHEDULER] ||
	    a->at[AXIS_KERNEL] != b->at[AXIS_KERNEL] ||
	    a->at[AXIS_FLAVOUR] != b->at[AXIS_FLAVOUR] ||
	    strcmp(s->program, t->program))
		return false;
	if (!!s->attr.attr.scheduler != !!t->attr.attr.scheduler ||
	    strcmp(s->attr.attr.kernel_args ?: "", t->attr.attr.kernel_args ?: ""))
		return false;
	return s->ready || a->at[AXIS_PRESET] == b->at[AXIS_PRESET];
}

/*
 * What was seen in this run says by how much guesses are wrong here; of a cell that
 * was run before it is known.
 */
static double pace(const struct cell_run *cr)
{
	uint64_t guessed = 0, took = 0;
	const struct batch *b;
	unsigned int i;

	for (b = cr->batches; b; b = b->next) {
		for (i = 0; i < b->n; i++) {
			const struct gauntlet_cell *c =
				&cr->g->cells[b->cells[i]];

			if (!b->program->tests[i].ms)
				continue;
			guessed += c->ms;
			took += b->program->tests[i].ms;
		}
	}
	return guessed ? (double)took / guessed : 1.0;
}

static uint64_t left_ms(const struct cell_run *cr)
{
	uint64_t now = clock_now_ns();

	if (!cr->end_ns)
		return UINT64_MAX;
	return now < cr->end_ns ? (cr->end_ns - now) / NSEC_PER_MSEC : 0;
}

static uint64_t cost_ms(const struct gauntlet_cell *c, double factor)
{
	return c->timed ? max(c->ms, (unsigned int)(c->ms * factor)) :
			  c->ms * factor;
}

/* The first of the order that fits, and those that are like it. */
static void choose(struct cell_run *cr, struct batch *b)
{
	uint64_t left = left_ms(cr), sum = cr->boot_ms, cost;
	/* Guesses are wrong: the less time is left, the less is begun at once. */
	uint64_t most = min(left / 3, BATCH_MS + 0UL);
	double factor = pace(cr);
	size_t i;

	for (i = 0; i < cr->g->n_cells && b->n < BATCH_CELLS; i++) {
		size_t at = cr->g->order[i];
		struct gauntlet_cell *c = &cr->g->cells[at];

		if (c->state != CELL_LEFT_OUT ||
		    (b->n && !is_like(cr->g, &cr->g->cells[b->cells[0]], c)))
			continue;
		cost = cost_ms(c, factor);
		if (sum + cost > left)
			continue;
		if (b->n && sum - cr->boot_ms + cost > most)
			break;
		sum += cost;
		b->cells[b->n++] = at;
	}
}

static int by_place(const void *a, const void *b, void *gauntlet)
{
	const struct gauntlet *g = gauntlet;
	const struct gauntlet_cell *x = &g->cells[*(const size_t *)a];
	const struct gauntlet_cell *y = &g->cells[*(const size_t *)b];

	if (x->at[AXIS_PRESET] != y->at[AXIS_PRESET])
		return x->at[AXIS_PRESET] < y->at[AXIS_PRESET] ? -1 : 1;
	return (int)x->at[AXIS_TEST] - (int)y->at[AXIS_TEST];
}

/* As the program runs them, whose machines come in the order that it gets them in. */
static void put_in_order(const struct gauntlet *g, struct batch *b)
{
	qsort_r(b->cells, b->n, sizeof(b->cells[0]), by_place, (void *)g);
}

static void batch_free(struct batch *b)
{
	unsigned int i;

	for (i = 0; i < ENV_VARS; i++)
		free(b->env[i]);
	free(b);
}

static int batch_begin(struct cell_run *cr, struct batch *b)
{
	struct gauntlet *g = cr->g;
	struct gauntlet_cell *c = &g->cells[b->cells[0]];
	char test[256];
	unsigned int i;

	if (!batch_env(cr, b))
		return -ENOMEM;
	b->program = suite_add_program(&cr->r->suite,
				       g->tests[c->at[AXIS_TEST]].program,
				       b->env);
	if (!b->program)
		return -ENOMEM;
	for (i = 0; i < b->n; i++) {
		c = &g->cells[b->cells[i]];
		gauntlet_cell_test(g, b->cells[i], test, sizeof(test));
		if (suite_add_test(b->program, test, c->name))
			return -ENOMEM;
		c->state = CELL_BEGUN;
	}
	return 0;
}

static bool more(void *arg)
{
	struct cell_run *cr = arg;
	struct batch *b;

	if (cr->failed)
		return false;
	b = calloc(1, sizeof(*b));
	if (!b) {
		cr->failed = -ENOMEM;
		return false;
	}
	choose(cr, b);
	put_in_order(cr->g, b);
	if (b->n)
		cr->failed = batch_begin(cr, b);
	if (!b->program) {
		batch_free(b);
		return false;
	}
	b->next = cr->batches;
	cr->batches = b;
	cr->n_batches++;
	return true;
}

/* ---- what came of them ---- */

static enum gauntlet_state state_of(enum suite_result result)
{
	switch (result) {
	case SUITE_PASS:
		return CELL_PASS;
	case SUITE_FAIL:
		return CELL_FAIL;
	case SUITE_SKIP:
		return CELL_SKIP;
	case SUITE_INFRASTRUCTURE:
	case SUITE_INCONCLUSIVE:
		return CELL_NOT_JUDGED;
	default:
		return CELL_BEGUN;
	}
}

static void take_results(struct cell_run *cr)
{
	const struct batch *b;
	unsigned int i;

	for (b = cr->batches; b; b = b->next) {
		for (i = 0; i < b->n; i++) {
			const struct suite_test *t = &b->program->tests[i];
			struct gauntlet_cell *c = &cr->g->cells[b->cells[i]];

			c->state = state_of(t->result);
			c->took_ms = t->ms;
			free(c->why);
			c->why = t->why ? strdup(t->why) : NULL;
		}
	}
}

int gauntlet_run_cells(struct gauntlet *g, struct running *r,
		       unsigned int budget_s, unsigned int seconds, char *err)
{
	struct cell_run cr = {
		.g = g, .r = r, .seconds = seconds,
		.end_ns = budget_s ? r->began_ns + budget_s * NSEC_PER_SEC : 0,
		.boot_ms = r->place == VMS_EMULATED ? BOOT_EMULATED_MS :
						      BOOT_KVM_MS,
	};
	struct batch *b;
	int ret;

	if (suite_reserve(&r->suite, g->n_cells + 1))
		return cli_bad(err, "no memory");
	r->suite.open = true;
	r->suite.limit_s = CELL_LIMIT_S * BATCH_CELLS;
	r->more = more;
	r->more_arg = &cr;
	ret = running_run(r);
	r->more = NULL;
	take_results(&cr);
	while ((b = cr.batches)) {
		cr.batches = b->next;
		batch_free(b);
	}
	if (cr.failed)
		ret = cr.failed;
	if (ret < 0)
		return cli_bad(err, "the cells could not be run: %s",
			       strerror(-ret));
	return ret;
}
