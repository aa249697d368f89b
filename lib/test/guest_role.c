// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test in the guest: make the context that its body works with, and have it
 * say so when it crashes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/common/wire/wire.h"
#include "lib/guest/scenario/scenario.h"
#include "lib/guest/scenario/turns.h"
#include "lib/host/run/verdict.h"
#include "lib/test/attr.h"
#include "lib/test/glue.h"

/* ASSERT_ ends a body by SIGABRT: that is no crash. */
static const int crash_signals[] = {
	SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP,
};

/* The harness's own word for it does not reach the host as a result. */
static void on_crash(int sig)
{
	struct wire_result result = { .exit_code = RUN_FAIL };

	/* Workers and the like are children, and not the body. */
	if (getpid() == ktstr_glue.body_pid) {
		snprintf(result.reason, sizeof(result.reason),
			 "the body was ended by signal %d (%s) (last stage: %s)",
			 sig, strsignal(sig), wire_stage_name(STAGE_WORKLOAD));
		wire_send(wire_fd(), WIRE_RESULT, &result, sizeof(result));
	}
	/* The handler is reset: this is the end. */
	raise(sig);
}

static void tell_of_crashes(void)
{
	const struct sigaction sa = {
		.sa_handler = on_crash,
		.sa_flags = SA_RESETHAND,
	};
	size_t i;

	ktstr_glue.body_pid = getpid();
	for (i = 0; wire_fd() >= 0 && i < ARRAY_SIZE(crash_signals); i++)
		sigaction(crash_signals[i], &sa, NULL);
}

/* The host may have been told another one than the test has. */
static unsigned int duration_ms(const struct ktstr_attr *attr)
{
	const char *value = getenv(ENV_DURATION_MS);

	return value ? strtoul(value, NULL, 10) :
		       attr->duration_s * MSEC_PER_SEC;
}

/* Of the one that it takes turns with, the arguments are attributes, too. */
static void know_turns(struct ktstr_ctx *ctx, const struct ktstr_attr *attr)
{
	ctx->versus = *attr->versus;
	if (attr->versus_args[0])
		memcpy(ctx->versus.args, attr->versus_args,
		       sizeof(ctx->versus.args));
	if (ctx->versus.binary)
		ctx->staged[0] = &ctx->versus;
	ctx->turn_ms = attr->turn_ms ?: TURN_MS;
	ctx->settle_ms = attr->settle_ms ?: TURN_SETTLE_MS;
	ctx->turn_seed = attr->turn_seed ?: 1;
}

/* Those that ops may name */
static void know_programs(struct ktstr_ctx *ctx,
			  const struct ktstr_merged *merged)
{
	const struct ktstr_attr *attr = &merged->attr;

	ctx->scheduler = attr->scheduler;
	memcpy(ctx->sched_args, merged->sched_args, sizeof(ctx->sched_args));
	ctx->n_sched_args = merged->n_sched_args;
	memcpy(ctx->staged, attr->staged, sizeof(attr->staged));
	if (attr->versus)
		know_turns(ctx, attr);
	memcpy(ctx->payloads, attr->payloads, sizeof(attr->payloads));
	if (ctx->sched_pid && attr->scheduler)
		ctx->running = attr->scheduler->name;
}

bool guest_begin(const struct ktstr_test *test, struct ktstr_ctx **ctx)
{
	struct ktstr_merged merged;
	char err[256];

	if (attr_merge(test, &merged, err, sizeof(err))) {
		glue_result(test, RUN_FAIL, "%s", err);
		return false;
	}
	*ctx = ktstr_ctx_create();
	if (!*ctx) {
		glue_result(test, RUN_FAIL,
			    "cannot set up the test in the guest");
		return false;
	}
	tell_of_crashes();
	(*ctx)->duration_ms = duration_ms(&merged.attr);
	(*ctx)->workers = merged.attr.workers;
	(*ctx)->limits = merged.attr.limits;
	know_programs(*ctx, &merged);
	return true;
}
