/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a command line needs done before it can be run: lib/host/front sees to it,
 * before anything is fetched or built.
 */
#ifndef KTSTR_CLI_ASKED_H
#define KTSTR_CLI_ASKED_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#define ASKED_MAX_KERNELS	16

/**
 * enum cli_needs - what is seen to before a command is run
 * @CLI_NOTHING: none of our business, or only scripts use it
 * @CLI_PROGRAMS: the programs of the suite, whatever kernel they are for
 * @CLI_VMS: programs, a kernel and a host that runs it
 */
enum cli_needs {
	CLI_NOTHING,
	CLI_PROGRAMS,
	CLI_VMS,
};

/**
 * enum sched_kind - what a scheduler is given as
 * @SCHED_NONE: eevdf
 * @SCHED_PROGRAM: a program that attaches one
 * @SCHED_SOURCE: X.bpf.c, which has X.c beside it
 * @SCHED_NAME: a name, of what nobody has looked up yet
 * @SCHED_DECLARED: a name that may be declared in a file, which is read once there
 *	are programs
 */
enum sched_kind {
	SCHED_NONE,
	SCHED_PROGRAM,
	SCHED_SOURCE,
	SCHED_NAME,
	SCHED_DECLARED,
};

/**
 * struct cli_asked - the answers
 * @tree_schedulers: schedulers are looked up there as well; NULL for nowhere. The
 *	only one that is given
 * @said: what is printed instead of running it goes there
 * @needs: that of its row, unless it says otherwise
 * @sources: it may name declared schedulers, whose sources are to be built
 * @kernels: those that it names, words of its own; @n_kernels of them
 * @n_kernels: their number
 * @sched: what the scheduler of `test` is
 * @sched_path: its absolute path, or its name
 */
struct cli_asked {
	const char *tree_schedulers;
	FILE *said;
	enum cli_needs needs;
	bool sources;
	const char *kernels[ASKED_MAX_KERNELS];
	unsigned int n_kernels;
	enum sched_kind sched;
	char sched_path[PATH_MAX];
};

/**
 * cli_ask_kernels() - it names kernels
 * @asked: gets them
 * @kernels: @n of them
 * @n: at most ASKED_MAX_KERNELS
 */
static inline void cli_ask_kernels(struct cli_asked *asked,
				   const char *const *kernels, unsigned int n)
{
	asked->n_kernels = 0;
	while (asked->n_kernels < n && asked->n_kernels < ASKED_MAX_KERNELS) {
		asked->kernels[asked->n_kernels] = kernels[asked->n_kernels];
		asked->n_kernels++;
	}
}

#endif /* KTSTR_CLI_ASKED_H */
