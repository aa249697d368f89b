// SPDX-License-Identifier: GPL-2.0-only
/*
 * The axes of a gauntlet: what was asked for, and what this machine has of it. See
 * gauntlet.h.
 */
#include "lib/host/cli/gauntlet.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/common/presets.h"
#include "lib/common/ready.h"
#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/declared.h"
#include "lib/host/cli/option.h"
#include "lib/host/cli/programs.h"
#include "lib/host/cli/test.h"
#include "lib/host/gauntlet/gauntlet.h"
#include "lib/host/machine/kernel.h"
#include "lib/host/machine/paths.h"
#include "lib/host/machine/vms.h"

#define CONFIG_MAX	(4L << 20)
/* Where run_ktstr.sh puts what it builds of sources. */
#define ENV_BUILT	"KTSTR_BUILT_SCHEDULERS"

static bool matches(const struct word_list *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!fnmatch(list->words[i], name, 0))
			return true;
	return false;
}

/* ---- machines ---- */

static int bad_preset(const char *word, char *err)
{
	struct near near = { .given = word };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	for (i = 0; i < n_presets; i++)
		near_offer(&near, presets[i].name);
	return cli_bad(err, "--preset %.100s: is neither a preset nor a topology as 1n2l2c1t%s",
		       word, near_text(&near, offered));
}

static bool is_preset(const char *word)
{
	const struct preset *p;

	for (p = presets; p < presets + n_presets; p++)
		if (!fnmatch(word, p->name, 0) ||
		    (p->also && !fnmatch(word, p->also, 0)))
			return true;
	return false;
}

static int add_shape(struct gauntlet *g, const char *word, char *err)
{
	struct topology t;
	char why[160];

	if (topology_parse(word, &t))
		return bad_preset(word, err);
	if (topology_check(&t, 0, why, sizeof(why)))
		return cli_bad(err, "--preset %.100s: %s", word, why);
	return gauntlet_add_preset(g, word, &t) ? cli_bad(err, "no memory") : 0;
}

int gauntlet_fill_presets(struct gauntlet *g, const struct word_list *names,
			  char *err)
{
	const struct preset *p;
	size_t i;
	int ret = 0;

	for (p = presets; p < presets + n_presets; p++) {
		if (names->n && !matches(names, p->name) &&
		    !(p->also && matches(names, p->also)))
			continue;
		if (gauntlet_add_preset(g, p->name, &p->topology))
			return cli_bad(err, "no memory");
	}
	for (i = 0; i < names->n && !ret; i++)
		if (!is_preset(names->words[i]))
			ret = add_shape(g, names->words[i], err);
	return ret;
}

/* ---- schedulers ---- */

/* Its program: what was built of a source goes before what lies about. */
static void find_program(struct gauntlet_scheduler *at)
{
	const char *built = getenv(ENV_BUILT), *binary = at->s->binary;
	int ret;

	if (!binary)
		return;
	if (at->s->source && built && *built &&
	    snprintf(at->path, sizeof(at->path), "%s/%s/%s", built,
		     at->s->name, basename(binary)) < (int)sizeof(at->path) &&
	    !access(at->path, X_OK))
		return;
	ret = host_find_program(binary, at->path, sizeof(at->path));
	if (!ret)
		return;
	snprintf(at->missing, sizeof(at->missing), "%.200s: %s%s", binary,
		 strerror(-ret), at->s->source ?
		 ", and it was not built of its source" : "");
	at->path[0] = '\0';
}

static bool is_wanted(const struct word_list *names, const struct declared *d)
{
	if (names->n)
		return matches(names, d->s->name);
	return d->file || !strcmp(d->s->name, SCHED_EEVDF);
}

int gauntlet_fill_schedulers(struct gauntlet *g, const struct word_list *names,
			     const struct declared_all *all, char *err)
{
	struct gauntlet_scheduler *at;
	bool found;
	size_t i, j;

	for (i = 0; i < all->n; i++) {
		if (!is_wanted(names, &all->list[i]))
			continue;
		at = gauntlet_add_scheduler(g, all->list[i].s);
		if (!at)
			return cli_bad(err, "no memory");
		find_program(at);
	}
	for (i = 0; i < names->n; i++) {
		for (found = false, j = 0; j < all->n && !found; j++)
			found = !fnmatch(names->words[i], all->list[j].s->name,
					 0);
		if (!found)
			return declared_must(all, names->words[i], err);
	}
	return 0;
}

/* ---- kernels ---- */

static char *read_config(const char *path)
{
	FILE *f = *path ? fopen(path, "re") : NULL;
	char *text = NULL;
	struct stat st;
	size_t n;

	if (f && !fstat(fileno(f), &st) && st.st_size <= CONFIG_MAX)
		text = calloc(1, st.st_size + 1);
	if (text) {
		n = fread(text, 1, st.st_size, f);
		text[n] = '\0';
	}
	if (f)
		fclose(f);
	return text;
}

static int add_kernel(struct gauntlet *g, const char *name, const char *own,
		      char *err)
{
	char cache[PATH_MAX] = "", why[PATH_MAX + 128], path[PATH_MAX];
	struct host_kernel kernel;
	struct gauntlet_kernel *k;

	host_cache_dir(cache, sizeof(cache));
	if (host_kernel_find_from(name, own, cache, &kernel, why, sizeof(why)))
		return cli_bad(err, "%s%.3000s", name ? "--kernel: " : "", why);
	/* Tests run in other folders than ours. */
	if (name && (host_is_folder(name) || host_is_file(name)) &&
	    realpath(name, path))
		name = path;
	k = gauntlet_add_kernel(g, name ?: kernel.image);
	if (!k)
		return cli_bad(err, "no memory");
	k->config = read_config(kernel.config);
	return 0;
}

int gauntlet_fill_kernels(struct gauntlet *g, const struct word_list *names,
			  const char *own, char *err)
{
	const char *usual = getenv("KTSTR_KERNEL");
	size_t i, j;
	int ret = 0;

	if (!names->n)
		return add_kernel(g, usual && *usual ? usual : NULL, own, err);
	for (i = 0; i < names->n && !ret; i++) {
		for (j = 0; j < i; j++)
			if (!strcmp(names->words[i], names->words[j]))
				return cli_bad(err, "--kernel %.1000s: is given twice",
					       names->words[i]);
		ret = add_kernel(g, names->words[i], own, err);
	}
	return ret;
}

/* ---- flavours ---- */

static const char *flavour_name(const struct gauntlet_flavour *f)
{
	return *f->name ? f->name : "plain";
}

static int fill_flavours(struct gauntlet *g, const struct word_list *names,
			 char *err)
{
	char offered[NEAR_TEXT_SIZE];
	bool found;
	size_t i, j;

	for (i = 0; i < gauntlet_n_flavours; i++) {
		const struct gauntlet_flavour *f = &gauntlet_flavours[i];

		if (names->n ? !matches(names, flavour_name(f)) : *f->name)
			continue;
		if (gauntlet_add_flavour(g, f))
			return cli_bad(err, "no memory");
	}
	for (i = 0; i < names->n; i++) {
		struct near near = { .given = names->words[i] };

		found = false;
		for (j = 0; j < gauntlet_n_flavours; j++) {
			const char *name = flavour_name(&gauntlet_flavours[j]);

			found |= !fnmatch(names->words[i], name, 0);
			near_offer(&near, name);
		}
		if (!found)
			return cli_bad(err, "--flavour %.100s: no such flavour%s",
				       names->words[i],
				       near_text(&near, offered));
	}
	return 0;
}

/* ---- tests ---- */

#define COUNT_ROW(arg, name, seconds, what)	+ 1

/* Those that `test` has where nothing is said. */
#define N_USUAL		(0U READY_SCENARIOS(COUNT_ROW, _))

static bool is_usual(const char *scenario)
{
	size_t i;

	for (i = 0; i < N_USUAL; i++)
		if (!strcmp(test_scenarios[i].name, scenario))
			return true;
	return false;
}

static bool is_wanted_scenario(const struct gauntlet_args *args,
			       const char *scenario)
{
	if (args->scenarios.n)
		return matches(&args->scenarios, scenario);
	return !args->choice.n_globs && is_usual(scenario);
}

/* What it says of its tests, a line each: "TEST\tATTRIBUTES". To be freed; NULL. */
static char *ask_program(const char *own, const char *program, char *err)
{
	char path[PATH_MAX + 300], *text = NULL;
	size_t size = 0;
	FILE *from;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/%s", own, program);
	from = suite_ask(path, "--attributes", NULL, &pid);
	if (from && getdelim(&text, &size, '\0', from) < 0) {
		free(text);
		text = NULL;
	}
	if (from) {
		fclose(from);
		waitpid(pid, NULL, 0);
	}
	if (!text)
		cli_bad(err, "%.2000s: tells nothing of its tests", path);
	return text;
}

static int add_test(struct gauntlet *g, const char *program, const char *test,
		    bool ready, const char *attr, char *err)
{
	int ret;

	/* It has no machine to choose. */
	if (strends(attr, "host_only"))
		return 0;
	ret = gauntlet_add_test(g, program, test, ready, attr);
	return ret ? cli_bad(err, "%s: %s: what it asks for makes no sense here: %s",
			     program, test, strerror(-ret)) : 0;
}

static int fill_ready(struct gauntlet *g, const struct gauntlet_args *args,
		      const char *own, char *err)
{
	char *text = ask_program(own, READY_PROGRAM, err), *lines = text;
	char *line, *attr;
	int ret = text ? 0 : -EINVAL;

	while (!ret && (line = strsep(&lines, "\n"))) {
		attr = strchr(line, '\t');
		if (!attr)
			continue;
		*attr++ = '\0';
		if (is_wanted_scenario(args, line))
			ret = add_test(g, READY_PROGRAM, line, true, attr, err);
	}
	free(text);
	return ret;
}

/* The attributes of a test: to be freed; NULL where it is not there. */
static char *attr_of(const char *text, const char *test)
{
	size_t len = strlen(test);

	for (; *text; text += !!*text) {
		if (!strncmp(text, test, len) && text[len] == '\t')
			return strndup(text + len + 1,
				       strcspn(text + len + 1, "\n"));
		text += strcspn(text, "\n");
	}
	return NULL;
}

static int check_scenarios(const struct word_list *names, char *err)
{
	char offered[NEAR_TEXT_SIZE];
	size_t i, j;
	bool found;

	for (i = 0; i < names->n; i++) {
		struct near near = { .given = names->words[i] };

		found = false;
		for (j = 0; j < test_n_scenarios; j++) {
			found |= !fnmatch(names->words[i],
					  test_scenarios[j].name, 0);
			near_offer(&near, test_scenarios[j].name);
		}
		if (!found)
			return cli_bad(err, "-s %.100s: no such scenario%s; `list --scenarios` has all of them",
				       names->words[i],
				       near_text(&near, offered));
	}
	return 0;
}

/* In the order in which the program runs them */
static int fill_program(struct gauntlet *g, const struct suite_name *tests,
			size_t n, const char *own, char *err)
{
	char *text = ask_program(own, tests->program, err), *attr;
	int ret = text ? 0 : -EINVAL;
	size_t i;

	for (i = 0; i < n && !ret; i++) {
		if (!tests[i].chosen)
			continue;
		attr = attr_of(text, tests[i].test);
		if (attr)
			ret = add_test(g, tests[i].program, tests[i].test,
				       false, attr, err);
		free(attr);
	}
	free(text);
	return ret;
}

static bool any_chosen(const struct suite_name *tests, size_t n)
{
	while (n--)
		if (tests[n].chosen)
			return true;
	return false;
}

static int fill_programs(struct gauntlet *g, const struct gauntlet_args *args,
			 const char *own, char *err)
{
	struct suite_names names = { };
	int ret = programs_choose(own, &args->choice, &names, err);
	size_t i, n;

	for (i = 0; i < names.n && !ret; i += n) {
		for (n = 1; i + n < names.n &&
		     !strcmp(names.list[i].program, names.list[i + n].program);
		     n++)
			;
		if (any_chosen(&names.list[i], n))
			ret = fill_program(g, &names.list[i], n, own, err);
	}
	suite_names_free(&names);
	return ret;
}

static int fill_tests(struct gauntlet *g, const struct gauntlet_args *args,
		      const char *own, char *err)
{
	int ret = check_scenarios(&args->scenarios, err) ?:
		  fill_ready(g, args, own, err);

	if (!ret && args->choice.n_globs)
		ret = fill_programs(g, args, own, err);
	return ret;
}

int gauntlet_fill(struct gauntlet *g, const struct gauntlet_args *args,
		  const struct declared_all *all, const char *own, char *err)
{
	char why[256];
	enum vms_place place = vms_place(why, sizeof(why));

	g->host.max_cpus = args->max_cpus ?: vms_max_cpus(place);
	g->host.memory_mb = vms_memory_mb(place);
	return gauntlet_fill_schedulers(g, &args->schedulers, all, err) ?:
	       gauntlet_fill_presets(g, &args->presets, err) ?:
	       gauntlet_fill_kernels(g, &args->kernels, own, err) ?:
	       fill_flavours(g, &args->flavours, err) ?:
	       fill_tests(g, args, own, err);
}
