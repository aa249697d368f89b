// SPDX-License-Identifier: GPL-2.0-only
/*
 * What run_ktstr.sh asks before anything is built: is this command line right,
 * and what does it need? Compiled by itself, with no library but libc.
 *
 *	ktstr-door COMMAND [ARGUMENT...]
 *
 * Answers are lines on stdout: "needs nothing|programs|vms" first, and what
 * the subcommand has to add (the last "needs" holds); what is wrong is one
 * sentence on stderr, with status 1. What has been said in full, as after --help,
 * is stdout, with status 4.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/cli/args.h"
#include "lib/host/cli/command.h"

#define STATUS_SAID	4

static const char * const needs[] = {
	[CLI_NOTHING] = "nothing",
	[CLI_PROGRAMS] = "programs",
	[CLI_VMS] = "vms",
};

static int check(const struct cli_command *command, int argc, char **argv,
		 FILE *answers, char *err)
{
	if (command->spec->check)
		return command->spec->check(argc, argv, answers, err);
	return no_args_parse(argc, argv, err);
}

/* What is wrong has no answers, and help neither. */
static int answer(const struct cli_command *command, int argc, char **argv,
		  char *err)
{
	char *text = NULL;
	FILE *answers;
	size_t size;
	int ret;

	answers = open_memstream(&text, &size);
	if (!answers)
		return cli_bad(err, "no memory");
	fprintf(answers, "needs %s\n", needs[command->needs]);
	ret = check(command, argc, argv, answers, err);
	fclose(answers);
	if (!ret)
		fputs(text, stdout);
	else if (ret == CLI_SAID)
		fputs(strchr(text, '\n') + 1, stdout);
	free(text);
	return ret;
}

int main(int argc, char **argv)
{
	const struct cli_command *command;
	char err[CLI_ERR_SIZE];
	int ret = -EINVAL;

	command = cli_find(argc < 2 ? "" : argv[1], err);
	if (command)
		ret = attr_check_settings(command, err) ?:
		      answer(command, argc - 1, argv + 1, err);
	if (ret == CLI_HELP) {
		cli_help(stdout, "./run_ktstr.sh", command);
		return STATUS_SAID;
	}
	if (ret == CLI_SAID)
		return fflush(stdout) ? 1 : STATUS_SAID;
	if (ret)
		fprintf(stderr, "ktstr: %s\n", err);
	return ret || fflush(stdout) ? 1 : 0;
}
