/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shape of a machine: nodes, last-level caches, cores, threads.
 */
#ifndef KTSTR_TOPOLOGY_H
#define KTSTR_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct topology - a CPU topology
 * @nodes: NUMA nodes
 * @llcs: last-level caches over all nodes, a multiple of @nodes
 * @cores: cores per LLC
 * @threads: threads per core
 *
 * CPU numbers count threads fastest, then cores, then LLCs. All zero means
 * "not given". Written {nodes}n{llcs}l{cores}c{threads}t, e.g. 1n2l4c2t.
 */
struct topology {
	unsigned int nodes;
	unsigned int llcs;
	unsigned int cores;
	unsigned int threads;
};

/* All zero would be taken for "not given", and get the default. */
#define TOPOLOGY_IS_GIVEN(n, l, c, t)					\
	((unsigned int)(1 / sizeof(struct {				\
		_Static_assert((n) || (l) || (c) || (t),		\
			       "TOPOLOGY(0, 0, 0, 0) is no machine");	\
		char byte[2];						\
	})))

/* Of constants. */
#define TOPOLOGY(n, l, c, t)						\
	{ .nodes = (n) + TOPOLOGY_IS_GIVEN(n, l, c, t), .llcs = (l),	\
	  .cores = (c), .threads = (t) }

/* The longest name: four 10-digit numbers, four letters, NUL. */
#define TOPOLOGY_NAME_LEN 48

/**
 * topology_cpus() - number of CPUs
 * @t: the topology
 *
 * Return: their number, 0 when @t is not given.
 */
static inline unsigned int topology_cpus(const struct topology *t)
{
	return t->llcs * t->cores * t->threads;
}

/**
 * topology_check() - is this a machine that can be built?
 * @t: the topology
 * @max_cpus: the most CPUs allowed, 0 for no limit
 * @err: gets one sentence that names the value at fault; may be NULL
 * @err_size: bytes at @err
 *
 * Return: 0 or -EINVAL.
 */
int topology_check(const struct topology *t, unsigned int max_cpus,
		   char *err, size_t err_size);

/**
 * topology_name() - write 1n2l4c2t
 * @t: the topology
 * @buf: at least TOPOLOGY_NAME_LEN bytes
 *
 * Return: @buf.
 */
const char *topology_name(const struct topology *t, char *buf);

/**
 * topology_parse() - read 1n2l4c2t
 * @name: the text, all of it
 * @t: gets the topology
 *
 * Return: 0, or -EINVAL and @t untouched.
 */
int topology_parse(const char *name, struct topology *t);

#endif /* KTSTR_TOPOLOGY_H */
