/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scenario before it runs: which cgroups there are when each of its ops comes.
 */
#ifndef KTSTR_SCENARIO_WORLD_H
#define KTSTR_SCENARIO_WORLD_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/common/util/compiler.h"
#include "lib/guest/scenario/run.h"

/**
 * struct world_cgroup - a cgroup as it would be
 * @name: its name
 * @step: of which step it is; STEP_BACKDROP
 * @has_cpuset: it has CPUs of its own
 * @frozen: it is frozen
 * @sub: the name of its sub-scheduler; NULL for none
 */
struct world_cgroup {
	const char *name;
	int step;
	bool has_cpuset;
	bool frozen;
	const char *sub;
};

/**
 * struct world - what is there
 * @ctx: the test's context
 * @machine: CPUs that are there when the scenario begins
 * @off: those of them that ops have taken away
 * @scheduler: the name of the one that runs; NULL for none
 * @anywhere: what a machine lacks is not wrong
 * @runs: those of @ctx's payloads that were started,
 * @runs_of: the step that each is of,
 * @runs_in: and its cgroup; NULL for the test's own
 * @step: which step it is
 * @cgroups: the cgroups, @n of them
 * @n: their number
 * @err: gets a sentence on what is wrong
 */
struct world {
	const struct ktstr_ctx *ctx;
	struct machine_cpus machine;
	cpu_set_t off;
	const char *scheduler;
	bool anywhere;
	bool runs[KTSTR_MAX_PAYLOADS];
	int runs_of[KTSTR_MAX_PAYLOADS];
	const char *runs_in[KTSTR_MAX_PAYLOADS];
	int step;
	struct world_cgroup cgroups[SCENARIO_MAX_CGROUPS];
	unsigned int n;
	char err[400];
};

/**
 * world_find() - a cgroup by its name
 *
 * Return: the cgroup, NULL when there is none.
 */
struct world_cgroup *world_find(struct world *world, const char *name);

/**
 * world_must_find() - the same, where it must be there
 *
 * Return: the cgroup; NULL with a sentence in @world->err, which offers near
 * names.
 */
struct world_cgroup *world_must_find(struct world *world, const char *name);

/**
 * world_add() - a cgroup comes, without CPUs of its own
 *
 * Return: 0, -EINVAL with a sentence in @world->err.
 */
int world_add(struct world *world, const char *name);

/**
 * world_add_def() - a cgroup with workers comes
 *
 * Return: 0, -EINVAL or -ENODEV with a sentence in @world->err.
 */
int world_add_def(struct world *world, const struct cgroup_def *def);

/**
 * world_remove() - a cgroup goes
 */
void world_remove(struct world *world, struct world_cgroup *cgroup);

/**
 * world_end_step() - those of the step go
 */
void world_end_step(struct world *world);

/**
 * world_check_work() - can so many workers do that?
 * @name: their cgroup
 * @n: their number, 0 for the test's default
 *
 * Return: 0, -EINVAL with a sentence in @world->err.
 */
int world_check_work(struct world *world, const char *name,
		     const struct work_spec *work, unsigned int n);

/**
 * world_check_cpuset() - are there such CPUs?
 * @name: the cgroup that gets them
 *
 * Return: 0; -EINVAL when it has none at all; -ENODEV when the machine has not
 * enough of them; with a sentence in @world->err.
 */
int world_check_cpuset(struct world *world, const char *name,
		       const struct cpuset_spec *spec);

/**
 * world_check_scheduler() - has the test a scheduler of that name?
 *
 * Return: 0, -EINVAL with a sentence in @world->err, which offers near names.
 */
int world_check_scheduler(struct world *world, const char *name);

/**
 * world_find_payload() - has the test a payload of that name?
 *
 * Return: its place among @world->ctx's; -EINVAL with a sentence in @world->err,
 * which offers near names.
 */
int world_find_payload(struct world *world, const char *name);

/**
 * world_end_payloads() - those in a cgroup end
 * @name: its name
 */
void world_end_payloads(struct world *world, const char *name);

/**
 * world_move_payloads() - those in one cgroup are in another
 */
void world_move_payloads(struct world *world, const char *from, const char *to);

/**
 * world_wrong() - say what is wrong
 *
 * Return: -EINVAL.
 */
int __printf(2, 3) world_wrong(struct world *world, const char *fmt, ...);

#endif /* KTSTR_SCENARIO_WORLD_H */
