// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that go from node to node: where they run, or where their memory is.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/cpus.h"
#include "lib/guest/work/types.h"

#define LINE		64
#define PASS_LINES	1024

/**
 * struct numa - the nodes that it goes round
 * @nodes: they
 * @n: how many
 * @at: where it is
 * @next_ns: until then
 * @mem: its memory, if that is what goes round
 */
struct numa {
	struct cpus_node nodes[CPUS_MAX_NODES];
	unsigned int n;
	unsigned int at;
	uint64_t next_ns;
	char *mem;
};

/* Those of which there is a CPU for us */
static void nodes_to_run_on(struct numa *numa)
{
	cpu_set_t allowed;
	unsigned int i, n;

	CPU_ZERO(&allowed);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	n = cpus_nodes(CPUS_SYSFS, "has_cpu", &allowed, numa->nodes);
	for (i = 0, numa->n = 0; i < n; i++)
		if (CPU_COUNT(&numa->nodes[i].cpus))
			numa->nodes[numa->n++] = numa->nodes[i];
}

/* Those of which there is memory for us */
static void nodes_to_store_on(struct numa *numa)
{
	unsigned long allowed[CPU_SETSIZE / 8 / sizeof(long)] = { };
	const unsigned int bits = 8 * sizeof(long);
	cpu_set_t none;
	unsigned int i, n, id;

	CPU_ZERO(&none);
	syscall(SYS_get_mempolicy, NULL, allowed, 8 * sizeof(allowed), NULL,
		MPOL_F_MEMS_ALLOWED);
	n = cpus_nodes(CPUS_SYSFS, "has_memory", &none, numa->nodes);
	for (i = 0, numa->n = 0; i < n; i++) {
		id = numa->nodes[i].id;
		if (allowed[id / bits] & (1UL << id % bits))
			numa->nodes[numa->n++] = numa->nodes[i];
	}
}

static const char *lacks_nodes(void (*find)(struct numa *numa),
			       const char *lacks)
{
	struct numa *numa = calloc(1, sizeof(*numa));
	bool enough;

	if (!numa)
		return "no memory";
	find(numa);
	enough = numa->n > 1;
	free(numa);
	return enough ? NULL : lacks;
}

static int numa_init(struct work_run *run, void (*find)(struct numa *numa))
{
	struct numa *numa = calloc(1, sizeof(*numa));

	run->mem = numa;
	if (!numa)
		return -ENOMEM;
	find(numa);
	/* Not all begin in the same place. */
	numa->at = run->index;
	return numa->n > 1 ? 0 : -ENODEV;
}

/* Return: the node to go to, once it is time; NULL before that. */
static const struct cpus_node *next_node(struct work_run *run)
{
	struct numa *numa = run->mem;
	uint64_t now_ns = clock_now_ns();

	if (now_ns < numa->next_ns)
		return NULL;
	numa->next_ns = now_ns + run->spec->period_ms * NSEC_PER_MSEC;
	return &numa->nodes[numa->at++ % numa->n];
}

/* ---- NumaMigrationChurn ---- */

static const char *lacks_nodes_to_run_on(const struct work_spec *spec)
{
	(void)spec;
	return lacks_nodes(nodes_to_run_on,
			   "there are no two nodes with CPUs for it");
}

static int numa_migration_churn_init(struct work_run *run)
{
	return numa_init(run, nodes_to_run_on);
}

static void numa_migration_churn_pass(struct work_run *run)
{
	const struct cpus_node *to = next_node(run);

	if (to)
		sched_setaffinity(0, sizeof(to->cpus), &to->cpus);
	work_spin(run, WORK_CHUNK);
}

static void numa_migration_churn_exit(struct work_run *run)
{
	free(run->mem);
}

const struct work_ops work_numa_migration_churn = {
	.name = "NumaMigrationChurn",
	.uneven = true,
	.what = "computes, and goes to the CPUs of the next node after each period_ms",
	.params = { WORK_PARAM(period_ms, 100, 60000) },
	.group = 1,
	.lacks = lacks_nodes_to_run_on,
	.init = numa_migration_churn_init,
	.pass = numa_migration_churn_pass,
	.exit = numa_migration_churn_exit,
};

/* ---- NumaWorkingSetSweep ---- */

static const char *lacks_nodes_to_store_on(const struct work_spec *spec)
{
	(void)spec;
	return lacks_nodes(nodes_to_store_on,
			   "there are no two nodes with memory for it");
}

static int numa_working_set_sweep_init(struct work_run *run)
{
	int err = numa_init(run, nodes_to_store_on);
	struct numa *numa = run->mem;

	if (err)
		return err;
	numa->mem = mmap(NULL, run->spec->kb * 1024UL, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return numa->mem == MAP_FAILED ? -ENOMEM : 0;
}

static void move_memory(struct work_run *run, unsigned int node)
{
	unsigned long mask[CPU_SETSIZE / 8 / sizeof(long)] = { };
	const unsigned int bits = 8 * sizeof(long);
	struct numa *numa = run->mem;

	mask[node / bits] = 1UL << node % bits;
	syscall(SYS_mbind, numa->mem, run->spec->kb * 1024UL, MPOL_BIND, mask,
		8 * sizeof(mask), MPOL_MF_MOVE);
}

static void numa_working_set_sweep_pass(struct work_run *run)
{
	unsigned long i, lines = run->spec->kb * 1024UL / LINE;
	const struct cpus_node *to = next_node(run);
	struct numa *numa = run->mem;

	if (to)
		move_memory(run, to->id);
	/* The seed is the line that comes next. */
	for (i = 0; i < PASS_LINES; i++)
		(*(volatile char *)&numa->mem[run->seed++ % lines * LINE])++;
	work_done(run, PASS_LINES);
}

static void numa_working_set_sweep_exit(struct work_run *run)
{
	struct numa *numa = run->mem;

	munmap(numa->mem, run->spec->kb * 1024UL);
	free(numa);
}

const struct work_ops work_numa_working_set_sweep = {
	.name = "NumaWorkingSetSweep",
	.what = "changes a byte in each line of kb KiB, and moves all of it to the next node after each period_ms",
	.params = {
		WORK_PARAM(kb, 4096, 1048576),
		WORK_PARAM(period_ms, 100, 60000),
	},
	.group = 1,
	.lacks = lacks_nodes_to_store_on,
	.init = numa_working_set_sweep_init,
	.pass = numa_working_set_sweep_pass,
	.exit = numa_working_set_sweep_exit,
};
