// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `shell` takes.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/shell.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/command.h"

/* An attribute by a shorter name. */
static int take_attr(const char *name, const char *text, char *err)
{
	char item[PATH_MAX + 64];

	if (snprintf(item, sizeof(item), "%s=%s", name, text) >=
	    (int)sizeof(item))
		return cli_bad(err, "--%s: is too long", name);
	return attr_take(NULL, item, err);
}

static int take_topology(void *args, const char *text, char *err)
{
	(void)args;
	return take_attr("topology", text, err);
}

static int take_scheduler(void *args, const char *text, char *err)
{
	(void)args;
	return take_attr("scheduler", text, err);
}

static int take_memory(void *args, const char *text, char *err)
{
	(void)args;
	return take_attr("memory_mb", text, err);
}

static int take_kernel(void *args, const char *text, char *err)
{
	if (!*text)
		return cli_bad(err, "--kernel: names none");
	((struct shell_args *)args)->kernel = text;
	return 0;
}

/* A plan has a line for it. */
static int take_exec(void *args, const char *text, char *err)
{
	if (!*text || !cli_fits_a_line(text))
		return cli_bad(err, "--exec: is no command of one line");
	((struct shell_args *)args)->command = text;
	return 0;
}

static int take_file(void *args, const char *text, char *err)
{
	struct shell_args *shell = args;

	if (!*text || !cli_fits_a_line(text))
		return cli_bad(err, "-i: is no name of a file");
	if (shell->n_files == SHELL_MAX_FILES)
		return cli_bad(err, "-i %.1000s: at most %d can be given", text,
			       SHELL_MAX_FILES);
	shell->files[shell->n_files++] = text;
	return 0;
}

static int take_limit(void *args, const char *text, char *err)
{
	struct shell_args *shell = args;

	return cli_take_number("--limit", text, SHELL_LIMIT_MAX_S,
			       &shell->limit_s, err);
}

static const struct cli_option shell_options[] = {
	{ 't', "topology", "TOPOLOGY", take_topology,
	  "the machine's CPUs [1n1l2c1t]", CLI_TOPOLOGY },
	{ 'k', "kernel", "K", take_kernel,
	  "as KTSTR_KERNEL: a build folder, an image, a key of the cache",
	  CLI_FILE },
	{ 0, "scheduler", "S", take_scheduler,
	  "attach this one first [eevdf]", CLI_SCHEDULER },
	{ 0, "memory-mb", "N", take_memory, "its RAM", CLI_TEXT },
	{ 'i', "include", "PATH", take_file,
	  "a program, with its libraries, or a file: it lies in /ktstr/bin, which\n"
	  "is in PATH; up to 8", CLI_FILE },
	{ 0, "exec", "COMMAND", take_exec,
	  "no prompt: run this, print what it prints, leave with its status",
	  CLI_TEXT },
	{ 0, "limit", "SECONDS", take_limit,
	  "what that may take, of the guest's own time [120]", CLI_TEXT },
	ATTR_OPTION,
};

int shell_args_parse(int argc, char **argv, struct shell_args *args, char *err)
{
	int ret;

	*args = (struct shell_args){ };
	ret = cli_parse(&shell_spec, argc, argv, args, err);
	if (ret < 0)
		return ret;
	if (ret != argc)
		return cli_bad(err, "%.1000s: shell takes options only; --exec COMMAND runs one",
			       argv[ret]);
	if (args->limit_s && !args->command)
		return cli_bad(err, "--limit is for --exec: a prompt has a day");
	return 0;
}

static int check(int argc, char **argv, struct cli_asked *asked, char *err)
{
	struct shell_args args;
	int ret = shell_args_parse(argc, argv, &args, err);

	if (!ret && args.kernel)
		cli_ask_kernels(asked, &args.kernel, 1);
	return ret;
}

const struct cli_spec shell_spec = {
	.options = shell_options,
	.n_options = ARRAY_SIZE(shell_options),
	.check = check,
	.about = "Boots a VM and gives a prompt in it, on this terminal; Ctrl-A X ends it. Its shell\n"
		 "is busybox of this machine. Without a KVM that can run a kernel there is no\n"
		 "prompt, but --exec.\n",
};
