/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Machines with a name: what a scheduler is put through by a gauntlet, and what
 * `-t NAME` boots. To add one: a row here.
 */
#ifndef KTSTR_COMMON_PRESETS_H
#define KTSTR_COMMON_PRESETS_H

#include <stddef.h>

#include "lib/common/topology.h"

/*
 * row(id, name, also, nodes, LLCs, cores, threads, what) of those that are even: of it
 * come the table, and a test that boots each of them (kselftest/presets.c).
 */
#define EVEN_PRESETS(row)						\
	row(tiny_1llc, "tiny-1llc", "4cpu-1llc-nosmt",			\
	    1, 1, 4, 1, "four CPUs that share one cache")		\
	row(tiny_2llc, "tiny-2llc", "4cpu-2llc-nosmt",			\
	    1, 2, 2, 1, "four CPUs, two to a cache")			\
	row(odd_3llc, "odd-3llc", "9cpu-3llc-nosmt",			\
	    1, 3, 3, 1, "three caches of three CPUs")			\
	row(odd_5llc, "odd-5llc", "15cpu-5llc-nosmt",			\
	    1, 5, 3, 1, "five caches of three CPUs")			\
	row(odd_7llc, "odd-7llc", "14cpu-7llc-nosmt",			\
	    1, 7, 2, 1, "seven caches of two CPUs")			\
	row(smt_2llc, "smt-2llc", "8cpu-2llc-smt",			\
	    1, 2, 2, 2, "two caches, cores of two threads")		\
	row(smt_3llc, "smt-3llc", "12cpu-3llc-smt",			\
	    1, 3, 2, 2, "three caches, cores of two threads")		\
	row(medium_4llc, "medium-4llc", "32cpu-4llc-smt",		\
	    1, 4, 4, 2, "32 CPUs, four caches, cores of two threads")	\
	row(medium_8llc, "medium-8llc", "64cpu-8llc-smt",		\
	    1, 8, 4, 2, "64 CPUs, eight caches, cores of two threads")	\
	row(large_4llc, "large-4llc", "128cpu-4llc-smt",		\
	    1, 4, 16, 2, "128 CPUs, four large caches, cores of two threads") \
	row(large_8llc, "large-8llc", "128cpu-8llc-smt",		\
	    1, 8, 8, 2, "128 CPUs, eight caches, cores of two threads")	\
	row(near_max_llc, "near-max-llc", "240cpu-15llc-smt",		\
	    1, 15, 8, 2, "240 CPUs, fifteen caches, cores of two threads") \
	row(max_cpu, "max-cpu", "252cpu-14llc-smt",			\
	    1, 14, 9, 2, "252 CPUs, fourteen caches, cores of two threads") \
	row(medium_4llc_nosmt, "medium-4llc-nosmt", "32cpu-4llc-nosmt",	\
	    1, 4, 8, 1, "32 CPUs, four caches")				\
	row(medium_8llc_nosmt, "medium-8llc-nosmt", "64cpu-8llc-nosmt",	\
	    1, 8, 8, 1, "64 CPUs, eight caches")			\
	row(large_4llc_nosmt, "large-4llc-nosmt", "128cpu-4llc-nosmt",	\
	    1, 4, 32, 1, "128 CPUs, four large caches")			\
	row(large_8llc_nosmt, "large-8llc-nosmt", "128cpu-8llc-nosmt",	\
	    1, 8, 16, 1, "128 CPUs, eight caches")			\
	row(near_max_llc_nosmt, "near-max-llc-nosmt", "240cpu-15llc-nosmt", \
	    1, 15, 16, 1, "240 CPUs, fifteen caches")			\
	row(max_cpu_nosmt, "max-cpu-nosmt", "252cpu-14llc-nosmt",	\
	    1, 14, 18, 1, "252 CPUs, fourteen caches")			\
	row(numa2_4llc, "numa2-4llc", "2numa-16cpu-4llc-nosmt",		\
	    2, 4, 4, 1, "two nodes of two caches")			\
	row(numa2_8llc, "numa2-8llc", "2numa-128cpu-8llc-smt",		\
	    2, 8, 8, 2, "128 CPUs, two nodes of four caches, cores of two threads") \
	row(numa2_8llc_nosmt, "numa2-8llc-nosmt", "2numa-128cpu-8llc-nosmt", \
	    2, 8, 16, 1, "128 CPUs, two nodes of four caches")		\
	row(numa4_8llc, "numa4-8llc", "4numa-32cpu-8llc-nosmt",		\
	    4, 8, 4, 1, "four nodes of two caches")			\
	row(numa4_12llc, "numa4-12llc", "4numa-192cpu-12llc-smt",	\
	    4, 12, 8, 2, "192 CPUs, four nodes of three caches, cores of two threads") \
	row(_2numa_32cpu_2llc_smt, "2numa-32cpu-2llc-smt", NULL,	\
	    2, 2, 8, 2, "two nodes, each with one cache, cores of two threads")

/* The one that is not: 192cpu-11llc-smt. */
extern const struct topology_form preset_uneven;

/**
 * struct preset - a machine with a name
 * @name: letters, digits and '-'
 * @also: its other name; NULL for none
 * @topology: its shape. What limits are held to is told by it: topology_cpus(),
 *	.llcs, .nodes, .threads
 * @cpu_budget: host CPUs that it may use; fewer than it has, so that they are
 *	always overcommitted. 0 for as many as there are
 * @what: one line about it
 */
struct preset {
	const char *name;
	const char *also;
	struct topology topology;
	unsigned int cpu_budget;
	const char *what;
};

extern const struct preset presets[];
extern const size_t n_presets;

/**
 * preset_find() - the preset of a name
 * @name: either of its names
 *
 * Return: it, NULL when there is none.
 */
const struct preset *preset_find(const char *name);

#endif /* KTSTR_COMMON_PRESETS_H */
