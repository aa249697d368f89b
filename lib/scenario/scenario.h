/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scenarios: cgroups with cpusets and workers, held for a time, then judged.
 */
#ifndef KTSTR_SCENARIO_SCENARIO_H
#define KTSTR_SCENARIO_SCENARIO_H

#include <stdatomic.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/check/check.h"
#include "lib/scenario/cpuset.h"
#include "lib/work/work.h"
#include "vmm/topology.h"

#define SCENARIO_MAX_CGROUPS	64

/**
 * struct cgroup_def - a cgroup of a scenario
 * @name: below the test's own cgroup
 * @workers: how many; 0 is the test's default
 * @work: what they do
 * @cpuset: CPUs that they may use; none given is all
 */
struct cgroup_def {
	const char *name;
	unsigned int workers;
	struct work_spec work;
	struct cpuset_spec cpuset;
};

/**
 * struct scenario_shared - what a scenario and a process beside it tell each
 *	other, in memory that both share
 * @may_begin: told by the process: the workers, all in their places, may begin;
 *	a scenario waits 15 s for it, times the slowness, and fails
 * @awaits_all: told by the process, before @may_begin: the scenario's time is
 *	counted from when all have begun, for which it waits as long
 * @all_began: told by the scenario then: each worker has made a pass
 */
struct scenario_shared {
	atomic_bool may_begin;
	atomic_bool awaits_all;
	atomic_bool all_began;
};

/**
 * struct ktstr_ctx - what a test's body works with
 * @topology: the machine it runs on
 * @duration_ms: how long a scenario holds
 * @workers: default workers per cgroup
 * @limits: the checks
 * @slowness: how many times slower than ordinary hardware this guest is
 * @cgroup: folder in which cgroups are made
 * @sched_pid: the scheduler's process, 0 under EEVDF
 * @wire_fd: socket to init, -1 without one
 * @shared: with a process of the body's own; NULL when it has none
 * @result: of the last scenario
 */
struct ktstr_ctx {
	struct topology topology;
	unsigned int duration_ms;
	unsigned int workers;
	struct check_limits limits;
	double slowness;
	char cgroup[256];
	pid_t sched_pid;
	int wire_fd;
	struct scenario_shared *shared;
	struct check_result result;
};

/**
 * ktstr_ctx_create() - a context from init's environment
 *
 * Measures the guest's slowness. The caller fills in what the test asks for.
 *
 * Return: the context, NULL for want of memory.
 */
struct ktstr_ctx *ktstr_ctx_create(void);
void ktstr_ctx_destroy(struct ktstr_ctx *ctx);

/**
 * guest_slowness() - how many times slower than ordinary hardware this is
 * @cpus: CPUs to measure, all at once
 *
 * Measured by processes of SCHED_FIFO, so whatever the scheduler under test
 * does. Where that is not allowed, 1 and a comment that says so.
 *
 * Return: the factor, at least 1.
 */
double guest_slowness(unsigned int cpus);

/**
 * execute_defs() - run workers in cgroups for the ctx's duration, and judge
 * @ctx: the test's context; its result is overwritten
 * @n: number of @defs
 * @defs: the cgroups, @n of them
 *
 * Return: the verdict, owned by @ctx, valid until the next scenario.
 */
struct check_result *execute_defs(struct ktstr_ctx *ctx,
				  const struct cgroup_def *defs, size_t n);

#endif /* KTSTR_SCENARIO_SCENARIO_H */
