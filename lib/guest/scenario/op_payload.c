// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops that run programs beside the workers, and what becomes of those that nobody
 * has waited for.
 */
#include "lib/guest/scenario/op_types.h"

#include <errno.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/guest/scenario/payloads.h"

/* ---- does it make sense? ---- */

static int check_where(const struct op *op, const struct payload *p,
		       struct world *world)
{
	const char *name = op->cgroup ?: p->cgroup;

	if (!name)
		return 0;
	if (!world_must_find(world, name))
		return -EINVAL;
	return world_find(world, name)->frozen ?
	       world_wrong(world, "cgroup '%s': it is frozen", name) : 0;
}

static int check_run(const struct op *op, struct world *world)
{
	int i = world_find_payload(world, op->payload);
	const struct payload *p;

	if (i < 0)
		return i;
	p = world->ctx->payloads[i];
	if (world->runs[i])
		return world_wrong(world, "payload '%s': it was started, and not waited for",
				   op->payload);
	world->runs[i] = true;
	world->runs_of[i] = world->step;
	world->runs_in[i] = op->cgroup ?: p->cgroup;
	return check_where(op, p, world);
}

static int check_end(const struct op *op, struct world *world)
{
	int i = world_find_payload(world, op->payload);

	if (i < 0)
		return i;
	if (!world->runs[i])
		return world_wrong(world, "payload '%s': it was not started",
				   op->payload);
	world->runs[i] = false;
	return 0;
}

/* ---- do it ---- */

static struct live_payload *find_live(struct scenario *s, const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->payloads); i++)
		if (s->payloads[i].p && !strcmp(s->payloads[i].p->name, name))
			return &s->payloads[i];
	return NULL;
}

static const struct payload *find_payload(const struct scenario *s,
					  const char *name)
{
	const struct payload *const *p = s->ctx->payloads;

	while (strcmp((*p)->name, name))
		p++;
	return *p;
}

/* As many places as there are payloads, each of which runs once at a time */
static struct live_payload *free_place(struct scenario *s)
{
	struct live_payload *lp = s->payloads;

	while (lp->p)
		lp++;
	return lp;
}

static int apply_run(const struct op *op, struct scenario *s)
{
	const struct payload *p = find_payload(s, op->payload);
	const char *name = op->cgroup ?: p->cgroup;
	struct live_payload *lp = free_place(s);
	int ret;

	lp->step = s->step;
	lp->where = name ? group_find(s, name) : NULL;
	ret = payload_begin(s->ctx, p, name, &lp->run);
	if (!ret)
		lp->p = p;
	return ret;
}

static void finish(struct scenario *s, struct live_payload *lp,
		   enum payload_end how)
{
	payload_finish(s->ctx, lp->run, how);
	memset(lp, 0, sizeof(*lp));
}

static bool still_runs(void *arg)
{
	return !payload_has_ended(arg);
}

/* Its limit is its keeper's; meanwhile the scheduler must live. */
static int apply_wait(const struct op *op, struct scenario *s)
{
	struct live_payload *lp = find_live(s, op->payload);
	int ret = hold_while(s, still_runs, lp->run);

	if (!ret)
		finish(s, lp, PAYLOAD_AWAIT);
	return ret;
}

static int apply_kill(const struct op *op, struct scenario *s)
{
	finish(s, find_live(s, op->payload), PAYLOAD_END);
	return 0;
}

void payloads_end(struct scenario *s,
		  bool (*ends)(const struct live_payload *lp, const void *arg),
		  const void *arg, bool judged)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->payloads); i++) {
		struct live_payload *lp = &s->payloads[i];

		if (lp->p && ends(lp, arg))
			finish(s, lp, judged ? PAYLOAD_END : PAYLOAD_DROP);
	}
}

static bool is_in(const struct live_payload *lp, const void *arg)
{
	return lp->where == arg;
}

void payloads_end_in(struct scenario *s, const struct live_cgroup *g)
{
	payloads_end(s, is_in, g, true);
}

void payloads_moved(struct scenario *s, const struct live_cgroup *from,
		    struct live_cgroup *to)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->payloads); i++)
		if (s->payloads[i].p && s->payloads[i].where == from)
			s->payloads[i].where = to;
}

const struct op_ops op_run_payload = {
	.name = "RunPayload",
	.what = "starts payload, in cgroup or where it says itself, and goes on; at the end of the step it is ended as by KILL_PAYLOAD",
	.takes = OP_PARAM(payload) | OP_PARAM(cgroup),
	.needs = OP_PARAM(payload),
	.harm = "runs a program that is packed for a VM",
	.check = check_run,
	.apply = apply_run,
};

const struct op_ops op_wait_payload = {
	.name = "WaitPayload",
	.what = "waits until payload has ended, and judges it",
	.takes = OP_PARAM(payload),
	.needs = OP_PARAM(payload),
	.check = check_end,
	.apply = apply_wait,
};

const struct op_ops op_kill_payload = {
	.name = "KillPayload",
	.what = "ends payload by SIGTERM, and judges it: all but its exit status",
	.takes = OP_PARAM(payload),
	.needs = OP_PARAM(payload),
	.check = check_end,
	.apply = apply_kill,
};
