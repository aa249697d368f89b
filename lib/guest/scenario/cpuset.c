// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cpusets over the usable CPUs. See cpuset.h.
 */
#include "lib/guest/scenario/cpuset.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/fail.h"
#include "lib/common/util/util.h"

static unsigned int usable_count(const struct machine_cpus *m)
{
	unsigned int cpus = CPU_COUNT(&m->online);

	return cpus > 2 ? cpus - 1 : cpus;
}

/* Those that are there from the @from th to before the @to th. */
static void take_part(const struct machine_cpus *m, unsigned int from,
		      unsigned int to, cpu_set_t *set)
{
	unsigned int cpu, n = 0;

	for (cpu = 0; cpu < CPU_SETSIZE && n < to; cpu++) {
		if (!CPU_ISSET(cpu, &m->online))
			continue;
		if (n >= from)
			CPU_SET(cpu, set);
		n++;
	}
}

/* ---- the kinds ---- */

/* 0.29 of 100 is 29, which in doubles it is not. */
static unsigned int fraction_of(unsigned int n, double f)
{
	return n * f + 0.000001;
}

static int resolve_none(const struct cpuset_spec *spec,
			const struct machine_cpus *m, cpu_set_t *set, char *err,
			size_t err_size)
{
	(void)spec;
	(void)err;
	(void)err_size;
	*set = m->online;
	return 0;
}

static const struct cpuset_ops cpuset_none = {
	.call = "(none)",
	.takes = "",
	.what = "all CPUs",
	.resolve = resolve_none,
};

/* One of equal parts, and @share of a part more on both of its sides. */
static int take_chunk(const struct cpuset_spec *spec,
		      const struct machine_cpus *m, double share,
		      cpu_set_t *set, char *err, size_t err_size)
{
	unsigned int usable = usable_count(m), part, wider, from, to;

	if (spec->index >= spec->of)
		return fail(err, err_size, -EINVAL,
			    "index %u >= partition count %u", spec->index,
			    spec->of);
	if (usable < spec->of)
		return fail(err, err_size, -ENODEV,
			    "not enough usable CPUs (%u) for %u partitions",
			    usable, spec->of);
	part = usable / spec->of;
	wider = fraction_of(part, share);
	from = spec->index * part;
	to = spec->index + 1 == spec->of ? usable : from + part;
	take_part(m, from - min(from, wider), min(to + wider, usable), set);
	return 0;
}

static int resolve_disjoint(const struct cpuset_spec *spec,
			    const struct machine_cpus *m, cpu_set_t *set,
			    char *err, size_t err_size)
{
	return take_chunk(spec, m, 0, set, err, err_size);
}

static const struct cpuset_ops cpuset_disjoint = {
	.call = "CPUSET_DISJOINT(i, n)",
	.takes = "index of",
	.what = "part i of n equal parts of the usable CPUs; the last one takes the rest",
	.resolve = resolve_disjoint,
};

static bool is_fraction(double f)
{
	return isfinite(f) && f >= 0 && f <= 1;
}

static int resolve_overlap(const struct cpuset_spec *spec,
			   const struct machine_cpus *m, cpu_set_t *set,
			   char *err, size_t err_size)
{
	if (!is_fraction(spec->share))
		return fail(err, err_size, -EINVAL,
			    "an overlap of %g is no fraction from 0 to 1",
			    spec->share);
	return take_chunk(spec, m, spec->share, set, err, err_size);
}

static const struct cpuset_ops cpuset_overlap = {
	.call = "CPUSET_OVERLAP(i, n, f)",
	.takes = "index of share",
	.what = "the same, and of each neighbour f times as many CPUs as a part has",
	.resolve = resolve_overlap,
};

static int resolve_range(const struct cpuset_spec *spec,
			 const struct machine_cpus *m, cpu_set_t *set,
			 char *err, size_t err_size)
{
	unsigned int usable = usable_count(m);

	if (!is_fraction(spec->from) || !is_fraction(spec->to) ||
	    spec->from >= spec->to)
		return fail(err, err_size, -EINVAL,
			    "%g to %g is no range within 0 to 1", spec->from,
			    spec->to);
	take_part(m, fraction_of(usable, spec->from),
		  fraction_of(usable, spec->to), set);
	if (!CPU_COUNT(set))
		return fail(err, err_size, -ENODEV,
			    "none of %u usable CPUs is within %g to %g",
			    usable, spec->from, spec->to);
	return 0;
}

static const struct cpuset_ops cpuset_range = {
	.call = "CPUSET_RANGE(a, b)",
	.takes = "from to",
	.what = "from the fraction a of the usable CPUs to the fraction b of them",
	.resolve = resolve_range,
};

static int take_sharing(const struct machine_cpus *m, const int16_t *by,
			unsigned int index, const char *what, cpu_set_t *set,
			char *err, size_t err_size)
{
	cpu_set_t usable;

	CPU_ZERO(&usable);
	take_part(m, 0, usable_count(m), &usable);
	machine_cpus_of(m, by, index, set);
	CPU_AND(set, set, &usable);
	if (!CPU_COUNT(set))
		return fail(err, err_size, -ENODEV,
			    "%s %u has no usable CPU", what, index);
	return 0;
}

static int resolve_llc(const struct cpuset_spec *spec,
		       const struct machine_cpus *m, cpu_set_t *set, char *err,
		       size_t err_size)
{
	if (spec->index >= m->n_llcs)
		return fail(err, err_size, -ENODEV,
			    "need >=%u LLCs, there are %u", spec->index + 1,
			    m->n_llcs);
	return take_sharing(m, m->llc, spec->index, "LLC", set, err, err_size);
}

static const struct cpuset_ops cpuset_llc = {
	.call = "CPUSET_LLC(i)",
	.takes = "index",
	.what = "the usable CPUs of the last-level cache i, in the order of their first CPUs",
	.knows = true,
	.resolve = resolve_llc,
};

static int resolve_node(const struct cpuset_spec *spec,
			const struct machine_cpus *m, cpu_set_t *set, char *err,
			size_t err_size)
{
	cpu_set_t all;

	if (!machine_cpus_of(m, m->node, spec->index, &all))
		return fail(err, err_size, -ENODEV,
			    "there is no node %u with CPUs, need >=%u nodes",
			    spec->index, spec->index + 1);
	return take_sharing(m, m->node, spec->index, "node", set, err,
			    err_size);
}

static const struct cpuset_ops cpuset_node = {
	.call = "CPUSET_NODE(i)",
	.takes = "index",
	.what = "the usable CPUs of the NUMA node i",
	.knows = true,
	.resolve = resolve_node,
};

static int resolve_exact(const struct cpuset_spec *spec,
			 const struct machine_cpus *m, cpu_set_t *set,
			 char *err, size_t err_size)
{
	cpu_set_t there;

	if (!spec->list || cpus_parse(spec->list, set))
		return fail(err, err_size, -EINVAL, "'%s' is no list of CPUs",
			    spec->list ?: "");
	CPU_AND(&there, set, &m->online);
	if (!CPU_EQUAL(&there, set))
		return fail(err, err_size, -ENODEV,
			    "of CPUs %s, %d are not there", spec->list,
			    CPU_COUNT(set) - CPU_COUNT(&there));
	return 0;
}

static const struct cpuset_ops cpuset_exact = {
	.call = "CPUSET_EXACT(list)",
	.takes = "list",
	.what = "these CPUs, \"0-3,5\", whether usable or not",
	.resolve = resolve_exact,
};

#define CPUSET_KIND_OPS(id, name)	&cpuset_##name,

const struct cpuset_ops *const cpuset_kinds[CPUSET_KIND_COUNT] = {
	CPUSET_KINDS(CPUSET_KIND_OPS)
};

int cpuset_resolve(const struct cpuset_spec *spec, const struct machine_cpus *m,
		   cpu_set_t *set, char *err, size_t err_size)
{
	CPU_ZERO(set);
	return cpuset_kinds[spec->kind]->resolve(spec, m, set, err, err_size);
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
