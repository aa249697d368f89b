// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `gauntlet` takes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/gauntlet.h"

#define BUDGET_MAX_S	(7 * 24 * 3600)
#define CPUS_MAX	4096
#define SECONDS_MAX	300

int word_list_add(struct word_list *list, const char *option, const char *text,
		  char *err)
{
	const char **words;

	if (!*text || !cli_fits_a_line(text))
		return cli_bad(err, "%s: is empty, or has a control character in it",
			       option);
	words = realloc(list->words, (list->n + 1) * sizeof(*words));
	if (!words)
		return cli_bad(err, "no memory");
	list->words = words;
	words[list->n++] = text;
	return 0;
}

static int take_scenario(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	return word_list_add(&a->scenarios, "-s", text, err);
}

static int take_preset(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	return word_list_add(&a->presets, "--preset", text, err);
}

static int take_scheduler(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	return word_list_add(&a->schedulers, "--scheduler", text, err);
}

static int take_kernel(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	return word_list_add(&a->kernels, "--kernel", text, err);
}

static int take_flavour(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	return word_list_add(&a->flavours, "--flavour", text, err);
}

static int take_cell(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	return word_list_add(&a->cells, "--cell", text, err);
}

static int take_budget(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	return cli_take_number("--budget", text, BUDGET_MAX_S, &a->budget_s, err);
}

static int take_seconds(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	return cli_take_number("-d", text, SECONDS_MAX, &a->seconds, err);
}

static int take_jobs(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	return cli_take_number("-j", text, RUN_MAX_JOBS, &a->jobs, err);
}

static int take_max_cpus(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	return cli_take_number("--max-cpus", text, CPUS_MAX, &a->max_cpus, err);
}

static int take_html(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	if (!*text)
		return cli_bad(err, "--html needs a file");
	a->html = text;
	return 0;
}

static int take_rerun(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	(void)text;
	(void)err;
	a->rerun = true;
	return 0;
}

static int take_dry_run(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	(void)text;
	(void)err;
	a->dry_run = true;
	return 0;
}

static int take_sources(void *args, const char *text, char *err)
{
	struct gauntlet_args *a = args;

	(void)text;
	(void)err;
	a->sources = true;
	return 0;
}

static const struct cli_option gauntlet_options[] = {
	{ 's', "scenario", "SCENARIO", take_scenario,
	  "a ready scenario, or a pattern as 'cpuset_*' [the five that\n"
	  "`test` has, where no GLOB is given]; may be repeated",
	  CLI_SCENARIO },
	{ 0, "preset", "GLOB", take_preset,
	  "machines: presets by either name, or a topology as 1n2l2c1t\n"
	  "[all presets]; may be repeated", CLI_TOPOLOGY },
	{ 0, "scheduler", "GLOB", take_scheduler,
	  "schedulers of those that are declared [eevdf, and all of\n"
	  "files]; may be repeated", CLI_SCHEDULER },
	{ 'k', "kernel", "K", take_kernel,
	  "a kernel that is built: a build folder, an image, a key of the\n"
	  "cache [one that is built for it]; may be repeated", CLI_FILE },
	{ 0, "flavour", "GLOB", take_flavour,
	  "ways to boot it: plain, kaslr, numa-off, preempt-none,\n"
	  "preempt-voluntary, preempt-full, preempt-lazy [plain]; may be\n"
	  "repeated", CLI_TEXT },
	{ 0, "budget", "SECONDS", take_budget,
	  "take so long: the cells that cover most come first, and it goes\n"
	  "on while there is time [all cells]", CLI_TEXT },
	{ 0, "cell", "GLOB", take_cell,
	  "of the cells only those of such names; may be repeated", CLI_TEXT },
	{ 0, "rerun-failed", NULL, take_rerun,
	  "of the cells only those that failed, or were not judged, when\n"
	  "they were last run", CLI_TEXT },
	{ 0, "dry-run", NULL, take_dry_run,
	  "print the cells in the order in which they would be run, and\n"
	  "what they may take", CLI_TEXT },
	{ 'd', "duration", "SECONDS", take_seconds,
	  "how long each scenario holds [as the scenario has it]", CLI_TEXT },
	{ 'j', "jobs", "N", take_jobs,
	  "how many run side by side [as this machine allows]", CLI_TEXT },
	{ 0, "max-cpus", "N", take_max_cpus,
	  "machines of at most so many CPUs [as this machine can hold]",
	  CLI_TEXT },
	{ 0, "html", "FILE", take_html, "write the matrix as a page, too",
	  CLI_FILE },
	ATTR_OPTION,
	DECLARED_OPTION,
	/* For run_ktstr.sh: what has to be built, "NAME SOURCE" a line. */
	{ 0, "sources", NULL, take_sources, NULL, CLI_TEXT },
};

int gauntlet_args_parse(int argc, char **argv, struct gauntlet_args *args,
			char *err)
{
	int ret;

	*args = (struct gauntlet_args){ };
	ret = choice_init(&args->choice, argc, err) ?:
	      cli_parse(&gauntlet_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	args->choice.globs = argv + ret;
	args->choice.n_globs = argc - ret;
	return 0;
}

void gauntlet_args_free(struct gauntlet_args *args)
{
	choice_free(&args->choice);
	free(args->scenarios.words);
	free(args->presets.words);
	free(args->schedulers.words);
	free(args->kernels.words);
	free(args->flavours.words);
	free(args->cells.words);
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct gauntlet_args args;
	int ret = gauntlet_args_parse(argc, argv, &args, err);

	if (!ret)
		asked->sources = true;
	if (!ret && args.dry_run)
		asked->needs = CLI_PROGRAMS;
	gauntlet_args_free(&args);
	return ret;
}

const struct cli_spec gauntlet_spec = {
	.options = gauntlet_options,
	.n_options = ARRAY_SIZE(gauntlet_options),
	.check = check,
	.about = "Runs tests on many machines, under schedulers, kernels and flavours: each\n"
		 "combination that makes sense is a cell, TEST/PRESET/SCHEDULER[/KERNEL][/FLAVOUR].\n"
		 "A test says which machines it is for, a scheduler likewise; what this host cannot\n"
		 "hold is left out, and said. A matrix comes at the end. GLOBs are tests of\n"
		 "programs, as `list` names them; those that name a scheduler keep it.\n",
	.operand = CLI_TEST,
};
