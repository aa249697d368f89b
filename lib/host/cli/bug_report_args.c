// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `bug-report` takes.
 */
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

static int take_output(void *args, const char *text, char *err)
{
	(void)err;
	((struct bug_report_args *)args)->output = text;
	return 0;
}

static int take_keep(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct bug_report_args *)args)->keep = true;
	return 0;
}

static const struct cli_option bug_report_options[] = {
	{ 'o', "output", "FILE", take_output,
	  "what is written [NAME.bug-report.tar.gz, in the current folder]",
	  CLI_FILE },
	{ 0, "keep", NULL, take_keep,
	  "keep names of the host and of users, and paths of homes, and say\n"
	  "which there are", CLI_TEXT },
};

int bug_report_args_parse(int argc, char **argv, struct bug_report_args *args,
			  char *err)
{
	int ret;

	*args = (struct bug_report_args){ };
	ret = cli_parse(&bug_report_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (ret != argc - 1)
		return cli_bad(err, ret < argc ?
			       "bug-report takes one test, or one run" :
			       "bug-report needs a test, or a run that `stats list` has");
	args->what = argv[ret];
	if (!*args->what || *args->what == '.' || strchr(args->what, '/'))
		return cli_bad(err, "%.100s: is the name of no test and of no run",
			       args->what);
	if (args->output && !*args->output)
		return cli_bad(err, "-o: is no name of a file");
	return 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct bug_report_args args;

	(void)asked;
	return bug_report_args_parse(argc, argv, &args, err);
}

const struct cli_spec bug_report_spec = {
	.options = bug_report_options,
	.n_options = ARRAY_SIZE(bug_report_options),
	.check = check,
	.about = "Packs what a test, or all tests of a run, have left into one file: reports with\n"
		 "their dumps, sidecars, and a trace for ui.perfetto.dev. The names of this host\n"
		 "and of who uses it, and the paths of homes, are replaced.\n",
	.operand = CLI_TEST,
};
