/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `gauntlet` is made of: its arguments, its axes as this machine has them, and
 * the run of its cells. The matrix itself is lib/host/gauntlet.
 */
#ifndef KTSTR_CLI_GAUNTLET_H
#define KTSTR_CLI_GAUNTLET_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/host/suite/names.h"

/**
 * struct word_list - what an option was given, each time
 * @words: @n of them; they point to the command line
 */
struct word_list {
	const char **words;
	size_t n;
};

/**
 * word_list_add() - one more
 * @list: zeroed, or with words; its words are released by free()
 * @option: whose, for what is said of one that is none
 * @text: the word
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0, -EINVAL.
 */
int word_list_add(struct word_list *list, const char *option, const char *text,
		  char *err);

/**
 * struct gauntlet_args - of `gauntlet`
 * @choice: tests of programs
 * @scenarios: ready scenarios, patterns
 * @presets: machines, patterns or topologies
 * @schedulers: patterns
 * @kernels: kernels
 * @flavours: patterns
 * @cells: patterns for names of cells
 * @budget_s: how long it may take; 0 for all
 * @seconds: how long a scenario holds; 0 as it says
 * @jobs: how many run side by side; 0 as the machine allows
 * @max_cpus: machines of at most so many; 0 as the machine allows
 * @html: the matrix as a page is written there; NULL
 * @rerun: only what failed the last time
 * @dry_run: print the cells
 * @sources: print what has to be built
 */
struct gauntlet_args {
	struct suite_choice choice;	/* first: see choice_args.c */
	struct word_list scenarios;
	struct word_list presets;
	struct word_list schedulers;
	struct word_list kernels;
	struct word_list flavours;
	struct word_list cells;
	unsigned int budget_s;
	unsigned int seconds;
	unsigned int jobs;
	unsigned int max_cpus;
	const char *html;
	bool rerun;
	bool dry_run;
	bool sources;
};

/**
 * gauntlet_args_parse() - read the arguments of `gauntlet`
 *
 * As run_args_parse(); what is in @args is released by gauntlet_args_free(),
 * whatever came of it.
 */
int gauntlet_args_parse(int argc, char **argv, struct gauntlet_args *args,
			char *err);
void gauntlet_args_free(struct gauntlet_args *args);

struct declared_all;
struct gauntlet;
struct running;

/**
 * gauntlet_fill() - the axes, as asked for and as this machine has them
 * @g: zeroed; release with gauntlet_exit()
 * @args: what was asked for
 * @all: schedulers that are declared
 * @own: the folder of our programs
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0, -errno.
 */
int gauntlet_fill(struct gauntlet *g, const struct gauntlet_args *args,
		  const struct declared_all *all, const char *own, char *err);

/**
 * gauntlet_fill_schedulers() - of these only the schedulers
 *
 * As gauntlet_fill().
 */
int gauntlet_fill_schedulers(struct gauntlet *g, const struct word_list *names,
			     const struct declared_all *all, char *err);

/**
 * gauntlet_fill_presets() - of these only the machines
 *
 * As gauntlet_fill().
 */
int gauntlet_fill_presets(struct gauntlet *g, const struct word_list *names,
			  char *err);

/**
 * gauntlet_fill_kernels() - of these only the kernels
 *
 * As gauntlet_fill().
 */
int gauntlet_fill_kernels(struct gauntlet *g, const struct word_list *names,
			  const char *own, char *err);

/**
 * gauntlet_run_cells() - run cells, in their order, while there is time
 * @g: with ordered cells; gets what became of them
 * @r: begun
 * @budget_s: 0 for no limit
 * @seconds: how long a scenario holds; 0 as it says
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: as suite_run().
 */
int gauntlet_run_cells(struct gauntlet *g, struct running *r,
		       unsigned int budget_s, unsigned int seconds, char *err);

/**
 * gauntlet_cell_dir() - the folder of a cell's sidecar, below that of the run
 * @g: the gauntlet
 * @cell: index of the cell
 * @dir: gets it
 * @size: bytes at @dir
 */
void gauntlet_cell_dir(const struct gauntlet *g, size_t cell, char *dir,
		       size_t size);

/**
 * gauntlet_cell_test() - what the program calls the test of a cell
 * @g: the gauntlet
 * @cell: index of the cell
 * @test: gets it
 * @size: bytes at @test
 */
void gauntlet_cell_test(const struct gauntlet *g, size_t cell, char *test,
			size_t size);

#endif /* KTSTR_CLI_GAUNTLET_H */
