/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The glue between kselftest_harness.h and the rest.
 *
 * Test authors include ktstr.h, which includes this.
 */
#ifndef KTSTR_TEST_TEST_H
#define KTSTR_TEST_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/attr/attr.h"
#include "lib/guest/scenario/scenario.h"

/*
 * The harness wants its limit as a constant; a VM's own deadline is worked
 * out from what it runs and always comes before this.
 */
#define KTSTR_TEST_TIMEOUT_S	900

/**
 * struct ktstr_test - one test of one variant, as the macros hand it over
 * @fixture: name of the fixture
 * @variant: name of the variant, "" without one
 * @name: name of the test
 * @reason_size: bytes at @reason
 * @scenario: what its body runs, where that is all; NULL for others
 * @levels: attributes from the outside in; entries may be NULL
 * @exit_code: the harness's verdict, shared with its parent process
 * @reason: the text of the result line
 */
struct ktstr_test {
	const char *fixture;
	const char *variant;
	const char *name;
	const struct ktstr_attr *levels[ATTR_MAX_LEVELS];
	const struct scenario_def *scenario;
	int *exit_code;
	char *reason;
	size_t reason_size;
};

/**
 * struct ktstr_decl - what KTSTR_TEST_F() leaves of a test for main() to look at
 * @fixture: name of the fixture
 * @name: name of the test
 * @fixture_attr: attributes of the fixture
 * @attr: attributes of the test
 */
struct ktstr_decl {
	const char *fixture;
	const char *name;
	const struct ktstr_attr *fixture_attr;
	const struct ktstr_attr *attr;
};

/* What the harness counted. */
struct ktstr_counts {
	unsigned int pass;
	unsigned int fail;
	unsigned int xfail;
	unsigned int skip;
	unsigned int planned;
};

/**
 * ktstr_given() - what KTSTR_ATTR and --attr say, as a level
 *
 * Return: that, NULL for nothing.
 */
const struct ktstr_attr *ktstr_given(void);

/**
 * ktstr_attr_take() - read KTSTR_ATTR, and the options --attr out of the others
 * @argc: of main(), without them behind it
 * @argv: of main(), likewise
 *
 * Return: -1 to go on, else the exit status: one was wrong, or the list of all
 * attributes was asked for.
 */
int ktstr_attr_take(int *argc, char **argv);

/**
 * ktstr_refused() - say so when a test's attributes make no sense
 * @test: a test as it was declared, with its levels
 *
 * Return: true when they do not.
 */
bool ktstr_refused(const struct ktstr_test *test);

/* Of the command line: print what each test asks for, and run none. */
#define KTSTR_OPTION_ATTRIBUTES	"--attributes"

/**
 * ktstr_print_attributes() - print what a test asks for
 * @test: the test
 */
void ktstr_print_attributes(const struct ktstr_test *test);

/**
 * ktstr_test_begin() - decide where the body runs
 * @test: the test
 * @ctx: in the guest, gets what the body needs
 *
 * On the host this boots the VM, waits for its verdict, and leaves it in
 * @test->exit_code and @test->reason.
 *
 * Return: true when the caller is to run the body.
 */
bool ktstr_test_begin(const struct ktstr_test *test, struct ktstr_ctx **ctx);

/**
 * ktstr_test_end() - the body has returned: tell init
 * @test: the test
 * @ctx: what ktstr_test_begin() made
 */
void ktstr_test_end(const struct ktstr_test *test, struct ktstr_ctx *ctx);

/**
 * ktstr_main_begin() - before the harness looks at the arguments
 * @argc: of main()
 * @argv: of main()
 * @n_tests: tells how many tests the options match; they are those of a run
 *
 * On the host: prints help and looks for wrong options, ties this process's life
 * to its parent's, and moves to the emulated host where KVM cannot run a kernel.
 *
 * Return: -1 or KTSTR_MAIN_TALKS to go on, else the exit status.
 */
int ktstr_main_begin(int argc, char **argv,
		     unsigned int (*n_tests)(int argc, char **argv));

/* The harness has something to print, and runs no test. */
#define KTSTR_MAIN_TALKS	(-2)

/**
 * ktstr_main_end() - at exit: turn the harness's status into ours
 * @counts: what the harness has counted
 *
 * All tests skipped is KSFT_SKIP, and so is a test of which nothing could be
 * said (infrastructure) where none failed; no test at all is KSFT_FAIL. Does
 * not return in these cases.
 */
void ktstr_main_end(const struct ktstr_counts *counts);

#endif /* KTSTR_TEST_TEST_H */
