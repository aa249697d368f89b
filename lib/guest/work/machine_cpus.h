/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPUs of the machine that this runs on, as its kernel tells of them now: which
 * are there, and which have a cache, a core or a node in common.
 */
#ifndef KTSTR_WORK_MACHINE_CPUS_H
#define KTSTR_WORK_MACHINE_CPUS_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct machine_cpus - the CPUs of a machine
 * @online: those that are there; the arrays below tell of no others
 * @llc: which last-level cache, by the order of their first CPUs; -1 where the
 *	kernel does not tell
 * @core: the first CPU of the core; -1 likewise
 * @node: which node
 * @known: the arrays and what follows have been read
 * @n_llcs: last-level caches with a CPU that is there
 * @n_nodes: nodes with one
 * @memory: nodes that have memory
 */
struct machine_cpus {
	cpu_set_t online;
	int16_t llc[CPU_SETSIZE];
	int16_t core[CPU_SETSIZE];
	int16_t node[CPU_SETSIZE];
	bool known;
	unsigned int n_llcs;
	unsigned int n_nodes;
	cpu_set_t memory;
};

/**
 * machine_cpus_online() - which CPUs are there
 * @m: gets them, and knows no more yet
 */
void machine_cpus_online(struct machine_cpus *m);

/**
 * machine_cpus_know() - which have something in common, by sysfs
 * @m: filled in, unless it is already; takes some files for each CPU to be read
 */
void machine_cpus_know(struct machine_cpus *m);

/**
 * machine_cpus_of() - CPUs that have something in common
 * @m: the machine
 * @by: one of its arrays
 * @number: what its element is to be
 * @set: gets them
 *
 * Return: their number.
 */
unsigned int machine_cpus_of(const struct machine_cpus *m, const int16_t *by,
			     int number, cpu_set_t *set);

/**
 * cpus_parse() - read a list as the kernel writes them: 0-3,5
 * @text: the list
 * @set: gets it; also for lists of nodes
 *
 * Return: 0, -EINVAL.
 */
int cpus_parse(const char *text, cpu_set_t *set);

/**
 * cpus_read() - read such a list from the first line of a file
 * @path: the file
 * @set: gets it; empty where there is none
 *
 * Return: true when there is one.
 */
bool cpus_read(const char *path, cpu_set_t *set);

#endif /* KTSTR_WORK_MACHINE_CPUS_H */
