// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops that freeze tasks and thaw them.
 */
#include "lib/guest/scenario/op_types.h"

#include <errno.h>

#include "lib/guest/scenario/cgroup.h"

static int check_freeze(const struct op *op, struct world *world)
{
	struct world_cgroup *cgroup = world_find(world, op->cgroup);

	if (cgroup->frozen)
		return world_wrong(world, "cgroup '%s': it is frozen already",
				   op->cgroup);
	cgroup->frozen = true;
	return 0;
}

static int apply_freeze(const struct op *op, struct scenario *s)
{
	return group_freeze(s, group_find(s, op->cgroup), true);
}

const struct op_ops op_freeze_cgroup = {
	.name = "FreezeCgroup",
	.what = "freezes all tasks of a cgroup, and sees that they are; it thaws at the end of its step, or by UNFREEZE_CGROUP",
	.takes = OP_PARAM(cgroup),
	.needs = OP_PARAM(cgroup),
	.check = check_freeze,
	.apply = apply_freeze,
};

static int check_unfreeze(const struct op *op, struct world *world)
{
	struct world_cgroup *cgroup = world_find(world, op->cgroup);

	if (!cgroup->frozen)
		return world_wrong(world, "cgroup '%s': it is not frozen",
				   op->cgroup);
	cgroup->frozen = false;
	return 0;
}

static int apply_unfreeze(const struct op *op, struct scenario *s)
{
	return group_freeze(s, group_find(s, op->cgroup), false);
}

const struct op_ops op_unfreeze_cgroup = {
	.name = "UnfreezeCgroup",
	.what = "thaws all tasks of a cgroup",
	.takes = OP_PARAM(cgroup),
	.needs = OP_PARAM(cgroup),
	.check = check_unfreeze,
	.apply = apply_unfreeze,
};

/* That of the test has all others below it. */
static int freeze_all(struct scenario *s, bool frozen)
{
	int ret = cgroup_write(s->ctx->cgroup, ".", "cgroup.freeze",
			       frozen ? "1" : "0");

	if (ret)
		return ret;
	s->all_frozen = frozen;
	if (frozen)
		crew_note_frozen(s, NULL, true);
	ret = group_wait_frozen(s, ".", frozen);
	if (!frozen)
		crew_note_thawed(s);
	return ret;
}

static int apply_freeze_all(const struct op *op, struct scenario *s)
{
	int ret = freeze_all(s, true);

	return ret ?: scenario_pause(s, op->ms) ?: freeze_all(s, false);
}

static int undo_freeze_all(struct scenario *s)
{
	return s->all_frozen ? freeze_all(s, false) : 0;
}

const struct op_ops op_freeze_all = {
	.name = "FreezeAll",
	.what = "freezes the tasks of all cgroups for ms, as a suspended machine does, and thaws them",
	.harm = "freezes all tasks, as a suspended machine does",
	.takes = OP_PARAM(ms),
	.needs = OP_PARAM(ms),
	.apply = apply_freeze_all,
	.undo = undo_freeze_all,
};
