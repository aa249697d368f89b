// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of subcommands, as far as it is known without running one. See
 * command.h.
 */
#include "lib/host/cli/command.h"

#include <string.h>

#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"

#define AS_COMMAND(name_, typed_, needs_, spec_, operands_, what_) {	\
	.name = typed_, .needs = needs_, .spec = spec_,			\
	.operands = operands_, .what = what_ },

const struct cli_command cli_commands[] = { CLI_COMMANDS(AS_COMMAND) };

const size_t cli_n_commands = ARRAY_SIZE(cli_commands);

const struct cli_spec no_spec;

int no_args_parse(int argc, char **argv, char *err)
{
	int ret = cli_parse(&no_spec, argc, argv, NULL, err);

	if (ret < 0)
		return ret;
	if (ret < argc)
		return cli_bad(err, "%s takes no arguments", argv[0]);
	return 0;
}

const struct cli_command *cli_find(const char *name, char *err)
{
	struct near near = { .given = name };
	char offered[NEAR_TEXT_SIZE];
	size_t i;

	for (i = 0; i < cli_n_commands; i++) {
		if (!strcmp(cli_commands[i].name, name))
			return &cli_commands[i];
		if (cli_commands[i].what)
			near_offer(&near, cli_commands[i].name);
	}
	cli_bad(err, "%.100s: no such command%s", name,
		near_text(&near, offered));
	return NULL;
}

void cli_help(FILE *to, const char *program, const struct cli_command *command)
{
	const struct cli_spec *spec = command->spec;

	fprintf(to, "Usage: %s %s%s%s\n\n", program, command->name,
		*command->operands ? " " : "", command->operands);
	if (spec->about)
		fprintf(to, "%s\n", spec->about);
	else if (command->what)
		fprintf(to, "%s.\n\n", command->what);
	cli_help_options(to, spec);
	if (spec->more)
		spec->more(to);
}
