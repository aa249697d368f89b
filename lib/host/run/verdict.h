/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what a run has said to pass or fail. Pure logic.
 */
#ifndef KTSTR_RUN_VERDICT_H
#define KTSTR_RUN_VERDICT_H

#include <stdbool.h>

#include "lib/host/run/outcome.h"
#include "lib/host/run/run.h"

/* Kselftest's exit codes, named here as the harness's header is not for us. */
enum run_code {
	RUN_PASS = 0,
	RUN_FAIL = 1,
	RUN_XFAIL = 2,
	RUN_SKIP = 4,
};

/* How the reason of a result begins that is neither a pass nor a failure. */
#define INFRASTRUCTURE	"infrastructure: "
#define INCONCLUSIVE	"inconclusive: "

/**
 * enum run_doubt - why nothing can be said of what was tested
 * @RUN_JUDGED: something can, or nothing was tried
 * @RUN_INFRASTRUCTURE: neither the scheduler nor the kernel has failed, we or this
 *	machine have
 * @RUN_INCONCLUSIVE: the test came to its end, but a limit that was not kept may
 *	be the doing of a host that took too much time
 */
enum run_doubt {
	RUN_JUDGED,
	RUN_INFRASTRUCTURE,
	RUN_INCONCLUSIVE,
};

/**
 * enum run_want - what a failure is for want of
 * @RUN_WANTS_NOTHING: of nothing: something was seen
 * @RUN_WANTS_RECORD: of a record that the guest should have sent
 * @RUN_WANTS_TEXT: of words of the scheduler or of sched_ext
 */
enum run_want {
	RUN_WANTS_NOTHING,
	RUN_WANTS_RECORD,
	RUN_WANTS_TEXT,
};

/**
 * struct run_verdict - the result line
 * @code: RUN_PASS, RUN_FAIL, RUN_SKIP
 * @doubt: unless it was judged, @code is RUN_SKIP, and @reason begins with
 *	run_doubt_mark()
 * @wants: what was missed, where that is the failure
 * @reason: one sentence; "" for a plain pass
 */
struct run_verdict {
	enum run_code code;
	enum run_doubt doubt;
	enum run_want wants;
	char reason[512];
};

/**
 * run_doubt_mark() - how the reason of such a result begins
 * @doubt: which
 *
 * Return: "" where it was judged.
 */
const char *run_doubt_mark(enum run_doubt doubt);

/**
 * run_doubt_of() - the same the other way round
 * @reason: of a result
 *
 * Return: what it begins with.
 */
enum run_doubt run_doubt_of(const char *reason);

/**
 * run_judge() - decide
 * @config: the run: its subject, and what is expected of it
 * @out: what it has said
 * @verdict: filled in
 *
 * Without a result from the guest there is no pass; whatever is not known to
 * be good, nor known to be our own trouble, is a failure that names the last
 * stage reached. Where words of the guest were lost, and one of them could have
 * made it another verdict, it is our own trouble. Where the guest could not hold
 * a limit against what it saw, for what the host took, there is no pass.
 */
void run_judge(const struct run_config *config, const struct run_outcome *out,
	       struct run_verdict *verdict);

#endif /* KTSTR_RUN_VERDICT_H */
