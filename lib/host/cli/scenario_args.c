// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `scenario` takes.
 */
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

/* The schema is of no one in particular. */
#define OPTION_SCHEMA	"--scenario-schema"

static int take_rt_app(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct scenario_args *)args)->option = "--scenario-rt-app";
	return 0;
}

static int take_schema(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct scenario_args *)args)->option = OPTION_SCHEMA;
	((struct scenario_args *)args)->what = "-";
	return 0;
}

static const struct cli_option scenario_options[] = {
	{ 0, "rt-app", NULL, take_rt_app,
	  "print it as rt-app reads it; what rt-app cannot say goes to stderr",
	  CLI_TEXT },
	{ 0, "schema", NULL, take_schema,
	  "print what a scenario.json can be instead, as JSON Schema",
	  CLI_TEXT },
};

int scenario_args_parse(int argc, char **argv, struct scenario_args *args,
			char *err)
{
	int ret;

	*args = (struct scenario_args){ .option = "--scenario-json" };
	ret = cli_parse(&scenario_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (argc - ret != !args->what)
		return cli_bad(err, args->what ? "--schema takes no scenario" :
			       "scenario needs the name of one, or a file");
	if (!args->what)
		args->what = argv[ret];
	return 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct scenario_args args;

	(void)asked;
	return scenario_args_parse(argc, argv, &args, err);
}

const struct cli_spec scenario_spec = {
	.options = scenario_options,
	.n_options = ARRAY_SIZE(scenario_options),
	.check = check,
	.about = "Prints a scenario, one that `list --scenarios` names or that of a file, as\n"
		 "scenario.json, for `test -s` to run as it is, or changed. A file may be rt-app's.\n"
		 "What is wrong with it is said, with its line; nothing is run.\n",
	.operand = CLI_SCENARIO,
};
