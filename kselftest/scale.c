// SPDX-License-Identifier: GPL-2.0-only
/*
 * Much at once: as many cgroups as a scenario can have, their CPUs changed all the
 * time, and CPUs that come and go; and what the harness itself takes meanwhile.
 */
#include "ktstr.h"

#include "lib/common/util/util.h"

#define CPUS		4
#define WORKERS		8	/* in each cgroup */
#define PARTS		3	/* of the CPUs that cpusets may have: not the last */

static const struct scheduler scx_simple = {
	.name = "scx_simple",
	.ops_name = "simple",
	.binary = "scx_simple",
};

/*
 * So many share a CPU that each waits for seconds, and not all for as long; on a
 * host that takes most of the time for longer than sched_ext's watchdog lets any.
 */
KTSTR_FIXTURE(scale, .topology = TOPOLOGY(1, 1, CPUS, 1), .duration_s = 30,
	      .memory_mb = 1024, .limit_s = 200, .limits = {
		.max_gap_ms = 15000, .max_task_wait_ms = 15000,
		.max_spread_pct = CHECK_OFF,
	      });
KTSTR_VARIANT(scale, eevdf);
KTSTR_VARIANT(scale, simple, .scheduler = &scx_simple,
	      .watchdog_timeout_ms = 120000);

/* However slow a guest is: it has to stay a check. */
#define OWN_CAP_PCT	5.0

/*
 * What the harness may take of the guest's CPU time: a percent. It wakes up as often
 * where that is slower, or has less time of its own.
 */
static double own_max_pct(const struct ktstr_ctx *ctx)
{
	uint64_t left_ns = ctx->cpus_ns - min(ctx->stolen_ns, ctx->cpus_ns);
	double left = (double)left_ns / max(ctx->cpus_ns, 1ULL);

	printf("# the harness took %.2f %% of the guest's CPU time, of which the host left it %.0f %%; %.1f times slower\n",
	       own_pct(ctx), 100 * left, ctx->slowness);
	return min(ctx->slowness / max(left, 0.1), OWN_CAP_PCT);
}

static void name_all(char names[][8], struct cgroup_def *defs)
{
	unsigned int i;

	for (i = 0; i < SCENARIO_MAX_CGROUPS; i++) {
		snprintf(names[i], sizeof(names[i]), "cg_%02u", i);
		defs[i] = (struct cgroup_def){
			.name = names[i], .workers = WORKERS,
			.cpuset = CPUSET_DISJOINT(i % PARTS, PARTS),
		};
	}
}

/* Each cgroup changes its CPUs with its neighbour. */
static void swap_all(char names[][8], struct op *ops)
{
	unsigned int i;

	for (i = 0; i < SCENARIO_MAX_CGROUPS / 2; i++)
		ops[i] = (struct op)OP(SWAP_CPUSETS, .cgroup = names[2 * i],
				       .to = names[2 * i + 1]);
}

KTSTR_TEST_F(scale, cpusets_of_all_cgroups_change)
{
	static char names[SCENARIO_MAX_CGROUPS][8];
	static struct cgroup_def defs[SCENARIO_MAX_CGROUPS];
	static struct op ops[SCENARIO_MAX_CGROUPS / 2];
	const struct backdrop backdrop = { defs, ARRAY_SIZE(defs) };
	const struct step steps[] = {
		{ .ops = ops, .n_ops = ARRAY_SIZE(ops),
		  .hold = { .every_ms = 100 } },
	};
	name_all(names, defs);
	swap_all(names, ops);
	EXPECT_SCENARIO_OK(execute_steps(self->ctx, &backdrop, steps,
					 ARRAY_SIZE(steps)));
	EXPECT_GT(own_max_pct(self->ctx), own_pct(self->ctx));
}

KTSTR_TEST_F(scale, cpus_come_and_go)
{
	static const struct cgroup_def pairs[] = {
		{ .name = "cg_0", .workers = WORKERS },
		{ .name = "cg_1", .workers = WORKERS,
		  .work = WORK_BURSTY(20, 20) },
	};
	const struct backdrop backdrop = { pairs, ARRAY_SIZE(pairs) };
	const struct step steps[] = {
		{ STEP_OPS(OP(CPU_OFFLINE), OP(PAUSE, .ms = 100),
			   OP(CPU_ONLINE)),
		  .hold = { .every_ms = 200 } },
	};
	EXPECT_SCENARIO_OK(execute_steps(self->ctx, &backdrop, steps,
					 ARRAY_SIZE(steps)));
	EXPECT_EQ((long)CPUS, sysconf(_SC_NPROCESSORS_ONLN));
	EXPECT_GT(own_max_pct(self->ctx), own_pct(self->ctx));
}

KTSTR_HARNESS_MAIN
