// SPDX-License-Identifier: GPL-2.0-only
/*
 * ktstr: the subcommands. See command.h.
 */
#include <stdio.h>
#include <string.h>

#include "lib/common/util/process.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"

#define AS_MAIN(name, typed, needs, spec, operands, what) name##_main,

/* In the order of the rows. */
static int (*const mains[])(int argc, char **argv, char *err) = {
	CLI_COMMANDS(AS_MAIN)
};

static void usage(FILE *to)
{
	const struct cli_command *c;

	fprintf(to, "Usage: ktstr COMMAND [ARGUMENT...]\n"
		"       ktstr --version\n\n"
		"Tests process schedulers on a Linux kernel, in virtual machines.\n\n");
	for (c = cli_commands; c < cli_commands + cli_n_commands; c++)
		if (c->what)
			fprintf(to, "  %-12s %s\n", c->name, c->what);
	fprintf(to, "\n`ktstr COMMAND --help` says what it takes.\n\n"
		"Exit status: 0 all is well, 1 something is wrong, 4 something is missing, or\n"
		"was skipped, 5 something could not be judged for what the host took.\n");
}

static int run(int argc, char **argv)
{
	const struct cli_command *command;
	char err[CLI_ERR_SIZE] = "";
	int ret = -EINVAL;

	command = cli_find(argv[0], err);
	if (command)
		ret = attr_check_settings(command, err) ?:
		      mains[command - cli_commands](argc, argv, err);
	if (ret == CLI_HELP) {
		cli_help(stdout, "ktstr", command);
		return fflush(stdout) ? 1 : 0;
	}
	if (ret < 0)
		fprintf(stderr, "ktstr: %s\n", err);
	return ret < 0 ? 1 : ret;
}

int main(int argc, char **argv)
{
	process_begin();
	if (argc < 2) {
		usage(stderr);
		return 1;
	}
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
		usage(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		cli_version(stdout);
		return 0;
	}
	return run(argc - 1, argv + 1);
}
