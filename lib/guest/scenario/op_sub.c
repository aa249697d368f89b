// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops for the schedulers of cgroups, below the one under test.
 */
#include "lib/guest/scenario/op_types.h"

static int check_attach(const struct op *op, struct world *world)
{
	struct world_cgroup *cgroup = world_find(world, op->cgroup);
	int ret = world_check_scheduler(world, op->scheduler);

	if (ret)
		return ret;
	if (!world->scheduler)
		return world_wrong(world, "no scheduler is attached then");
	if (cgroup->sub)
		return world_wrong(world, "cgroup '%s': it has sub-scheduler '%s'",
				   op->cgroup, cgroup->sub);
	cgroup->sub = op->scheduler;
	return 0;
}

static int apply_attach(const struct op *op, struct scenario *s)
{
	return sub_attach(s, group_find(s, op->cgroup),
			  sched_named(s->ctx, op->scheduler));
}

const struct op_ops op_attach_sub_scheduler = {
	.name = "AttachSubScheduler",
	.what = "starts scheduler below the one that runs, for the tasks of a cgroup; {cgroup} in its arguments is the cgroup's path. It ends with the cgroup at the latest",
	.harm = "changes schedulers of the machine",
	.takes = OP_PARAM(cgroup) | OP_PARAM(scheduler),
	.needs = OP_PARAM(cgroup) | OP_PARAM(scheduler),
	.check = check_attach,
	.apply = apply_attach,
};

static int check_detach(const struct op *op, struct world *world)
{
	struct world_cgroup *cgroup = world_find(world, op->cgroup);

	if (!cgroup->sub)
		return world_wrong(world, "cgroup '%s': it has no sub-scheduler",
				   op->cgroup);
	cgroup->sub = NULL;
	return 0;
}

static int apply_detach(const struct op *op, struct scenario *s)
{
	return sub_detach(s, group_find(s, op->cgroup));
}

const struct op_ops op_detach_sub_scheduler = {
	.name = "DetachSubScheduler",
	.what = "ends the sub-scheduler of a cgroup, whose tasks are its parent's then",
	.harm = "changes schedulers of the machine",
	.takes = OP_PARAM(cgroup),
	.needs = OP_PARAM(cgroup),
	.check = check_detach,
	.apply = apply_detach,
};
