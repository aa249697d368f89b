/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cpusets over the usable CPUs: all but the last when there are more than two.
 */
#ifndef KTSTR_SCENARIO_CPUSET_H
#define KTSTR_SCENARIO_CPUSET_H

#include <sched.h>
#include <stddef.h>

enum cpuset_kind {
	CPUSET_KIND_NONE,
	CPUSET_KIND_DISJOINT,
};

/**
 * struct cpuset_spec - which CPUs a cgroup gets
 * @kind: none, or how the rest is read
 * @index: disjoint: which part,
 * @of: of how many equal ones; the last takes the rest
 */
struct cpuset_spec {
	enum cpuset_kind kind;
	unsigned int index;
	unsigned int of;
};

#define CPUSET_DISJOINT(i, n) \
	{ .kind = CPUSET_KIND_DISJOINT, .index = (i), .of = (n) }

/**
 * cpuset_resolve() - the CPUs that a spec means on a machine of @cpus CPUs
 *
 * Return: 0, -EINVAL with a sentence in @err.
 */
int cpuset_resolve(const struct cpuset_spec *spec, unsigned int cpus,
		   cpu_set_t *set, char *err, size_t err_size);

/**
 * cpuset_list() - write a set as the kernel does: 0-3,5
 */
void cpuset_list(const cpu_set_t *set, char *buf, size_t size);

#endif /* KTSTR_SCENARIO_CPUSET_H */
