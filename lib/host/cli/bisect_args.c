// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `bisect` takes.
 */
#include "lib/host/cli/bisect_cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"
#include "lib/host/machine/paths.h"

#define CONFIDENCE	0.95

/* A commit is a word of git's, which takes one that begins so for an option. */
static int take_commit(const char **commit, const char *name, const char *text,
		       char *err)
{
	if (!*text || *text == '-' || !cli_fits_a_line(text) || strlen(text) > 200)
		return cli_bad(err, "--%s %.100s: is no commit", name, text);
	*commit = text;
	return 0;
}

static int take_good(void *args, const char *text, char *err)
{
	return take_commit(&((struct bisect_args *)args)->good, "good", text,
			   err);
}

static int take_bad(void *args, const char *text, char *err)
{
	return take_commit(&((struct bisect_args *)args)->bad, "bad", text,
			   err);
}

static int take_folder(const char **folder, const char *name, const char *text,
		       char *err)
{
	if (!host_is_folder(text))
		return cli_bad(err, "--%s %.1000s: is no folder", name, text);
	*folder = text;
	return 0;
}

static int take_repo(void *args, const char *text, char *err)
{
	return take_folder(&((struct bisect_args *)args)->repo, "repo", text,
			   err);
}

static int take_kernel_repo(void *args, const char *text, char *err)
{
	return take_folder(&((struct bisect_args *)args)->kernel_repo,
			   "kernel-repo", text, err);
}

static int take_test(void *args, const char *text, char *err)
{
	if (!strchr(text, '.') || strpbrk(text, "*?[") ||
	    !cli_fits_a_line(text))
		return cli_bad(err, "--test %.100s: is no test's name", text);
	((struct bisect_args *)args)->name = text;
	return 0;
}

static int take_part(const char *name, const char *text, double least,
		     double most, double *part, char *err)
{
	char *end;

	*part = strtod(text, &end);
	if (end != text && !*end && *part >= least && *part <= most)
		return 0;
	return cli_bad(err, "--%s %.100s: is no number from %g to %g", name,
		       text, least, most);
}

static int take_confidence(void *args, const char *text, char *err)
{
	return take_part("confidence", text, 0.5, 0.9999,
			 &((struct bisect_args *)args)->confidence, err);
}

static int take_flaky(void *args, const char *text, char *err)
{
	return take_part("flaky", text, 0.01, 1,
			 &((struct bisect_args *)args)->flaky, err);
}

static int take_restart(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct bisect_args *)args)->restart = true;
	return 0;
}

static const struct cli_option bisect_options[] = {
	{ 0, "good", "COMMIT", take_good, "a commit on which the test passes",
	  CLI_TEXT },
	{ 0, "bad", "COMMIT", take_bad, "a later one on which it fails",
	  CLI_TEXT },
	{ 0, "repo", "FOLDER", take_repo,
	  "the scheduler's repository [that around SOURCE]", CLI_FILE },
	{ 0, "kernel-repo", "FOLDER", take_kernel_repo,
	  "commits are of this kernel tree, each of which is built", CLI_FILE },
	{ 0, "test", "TEST", take_test, "a test by its name", CLI_TEST },
	{ 's', "scenario", "SCENARIO", test_take_scenario,
	  "or a scenario, as `test` takes it [steady]", CLI_SCENARIO },
	{ 't', "topology", "TOPOLOGY", test_take_topology,
	  "its machine [1n2l2c1t]", CLI_TOPOLOGY },
	{ 'd', "duration", "SECONDS", test_take_seconds,
	  "how long it holds [2]", CLI_TEXT },
	{ 'k', "kernel", "K", test_take_kernel,
	  "a kernel that is built [one that is built for it]", CLI_FILE },
	{ 0, "confidence", "P", take_confidence,
	  "how sure it has to be, 0.5 to 0.9999 [0.95]", CLI_TEXT },
	{ 0, "flaky", "P", take_flaky,
	  "the chance that the test fails on a bad commit, 1 for each time\n"
	  "[found by runs]", CLI_TEXT },
	{ 0, "restart", NULL, take_restart,
	  "drop what is left of one that was interrupted", CLI_TEXT },
	ATTR_OPTION,
};

static int check_test(const struct bisect_args *args, char *err)
{
	const struct test_args *test = &args->test;

	if (test->n_scenarios > 1 || test->n_topologies > 1 ||
	    test->n_kernels > 1)
		return cli_bad(err, "bisect has one test: one scenario, one machine, one kernel");
	if (test->n_files)
		return cli_bad(err, "-s %.1000s: bisect takes scenarios by name",
			       test->files[0].path);
	if (args->name && (test->n_scenarios || test->n_topologies))
		return cli_bad(err, "--test %.100s: has a scenario and a machine: neither -s nor -t goes with it",
			       args->name);
	return 0;
}

static int check_commits(const struct bisect_args *args, char *err)
{
	if (!args->good || !args->bad)
		return cli_bad(err, "bisect needs --good COMMIT and --bad COMMIT");
	if (args->kernel_repo && (args->repo || args->test.n_kernels))
		return cli_bad(err, "--kernel-repo: commits are of the kernel: neither --repo nor -k goes with it");
	if (!args->kernel_repo && !args->operand)
		return cli_bad(err, "bisect needs the source of a scheduler, X.bpf.c, or --kernel-repo");
	return 0;
}

int bisect_args_parse(int argc, char **argv, struct bisect_args *args,
		      char *err)
{
	int ret;

	*args = (struct bisect_args){ .confidence = CONFIDENCE };
	ret = cli_parse(&bisect_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (argc - ret > 1)
		return cli_bad(err, "%.100s: bisect takes one scheduler",
			       argv[ret + 1]);
	args->operand = argc > ret ? argv[ret] : NULL;
	return check_commits(args, err) ?: check_test(args, err);
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct bisect_args args;
	int ret = bisect_args_parse(argc, argv, &args, err);

	if (!ret && args.test.n_kernels)
		cli_ask_kernels(asked, args.test.kernels, 1);
	test_args_free(&args.test);
	return ret;
}

static void more(FILE *to)
{
	fputs("\nExit status: 0 it was found, 1 it was not, 4 the test could not be judged.\n",
	      to);
}

const struct cli_spec bisect_spec = {
	.options = bisect_options,
	.n_options = ARRAY_SIZE(bisect_options),
	.check = check,
	.about = "Finds the first bad of the commits between two, of a scheduler or of the kernel,\n"
		 "by a test that need not fail each time: each step runs the commit of whose run\n"
		 "most is learned, until one is as likely as --confidence asks. SOURCE is X.bpf.c in\n"
		 "its repository; with --kernel-repo a scheduler as `test` takes it [eevdf].\n"
		 "One that is interrupted goes on where it was. Documentation/ab.rst.\n",
	.more = more,
	.operand = CLI_FILE,
};
