// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asking what a command line means. See asking.h.
 */
#include "lib/host/front/asking.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"
#include "lib/host/front/front.h"

static int check(const struct cli_command *command, int argc, char **argv,
		 struct cli_asked *asked, char *err)
{
	if (command->spec->check)
		return command->spec->check(argc, argv, asked, err);
	return no_args_parse(argc, argv, err);
}

/* Reading them puts them in another order. */
static char **copy(const struct arglist *words)
{
	char **argv = calloc(words->n + 1, sizeof(*argv));

	if (argv)
		memcpy(argv, words->v, words->n * sizeof(*argv));
	return argv;
}

int ask_command(struct front *f, const struct arglist *words,
		const char *tree_schedulers, struct cli_asked *asked)
{
	const struct cli_command *command;
	char err[CLI_ERR_SIZE], **argv;
	int ret = -EINVAL;

	*asked = (struct cli_asked){
		.tree_schedulers = tree_schedulers, .said = stdout,
	};
	argv = words->lost ? NULL : copy(words);
	if (!argv)
		return kenv_wrong(&f->k, "no memory");
	command = cli_find(argv[0], err);
	if (command) {
		asked->needs = command->needs;
		ret = attr_check_settings(command, err) ?:
		      check(command, words->n, argv, asked, err);
	}
	free(argv);
	if (ret == CLI_HELP)
		cli_help(stdout, "./run_ktstr.sh", command);
	if (ret == CLI_HELP || ret == CLI_SAID)
		return fflush(stdout) ? -EIO : ASK_SAID;
	return ret ? kenv_wrong(&f->k, "%s", err) : 0;
}
