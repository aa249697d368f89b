// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that `ktstr` knows. See commands.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/asked.h"
#include "lib/host/front/asking.h"
#include "lib/host/front/commands.h"
#include "lib/host/front/folders.h"
#include "lib/host/front/front.h"
#include "lib/host/front/front_kernels.h"
#include "lib/host/front/ktstr_run.h"
#include "lib/host/front/kvm_here.h"
#include "lib/host/front/sched_source.h"
#include "lib/host/front/suite_build.h"
#include "lib/host/front/tools.h"

/* Those that take names of tests, and only say what is wrong with them. */
static const char * const dry_runs[] = { "run", "repro", "export" };

static void words_with(const struct arglist *words, const char *option,
		       struct arglist *all)
{
	size_t i;

	arglist_add_all(all, words->v[0], option, NULL);
	for (i = 1; i < words->n; i++)
		arglist_add(all, words->v[i]);
}

/*
 * Where the programs are as they would be built, names that nobody has are said before
 * that.
 */
static int can_say(struct front *f, const struct arglist *words)
{
	struct arglist all = { };
	int ret = 0;
	size_t i;

	if (!suite_is_fresh(f))
		return 0;
	for (i = 0; i < ARRAY_SIZE(dry_runs); i++)
		if (!strcmp(words->v[0], dry_runs[i]))
			break;
	if (i == ARRAY_SIZE(dry_runs))
		return 0;
	words_with(words, "--dry-run", &all);
	ret = ktstr_run(f, true, &all);
	arglist_free(&all);
	return ret;
}

/* ---- schedulers that are declared with a source ---- */

/* "NAME SOURCE": one that does not build is left out, and said. */
static void build_one(struct front *f, char *line)
{
	char log[PATH_MAX], name[64], to[PATH_MAX + 256];
	char *source = line + strcspn(line, " \t");

	if (*source)
		*source++ = '\0';
	source += strspn(source, " \t");
	if (!*f->kernel.vmlinux) {
		kenv_say(&f->k, "%s: there is no vmlinux beside this kernel to build it against",
			 line);
		return;
	}
	snprintf(name, sizeof(name), "scheduler-%.50s", line);
	front_log(f, log, name);
	snprintf(to, sizeof(to), "%s/schedulers/declared/%.200s", f->obj, line);
	if (sched_source_build(f, source, to, log, NULL))
		kenv_say(&f->k, "%s: does not build; see %s", line, log);
}

static void build_each(struct front *f, char *lines)
{
	char *line, *rest = NULL;

	for (line = strtok_r(lines, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		build_one(f, line);
}

/* They become programs, against the first kernel. */
static int build_declared(struct front *f, const struct arglist *words)
{
	struct strbuf lines = STRBUF_INIT;
	struct arglist all = { };
	size_t i;
	int ret = suite_lock(f);

	if (ret)
		return ret;
	for (i = 0; i < words->n; i++)
		arglist_add(&all, words->v[i]);
	arglist_add(&all, "--sources");
	ktstr_read(f, &all, &lines);
	if (lines.len)
		build_each(f, lines.text);
	suite_unlock(f);
	arglist_addf(&f->run, "KTSTR_BUILT_SCHEDULERS=%s/schedulers/declared",
		     f->obj);
	arglist_free(&all);
	strbuf_free(&lines);
	return 0;
}

/* ---- what a command needs ---- */

static int get_programs(struct front *f)
{
	if (suite_is_fresh(f))
		return 0;
	return tools_must(f, TOOLS_RUN) ?: suite_get(f, NULL, 0);
}

static int get_vms(struct front *f, const struct arglist *words,
		   const struct cli_asked *asked)
{
	int ret;

	ret = can_say(f, words) ?: tools_must(f, TOOLS_RUN) ?: kvm_must(f) ?:
	      suite_get(f, asked->kernels, asked->n_kernels) ?:
	      ktstr_results(f, f->kernel.path,
			    asked->n_kernels ? &f->kernels : NULL);
	if (!ret && asked->sources)
		ret = build_declared(f, words);
	return ret;
}

int command_of_ktstr(struct front *f, const struct arglist *words)
{
	struct cli_asked asked;
	int ret;

	ret = cache_init(f) ?: tools_must(f, TOOLS_KVM) ?:
	      ask_command(f, words, NULL, &asked) ?:
	      kernels_must(f, asked.kernels, asked.n_kernels) ?: out_init(f);
	if (ret)
		return ret;
	if (asked.needs == CLI_VMS)
		ret = get_vms(f, words, &asked);
	else
		ret = get_programs(f);
	return ret ?: ktstr_run(f, false, words);
}
