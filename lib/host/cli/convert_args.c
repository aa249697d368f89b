// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `html` and `perfetto` take.
 */
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

static int take_output(void *args, const char *text, char *err)
{
	(void)err;
	((struct convert_args *)args)->output = text;
	return 0;
}

static int take_run(void *args, const char *text, char *err)
{
	(void)err;
	((struct convert_args *)args)->run_id = text;
	return 0;
}

static const struct cli_option convert_options[] = {
	{ 'o', "output", "FILE", take_output, "what is written", CLI_FILE },
	{ 0, "run", "ID", take_run, "of folders, take only what this run left",
	  CLI_TEXT },
};

int convert_args_parse(int argc, char **argv, struct convert_args *args,
		       char *err)
{
	int ret;

	*args = (struct convert_args){ };
	ret = cli_parse(&convert_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	args->paths = argv + ret;
	args->n_paths = (size_t)(argc - ret);
	if (!args->output || !args->n_paths)
		return cli_bad(err, "%s needs -o FILE and sidecars", argv[0]);
	return 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct convert_args args;

	(void)asked;
	return convert_args_parse(argc, argv, &args, err);
}

const struct cli_spec convert_spec = {
	.options = convert_options,
	.n_options = ARRAY_SIZE(convert_options),
	.check = check,
	.about = "Shows runs that are over. Sidecars are the *.ktstr.json files that each test\n"
		 "leaves; of a folder, all that are in it.\n",
	.operand = CLI_FILE,
};
