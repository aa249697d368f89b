/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running stages: side by side, each in a log and within its limit, by
 *
 *	check_init(&check, &world, &stage_table)
 *	check_add(&check, stage, true)		those that were asked for
 *	landing_choose(&check)			what CI adds
 *	kept_init(&check)			what need not be run again
 *	check_run(&check, &stop)		all of it, and the closing lines
 *
 * What stages find done comes by the environment from lib/host/front, see
 * command_check.c there.
 */
#ifndef KTSTR_STAGES_CHECK_H
#define KTSTR_STAGES_CHECK_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "lib/common/util/strbuf.h"
#include "lib/host/stages/counts.h"
#include "lib/host/stages/stages.h"

#define CHECK_PATH_SIZE	4096

/**
 * enum check_kvm - who runs kernels here
 * @CHECK_KVM_USABLE: /dev/kvm
 * @CHECK_KVM_EMULATED: the emulated host
 * @CHECK_KVM_NONE: nobody
 */
enum check_kvm {
	CHECK_KVM_USABLE,
	CHECK_KVM_EMULATED,
	CHECK_KVM_NONE,
};

/**
 * struct check_world - what there is, whatever is to be run
 * @here: our folder
 * @out: the output folder
 * @cache: the cache
 * @self: the program ktstr, of the suite that is tested
 * @kernel: what tests boot
 * @kvm: who runs kernels
 * @kvm_why: and why not /dev/kvm
 * @began_s: when check was asked for, as check_now_s()
 * @hosts: how many VMs, or emulated hosts, fit side by side
 * @jobs: of make, for all together
 * @jobs_given: somebody has said so
 * @ci: CI=true
 * @again: what is kept is run again
 * @strict: a skip does not pass
 */
struct check_world {
	const char *here;
	const char *out;
	const char *cache;
	const char *self;
	const char *kernel;
	enum check_kvm kvm;
	const char *kvm_why;
	unsigned int began_s;
	unsigned int hosts;
	unsigned int jobs;
	bool jobs_given;
	bool ci;
	bool again;
	bool strict;
};

/**
 * check_world_read() - from the environment
 * @world: filled in
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL.
 */
int check_world_read(struct check_world *world, char *err, size_t err_size);

/**
 * check_now_s() - seconds since the machine booted
 */
unsigned int check_now_s(void);

/**
 * enum check_state - where a stage stands
 * @CHECK_WAITS: for its turn
 * @CHECK_RUNS: it was begun
 * @CHECK_OVER: its line is printed, or it has none
 */
enum check_state {
	CHECK_WAITS,
	CHECK_RUNS,
	CHECK_OVER,
};

/**
 * struct check_stage - one of a run
 * @stage: its row
 * @named: on the command line, by this name: it is not kept
 * @state: where it stands
 * @order_s: what it took the last time, or should: the longest go first. Of the
 *	images, with that of the longest stage which waits for them
 * @began_s: as check_now_s()
 * @keeper: the process that looks after it, see keeper.c
 * @keeper_fd: its pidfd
 * @ended: it was told to end, as its time was up
 */
struct check_stage {
	const struct stage *stage;
	bool named;
	enum check_state state;
	unsigned int order_s;
	unsigned int began_s;
	pid_t keeper;
	int keeper_fd;
	bool ended;
};

/**
 * struct check_inputs - what results follow from
 * @text: "HASH  PATH" lines of all our files, an empty one, and lines that stand
 *	for kernel, tools and machine
 */
struct check_inputs {
	struct strbuf text;
};

/**
 * struct check - one run of `check`
 * @world: what there is
 * @table: all rows
 * @stages: those to be run, @n of them; room for each row
 * @workers: how many run side by side
 * @ci_says: what CI chose, and why; empty where it did not
 * @ci_late: what was not begun for want of time, with a blank before each
 * @inputs: for what is kept
 * @number: of the last result
 * @total: of all that have ended
 * @bad_stages: a blank and the name of each
 * @bad_tests: a line for each
 * @not_judged: a blank and the name of each stage that has such tests
 * @stop: the signal that ends us, or 0
 * @told_s: when progress was last said
 */
struct check {
	const struct check_world *world;
	const struct stage_table *table;
	struct check_stage *stages;
	size_t n;
	unsigned int workers;
	struct strbuf ci_says;
	struct strbuf ci_late;
	struct check_inputs inputs;
	unsigned int number;
	struct stage_counts total;
	struct strbuf bad_stages;
	struct strbuf bad_tests;
	struct strbuf not_judged;
	const volatile sig_atomic_t *stop;
	unsigned int told_s;
};

/**
 * check_init() - before stages are added
 * @check: filled in
 * @world: stays the caller's, as @table
 * @table: all rows
 *
 * Return: 0, -ENOMEM.
 */
int check_init(struct check *check, const struct check_world *world,
	       const struct stage_table *table);
void check_exit(struct check *check);

/**
 * check_add() - have a stage run
 * @check: the run
 * @stage: its row; one that is there already stays once
 * @named: it was asked for by its name
 */
void check_add(struct check *check, const struct stage *stage, bool named);

/**
 * check_run() - run them, print KTAP and the closing lines
 * @check: the run
 * @stop: a signal's handler puts its number there, or 0
 *
 * Return: exit status; -errno; -EINTR when a signal came, all that was started
 * is gone then.
 */
int check_run(struct check *check, const volatile sig_atomic_t *stop);

/* ---- its parts ---- */

/**
 * landing_choose() - what CI adds of tier 2
 * @check: stages are added to it, and @ci_says is filled in
 *
 * Return: 0, -errno.
 */
int landing_choose(struct check *check);

/**
 * landing_has_time() - may it be begun where CI is to be done within an hour?
 * @check: the run
 * @stage: the row
 */
bool landing_has_time(const struct check *check, const struct stage *stage);

/**
 * kept_init() - look at what there is
 * @check: the run
 *
 * Return: 0, -errno.
 */
int kept_init(struct check *check);

/**
 * kept_take() - has it passed with the same inputs?
 * @check: the run; the stage's counts are added, and its line printed
 * @cs: the stage
 *
 * Return: it need not be run.
 */
bool kept_take(struct check *check, const struct check_stage *cs);

/**
 * kept_save() - it has passed
 * @check: the run
 * @stage: the row
 * @counts: of its tests
 * @seconds: what it took
 */
void kept_save(const struct check *check, const struct stage *stage,
	       const struct stage_counts *counts, unsigned int seconds);

/**
 * stage_start() - start a stage, and the process that looks after it
 * @check: the run
 * @cs: gets @keeper and @keeper_fd
 *
 * Its output goes to check_log().
 *
 * Return: 0, -errno.
 */
int stage_start(const struct check *check, struct check_stage *cs);

/**
 * check_log() - where a stage's output goes
 * @check: the run
 * @stage: the row
 * @path: gets the name, CHECK_PATH_SIZE bytes
 */
void check_log(const struct check *check, const struct stage *stage,
	       char *path);

/**
 * check_ended() - count the tests of a stage that has ended, print its line
 * @check: the run
 * @cs: the stage
 * @status: as a shell has it
 */
void check_ended(struct check *check, const struct check_stage *cs,
		 int status);

/**
 * check_close() - the closing lines
 * @check: the run
 *
 * Return: exit status.
 */
int check_close(struct check *check);

/**
 * check_capture() - what a program of ours prints
 * @argv: the program by its path, and its arguments
 * @limit_ms: how long it may take
 * @text: gets it
 *
 * Return: 0; -errno; -ETIME; -EPROTO when it failed.
 */
int check_capture(char *const *argv, unsigned int limit_ms,
		  struct strbuf *text);

#endif /* KTSTR_STAGES_CHECK_H */
