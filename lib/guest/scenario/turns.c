// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two schedulers that take turns. See turns.h.
 */
#include "lib/guest/scenario/turns.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/guest/scenario/metrics.h"
#include "lib/guest/scenario/run.h"

/**
 * struct turn_mark - where a turn begins or ends
 * @now_ns: when
 * @tally: what all workers had done by then
 */
struct turn_mark {
	uint64_t now_ns;
	struct work_tally tally;
};

/* splitmix64: numbers that follow each other come out unlike. */
bool turns_b_first(unsigned int seed, unsigned int pair)
{
	uint64_t x = ((uint64_t)seed << 32 | pair) + 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return (x ^ x >> 31) & 1;
}

/* ---- who is attached ---- */

/* NULL for EEVDF, which has no program */
static const struct scheduler *side(const struct ktstr_ctx *ctx, bool b)
{
	const struct scheduler *s = b ? &ctx->versus : ctx->scheduler;

	return s && s->binary ? s : NULL;
}

/* A and B may have one name, and even one program. */
static int attach(struct scenario *s, bool b)
{
	struct ktstr_ctx *ctx = s->ctx;
	const struct scheduler *to = side(ctx, b);
	char why[512];

	if (!sched_switch(ctx, to, why, sizeof(why)))
		return 0;
	check_fail(&ctx->result, "%c, %s, cannot be attached: %.300s", "AB"[b],
		   to ? to->name : "eevdf", why);
	return -ECANCELED;
}

/* ---- what is measured ---- */

static void mark(struct scenario *s, struct turn_mark *m)
{
	size_t i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < ARRAY_SIZE(s->crews); i++)
		if (s->crews[i].name)
			work_tally_add(&s->crews[i].set, &m->tally);
	m->now_ns = clock_now_ns();
}

static void count_wakes(struct scenario *s, unsigned int turn)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->crews); i++)
		if (s->crews[i].name)
			work_turn(&s->crews[i].set, turn);
}

static unsigned int n_workers(const struct scenario *s)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->crews); i++)
		n += s->crews[i].name ? s->crews[i].n_workers : 0;
	return n;
}

static void put_wakes(struct scenario *s, unsigned int turn, double own_s,
		      struct turn_quantities *q)
{
	const struct wakes **of = calloc(n_workers(s) + 1, sizeof(*of));
	struct wakes_summary sum;
	unsigned int n = 0;
	size_t i;

	for (i = 0; of && i < ARRAY_SIZE(s->crews); i++)
		if (s->crews[i].name)
			n += work_turn_wakes(&s->crews[i].set, turn, of + n);
	if (n && !wakes_summarize(of, n, &sum) && sum.n) {
		q->wakes_per_s = sum.n / own_s;
		q->wake_ns_p50 = sum.p50;
		q->wake_ns_p99 = sum.p99;
	}
	free(of);
}

static double rate(uint64_t to, uint64_t from, double own_s)
{
	return to > from ? (to - from) / own_s : NAN;
}

/* What went on from @from to @to, in seconds of one CPU that were the guest's */
static void measure(const struct scenario *s, const struct turn_mark *from,
		    const struct turn_mark *to, double own_s,
		    struct turn_quantities *q)
{
	const struct work_tally *a = &from->tally, *b = &to->tally;
	unsigned int cpus = CPU_COUNT(&s->machine.online);

	q->work_per_s = rate(b->work_units, a->work_units, own_s);
	q->iterations_per_s = rate(b->iterations, a->iterations, own_s);
	q->migrations_per_s = (b->migrations - a->migrations) / own_s;
	/* The kernel does not know what the host took: it is in here. */
	q->cpu_pct = 100.0 * (b->cpu_ns - a->cpu_ns) /
		     (to->now_ns - from->now_ns) / cpus;
	if (b->runs > a->runs)
		q->wait_us = (double)(b->delay_ns - a->delay_ns) /
			     (b->runs - a->runs) / NSEC_PER_USEC;
}

static void tell(struct scenario *s, unsigned int turn, bool b,
		 const struct turn_mark *from, const struct turn_mark *to,
		 uint64_t stolen_ns)
{
	unsigned int cpus = max(CPU_COUNT(&s->machine.online), 1);
	double wall_ns = to->now_ns - from->now_ns;
	double stolen = min(stolen_ns / (wall_ns * cpus), 1.0);
	double own_s = max(wall_ns * (1 - stolen), 1.0) / NSEC_PER_SEC;
	struct turn_quantities q;

	quantities_forget(PER_TURN, &q);
	q.side = b;
	q.pair = turn / 2;
	q.held_ms = wall_ns / NSEC_PER_MSEC;
	q.steal_pct = 100 * stolen;
	measure(s, from, to, own_s, &q);
	put_wakes(s, turn + 1, own_s, &q);
	if (s->ctx->wire_fd >= 0)
		metrics_send_turn(s->ctx->wire_fd, turn, &q);
}

/* ---- turns ---- */

static int take_turn(struct scenario *s, unsigned int turn, bool b,
		     bool attached)
{
	struct wire_steal_wait wait;
	struct turn_mark from, to;
	uint64_t stolen_ns;
	int ret;

	ret = attached ? 0 : attach(s, b);
	if (!ret)
		ret = scenario_pause(s, s->ctx->settle_ms);
	if (ret)
		return ret;
	mark(s, &from);
	wire_steal_begin(&wait, s->ctx->steal);
	count_wakes(s, turn + 1);
	ret = scenario_pause(s, s->ctx->turn_ms);
	count_wakes(s, 0);
	stolen_ns = stolen_since(&wait);
	mark(s, &to);
	if (!ret)
		tell(s, turn, b, &from, &to, stolen_ns);
	return ret;
}

static uint64_t held_ms(const struct scenario *s)
{
	return wire_steal_held_ns(&s->held) / NSEC_PER_MSEC;
}

int turns_hold(struct scenario *s, unsigned int ms)
{
	/* The scheduler of the test is there from the start. */
	bool on = false, is_on = s->ctx->running || !side(s->ctx, false);
	uint64_t began_ms, longest_ms = 0;
	unsigned int turn = 0;
	int ret = 0;

	while (!ret && turn < WIRE_TURNS_MAX && held_ms(s) + longest_ms <= ms) {
		bool b = turns_b_first(s->ctx->turn_seed, turn / 2);

		began_ms = held_ms(s);
		ret = take_turn(s, turn, b, is_on && on == b) ?:
		      take_turn(s, turn + 1, !b, false);
		on = !b;
		is_on = true;
		turn += 2;
		longest_ms = max(longest_ms, held_ms(s) - began_ms);
	}
	if (!ret)
		hold_note(s, held_ms(s));
	return ret;
}
