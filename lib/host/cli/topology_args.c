// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `topology` takes.
 */
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

static int take_root(void *args, const char *text, char *err)
{
	(void)err;
	((struct topology_args *)args)->root = text;
	return 0;
}

static const struct cli_option topology_options[] = {
	{ 0, "root", "FOLDER", take_root,
	  "capture: of the machine whose sys/devices/system is in there [/]",
	  CLI_FILE },
};

/* What each does takes so many operands, from the first to the last number. */
static const struct {
	const char *name;
	enum topology_action action;
	int least, most;
	const char *takes;
} actions[] = {
	{ "list", TOPOLOGY_LIST, 0, 0, "nothing" },
	{ "show", TOPOLOGY_SHOW, 1, 1, "one topology" },
	{ "capture", TOPOLOGY_CAPTURE, 0, 1, "one file at most" },
};

static int take_action(struct topology_args *args, char **operands, int n,
		       char *err)
{
	size_t i;

	for (i = 0; n && i < ARRAY_SIZE(actions); i++) {
		if (strcmp(operands[0], actions[i].name))
			continue;
		if (n - 1 < actions[i].least || n - 1 > actions[i].most)
			return cli_bad(err, "topology %s takes %s",
				       actions[i].name, actions[i].takes);
		args->action = actions[i].action;
		args->what = n > 1 ? operands[1] : NULL;
		return 0;
	}
	if (!n)
		return cli_bad(err, "topology needs to know what to do: list, show or capture");
	return cli_bad(err, "topology %.100s: is none of list, show and capture",
		       operands[0]);
}

int topology_args_parse(int argc, char **argv, struct topology_args *args,
			char *err)
{
	int ret;

	*args = (struct topology_args){ };
	ret = cli_parse(&topology_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	ret = take_action(args, argv + ret, argc - ret, err);
	if (!ret && args->root && args->action != TOPOLOGY_CAPTURE)
		return cli_bad(err, "--root: is for capture alone");
	return ret;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct topology_args args;

	(void)asked;
	return topology_args_parse(argc, argv, &args, err);
}

const struct cli_spec topology_spec = {
	.options = topology_options,
	.n_options = ARRAY_SIZE(topology_options),
	.check = check,
	.about = "  list            machines that have a name, for `test -t NAME`\n"
		 "  show TOPOLOGY   one of them, a file, or text as 1n2l4c2t:smt=apart: as a file,\n"
		 "                  with the CPUs of each cache\n"
		 "  capture [FILE]  this machine, by its sysfs, for `test -t FILE` to boot\n"
		 "\n"
		 "Documentation/topology.rst says what can be in a file.\n",
	.operand = CLI_TOPOLOGY,
};
