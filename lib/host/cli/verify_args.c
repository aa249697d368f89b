// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `verify` takes.
 */
#include <stdlib.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"
#include "lib/host/cli/verify.h"

#define CPUS_MAX	4096

static int take_scheduler(void *args, const char *text, char *err)
{
	struct verify_args *a = args;

	return word_list_add(&a->schedulers, "--scheduler", text, err);
}

static int take_preset(void *args, const char *text, char *err)
{
	struct verify_args *a = args;

	return word_list_add(&a->presets, "--preset", text, err);
}

static int take_kernel(void *args, const char *text, char *err)
{
	struct verify_args *a = args;

	return word_list_add(&a->kernels, "--kernel", text, err);
}

static int take_against(void *args, const char *text, char *err)
{
	struct verify_args *a = args;

	(void)err;
	a->against = text;
	return 0;
}

static int take_jobs(void *args, const char *text, char *err)
{
	struct verify_args *a = args;

	return cli_take_number("-j", text, RUN_MAX_JOBS, &a->jobs, err);
}

static int take_max_cpus(void *args, const char *text, char *err)
{
	struct verify_args *a = args;

	return cli_take_number("--max-cpus", text, CPUS_MAX, &a->max_cpus, err);
}

static int take_dry_run(void *args, const char *text, char *err)
{
	struct verify_args *a = args;

	(void)text;
	(void)err;
	a->dry_run = true;
	return 0;
}

static int take_sources(void *args, const char *text, char *err)
{
	struct verify_args *a = args;

	(void)text;
	(void)err;
	a->sources = true;
	return 0;
}

static const struct cli_option verify_options[] = {
	{ 0, "scheduler", "GLOB", take_scheduler,
	  "schedulers of those that are declared [all that have a program];\n"
	  "may be repeated", CLI_SCHEDULER },
	{ 0, "preset", "GLOB", take_preset,
	  "machines: presets by either name, or a topology as 1n2l2c1t\n"
	  "[tiny-1llc, tiny-2llc, smt-2llc, odd-3llc]; may be repeated",
	  CLI_TOPOLOGY },
	{ 'k', "kernel", "K", take_kernel,
	  "a kernel that is built: a build folder, an image, a key of the\n"
	  "cache [one that is built for it]; may be repeated", CLI_FILE },
	{ 0, "against", "NAME", take_against,
	  "a scheduler with whose programs those of all others are compared",
	  CLI_SCHEDULER },
	{ 'j', "jobs", "N", take_jobs,
	  "how many run side by side [as this machine allows]", CLI_TEXT },
	{ 0, "max-cpus", "N", take_max_cpus,
	  "machines of at most so many CPUs [as this machine can hold]",
	  CLI_TEXT },
	{ 0, "dry-run", NULL, take_dry_run, "print the cells", CLI_TEXT },
	ATTR_OPTION,
	DECLARED_OPTION,
	/* For run_ktstr.sh: what has to be built, "NAME SOURCE" a line. */
	{ 0, "sources", NULL, take_sources, NULL, CLI_TEXT },
};

int verify_args_parse(int argc, char **argv, struct verify_args *args,
		      char *err)
{
	int ret;

	*args = (struct verify_args){ };
	ret = cli_parse(&verify_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (ret < argc)
		return cli_bad(err, "%.100s: verify takes its schedulers by --scheduler",
			       argv[ret]);
	return 0;
}

void verify_args_free(struct verify_args *args)
{
	free(args->schedulers.words);
	free(args->presets.words);
	free(args->kernels.words);
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct verify_args args;
	int ret = verify_args_parse(argc, argv, &args, err);

	if (!ret)
		asked->sources = true;
	if (!ret && args.dry_run)
		asked->needs = CLI_PROGRAMS;
	verify_args_free(&args);
	return ret;
}

const struct cli_spec verify_spec = {
	.options = verify_options,
	.n_options = ARRAY_SIZE(verify_options),
	.check = check,
	.about = "Has BPF's verifier look at schedulers, on machines and kernels, and answers three\n"
		 "questions of each: is it verified, and for how many instructions of each program;\n"
		 "does it attach; does it dispatch, so that a task of its class moves? Why a program\n"
		 "was refused is shown in at most 40 lines.\n",
};
