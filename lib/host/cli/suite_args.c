// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `suite` takes, which scripts use.
 */

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"

#define LIMIT_S		1800
#define NUMBER_MAX	1000000

static int take_jobs(void *args, const char *text, char *err)
{
	return cli_take_number("-j", text, RUN_MAX_JOBS,
			       &((struct suite_args *)args)->jobs, err);
}

static int take_limit(void *args, const char *text, char *err)
{
	return cli_take_number("-t", text, NUMBER_MAX,
			       &((struct suite_args *)args)->limit_s, err);
}

static int take_tell(void *args, const char *text, char *err)
{
	return cli_take_number("-s", text, NUMBER_MAX,
			       &((struct suite_args *)args)->tell_fd, err);
}

static int take_log(void *args, const char *text, char *err)
{
	(void)err;
	((struct suite_args *)args)->log = text;
	return 0;
}

static int take_times(void *args, const char *text, char *err)
{
	(void)err;
	((struct suite_args *)args)->times = text;
	return 0;
}

static const struct cli_option suite_options[] = {
	{ 'j', "jobs", "N", take_jobs, "how many run side by side [1]",
	  CLI_TEXT },
	{ 't', "limit", "SECONDS", take_limit, "what a process may take [1800]",
	  CLI_TEXT },
	{ 'l', "log", "FILE", take_log, "all that is said, too", CLI_FILE },
	{ 'T', "times", "FILE", take_times, "what tests took", CLI_FILE },
	{ 's', "tell", "FD", take_tell, "progress and totals", CLI_TEXT },
};

int suite_args_parse(int argc, char **argv, struct suite_args *args, char *err)
{
	int ret;

	*args = (struct suite_args){ .jobs = 1, .limit_s = LIMIT_S };
	ret = cli_parse(&suite_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (ret != argc - 1)
		return cli_bad(err, "suite needs the folder of the programs");
	args->folder = argv[ret];
	return 0;
}

const struct cli_spec suite_spec = {
	.options = suite_options,
	.n_options = ARRAY_SIZE(suite_options),
	.about = "Runs tests side by side; which is read from stdin, \"PROGRAM TEST\" a line.\n",
	.operand = CLI_FILE,
};
