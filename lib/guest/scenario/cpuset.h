/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cpusets over the usable CPUs: all but the last when there are more than two.
 */
#ifndef KTSTR_SCENARIO_CPUSET_H
#define KTSTR_SCENARIO_CPUSET_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/guest/work/machine_cpus.h"

/*
 * The kinds: row(ID, name), where cpuset.c has cpuset_name, a struct cpuset_ops.
 * To add one: that, a row, a macro below, and an entry in writing-tests.rst.
 */
#define CPUSET_KINDS(row)						\
	row(NONE, none)							\
	row(DISJOINT, disjoint)						\
	row(OVERLAP, overlap)						\
	row(RANGE, range)						\
	row(LLC, llc)							\
	row(NODE, node)							\
	row(EXACT, exact)

#define CPUSET_KIND_VALUE(id, name)	CPUSET_KIND_##id,

enum cpuset_kind {
	CPUSET_KINDS(CPUSET_KIND_VALUE)
	CPUSET_KIND_COUNT
};

/**
 * struct cpuset_spec - which CPUs a cgroup gets
 * @kind: none, or how the rest is read
 * @index: which part, cache or node,
 * @of: of how many equal parts; the last takes the rest
 * @share: of the length of a part, by which it reaches into both of its neighbours
 * @from: where a range begins, as a fraction of the usable CPUs,
 * @to: and where it ends
 * @list: CPUs as the kernel writes them: 0-3,5
 */
struct cpuset_spec {
	enum cpuset_kind kind;
	unsigned int index;
	unsigned int of;
	double share;
	double from;
	double to;
	const char *list;
};

#define CPUSET_DISJOINT(i, n) \
	{ .kind = CPUSET_KIND_DISJOINT, .index = (i), .of = (n) }
#define CPUSET_OVERLAP(i, n, f) \
	{ .kind = CPUSET_KIND_OVERLAP, .index = (i), .of = (n), .share = (f) }
#define CPUSET_RANGE(a, b) \
	{ .kind = CPUSET_KIND_RANGE, .from = (a), .to = (b) }
#define CPUSET_LLC(i)		{ .kind = CPUSET_KIND_LLC, .index = (i) }
#define CPUSET_NODE(i)		{ .kind = CPUSET_KIND_NODE, .index = (i) }
#define CPUSET_EXACT(cpus)	{ .kind = CPUSET_KIND_EXACT, .list = (cpus) }

/**
 * struct cpuset_ops - a kind of cpusets
 * @call: how a test asks for it
 * @takes: members of struct cpuset_spec that it takes, blanks between
 * @what: which CPUs that is, as Documentation/writing-tests.rst has it
 * @knows: takes what machine_cpus_know() reads
 * @resolve: adds them to an empty set; as cpuset_resolve()
 */
struct cpuset_ops {
	const char *call;
	const char *takes;
	const char *what;
	bool knows;
	int (*resolve)(const struct cpuset_spec *spec,
		       const struct machine_cpus *m, cpu_set_t *set, char *err,
		       size_t err_size);
};

extern const struct cpuset_ops *const cpuset_kinds[CPUSET_KIND_COUNT];

/**
 * cpuset_resolve() - the CPUs that a spec means on a machine
 * @spec: what is asked for
 * @m: the machine's CPUs
 * @set: gets them
 * @err: gets a sentence where there are none
 * @err_size: bytes at @err
 *
 * Return: 0; -EINVAL for what makes no sense anywhere; -ENODEV for what this machine
 * has too little for.
 */
int cpuset_resolve(const struct cpuset_spec *spec, const struct machine_cpus *m,
		   cpu_set_t *set, char *err, size_t err_size);

/**
 * cpuset_list() - write a set as the kernel does: 0-3,5
 * @set: the set
 * @buf: gets it
 * @size: bytes at @buf
 */
void cpuset_list(const cpu_set_t *set, char *buf, size_t size);

#endif /* KTSTR_SCENARIO_CPUSET_H */
