// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which CPUs belong together. See cpus.h.
 */
#include "lib/guest/work/cpus.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "lib/guest/work/machine_cpus.h"

int cpus_nth(const cpu_set_t *set, unsigned int n)
{
	int cpu, count = CPU_COUNT(set);

	n %= count ?: 1;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, set) && !n--)
			return cpu;
	return 0;
}

int cpus_pin(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one) ? -errno : 0;
}

/* Of the core whose first allowed CPU is @cpu. */
static bool siblings(const char *sysfs, const cpu_set_t *allowed, int cpu,
		     int pair[2])
{
	char path[PATH_MAX];
	cpu_set_t core;

	snprintf(path, sizeof(path),
		 "%s/cpu/cpu%d/topology/thread_siblings_list", sysfs, cpu);
	cpus_read(path, &core);
	CPU_AND(&core, &core, allowed);
	if (CPU_COUNT(&core) < 2 || cpus_nth(&core, 0) != cpu)
		return false;
	pair[0] = cpu;
	pair[1] = cpus_nth(&core, 1);
	return true;
}

int cpus_pair(const char *sysfs, const cpu_set_t *allowed, unsigned int n,
	      int pair[2])
{
	unsigned int seen;
	int cpu;

	do {
		for (cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++) {
			if (!CPU_ISSET(cpu, allowed) ||
			    !siblings(sysfs, allowed, cpu, pair))
				continue;
			if (seen++ == n)
				return 0;
		}
		/* Round, but not once more than it takes. */
		n = seen ? n % seen : 0;
	} while (seen);
	return -ENOENT;
}

unsigned int cpus_nodes(const char *sysfs, const char *file,
			const cpu_set_t *allowed, struct cpus_node *nodes)
{
	unsigned int id, n = 0;
	char path[PATH_MAX];
	cpu_set_t ids, cpus;

	snprintf(path, sizeof(path), "%s/node/%s", sysfs, file);
	cpus_read(path, &ids);
	for (id = 0; id < CPU_SETSIZE && n < CPUS_MAX_NODES; id++) {
		if (!CPU_ISSET(id, &ids))
			continue;
		snprintf(path, sizeof(path), "%s/node/node%u/cpulist", sysfs,
			 id);
		cpus_read(path, &cpus);
		nodes[n].id = id;
		CPU_AND(&nodes[n++].cpus, &cpus, allowed);
	}
	return n;
}
