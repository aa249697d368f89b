// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `export` takes.
 */
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

static int take_output(void *args, const char *text, char *err)
{
	(void)err;
	((struct export_args *)args)->output = text;
	return 0;
}

static int take_dry_run(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct export_args *)args)->dry_run = true;
	return 0;
}

static const struct cli_option export_options[] = {
	{ 'o', "output", "FILE", take_output,
	  "what is written [TEST.run, in the current folder]", CLI_FILE },
	ATTR_OPTION,
	{ 0, "dry-run", NULL, take_dry_run, "print its whole name", CLI_TEXT },
};

int export_args_parse(int argc, char **argv, struct export_args *args,
		      char *err)
{
	int ret;

	*args = (struct export_args){ };
	ret = cli_parse(&export_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (ret != argc - 1)
		return cli_bad(err, ret < argc ?
			       "export takes one test" :
			       "export needs a test: FIXTURE.[VARIANT.]TEST");
	args->test = argv[ret];
	if (!strchr(args->test, '.'))
		return cli_bad(err, "%.100s: is no test's name: FIXTURE.[VARIANT.]TEST",
			       args->test);
	if (args->output && !*args->output)
		return cli_bad(err, "-o: is no name of a file");
	return 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct export_args args;
	int ret = export_args_parse(argc, argv, &args, err);

	if (!ret && args.dry_run)
		asked->needs = CLI_PROGRAMS;
	return ret;
}

const struct cli_spec export_spec = {
	.options = export_options,
	.n_options = ARRAY_SIZE(export_options),
	.check = check,
	.about = "Writes one test as one file that runs it on another machine: with the kernel,\n"
		 "the programs and the libraries of this one. There it needs KVM, and no more.\n",
	.operand = CLI_TEST,
};
