/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shape of a machine: nodes, last-level caches, cores, threads.
 *
 * Most machines are even: four numbers say all of them. What they cannot say is
 * in a form beside them: caches of different size, nodes that share a cache or
 * have no CPU, distances, numbers of CPUs.
 */
#ifndef KTSTR_TOPOLOGY_H
#define KTSTR_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOPOLOGY_LLCS_MAX	128	/* that a form can tell apart */
#define TOPOLOGY_NODES_MAX	32
#define TOPOLOGY_GROUPS_MAX	3	/* kinds of cores in an LLC */

/**
 * struct topology_cores - cores of one kind
 * @cores: their number; 0 for no such group
 * @threads: of each
 * @cluster: cores that share a second-level cache; 0 where each has its own
 */
struct topology_cores {
	uint16_t cores;
	uint16_t threads;
	uint16_t cluster;
};

/**
 * struct topology_llc - a last-level cache, and who shares it
 * @group: its cores, in the order of their numbers
 */
struct topology_llc {
	struct topology_cores group[TOPOLOGY_GROUPS_MAX];
};

/**
 * struct topology_node - a NUMA node
 * @llcs: LLCs in it; 0 for one that is memory only
 * @memory_mib: its RAM; 0 for an even share of what the others leave
 * @latency_ns: what reading from it takes, from the nearest CPU; 0: not told
 * @bandwidth_mbs: MB/s, from there; 0: not told
 * @cache_mib: of a cache in front of its memory; 0 for none
 */
struct topology_node {
	uint32_t llcs;
	uint32_t memory_mib;
	uint32_t latency_ns;
	uint32_t bandwidth_mbs;
	uint32_t cache_mib;
};

/**
 * struct topology_form - what is not even
 * @name: what it is called, a word of letters, digits and "._-"
 * @package_llcs: LLCs of a package; 0 for 1. The last may have fewer
 * @llc_nodes: nodes that each LLC is cut into; 0 for 1
 * @threads_apart: CPUs are numbered by the first threads of all cores, then by
 *	their second ones; else threads of a core are neighbours
 * @boot_cpu: the CPU that boots and is number 0, by the number it would have had;
 *	those before it move up by one
 * @absent: CPUs beyond these that could be and are not
 * @llcs_given: @llc holds, with .llcs rows; else all are of .cores and .threads
 * @nodes_given: @node holds, with .nodes rows, else LLCs are divided evenly.
 *	With @llc_nodes the rows' @llcs do not count: each LLC has its nodes, in
 *	order, and those left over are memory only
 * @distances_given: @distance holds, else it is 10 to itself and 20 to others
 * @llc: the LLCs
 * @node: the nodes
 * @distance: [from][to], as SLIT has it
 */
struct topology_form {
	const char *name;
	uint16_t package_llcs;
	uint16_t llc_nodes;
	bool threads_apart;
	uint32_t boot_cpu;
	uint32_t absent;
	bool llcs_given;
	bool nodes_given;
	bool distances_given;
	struct topology_llc llc[TOPOLOGY_LLCS_MAX];
	struct topology_node node[TOPOLOGY_NODES_MAX];
	uint8_t distance[TOPOLOGY_NODES_MAX][TOPOLOGY_NODES_MAX];
};

/**
 * struct topology - a CPU topology
 * @nodes: NUMA nodes
 * @llcs: last-level caches over all nodes, a multiple of @nodes
 * @cores: cores per LLC
 * @threads: threads per core
 * @form: what is not even; NULL where all is. Then @cores and @threads are
 *	those of the largest LLC and core. Not owned: who made it keeps it
 *
 * CPU numbers count threads fastest, then cores, then LLCs. All zero means
 * "not given". Written {nodes}n{llcs}l{cores}c{threads}t, e.g. 1n2l4c2t.
 */
struct topology {
	unsigned int nodes;
	unsigned int llcs;
	unsigned int cores;
	unsigned int threads;
	const struct topology_form *form;
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

/* A form's own is shorter. */
#define TOPOLOGY_FORM_NAME_MAX 40

/**
 * topology_cpus() - number of CPUs
 * @t: the topology
 *
 * Return: their number, 0 when @t is not given.
 */
unsigned int topology_cpus(const struct topology *t);

/**
 * struct topology_place - where a CPU is
 * @package: which package
 * @llc: which LLC, of all
 * @node: which node
 * @part: which of the nodes of its LLC; 0 but with .llc_nodes
 * @core: which core of the LLC's, of that @part
 * @cluster: which second-level cache of the LLC's, of that @part
 * @in_cluster: which core of that one
 * @thread: which thread of its core
 * @threads: how many that core has
 */
struct topology_place {
	unsigned int package;
	unsigned int llc;
	unsigned int node;
	unsigned int part;
	unsigned int core;
	unsigned int cluster;
	unsigned int in_cluster;
	unsigned int thread;
	unsigned int threads;
};

/**
 * topology_place() - where is a CPU?
 * @t: a topology that topology_check() has found good
 * @cpu: its number, below topology_cpus()
 * @place: filled in
 */
void topology_place(const struct topology *t, unsigned int cpu,
		    struct topology_place *place);

/**
 * topology_llc() - an LLC of a topology, whether it is even or not
 * @t: the topology
 * @llc: which
 * @row: filled in
 */
void topology_llc(const struct topology *t, unsigned int llc,
		  struct topology_llc *row);

/**
 * topology_llc_clusters() - second-level caches of an LLC
 * @row: the LLC
 *
 * Return: their number.
 */
unsigned int topology_llc_clusters(const struct topology_llc *row);

/**
 * topology_llc_cores() - cores of an LLC
 * @row: the LLC
 *
 * Return: their number.
 */
unsigned int topology_llc_cores(const struct topology_llc *row);

/**
 * topology_distance() - how far is a node from another?
 * @t: the topology
 * @from: a node
 * @to: a node
 *
 * Return: as SLIT has it, 10 to itself.
 */
unsigned int topology_distance(const struct topology *t, unsigned int from,
			       unsigned int to);

/**
 * topology_cpu_nodes() - nodes that have CPUs; they come first
 * @t: the topology
 *
 * Return: their number.
 */
unsigned int topology_cpu_nodes(const struct topology *t);

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
 * topology_name() - write 1n2l4c2t, or the name of the form
 * @t: the topology
 * @buf: at least TOPOLOGY_NAME_LEN bytes
 *
 * Return: @buf.
 */
const char *topology_name(const struct topology *t, char *buf);

/**
 * topology_parse() - read 1n2l4c2t; what else a topology may be given as, see
 * topology_text.h
 * @name: the text, all of it
 * @t: gets the topology
 *
 * Return: 0, or -EINVAL and @t untouched.
 */
int topology_parse(const char *name, struct topology *t);

#endif /* KTSTR_TOPOLOGY_H */
