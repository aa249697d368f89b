/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test programs side by side, and one KTAP of all that they say.
 *
 * A list of tests is cut into slices: some tests of one program, in the order
 * of the list. Each is run as a process of its own, some at a time, and what
 * they say comes out in the order of the list, whoever ends first. The result
 * of a test goes by its name, so no process can speak for another's tests.
 *
 * What a slice has said is kept in memory until it is its turn. Nothing here
 * waits for whoever reads our stdout, but for the very last words.
 */
#ifndef KTSTR_SUITE_SUITE_H
#define KTSTR_SUITE_SUITE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "lib/common/util/strbuf.h"

/* Of a test that has never been timed. */
#define SUITE_TEST_MS	12000
/* No slice is shorter, unless nothing more is left: each may boot a host. */
#define SUITE_SLICE_MS	30000
/* More of a slice's talk is dropped, and said to be. */
#define SUITE_TALK_MAX	(32UL << 20)

enum suite_result {
	SUITE_NONE,
	SUITE_PASS,
	SUITE_FAIL,
	SUITE_SKIP,
	SUITE_INFRASTRUCTURE,
	SUITE_INCONCLUSIVE,
	SUITE_NR_RESULTS,
};

/* Neither a pass nor a failure, and nothing that the machine lacks */
static inline bool suite_not_judged(enum suite_result result)
{
	return result == SUITE_INFRASTRUCTURE || result == SUITE_INCONCLUSIVE;
}

/* What KTAP and JUnit know as skipped: all that was not judged, and the rest */
static inline unsigned int suite_skipped(const unsigned int *counts)
{
	return counts[SUITE_SKIP] + counts[SUITE_INFRASTRUCTURE] +
	       counts[SUITE_INCONCLUSIVE];
}

/**
 * struct suite_test - one test of the list
 * @name: FIXTURE.[VARIANT.]TEST
 * @label: what results call it; NULL for @name
 * @last_ms: what it took the last time; 0 when that is not known
 * @ms: what it takes now; 0 until it has a result
 * @result: what came out
 * @why: of one that failed or was not judged, as its result line has it; may be
 *	NULL
 */
struct suite_test {
	char *name;
	char *label;
	char *why;
	unsigned int last_ms;
	unsigned int ms;
	enum suite_result result;
};

/**
 * struct suite_slice - tests that one process runs
 * @next: the slice of the same program that comes behind it
 * @program: whose tests
 * @first: index of its first test
 * @n: how many
 * @pid: the process
 * @fd: where its output comes from; -1 at its end
 * @pidfd: tells its end
 * @began_ns: when it was started
 * @last_ns: when its last result came, or its first test began
 * @ended: it is over, and @out is all of it
 * @timed_out: it was ended for taking too long
 * @retried: its current test was run again
 * @line: what is there of a line that is not whole
 * @out: what is to come out of us, once it is its turn
 * @cause: behind "Bail out!"
 */
struct suite_slice {
	struct suite_slice *next;
	struct suite_program *program;
	unsigned int first;
	unsigned int n;
	pid_t pid;
	int fd;
	int pidfd;
	uint64_t began_ns;
	uint64_t last_ns;
	bool ended;
	bool timed_out;
	bool retried;
	struct strbuf line;
	struct strbuf out;
	char cause[256];
};

/**
 * struct suite_program - tests of one program, in a row
 * @name: of its file
 * @env: what its environment has beside ours: "NAME=VALUE", ended by NULL, the
 *	caller's; NULL for nothing
 * @tests: @n_tests of them, of which the first @n_given are in slices
 * @slices: in the order of the list
 * @last: the last of them
 * @printing: the one that is to come out next
 * @begun: its head has come out
 * @kernel_told: the line that names the kernel has, where @env may name another
 * @status: of the first process that did not end well, as shells have it
 */
struct suite_program {
	char *name;
	char *const *env;
	struct suite_test *tests;
	unsigned int n_tests;
	unsigned int n_given;
	struct suite_slice *slices;
	struct suite_slice *last;
	struct suite_slice *printing;
	bool begun;
	bool kernel_told;
	int status;
};

/**
 * struct suite - the list, and how far it is
 * @programs: @n_programs of them; a program may come more than once
 * @room: how many there may be before they have to be moved
 * @printing: index of the one that comes out at present
 * @limit_s: what a process may take
 * @open: nobody knows yet how many tests there will be: their number comes last
 * @strict: a result that is missing for want of a host is a failure
 * @begun: the head of all has come out
 * @emulated_told: the line that tells of an emulated host has come out
 * @kernel_told: the line that names the kernel has come out
 * @counts: tests by their results
 * @retried: tests that were run more than once
 * @unplanned: failures of programs that were none of their tests'
 */
struct suite {
	struct suite_program *programs;
	unsigned int n_programs;
	unsigned int room;
	unsigned int printing;
	unsigned int limit_s;
	bool open;
	bool strict;
	bool begun;
	bool emulated_told;
	bool kernel_told;
	unsigned int counts[SUITE_NR_RESULTS];
	unsigned int retried;
	unsigned int unplanned;
};

/**
 * suite_read() - read the list of tests
 * @suite: zeroed; release with suite_free()
 * @from: lines "PROGRAM FIXTURE.[VARIANT.]TEST"
 *
 * Return: 0; -EPROTO for a line that is none, which is printed; -ENODATA for
 * an empty list; -ENOMEM.
 */
int suite_read(struct suite *suite, FILE *from);

/**
 * suite_add() - add a test
 * @suite: zeroed, or with tests; release with suite_free()
 * @program: of a file, without a folder
 * @name: FIXTURE.[VARIANT.]TEST
 *
 * Return: 0, -ENOMEM.
 */
int suite_add(struct suite *suite, const char *program, const char *name);

/**
 * suite_reserve() - have room for programs, so that they can be added in a run
 * @suite: zeroed
 * @n: how many there are at most
 *
 * Return: 0, -ENOMEM.
 */
int suite_reserve(struct suite *suite, unsigned int n);

/**
 * suite_add_program() - add a program that has an environment of its own
 * @suite: with room for it
 * @name: of a file, without a folder
 * @env: as struct suite_program has it
 *
 * Return: it, for suite_add_test(); NULL without memory.
 */
struct suite_program *suite_add_program(struct suite *suite, const char *name,
					char *const *env);

/**
 * suite_add_test() - add a test to it
 * @p: the program
 * @name: FIXTURE.[VARIANT.]TEST
 * @label: what results call it; NULL for @name
 *
 * Return: 0, -ENOMEM.
 */
int suite_add_test(struct suite_program *p, const char *name,
		   const char *label);

/**
 * suite_free() - release all that suite_read() and the run have left
 * @suite: the list
 */
void suite_free(struct suite *suite);

/**
 * suite_times_load() - what the tests took when they last ran
 * @suite: the list
 * @path: a file of suite_times_save(); may be missing
 */
void suite_times_load(struct suite *suite, const char *path);

/**
 * suite_times_save() - keep what the tests took
 * @suite: the list
 * @path: the file; of tests that have not run now, what it has stays
 *
 * Return: 0, -errno.
 */
int suite_times_save(const struct suite *suite, const char *path);

/**
 * suite_failed_save() - keep which tests failed, or were not judged
 * @suite: the list
 * @path: the file, lines "PROGRAM TEST"; what it has of tests that have neither
 *	passed nor failed now stays
 *
 * Return: 0, -errno.
 */
int suite_failed_save(const struct suite *suite, const char *path);

/**
 * suite_next() - cut off the next slice
 * @suite: the list
 * @jobs: how many run at a time
 *
 * Off the program with most time left: a share of all that is left, so that
 * they get shorter to the end and nobody waits long for the last one. With one
 * at a time a program is one slice.
 *
 * Return: a slice that belongs to @suite; NULL when none is left, or no memory.
 */
struct suite_slice *suite_next(struct suite *suite, unsigned int jobs);

/**
 * suite_data() - a slice's process has said something
 * @suite: the list
 * @slice: the slice
 * @data: the bytes, @len of them
 * @now_ns: when
 */
void suite_data(struct suite *suite, struct suite_slice *slice,
		const char *data, size_t len, uint64_t now_ns);

/**
 * suite_end() - a slice's process is over
 * @suite: the list
 * @slice: the slice
 * @status: of the process, as shells have it: 128 and the signal's number
 *
 * Tests without a result get one: the first failed, or was not judged where
 * the process has said that the infrastructure failed it; the rest was not run.
 */
void suite_end(struct suite *suite, struct suite_slice *slice, int status);

/**
 * suite_take() - what can come out by now
 * @suite: the list
 * @to: it is added to this
 * @max: stop when that is as long
 *
 * Return: true when all has come out.
 */
bool suite_take(struct suite *suite, struct strbuf *to, size_t max);

/**
 * suite_close() - no more tests will come
 * @suite: the list; where it was open, and all of it has come out, its number of
 *	tests and their totals are due
 * @to: they are added to this
 */
void suite_close(struct suite *suite, struct strbuf *to);

/**
 * struct suite_config - how to run
 * @folder: where the programs are
 * @jobs: processes at a time
 * @log: all that comes out goes here as well; NULL for none
 * @tell: gets what is to be said beside the results, NULL for nobody:
 *	"progress" and how far it is, once a second; "log" and why it is not
 *	whole
 * @tell_arg: for @tell
 * @more: asked when nothing is left to begin: adds programs, each of which one
 *	process runs, and says whether it has; NULL for a list that is whole
 * @more_arg: for @more
 * @stop: set by a signal's handler: all is to end, and to have time to put back
 *	what it has changed; NULL for those that just die
 */
struct suite_config {
	const char *folder;
	unsigned int jobs;
	const char *log;
	void (*tell)(void *arg, const char *what, const char *text);
	void *tell_arg;
	bool (*more)(void *arg);
	void *more_arg;
	const volatile sig_atomic_t *stop;
};

/**
 * suite_run() - run all of it, KTAP to stdout
 * @suite: the list
 * @config: how
 *
 * Context: the main thread; its children die with it.
 *
 * Return: 0 when no test failed, 1 when some did, -errno.
 */
int suite_run(struct suite *suite, const struct suite_config *config);

#endif /* KTSTR_SUITE_SUITE_H */
