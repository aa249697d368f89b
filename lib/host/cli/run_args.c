// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `run` takes.
 */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"
#include "lib/host/kernel/kver.h"

/* Better said before the run than after it. */
static int writable(const char *option, const char *text, char *err)
{
	char dir[PATH_MAX];
	struct stat st;

	snprintf(dir, sizeof(dir), "%s", text);
	if (*text && strlen(text) < sizeof(dir) &&
	    (stat(text, &st) || !S_ISDIR(st.st_mode)) &&
	    !access(dirname(dir), W_OK | X_OK))
		return 0;
	return cli_bad(err, "%s %s: cannot be written", option, text);
}

static int take_html(void *args, const char *text, char *err)
{
	((struct run_args *)args)->html = text;
	return writable("--html", text, err);
}

static int take_perfetto(void *args, const char *text, char *err)
{
	((struct run_args *)args)->perfetto = text;
	return writable("--perfetto", text, err);
}

static int take_junit(void *args, const char *text, char *err)
{
	((struct run_args *)args)->junit = text;
	return writable("--junit", text, err);
}

static int take_json(void *args, const char *text, char *err)
{
	((struct run_args *)args)->json = text;
	return writable("--json", text, err);
}

static int take_scheduler(void *args, const char *text, char *err)
{
	(void)err;
	((struct run_args *)args)->scheduler = text;
	return 0;
}

static int take_jobs(void *args, const char *text, char *err)
{
	struct run_args *a = args;

	return cli_take_number("-j", text, RUN_MAX_JOBS, &a->jobs, err);
}

static int take_kernel(void *args, const char *text, char *err)
{
	struct run_args *a = args;
	struct kernel_name name;
	char why[128];

	if (kernel_name_parse(text, &name, why, sizeof(why)))
		return cli_bad(err, "--kernel %.100s: %s", text, why);
	if (a->n_kernels == RUN_MAX_KERNELS)
		return cli_bad(err, "--kernel %.100s: at most %d can be", text,
			       RUN_MAX_KERNELS);
	a->kernels[a->n_kernels++] = text;
	return 0;
}

static int take_rerun(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct run_args *)args)->rerun = true;
	return 0;
}

static int take_dry_run(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct run_args *)args)->dry_run = true;
	return 0;
}

/* The programs that run tests are told by their environment. */
/* The programs that are run look there. */
static int say_clone(const char *value, char *err)
{
	return setenv("KTSTR_CLONE", value, 1) ?
	       cli_bad(err, "KTSTR_CLONE: %s", strerror(errno)) : 0;
}

static int take_clone(void *args, const char *text, char *err)
{
	(void)args;
	(void)text;
	return say_clone("1", err);
}

static int take_cold(void *args, const char *text, char *err)
{
	(void)args;
	(void)text;
	return say_clone("0", err);
}

static const struct cli_option run_options[] = {
	CHOICE_OPTIONS,
	ATTR_OPTION,
	{ 0, "scheduler", "NAME", take_scheduler,
	  "under this scheduler, one that is declared, whatever they say",
	  CLI_SCHEDULER },
	DECLARED_OPTION,
	{ 'k', "kernel", "K", take_kernel,
	  "on this kernel, as `kernel build` takes names [one that is built\n"
	  "for it]; may be repeated: all on each, NAME@VERSION each", CLI_FILE },
	{ 0, "rerun-failed", NULL, take_rerun,
	  "of these only what failed, or was not judged, when it was\n"
	  "last run", CLI_TEXT },
	{ 0, "dry-run", NULL, take_dry_run, "print which would be run",
	  CLI_TEXT },
	{ 0, "clone", NULL, take_clone,
	  "copy VMs that have booted before, rather than boot each: as is\n"
	  "done on an emulated host", CLI_TEXT },
	{ 0, "cold", NULL, take_cold,
	  "boot each VM: as is done where /dev/kvm runs kernels", CLI_TEXT },
	{ 'j', "jobs", "N", take_jobs,
	  "how many run side by side [as this machine allows]", CLI_TEXT },
	{ 0, "junit", "FILE", take_junit, "write the results as JUnit's XML",
	  CLI_FILE },
	{ 0, "json", "FILE", take_json,
	  "write them as JSON, with KCIDB's names", CLI_FILE },
	{ 0, "html", "FILE", take_html,
	  "write a page that shows the run queues over time", CLI_FILE },
	{ 0, "perfetto", "FILE", take_perfetto,
	  "write the same as a trace for ui.perfetto.dev", CLI_FILE },
};

int run_args_parse(int argc, char **argv, struct run_args *args, char *err)
{
	int ret;

	*args = (struct run_args){ };
	ret = choice_init(&args->choice, argc, err);
	if (ret)
		return ret;
	ret = cli_parse(&run_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	args->choice.globs = argv + ret;
	args->choice.n_globs = argc - ret;
	return 0;
}

/* Names are printed by the programs alone. */
static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct run_args args;
	int ret = run_args_parse(argc, argv, &args, err);

	if (!ret)
		cli_ask_kernels(asked, args.kernels, args.n_kernels);
	if (!ret && args.dry_run)
		asked->needs = CLI_PROGRAMS;
	choice_free(&args.choice);
	return ret;
}

const struct cli_spec run_spec = {
	.options = run_options,
	.n_options = ARRAY_SIZE(run_options),
	.check = check,
	.about = "Runs tests, side by side, and prints KTAP: those that are named, or all but\n"
		 "those that fail on purpose.\n\n" CHOICE_ABOUT,
	.operand = CLI_TEST,
};
