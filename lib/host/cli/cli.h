/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The `ktstr` program: runs tests side by side, looks at runs that are over. Its
 * subcommands are the rows of command.h.
 */
#ifndef KTSTR_CLI_CLI_H
#define KTSTR_CLI_CLI_H

#include <stdbool.h>
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
 * runs_of_run() - is the first of them of a certain run?
 * @runs: the runs
 * @run_id: of the run
 *
 * Return: it is.
 */
bool runs_of_run(const struct runs *runs, const char *run_id);

/**
 * runs_free() - release what runs_load() has read
 * @runs: the runs
 */
void runs_free(struct runs *runs);

/**
 * cli_write_file() - write a file that appears whole or not at all
 * @path: the file
 * @write: writes its content; 0 or -errno
 * @what: for @write
 *
 * Prints what is wrong.
 *
 * Return: 0, -errno.
 */
int cli_write_file(const char *path, int (*write)(const void *what, FILE *to),
		   const void *what);

/**
 * runs_convert() - read sidecars, write one file
 * @paths: as runs_load()
 * @n_paths: as runs_load()
 * @run_id: as runs_load()
 * @output: the file
 * @write: writes its content; 0 or -errno
 *
 * Prints what is wrong.
 *
 * Return: 0, -errno.
 */
int runs_convert(char *const *paths, size_t n_paths, const char *run_id,
		 const char *output,
		 int (*write)(const struct runs *runs, FILE *to));

/**
 * cli_convert() - a subcommand that reads sidecars and writes one file
 * @argc: of the subcommand
 * @argv: of the subcommand
 * @write: writes the file's content; 0 or -errno
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: as subcommands.
 */
int cli_convert(int argc, char **argv,
		int (*write)(const struct runs *runs, FILE *to), char *err);

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

/**
 * cli_version() - what `ktstr --version` prints
 * @to: where
 */
void cli_version(FILE *to);

#endif /* KTSTR_CLI_CLI_H */
