// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shape of this machine, as a test names it. See shape.h.
 */
#include "lib/bare/shape.h"

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/topology.h"
#include "lib/guest/work/machine_cpus.h"

/**
 * struct sizes - of all parts of one kind
 * @n: how many parts there are
 * @cpus: CPUs of the first
 * @even: the others have as many
 */
struct sizes {
	unsigned int n;
	unsigned int cpus;
	bool even;
};

static struct sizes sizes_of(const struct machine_cpus *m, const int16_t *by)
{
	struct sizes s = { .even = true };
	unsigned int cpu, n;
	cpu_set_t seen, set;

	CPU_ZERO(&seen);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &m->online) || CPU_ISSET(cpu, &seen))
			continue;
		n = machine_cpus_of(m, by, by[cpu], &set);
		CPU_OR(&seen, &seen, &set);
		if (!s.n++)
			s.cpus = n;
		s.even = s.even && n == s.cpus && by[cpu] >= 0;
	}
	return s;
}

void bare_topology_of(const struct machine_cpus *m, struct topology *t)
{
	struct sizes nodes = sizes_of(m, m->node), llcs = sizes_of(m, m->llc);
	struct sizes cores = sizes_of(m, m->core);

	*t = (struct topology){
		.nodes = nodes.n, .llcs = llcs.n, .threads = cores.cpus,
		.cores = cores.cpus ? llcs.cpus / cores.cpus : 0,
	};
	if (nodes.even && llcs.even && cores.even &&
	    !topology_check(t, 0, NULL, 0) &&
	    topology_cpus(t) == (unsigned int)CPU_COUNT(&m->online))
		return;
	*t = (struct topology)TOPOLOGY(1, 1, 1, 1);
	t->cores = CPU_COUNT(&m->online);
}

void bare_topology(struct topology *t)
{
	struct machine_cpus m;

	machine_cpus_online(&m);
	machine_cpus_know(&m);
	bare_topology_of(&m, t);
}
