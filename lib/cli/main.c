// SPDX-License-Identifier: GPL-2.0-only
/*
 * ktstr: the subcommands. See cli.h.
 */
#include <stdio.h>
#include <string.h>

#include "lib/cli/cli.h"
#include "lib/util/log.h"
#include "lib/util/util.h"

static int cmd_html(int argc, char **argv)
{
	return cli_convert(argc, argv, html_write);
}

static int cmd_perfetto(int argc, char **argv)
{
	return cli_convert(argc, argv, perfetto_write);
}

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage;
	const char *what;
} commands[] = {
	{ .name = "html", .run = cmd_html,
	  .usage = "-o FILE [--run ID] SIDECAR|FOLDER...",
	  .what = "a page that shows runs: no network, no other file" },
	{ .name = "perfetto", .run = cmd_perfetto,
	  .usage = "-o FILE [--run ID] SIDECAR|FOLDER...",
	  .what = "the same as a trace for ui.perfetto.dev" },
};

static void usage(FILE *to)
{
	size_t i;

	fprintf(to, "Usage: ktstr COMMAND ...\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(to, "  %s %s\n                 %s\n", commands[i].name,
			commands[i].usage, commands[i].what);
	fprintf(to, "\nSidecars are the *.ktstr.json files of a run.\n");
	fprintf(to, "--run takes only those of one run out of a folder.\n");
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		usage(stderr);
		return 1;
	}
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
		usage(stdout);
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	pr_err("%s: no such command; see ktstr --help", argv[1]);
	return 1;
}
