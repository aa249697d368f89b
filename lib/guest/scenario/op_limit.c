// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops that change how much CPU time a cgroup gets.
 */
#include "lib/guest/scenario/op_types.h"

#include <stdio.h>

#include "lib/guest/scenario/cgroup.h"

/* What the kernel takes: kernel/sched/core.c, include/linux/cgroup.h */
#define QUOTA_LEAST_US	1000
#define PERIOD_LEAST_US	1000
#define PERIOD_MOST_US	1000000
#define WEIGHT_MOST	10000

static int check_max(const struct op *op, struct world *world)
{
	if (op->quota_us && op->quota_us < QUOTA_LEAST_US)
		return world_wrong(world, "cgroup '%s': a quota of %u us, at least %u must be",
				   op->cgroup, op->quota_us, QUOTA_LEAST_US);
	if (op->period_us && (op->period_us < PERIOD_LEAST_US ||
			      op->period_us > PERIOD_MOST_US))
		return world_wrong(world, "cgroup '%s': a period of %u us, %u to %u can be",
				   op->cgroup, op->period_us, PERIOD_LEAST_US,
				   PERIOD_MOST_US);
	return 0;
}

static int apply_max(const struct op *op, struct scenario *s)
{
	unsigned int period_us = op->period_us ?: CGROUP_PERIOD_US;
	struct live_cgroup *g = group_find(s, op->cgroup);
	char text[64];

	if (op->quota_us)
		snprintf(text, sizeof(text), "%u %u", op->quota_us, period_us);
	else
		snprintf(text, sizeof(text), "max %u", period_us);
	g->quota_us = op->quota_us;
	g->period_us = period_us;
	return cgroup_write(s->ctx->cgroup, op->cgroup, "cpu.max", text);
}

const struct op_ops op_set_cpu_max = {
	.name = "SetCpuMax",
	.what = "lets a cgroup have quota_us of CPU time in each period_us; without quota_us, any",
	.takes = OP_PARAM(cgroup) | OP_PARAM(quota_us) | OP_PARAM(period_us),
	.needs = OP_PARAM(cgroup),
	.check = check_max,
	.apply = apply_max,
};

static int check_weight(const struct op *op, struct world *world)
{
	if (op->weight > WEIGHT_MOST)
		return world_wrong(world, "cgroup '%s': a weight of %u, at most %u can be",
				   op->cgroup, op->weight, WEIGHT_MOST);
	return 0;
}

static int apply_weight(const struct op *op, struct scenario *s)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", op->weight);
	group_find(s, op->cgroup)->weight = op->weight;
	return cgroup_write(s->ctx->cgroup, op->cgroup, "cpu.weight", text);
}

const struct op_ops op_set_cpu_weight = {
	.name = "SetCpuWeight",
	.what = "changes the weight of a cgroup against those beside it",
	.takes = OP_PARAM(cgroup) | OP_PARAM(weight),
	.needs = OP_PARAM(cgroup) | OP_PARAM(weight),
	.check = check_weight,
	.apply = apply_weight,
};
