// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where workers run, in a guest with two nodes: cpusets of caches and nodes, nested
 * cgroups, classes, and what cgroups may have.
 */
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktstr.h"
#include "meddle.h"

#include "lib/common/util/util.h"

#define LOOK_MS		20000	/* an emulated host is slow to set all up */

KTSTR_FIXTURE(places, .topology = TOPOLOGY(2, 2, 2, 1), .duration_s = 2);

/* The kernel tells of what the VM was made like; workers stay where they belong. */
KTSTR_TEST_F(places, cpusets_of_caches_and_nodes, .workers = 1)
{
	static const struct cgroup_def defs[] = {
		{ .name = "llc", .cpuset = CPUSET_LLC(0) },
		{ .name = "node", .cpuset = CPUSET_NODE(1),
		  .limits = { .mems = "1" } },
		{ .name = "outer/inner", .cpuset = CPUSET_EXACT("3") },
		{ .name = "range", .cpuset = CPUSET_RANGE(0, 0.5) },
	};
	static struct machine_cpus m;
	cpu_set_t set;
	int cpu;

	machine_cpus_online(&m);
	machine_cpus_know(&m);
	EXPECT_EQ(2U, m.n_llcs);
	EXPECT_EQ(2U, m.n_nodes);
	EXPECT_EQ(2, CPU_COUNT(&m.memory));
	for (cpu = 0; cpu < 4; cpu++) {
		EXPECT_EQ(cpu / 2, m.llc[cpu]);
		EXPECT_EQ(cpu / 2, m.node[cpu]);
		EXPECT_EQ(cpu, m.core[cpu]);
	}
	EXPECT_EQ(2U, machine_cpus_of(&m, m.node, 1, &set));
	EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, ARRAY_SIZE(defs)));
}

/* ---- classes ---- */

#define PLACED(name_, ...)						\
	{ .name = name_, .workers = 1, .work = WORK(BURSTY,		\
		.burst_ms = 2, .sleep_ms = 20, .place = { __VA_ARGS__ }) }

static const struct cgroup_def classes[] = {
	PLACED("batch", .policy = POLICY_BATCH, .comm = "in_batch"),
	PLACED("idle", .policy = POLICY_IDLE),
	PLACED("fifo", .policy = POLICY_FIFO, .priority = 7),
	PLACED("rr", .policy = POLICY_RR, .affinity = AFFINITY_LLC),
	PLACED("deadline", .policy = POLICY_DEADLINE, .runtime_us = 5000,
	       .deadline_us = 20000, .period_us = 20000),
	PLACED("nice", .nice = -5, .affinity = AFFINITY_SINGLE_CPU),
	PLACED("user", .uid = 1000, .gid = 1000),
};

/* Each worker's policy, as the kernel has it while the worker works. */
static int see_policy(const struct ktstr_ctx *ctx, unsigned int i)
{
	int want = place_policies[classes[i].work.place.policy].number;
	pid_t pid = meddle_find(ctx, classes[i].name);

	if (!pid)
		return -1;
	return (sched_getscheduler(pid) & ~SCHED_RESET_ON_FORK) == want;
}

/* Return: which was not seen so, from 1; 0 when all were. */
static int see_all(const struct ktstr_ctx *ctx)
{
	struct wire_steal_wait wait;
	bool seen[ARRAY_SIZE(classes)] = { false };
	unsigned int i, left;

	wire_steal_begin(&wait, ctx->steal);
	do {
		for (i = 0, left = 0; i < ARRAY_SIZE(classes); i++) {
			seen[i] = seen[i] || see_policy(ctx, i) == 1;
			left = seen[i] ? left : i + 1;
		}
		poll(NULL, 0, MEDDLE_POLL_MS);
	} while (left &&
		 wire_steal_waited_ns(&wait) < LOOK_MS * NSEC_PER_MSEC);
	return left;
}

KTSTR_TEST_F(places, classes, .limits = { .max_gap_ms = CHECK_OFF })
{
	pid_t pid = fork();
	int status = -1;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(see_all(self->ctx));
	}
	EXPECT_SCENARIO_OK(execute_defs(self->ctx, classes,
					ARRAY_SIZE(classes)));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status))
		TH_LOG("%s was not seen as it was to be",
		       classes[WEXITSTATUS(status) - 1].name);
}

/* ---- what cgroups may have ---- */

/*
 * By the checks that know what the host took: a long while that an emulator was
 * not there is charged to whoever ran then, and 3 to 1 becomes less in 4 s.
 */
KTSTR_TEST_F(places, quota_and_weight, .duration_s = 4, .workers = 1,
	     .limits = { .max_share_error_pct = 25, .max_quota_excess_pct = 25 })
{
	static const struct cgroup_def defs[] = {
		{ .name = "limited", .cpuset = CPUSET_EXACT("0"),
		  .limits = { .cpu_max_us = 10000, .cpu_period_us = 50000 } },
		{ .name = "light", .cpuset = CPUSET_EXACT("1"),
		  .limits = { .cpu_weight = 100, .pids_max = 4 } },
		{ .name = "heavy", .cpuset = CPUSET_EXACT("1"),
		  .limits = { .cpu_weight = 300, .memory_max_mb = 64 } },
	};

	EXPECT_SCENARIO_OK(execute_defs(self->ctx, defs, ARRAY_SIZE(defs)));
}

/* Neither passed in silence nor failed. */
KTSTR_TEST_F(places, what_is_missing_is_skipped_by_name)
{
	static const struct cgroup_def node = {
		.name = "far", .limits = { .mems = "2" },
	}, llc = {
		.name = "llc", .cpuset = CPUSET_LLC(2),
	};
	const struct check_result *res;

	res = execute_defs(self->ctx, &node, 1);
	EXPECT_TRUE(res->skipped && !res->failed);
	EXPECT_STREQ("cgroup 'far': of nodes 2, 1 have no memory",
		     res->skip_reason);
	res = execute_defs(self->ctx, &llc, 1);
	EXPECT_TRUE(res->skipped && !res->failed);
	EXPECT_STREQ("cgroup 'llc': CpusetSpec validation failed: need >=3 LLCs, there are 2",
		     res->skip_reason);
}

KTSTR_HARNESS_MAIN
