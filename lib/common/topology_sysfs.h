/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel of a machine says of its CPUs and nodes, number by number, as
 * topology_capture() makes a topology of it.
 */
#ifndef KTSTR_COMMON_TOPOLOGY_SYSFS_H
#define KTSTR_COMMON_TOPOLOGY_SYSFS_H

#include <stddef.h>
#include <stdint.h>

#define SYSFS_CPUS_MAX	4096
#define SYSFS_NODES_MAX	64

/**
 * struct sysfs_cpu - a CPU
 * @number: the kernel's
 * @package: as the hardware numbers it
 * @core: likewise, within its package
 * @core_first: the lowest number among the CPUs of its core
 * @l2_first: among those that share its second-level cache
 * @llc_first: among those that share its last-level cache
 * @node: its node; 0 where there are none
 */
struct sysfs_cpu {
	uint32_t number;
	uint32_t package;
	uint32_t core;
	uint32_t core_first;
	uint32_t l2_first;
	uint32_t llc_first;
	uint32_t node;
};

/**
 * struct sysfs_node - a node
 * @number: the kernel's
 * @cpus: how many it has
 * @memory_kb: its RAM
 * @latency_ns: to read from it, from the nearest CPU; 0: not told
 * @bandwidth_mbs: from there, 0: not told
 * @cache_kb: of the cache in front of it; 0 for none
 * @distance: to the nodes of the array, in its order
 */
struct sysfs_node {
	uint32_t number;
	uint32_t cpus;
	uint64_t memory_kb;
	uint32_t latency_ns;
	uint32_t bandwidth_mbs;
	uint64_t cache_kb;
	uint8_t distance[SYSFS_NODES_MAX];
};

/**
 * struct sysfs_machine - a machine
 * @cpus: those that are online, by number; @n_cpus of them
 * @nodes: by number; @n_nodes of them, 0 where there are none
 * @present: CPUs that are there, online or not
 * @possible: CPUs that could be there
 */
struct sysfs_machine {
	struct sysfs_cpu cpus[SYSFS_CPUS_MAX];
	unsigned int n_cpus;
	struct sysfs_node nodes[SYSFS_NODES_MAX];
	unsigned int n_nodes;
	unsigned int present;
	unsigned int possible;
};

/**
 * sysfs_read_machine() - read all of it
 * @root: the folder in which sys/devices/system is; "" for this machine's
 * @m: filled in
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0, -ENOENT where there is no such thing, -E2BIG, -EINVAL.
 */
int sysfs_read_machine(const char *root, struct sysfs_machine *m, char *err,
		       size_t err_size);

#endif /* KTSTR_COMMON_TOPOLOGY_SYSFS_H */
