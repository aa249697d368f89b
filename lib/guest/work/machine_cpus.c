// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPUs of this machine. See machine_cpus.h.
 */
#include "lib/guest/work/machine_cpus.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SYSFS_CPU	"/sys/devices/system/cpu"
#define SYSFS_NODE	"/sys/devices/system/node"
#define CACHES_MAX	8	/* of a CPU: two of the first level, then three */
#define LIST_SIZE	4096

static bool read_number(const char **text, unsigned long *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	*number = strtoul(*text, &end, 10);
	*text = end;
	return *number < CPU_SETSIZE;
}

int cpus_parse(const char *text, cpu_set_t *set)
{
	unsigned long cpu, last;

	CPU_ZERO(set);
	do {
		if (!read_number(&text, &cpu))
			return -EINVAL;
		last = cpu;
		if (*text == '-' && (text++, !read_number(&text, &last)))
			return -EINVAL;
		if (last < cpu)
			return -EINVAL;
		for (; cpu <= last; cpu++)
			CPU_SET(cpu, set);
	} while (*text == ',' && text++);
	return *text ? -EINVAL : 0;
}

/* The first line of a file. */
static bool read_line(const char *path, char *line, int size)
{
	FILE *f = fopen(path, "re");
	bool there = f && fgets(line, size, f);

	if (f)
		fclose(f);
	if (there)
		line[strcspn(line, "\n")] = '\0';
	return there;
}

bool cpus_read(const char *path, cpu_set_t *set)
{
	char list[LIST_SIZE];

	CPU_ZERO(set);
	return read_line(path, list, sizeof(list)) && !cpus_parse(list, set);
}

/* Who shares the last of a CPU's caches with it, which is the widest. */
static bool read_llc(unsigned int cpu, cpu_set_t *set)
{
	unsigned int i, level = 0;
	char path[128], text[16];
	cpu_set_t shared;

	for (i = 0; i < CACHES_MAX; i++) {
		unsigned int is;

		snprintf(path, sizeof(path), SYSFS_CPU "/cpu%u/cache/index%u/level",
			 cpu, i);
		if (!read_line(path, text, sizeof(text)))
			break;
		is = atoi(text);
		snprintf(path, sizeof(path),
			 SYSFS_CPU "/cpu%u/cache/index%u/shared_cpu_list", cpu,
			 i);
		if (is < level || !cpus_read(path, &shared))
			continue;
		level = is;
		*set = shared;
	}
	return level;
}

static bool read_core(unsigned int cpu, cpu_set_t *set)
{
	char path[128];

	snprintf(path, sizeof(path),
		 SYSFS_CPU "/cpu%u/topology/thread_siblings_list", cpu);
	return cpus_read(path, set);
}

static void put_all(const cpu_set_t *set, int16_t *numbers, int16_t number)
{
	unsigned int cpu;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, set))
			numbers[cpu] = number;
}

static void read_nodes(struct machine_cpus *m)
{
	char path[128];
	cpu_set_t nodes, set;
	unsigned int node;

	/* A kernel that knows of no nodes has one. */
	memset(m->node, 0, sizeof(m->node));
	m->n_nodes = 1;
	if (!cpus_read(SYSFS_NODE "/has_memory", &m->memory)) {
		CPU_ZERO(&m->memory);
		CPU_SET(0, &m->memory);
	}
	if (!cpus_read(SYSFS_NODE "/has_cpu", &nodes))
		return;
	m->n_nodes = CPU_COUNT(&nodes);
	for (node = 0; node < CPU_SETSIZE; node++) {
		if (!CPU_ISSET(node, &nodes))
			continue;
		snprintf(path, sizeof(path), SYSFS_NODE "/node%u/cpulist",
			 node);
		if (cpus_read(path, &set))
			put_all(&set, m->node, node);
	}
}

void machine_cpus_online(struct machine_cpus *m)
{
	m->known = false;
	/* Nobody has taken any from init: what it may use is there. */
	CPU_ZERO(&m->online);
	if (sched_getaffinity(1, sizeof(m->online), &m->online))
		sched_getaffinity(0, sizeof(m->online), &m->online);
}

void machine_cpus_know(struct machine_cpus *m)
{
	unsigned int cpu;
	cpu_set_t set;

	if (m->known)
		return;
	memset(m->llc, -1, sizeof(m->llc));
	memset(m->core, -1, sizeof(m->core));
	m->n_llcs = 0;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &m->online))
			continue;
		if (m->llc[cpu] < 0 && read_llc(cpu, &set))
			put_all(&set, m->llc, m->n_llcs++);
		if (m->core[cpu] < 0 && read_core(cpu, &set))
			put_all(&set, m->core, cpu);
	}
	read_nodes(m);
	m->known = true;
}

unsigned int machine_cpus_of(const struct machine_cpus *m, const int16_t *by,
			     int number, cpu_set_t *set)
{
	unsigned int cpu;

	CPU_ZERO(set);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &m->online) && by[cpu] == number)
			CPU_SET(cpu, set);
	return CPU_COUNT(set);
}
