// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops that change which CPUs a cgroup has.
 */
#include "lib/guest/scenario/op_types.h"

#include <errno.h>

#include "lib/common/util/util.h"

static int check_set(const struct op *op, struct world *world)
{
	world_find(world, op->cgroup)->has_cpuset = true;
	return world_check_cpuset(world, op->cgroup, &op->cpuset);
}

static int apply_set(const struct op *op, struct scenario *s)
{
	cpu_set_t cpus;
	char err[200];
	int ret;

	ret = cpuset_resolve(&op->cpuset, &s->machine, &cpus, err, sizeof(err));
	return ret ?: group_set_cpuset(s, group_find(s, op->cgroup), &cpus);
}

const struct op_ops op_set_cpuset = {
	.name = "SetCpuset",
	.what = "gives a cgroup the CPUs of cpuset",
	.takes = OP_PARAM(cgroup) | OP_PARAM(cpuset),
	.needs = OP_PARAM(cgroup) | OP_PARAM(cpuset),
	.check = check_set,
	.apply = apply_set,
};

static int check_clear(const struct op *op, struct world *world)
{
	world_find(world, op->cgroup)->has_cpuset = false;
	return 0;
}

static int apply_clear(const struct op *op, struct scenario *s)
{
	return group_set_cpuset(s, group_find(s, op->cgroup), NULL);
}

const struct op_ops op_clear_cpuset = {
	.name = "ClearCpuset",
	.what = "lets a cgroup use all CPUs again",
	.takes = OP_PARAM(cgroup),
	.needs = OP_PARAM(cgroup),
	.check = check_clear,
	.apply = apply_clear,
};

static int check_swap(const struct op *op, struct world *world)
{
	struct world_cgroup *a = world_find(world, op->cgroup);
	struct world_cgroup *b = world_find(world, op->to);
	bool has = a->has_cpuset;

	if (!a->has_cpuset && !b->has_cpuset)
		return world_wrong(world, "cgroup '%s': neither it nor '%s' has CPUs of its own",
				   a->name, b->name);
	a->has_cpuset = b->has_cpuset;
	b->has_cpuset = has;
	return 0;
}

static int apply_swap(const struct op *op, struct scenario *s)
{
	struct live_cgroup *a = group_find(s, op->cgroup);
	struct live_cgroup *b = group_find(s, op->to);
	const struct live_cgroup was = *a;
	int ret;

	ret = group_set_cpuset(s, a, b->has_cpuset ? &b->cpus : NULL);
	return ret ?: group_set_cpuset(s, b, was.has_cpuset ? &was.cpus : NULL);
}

const struct op_ops op_swap_cpusets = {
	.name = "SwapCpusets",
	.what = "gives a cgroup the CPUs of the cgroup to, and that one its own",
	.takes = OP_PARAM(cgroup) | OP_PARAM(to),
	.needs = OP_PARAM(cgroup) | OP_PARAM(to),
	.check = check_swap,
	.apply = apply_swap,
};

static int check_affinity(const struct op *op, struct world *world)
{
	return world_check_cpuset(world, op->cgroup, &op->cpuset);
}

static int apply_affinity(const struct op *op, struct scenario *s)
{
	cpu_set_t cpus;
	char err[200];
	int ret;

	ret = cpuset_resolve(&op->cpuset, &s->machine, &cpus, err, sizeof(err));
	return ret ?: crew_set_affinity(s, group_find(s, op->cgroup), &cpus);
}

const struct op_ops op_set_affinity = {
	.name = "SetAffinity",
	.what = "binds the workers in a cgroup to the CPUs of cpuset",
	.takes = OP_PARAM(cgroup) | OP_PARAM(cpuset),
	.needs = OP_PARAM(cgroup),
	.check = check_affinity,
	.apply = apply_affinity,
};
