/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Payloads in the guest: started, waited for, ended, judged. A scenario has ops for
 * it; a body may do it itself, beside a scenario or without one.
 */
#ifndef KTSTR_SCENARIO_PAYLOADS_H
#define KTSTR_SCENARIO_PAYLOADS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/guest/scenario/scenario.h"

struct payload_run;

/**
 * payload_start() - start a payload, and go on
 * @ctx: the test's context; its result is overwritten
 * @p: one of the test's payloads; its cgroup must be there
 *
 * Return: it, for payload_wait() or payload_kill(); NULL with a failure in
 * @ctx->result.
 */
struct payload_run *payload_start(struct ktstr_ctx *ctx,
				  const struct payload *p);

/**
 * payload_wait() - wait until a payload has ended, and judge it
 * @ctx: the test's context; its result is overwritten, and what was measured is
 *	in its @measured
 * @run: it; NULL leaves the result as it is
 *
 * Return: the verdict, owned by @ctx.
 */
struct check_result *payload_wait(struct ktstr_ctx *ctx,
				  struct payload_run *run);

/**
 * payload_kill() - end a payload by SIGTERM, and judge it
 * @ctx: as for payload_wait()
 * @run: it
 *
 * How it ends is not held against it then, but that it does; one that ignores
 * SIGTERM is ended by SIGKILL, and has failed.
 *
 * Return: the verdict, owned by @ctx.
 */
struct check_result *payload_kill(struct ktstr_ctx *ctx,
				  struct payload_run *run);

/**
 * execute_payload() - run a payload to its end, and judge it
 * @ctx: the test's context; its result is overwritten
 * @p: one of the test's payloads
 *
 * Return: the verdict, owned by @ctx.
 */
struct check_result *execute_payload(struct ktstr_ctx *ctx,
				     const struct payload *p);

/**
 * payload_value() - a metric of the payload that has ended last
 * @ctx: the test's context
 * @metric: its name
 *
 * Return: its value; NAN where it has none.
 */
double payload_value(const struct ktstr_ctx *ctx, const char *metric);

/* ---- for the engine ---- */

/**
 * enum payload_end - how one comes to its end
 * @PAYLOAD_AWAIT: by itself
 * @PAYLOAD_END: by SIGTERM, if it has not ended yet
 * @PAYLOAD_DROP: the same, and nothing is said of it
 */
enum payload_end {
	PAYLOAD_AWAIT,
	PAYLOAD_END,
	PAYLOAD_DROP,
};

/**
 * payload_begin() - start one
 * @ctx: the test's context
 * @p: the payload
 * @cgroup: the cgroup for it, below the test's; NULL for beside all of them
 * @run: gets it
 *
 * Return: 0, -errno. That the program cannot be run is seen later.
 */
int payload_begin(struct ktstr_ctx *ctx, const struct payload *p,
		  const char *cgroup, struct payload_run **run);

/**
 * payload_has_ended() - has it?
 * @run: the payload
 */
bool payload_has_ended(struct payload_run *run);

/**
 * payload_finish() - wait for its end, judge it, and forget it
 * @ctx: its result gets the failures
 * @run: the payload
 * @how: how it comes to its end
 */
void payload_finish(struct ktstr_ctx *ctx, struct payload_run *run,
		    enum payload_end how);

#endif /* KTSTR_SCENARIO_PAYLOADS_H */
