// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cpusets over the usable CPUs. See cpuset.h.
 */
#include "lib/scenario/cpuset.h"

#include <errno.h>
#include <stdio.h>

static unsigned int usable_cpus(unsigned int cpus)
{
	return cpus > 2 ? cpus - 1 : cpus;
}

static int resolve_disjoint(const struct cpuset_spec *spec, unsigned int cpus,
			    cpu_set_t *set, char *err, size_t err_size)
{
	unsigned int usable = usable_cpus(cpus), part, cpu, end;

	if (spec->index >= spec->of) {
		snprintf(err, err_size, "index %u >= partition count %u",
			 spec->index, spec->of);
		return -EINVAL;
	}
	if (usable < spec->of) {
		snprintf(err, err_size,
			 "not enough usable CPUs (%u) for %u partitions",
			 usable, spec->of);
		return -EINVAL;
	}
	part = usable / spec->of;
	end = spec->index + 1 == spec->of ? usable : (spec->index + 1) * part;
	for (cpu = spec->index * part; cpu < end; cpu++)
		CPU_SET(cpu, set);
	return 0;
}

int cpuset_resolve(const struct cpuset_spec *spec, unsigned int cpus,
		   cpu_set_t *set, char *err, size_t err_size)
{
	unsigned int cpu;

	CPU_ZERO(set);
	if (spec->kind == CPUSET_KIND_DISJOINT)
		return resolve_disjoint(spec, cpus, set, err, err_size);
	for (cpu = 0; cpu < cpus && cpu < CPU_SETSIZE; cpu++)
		CPU_SET(cpu, set);
	return 0;
}

void cpuset_list(const cpu_set_t *set, char *buf, size_t size)
{
	unsigned int cpu, first;
	size_t len = 0;

	buf[0] = '\0';
	for (cpu = 0; cpu < CPU_SETSIZE && len + 12 < size; cpu++) {
		if (!CPU_ISSET(cpu, set))
			continue;
		for (first = cpu; cpu + 1 < CPU_SETSIZE &&
		     CPU_ISSET(cpu + 1, set); cpu++)
			;
		len += snprintf(buf + len, size - len, "%s%u", len ? "," : "",
				first);
		if (cpu != first)
			len += snprintf(buf + len, size - len, "-%u", cpu);
	}
}
