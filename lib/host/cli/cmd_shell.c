// SPDX-License-Identifier: GPL-2.0-only
/*
 * `ktstr shell`: a prompt in a VM, or one command. The program of the ready
 * scenarios boots it, as any VM; what is wanted is in its environment.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/shell.h"
#include "lib/common/util/strbuf.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/cli.h"
#include "lib/host/cli/command.h"
#include "lib/host/machine/paths.h"

static int set_files(const struct shell_args *args)
{
	struct strbuf text = STRBUF_INIT;
	char path[PATH_MAX];
	size_t i;
	int ret;

	/* It is looked for where we are, and not where the program will be. */
	for (i = 0; i < args->n_files; i++)
		strbuf_addf(&text, "%s\n", strchr(args->files[i], '/') &&
			    realpath(args->files[i], path) ?
			    path : args->files[i]);
	ret = setenv(SHELL_ENV_FILES, text.text, 1);
	strbuf_free(&text);
	return ret;
}

static int set_environment(const struct shell_args *args)
{
	char limit[16];

	snprintf(limit, sizeof(limit), "%u",
		 args->limit_s ? args->limit_s : SHELL_EXEC_LIMIT_S);
	if (setenv(SHELL_ENV, "1", 1) || setenv(SHELL_ENV_LIMIT, limit, 1) ||
	    set_files(args))
		return -1;
	if (args->kernel && setenv("KTSTR_KERNEL", args->kernel, 1))
		return -1;
	return args->command ? setenv(SHELL_ENV_EXEC, args->command, 1) :
			       unsetenv(SHELL_ENV_EXEC);
}

int shell_main(int argc, char **argv, char *err)
{
	char own[PATH_MAX], program[PATH_MAX + 16];
	struct shell_args args;
	int ret = shell_args_parse(argc, argv, &args, err);

	if (ret)
		return ret;
	if (host_self_dir(own, sizeof(own)))
		return cli_bad(err, "cannot find this program");
	if (set_environment(&args))
		return cli_bad(err, "no memory");
	snprintf(program, sizeof(program), "%s/" SHELL_PROGRAM, own);
	execl(program, program, NULL);
	return cli_bad(err, "%.2000s: %s", program, strerror(errno));
}
