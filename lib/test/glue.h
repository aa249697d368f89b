/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State that the test glue shares between its files.
 *
 * The one place of mutable state in file scope: the harness's macros give no
 * room for a context between main() and the tests.
 */
#ifndef KTSTR_TEST_GLUE_H
#define KTSTR_TEST_GLUE_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/host/kernel.h"
#include "lib/test/test.h"
#include "lib/util/compiler.h"

/**
 * struct ktstr_glue - what main() has found out
 * @in_guest: this process runs under ktstr-init
 * @runs_tests: on the host: tests are run, not just listed
 * @main_pid: the harness's process
 * @body_pid: in the guest: the process that runs the body
 * @kernel: the kernel to boot
 * @missing: why no VM can be booted here, "" when one can
 */
struct ktstr_glue {
	bool in_guest;
	bool runs_tests;
	pid_t main_pid;
	pid_t body_pid;
	struct host_kernel kernel;
	char missing[512];
};

extern struct ktstr_glue ktstr_glue;

/**
 * glue_result() - leave a test's result where the harness finds it
 * @code: KSFT_*
 * @fmt: the reason; may be "" for a plain pass
 */
void __printf(3, 4) glue_result(const struct ktstr_test *test, int code,
				const char *fmt, ...);

/**
 * glue_skip() - skip a test for want of something; fails under KTSTR_STRICT=1
 */
void glue_skip(const struct ktstr_test *test, const char *missing);

#define ENV_COLOR	"KTSTR_COLOR"	/* tells the copy on an emulated host */

/**
 * glue_color() - is our output read on a terminal that may have colors?
 *
 * Not when NO_COLOR is set. On an emulated host it is as where it was started.
 */
bool glue_color(void);

/**
 * glue_strict() - KTSTR_STRICT=1: what is missing is a failure
 */
bool glue_strict(void);

/**
 * host_test() - run a test in a VM and leave its result
 */
void host_test(const struct ktstr_test *test);

struct run_config;
struct run_outcome;
struct run_verdict;

/**
 * host_repro() - where it is wanted, run the test again with probes
 * @config: the run as it was
 * @out: what came of it
 * @verdict: may become a failure by the test's own hook
 */
void host_repro(const struct ktstr_attr *attr, const struct run_config *config,
		const struct run_outcome *out, struct run_verdict *verdict);

/**
 * guest_begin() - make the body's context
 *
 * Return: true when the body is to run.
 */
bool guest_begin(const struct ktstr_test *test, struct ktstr_ctx **ctx);

#endif /* KTSTR_TEST_GLUE_H */
