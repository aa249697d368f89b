/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scenario while it runs: its cgroups, the workers in them, and the time that
 * it holds. For the engine and its ops.
 */
#ifndef KTSTR_SCENARIO_RUN_H
#define KTSTR_SCENARIO_RUN_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/common/wire/steal.h"
#include "lib/common/wire/wire.h"
#include "lib/guest/scenario/scenario.h"

#define STEP_BACKDROP		(-1)
#define SCENARIO_MAX_CREWS	(2 * SCENARIO_MAX_CGROUPS)

/**
 * struct live_cgroup - a cgroup that is there
 * @name: below the test's; NULL for a place that is free
 * @step: of which step it is; STEP_BACKDROP
 * @has_cpuset: it has CPUs of its own
 * @cpus: these; else all
 * @frozen: it is frozen
 * @weight: its cpu.weight, 0 for the usual one
 * @quota_us: its cpu.max, 0 for none
 * @period_us: the period of that
 * @idle: its cpu.idle
 * @used_before_ns: CPU time that it had used when a period began,
 * @used_ns: and that it used in the last one
 * @share: what came of that
 * @share_told: it was judged
 * @sub: the name of its sub-scheduler; NULL for none
 * @sub_pid: the process of that, 0 once it has ended
 * @sub_status: how, as waitpid() has it
 */
struct live_cgroup {
	const char *name;
	int step;
	bool has_cpuset;
	cpu_set_t cpus;
	bool frozen;
	unsigned int weight;
	unsigned int quota_us;
	unsigned int period_us;
	bool idle;
	uint64_t used_before_ns;
	uint64_t used_ns;
	struct check_share share;
	bool share_told;
	const char *sub;
	pid_t sub_pid;
	int sub_status;
};

/**
 * struct crew - workers that were started together
 * @name: the cgroup that they were started in; NULL for a place that is free
 * @step: of which step they are; STEP_BACKDROP
 * @where: the cgroup that they are in; NULL for the test's own
 * @work: what they do
 * @n_workers: how many
 * @set: the workers
 * @reports: what they have told, once they were collected
 * @begun: they were let go
 * @bound: their affinity was changed
 * @allowed: CPUs that they could run on at any time so far,
 * @anywhere: or all
 * @since: what the host took since they began
 * @others_ns: what others had used of this machine then
 * @worked: what was taken until they were told to stop
 * @held_ms: for how long they were to run
 * @frozen_ns: for how long they were kept from it
 * @frozen_since_ns: they are now, since then; 0 when not
 */
struct crew {
	const char *name;
	int step;
	struct live_cgroup *where;
	const struct work_spec *work;
	unsigned int n_workers;
	struct work_set set;
	struct worker_report *reports;
	bool begun;
	bool bound;
	cpu_set_t allowed;
	bool anywhere;
	struct wire_steal_wait since;
	uint64_t others_ns;
	struct check_steal worked;
	unsigned int held_ms;
	uint64_t frozen_ns;
	uint64_t frozen_since_ns;
};

struct payload_run;

/**
 * struct live_payload - a payload that was started, and not waited for so far
 * @p: the payload; NULL for a place that is free
 * @step: of which step it is; STEP_BACKDROP
 * @where: the cgroup that it was started in; NULL for the test's own
 * @run: it
 */
struct live_payload {
	const struct payload *p;
	int step;
	struct live_cgroup *where;
	struct payload_run *run;
};

/**
 * struct own_time - what the harness takes of the guest's CPU time
 * @since: when the step began to hold
 * @begin_cpu_ns: what it had taken then
 * @ops_ns: what ops took so far
 * @op_since_ns: the engine's CPU clock when the op began; 0 for no op
 */
struct own_time {
	struct wire_steal_wait since;
	uint64_t begin_cpu_ns;
	uint64_t ops_ns;
	uint64_t op_since_ns;
};

/**
 * struct scenario - a scenario
 * @ctx: the test's context
 * @alone: there is but one step, of which nobody is told
 * @step: the step that it is in; STEP_BACKDROP before and after
 * @n_steps: how many there are
 * @machine: CPUs that were there when it began
 * @groups: its cgroups
 * @crews: the workers
 * @payloads: the programs beside them
 * @channels: what their phases share
 * @iterations: of workers that have ended
 * @start_ns: when it began
 * @held: what the host took since the step's time began
 * @noted_ms: how much of that time was noted for the workers
 * @period: what the host took since the period began that cgroups get shares of
 * @looked: the same since somebody last looked
 * @most_stolen_ns: in the period, what that came to at most
 * @in_period: there is one
 * @cpus_ns: when a CPU last came or went; 0 for never
 * @cpus_seq: how many schedulers there had been by then
 * @cpus_wait: what the host took since
 * @cpus_off: CPUs that were taken away
 * @jumped_ms: how far the clock was set forward
 * @all_frozen: the cgroup around all of them is frozen
 * @why: what an op that fails says of it; "" leaves it to its errno
 * @own: what the harness takes
 * @ops_told: ops that the host was told of
 * @details_told: failures that it was told of
 */
struct scenario {
	struct ktstr_ctx *ctx;
	bool alone;
	int step;
	size_t n_steps;
	struct machine_cpus machine;
	struct live_cgroup groups[SCENARIO_MAX_CGROUPS];
	struct crew crews[SCENARIO_MAX_CREWS];
	struct live_payload payloads[KTSTR_MAX_PAYLOADS];
	struct work_slot *channels;
	uint64_t iterations;
	uint64_t start_ns;
	struct wire_steal_wait held;
	unsigned int noted_ms;
	struct wire_steal_wait period;
	struct wire_steal_wait looked;
	uint64_t most_stolen_ns;
	bool in_period;
	uint64_t cpus_ns;
	unsigned long cpus_seq;
	struct wire_steal_wait cpus_wait;
	cpu_set_t cpus_off;
	int64_t jumped_ms;
	bool all_frozen;
	char why[400];
	struct own_time own;
	unsigned int ops_told;
	unsigned int details_told;
};

/**
 * stretched_ms() - a limit of time around a scenario, for this guest
 * @ms: what it is on ordinary hardware
 *
 * Return: what the host waits for us, at most.
 */
unsigned int stretched_ms(const struct ktstr_ctx *ctx, unsigned int ms);

/**
 * stolen_since() - what the host took from all CPUs
 * @w: since when
 *
 * Return: nanoseconds, of all of them together.
 */
uint64_t stolen_since(const struct wire_steal_wait *w);

/* ---- own.c: what the harness takes ---- */

/**
 * own_begin() - a step holds from now on
 */
void own_begin(struct scenario *s);

/**
 * own_end() - until now: the ctx has it
 */
void own_end(struct scenario *s);

/**
 * own_op_begin() - an op begins: what it takes is what the test asked for
 */
void own_op_begin(struct scenario *s);

/**
 * own_op_end() - it is over, or only waits
 */
void own_op_end(struct scenario *s);

/* ---- group.c: cgroups ---- */

/**
 * group_find() - a cgroup by its name
 *
 * Return: the cgroup, NULL when there is none.
 */
struct live_cgroup *group_find(struct scenario *s, const char *name);

/**
 * group_place() - a place for a cgroup that is about to be made
 *
 * Return: it, with all CPUs; NULL when there are too many.
 */
struct live_cgroup *group_place(struct scenario *s, const char *name);

/**
 * group_add() - make a cgroup
 *
 * Return: 0, -errno.
 */
int group_add(struct scenario *s, const char *name,
	      const struct cpuset_spec *cpuset);

/**
 * group_set_cpuset() - give it CPUs of its own
 * @cpus: which; NULL for none
 *
 * Return: 0, -errno.
 */
int group_set_cpuset(struct scenario *s, struct live_cgroup *g,
		     const cpu_set_t *cpus);

/**
 * group_note_limits() - what CPU time it is to have beside others
 */
void group_note_limits(struct live_cgroup *g, const struct cgroup_limits *limits);

/**
 * group_freeze() - freeze a cgroup or thaw it, and see it done
 *
 * Return: 0, -errno, -ETIMEDOUT.
 */
int group_freeze(struct scenario *s, struct live_cgroup *g, bool frozen);

/**
 * group_wait_frozen() - wait until a cgroup has been frozen, or thawed
 * @name: below the test's; "" for that one
 *
 * Return: 0, -ETIMEDOUT.
 */
int group_wait_frozen(struct scenario *s, const char *name, bool frozen);

/**
 * group_remove() - end what runs in it, and its sub-scheduler, and remove it
 *
 * Return: 0, -errno when it is still there.
 */
int group_remove(struct scenario *s, struct live_cgroup *g);

/* ---- shares.c: what CPU time they get ---- */

/**
 * shares_begin() - a period begins, in which nothing is changed
 */
void shares_begin(struct scenario *s);

/**
 * shares_look() - where one has lasted for long enough, the next one begins
 */
void shares_look(struct scenario *s);

/**
 * shares_end() - the last one ends; a short one does not count
 */
void shares_end(struct scenario *s);

/**
 * shares_of() - what came of all periods so far
 *
 * Return: what it got, NULL where there was none.
 */
const struct check_share *shares_of(struct scenario *s, struct live_cgroup *g);

/* ---- crew.c: workers ---- */

/**
 * crew_add() - make workers that wait in their place
 * @where: their cgroup; NULL for the test's own
 * @n: how many, 0 for the test's default
 *
 * Return: 0, -errno.
 */
int crew_add(struct scenario *s, struct live_cgroup *where,
	     const struct work_spec *work, unsigned int n);

/**
 * crew_begin_all() - let those go who wait
 *
 * Return: 0, -ECANCELED when somebody else did not let it: told.
 */
int crew_begin_all(struct scenario *s);

/**
 * crew_note_cpus() - they are where they may use other CPUs than before
 * @g: what has changed; NULL for all
 */
void crew_note_cpus(struct scenario *s, const struct live_cgroup *g);

/**
 * crew_note_lost_cpus() - CPUs have gone: who has none left may use any
 */
void crew_note_lost_cpus(struct scenario *s);

/**
 * crew_note_held() - so much time went by that they were to run in
 */
void crew_note_held(struct scenario *s, unsigned int ms);

/**
 * crew_note_frozen() - they are kept from running, or let run again
 * @g: the cgroup that was frozen or thawed; NULL for all
 */
void crew_note_frozen(struct scenario *s, const struct live_cgroup *g, bool frozen);

/**
 * crew_note_thawed() - all are let run again but who is in a frozen cgroup
 */
void crew_note_thawed(struct scenario *s);

/**
 * crew_end() - stop workers, collect what they tell, and judge
 * @ends: which
 * @arg: for @ends
 * @judged: else they just end
 */
void crew_end(struct scenario *s,
	      bool (*ends)(const struct crew *c, const void *arg),
	      const void *arg, bool judged);

/**
 * crew_count() - how many workers there are, and what they did
 * @step: gets both
 */
void crew_count(struct scenario *s, struct wire_step *step);

/**
 * crew_set_affinity() - bind all workers that are in a cgroup
 *
 * Return: 0, -errno.
 */
int crew_set_affinity(struct scenario *s, const struct live_cgroup *g,
		      const cpu_set_t *cpus);

/**
 * crew_moved() - all who were in one cgroup are in another
 */
void crew_moved(struct scenario *s, const struct live_cgroup *from,
		struct live_cgroup *to);

/**
 * crew_pids() - all workers that are in a cgroup
 * @n: gets their number
 *
 * Return: a list to free, NULL for want of memory.
 */
pid_t *crew_pids(struct scenario *s, const struct live_cgroup *g, size_t *n);

/**
 * crew_note_visit() - all who are in one cgroup will be in another for a moment
 */
void crew_note_visit(struct scenario *s, const struct live_cgroup *from,
		     const struct live_cgroup *to);

/* ---- sched.c: the scheduler under test ---- */

/**
 * sched_check() - is the scheduler alive?
 *
 * One that starts itself again, since a CPU came or went, is.
 *
 * Return: whether it is.
 */
bool sched_check(const struct scenario *s);

/**
 * sched_cpus_go() - a CPU is about to come or go
 *
 * From now on it may start itself again.
 */
void sched_cpus_go(struct scenario *s);

/**
 * sched_cpus_gone() - it has come or gone: the scheduler has been told to end
 */
void sched_cpus_gone(struct scenario *s);

/**
 * sched_await() - wait for one that starts itself again
 *
 * Return: 0, -ETIMEDOUT when it has not.
 */
int sched_await(const struct scenario *s);

/**
 * sched_named() - one of the test's schedulers
 * @name: its name
 *
 * Return: it, NULL when there is none of that name, or it has no program.
 */
const struct scheduler *sched_named(const struct ktstr_ctx *ctx,
				    const char *name);

/**
 * sched_switch() - have init end the scheduler that runs, and attach one
 * @to: which; NULL for none
 * @why: gets one sentence when that went wrong
 *
 * Return: 0, -errno.
 */
int sched_switch(struct ktstr_ctx *ctx, const struct scheduler *to, char *why,
		 size_t size);

/* ---- sub.c: the schedulers of cgroups, below it ---- */

/**
 * sub_attach() - start a sub-scheduler, wait until it is attached
 * @g: its cgroup, which has none
 * @sched: one of the test's
 *
 * Return: 0; -errno, with words in @s->why.
 */
int sub_attach(struct scenario *s, struct live_cgroup *g,
	       const struct scheduler *sched);

/**
 * sub_find_dead() - are all sub-schedulers alive?
 * @how: gets how one that is not has ended
 *
 * Return: the cgroup of one that has died; NULL when none has.
 */
const struct live_cgroup *sub_find_dead(struct scenario *s, char *how,
					size_t size);

/**
 * sub_detach() - end a cgroup's sub-scheduler
 *
 * Return: 0; -errno, with words in @s->why. There is none any more.
 */
int sub_detach(struct scenario *s, struct live_cgroup *g);

/* ---- op_payload.c: programs beside the workers ---- */

/**
 * payloads_end() - end those that were not waited for
 * @ends: which
 * @arg: for @ends
 * @judged: else they just end
 */
void payloads_end(struct scenario *s,
		  bool (*ends)(const struct live_payload *lp, const void *arg),
		  const void *arg, bool judged);

/**
 * payloads_end_in() - those in a cgroup, judged
 */
void payloads_end_in(struct scenario *s, const struct live_cgroup *g);

/**
 * payloads_moved() - all who were in one cgroup are in another
 */
void payloads_moved(struct scenario *s, const struct live_cgroup *from,
		    struct live_cgroup *to);

/* ---- setup.c: both ---- */

/**
 * scenario_add_def() - make a cgroup with workers that wait
 *
 * Return: 0, -errno, -ECANCELED when what is wrong has been told.
 */
int scenario_add_def(struct scenario *s, const struct cgroup_def *def);

/**
 * scenario_set_up() - make some, and let their workers begin
 *
 * Return: 0, -errno: told.
 */
int scenario_set_up(struct scenario *s, const struct cgroup_def *defs,
		    size_t n);

/* ---- hold.c: time ---- */

/**
 * hold_begin() - the time of a step begins now
 */
void hold_begin(struct scenario *s);

/**
 * hold_note() - those who ran until now were to run for so long of it
 */
void hold_note(struct scenario *s, unsigned int ms);

/**
 * hold_seconds() - since the scenario began
 */
double hold_seconds(const struct scenario *s);

/**
 * hold_until() - let so much of it go by, while the scheduler is watched
 *
 * Return: 0, -ECANCELED when that has died: told.
 */
int hold_until(struct scenario *s, unsigned int ms);

/**
 * hold_while() - let it go by for as long as something holds, likewise
 * @holds: what
 * @arg: for @holds
 *
 * Return: as hold_until().
 */
int hold_while(struct scenario *s, bool (*holds)(void *arg), void *arg);

/**
 * scenario_pause() - let time go by from now on, likewise
 *
 * Return: as hold_until().
 */
int scenario_pause(struct scenario *s, unsigned int ms);

#endif /* KTSTR_SCENARIO_RUN_H */
