// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which cgroups there are when an op comes. See world.h.
 */
#include "lib/guest/scenario/world.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/near.h"
#include "lib/guest/scenario/cgroup_def.h"

int world_wrong(struct world *world, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(world->err, sizeof(world->err), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

struct world_cgroup *world_find(struct world *world, const char *name)
{
	unsigned int i;

	for (i = 0; i < world->n; i++)
		if (!strcmp(world->cgroups[i].name, name))
			return &world->cgroups[i];
	return NULL;
}

struct world_cgroup *world_must_find(struct world *world, const char *name)
{
	struct world_cgroup *cgroup = world_find(world, name);
	struct near near = { .given = name };
	char offered[NEAR_TEXT_SIZE];
	unsigned int i;

	if (cgroup)
		return cgroup;
	for (i = 0; i < world->n; i++)
		near_offer(&near, world->cgroups[i].name);
	world_wrong(world, "cgroup '%.64s': there is none then%.200s", name,
		    near_text(&near, offered));
	return NULL;
}

int world_check_scheduler(struct world *world, const char *name)
{
	const struct ktstr_ctx *ctx = world->ctx;
	struct near near = { .given = name };
	char offered[NEAR_TEXT_SIZE];
	unsigned int i;

	if (sched_named(ctx, name))
		return 0;
	if (ctx->scheduler && ctx->scheduler->binary)
		near_offer(&near, ctx->scheduler->name);
	for (i = 0; ctx->staged[i]; i++)
		near_offer(&near, ctx->staged[i]->name);
	return world_wrong(world, "scheduler '%.64s': the test has none of that name%.200s",
			   name, near_text(&near, offered));
}

int world_find_payload(struct world *world, const char *name)
{
	const struct payload *const *all = world->ctx->payloads;
	struct near near = { .given = name };
	char offered[NEAR_TEXT_SIZE];
	int i;

	for (i = 0; all[i]; i++) {
		if (!strcmp(all[i]->name, name))
			return i;
		near_offer(&near, all[i]->name);
	}
	return world_wrong(world, "payload '%.64s': the test has none of that name%.200s",
			   name, near_text(&near, offered));
}

void world_end_payloads(struct world *world, const char *name)
{
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_PAYLOADS; i++)
		if (world->runs_in[i] && !strcmp(world->runs_in[i], name))
			world->runs[i] = false;
}

void world_move_payloads(struct world *world, const char *from, const char *to)
{
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_PAYLOADS; i++)
		if (world->runs_in[i] && !strcmp(world->runs_in[i], from))
			world->runs_in[i] = to;
}

int world_add(struct world *world, const char *name)
{
	if (!name || !*name)
		return world_wrong(world, "a cgroup has no name");
	if (world_find(world, name))
		return world_wrong(world, "cgroup '%s': there is one already",
				   name);
	if (world->n == SCENARIO_MAX_CGROUPS)
		return world_wrong(world, "cgroup '%s': at most %d can be at a time",
				   name, SCENARIO_MAX_CGROUPS);
	world->cgroups[world->n++] = (struct world_cgroup){
		.name = name, .step = world->step,
	};
	return 0;
}

int world_check_work(struct world *world, const char *name,
		     const struct work_spec *work, unsigned int n)
{
	char err[200];
	int ret = work_check(work, n ?: world->ctx->workers, err, sizeof(err));

	if (ret)
		world_wrong(world, "cgroup '%s': %s", name, err);
	return ret == -EOPNOTSUPP ? -ENODEV : ret;
}

int world_check_cpuset(struct world *world, const char *name,
		       const struct cpuset_spec *spec)
{
	cpu_set_t cpus;
	char err[200];
	int ret;

	if (cpuset_kinds[spec->kind]->knows)
		machine_cpus_know(&world->machine);
	ret = cpuset_resolve(spec, &world->machine, &cpus, err, sizeof(err));
	if (ret)
		world_wrong(world, "cgroup '%s': CpusetSpec validation failed: %s",
			    name, err);
	else if (!CPU_COUNT(&cpus))
		ret = world_wrong(world, "cgroup '%s': there are no CPUs in the set",
				  name);
	return ret;
}

/* Its sentence is ours. */
static int check_def(struct world *world, const struct cgroup_def *def)
{
	struct check_result res = { };
	cpu_set_t cpus;
	int ret;

	ret = cgroup_def_check(def, def->workers ?: world->ctx->workers,
			       &world->machine, &cpus, &res);
	if (ret)
		world_wrong(world, "%s", res.skipped ? res.skip_reason :
			    res.details[0].text);
	return ret && res.skipped ? -ENODEV : ret;
}

int world_add_def(struct world *world, const struct cgroup_def *def)
{
	int ret = world_add(world, def->name);

	if (!ret)
		ret = check_def(world, def);
	if (!ret)
		world_find(world, def->name)->has_cpuset = def->cpuset.kind;
	return ret;
}

void world_remove(struct world *world, struct world_cgroup *cgroup)
{
	*cgroup = world->cgroups[--world->n];
}

void world_end_step(struct world *world)
{
	unsigned int i;

	for (i = 0; i < KTSTR_MAX_PAYLOADS; i++)
		if (world->runs_of[i] == world->step)
			world->runs[i] = false;
	i = 0;
	while (i < world->n)
		if (world->cgroups[i].step == world->step)
			world_remove(world, &world->cgroups[i]);
		else
			i++;
}
