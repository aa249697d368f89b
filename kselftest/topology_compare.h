/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest's sysfs shows of its CPUs, held against the topology that was asked
 * for. For topology.c and presets.c.
 */
#ifndef KTSTR_KSELFTEST_TOPOLOGY_COMPARE_H
#define KTSTR_KSELFTEST_TOPOLOGY_COMPARE_H

#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "lib/common/topology.h"
#include "lib/common/util/compiler.h"
#include "lib/common/util/log.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/guest/work/machine_cpus.h"

#define SYSFS		"/sys/devices/system"

/* ---- what has something in common with a CPU ---- */

enum with { CORE, L2, PART, LLC, PACKAGE };

static bool together(const struct topology *t, unsigned int a, unsigned int b,
		     enum with what)
{
	struct topology_place p, q;

	topology_place(t, a, &p);
	topology_place(t, b, &q);
	if (what == PACKAGE)
		return p.package == q.package;
	if (p.llc != q.llc || what == LLC)
		return p.llc == q.llc;
	if (p.part != q.part || what == PART)
		return p.part == q.part;
	return p.cluster == q.cluster &&
	       (what == L2 || p.in_cluster == q.in_cluster);
}

static void those_with(const struct topology *t, unsigned int cpu,
		       enum with what, cpu_set_t *set)
{
	unsigned int i;

	CPU_ZERO(set);
	for (i = 0; i < topology_cpus(t); i++)
		if (together(t, cpu, i, what))
			CPU_SET(i, set);
}

static void say_set(const char *what, const cpu_set_t *set)
{
	struct strbuf text = STRBUF_INIT;
	int i;

	for (i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, set))
			strbuf_addf(&text, " %d", i);
	pr_err("%s:%s", what, text.text);
	strbuf_free(&text);
}

static bool same_set(const char *what, const cpu_set_t *asked,
		     const cpu_set_t *seen)
{
	if (CPU_EQUAL(asked, seen))
		return true;
	pr_err("%s is not as it was asked for", what);
	say_set("asked", asked);
	say_set("seen", seen);
	return false;
}

static bool __printf(2, 3) list_is(const cpu_set_t *asked, const char *fmt, ...)
{
	cpu_set_t seen;
	char path[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	cpus_read(path, &seen);
	return same_set(path, asked, &seen);
}

/* ---- sysfs ---- */

static bool is_amd(void)
{
	char line[256] = "";
	bool amd = false;
	FILE *f = fopen("/proc/cpuinfo", "re");

	while (f && !amd && fgets(line, sizeof(line), f))
		amd = strstarts(line, "vendor_id") &&
		      strstr(line, "AuthenticAMD");
	if (f)
		fclose(f);
	return amd;
}

/* Where nodes share an LLC, AMD's is what is near: it has no such machines. */
static bool cpu_is_so(const struct topology *t, unsigned int cpu, bool amd)
{
	const struct {
		const char *file;
		enum with what;
	} files[] = {
		{ "topology/thread_siblings_list", CORE },
		{ "cache/index0/shared_cpu_list", CORE },
		{ "cache/index2/shared_cpu_list", L2 },
		{ "cache/index3/shared_cpu_list", amd ? PART : LLC },
		{ "topology/package_cpus_list", PACKAGE },
	};
	bool good = true;
	cpu_set_t asked;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		those_with(t, cpu, files[i].what, &asked);
		good &= list_is(&asked, SYSFS "/cpu/cpu%u/%s", cpu,
				files[i].file);
	}
	return good;
}

static void cpus_of_node(const struct topology *t, unsigned int node,
			 cpu_set_t *set)
{
	struct topology_place p;
	unsigned int i;

	CPU_ZERO(set);
	for (i = 0; i < topology_cpus(t); i++) {
		topology_place(t, i, &p);
		if (p.node == node)
			CPU_SET(i, set);
	}
}

static void first_ones(unsigned int n, cpu_set_t *set)
{
	unsigned int i;

	CPU_ZERO(set);
	for (i = 0; i < n; i++)
		CPU_SET(i, set);
}

/* All that sysfs says of CPUs; prints what is not so. */
static bool sysfs_is_so(const struct topology *t)
{
	unsigned int n = topology_cpus(t), i;
	bool amd = is_amd(), good = true;
	cpu_set_t asked;

	first_ones(n, &asked);
	good &= list_is(&asked, SYSFS "/cpu/online");
	good &= list_is(&asked, SYSFS "/cpu/present");
	first_ones(n + (t->form ? t->form->absent : 0), &asked);
	good &= list_is(&asked, SYSFS "/cpu/possible");
	for (i = 0; i < n; i++)
		good &= cpu_is_so(t, i, amd);
	first_ones(t->nodes, &asked);
	good &= list_is(&asked, SYSFS "/node/online");
	for (i = 0; i < t->nodes; i++) {
		cpus_of_node(t, i, &asked);
		good &= list_is(&asked, SYSFS "/node/node%u/cpulist", i);
	}
	return good;
}

#endif /* KTSTR_KSELFTEST_TOPOLOGY_COMPARE_H */
