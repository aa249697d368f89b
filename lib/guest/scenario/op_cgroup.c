// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops by which cgroups and their workers come and go.
 */
#include "lib/guest/scenario/op_types.h"

#include <errno.h>

#include "lib/common/util/util.h"

static int check_add(const struct op *op, struct world *world)
{
	int ret = world_add(world, op->cgroup);

	if (ret)
		return ret;
	world_find(world, op->cgroup)->has_cpuset = op->cpuset.kind;
	return world_check_cpuset(world, op->cgroup, &op->cpuset);
}

static int apply_add(const struct op *op, struct scenario *s)
{
	return group_add(s, op->cgroup, &op->cpuset);
}

const struct op_ops op_add_cgroup = {
	.name = "AddCgroup",
	.what = "makes a cgroup, with CPUs of its own where cpuset is given",
	.takes = OP_PARAM(cgroup) | OP_PARAM(cpuset),
	.needs = OP_PARAM(cgroup),
	.makes = true,
	.check = check_add,
	.apply = apply_add,
};

static int check_add_def(const struct op *op, struct world *world)
{
	return world_add_def(world, op->def);
}

static int apply_add_def(const struct op *op, struct scenario *s)
{
	int ret = scenario_add_def(s, op->def);

	return ret ?: crew_begin_all(s);
}

const struct op_ops op_add_cgroup_def = {
	.name = "AddCgroupDef",
	.what = "makes a cgroup with workers, as def says",
	.takes = OP_PARAM(def),
	.needs = OP_PARAM(def),
	.check = check_add_def,
	.apply = apply_add_def,
};

static bool is_in(const struct crew *c, const void *arg)
{
	return c->where == arg;
}

/* Who is frozen does not hear that it is to stop. */
static int stop_all_in(struct scenario *s, struct live_cgroup *g)
{
	int ret = g->frozen ? group_freeze(s, g, false) : 0;

	if (ret)
		return ret;
	payloads_end_in(s, g);
	crew_end(s, is_in, g, true);
	return 0;
}

static int apply_stop(const struct op *op, struct scenario *s)
{
	return stop_all_in(s, group_find(s, op->cgroup));
}

static int check_stop(const struct op *op, struct world *world)
{
	world_find(world, op->cgroup)->frozen = false;
	world_end_payloads(world, op->cgroup);
	return 0;
}

const struct op_ops op_stop_cgroup = {
	.name = "StopCgroup",
	.what = "ends all workers in a cgroup, and judges them; it stays",
	.takes = OP_PARAM(cgroup),
	.needs = OP_PARAM(cgroup),
	.check = check_stop,
	.apply = apply_stop,
};

static int check_remove(const struct op *op, struct world *world)
{
	world_end_payloads(world, op->cgroup);
	world_remove(world, world_find(world, op->cgroup));
	return 0;
}

static int apply_remove(const struct op *op, struct scenario *s)
{
	struct live_cgroup *g = group_find(s, op->cgroup);
	int ret = stop_all_in(s, g);

	return ret ?: group_remove(s, g);
}

const struct op_ops op_remove_cgroup = {
	.name = "RemoveCgroup",
	.what = "ends all workers in a cgroup, judges them, and removes it",
	.takes = OP_PARAM(cgroup),
	.needs = OP_PARAM(cgroup),
	.check = check_remove,
	.apply = apply_remove,
};

static int check_spawn(const struct op *op, struct world *world)
{
	const char *name = op->cgroup ?: "that of the test";

	if (op->cgroup && !world_must_find(world, op->cgroup))
		return -EINVAL;
	if (op->cgroup && world_find(world, op->cgroup)->frozen)
		return world_wrong(world, "cgroup '%s': it is frozen", name);
	return world_check_work(world, name, &op->work, op->workers);
}

static int apply_spawn(const struct op *op, struct scenario *s)
{
	struct live_cgroup *g = op->cgroup ? group_find(s, op->cgroup) : NULL;
	int ret = crew_add(s, g, &op->work, op->workers);

	return ret ?: crew_begin_all(s);
}

const struct op_ops op_spawn = {
	.name = "Spawn",
	.what = "starts more workers in a cgroup; without one, beside all of them, in that of the test program",
	.takes = OP_PARAM(cgroup) | OP_PARAM(workers) | OP_PARAM(work),
	.check = check_spawn,
	.apply = apply_spawn,
};

static int apply_pause(const struct op *op, struct scenario *s)
{
	return scenario_pause(s, op->ms);
}

const struct op_ops op_pause = {
	.name = "Pause",
	.what = "waits for ms before the next op",
	.takes = OP_PARAM(ms),
	.needs = OP_PARAM(ms),
	.apply = apply_pause,
};
