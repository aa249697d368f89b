// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking at the steps of a scenario before it runs. See steps.h.
 */
#include "lib/guest/scenario/steps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/guest/scenario/op_types.h"

/* What follows the prefix of a sentence is the sentence. */
static int in_step(struct world *world, const struct op *op, int ret)
{
	char err[sizeof(world->err)];
	const char *name = op ? op_types[op->id]->name : "";

	memcpy(err, world->err, sizeof(err));
	snprintf(world->err, sizeof(world->err), "step %d: %s%s%.300s",
		 world->step, name, op ? ": " : "", err);
	return ret;
}

/* ---- time ---- */

static unsigned int pauses_ms(const struct step *step)
{
	unsigned int ms = 0;
	size_t i;

	for (i = 0; i < step->n_ops; i++)
		ms += step->ops[i].ms;
	return ms;
}

static bool holds_the_rest(const struct hold *hold)
{
	return !hold->ms && !hold->share;
}

static uint64_t own_ms(const struct ktstr_ctx *ctx, const struct hold *hold)
{
	return hold->ms ?: (uint64_t)(hold->share * ctx->duration_ms + 0.5);
}

/* With the pauses between its ops, which are within the time of a loop. */
static uint64_t step_ms(const struct ktstr_ctx *ctx, const struct step *step)
{
	return own_ms(ctx, &step->hold) +
	       (step->hold.every_ms ? 0 : pauses_ms(step));
}

unsigned int steps_hold_ms(const struct ktstr_ctx *ctx,
			   const struct step *steps, size_t i)
{
	uint64_t before_ms = 0;
	size_t j;

	if (!holds_the_rest(&steps[i].hold))
		return own_ms(ctx, &steps[i].hold);
	for (j = 0; j <= i; j++)
		before_ms += step_ms(ctx, &steps[j]);
	return ctx->duration_ms - min(before_ms, (uint64_t)ctx->duration_ms);
}

static int check_hold(struct world *world, const struct step *step, bool last)
{
	const struct hold *hold = &step->hold;
	unsigned int ms = pauses_ms(step);

	if (hold->ms && hold->share)
		return world_wrong(world, "it is to hold for %u ms as well as for a share",
				   hold->ms);
	if (!(hold->share >= 0 && hold->share <= 1))
		return world_wrong(world, "it is to hold for %g of the time, 0 to 1 can be",
				   hold->share);
	if (holds_the_rest(hold) && !last)
		return world_wrong(world, "it is to hold to the end, and it is not the last");
	if (hold->every_ms && !step->n_ops)
		return world_wrong(world, "a loop without ops");
	if (hold->every_ms && ms >= hold->every_ms)
		return world_wrong(world, "ops that take %u ms each %u ms", ms,
				   hold->every_ms);
	return 0;
}

/* Within the test's duration, after which the host's patience is measured. */
static int check_sum(struct world *world, const struct step *steps, size_t n)
{
	uint64_t sum_ms = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum_ms += step_ms(world->ctx, &steps[i]);
	if (sum_ms > world->ctx->duration_ms)
		return world_wrong(world, "the steps take %llu ms, the test has %u",
				   (unsigned long long)sum_ms,
				   world->ctx->duration_ms);
	if (holds_the_rest(&steps[n - 1].hold) &&
	    sum_ms == world->ctx->duration_ms)
		return world_wrong(world, "the last step is to hold to the end, and nothing is left of %u ms",
				   world->ctx->duration_ms);
	return 0;
}

/* ---- cgroups and ops ---- */

/* What came of a look at one of them: is the rest worth one? */
static int go_on(const struct world *world, int ret)
{
	return ret == -ENODEV && world->anywhere ? 0 : ret;
}

static int check_defs(struct world *world, const struct cgroup_def *defs,
		      size_t n)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = go_on(world, world_add_def(world, &defs[i]));
	return ret;
}

static int check_ops(struct world *world, const struct step *step)
{
	size_t i;
	int ret;

	for (i = 0; i < step->n_ops; i++) {
		const struct op *op = &step->ops[i];

		if ((unsigned int)op->id >= OP_COUNT)
			return in_step(world, NULL,
				       world_wrong(world, "there is no op %u",
						   op->id));
		ret = go_on(world, op_check(op, world));
		if (ret)
			return in_step(world, op, ret);
	}
	return 0;
}

static int check_step(struct world *world, const struct step *step, bool last)
{
	int ret = check_hold(world, step, last);

	if (!ret)
		ret = check_defs(world, step->defs, step->n_defs);
	if (ret)
		return in_step(world, NULL, ret);
	ret = check_ops(world, step);
	/* What can be done once may not be possible again. */
	if (!ret && step->hold.every_ms)
		ret = check_ops(world, step);
	world_end_step(world);
	return ret;
}

int steps_check(struct world *world, const struct backdrop *backdrop,
		const struct step *steps, size_t n)
{
	size_t i;
	int ret = 0;

	if (!n)
		return world_wrong(world, "a scenario without steps");
	world->step = STEP_BACKDROP;
	world->scheduler = world->ctx->running;
	if (backdrop)
		ret = check_defs(world, backdrop->defs, backdrop->n_defs);
	for (i = 0; i < n && !ret; i++) {
		world->step = i;
		ret = check_step(world, &steps[i], i == n - 1);
	}
	return ret ?: check_sum(world, steps, n);
}

/* ---- on no machine in particular ---- */

#define ANY_CPUS	64
#define ANY_LLC_CPUS	16

/* One that has all that scenarios ask for. */
static void know_any_machine(struct machine_cpus *m)
{
	unsigned int cpu;

	for (cpu = 0; cpu < ANY_CPUS; cpu++) {
		CPU_SET(cpu, &m->online);
		m->core[cpu] = cpu / 2 * 2;
		m->llc[cpu] = cpu / ANY_LLC_CPUS;
		m->node[cpu] = m->llc[cpu];
		CPU_SET(m->node[cpu], &m->memory);
	}
	m->n_llcs = ANY_CPUS / ANY_LLC_CPUS;
	m->known = true;
}

static int know_payloads(struct ktstr_ctx *ctx, struct world *world,
			 const struct scenario_def *def)
{
	size_t i;

	if (def->n_payloads > KTSTR_MAX_PAYLOADS)
		return world_wrong(world, "%zu payloads, at most %d can be",
				   def->n_payloads, KTSTR_MAX_PAYLOADS);
	for (i = 0; i < def->n_payloads; i++) {
		const struct payload *p = &def->payloads[i];

		if (payload_check(p, world->err, sizeof(world->err)))
			return -EINVAL;
		if (world_find_payload(world, p->name) >= 0)
			return world_wrong(world, "payload '%s': there are two of that name",
					   p->name);
		ctx->payloads[i] = p;
	}
	return 0;
}

static int check_anywhere(struct world *world, const struct scenario_def *def)
{
	const struct backdrop backdrop = { def->defs, def->n_defs };

	if (!def->n_defs && !def->n_steps)
		return world_wrong(world, "it has neither cgroups nor steps");
	if (def->n_steps)
		return steps_check(world, &backdrop, def->steps, def->n_steps);
	return check_defs(world, def->defs, def->n_defs);
}

int scenario_def_check(const struct scenario_def *def, unsigned int duration_ms,
		       unsigned int workers, char *err, size_t err_size)
{
	struct ktstr_ctx *ctx = calloc(1, sizeof(*ctx));
	struct world *world = calloc(1, sizeof(*world));
	int ret = -ENOMEM;

	if (!ctx || !world)
		goto out_free;
	ctx->duration_ms = duration_ms;
	ctx->workers = workers;
	world->ctx = ctx;
	world->anywhere = true;
	know_any_machine(&world->machine);
	ret = know_payloads(ctx, world, def) ?: check_anywhere(world, def);
	if (ret)
		snprintf(err, err_size, "%s", world->err);
out_free:
	if (ret == -ENOMEM)
		snprintf(err, err_size, "no memory to look at it");
	free(ctx);
	free(world);
	return ret;
}
