// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `list` takes.
 */
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

static int take_json(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct list_args *)args)->json = true;
	return 0;
}

static int take_plan(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct list_args *)args)->plan = true;
	return 0;
}

/* An option that asks for one of the tables */
static int take_table(struct list_args *args, const char *table)
{
	args->table = table;
	return 0;
}

static int take_scenarios(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	return take_table(args, "scenarios");
}

static int take_work_types(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	return take_table(args, "work-types");
}

static int take_ops(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	return take_table(args, "ops");
}

static int take_payloads(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	return take_table(args, "payloads");
}

static int take_schedulers(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct list_args *)args)->schedulers = true;
	return 0;
}

static int take_schema(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct list_args *)args)->schema = true;
	return 0;
}

static int take_source_of(void *args, const char *text, char *err)
{
	(void)err;
	((struct list_args *)args)->source_of = text;
	((struct list_args *)args)->schedulers = true;
	return 0;
}

static int take_checks(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	return take_table(args, "checks");
}

static int take_topologies(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	return take_table(args, "topologies");
}

static const struct cli_option list_options[] = {
	{ 0, "json", NULL, take_json,
	  "print JSON: program, test, whether it is run on demand only",
	  CLI_TEXT },
	CHOICE_OPTIONS,
	{ 0, "scenarios", NULL, take_scenarios,
	  "print the scenarios that `test` knows instead", CLI_TEXT },
	{ 0, "work-types", NULL, take_work_types,
	  "print what workers can do: id, name, what it takes and\n"
	  "its defaults", CLI_TEXT },
	{ 0, "ops", NULL, take_ops,
	  "print what a step can do to cgroups, tasks and machine",
	  CLI_TEXT },
	{ 0, "payloads", NULL, take_payloads,
	  "print the programs that can be run beside workers by name",
	  CLI_TEXT },
	{ 0, "checks", NULL, take_checks,
	  "print what is judged: of workers or by the monitor, by which\n"
	  "limit, its default", CLI_TEXT },
	{ 0, "schedulers", NULL, take_schedulers,
	  "print the schedulers that are declared: name, what it is, a line",
	  CLI_TEXT },
	{ 0, "schema", NULL, take_schema,
	  "with --schedulers: what can be said of one, as JSON Schema",
	  CLI_TEXT },
	DECLARED_OPTION,
	{ 0, "topologies", NULL, take_topologies,
	  "print the machines that `test -t` knows by name", CLI_TEXT },
	{ 0, "plan", NULL, take_plan, NULL, CLI_TEXT },
	{ 0, "source-of", "NAME", take_source_of, NULL, CLI_TEXT },
};

int list_args_parse(int argc, char **argv, struct list_args *args, char *err)
{
	int ret;

	*args = (struct list_args){ };
	ret = choice_init(&args->choice, argc, err);
	if (ret)
		return ret;
	ret = cli_parse(&list_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	args->choice.globs = argv + ret;
	args->choice.n_globs = argc - ret;
	if (args->table && args->choice.n_globs)
		return cli_bad(err, "%.100s: --%s takes no names of tests",
			       argv[ret], args->table);
	if (args->schema && !args->schedulers)
		return cli_bad(err, "--schema goes with --schedulers");
	if (args->schedulers && args->choice.n_globs)
		return cli_bad(err, "%.100s: --schedulers takes no names of tests",
			       argv[ret]);
	return 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct list_args args;
	int ret = list_args_parse(argc, argv, &args, err);

	(void)asked;
	choice_free(&args.choice);
	return ret;
}

const struct cli_spec list_spec = {
	.options = list_options,
	.n_options = ARRAY_SIZE(list_options),
	.check = check,
	.about = "Prints the names of tests, one a line: those that are meant, or all but those\n"
		 "that fail on purpose.\n\n" CHOICE_ABOUT,
	.operand = CLI_TEST,
};
