/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what a run has said to pass or fail. Pure logic.
 */
#ifndef KTSTR_RUN_VERDICT_H
#define KTSTR_RUN_VERDICT_H

#include <stdbool.h>

#include "lib/check/pins.h"
#include "lib/run/outcome.h"

/* Kselftest's exit codes, named here as the harness's header is not for us. */
enum run_code {
	RUN_PASS = 0,
	RUN_FAIL = 1,
	RUN_XFAIL = 2,
	RUN_SKIP = 4,
};

/**
 * struct run_expect - what the test asks for
 * @scheduler: its name, NULL under EEVDF
 * @expect_err: the scheduler is to die
 * @pins: what its end's text must hold
 * @alarm: the monitor is to complain, with this text; may be NULL
 * @failure: the run is to fail, with this text; may be NULL
 * @exit_kind: sched_ext's reason that its end must show; may be NULL
 */
struct run_expect {
	const char *scheduler;
	bool expect_err;
	struct pins pins;
	const char *exit_kind;
	const char *alarm;
	const char *failure;
};

/**
 * struct run_verdict - the result line
 * @code: RUN_PASS, RUN_FAIL, RUN_SKIP
 * @infrastructure: we failed, not the scheduler
 * @reason: one sentence; "" for a plain pass
 */
struct run_verdict {
	enum run_code code;
	bool infrastructure;
	char reason[512];
};

/**
 * run_judge() - decide
 *
 * Without a result from the guest there is no pass; whatever is not known to
 * be good is a failure that names the last stage reached.
 */
void run_judge(const struct run_expect *expect, const struct run_outcome *out,
	       struct run_verdict *verdict);

#endif /* KTSTR_RUN_VERDICT_H */
