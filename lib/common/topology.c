// SPDX-License-Identifier: GPL-2.0-only
/*
 * Topologies: check, write and read their names. What a topology means to a
 * guest (APIC ids, ACPI tables) is in vmm/x86/.
 */
#include "lib/common/topology.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

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

int topology_check(const struct topology *t, unsigned int max_cpus,
		   char *err, size_t err_size)
{
	uint64_t cpus;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(topology_parts); i++)
		if (!topology_part(t, i))
			return topology_bad(t, err, err_size,
					    "the number of %s is 0",
					    topology_parts[i].name);
	if (t->llcs % t->nodes)
		return topology_bad(t, err, err_size,
				    "%u LLCs do not divide over %u nodes",
				    t->llcs, t->nodes);

	/* Two 32-bit factors fit; check before the third one. */
	cpus = (uint64_t)t->llcs * t->cores;
	if (cpus <= UINT_MAX)
		cpus *= t->threads;
	if (cpus > UINT_MAX || (max_cpus && cpus > max_cpus))
		return topology_bad(t, err, err_size,
				    "more than the %u CPUs that are possible",
				    max_cpus ? max_cpus : UINT_MAX);
	return 0;
}

const char *topology_name(const struct topology *t, char *buf)
{
	snprintf(buf, TOPOLOGY_NAME_LEN, "%un%ul%uc%ut", t->nodes, t->llcs,
		 t->cores, t->threads);
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
	struct topology parsed;
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
