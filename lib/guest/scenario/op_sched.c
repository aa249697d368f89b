// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops that change the scheduler under test. Init starts and ends its process.
 */
#include "lib/guest/scenario/op_types.h"

#include "lib/common/util/util.h"
#include "lib/guest/bpf/map.h"

/* ---- does it make sense? ---- */

static int check_runs(struct world *world)
{
	return world->scheduler ? 0 :
	       world_wrong(world, "no scheduler is attached then");
}

/* The kernel would throw out those below it. */
static int check_alone(struct world *world)
{
	unsigned int i;

	for (i = 0; i < world->n; i++)
		if (world->cgroups[i].sub)
			return world_wrong(world, "cgroup '%s': it has sub-scheduler '%s', which needs the one above it",
					   world->cgroups[i].name,
					   world->cgroups[i].sub);
	return check_runs(world);
}

static int check_attach(const struct op *op, struct world *world)
{
	int ret = world_check_scheduler(world, op->scheduler);

	if (!ret && world->scheduler)
		ret = world_wrong(world, "scheduler '%.64s': '%.64s' is attached then",
				  op->scheduler, world->scheduler);
	if (!ret)
		world->scheduler = op->scheduler;
	return ret;
}

static int check_detach(const struct op *op, struct world *world)
{
	int ret = check_alone(world);

	(void)op;
	world->scheduler = NULL;
	return ret;
}

static int check_restart(const struct op *op, struct world *world)
{
	(void)op;
	return check_alone(world);
}

static int check_replace(const struct op *op, struct world *world)
{
	int ret = check_alone(world) ?:
		  world_check_scheduler(world, op->scheduler);

	if (!ret)
		world->scheduler = op->scheduler;
	return ret;
}

/* ---- do it ---- */

static int switch_to(struct scenario *s, const char *name)
{
	const struct scheduler *to = name ? sched_named(s->ctx, name) : NULL;

	return sched_switch(s->ctx, to, s->why, sizeof(s->why));
}

static int apply_named(const struct op *op, struct scenario *s)
{
	return switch_to(s, op->scheduler);
}

static int apply_detach(const struct op *op, struct scenario *s)
{
	(void)op;
	return switch_to(s, NULL);
}

static int apply_restart(const struct op *op, struct scenario *s)
{
	(void)op;
	return switch_to(s, s->ctx->running);
}

const struct op_ops op_attach_scheduler = {
	.name = "AttachScheduler",
	.what = "starts scheduler where none is attached, and waits until it is",
	.harm = "changes the scheduler that everybody runs under",
	.takes = OP_PARAM(scheduler),
	.needs = OP_PARAM(scheduler),
	.check = check_attach,
	.apply = apply_named,
};

const struct op_ops op_detach_scheduler = {
	.name = "DetachScheduler",
	.what = "ends the scheduler's process as its user would; EEVDF has the tasks from then on",
	.harm = "changes the scheduler that everybody runs under",
	.check = check_detach,
	.apply = apply_detach,
};

const struct op_ops op_restart_scheduler = {
	.name = "RestartScheduler",
	.what = "detaches the scheduler and starts it again, as it was started before",
	.harm = "changes the scheduler that everybody runs under",
	.check = check_restart,
	.apply = apply_restart,
};

const struct op_ops op_replace_scheduler = {
	.name = "ReplaceScheduler",
	.what = "detaches the scheduler, and attaches scheduler",
	.harm = "changes the scheduler that everybody runs under",
	.takes = OP_PARAM(scheduler),
	.needs = OP_PARAM(scheduler),
	.check = check_replace,
	.apply = apply_named,
};

/* ---- its maps ---- */

static int check_write(const struct op *op, struct world *world)
{
	(void)op;
	return check_runs(world);
}

static int apply_write(const struct op *op, struct scenario *s)
{
	const struct bpf_map_write write = {
		.map = op->map, .var = op->var, .key = op->key,
		.value = op->value,
	};

	return guest_map_write(s->ctx->sched_pid, &write, s->why,
			       sizeof(s->why));
}

const struct op_ops op_write_map = {
	.name = "WriteMap",
	.what = "writes value to the variable var of the scheduler's BPF map whose name ends in map; of an array or a hash, to that of its element key",
	.harm = "writes into the scheduler that everybody runs under",
	.takes = OP_PARAM(map) | OP_PARAM(var) | OP_PARAM(key) |
		 OP_PARAM(value),
	.needs = OP_PARAM(map),
	.check = check_write,
	.apply = apply_write,
};
