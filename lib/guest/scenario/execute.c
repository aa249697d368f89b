// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine: look at all of a scenario, set up, run its steps, judge, put back,
 * clear away.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/guest/scenario/op_types.h"
#include "lib/guest/scenario/steps.h"
#include "lib/guest/scenario/turns.h"

/* The host keeps so many marks, and others beside them. */
#define OPS_TOLD_MAX	2048

/* The edges of struct wire_step */
enum edge {
	EDGE_SCENARIO_START,
	EDGE_STEP_START,
	EDGE_STEP_END,
	EDGE_SCENARIO_END,
};

/* ---- what the host is told ---- */

static void send_step(struct scenario *s, enum edge edge)
{
	struct wire_step step = { .edge = edge, .index = max(s->step, 0) };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->groups); i++)
		step.cgroups += s->groups[i].name ? 1 : 0;
	crew_count(s, &step);
	if (s->ctx->wire_fd >= 0)
		wire_send(s->ctx->wire_fd, WIRE_STEP, &step, sizeof(step));
}

static void send_op(struct scenario *s, const struct op *op, uint64_t took_ns)
{
	char text[200];
	size_t len;

	if (s->ctx->wire_fd < 0 || s->ops_told == OPS_TOLD_MAX)
		return;
	s->ops_told++;
	op_describe(op, text, sizeof(text));
	len = strlen(text);
	snprintf(text + len, sizeof(text) - len, " (%llu ms)",
		 took_ns / NSEC_PER_MSEC);
	wire_send(s->ctx->wire_fd, WIRE_OP, text, strlen(text));
}

static void send_details(struct scenario *s)
{
	const struct ktstr_ctx *ctx = s->ctx;

	for (; ctx->wire_fd >= 0 && s->details_told < ctx->result.n_details;
	     s->details_told++)
		wire_send(ctx->wire_fd, WIRE_DETAIL,
			  &ctx->result.details[s->details_told],
			  sizeof(ctx->result.details[0]));
}

static void send_doubt(const struct ktstr_ctx *ctx)
{
	if (ctx->wire_fd >= 0 && ctx->result.host_took[0])
		wire_send(ctx->wire_fd, WIRE_DOUBT, ctx->result.host_took,
			  strlen(ctx->result.host_took));
}

/* ---- cgroups ---- */

static bool is_of_step(const struct crew *c, const void *arg)
{
	return c->step == *(const int *)arg;
}

static bool is_payload_of_step(const struct live_payload *lp, const void *arg)
{
	return lp->step == *(const int *)arg;
}

/* Who is frozen does not hear that it is to stop. */
static void thaw(struct scenario *s)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->groups); i++)
		if (s->groups[i].name && s->groups[i].step == s->step &&
		    s->groups[i].frozen)
			group_freeze(s, &s->groups[i], false);
}

/* What came after a death is not the scheduler's doing: it is not judged. */
static void clear_away(struct scenario *s, bool judged)
{
	size_t i;
	int ret;

	thaw(s);
	payloads_end(s, is_payload_of_step, &s->step, judged);
	crew_end(s, is_of_step, &s->step, judged);
	send_details(s);
	for (i = ARRAY_SIZE(s->groups); i-- > 0;) {
		struct live_cgroup *g = &s->groups[i];
		const char *name = g->name;

		if (!name || g->step != s->step)
			continue;
		ret = group_remove(s, g);
		if (ret && judged)
			check_fail(&s->ctx->result, "cgroup '%s': cannot be removed: %s",
				   name, strerror(-ret));
	}
	send_details(s);
}

/* ---- ops ---- */

static int op_failed(struct scenario *s, const struct op *op, int ret)
{
	char text[200];

	if (ret == -ECANCELED)
		return ret;
	op_describe(op, text, sizeof(text));
	check_fail(&s->ctx->result, "step %d: %s: %.250s", s->step, text,
		   s->why[0] ? s->why : strerror(-ret));
	return -ECANCELED;
}

static int await_scheduler(struct scenario *s)
{
	if (!sched_await(s))
		return 0;
	check_fail(&s->ctx->result, "the scheduler did not start again after a CPU came or went (%.1fs into test)",
		   hold_seconds(s));
	return -ECANCELED;
}

/* An op comes when the one before it has done what it does to a scheduler. */
static int apply(struct scenario *s, const struct op *op)
{
	uint64_t begin_ns;
	int ret = await_scheduler(s);

	if (ret)
		return ret;
	begin_ns = clock_now_ns();
	own_op_begin(s);
	ret = op_types[op->id]->apply(op, s);
	own_op_end(s);
	if (ret)
		return op_failed(s, op, ret);
	send_op(s, op, clock_now_ns() - begin_ns);
	return 0;
}

static int apply_all(struct scenario *s, const struct step *step)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < step->n_ops && !ret; i++)
		ret = apply(s, &step->ops[i]);
	return ret;
}

/* The last time counts from now on: what ops take is not in it. */
static int hold_after_ops(struct scenario *s, const struct step *step,
			  unsigned int ms)
{
	int ret;

	hold_begin(s);
	ret = apply_all(s, step);
	if (ret)
		return ret;
	hold_note(s, wire_steal_held_ns(&s->held) / NSEC_PER_MSEC);
	hold_begin(s);
	return s->ctx->turn_ms ? turns_hold(s, ms) : hold_until(s, ms);
}

/* Rounds whose time has passed while others took longer are left out. */
static int hold_in_loop(struct scenario *s, const struct step *step,
			unsigned int ms)
{
	unsigned int every_ms = step->hold.every_ms, next_ms = 0;
	int ret = 0;

	hold_begin(s);
	while (next_ms < ms && !ret) {
		ret = apply_all(s, step);
		next_ms = wire_steal_held_ns(&s->held) / NSEC_PER_MSEC;
		next_ms = min((next_ms / every_ms + 1) * every_ms, ms);
		if (!ret)
			ret = hold_until(s, next_ms);
	}
	return ret;
}

/* What ops have changed is not left to whoever comes next. */
static int undo_all(struct scenario *s)
{
	int ret, first = 0;
	size_t i;

	for (i = 0; i < OP_COUNT; i++) {
		ret = op_types[i]->undo ? op_types[i]->undo(s) : 0;
		if (!ret)
			continue;
		check_fail(&s->ctx->result, "%s: what it has changed cannot be put back: %s",
			   op_types[i]->name, strerror(-ret));
		first = first ?: -ECANCELED;
	}
	return first;
}

/* ---- steps ---- */

static int check_alive_after(struct scenario *s)
{
	if (s->alone || sched_check(s))
		return 0;
	check_fail(&s->ctx->result, "scheduler process died unexpectedly after completing step %d of %zu (%.1fs into test)",
		   s->step, s->n_steps, hold_seconds(s));
	return -ECANCELED;
}

static int run_step(struct scenario *s, const struct step *step,
		    unsigned int ms)
{
	int ret = scenario_set_up(s, step->defs, step->n_defs);

	if (!ret) {
		if (s->alone)
			s->start_ns = clock_now_ns();
		send_step(s, s->alone ? EDGE_SCENARIO_START : EDGE_STEP_START);
		own_begin(s);
		ret = step->hold.every_ms ? hold_in_loop(s, step, ms) :
					    hold_after_ops(s, step, ms);
		own_end(s);
		send_step(s, s->alone ? EDGE_SCENARIO_END : EDGE_STEP_END);
	}
	if (ret)
		send_details(s);
	clear_away(s, !ret);
	return ret ?: check_alive_after(s);
}

static int run_steps(struct scenario *s, const struct backdrop *backdrop,
		     const struct step *steps)
{
	size_t i;
	int ret = 0;

	if (backdrop)
		ret = scenario_set_up(s, backdrop->defs, backdrop->n_defs);
	if (ret)
		return ret;
	s->start_ns = clock_now_ns();
	if (!s->alone)
		send_step(s, EDGE_SCENARIO_START);
	for (i = 0; i < s->n_steps && !ret; i++) {
		s->step = i;
		ret = run_step(s, &steps[i], steps_hold_ms(s->ctx, steps, i));
	}
	s->step = STEP_BACKDROP;
	if (!s->alone)
		send_step(s, EDGE_SCENARIO_END);
	return ret;
}

static void run(struct scenario *s, const struct backdrop *backdrop,
		const struct step *steps)
{
	int ret = run_steps(s, backdrop, steps);

	if (ret)
		send_details(s);
	ret = undo_all(s) ?: ret;
	if (!ret)
		ret = await_scheduler(s);
	clear_away(s, !ret);
	send_doubt(s->ctx);
}

/* Is it to run? */
static bool check_all(struct scenario *s, const struct backdrop *backdrop,
		      const struct step *steps)
{
	struct check_result *res = &s->ctx->result;
	struct world world = { .ctx = s->ctx, .machine = s->machine };
	int ret = steps_check(&world, backdrop, steps, s->n_steps);
	/* Who has no steps is not told of one. */
	const char *err = world.err + (s->alone && strstarts(world.err, "step 0: ") ?
				       strlen("step 0: ") : 0);

	/* By now it knows what the cpusets had to know. */
	s->machine = world.machine;
	if (!ret && s->ctx->turn_ms && !s->alone) {
		ret = -EINVAL;
		err = "turns need a load that goes on, and this scenario has steps";
	}
	if (ret == -ENODEV) {
		res->skipped = true;
		snprintf(res->skip_reason, sizeof(res->skip_reason), "%.255s",
			 err);
	} else if (ret) {
		check_fail(res, "%s", err);
	}
	return !ret;
}

static void execute(struct ktstr_ctx *ctx, const struct backdrop *backdrop,
		    const struct step *steps, size_t n, bool alone)
{
	struct scenario *s = calloc(1, sizeof(*s));

	if (s)
		s->channels = work_channels_create();
	if (!s || !s->channels) {
		check_fail(&ctx->result, "no memory for the scenario");
		free(s);
		return;
	}
	s->ctx = ctx;
	s->alone = alone;
	s->step = STEP_BACKDROP;
	s->n_steps = n;
	machine_cpus_online(&s->machine);
	if (check_all(s, backdrop, steps))
		run(s, backdrop, steps);
	send_details(s);
	work_channels_destroy(s->channels);
	free(s);
}

struct check_result *execute_steps(struct ktstr_ctx *ctx,
				   const struct backdrop *backdrop,
				   const struct step *steps, size_t n)
{
	memset(&ctx->result, 0, sizeof(ctx->result));
	execute(ctx, backdrop, steps, n, false);
	return &ctx->result;
}

struct check_result *execute_defs(struct ktstr_ctx *ctx,
				  const struct cgroup_def *defs, size_t n)
{
	const struct step step = { .defs = defs, .n_defs = n };

	memset(&ctx->result, 0, sizeof(ctx->result));
	if (n && n <= SCENARIO_MAX_CGROUPS)
		execute(ctx, NULL, &step, 1, true);
	else
		check_fail(&ctx->result, "%zu cgroups: 1 to %d can be", n,
			   SCENARIO_MAX_CGROUPS);
	return &ctx->result;
}

struct check_result *execute_scenario(struct ktstr_ctx *ctx,
				      const struct scenario_def *def)
{
	const struct backdrop backdrop = { def->defs, def->n_defs };

	return def->n_steps ?
	       execute_steps(ctx, &backdrop, def->steps, def->n_steps) :
	       execute_defs(ctx, def->defs, def->n_defs);
}
