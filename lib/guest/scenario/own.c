// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the harness itself takes of the guest's CPU time while a step holds. Looked
 * at when that begins and ends, by clocks that the kernel keeps anyway. See run.h.
 */
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/guest/scenario/run.h"

#define INIT_PID	1

static uint64_t cpu_ns(clockid_t clock)
{
	struct timespec ts;

	if (clock_gettime(clock, &ts))
		return 0;
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static uint64_t process_ns(pid_t pid)
{
	clockid_t clock;

	return clock_getcpuclockid(pid, &clock) ? 0 : cpu_ns(clock);
}

/* Init, which relays; who waits for the body; ktstr-probe, where there is one. */
static uint64_t others_ns(void)
{
	const char *probe = getenv(ENV_PROBE_PID);
	uint64_t ns;

	/* Without an init of ours they are somebody else's. */
	if (!getenv(ENV_GUEST))
		return 0;
	ns = process_ns(INIT_PID);
	if (getppid() != INIT_PID)
		ns += process_ns(getppid());
	return ns + (probe ? process_ns(atoi(probe)) : 0);
}

/* Its workers are processes of their own. */
static uint64_t all_ns(const struct scenario *s)
{
	return cpu_ns(CLOCK_PROCESS_CPUTIME_ID) + others_ns() -
	       s->own.ops_ns;
}

void own_begin(struct scenario *s)
{
	s->own.begin_cpu_ns = all_ns(s);
	wire_steal_begin(&s->own.since, s->ctx->steal);
}

void own_end(struct scenario *s)
{
	uint64_t held_ns = clock_now_ns() - s->own.since.begin_ns;

	s->ctx->cpus_ns += held_ns * CPU_COUNT(&s->machine.online);
	s->ctx->stolen_ns += stolen_since(&s->own.since);
	s->ctx->own_ns += all_ns(s) - s->own.begin_cpu_ns;
}

void own_op_begin(struct scenario *s)
{
	s->own.op_since_ns = cpu_ns(CLOCK_THREAD_CPUTIME_ID);
}

void own_op_end(struct scenario *s)
{
	if (s->own.op_since_ns)
		s->own.ops_ns += cpu_ns(CLOCK_THREAD_CPUTIME_ID) -
				 s->own.op_since_ns;
	s->own.op_since_ns = 0;
}

double own_pct(const struct ktstr_ctx *ctx)
{
	return ctx->cpus_ns ? 100.0 * ctx->own_ns / ctx->cpus_ns : NAN;
}
