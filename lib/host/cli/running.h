/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A run of tests, as `run` and `test` have it: where things go, how many are at
 * work at a time, and the lines that end it.
 */
#ifndef KTSTR_CLI_RUNNING_H
#define KTSTR_CLI_RUNNING_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/host/machine/vms.h"
#include "lib/host/suite/suite.h"

/**
 * struct running_kernel - one of several that tests are run on
 * @name: goes behind the names of tests, "@NAME"
 * @path: a build folder or an image
 * @results: the folder of its sidecars and reports
 * @env: by which programs are told of both
 */
struct running_kernel {
	char *name;
	char *path;
	char *results;
	char *env[3];
};

/**
 * struct running - a run of tests
 * @suite: the tests
 * @own: the folder of our programs
 * @results: that of sidecars and reports
 * @state: that of logs and of what failed: $KTSTR_OUT, else the cache
 * @times: what tests took, "" where there is no cache
 * @failed: which failed
 * @log: all that is said; "" for none
 * @log_lost: why that is not whole, "" when it is
 * @run_id: in each sidecar
 * @host: tests run on this machine itself, without VMs, and one by one; they put
 *	back what they have changed when they are told to end
 * @more: adds programs while it runs, as struct suite_config has it; NULL
 * @more_arg: for @more
 * @kernels: those that tests run on, @n_kernels of them, where there are several
 * @n_kernels: their number, 0 where there is but one
 * @place: where VMs run
 * @jobs: how many run side by side
 * @began_ns: when
 * @began: when, by the wall clock
 * @told_ns: when progress was last told
 */
struct running {
	struct suite suite;
	char own[PATH_MAX];
	char results[PATH_MAX];
	char state[PATH_MAX];
	char times[PATH_MAX + 16];
	char failed[PATH_MAX + 16];
	char log[PATH_MAX + 128];
	char log_lost[64];
	char run_id[64];
	bool host;
	bool (*more)(void *arg);
	void *more_arg;
	struct running_kernel *kernels;
	unsigned int n_kernels;
	enum vms_place place;
	unsigned int jobs;
	uint64_t began_ns;
	time_t began;
	uint64_t told_ns;
};

/**
 * running_locate() - where things are
 * @r: zeroed; release with running_exit()
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0, -errno.
 */
int running_locate(struct running *r, char *err);

/**
 * running_take_kernels() - run on these
 * @r: located
 * @names: as they were given, @n of them; those in $KTSTR_RUN_KERNELS, lines of
 *	paths, go before them: run_ktstr.sh has built them
 * @n: their number
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Nothing is built: one that is not there is an error. Of one alone KTSTR_KERNEL
 * tells the tests, and names are as they are without.
 *
 * Return: 0, -errno.
 */
int running_take_kernels(struct running *r, const char *const *names,
			 unsigned int n, char *err);

void running_free_kernels(struct running *r);

/**
 * running_name_results() - where the results of each kernel go
 * @r: begun
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0, -errno.
 */
int running_name_results(struct running *r, char *err);

/**
 * running_begin() - have all that a run needs
 * @r: located
 * @jobs: how many run side by side, 0 as the machine allows
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Tests learn of it by the environment.
 *
 * Return: 0, -errno.
 */
int running_begin(struct running *r, unsigned int jobs, char *err);

/**
 * running_run() - run the tests, KTAP to stdout
 * @r: begun, with tests
 *
 * Return: as suite_run().
 */
int running_run(struct running *r);

/**
 * running_end() - the lines that end it
 * @r: the run
 * @again: what runs those again that failed, as words of our command line;
 *	NULL to leave the failures to others
 * @name: what was tested, for the closing line; NULL
 *
 * Each test that failed or was not judged with its reason and its report, then
 * the closing line.
 *
 * Return: exit status: 0 all passed, 1 something failed, else 5 something was
 * inconclusive, else 4 something was skipped or not judged.
 */
int running_end(const struct running *r, const char *again, const char *name);

/**
 * running_exit() - release it
 * @r: the run
 */
void running_exit(struct running *r);

#endif /* KTSTR_CLI_RUNNING_H */
