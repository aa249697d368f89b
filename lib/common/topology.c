// SPDX-License-Identifier: GPL-2.0-only
/*
 * Topologies: check, write and read their names. Where a CPU is in one is in
 * topology_place.c; what it means to a guest (APIC ids, ACPI tables) in vmm/x86/.
 */
#include "lib/common/topology.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"

/* The parts of a name, in its order. */
static const struct topology_part {
	char letter;
	size_t offset;
	const char *name;
} topology_parts[] = {
	{ 'n', offsetof(struct topology, nodes), "nodes" },
	{ 'l', offsetof(struct topology, llcs), "LLCs" },
	{ 'c', offsetof(struct topology, cores), "cores per LLC" },
	{ 't', offsetof(struct topology, threads), "threads per core" },
};

static unsigned int topology_part(const struct topology *t, size_t i)
{
	return *(const unsigned int *)((const char *)t +
				       topology_parts[i].offset);
}

static int __printf(4, 5) topology_bad(const struct topology *t, char *err,
				       size_t err_size, const char *fmt, ...)
{
	char name[TOPOLOGY_NAME_LEN];
	va_list ap;
	int len;

	if (!err)
		return -EINVAL;
	len = snprintf(err, err_size, "topology %s: ", topology_name(t, name));
	if (len < 0 || (size_t)len >= err_size)
		return -EINVAL;
	va_start(ap, fmt);
	vsnprintf(err + len, err_size - len, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* Of a group of cores, so that numbers stay small. */
#define CORES_MAX	1024
#define THREADS_MAX	64

/* Does the form say which node an LLC is in? */
static bool form_divides(const struct topology *t)
{
	return t->form && (t->form->llc_nodes > 1 || t->form->nodes_given);
}

static bool name_is_fit(const char *name)
{
	size_t len = strnlen(name, TOPOLOGY_FORM_NAME_MAX);
	size_t i;

	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) &&
		    !strchr("._-", name[i]))
			return false;
	return len && len < TOPOLOGY_FORM_NAME_MAX;
}

static int check_name(const struct topology *t, char *err, size_t err_size)
{
	if (t->form->name && name_is_fit(t->form->name))
		return 0;
	if (err)
		snprintf(err, err_size,
			 "topology %un%ul%uc%ut: what is not even needs a name, of at most %d letters, digits and any of ._-",
			 t->nodes, t->llcs, t->cores, t->threads,
			 TOPOLOGY_FORM_NAME_MAX - 1);
	return -EINVAL;
}

static int check_llc(const struct topology *t, unsigned int llc, char *err,
		     size_t err_size)
{
	unsigned int parts = max(t->form->llc_nodes, 1U), i;
	struct topology_llc row;

	topology_llc(t, llc, &row);
	for (i = 0; i < TOPOLOGY_GROUPS_MAX; i++) {
		const struct topology_cores *g = &row.group[i];

		if (g->cores && !g->threads)
			return topology_bad(t, err, err_size,
					    "cores of LLC %u have no threads",
					    llc);
		if (g->cores > CORES_MAX || g->threads > THREADS_MAX)
			return topology_bad(t, err, err_size,
					    "LLC %u has %u cores of %u threads: at most %d of %d can be",
					    llc, g->cores, g->threads, CORES_MAX,
					    THREADS_MAX);
		if (g->cluster && g->cores % g->cluster)
			return topology_bad(t, err, err_size,
					    "the %u cores of LLC %u do not divide over second-level caches of %u",
					    g->cores, llc, g->cluster);
	}
	if (!row.group[0].cores)
		return topology_bad(t, err, err_size, "LLC %u has no cores",
				    llc);
	if (parts > 1 && (row.group[1].cores || row.group[2].cores))
		return topology_bad(t, err, err_size,
				    "LLC %u has cores of more than one kind, and nodes within it",
				    llc);
	if (topology_llc_clusters(&row) % parts)
		return topology_bad(t, err, err_size,
				    "the cores of LLC %u do not divide over %u nodes",
				    llc, parts);
	return 0;
}

/* What is said of all must be what the largest of them has. */
static int check_llcs(const struct topology *t, char *err, size_t err_size)
{
	unsigned int cores = 0, threads = 0, i, j;
	struct topology_llc row;
	int ret = 0;

	if (t->form->llcs_given && t->llcs > TOPOLOGY_LLCS_MAX)
		return topology_bad(t, err, err_size,
				    "more than %d LLCs cannot be told apart",
				    TOPOLOGY_LLCS_MAX);
	if (!t->form->llcs_given && t->cores % max(t->form->llc_nodes, 1U))
		return topology_bad(t, err, err_size,
				    "the %u cores of an LLC do not divide over %u nodes",
				    t->cores, t->form->llc_nodes);
	for (i = 0; t->form->llcs_given && i < t->llcs && !ret; i++) {
		ret = check_llc(t, i, err, err_size);
		topology_llc(t, i, &row);
		cores = max(cores, topology_llc_cores(&row));
		for (j = 0; j < TOPOLOGY_GROUPS_MAX; j++)
			threads = max(threads, row.group[j].threads + 0U);
	}
	if (ret || !t->form->llcs_given)
		return ret;
	if (cores != t->cores || threads != t->threads)
		return topology_bad(t, err, err_size,
				    "its largest LLC has %u cores, of up to %u threads, but the numbers before say %uc%ut",
				    cores, threads, t->cores, t->threads);
	return 0;
}

static int check_rows(const struct topology *t, char *err, size_t err_size)
{
	const struct topology_node *node = t->form->node;
	unsigned int i, sum = 0, with_memory = 0;
	bool memory_only = false;

	for (i = 0; i < t->nodes; i++) {
		with_memory += !!node[i].memory_mib;
		if (t->form->llc_nodes > 1)
			continue;
		if (node[i].llcs > t->llcs - sum)
			return topology_bad(t, err, err_size,
					    "nodes have more LLCs than there are");
		if (memory_only && node[i].llcs)
			return topology_bad(t, err, err_size,
					    "node %u has CPUs and stands behind one that has none: those are last",
					    i);
		memory_only = !node[i].llcs;
		sum += node[i].llcs;
	}
	if (t->form->llc_nodes <= 1 && sum != t->llcs)
		return topology_bad(t, err, err_size,
				    "nodes have %u of the %u LLCs", sum,
				    t->llcs);
	if (with_memory && with_memory != t->nodes)
		return topology_bad(t, err, err_size,
				    "%u of %u nodes say how much memory they have: all do, or none",
				    with_memory, t->nodes);
	return 0;
}

static int check_nodes(const struct topology *t, char *err, size_t err_size)
{
	const struct topology_form *f = t->form;

	if ((f->nodes_given || f->distances_given || f->llc_nodes > 1) &&
	    t->nodes > TOPOLOGY_NODES_MAX)
		return topology_bad(t, err, err_size,
				    "more than %d nodes cannot be told apart",
				    TOPOLOGY_NODES_MAX);
	if (f->llc_nodes > 1 && (t->llcs > TOPOLOGY_LLCS_MAX ||
				 t->nodes < t->llcs * f->llc_nodes))
		return topology_bad(t, err, err_size,
				    "%u nodes are fewer than %u for each of %u LLCs",
				    t->nodes, f->llc_nodes, t->llcs);
	if (f->llc_nodes > 1 && !f->nodes_given &&
	    t->nodes > t->llcs * f->llc_nodes)
		return topology_bad(t, err, err_size,
				    "%u nodes are more than %u for each of %u LLCs: say that the others are memory only",
				    t->nodes, f->llc_nodes, t->llcs);
	return f->nodes_given ? check_rows(t, err, err_size) : 0;
}

static int check_distances(const struct topology *t, char *err, size_t err_size)
{
	unsigned int i, j;

	for (i = 0; t->form->distances_given && i < t->nodes; i++) {
		for (j = 0; j < t->nodes; j++) {
			unsigned int d = t->form->distance[i][j];

			if (i == j ? d == 10 : d > 10 && d < 255)
				continue;
			return topology_bad(t, err, err_size,
					    "the distance from node %u to %u is %u: it is 10 to itself, and 11 to 254 to others",
					    i, j, d);
		}
	}
	return 0;
}

static int form_check(const struct topology *t, char *err, size_t err_size)
{
	return check_name(t, err, err_size) ?: check_llcs(t, err, err_size) ?:
	       check_nodes(t, err, err_size) ?:
	       check_distances(t, err, err_size);
}

/* In 64 bits: what the numbers promise may be more than there can be. */
static uint64_t even_cpus(const struct topology *t)
{
	uint64_t cpus = (uint64_t)t->llcs * t->cores;

	/* Two 32-bit factors fit; check before the third one. */
	return cpus > UINT_MAX ? cpus : cpus * t->threads;
}

int topology_check(const struct topology *t, unsigned int max_cpus,
		   char *err, size_t err_size)
{
	unsigned int absent = t->form ? t->form->absent : 0;
	uint64_t cpus;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(topology_parts); i++)
		if (!topology_part(t, i))
			return topology_bad(t, err, err_size,
					    "the number of %s is 0",
					    topology_parts[i].name);
	ret = t->form ? form_check(t, err, err_size) : 0;
	if (ret)
		return ret;
	if (!form_divides(t) && t->llcs % t->nodes)
		return topology_bad(t, err, err_size,
				    "%u LLCs do not divide over %u nodes",
				    t->llcs, t->nodes);

	cpus = t->form && t->form->llcs_given ? topology_cpus(t) : even_cpus(t);
	if (cpus + absent > UINT_MAX || (max_cpus && cpus > max_cpus))
		return topology_bad(t, err, err_size,
				    "more than the %u CPUs that are possible",
				    max_cpus ? max_cpus : UINT_MAX);
	if (t->form && t->form->boot_cpu >= cpus)
		return topology_bad(t, err, err_size,
				    "CPU %u is to boot, but there are %u",
				    t->form->boot_cpu, (unsigned int)cpus);
	return 0;
}

const char *topology_name(const struct topology *t, char *buf)
{
	if (t->form && t->form->name)
		snprintf(buf, TOPOLOGY_NAME_LEN, "%s", t->form->name);
	else
		snprintf(buf, TOPOLOGY_NAME_LEN, "%un%ul%uc%ut", t->nodes,
			 t->llcs, t->cores, t->threads);
	return buf;
}

/* Decimal digits without sign, space or leading zeros, up to UINT_MAX. */
static const char *parse_number(const char *p, unsigned int *number)
{
	uint64_t value = 0;

	if (!isdigit((unsigned char)*p) ||
	    (*p == '0' && isdigit((unsigned char)p[1])))
		return NULL;
	for (; isdigit((unsigned char)*p); p++) {
		value = value * 10 + (*p - '0');
		if (value > UINT_MAX)
			return NULL;
	}
	*number = value;
	return p;
}

int topology_parse(const char *name, struct topology *t)
{
	struct topology parsed = { };
	const char *p = name;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(topology_parts); i++) {
		void *part = (char *)&parsed + topology_parts[i].offset;

		p = parse_number(p, part);
		if (!p || *p++ != topology_parts[i].letter)
			return -EINVAL;
	}
	if (*p)
		return -EINVAL;
	*t = parsed;
	return 0;
}
