// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `completion` takes: the name of a shell.
 */
#include <string.h>

#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

int completion_args_parse(int argc, char **argv, const char **shell, char *err)
{
	int ret = cli_parse(&completion_spec, argc, argv, NULL, err);

	if (ret < 0)
		return ret;
	if (ret != argc - 1)
		return cli_bad(err, "completion needs the name of a shell: bash or zsh");
	*shell = argv[ret];
	if (strcmp(*shell, "bash") && strcmp(*shell, "zsh"))
		return cli_bad(err, "completion %.100s: is neither bash nor zsh",
			       *shell);
	return 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	const char *shell;

	(void)asked;
	return completion_args_parse(argc, argv, &shell, err);
}

const struct cli_spec completion_spec = {
	.check = check,
	.about = "Prints what completes command lines of ktstr and run_ktstr.sh in a shell:\n\n"
		 "  source <(ktstr completion bash)\n",
};
