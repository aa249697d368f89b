// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading CPUs and nodes from sysfs. See topology_sysfs.h.
 */
#include "lib/common/topology_sysfs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"

#define CACHES_MAX	16	/* of a CPU */
#define LINE_MAX_SIZE	16384	/* of a list of CPUs, or a row of distances */

/**
 * struct folder - where files are read
 * @root: of struct sysfs_machine
 * @line: the last file's text
 */
struct folder {
	const char *root;
	char line[LINE_MAX_SIZE];
};

/* The start of a file, in folder.line; "" where there is none. */
static bool __printf(2, 3) read_line(struct folder *f, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	ssize_t n;
	int len, fd;

	f->line[0] = '\0';
	len = snprintf(path, sizeof(path), "%s/sys/devices/system/", f->root);
	if (len < 0 || (size_t)len >= sizeof(path))
		return false;
	va_start(ap, fmt);
	vsnprintf(path + len, sizeof(path) - len, fmt, ap);
	va_end(ap);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	n = read(fd, f->line, sizeof(f->line) - 1);
	close(fd);
	f->line[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The number that it starts with; @otherwise where it starts with none. */
static uint64_t number_of(const char *text, uint64_t otherwise)
{
	return isdigit((unsigned char)*text) ? strtoull(text, NULL, 10) :
					       otherwise;
}

/* From one number of "0-3,8" to the next. */
static bool next_of(const char **list, uint32_t *number, uint32_t *last)
{
	char *end;

	if (*number < *last) {
		++*number;
		return true;
	}
	*list += strspn(*list, ",");
	if (!isdigit((unsigned char)**list))
		return false;
	*number = strtoul(*list, &end, 10);
	*last = *number;
	if (*end == '-' && isdigit((unsigned char)end[1]))
		*last = strtoul(end + 1, &end, 10);
	*list = end;
	return true;
}

/* A machine that says more is taken for one that says this much. */
static unsigned int count_of(const char *list)
{
	uint32_t number = 0, last = 0;
	unsigned int n = 0;

	while (n <= SYSFS_CPUS_MAX && next_of(&list, &number, &last))
		n++;
	return n;
}

static void read_caches(struct folder *f, struct sysfs_cpu *cpu)
{
	unsigned int i, level, largest = 0;

	for (i = 0; i < CACHES_MAX; i++) {
		read_line(f, "cpu/cpu%u/cache/index%u/type", cpu->number, i);
		if (!f->line[0])
			break;
		if (strstarts(f->line, "Instruction"))
			continue;
		read_line(f, "cpu/cpu%u/cache/index%u/level", cpu->number, i);
		level = number_of(f->line, 0);
		read_line(f, "cpu/cpu%u/cache/index%u/shared_cpu_list",
			  cpu->number, i);
		if (level == 2)
			cpu->l2_first = number_of(f->line, cpu->number);
		if (level >= largest) {
			largest = level;
			cpu->llc_first = number_of(f->line, cpu->number);
		}
	}
	/* Where the first level is the last one it says nothing. */
	if (largest < 2)
		cpu->llc_first = UINT32_MAX;
}

static void read_cpu(struct folder *f, struct sysfs_cpu *cpu)
{
	read_line(f, "cpu/cpu%u/topology/physical_package_id", cpu->number);
	cpu->package = number_of(f->line, 0);
	read_line(f, "cpu/cpu%u/topology/core_id", cpu->number);
	cpu->core = number_of(f->line, cpu->number);
	read_line(f, "cpu/cpu%u/topology/thread_siblings_list", cpu->number);
	cpu->core_first = number_of(f->line, cpu->number);
	cpu->l2_first = cpu->core_first;
	read_caches(f, cpu);
}

/* A package that tells of no cache has one. */
static void fill_llcs(struct sysfs_machine *m)
{
	unsigned int i, j;

	for (i = 0; i < m->n_cpus; i++) {
		if (m->cpus[i].llc_first != UINT32_MAX)
			continue;
		for (j = 0; m->cpus[j].package != m->cpus[i].package;)
			j++;
		m->cpus[i].llc_first = m->cpus[j].number;
	}
}

static int read_cpus(struct folder *f, struct sysfs_machine *m)
{
	uint32_t number = 0, last = 0, present;
	const char *list;
	char *online;

	if (!read_line(f, "cpu/online"))
		return -ENOENT;
	online = strdup(f->line);
	if (!online)
		return -ENOMEM;
	for (list = online; next_of(&list, &number, &last);) {
		if (m->n_cpus == SYSFS_CPUS_MAX) {
			free(online);
			return -E2BIG;
		}
		m->cpus[m->n_cpus++].number = number;
	}
	free(online);
	for (present = 0; present < m->n_cpus; present++)
		read_cpu(f, &m->cpus[present]);
	fill_llcs(m);
	read_line(f, "cpu/present");
	m->present = max(count_of(f->line), m->n_cpus);
	read_line(f, "cpu/possible");
	m->possible = max(count_of(f->line), m->present);
	return m->n_cpus ? 0 : -ENOENT;
}

static struct sysfs_cpu *cpu_of(struct sysfs_machine *m, uint32_t number)
{
	unsigned int i;

	for (i = 0; i < m->n_cpus; i++)
		if (m->cpus[i].number == number)
			return &m->cpus[i];
	return NULL;
}

/* "Node 0 MemTotal:  1024 kB" */
static uint64_t memory_of(const char *meminfo)
{
	const char *at = strstr(meminfo, "MemTotal:");

	return at ? number_of(at + 9 + strspn(at + 9, " "), 0) : 0;
}

static void read_node(struct folder *f, struct sysfs_machine *m,
		      unsigned int index)
{
	static const char speeds[] = "node/node%u/access0/initiators/%s";
	struct sysfs_node *node = &m->nodes[index];
	uint32_t number = 0, last = 0;
	struct sysfs_cpu *cpu;
	const char *list;

	read_line(f, "node/node%u/cpulist", node->number);
	for (list = f->line; next_of(&list, &number, &last) &&
	     number <= m->cpus[m->n_cpus - 1].number;) {
		cpu = cpu_of(m, number);
		if (!cpu)
			continue;
		cpu->node = index;
		node->cpus++;
	}
	read_line(f, "node/node%u/meminfo", node->number);
	node->memory_kb = memory_of(f->line);
	read_line(f, speeds, node->number, "read_latency");
	node->latency_ns = number_of(f->line, 0);
	read_line(f, speeds, node->number, "read_bandwidth");
	node->bandwidth_mbs = number_of(f->line, 0);
	read_line(f, "node/node%u/memory_side_cache/index1/size", node->number);
	node->cache_kb = number_of(f->line, 0) / 1024;
}

static int read_distances(struct folder *f, struct sysfs_machine *m,
			  struct sysfs_node *node)
{
	unsigned long distance;
	unsigned int i;
	char *at;

	read_line(f, "node/node%u/distance", node->number);
	at = f->line;
	for (i = 0; i < m->n_nodes; i++) {
		distance = strtoul(at, &at, 10);
		if (distance < 10 || distance > UINT8_MAX)
			return -EINVAL;
		node->distance[i] = distance;
	}
	return 0;
}

static int read_nodes(struct folder *f, struct sysfs_machine *m)
{
	uint32_t number = 0, last = 0;
	const char *list;
	unsigned int i;
	int ret = 0;

	read_line(f, "node/online");
	for (list = f->line; next_of(&list, &number, &last);) {
		if (m->n_nodes == SYSFS_NODES_MAX)
			return -E2BIG;
		m->nodes[m->n_nodes++].number = number;
	}
	for (i = 0; i < m->n_nodes && !ret; i++) {
		read_node(f, m, i);
		ret = read_distances(f, m, &m->nodes[i]);
	}
	return ret;
}

int sysfs_read_machine(const char *root, struct sysfs_machine *m, char *err,
		       size_t err_size)
{
	struct folder *f = malloc(sizeof(*f));
	int ret;

	if (!f)
		return -ENOMEM;
	f->root = root;
	memset(m, 0, sizeof(*m));
	ret = read_cpus(f, m) ?: read_nodes(f, m);
	free(f);
	if (ret)
		snprintf(err, err_size, "%s/sys/devices/system: %s", root,
			 ret == -E2BIG ? "more CPUs or nodes than can be told" :
			 ret == -EINVAL ? "has no distances between nodes" :
			 ret == -ENOENT ? "tells of no CPUs" : strerror(-ret));
	return ret;
}
