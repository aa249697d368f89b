// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `check` takes: names of stages.
 */
#include <string.h>

#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"
#include "lib/host/stages/stages.h"

static int take_list(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct check_args *)args)->list = true;
	return 0;
}

static int take_table(void *args, const char *text, char *err)
{
	(void)err;
	((struct check_args *)args)->table = text;
	return 0;
}

static int take_count(void *args, const char *text, char *err)
{
	(void)err;
	((struct check_args *)args)->count = text;
	return 0;
}

static const struct cli_option check_options[] = {
	{ 'l', "list", NULL, take_list,
	  "print the stages, what they cover and what they took here the\n"
	  "last time", CLI_TEXT },
	{ 0, "table", "FILE", take_table, NULL, CLI_FILE },
	{ 0, "count", "FILE", take_count, NULL, CLI_FILE },
};

static int no_stage(const char *name, char *err)
{
	struct near near = { .given = name };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	for (i = 0; i < stage_table.n; i++)
		near_offer(&near, stage_table.rows[i].name);
	return cli_bad(err, "%.100s: no such stage; check -l lists them%s",
		       name, near_text(&near, offered));
}

static int take_names(struct check_args *args, char *err)
{
	size_t i;

	for (i = 0; i < args->n; i++) {
		if (!strcmp(args->names[i], "all"))
			args->all = true;
		else if (!args->table &&
			 !stage_find(&stage_table, args->names[i]))
			return no_stage(args->names[i], err);
	}
	return 0;
}

int check_args_parse(int argc, char **argv, struct check_args *args, char *err)
{
	int ret;

	*args = (struct check_args){ };
	ret = cli_parse(&check_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	args->names = argv + ret;
	args->n = argc - ret;
	if (args->list && args->n)
		return cli_bad(err, "check -l takes nothing more");
	return take_names(args, err);
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct check_args args;
	int ret = check_args_parse(argc, argv, &args, err);

	if (ret || !args.list)
		return ret;
	stage_list(&stage_table, asked->said);
	return CLI_SAID;
}

const struct cli_spec check_spec = {
	.options = check_options,
	.n_options = ARRAY_SIZE(check_options),
	.check = check,
	.about = "Runs the tests of ktstr itself: those of each commit, or some stages of them;\n"
		 "`all` adds what takes long and seldom breaks. What has passed here with the same\n"
		 "files, kernel and tools is not run again, unless it is named or\n"
		 "KTSTR_CHECK_AGAIN=1. Ends with \"N passed, N failed, N skipped\"; what is skipped\n"
		 "does not count unless KTSTR_STRICT=1.\n",
	.operand = CLI_STAGE,
};
