// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time of a step. See run.h.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "lib/common/util/util.h"
#include "lib/guest/scenario/run.h"

#define SHARES_POLL_MS	50	/* to see for how long the host takes CPUs away */
#define ALIVE_POLL_MS	100
#define HOLDS_POLL_MS	20

double hold_seconds(const struct scenario *s)
{
	return (clock_now_ns() - s->start_ns) / 1e9;
}

void hold_begin(struct scenario *s)
{
	wire_steal_begin(&s->held, s->ctx->steal);
	s->noted_ms = 0;
}

void hold_note(struct scenario *s, unsigned int ms)
{
	if (ms <= s->noted_ms)
		return;
	crew_note_held(s, ms - s->noted_ms);
	s->noted_ms = ms;
}

static bool check_alive(struct scenario *s)
{
	const struct live_cgroup *g;
	char how[64];

	if (!sched_check(s)) {
		check_fail(&s->ctx->result, "scheduler process died unexpectedly during workload (%.1fs into test)",
			   hold_seconds(s));
		return false;
	}
	g = sub_find_dead(s, how, sizeof(how));
	if (g)
		check_fail(&s->ctx->result, "sub-scheduler %s of cgroup '%s' died unexpectedly (%s, %.1fs into test)",
			   g->sub, g->name, how, hold_seconds(s));
	return !g;
}

static bool has_sub(const struct scenario *s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->groups); i++)
		if (s->groups[i].sub)
			return true;
	return false;
}

/* To wake up is what the harness takes most for: only where there is a reason. */
static unsigned int poll_ms(const struct scenario *s)
{
	if (s->in_period)
		return SHARES_POLL_MS;
	return s->ctx->sched_pid || has_sub(s) ? ALIVE_POLL_MS : INT_MAX;
}

/* For how long yet; 0 when it is over */
struct until {
	uint64_t (*left_ms)(const struct scenario *s, const struct until *u);
	uint64_t ns;
	bool (*holds)(void *arg);
	void *arg;
};

static uint64_t left_of_time(const struct scenario *s, const struct until *u)
{
	uint64_t held_ns = wire_steal_held_ns(&s->held);

	return held_ns < u->ns ? (u->ns - held_ns) / NSEC_PER_MSEC + 1 : 0;
}

static uint64_t left_of_others(const struct scenario *s, const struct until *u)
{
	(void)s;
	return u->holds(u->arg) ? HOLDS_POLL_MS : 0;
}

static int watch(struct scenario *s, const struct until *u)
{
	uint64_t left_ms;

	shares_begin(s);
	while ((left_ms = u->left_ms(s, u))) {
		if (!check_alive(s))
			return -ECANCELED;
		poll(NULL, 0, min(left_ms, poll_ms(s) + 0ULL));
		shares_look(s);
	}
	shares_end(s);
	return 0;
}

int hold_until(struct scenario *s, unsigned int ms)
{
	const struct until u = {
		.left_ms = left_of_time, .ns = ms * NSEC_PER_MSEC,
	};
	int ret = watch(s, &u);

	if (!ret)
		hold_note(s, ms);
	return ret;
}

int hold_while(struct scenario *s, bool (*holds)(void *arg), void *arg)
{
	const struct until u = {
		.left_ms = left_of_others, .holds = holds, .arg = arg,
	};
	int ret;

	own_op_end(s);
	ret = watch(s, &u);
	if (!ret)
		hold_note(s, wire_steal_held_ns(&s->held) / NSEC_PER_MSEC);
	return ret;
}

int scenario_pause(struct scenario *s, unsigned int ms)
{
	own_op_end(s);
	return hold_until(s, wire_steal_held_ns(&s->held) / NSEC_PER_MSEC + ms);
}
