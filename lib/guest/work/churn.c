// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that change again and again how they are to be scheduled.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "lib/common/util/random.h"
#include "lib/common/util/util.h"
#include "lib/guest/work/cpus.h"
#include "lib/guest/work/types.h"

/* ---- NiceSweep ---- */

#define NICE_MIN	(-20)
#define NICE_MAX	19

/* Down needs a right: without it the sweep goes from 0 up, over and over. */
static void nice_sweep_pass(struct work_run *run)
{
	int nice = NICE_MIN + (int)(run->seed++ % (NICE_MAX - NICE_MIN + 1));

	work_spin(run, run->spec->spin);
	if (setpriority(PRIO_PROCESS, 0, nice) && nice < 0)
		run->seed += -nice - 1;
	sched_yield();
}

static int nice_sweep_init(struct work_run *run)
{
	run->seed = 0;
	return 0;
}

static void nice_sweep_exit(struct work_run *run)
{
	(void)run;
	setpriority(PRIO_PROCESS, 0, 0);
}

const struct work_ops work_nice_sweep = {
	.name = "NiceSweep",
	.uneven = true,
	.what = "spins so many iterations at each nice value in turn, and yields",
	.params = { WORK_PARAM(spin, 512, 1000000000) },
	.group = 1,
	.init = nice_sweep_init,
	.pass = nice_sweep_pass,
	.exit = nice_sweep_exit,
};

/* ---- AffinityChurn ---- */

static int affinity_churn_init(struct work_run *run)
{
	cpu_set_t *allowed = malloc(sizeof(*allowed));

	run->mem = allowed;
	if (!allowed)
		return -ENOMEM;
	return sched_getaffinity(0, sizeof(*allowed), allowed) ? -errno : 0;
}

static void affinity_churn_pass(struct work_run *run)
{
	const cpu_set_t *allowed = run->mem;

	work_spin(run, run->spec->spin);
	cpus_pin(cpus_nth(allowed, random_next(&run->seed)));
	sched_yield();
}

static void affinity_churn_exit(struct work_run *run)
{
	sched_setaffinity(0, sizeof(cpu_set_t), run->mem);
	free(run->mem);
}

const struct work_ops work_affinity_churn = {
	.name = "AffinityChurn",
	.uneven = true,
	.what = "spins so many iterations, pins itself to one of its CPUs at random, and yields",
	.params = { WORK_PARAM(spin, 1024, 1000000000) },
	.group = 1,
	.init = affinity_churn_init,
	.pass = affinity_churn_pass,
	.exit = affinity_churn_exit,
};

/* ---- CrossAffinityChurn ---- */

static unsigned int cross_affinity_churn_group(const struct work_spec *spec)
{
	return spec->contenders;
}

static void cross_affinity_churn_pass(struct work_run *run)
{
	const cpu_set_t *allowed = run->mem;
	uint64_t x = random_next(&run->seed);
	const struct work_slot *other = run->first + x % run->group;
	cpu_set_t one;

	work_spin(run, run->spec->spin);
	/* Before it has begun it has not looked yet which CPUs it may have. */
	if (!atomic_load(&other->live))
		return;
	CPU_ZERO(&one);
	CPU_SET(cpus_nth(allowed, x >> 32), &one);
	sched_setaffinity(other->report.tid, sizeof(one), &one);
}

static void cross_affinity_churn_exit(struct work_run *run)
{
	free(run->mem);
}

const struct work_ops work_cross_affinity_churn = {
	.name = "CrossAffinityChurn",
	.uneven = true,
	.what = "contenders workers that spin so many iterations, then pin one of them, itself or another, to a CPU at random",
	.params = {
		WORK_PARAM(contenders, 4, 1024),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group_of = cross_affinity_churn_group,
	.init = affinity_churn_init,
	.pass = cross_affinity_churn_pass,
	.exit = cross_affinity_churn_exit,
};

/* ---- PolicyChurn ---- */

static const struct {
	int policy;
	int priority;
} policies[] = {
	{ SCHED_OTHER, 0 }, { SCHED_BATCH, 0 }, { SCHED_IDLE, 0 },
	/* These need a right; where it is not there, they are passed over. */
	{ SCHED_FIFO, 1 }, { SCHED_RR, 1 },
};

static void policy_churn_pass(struct work_run *run)
{
	size_t i = run->seed++ % ARRAY_SIZE(policies);
	struct sched_param param = { .sched_priority = policies[i].priority };

	work_spin(run, run->spec->spin);
	sched_setscheduler(0, policies[i].policy, &param);
	sched_yield();
}

static void policy_churn_exit(struct work_run *run)
{
	struct sched_param param = { };

	(void)run;
	sched_setscheduler(0, SCHED_OTHER, &param);
}

const struct work_ops work_policy_churn = {
	.name = "PolicyChurn",
	.uneven = true,
	.what = "spins so many iterations under each policy in turn (other, batch, idle, FIFO, RR), and yields",
	.params = { WORK_PARAM(spin, 1024, 1000000000) },
	.group = 1,
	.pass = policy_churn_pass,
	.exit = policy_churn_exit,
};
