// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `host` takes.
 */
#include <string.h>

#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

#define LIMIT_MOST	1000000U

static const char * const values[] = {
#define AS_WORD(name, source, key) #name,
	STATE_VALUES(AS_WORD)
};

static const char * const group_bys[N_STATE_GROUP_BYS] = {
	[STATE_BY_PCOMM] = "pcomm",
	[STATE_BY_COMM] = "comm",
	[STATE_BY_CGROUP] = "cgroup",
	[STATE_BY_ALL] = "all",
};

static int take_output(void *args, const char *text, char *err)
{
	if (!*text)
		return cli_bad(err, "-o needs a file");
	((struct host_args *)args)->output = text;
	return 0;
}

static int take_json(void *args, const char *text, char *err)
{
	(void)text;
	(void)err;
	((struct host_args *)args)->json = true;
	return 0;
}

static int take_group_by(void *args, const char *text, char *err)
{
	struct host_args *a = args;

	for (a->by = 0; a->by < N_STATE_GROUP_BYS; a->by++)
		if (!strcmp(group_bys[a->by], text))
			break;
	a->is_compare_only = true;
	return a->by < N_STATE_GROUP_BYS ? 0 :
	       cli_bad(err, "--group-by %.100s: is none of pcomm, comm, cgroup, all",
		       text);
}

static int take_sort_by(void *args, const char *text, char *err)
{
	struct near near = { .given = text };
	char offered[NEAR_TEXT_SIZE];
	struct host_args *a = args;
	size_t i;

	a->is_compare_only = true;
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		if (!strcmp(values[i], text)) {
			a->sort = (enum state_value)i;
			return 0;
		}
		near_offer(&near, values[i]);
	}
	return cli_bad(err, "--sort-by %.100s: no such value%s", text,
		       near_text(&near, offered));
}

static int take_limit(void *args, const char *text, char *err)
{
	struct host_args *a = args;

	a->is_compare_only = true;
	return cli_take_number("--limit", text, LIMIT_MOST, &a->limit, err);
}

static const struct cli_option host_options[] = {
	{ 'o', "output", "FILE", take_output,
	  "of capture: what is written [stdout]", CLI_FILE },
	{ 0, "group-by", "WHAT", take_group_by,
	  "of compare: pcomm, the name of the process; comm, the\n"
	  "thread's; cgroup; or all together [pcomm]", CLI_TEXT },
	{ 0, "sort-by", "VALUE", take_sort_by,
	  "of compare: the groups by the change of this one\n"
	  "[run_time_ns]", CLI_TEXT },
	{ 0, "limit", "N", take_limit,
	  "of compare: so many groups [20]", CLI_TEXT },
	{ 0, "json", NULL, take_json,
	  "of compare: print JSON, all groups and values", CLI_TEXT },
};

static int parse_verb(int argc, char **argv, int at, struct host_args *args,
		      char *err)
{
	struct near near = { .given = at < argc ? argv[at] : "" };
	char offered[NEAR_TEXT_SIZE];

	if (at == argc)
		return cli_bad(err, "host needs what to do: capture or compare");
	if (!strcmp(argv[at], "capture")) {
		if (argc - at > 1)
			return cli_bad(err, "host capture: %.100s: is one word too many",
				       argv[at + 1]);
		if (args->is_compare_only || args->json)
			return cli_bad(err, "host capture takes no option but -o FILE");
		return 0;
	}
	near_offer(&near, "capture");
	near_offer(&near, "compare");
	if (strcmp(argv[at], "compare"))
		return cli_bad(err, "host %.100s: is neither capture nor compare%s",
			       argv[at], near_text(&near, offered));
	if (argc - at != 3)
		return cli_bad(err, "host compare needs two files that capture has written");
	if (args->output)
		return cli_bad(err, "host compare takes no -o");
	args->files[0] = argv[at + 1];
	args->files[1] = argv[at + 2];
	return 0;
}

int host_args_parse(int argc, char **argv, struct host_args *args, char *err)
{
	int ret;

	*args = (struct host_args){
		.sort = STATE_run_time_ns, .limit = 20,
	};
	ret = cli_parse(&host_spec, argc, argv, args, err);
	return ret < 0 ? ret : parse_verb(argc, argv, ret, args, err);
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct host_args args;

	(void)asked;
	return host_args_parse(argc, argv, &args, err);
}

const struct cli_spec host_spec = {
	.options = host_options,
	.n_options = ARRAY_SIZE(host_options),
	.check = check,
	.about = "Captures what the threads of this machine have lived through so far, as the\n"
		 "kernel counts it, and compares two of these: what has changed most stands\n"
		 "first. It is as complete as its reader may see: root sees all.\n",
	.operand = CLI_FILE,
};
