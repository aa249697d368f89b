// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ops that move tasks from cgroup to cgroup.
 */
#include "lib/guest/scenario/op_types.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/guest/scenario/cgroup.h"

/* Whoever forks all the time is in the new one after some. */
#define MOVE_ROUNDS	100

/* Moves those who are there now. Return: how many that were, -errno. */
static int move_round(struct scenario *s, const char *from, const char *to)
{
	char path[512];
	int pid, n = 0, err = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/cgroup.procs", s->ctx->cgroup,
		 from);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (!err && fscanf(f, "%d", &pid) == 1) {
		err = cgroup_move(s->ctx->cgroup, to, pid);
		n++;
	}
	fclose(f);
	return err ?: n;
}

/* Children that were forked meanwhile, too */
static int move_all(struct scenario *s, const char *from, const char *to)
{
	unsigned int round;
	int n;

	for (round = 0; round < MOVE_ROUNDS; round++) {
		n = move_round(s, from, to);
		if (n <= 0)
			return n;
	}
	return -EAGAIN;
}

static int check_storm(const struct op *op, struct world *world)
{
	if (world_find(world, op->cgroup)->frozen ||
	    world_find(world, op->to)->frozen)
		return world_wrong(world, "cgroup '%s': it or '%s' is frozen",
				   op->cgroup, op->to);
	return 0;
}

/* The step's end would take workers with it that are to live on. */
static int check_move(const struct op *op, struct world *world)
{
	const struct world_cgroup *from = world_find(world, op->cgroup);
	const struct world_cgroup *to = world_find(world, op->to);

	if (from->step == STEP_BACKDROP && to->step != STEP_BACKDROP)
		return world_wrong(world, "cgroup '%s': it stays longer than '%s', which goes with the step",
				   from->name, to->name);
	world_move_payloads(world, op->cgroup, op->to);
	return check_storm(op, world);
}

static int apply_move(const struct op *op, struct scenario *s)
{
	struct live_cgroup *from = group_find(s, op->cgroup);
	struct live_cgroup *to = group_find(s, op->to);
	int ret = move_all(s, op->cgroup, op->to);

	if (ret)
		return ret;
	crew_moved(s, from, to);
	payloads_moved(s, from, to);
	return 0;
}

const struct op_ops op_move_all_tasks = {
	.name = "MoveAllTasks",
	.what = "moves all tasks of a cgroup into the cgroup to",
	.takes = OP_PARAM(cgroup) | OP_PARAM(to),
	.needs = OP_PARAM(cgroup) | OP_PARAM(to),
	.check = check_move,
	.apply = apply_move,
};

static int storm_once(struct scenario *s, const pid_t *pids, size_t n,
		      const char *to)
{
	size_t i;
	int err = 0;

	for (i = 0; i < n && !err; i++)
		err = cgroup_move(s->ctx->cgroup, to, pids[i]);
	return err;
}

static int apply_storm(const struct op *op, struct scenario *s)
{
	struct live_cgroup *from = group_find(s, op->cgroup);
	unsigned int i;
	size_t n;
	pid_t *pids = crew_pids(s, from, &n);
	int err = pids ? 0 : -ENOMEM;

	crew_note_visit(s, from, group_find(s, op->to));
	for (i = 0; i < op->times && !err; i++) {
		err = storm_once(s, pids, n, op->to);
		if (!err)
			err = storm_once(s, pids, n, op->cgroup);
	}
	free(pids);
	return err;
}

const struct op_ops op_cgroup_attach_storm = {
	.name = "CgroupAttachStorm",
	.what = "moves each worker of a cgroup into the cgroup to and back, so many times",
	.takes = OP_PARAM(cgroup) | OP_PARAM(to) | OP_PARAM(times),
	.needs = OP_PARAM(cgroup) | OP_PARAM(to) | OP_PARAM(times),
	.check = check_storm,
	.apply = apply_storm,
};
