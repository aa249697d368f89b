// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each work type in a guest, under the fair class and under sched_ext: two groups
 * of it in a cgroup of their own, beside others.
 */
#include "ktstr.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/cpus.h"
#include "lib/guest/work/types.h"

/* So many cgroups at a time, each of another type. */
#define AT_A_TIME	2
#define NAME_SIZE	16
#define START_MS	30000

static const struct scheduler scx_simple = {
	.name = "scx_simple",
	.ops_name = "simple",
	.binary = "scx_simple",
};

KTSTR_FIXTURE(work_types, .topology = TOPOLOGY(1, 2, 2, 1), .duration_s = 2);
KTSTR_VARIANT(work_types, eevdf);
KTSTR_VARIANT(work_types, simple, .scheduler = &scx_simple);

/* What the type's own number of workers divides. */
static unsigned int workers_of(const struct work_spec *spec)
{
	char err[128];
	unsigned int n = 1;

	while (work_check(spec, n, err, sizeof(err)) == -EINVAL)
		n++;
	return n;
}

static void own_pass(struct work_run *run)
{
	work_spin(run, WORK_CHUNK);
}

/* Return: 1, 0 for what this machine cannot do. */
static unsigned int fill_def(struct cgroup_def *def, char *name,
			     unsigned int type)
{
	char err[128];

	def->work.type = type;
	if (type == WORK_TYPE_CUSTOM)
		def->work.custom = own_pass;
	def->workers = workers_of(&def->work);
	if (work_check(&def->work, def->workers, err, sizeof(err))) {
		printf("not tried: %s\n", err);
		memset(def, 0, sizeof(*def));
		return 0;
	}
	snprintf(name, NAME_SIZE, "type_%u", type);
	def->name = name;
	return 1;
}

KTSTR_TEST_F(work_types, each_of_them)
{
	struct cgroup_def defs[AT_A_TIME];
	char names[AT_A_TIME][NAME_SIZE];
	unsigned int type, n;

	for (type = 0; type < WORK_TYPE_COUNT;) {
		memset(defs, 0, sizeof(defs));
		for (n = 0; n < AT_A_TIME && type < WORK_TYPE_COUNT; type++)
			n += fill_def(&defs[n], names[n], type);
		if (n)
			EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, n));
	}
}

/* ---- what a machine of one node without SMT does not show ---- */

KTSTR_FIXTURE(work_smt, .topology = TOPOLOGY(1, 1, 2, 2), .duration_s = 2);
KTSTR_VARIANT(work_smt, eevdf);

/* The one CPU of a worker that works; -1 where it is not one. */
static int pinned_cpu(const struct worker *w)
{
	cpu_set_t set;

	if (sched_getaffinity(w->pid, sizeof(set), &set) ||
	    CPU_COUNT(&set) != 1)
		return -1;
	return cpus_nth(&set, 0);
}

static int core_of(int cpu)
{
	char path[128];
	int core = -1;
	FILE *f;

	snprintf(path, sizeof(path),
		 "/sys/devices/system/cpu/cpu%d/topology/core_id", cpu);
	f = fopen(path, "re");
	if (f && fscanf(f, "%d", &core) != 1)
		core = -1;
	if (f)
		fclose(f);
	return core;
}

KTSTR_TEST_F(work_smt, pairs_share_a_core)
{
	const struct work_spec spec = WORK(SMT_SIBLING_SPIN);
	int cpu[4] = { };
	struct work_set set;
	unsigned int i;

	ASSERT_EQ(0, work_create(&set, &spec, 4, START_MS, self->ctx->steal,
				 NULL));
	work_start(&set);
	for (i = 0; i < START_MS / 10 && !work_all_began(&set); i++)
		poll(NULL, 0, 10);
	for (i = 0; i < 4; i++)
		cpu[i] = pinned_cpu(&set.workers[i]);
	work_destroy(&set);
	for (i = 0; i < 4; i += 2) {
		EXPECT_LE(0, cpu[i]);
		EXPECT_NE(cpu[i], cpu[i + 1]);
		EXPECT_EQ(core_of(cpu[i]), core_of(cpu[i + 1]));
	}
	EXPECT_NE(core_of(cpu[0]), core_of(cpu[2]));
}

KTSTR_FIXTURE(work_numa, .topology = TOPOLOGY(2, 2, 1, 1), .duration_s = 2);
KTSTR_VARIANT(work_numa, eevdf);

/* Looked at so often, a millisecond apart at least */
#define LOOKS	500

static void start_one(struct __test_metadata *_metadata, struct work_set *set,
		      const struct work_spec *spec,
		      const struct ktstr_ctx *ctx)
{
	unsigned int i;

	ASSERT_EQ(0, work_create(set, spec, 1, START_MS, ctx->steal, NULL));
	work_start(set);
	for (i = 0; i < START_MS / 10 && !work_all_began(set); i++)
		poll(NULL, 0, 10);
}

KTSTR_TEST_F(work_numa, worker_goes_from_node_to_node)
{
	const struct work_spec spec =
		WORK(NUMA_MIGRATION_CHURN, .period_ms = 20);
	bool seen[2] = { };
	struct work_set set;
	unsigned int i;
	int cpu;

	start_one(_metadata, &set, &spec, self->ctx);
	for (i = 0; i < LOOKS; i++) {
		poll(NULL, 0, 1);
		cpu = pinned_cpu(&set.workers[0]);
		if (cpu >= 0 && cpu < 2)
			seen[cpu] = true;
	}
	work_destroy(&set);
	EXPECT_TRUE(seen[0] && seen[1]);
}

/* Pages of its memory that is bound to a node, if all of them are there */
static unsigned int pages_on(pid_t pid, unsigned int node)
{
	char path[64], line[512], bound[16], pages[16];
	unsigned int n = 0;
	const char *at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/numa_maps", pid);
	snprintf(bound, sizeof(bound), " bind:%u ", node);
	snprintf(pages, sizeof(pages), " N%u=", node);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		at = strstr(line, bound) ? strstr(line, pages) : NULL;
		if (at)
			n += atoi(at + strlen(pages));
	}
	if (f)
		fclose(f);
	return n;
}

KTSTR_TEST_F(work_numa, memory_goes_from_node_to_node)
{
	const struct work_spec spec =
		WORK(NUMA_WORKING_SET_SWEEP, .kb = 1024, .period_ms = 20);
	unsigned int i, most[2] = { };
	struct work_set set;

	start_one(_metadata, &set, &spec, self->ctx);
	for (i = 0; i < 2 * LOOKS; i++) {
		poll(NULL, 0, 1);
		most[i % 2] = max(most[i % 2],
				  pages_on(set.workers[0].pid, i % 2));
	}
	work_destroy(&set);
	EXPECT_LE(1024 / 4 - 8, most[0]);
	EXPECT_LE(1024 / 4 - 8, most[1]);
}

KTSTR_HARNESS_MAIN
