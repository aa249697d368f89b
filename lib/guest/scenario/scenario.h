/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scenarios: cgroups with cpusets and workers, held for a time, then judged; in
 * steps, with ops, where the load is to change meanwhile.
 */
#ifndef KTSTR_SCENARIO_SCENARIO_H
#define KTSTR_SCENARIO_SCENARIO_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/common/attr/attr.h"
#include "lib/common/check/check.h"
#include "lib/common/payload/payload.h"
#include "lib/common/topology.h"
#include "lib/guest/scenario/cpuset.h"
#include "lib/guest/scenario/limits.h"
#include "lib/guest/scenario/metrics.h"
#include "lib/guest/scenario/ops.h"
#include "lib/guest/work/work.h"

#define SCENARIO_MAX_CGROUPS	64

/**
 * struct cgroup_def - a cgroup of a scenario
 * @name: below the test's own cgroup; with a '/', within another
 * @workers: how many; 0 is the test's default
 * @work: what they do
 * @cpuset: CPUs that they may use; none given is all
 * @limits: what else the cgroup may have
 */
struct cgroup_def {
	const char *name;
	unsigned int workers;
	struct work_spec work;
	struct cpuset_spec cpuset;
	struct cgroup_limits limits;
};

/**
 * struct hold - for how long a step lasts once its ops are done
 * @share: so much of the test's duration, 1 for all of it; or
 * @ms: so long; neither, which only the last step can: to the end of it
 * @every_ms: the ops come again each so many milliseconds, and the time is
 *	counted from the first of them
 */
struct hold {
	double share;
	unsigned int ms;
	unsigned int every_ms;
};

/**
 * struct step - a part of a scenario
 * @defs: cgroups that come with it, and go
 * @n_defs: their number
 * @ops: what happens then, in this order
 * @n_ops: their number
 * @hold: how long it lasts
 */
struct step {
	const struct cgroup_def *defs;
	size_t n_defs;
	const struct op *ops;
	size_t n_ops;
	struct hold hold;
};

/* Members of struct step: an array of cgroups; ops, written down in their place. */
#define STEP_DEFS(array) \
	.defs = (array), .n_defs = sizeof(array) / sizeof((array)[0])
#define STEP_OPS(...)							\
	.ops = (const struct op[]){ __VA_ARGS__ },			\
	.n_ops = sizeof((const struct op[]){ __VA_ARGS__ }) /		\
		 sizeof(struct op)

/**
 * struct backdrop - what lives through all steps
 * @defs: cgroups
 * @n_defs: their number
 */
struct backdrop {
	const struct cgroup_def *defs;
	size_t n_defs;
};

/**
 * struct scenario_def - a scenario as a value
 * @attributes: what else it asks for, as KTSTR_ATTR has it; NULL for nothing
 * @payloads: programs that its ops run, which the test has to have packed
 * @n_payloads: their number
 * @defs: its cgroups; with steps, those that live through all of them
 * @n_defs: their number
 * @steps: what happens; none for cgroups that are held for the test's duration
 * @n_steps: their number
 */
struct scenario_def {
	const char *attributes;
	const struct payload *payloads;
	size_t n_payloads;
	const struct cgroup_def *defs;
	size_t n_defs;
	const struct step *steps;
	size_t n_steps;
};

/* Members of struct scenario_def: an array of cgroups; one of steps. */
#define SCENARIO_DEFS(array) \
	.defs = (array), .n_defs = sizeof(array) / sizeof((array)[0])
#define SCENARIO_STEPS(array) \
	.steps = (array), .n_steps = sizeof(array) / sizeof((array)[0])

/**
 * struct scenario_shared - what a scenario and a process beside it tell each
 *	other, in memory that both share
 * @may_begin: told by the process: the workers, all in their places, may begin;
 *	a scenario waits 15 s for it, times the slowness, and fails
 * @awaits_all: told by the process, before @may_begin: the scenario's time is
 *	counted from when all have begun, for which it waits as long
 * @all_began: told by the scenario then: each worker has made a pass
 * @let_go_ns: told by the scenario: since when they have been at it
 */
struct scenario_shared {
	atomic_bool may_begin;
	atomic_bool awaits_all;
	atomic_bool all_began;
	atomic_ullong let_go_ns;
};

/**
 * struct payload_measured - what came of a payload
 * @payload: which; NULL before any has ended
 * @exit_status: what it ended with; -1 where that was a signal
 * @wall_ms: how long it ran
 * @printed: bytes that it printed
 * @values: of its metrics; NAN where there was no such number
 */
struct payload_measured {
	const struct payload *payload;
	int exit_status;
	uint64_t wall_ms;
	uint64_t printed;
	double values[PAYLOAD_MAX_METRICS];
};

/**
 * struct ktstr_ctx - what a test's body works with
 * @topology: the machine it runs on
 * @form: what of it is not even, to be freed; NULL where all is
 * @duration_ms: how long a scenario holds
 * @workers: default workers per cgroup
 * @limits: the checks
 * @slowness: how many times slower than ordinary hardware this guest is
 * @cgroup: folder in which cgroups are made
 * @scheduler: of the test; without a program under EEVDF, as NULL is
 * @sched_args: its arguments, @n_sched_args of them
 * @n_sched_args: their number
 * @staged: further schedulers that ops may attach, up to a NULL
 * @versus: the one that the scheduler takes turns with, see turns.h
 * @turn_ms: how long a turn is measured; 0 where there are none
 * @settle_ms: how long it has lasted by then
 * @turn_seed: of the order of turns
 * @payloads: programs that ops may run, up to a NULL
 * @running: the name of the scheduler that runs; NULL for none
 * @sched_pid: its process, 0 for none
 * @wire_fd: socket to init, -1 without one
 * @steal: what the host takes from this guest; NULL where it does not tell
 * @others_ns: CPU time that others have used on this machine so far; NULL where
 *	there is nobody else
 * @shared: with a process of the body's own; NULL when it has none
 * @told: what the host was told of cgroups and workers so far
 * @result: of the last scenario
 * @cpus_ns: CPU time that the guest had while steps held, in all scenarios
 * @stolen_ns: of this, what the host took
 * @own_ns: of @cpus_ns, what the harness itself took; see own_pct()
 * @measured: of the payload that has ended last
 */
struct ktstr_ctx {
	struct topology topology;
	struct topology_form *form;
	unsigned int duration_ms;
	unsigned int workers;
	struct check_limits limits;
	double slowness;
	char cgroup[256];
	const struct scheduler *scheduler;
	const char *sched_args[ATTR_MAX_ARGS];
	unsigned int n_sched_args;
	const struct scheduler *staged[KTSTR_MAX_STAGED + 1];
	struct scheduler versus;
	unsigned int turn_ms;
	unsigned int settle_ms;
	unsigned int turn_seed;
	const struct payload *payloads[KTSTR_MAX_PAYLOADS + 1];
	const char *running;
	pid_t sched_pid;
	int wire_fd;
	const struct wire_steal *steal;
	uint64_t (*others_ns)(const struct ktstr_ctx *ctx);
	struct scenario_shared *shared;
	struct metrics_told told;
	struct check_result result;
	uint64_t cpus_ns;
	uint64_t stolen_ns;
	uint64_t own_ns;
	struct payload_measured measured;
};

/**
 * ktstr_ctx_create() - a context from init's environment
 *
 * Measures the guest's slowness. The caller fills in what the test asks for.
 *
 * Return: the context, NULL for want of memory.
 */
struct ktstr_ctx *ktstr_ctx_create(void);

/**
 * ktstr_ctx_destroy() - tell the host of the run as a whole, and free
 * @ctx: the context; NULL for none
 */
void ktstr_ctx_destroy(struct ktstr_ctx *ctx);

/**
 * own_pct() - what the harness itself has taken while steps held
 * @ctx: the test's context
 *
 * That is init, ktstr-probe, and the test's own processes without workers,
 * payloads and schedulers. What ops take is not in it: a test asks for them.
 *
 * Return: percent of the CPU time that the guest had; NAN where nothing held.
 */
double own_pct(const struct ktstr_ctx *ctx);

/**
 * guest_slowness() - how many times slower than ordinary hardware this is
 * @cpus: CPUs to measure, all at once
 * @own: leave out what the host takes meanwhile: the caller takes that off
 *
 * Measured by processes of SCHED_FIFO, so whatever the scheduler under test
 * does. Where that is not allowed, 1 and a comment that says so.
 *
 * Return: the factor, at least 1.
 */
double guest_slowness(unsigned int cpus, bool own);

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

/**
 * execute_steps() - run workers in cgroups, change things step by step, and judge
 * @ctx: the test's context; its result is overwritten
 * @backdrop: what lives through all steps; NULL for nothing
 * @steps: the steps, @n of them
 * @n: their number
 *
 * All of it is looked at before anything runs: an op that is wrong fails the
 * scenario with its own and the cgroup's name, one that this machine cannot do
 * skips it. The cgroups of a step are judged when it ends. What ops have changed
 * outside of the test's cgroups is put back at the end, whatever has failed.
 *
 * Return: the verdict, owned by @ctx, valid until the next scenario.
 */
struct check_result *execute_steps(struct ktstr_ctx *ctx,
				   const struct backdrop *backdrop,
				   const struct step *steps, size_t n);

/**
 * execute_scenario() - run a scenario, and judge
 * @ctx: the test's context; its result is overwritten
 * @def: the scenario; as execute_steps(), or without steps as execute_defs()
 *
 * Its attributes are the test's business.
 *
 * Return: the verdict, owned by @ctx, valid until the next scenario.
 */
struct check_result *execute_scenario(struct ktstr_ctx *ctx,
				      const struct scenario_def *def);

#endif /* KTSTR_SCENARIO_SCENARIO_H */
