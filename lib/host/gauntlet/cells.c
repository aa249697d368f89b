// SPDX-License-Identifier: GPL-2.0-only
/*
 * The axes of a gauntlet, and the cells that they make. See gauntlet.h.
 */
#include "lib/host/gauntlet/gauntlet.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

/* What each VM has at least, and for each of its CPUs. */
#define VM_LEAST_MB	256
#define VM_CPU_MB	64

const struct gauntlet_flavour gauntlet_flavours[] = {
	{ "", NULL, false, NULL, "as it was built" },
	{ "kaslr", NULL, true, "CONFIG_RANDOMIZE_BASE",
	  "the kernel chooses where it lies" },
	{ "numa-off", "numa=off", false, "CONFIG_NUMA",
	  "one node, whatever the machine has" },
	{ "preempt-none", "preempt=none", false, "CONFIG_PREEMPT_DYNAMIC",
	  "the kernel gives up a CPU only where it says so" },
	{ "preempt-voluntary", "preempt=voluntary", false,
	  "CONFIG_PREEMPT_DYNAMIC", "and where it may sleep" },
	{ "preempt-full", "preempt=full", false, "CONFIG_PREEMPT_DYNAMIC",
	  "anywhere" },
	{ "preempt-lazy", "preempt=lazy", false, "CONFIG_PREEMPT_DYNAMIC",
	  "anywhere, for a task of the fair class at the next tick" },
};

const size_t gauntlet_n_flavours = ARRAY_SIZE(gauntlet_flavours);

/* ---- axes ---- */

/* @list points to a list. Return: one more of it, zeroed; NULL without memory. */
static void *add(void *list, unsigned int *n, size_t size)
{
	void **at = list;
	char *bigger = realloc(*at, (*n + 1) * size);

	if (!bigger)
		return NULL;
	*at = bigger;
	return memset(bigger + size * (*n)++, 0, size);
}

int gauntlet_add_preset(struct gauntlet *g, const char *name,
			const struct topology *topology)
{
	struct gauntlet_preset *p;

	p = add(&g->presets, &g->n[AXIS_PRESET], sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->name = name;
	p->topology = *topology;
	return 0;
}

int gauntlet_add_flavour(struct gauntlet *g, const struct gauntlet_flavour *f)
{
	const struct gauntlet_flavour **at;

	at = add(&g->flavours, &g->n[AXIS_FLAVOUR], sizeof(*at));
	if (!at)
		return -ENOMEM;
	*at = f;
	return 0;
}

struct gauntlet_scheduler *gauntlet_add_scheduler(struct gauntlet *g,
						  const struct scheduler *s)
{
	struct gauntlet_scheduler *at;

	at = add(&g->schedulers, &g->n[AXIS_SCHEDULER], sizeof(*at));
	if (at)
		at->s = s;
	return at;
}

struct gauntlet_kernel *gauntlet_add_kernel(struct gauntlet *g,
					    const char *given)
{
	struct gauntlet_kernel *k;

	k = add(&g->kernels, &g->n[AXIS_KERNEL], sizeof(*k));
	if (!k)
		return NULL;
	snprintf(k->given, sizeof(k->given), "%s", given);
	gauntlet_kernel_label(given, k->label, sizeof(k->label));
	return k;
}

int gauntlet_add_test(struct gauntlet *g, const char *program,
		      const char *test, bool ready, const char *attr)
{
	struct gauntlet_test *t;
	char err[256];
	int ret;

	t = add(&g->tests, &g->n[AXIS_TEST], sizeof(*t));
	if (!t)
		return -ENOMEM;
	ret = attr_given_parse(&t->attr, attr, err, sizeof(err));
	t->program = strdup(program);
	t->test = strdup(test);
	t->ready = ready;
	return !t->program || !t->test ? -ENOMEM : ret;
}

/* FNV-1a, of which some digits are enough to tell folders of one name apart. */
static uint32_t hash_text(const char *text)
{
	uint32_t hash = 2166136261U;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619U;
	return hash;
}

void gauntlet_kernel_label(const char *given, char *label, size_t size)
{
	size_t len = strlen(given);
	const char *base;
	char *p;

	while (len > 1 && given[len - 1] == '/')
		len--;
	base = memrchr(given, '/', len);
	base = base ? base + 1 : given;
	if (base == given)
		snprintf(label, size, "kernel_%.*s", (int)len, given);
	else
		snprintf(label, size, "kernel_path_%.*s_%06x",
			 (int)min(given + len - base, 40L), base,
			 hash_text(given) & 0xffffff);
	for (p = label; *p; p++)
		*p = isalnum((unsigned char)*p) ?
		     tolower((unsigned char)*p) : '_';
}

static void free_cells(struct gauntlet *g)
{
	size_t i;

	for (i = 0; i < g->n_cells; i++) {
		free(g->cells[i].name);
		free(g->cells[i].why);
	}
	free(g->cells);
	free(g->order);
}

void gauntlet_exit(struct gauntlet *g)
{
	unsigned int i;

	free_cells(g);
	for (i = 0; i < g->n[AXIS_TEST]; i++) {
		free(g->tests[i].program);
		free(g->tests[i].test);
		attr_given_free(&g->tests[i].attr);
	}
	for (i = 0; i < g->n[AXIS_KERNEL]; i++)
		free(g->kernels[i].config);
	for (i = 0; i < DROPS; i++)
		free(g->example[i]);
	free(g->tests);
	free(g->presets);
	free(g->schedulers);
	free(g->kernels);
	free(g->flavours);
	memset(g, 0, sizeof(*g));
}

/* ---- what makes no cell ---- */

/* As a line of its own in the kernel's configuration; unknown is taken for yes. */
static bool has_option(const struct gauntlet_kernel *k, const char *option)
{
	const char *at = k->config;
	size_t len = option ? strlen(option) : 0;

	if (!option || !k->config)
		return true;
	while ((at = strstr(at, option))) {
		if ((at == k->config || at[-1] == '\n') &&
		    strstarts(at + len, "=y"))
			return true;
		at += len;
	}
	return false;
}

static bool host_holds(const struct gauntlet *g,
		       const struct gauntlet_preset *p, char *why, size_t size)
{
	unsigned int cpus = topology_cpus(&p->topology);
	unsigned long mb = max(cpus * VM_CPU_MB + 0UL, VM_LEAST_MB + 0UL);

	if (g->host.max_cpus && cpus > g->host.max_cpus)
		snprintf(why, size, "%u CPUs are more than the %u that this host runs",
			 cpus, g->host.max_cpus);
	else if (g->host.memory_mb && mb > g->host.memory_mb)
		snprintf(why, size, "%lu MiB are more than the %lu that are free here",
			 mb, g->host.memory_mb);
	else
		return true;
	return false;
}

/* Return: why there is no such cell; DROPS when there is one. */
static enum gauntlet_drop judge(const struct gauntlet *g,
				const unsigned int at[AXIS_COUNT], char *why,
				size_t size)
{
	const struct gauntlet_scheduler *s = &g->schedulers[at[AXIS_SCHEDULER]];
	const struct gauntlet_flavour *f = g->flavours[at[AXIS_FLAVOUR]];
	const struct gauntlet_preset *p = &g->presets[at[AXIS_PRESET]];
	const struct gauntlet_test *t = &g->tests[at[AXIS_TEST]];
	struct machine_needs needs = t->attr.attr.needs;

	/* One that is about a scheduler is a test of that one alone. */
	if (t->attr.attr.scheduler &&
	    strcmp(t->attr.scheduler.name, s->s->name)) {
		snprintf(why, size, "it is a test of %s",
			 t->attr.scheduler.name);
		return DROP_TEST;
	}
	if (s->missing[0]) {
		snprintf(why, size, "%s", s->missing);
		return DROP_MISSING;
	}
	if (!has_option(&g->kernels[at[AXIS_KERNEL]], f->option)) {
		snprintf(why, size, "the kernel has no %s", f->option);
		return DROP_KERNEL;
	}
	needs_usual(&needs);
	if (!needs_fit(&needs, &p->topology, why, size))
		return DROP_TEST;
	if (!needs_fit(&s->s->needs, &p->topology, why, size))
		return DROP_SCHEDULER;
	return host_holds(g, p, why, size) ? DROPS : DROP_HOST;
}

/* ---- cells ---- */

static char *cell_name(const struct gauntlet *g,
		       const unsigned int at[AXIS_COUNT])
{
	const struct gauntlet_flavour *f = g->flavours[at[AXIS_FLAVOUR]];
	const struct gauntlet_kernel *k = &g->kernels[at[AXIS_KERNEL]];
	bool several = g->n[AXIS_KERNEL] > 1;
	char *name;

	if (asprintf(&name, "%s/%s/%s%s%s%s%s", g->tests[at[AXIS_TEST]].test,
		     g->presets[at[AXIS_PRESET]].name,
		     g->schedulers[at[AXIS_SCHEDULER]].s->name,
		     several ? "/" : "", several ? k->label : "",
		     *f->name ? "/" : "", f->name) < 0)
		return NULL;
	return name;
}

unsigned int gauntlet_guess_ms(const struct gauntlet *g,
			       const struct gauntlet_cell *cell)
{
	const struct gauntlet_preset *p = &g->presets[cell->at[AXIS_PRESET]];
	const struct gauntlet_test *t = &g->tests[cell->at[AXIS_TEST]];
	unsigned int cpus = topology_cpus(&p->topology);
	unsigned int seconds = t->attr.attr.duration_s ?: 2;

	return 10000 + (cpus > 16 ? (cpus - 16) * 100 : 0) +
	       seconds * MSEC_PER_SEC + 2000;
}

static int add_cell(struct gauntlet *g, const unsigned int at[AXIS_COUNT])
{
	struct gauntlet_cell *c = &g->cells[g->n_cells];

	memset(c, 0, sizeof(*c));
	memcpy(c->at, at, sizeof(c->at));
	c->name = cell_name(g, at);
	if (!c->name)
		return -ENOMEM;
	c->ms = gauntlet_guess_ms(g, c);
	g->n_cells++;
	return 0;
}

static int take(struct gauntlet *g, const unsigned int at[AXIS_COUNT])
{
	enum gauntlet_drop drop;
	char why[PATH_MAX + 64];
	char *name;

	drop = judge(g, at, why, sizeof(why));
	if (drop == DROPS)
		return add_cell(g, at);
	g->dropped[drop]++;
	if (g->example[drop])
		return 0;
	name = cell_name(g, at);
	if (!name || asprintf(&g->example[drop], "%s: %s", name, why) < 0)
		g->example[drop] = NULL;
	free(name);
	return 0;
}

/* The next combination; the last axis goes round fastest. */
static bool step(const struct gauntlet *g, unsigned int at[AXIS_COUNT])
{
	unsigned int axis = AXIS_COUNT;

	while (axis--) {
		if (++at[axis] < g->n[axis])
			return true;
		at[axis] = 0;
	}
	return false;
}

int gauntlet_make_cells(struct gauntlet *g)
{
	unsigned int at[AXIS_COUNT] = { }, axis;
	size_t all = 1;
	int ret = 0;

	for (axis = 0; axis < AXIS_COUNT; axis++)
		all *= g->n[axis];
	if (!all)
		return 0;
	g->cells = calloc(all, sizeof(*g->cells));
	if (!g->cells)
		return -ENOMEM;
	do {
		ret = take(g, at);
	} while (!ret && step(g, at));
	return ret;
}

void gauntlet_keep(struct gauntlet *g,
		   bool (*keep)(const char *name, void *arg), void *arg)
{
	size_t i, n = 0;

	for (i = 0; i < g->n_cells; i++) {
		if (keep(g->cells[i].name, arg))
			g->cells[n++] = g->cells[i];
		else
			free(g->cells[i].name);
	}
	g->n_cells = n;
}

struct gauntlet_cell *gauntlet_find(struct gauntlet *g, const char *name)
{
	size_t i;

	for (i = 0; i < g->n_cells; i++)
		if (!strcmp(g->cells[i].name, name))
			return &g->cells[i];
	return NULL;
}
