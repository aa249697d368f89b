/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A gauntlet: tests x machines x schedulers x kernels x flavours. What cells there
 * are, what each is called, in which order they cover most, and the matrix of what
 * came of them. It runs nothing, and looks at no machine.
 */
#ifndef KTSTR_GAUNTLET_GAUNTLET_H
#define KTSTR_GAUNTLET_GAUNTLET_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/common/attr/attr.h"
#include "lib/common/attr/needs.h"
#include "lib/common/topology.h"
#include "lib/common/util/strbuf.h"

/**
 * enum gauntlet_axis - what a cell has one of each
 */
enum gauntlet_axis {
	AXIS_TEST,
	AXIS_PRESET,
	AXIS_SCHEDULER,
	AXIS_KERNEL,
	AXIS_FLAVOUR,
	AXIS_COUNT
};

/**
 * struct gauntlet_test - a test, or a ready scenario
 * @program: whose it is
 * @test: its name there; of a ready scenario its own
 * @ready: it is a ready scenario
 * @attr: what it asks for
 */
struct gauntlet_test {
	char *program;
	char *test;
	bool ready;
	struct attr_given attr;
};

/**
 * struct gauntlet_preset - a machine
 * @name: of a preset, or its topology
 * @topology: its shape
 */
struct gauntlet_preset {
	const char *name;
	struct topology topology;
};

/**
 * struct gauntlet_scheduler - a scheduler
 * @s: as it is declared
 * @path: its program; "" for one without
 * @missing: why it cannot be run at all; "" when it can
 */
struct gauntlet_scheduler {
	const struct scheduler *s;
	char path[PATH_MAX];
	char missing[PATH_MAX + 64];
};

/**
 * struct gauntlet_kernel - a kernel
 * @given: what KTSTR_KERNEL gets
 * @label: for names of cells: kernel_7_3_4
 * @config: its configuration's text; NULL when nobody has it
 */
struct gauntlet_kernel {
	char given[PATH_MAX];
	char label[80];
	char *config;
};

/**
 * struct gauntlet_flavour - a way to boot a kernel
 * @name: of it; "" for the plain one, which is not told in names
 * @kernel_args: words for its command line; NULL for none
 * @kaslr: with it
 * @option: what the kernel has to be built with; NULL for nothing
 * @what: a line about it
 */
struct gauntlet_flavour {
	const char *name;
	const char *kernel_args;
	bool kaslr;
	const char *option;
	const char *what;
};

extern const struct gauntlet_flavour gauntlet_flavours[];
extern const size_t gauntlet_n_flavours;

/**
 * enum gauntlet_state - what became of a cell
 */
enum gauntlet_state {
	CELL_LEFT_OUT,
	CELL_BEGUN,
	CELL_PASS,
	CELL_FAIL,
	CELL_SKIP,
	CELL_NOT_JUDGED,
	CELL_STATES
};

/**
 * struct gauntlet_cell - a cell
 * @at: which of each axis
 * @name: TEST/PRESET/SCHEDULER[/KERNEL][/FLAVOUR]
 * @ms: what it took the last time, or may take
 * @timed: it has been run before
 * @state: what became of it
 * @why: in words; NULL
 * @took_ms: now
 */
struct gauntlet_cell {
	unsigned int at[AXIS_COUNT];
	char *name;
	unsigned int ms;
	bool timed;
	enum gauntlet_state state;
	char *why;
	unsigned int took_ms;
};

/**
 * enum gauntlet_drop - why there is no cell of a combination
 * @DROP_TEST: the test is not for such a machine
 * @DROP_SCHEDULER: the scheduler is not
 * @DROP_HOST: this host cannot hold it
 * @DROP_KERNEL: the kernel is not built for the flavour
 * @DROP_MISSING: the scheduler has no program here
 */
enum gauntlet_drop {
	DROP_TEST,
	DROP_SCHEDULER,
	DROP_HOST,
	DROP_KERNEL,
	DROP_MISSING,
	DROPS
};

/**
 * struct gauntlet_host - what a machine can hold
 * @max_cpus: of a VM
 * @memory_mb: for a VM
 */
struct gauntlet_host {
	unsigned int max_cpus;
	unsigned long memory_mb;
};

/**
 * struct gauntlet - all of it
 * @tests: @n[AXIS_TEST] of them, and so on
 * @presets: machines
 * @schedulers: schedulers
 * @kernels: kernels
 * @flavours: flavours
 * @n: how many of each
 * @host: what this machine can hold
 * @cells: @n_cells of them
 * @order: their indices: which is to be run first
 * @n_cells: how many
 * @dropped: combinations that are no cells, by why
 * @example: one of each, with the reason; NULL
 */
struct gauntlet {
	struct gauntlet_test *tests;
	struct gauntlet_preset *presets;
	struct gauntlet_scheduler *schedulers;
	struct gauntlet_kernel *kernels;
	const struct gauntlet_flavour **flavours;
	unsigned int n[AXIS_COUNT];
	struct gauntlet_host host;
	struct gauntlet_cell *cells;
	unsigned int *order;
	size_t n_cells;
	unsigned int dropped[DROPS];
	char *example[DROPS];
};

/**
 * gauntlet_exit() - release all that is in it
 * @g: the gauntlet, zeroed or filled; may be half of it
 */
void gauntlet_exit(struct gauntlet *g);

/* Each adds one to an axis. Return: 0, -ENOMEM. */
int gauntlet_add_preset(struct gauntlet *g, const char *name,
			const struct topology *topology);
int gauntlet_add_flavour(struct gauntlet *g, const struct gauntlet_flavour *f);
struct gauntlet_scheduler *gauntlet_add_scheduler(struct gauntlet *g,
						  const struct scheduler *s);
struct gauntlet_kernel *gauntlet_add_kernel(struct gauntlet *g,
					    const char *given);

/**
 * gauntlet_add_test() - add a test
 * @g: the gauntlet
 * @program: whose
 * @test: its name there
 * @ready: it is a ready scenario
 * @attr: what it asks for, as KTSTR_ATTR has it
 *
 * Return: 0, -ENOMEM; -EINVAL for attributes that are none.
 */
int gauntlet_add_test(struct gauntlet *g, const char *program,
		      const char *test, bool ready, const char *attr);

/**
 * gauntlet_kernel_label() - what a kernel is called in names of cells
 * @given: as it was named
 * @label: gets it: "kernel_7_3_4" of a version or a key of the cache,
 *	"kernel_path_linux_0a1b2c" of a path
 * @size: bytes at @label
 */
void gauntlet_kernel_label(const char *given, char *label, size_t size);

/**
 * gauntlet_make_cells() - all combinations that make sense here
 * @g: with its axes; gets cells in their order, none ordered yet
 *
 * Return: 0, -ENOMEM.
 */
int gauntlet_make_cells(struct gauntlet *g);

/**
 * gauntlet_keep() - leave out cells by their names
 * @g: with cells
 * @keep: is one wanted?
 * @arg: for @keep
 */
void gauntlet_keep(struct gauntlet *g,
		   bool (*keep)(const char *name, void *arg), void *arg);

/**
 * gauntlet_find() - a cell by its name
 * @g: with cells
 * @name: its name
 *
 * Return: NULL if there is none.
 */
struct gauntlet_cell *gauntlet_find(struct gauntlet *g, const char *name);

/**
 * gauntlet_order() - set @order
 * @g: with cells
 * @covering: those that cover most for what they take come first; else as they
 *	are listed
 *
 * What there is to cover is each value of each axis, each class of machines (by
 * CPUs, caches, threads, nodes), then each pair of values. Once all is covered the
 * cheapest come first.
 *
 * Return: 0, -ENOMEM.
 */
int gauntlet_order(struct gauntlet *g, bool covering);

/**
 * gauntlet_covered() - how much of what there is to cover the cells have that ran
 * @g: ordered
 * @all: gets how much there is
 *
 * Values, classes and pairs count 1 each. Return: how many, 0 without memory.
 */
unsigned int gauntlet_covered(const struct gauntlet *g, unsigned int *all);

/**
 * gauntlet_guess_ms() - what a cell may take that was never run
 * @g: the gauntlet
 * @cell: the cell
 *
 * Return: milliseconds, on ordinary hardware.
 */
unsigned int gauntlet_guess_ms(const struct gauntlet *g,
			       const struct gauntlet_cell *cell);

/* ---- matrix.c ---- */

/**
 * gauntlet_matrix() - the matrix as text, a row for all that is no machine
 * @g: over
 * @to: where; each line is a comment of KTAP
 */
void gauntlet_matrix(const struct gauntlet *g, FILE *to);

/**
 * gauntlet_page() - the same as a page of HTML, without network
 * @g: over
 * @to: where
 */
void gauntlet_page(const struct gauntlet *g, FILE *to);

#endif /* KTSTR_GAUNTLET_GAUNTLET_H */
