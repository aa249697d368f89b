// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where and how a worker runs. See place.h.
 */
#include "lib/guest/work/place.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/fail.h"
#include "lib/common/util/random.h"
#include "lib/common/util/util.h"
#include "lib/guest/work/cpus.h"

#define SCX_FOLDER		"/sys/kernel/sched_ext"
#define NICE_MIN		(-20)
#define NICE_MAX		19
#define PRIORITY_MAX		99
#define DEADLINE_MAX_US		4000000	/* the kernel refuses longer periods */
#define MEMORY_FLAGS		(MEMORY_STATIC_NODES | MEMORY_RELATIVE_NODES | \
				 MEMORY_NUMA_BALANCING)
#define NODES_PER_WORD		(8 * sizeof(unsigned long))

/* Of the kernel; libraries are behind it. */
#define NUMBER_DEADLINE		6
#define NUMBER_EXT		7
#define RESET_ON_FORK		1

enum {
	MPOL_NUMBER_DEFAULT,
	MPOL_NUMBER_PREFERRED,
	MPOL_NUMBER_BIND,
	MPOL_NUMBER_INTERLEAVE,
	MPOL_NUMBER_LOCAL,
	MPOL_NUMBER_PREFERRED_MANY,
	MPOL_NUMBER_WEIGHTED_INTERLEAVE,
};

/* struct sched_attr of the kernel, as it was when deadlines came. */
struct place_sched_attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns;
	uint64_t deadline_ns;
	uint64_t period_ns;
};

/* ---- affinities ---- */

static int take_nth(const cpu_set_t *pool, unsigned int n, cpu_set_t *set)
{
	CPU_SET(cpus_nth(pool, n), set);
	return 0;
}

static int choose_one_each(const struct work_place *place,
			   const cpu_set_t *pool, const struct machine_cpus *m,
			   unsigned int index, cpu_set_t *set)
{
	(void)place;
	(void)m;
	return take_nth(pool, index, set);
}

static int choose_single_cpu(const struct work_place *place,
			     const cpu_set_t *pool,
			     const struct machine_cpus *m, unsigned int index,
			     cpu_set_t *set)
{
	(void)place;
	(void)m;
	(void)index;
	return take_nth(pool, 0, set);
}

/* At random, but the same for the same worker in each run. */
static int choose_random(const struct work_place *place, const cpu_set_t *pool,
			 const struct machine_cpus *m, unsigned int index,
			 cpu_set_t *set)
{
	int want = max(CPU_COUNT(pool) / 2, 1);
	uint64_t x = RANDOM_SEED + index;

	(void)place;
	(void)m;
	while (CPU_COUNT(set) < want)
		take_nth(pool, random_next(&x) >> 11, set);
	return 0;
}

/* Of the caches the one that has most of the pool. */
static int choose_llc(const struct work_place *place, const cpu_set_t *pool,
		      const struct machine_cpus *m, unsigned int index,
		      cpu_set_t *set)
{
	cpu_set_t some;
	unsigned int i;

	(void)place;
	(void)index;
	for (i = 0; i < m->n_llcs; i++) {
		machine_cpus_of(m, m->llc, i, &some);
		CPU_AND(&some, &some, pool);
		if (CPU_COUNT(&some) > CPU_COUNT(set))
			*set = some;
	}
	return CPU_COUNT(set) ? 0 : -ENODEV;
}

/* Workers 0 and 1 get both threads of one core, 2 and 3 of another. */
static int choose_smt_pair(const struct work_place *place,
			   const cpu_set_t *pool, const struct machine_cpus *m,
			   unsigned int index, cpu_set_t *set)
{
	cpu_set_t firsts, core;
	int cpu;

	(void)place;
	CPU_ZERO(&firsts);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, pool) || m->core[cpu] != cpu)
			continue;
		machine_cpus_of(m, m->core, cpu, &core);
		CPU_AND(&core, &core, pool);
		if (CPU_COUNT(&core) > 1)
			CPU_SET(cpu, &firsts);
	}
	if (!CPU_COUNT(&firsts))
		return -ENODEV;
	cpu = cpus_nth(&firsts, index / 2);
	machine_cpus_of(m, m->core, cpu, &core);
	CPU_AND(&core, &core, pool);
	return take_nth(&core, index % 2, set);
}

static int choose_all(const struct work_place *place, const cpu_set_t *pool,
		      const struct machine_cpus *m, unsigned int index,
		      cpu_set_t *set)
{
	(void)place;
	(void)pool;
	(void)index;
	*set = m->online;
	return 0;
}

static int choose_exact(const struct work_place *place, const cpu_set_t *pool,
			const struct machine_cpus *m, unsigned int index,
			cpu_set_t *set)
{
	(void)m;
	(void)index;
	cpus_parse(place->cpus, set);
	CPU_AND(set, set, pool);
	return CPU_COUNT(set) ? 0 : -ENODEV;
}

/* ---- the tables ---- */

const struct place_row place_policies[POLICY_COUNT] = {
	[POLICY_NORMAL] = { .number = SCHED_OTHER,
		.what = "the fair class; .nice says how much of it" },
	[POLICY_BATCH] = { .number = SCHED_BATCH,
		.what = "the fair class, without preempting others as it wakes" },
	[POLICY_IDLE] = { .number = SCHED_IDLE,
		.what = "the fair class, with hardly any weight" },
	[POLICY_FIFO] = { .number = SCHED_FIFO, .uneven = true,
		.what = "real time, by .priority (1 to 99), until it waits" },
	[POLICY_RR] = { .number = SCHED_RR,
		.what = "real time, by .priority, in turns" },
	[POLICY_DEADLINE] = { .number = NUMBER_DEADLINE,
		.what = "earliest deadline first: .runtime_us by .deadline_us of a .period_us" },
	[POLICY_EXT] = { .number = NUMBER_EXT,
		.what = "sched_ext's, also where it has not switched all tasks over" },
};

const struct place_row place_affinities[AFFINITY_COUNT] = {
	[AFFINITY_INHERIT] = { .what = "all of them" },
	[AFFINITY_ONE_EACH] = { .choose = choose_one_each, .uneven = true,
		.what = "one for each worker, by turns" },
	[AFFINITY_SINGLE_CPU] = { .choose = choose_single_cpu,
		.what = "the first, for all workers" },
	[AFFINITY_RANDOM_SUBSET] = { .choose = choose_random, .uneven = true,
		.what = "half of them for each, at random, the same in each run" },
	[AFFINITY_LLC] = { .choose = choose_llc, .knows = true,
		.what = "those of the last-level cache that has most of them" },
	[AFFINITY_SMT_PAIR] = { .choose = choose_smt_pair, .uneven = true,
		.knows = true,
		.what = "for each two workers both threads of a core" },
	[AFFINITY_ALL] = { .choose = choose_all,
		.what = "all of the machine, of which the kernel leaves those" },
	[AFFINITY_EXACT] = { .choose = choose_exact,
		.what = "those of .cpus, \"0-3,5\"" },
};

const struct place_row place_memories[MEMORY_COUNT] = {
	[MEMORY_DEFAULT] = { .number = MPOL_NUMBER_DEFAULT,
		.what = "of the node where it runs, or another" },
	[MEMORY_BIND] = { .number = MPOL_NUMBER_BIND, .nodes = true,
		.what = "of .nodes and no others" },
	[MEMORY_PREFERRED] = { .number = MPOL_NUMBER_PREFERRED, .nodes = true,
		.what = "of .nodes, one of them, or else another" },
	[MEMORY_PREFERRED_MANY] = { .number = MPOL_NUMBER_PREFERRED_MANY,
		.nodes = true, .what = "of any of .nodes, or else another" },
	[MEMORY_INTERLEAVE] = { .number = MPOL_NUMBER_INTERLEAVE,
		.nodes = true, .what = "of .nodes, page by page in turn" },
	[MEMORY_WEIGHTED_INTERLEAVE] = {
		.number = MPOL_NUMBER_WEIGHTED_INTERLEAVE, .nodes = true,
		.what = "of .nodes in turn, by the kernel's weights" },
	[MEMORY_LOCAL] = { .number = MPOL_NUMBER_LOCAL,
		.what = "of the node where it runs, whatever was inherited" },
};

/* ---- what makes sense ---- */

static int check_policy(const struct work_place *p, char *err, size_t err_size)
{
	bool deadline = p->policy == POLICY_DEADLINE;
	bool real_time = p->policy == POLICY_FIFO || p->policy == POLICY_RR;

	if (p->policy >= POLICY_COUNT)
		return fail(err, err_size, -EINVAL, "no such policy");
	if (p->priority > (real_time ? PRIORITY_MAX : 0))
		return fail(err, err_size, -EINVAL,
			    "priority %u: 1 to 99 can be, for FIFO and RR",
			    p->priority);
	if (p->nice < NICE_MIN || p->nice > NICE_MAX)
		return fail(err, err_size, -EINVAL,
			    "nice %d: -20 to 19 can be", p->nice);
	if (!deadline && (p->runtime_us || p->deadline_us || p->period_us))
		return fail(err, err_size, -EINVAL,
			    "runtime, deadline and period are of DEADLINE");
	if (deadline && !(p->runtime_us && p->runtime_us <= p->deadline_us &&
			  p->deadline_us <= p->period_us &&
			  p->period_us <= DEADLINE_MAX_US))
		return fail(err, err_size, -EINVAL,
			    "DEADLINE needs 0 < runtime_us <= deadline_us <= period_us <= %u",
			    DEADLINE_MAX_US);
	return 0;
}

static int check_affinity(const struct work_place *p, char *err,
			  size_t err_size)
{
	cpu_set_t set;

	if (p->affinity >= AFFINITY_COUNT)
		return fail(err, err_size, -EINVAL, "no such affinity");
	if (p->affinity != AFFINITY_EXACT && p->cpus[0])
		return fail(err, err_size, -EINVAL,
			    "cpus are for AFFINITY_EXACT");
	if (p->affinity == AFFINITY_EXACT && cpus_parse(p->cpus, &set))
		return fail(err, err_size, -EINVAL, "'%s' is no list of CPUs",
			    p->cpus);
	return 0;
}

static int check_memory(const struct work_place *p, char *err, size_t err_size)
{
	const unsigned int both = MEMORY_STATIC_NODES | MEMORY_RELATIVE_NODES;
	cpu_set_t set;

	if (p->memory >= MEMORY_COUNT)
		return fail(err, err_size, -EINVAL, "no such memory policy");
	if (p->memory_flags & ~MEMORY_FLAGS ||
	    (p->memory_flags & both) == both)
		return fail(err, err_size, -EINVAL,
			    "memory_flags 0x%x: STATIC or RELATIVE_NODES, and NUMA_BALANCING can be",
			    p->memory_flags);
	if (!place_memories[p->memory].nodes && (p->nodes[0] ||
						 p->memory_flags))
		return fail(err, err_size, -EINVAL,
			    "nodes and memory_flags are for a policy that has nodes");
	if (place_memories[p->memory].nodes && cpus_parse(p->nodes, &set))
		return fail(err, err_size, -EINVAL,
			    "'%s' is no list of nodes", p->nodes);
	return 0;
}

int place_check(const struct work_place *place, char *err, size_t err_size)
{
	int ret = check_policy(place, err, err_size);

	if (!ret)
		ret = check_affinity(place, err, err_size);
	if (!ret)
		ret = check_memory(place, err, err_size);
	return ret;
}

/* Relative ones are numbers within what the cgroup has. */
static int fits_memory(const struct work_place *p, const struct machine_cpus *m,
		       char *err, size_t err_size)
{
	cpu_set_t nodes, there;

	if (p->memory && syscall(SYS_get_mempolicy, NULL, NULL, 0, NULL, 0) &&
	    errno == ENOSYS)
		return fail(err, err_size, -ENODEV,
			    "the kernel has no memory policies (CONFIG_NUMA)");
	if (!place_memories[p->memory].nodes ||
	    p->memory_flags & MEMORY_RELATIVE_NODES)
		return 0;
	cpus_parse(p->nodes, &nodes);
	CPU_AND(&there, &nodes, &m->memory);
	if (CPU_EQUAL(&there, &nodes))
		return 0;
	return fail(err, err_size, -ENODEV, "of nodes %s, %d have no memory",
		    p->nodes, CPU_COUNT(&nodes) - CPU_COUNT(&there));
}

int place_fits(const struct work_place *place, const struct machine_cpus *m,
	       char *err, size_t err_size)
{
	const struct place_row *row = &place_affinities[place->affinity];
	cpu_set_t set;

	CPU_ZERO(&set);
	if (place->policy == POLICY_EXT && access(SCX_FOLDER, F_OK))
		return fail(err, err_size, -ENODEV,
			    "the kernel has no sched_ext (CONFIG_SCHED_CLASS_EXT)");
	if (row->choose && row->choose(place, &m->online, m, 0, &set))
		return fail(err, err_size, -ENODEV,
			    "no CPU of this machine is %s%s%s", row->what,
			    place->cpus[0] ? ": " : "", place->cpus);
	return fits_memory(place, m, err, err_size);
}

bool place_knows(const struct work_place *place)
{
	return place_affinities[place->affinity].knows ||
	       place_memories[place->memory].nodes;
}

bool place_uneven(const struct work_place *place)
{
	return place_policies[place->policy].uneven ||
	       place_affinities[place->affinity].uneven;
}

/* ---- in the worker ---- */

static int take_name(const struct work_place *p, char *err, size_t err_size)
{
	if (p->comm[0] && prctl(PR_SET_NAME, p->comm))
		return fail(err, err_size, -errno, "comm %s: %s", p->comm,
			    strerror(errno));
	return 0;
}

static int take_affinity(const struct work_place *p,
			 const struct machine_cpus *m, unsigned int index,
			 char *err, size_t err_size)
{
	const struct place_row *row = &place_affinities[p->affinity];
	cpu_set_t pool, set;

	if (!row->choose)
		return 0;
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(pool), &pool) ||
	    row->choose(p, &pool, m, index, &set))
		return fail(err, err_size, -ENODEV,
			    "of its %d CPUs none is %s%s%s", CPU_COUNT(&pool),
			    row->what, p->cpus[0] ? ": " : "", p->cpus);
	if (sched_setaffinity(0, sizeof(set), &set))
		return fail(err, err_size, -errno, "affinity: %s",
			    strerror(errno));
	return 0;
}

static int take_memory(const struct work_place *p, char *err, size_t err_size)
{
	unsigned long mask[CPU_SETSIZE / NODES_PER_WORD] = { 0 };
	const struct place_row *row = &place_memories[p->memory];
	unsigned int node, highest = 0;
	cpu_set_t nodes;

	if (!p->memory)
		return 0;
	CPU_ZERO(&nodes);
	if (row->nodes)
		cpus_parse(p->nodes, &nodes);
	for (node = 0; node < CPU_SETSIZE; node++) {
		if (!CPU_ISSET(node, &nodes))
			continue;
		mask[node / NODES_PER_WORD] |= 1UL << node % NODES_PER_WORD;
		highest = node;
	}
	/* One more than it has bits, as the kernel counts. */
	if (syscall(SYS_set_mempolicy, row->number | p->memory_flags,
		    row->nodes ? mask : NULL, row->nodes ? highest + 2 : 0))
		return fail(err, err_size, -errno, "memory %s, nodes %s: %s",
			    row->what, p->nodes, strerror(errno));
	return 0;
}

static int take_policy(const struct work_place *p, char *err, size_t err_size)
{
	const struct place_row *row = &place_policies[p->policy];
	bool real_time = p->policy == POLICY_FIFO || p->policy == POLICY_RR;
	struct place_sched_attr attr = {
		.size = sizeof(attr),
		.policy = row->number,
		/* A child of one with a deadline has none, or is refused. */
		.flags = p->policy == POLICY_DEADLINE ? RESET_ON_FORK : 0,
		.nice = p->nice,
		.priority = real_time ? max(p->priority, 1U) : 0,
		.runtime_ns = p->runtime_us * NSEC_PER_USEC,
		.deadline_ns = p->deadline_us * NSEC_PER_USEC,
		.period_ns = p->period_us * NSEC_PER_USEC,
	};

	if (!p->policy && !p->nice)
		return 0;
	if (syscall(SYS_sched_setattr, 0, &attr, 0))
		return fail(err, err_size, -errno,
			    "scheduling policy %d (%s): %s", row->number,
			    row->what, strerror(errno));
	return 0;
}

/* Who becomes another user is no longer killed with its parent by itself. */
static int take_user(const struct work_place *p, char *err, size_t err_size)
{
	pid_t parent = getppid();

	if (!p->uid && !p->gid)
		return 0;
	if ((p->gid && setresgid(p->gid, p->gid, p->gid)) ||
	    (p->uid && setresuid(p->uid, p->uid, p->uid)))
		return fail(err, err_size, -errno, "user %u, group %u: %s",
			    p->uid, p->gid, strerror(errno));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == parent ? 0 :
	       fail(err, err_size, -ESRCH, "its parent has gone");
}

int place_take(const struct work_place *place, const struct machine_cpus *m,
	       unsigned int index, char *err, size_t err_size)
{
	int ret = take_name(place, err, err_size);

	if (!ret)
		ret = take_affinity(place, m, index, err, err_size);
	if (!ret)
		ret = take_memory(place, err, err_size);
	if (!ret)
		ret = take_policy(place, err, err_size);
	if (!ret)
		ret = take_user(place, err, err_size);
	return ret;
}
