/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which CPUs belong together: siblings of a core, nodes. For work types that
 * place themselves.
 */
#ifndef KTSTR_WORK_CPUS_H
#define KTSTR_WORK_CPUS_H

#include <sched.h>

#define CPUS_SYSFS	"/sys/devices/system"
#define CPUS_MAX_NODES	64

/**
 * struct cpus_node - a node, and CPUs of it
 * @id: the kernel's number
 * @cpus: those of it that were asked for
 */
struct cpus_node {
	unsigned int id;
	cpu_set_t cpus;
};

/**
 * cpus_nth() - one of a set
 * @set: the set
 * @n: which one, from 0 on; they are counted round
 *
 * Return: the CPU, 0 of an empty set.
 */
int cpus_nth(const cpu_set_t *set, unsigned int n);

/**
 * cpus_pin() - let this thread run on one CPU alone
 *
 * Return: 0, -errno.
 */
int cpus_pin(int cpu);

/**
 * cpus_pair() - two CPUs of one core
 * @sysfs: CPUS_SYSFS
 * @allowed: of these
 * @n: which pair, from 0 on; they are counted round
 * @pair: gets them
 *
 * Return: 0; -ENOENT where there is no core with two of @allowed.
 */
int cpus_pair(const char *sysfs, const cpu_set_t *allowed, unsigned int n,
	      int pair[2]);

/**
 * cpus_nodes() - the nodes that have CPUs or memory
 * @sysfs: CPUS_SYSFS
 * @file: of a node's folder: "has_cpu" or "has_memory"
 * @allowed: CPUs that count
 * @nodes: gets up to CPUS_MAX_NODES
 *
 * Return: how many there are.
 */
unsigned int cpus_nodes(const char *sysfs, const char *file,
			const cpu_set_t *allowed, struct cpus_node *nodes);

#endif /* KTSTR_WORK_CPUS_H */
