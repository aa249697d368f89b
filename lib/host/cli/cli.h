/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The `ktstr` program: looks at runs that are over. A subcommand is a file
 * with one entry point, and a row of the table in main.c.
 */
#ifndef KTSTR_CLI_CLI_H
#define KTSTR_CLI_CLI_H

#include <stddef.h>
#include <stdio.h>

struct json_object;

/**
 * struct runs - sidecars, by the names of their tests
 * @list: the documents, @n of them; checked to be objects of our format
 */
struct runs {
	struct json_object **list;
	size_t n;
};

/**
 * runs_load() - read sidecars
 * @paths: files, or folders whose sidecars are all read; @n_paths of them
 * @run_id: of folders, take only the sidecars of this run; NULL for all
 * @runs: filled in; release with runs_free()
 *
 * Prints what is wrong.
 *
 * Return: 0; -ENOENT when there is none; -errno of a file that cannot be
 * read, -EPROTO of one that is no sidecar.
 */
int runs_load(char *const *paths, size_t n_paths, const char *run_id,
	      struct runs *runs);

/**
 * runs_free() - release what runs_load() has read
 * @runs: the runs
 */
void runs_free(struct runs *runs);

/**
 * struct cli_args - what `html` and `perfetto` take
 * @output: -o FILE
 * @run_id: --run ID, or NULL
 * @paths: the rest, @n_paths of them
 */
struct cli_args {
	const char *output;
	const char *run_id;
	char *const *paths;
	size_t n_paths;
};

/**
 * cli_convert() - read sidecars, write one file
 * @argc: of the subcommand
 * @argv: of the subcommand; argv[0] is its name
 * @write: writes the file's content; 0 or -errno
 *
 * The file appears whole or not at all.
 *
 * Return: exit status.
 */
int cli_convert(int argc, char **argv,
		int (*write)(const struct runs *runs, FILE *to));

/**
 * html_write() - one page that shows runs, with all that it needs inside
 * @runs: the runs
 * @to: the file
 *
 * Return: 0, -errno.
 */
int html_write(const struct runs *runs, FILE *to);

/**
 * perfetto_write() - runs as a trace in Chrome's JSON format
 * @runs: the runs
 * @to: the file
 *
 * Return: 0, -errno.
 */
int perfetto_write(const struct runs *runs, FILE *to);

#endif /* KTSTR_CLI_CLI_H */
