/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * State that the test glue shares between its files.
 *
 * The one place of mutable state in file scope: the harness's macros give no
 * room for a context between main() and the tests.
 */
#ifndef KTSTR_TEST_GLUE_H
#define KTSTR_TEST_GLUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "lib/common/util/compiler.h"
#include "lib/host/machine/kernel.h"
#include "lib/host/run/verdict.h"
#include "lib/test/test.h"

/**
 * struct ktstr_glue - what main() has found out
 * @in_guest: this process runs under ktstr-init
 * @on_host: tests run on this machine itself, without a VM
 * @runs_tests: on the host: tests are run, not just listed
 * @main_pid: the harness's process
 * @body_pid: in the guest: the process that runs the body
 * @kernel: the kernel to boot
 * @missing: why no VM can be booted here, "" when one can
 * @not_judged: results so far that are neither a pass nor a failure, in memory
 *	that the tests' processes share; NULL where no tests are run
 * @doubt: why this test's result is one of them
 * @retried: why this test was run again, "" when it was not
 * @given: what goes before that: KTSTR_ATTR, and --attr
 * @test: the test that this process runs on the host; NULL elsewhere
 * @out: what a test's own text goes to while it runs on the host: it never
 *	waits for its reader; NULL elsewhere
 */
struct ktstr_glue {
	bool in_guest;
	bool on_host;
	bool runs_tests;
	pid_t main_pid;
	pid_t body_pid;
	struct host_kernel kernel;
	char missing[512];
	atomic_uint *not_judged;
	enum run_doubt doubt;
	char retried[128];
	struct attr_given given;
	const struct ktstr_test *test;
	FILE *out;
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
 * @missing: one sentence; one that begins with a run_doubt_mark() is that
 */
void glue_skip(const struct ktstr_test *test, const char *missing);

/**
 * glue_not_judged() - nothing can be said of this test, and that is not its
 *	doing: a skip that is counted apart; fails under KTSTR_STRICT=1
 * @doubt: of which kind
 * @fmt: the cause, one sentence; the run_doubt_mark() is put before it
 */
void __printf(3, 4) glue_not_judged(const struct ktstr_test *test,
				    enum run_doubt doubt, const char *fmt, ...);

/* glue_infrastructure() - the same, of what we or this machine have failed */
#define glue_infrastructure(test, ...)					\
	glue_not_judged(test, RUN_INFRASTRUCTURE, __VA_ARGS__)

/**
 * glue_retried() - this test is run again, and its result line will say so
 * @why: a few words
 */
void glue_retried(const char *why);

struct run_outcome;
struct run_verdict;

/**
 * glue_note_loss() - tell what of a guest's words did not come through
 * @out: the run
 * @verdict: what came of it; what fails, or is not judged, has a report that
 *	tells it. To a pass it did not matter, and it is told all the same.
 */
void glue_note_loss(const struct run_outcome *out,
		    const struct run_verdict *verdict);

/**
 * glue_note_output() - add to a result how much of our own text was dropped
 * @test: the test, whose result is left already
 * @lost: bytes; nothing is said of none
 *
 * Where it is missing nothing could say so: the reader was not there.
 */
void glue_note_output(const struct ktstr_test *test, uint64_t lost);

#define ENV_COLOR	"KTSTR_COLOR"	/* tells the copy on an emulated host */

/**
 * glue_color() - is our output read on a terminal that may have colors?
 *
 * Not when NO_COLOR is set. On an emulated host it is as where it was started.
 */
bool glue_color(void);

/**
 * glue_env_set() - is a variable of the environment set, and not to 0?
 */
bool glue_env_set(const char *name);

/**
 * glue_strict() - KTSTR_STRICT=1: what is missing is a failure
 */
bool glue_strict(void);

/**
 * host_test() - run a test in a VM and leave its result
 */
void host_test(const struct ktstr_test *test);

struct run_config;
struct sidecar_repro;

/**
 * host_repro() - where it is wanted, run the test again with probes
 * @config: the run as it was
 * @out: what came of it
 * @verdict: may become a failure by the test's own hook
 * @came: gets what came of it; stays as it is where nobody wants it
 */
void host_repro(const struct ktstr_attr *attr, const struct run_config *config,
		const struct run_outcome *out, struct run_verdict *verdict,
		struct sidecar_repro *came);

/**
 * guest_begin() - make the body's context
 *
 * Return: true when the body is to run.
 */
bool guest_begin(const struct ktstr_test *test, struct ktstr_ctx **ctx);

#endif /* KTSTR_TEST_GLUE_H */
