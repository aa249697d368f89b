/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where and how a worker runs, whatever it does: its class, its CPUs, its memory, its
 * name and its user.
 */
#ifndef KTSTR_WORK_PLACE_H
#define KTSTR_WORK_PLACE_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/guest/work/machine_cpus.h"

/*
 * Three tables, row(ID): the rows themselves are in place.c. To add one: a word here,
 * a row there, and an entry in Documentation/writing-tests.rst.
 */
#define PLACE_POLICIES(row)						\
	row(NORMAL) row(BATCH) row(IDLE) row(FIFO) row(RR) row(DEADLINE)	\
	row(EXT)

#define PLACE_AFFINITIES(row)						\
	row(INHERIT) row(ONE_EACH) row(SINGLE_CPU) row(RANDOM_SUBSET)	\
	row(LLC) row(SMT_PAIR) row(ALL) row(EXACT)

#define PLACE_MEMORIES(row)						\
	row(DEFAULT) row(BIND) row(PREFERRED) row(PREFERRED_MANY)	\
	row(INTERLEAVE) row(WEIGHTED_INTERLEAVE) row(LOCAL)

#define PLACE_POLICY_VALUE(id)		POLICY_##id,
#define PLACE_AFFINITY_VALUE(id)	AFFINITY_##id,
#define PLACE_MEMORY_VALUE(id)		MEMORY_##id,

enum place_policy { PLACE_POLICIES(PLACE_POLICY_VALUE) POLICY_COUNT };
enum place_affinity { PLACE_AFFINITIES(PLACE_AFFINITY_VALUE) AFFINITY_COUNT };
enum place_memory { PLACE_MEMORIES(PLACE_MEMORY_VALUE) MEMORY_COUNT };

#define PLACE_LIST	64
#define PLACE_COMM	16

/* For .memory_flags, as set_mempolicy(2) has them. */
#define MEMORY_STATIC_NODES	(1U << 15)
#define MEMORY_RELATIVE_NODES	(1U << 14)
#define MEMORY_NUMA_BALANCING	(1U << 13)

/**
 * struct work_place - where and how a worker runs; what is 0 is as it was forked
 * @policy: its class
 * @priority: of FIFO and RR, 1 to 99; 1 where nothing is said
 * @runtime_us: of DEADLINE, all three: so much CPU time,
 * @deadline_us: so long after the beginning of a period at the latest,
 * @period_us: of so long
 * @nice: of the fair classes
 * @affinity: CPUs that it wants, of those that its cgroup has
 * @cpus: for AFFINITY_EXACT: "0-3,5"
 * @memory: where its memory comes from
 * @memory_flags: MEMORY_*_NODES and the like
 * @nodes: for those of @memory that need some: "0-1"
 * @comm: its name
 * @uid: its user
 * @gid: and group
 */
struct work_place {
	enum place_policy policy;
	unsigned int priority;
	unsigned int runtime_us;
	unsigned int deadline_us;
	unsigned int period_us;
	int nice;
	enum place_affinity affinity;
	char cpus[PLACE_LIST];
	enum place_memory memory;
	unsigned int memory_flags;
	char nodes[PLACE_LIST];
	char comm[PLACE_COMM];
	unsigned int uid;
	unsigned int gid;
};

/**
 * struct place_row - a class, an affinity, or where memory comes from
 * @what: as Documentation/writing-tests.rst has it
 * @number: the kernel's; of no use for an affinity
 * @nodes: .nodes are to be given
 * @uneven: those of one cgroup may get different shares of a CPU
 * @knows: takes what machine_cpus_know() reads
 * @choose: of an affinity: the CPUs of worker @index, of those in @pool; 0 or -ENODEV.
 *	NULL leaves them as they are
 */
struct place_row {
	const char *what;
	int number;
	bool nodes;
	bool uneven;
	bool knows;
	int (*choose)(const struct work_place *place, const cpu_set_t *pool,
		      const struct machine_cpus *m, unsigned int index,
		      cpu_set_t *set);
};

extern const struct place_row place_policies[POLICY_COUNT];
extern const struct place_row place_affinities[AFFINITY_COUNT];
extern const struct place_row place_memories[MEMORY_COUNT];

/**
 * place_check() - does that make sense anywhere?
 * @place: the place
 * @err: gets a sentence where it does not
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL.
 */
int place_check(const struct work_place *place, char *err, size_t err_size);

/**
 * place_fits() - does this machine have it?
 * @place: the place; checked
 * @m: the machine's CPUs
 * @err: gets what is missing
 * @err_size: bytes at @err
 *
 * Return: 0, -ENODEV.
 */
int place_fits(const struct work_place *place, const struct machine_cpus *m,
	       char *err, size_t err_size);

/**
 * place_knows() - does it take what machine_cpus_know() reads?
 * @place: the place
 *
 * Return: whether it does.
 */
bool place_knows(const struct work_place *place);

/**
 * place_uneven() - may workers in such places get different shares of a CPU?
 * @place: the place
 *
 * Return: whether they may.
 */
bool place_uneven(const struct work_place *place);

/**
 * place_take() - go there
 * @place: the place; checked
 * @m: the machine's CPUs, known where place_knows() says so
 * @index: the number of this worker, from 0, of those that have the same
 * @err: gets a sentence where the kernel does not let it
 * @err_size: bytes at @err
 *
 * Return: 0, -errno.
 */
int place_take(const struct work_place *place, const struct machine_cpus *m,
	       unsigned int index, char *err, size_t err_size);

#endif /* KTSTR_WORK_PLACE_H */
