// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `repro` takes.
 */
#include <ctype.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

#define MAX_ROUNDS	99

/* As the kernel names them: "f" or "f.isra.0". */
static bool is_function(const char *name, size_t len)
{
	size_t i;

	if (!len || isdigit((unsigned char)*name) || *name == '.')
		return false;
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_' &&
		    name[i] != '.')
			return false;
	return true;
}

static int take_functions(void *args, const char *text, char *err)
{
	const char *name = text;
	size_t len;

	((struct repro_args *)args)->functions = text;
	for (;; name += len + 1) {
		len = strcspn(name, ",");
		if (!is_function(name, len))
			return cli_bad(err, "--functions %.200s: are no names of functions, as in set_next_task,pick_next_task",
				       text);
		if (!name[len])
			return 0;
	}
}

static int take_rounds(void *args, const char *text, char *err)
{
	unsigned int n;

	((struct repro_args *)args)->rounds = text;
	return cli_take_number("--rounds", text, MAX_ROUNDS, &n, err);
}

static int take_dry_run(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct repro_args *)args)->dry_run = true;
	return 0;
}

static const struct cli_option repro_options[] = {
	{ 0, "functions", "A,B,...", take_functions,
	  "probe these, rather than those of the crash's path", CLI_TEXT },
	{ 0, "rounds", "N", take_rounds,
	  "run it so often with probes [until it fails the same way]",
	  CLI_TEXT },
	ATTR_OPTION,
	{ 0, "dry-run", NULL, take_dry_run, "print its whole name", CLI_TEXT },
};

int repro_args_parse(int argc, char **argv, struct repro_args *args, char *err)
{
	int ret;

	*args = (struct repro_args){ };
	ret = cli_parse(&repro_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (ret != argc - 1)
		return cli_bad(err, ret < argc ?
			       "repro takes one test" :
			       "repro needs a test: FIXTURE.[VARIANT.]TEST");
	args->test = argv[ret];
	if (!strchr(args->test, '.'))
		return cli_bad(err, "%.100s: is no test's name: FIXTURE.[VARIANT.]TEST",
			       args->test);
	return 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct repro_args args;
	int ret = repro_args_parse(argc, argv, &args, err);

	if (!ret && args.dry_run)
		asked->needs = CLI_PROGRAMS;
	return ret;
}

const struct cli_spec repro_spec = {
	.options = repro_options,
	.n_options = ARRAY_SIZE(repro_options),
	.check = check,
	.about = "Runs one test, then again with probes on its crash path, and shows the calls.\n"
		 "Also a test that passes, with --functions.\n",
	.operand = CLI_TEST,
};
