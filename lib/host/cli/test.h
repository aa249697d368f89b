/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `test` is made of: its arguments, the scheduler that they name, and the
 * table of what was seen.
 *
 * The first two are read before anything is built, by lib/host/front: they use libc,
 * topologies and near names, and nothing else.
 */
#ifndef KTSTR_CLI_TEST_H
#define KTSTR_CLI_TEST_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/common/ready.h"
#include "lib/common/topology.h"
#include "lib/host/cli/asked.h"
#include "lib/host/cli/option.h"

#define TEST_MAX_KERNELS	8
#define TEST_MAX_JOBS		64
#define TEST_MAX_SCENARIOS	READY_MAX_SCENARIOS
#define TEST_MAX_FILES		16
#define TEST_NAME_SIZE		64

extern const struct ready_scenario test_scenarios[];
extern const size_t test_n_scenarios;

/**
 * struct test_file - a scenario that was named by a file
 * @path: the file
 * @name: the scenario's, made of that
 */
struct test_file {
	const char *path;
	char name[TEST_NAME_SIZE];
};

/**
 * struct test_args - what was asked for
 * @host: on this machine itself, under the scheduler that runs here: nothing of
 *	VMs and schedulers is given
 * @scheduler: SCHEDULER, as it was written
 * @topologies: machines, @n_topologies of them, at least one
 * @forms: of those that are not even, to be freed
 * @scenarios: names of the table, or of @files, @n_scenarios of them, at least one
 * @files: those of them that are in files, @n_files of them
 * @seconds: how long each holds, 0 for what its row says
 * @jobs: how many VMs, or emulated hosts, run side by side; 0 as the machine
 *	allows
 * @kernels: --kernel, @n_kernels of them
 * @program: --program: what was built of @scheduler; NULL
 * @args: the scheduler's arguments, @n_args of them
 */
struct test_args {
	bool host;
	const char *scheduler;
	struct topology topologies[READY_MAX_TOPOLOGIES];
	struct topology_form *forms[READY_MAX_TOPOLOGIES];
	unsigned int n_topologies;
	const char *scenarios[TEST_MAX_SCENARIOS];
	unsigned int n_scenarios;
	struct test_file files[TEST_MAX_FILES];
	unsigned int n_files;
	unsigned int seconds;
	unsigned int jobs;
	const char *kernels[TEST_MAX_KERNELS];
	unsigned int n_kernels;
	const char *program;
	char *const *args;
	unsigned int n_args;
};

/**
 * test_args_parse() - read the arguments of `test`
 * @argc: of the subcommand
 * @argv: of the subcommand, argv[0] is its name; is permuted
 * @args: filled in; points into @argv
 * @err: CLI_ERR_SIZE bytes; gets one sentence that names what is wrong
 *
 * Return: 0; CLI_HELP when help is asked for; -EINVAL.
 */
int test_args_parse(int argc, char **argv, struct test_args *args, char *err);

/* What takes options of theirs, for others whose arguments begin with these. */
int test_take_topology(void *to, const char *text, char *err);
int test_take_scenario(void *to, const char *text, char *err);
int test_take_kernel(void *to, const char *text, char *err);
int test_take_seconds(void *to, const char *text, char *err);

/**
 * test_args_free() - free what was made of them
 * @args: of test_args_parse(), whatever it returned
 */
void test_args_free(struct test_args *args);

/**
 * struct sched_found - a scheduler
 * @kind: what it is
 * @path: of the program or the source, absolute; else the name
 */
struct sched_found {
	enum sched_kind kind;
	char path[PATH_MAX];
};

/**
 * sched_find() - find the scheduler that was named
 * @given: eevdf; a program; X.bpf.c; X where X.bpf.c is; a folder with one
 *	scheduler in it; or the name of one in @dirs
 * @dirs: folders of programs and sources, ended by NULL; none to take a name
 *	as it is
 * @found: filled in
 * @err: CLI_ERR_SIZE bytes; gets one sentence, with names that are near
 *
 * Return: 0, -EINVAL.
 */
int sched_find(const char *given, const char *const *dirs,
	       struct sched_found *found, char *err);

struct running;

/**
 * test_take_files() - have scenarios of files looked at, and put beside results
 * @r: begun
 * @args: which
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0, -EINVAL.
 */
int test_take_files(const struct running *r, const struct test_args *args,
		    char *err);

/**
 * struct test_row - a line of the table
 * @test: full name
 * @scenario: its scenario
 * @topology: its machine; that of this one is not known, and all 0
 */
struct test_row {
	char test[192];
	const char *scenario;
	struct topology topology;
};

/**
 * struct test_totals - what came of all rows
 */
struct test_totals {
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
	unsigned int not_judged;
};

/**
 * test_table() - print what the sidecars of a run say, a line a test
 * @to: where; each line is a comment of KTAP
 * @dir: of the sidecars
 * @run_id: of this run: others are none
 * @rows: @n of them
 * @totals: filled in
 *
 * Behind the table, each test that did not pass with its reason, and where its
 * report is.
 */
void test_table(FILE *to, const char *dir, const char *run_id,
		const struct test_row *rows, size_t n,
		struct test_totals *totals);

#endif /* KTSTR_CLI_TEST_H */
