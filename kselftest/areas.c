// SPDX-License-Identifier: GPL-2.0-only
/*
 * What schedulers are put through, by area: a fixture is an area, a variant a
 * scheduler, a test a scenario of the catalogue, with what it is held to beyond
 * what all are. On demand: ./run_ktstr.sh run areas, or check areas.
 *
 * scx_simple comes from tools/sched_ext of the tree, and so does scx_flatcg, which
 * knows cgroups; its tests are skipped where nobody has built it.
 */
#include "ktstr.h"

#include "lib/common/payload/ready_payloads.h"
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

static const struct scheduler scx_simple = {
	.name = "scx_simple", .ops_name = "simple", .binary = "scx_simple",
};

static const struct scheduler scx_flatcg = {
	.name = "scx_flatcg", .ops_name = "flatcg", .binary = "scx_flatcg",
};

/* Two caches, so that there is something to choose; as many CPUs as that takes. */
#define FOUR_CPUS	.topology = TOPOLOGY(1, 2, 2, 1)
#define TWO_NODES	.topology = TOPOLOGY(2, 2, 2, 1)

/* A scenario of the catalogue: its attributes there are for `ktstr test` */
#define RUN(area, scenario, ...)					\
	KTSTR_TEST_F(area, scenario, ##__VA_ARGS__)			\
	{								\
		EXPECT_SCENARIO_OK(execute_scenario(self->ctx,		\
						    &catalogue_##scenario)); \
	}

/* One whose workers have to wait for their turn many times */
#define LONG		.duration_s = 6
/* Who may run where is made anew each time, and nobody is moved meanwhile. */
#define HOTPLUG		.duration_s = 4, \
			.limits = { .max_gap_ms = CHECK_OFF, \
				    .max_spread_pct = CHECK_OFF, \
				    .max_idle_wait_pct = CHECK_OFF }

KTSTR_FIXTURE(area_cpuset, FOUR_CPUS);
KTSTR_VARIANT(area_cpuset, eevdf);
KTSTR_VARIANT(area_cpuset, simple, .scheduler = &scx_simple);
RUN(area_cpuset, cgroup_cpuset_llc_steady)
RUN(area_cpuset, cgroup_cpuset_resize)
RUN(area_cpuset, cgroup_cpuset_swap_disjoint)
RUN(area_cpuset, cgroup_cpuset_cross_llc_race, LONG)

KTSTR_FIXTURE(area_dynamic, FOUR_CPUS);
KTSTR_VARIANT(area_dynamic, eevdf);
KTSTR_VARIANT(area_dynamic, simple, .scheduler = &scx_simple);
KTSTR_VARIANT(area_dynamic, flatcg, .scheduler = &scx_flatcg);
RUN(area_dynamic, cgroup_rapid_churn)
RUN(area_dynamic, cgroup_exhaust_reuse)
RUN(area_dynamic, cgroup_load_oscillation, LONG)
RUN(area_dynamic, cgroup_attach_storm)

KTSTR_FIXTURE(area_affinity, FOUR_CPUS);
KTSTR_VARIANT(area_affinity, eevdf);
KTSTR_VARIANT(area_affinity, simple, .scheduler = &scx_simple);
RUN(area_affinity, cgroup_affinity_pinned)
RUN(area_affinity, cgroup_affinity_change)
RUN(area_affinity, affinity_churn)

KTSTR_FIXTURE(area_stress, FOUR_CPUS);
KTSTR_VARIANT(area_stress, eevdf);
KTSTR_VARIANT(area_stress, simple, .scheduler = &scx_simple);
RUN(area_stress, fork_exit_churn)
RUN(area_stress, mutex_contention_heavy)
RUN(area_stress, thundering_herd)
RUN(area_stress, cgroup_dsq_contention, LONG, .limits.max_gap_ms = 1500)

KTSTR_FIXTURE(area_nested, FOUR_CPUS);
KTSTR_VARIANT(area_nested, eevdf);
KTSTR_VARIANT(area_nested, simple, .scheduler = &scx_simple);
KTSTR_VARIANT(area_nested, flatcg, .scheduler = &scx_flatcg);
RUN(area_nested, nested_cgroup_rapid_churn)
RUN(area_nested, nested_cgroup_cpuset)
RUN(area_nested, nested_cgroup_imbalance, LONG)

KTSTR_FIXTURE(area_interaction, FOUR_CPUS);
KTSTR_VARIANT(area_interaction, eevdf);
KTSTR_VARIANT(area_interaction, simple, .scheduler = &scx_simple);
RUN(area_interaction, sleepers_beside_hogs, .limits.max_wake_p99_us = 200000)
RUN(area_interaction, locks_beside_hogs)
RUN(area_interaction, queues_and_pipes)
RUN(area_interaction, timers_beside_io)
RUN(area_interaction, softirqs_beside_hogs)
RUN(area_interaction, classes_in_each_others_way)

KTSTR_FIXTURE(area_numa, TWO_NODES);
KTSTR_VARIANT(area_numa, eevdf);
KTSTR_VARIANT(area_numa, simple, .scheduler = &scx_simple);
RUN(area_numa, numa_own_memory)
RUN(area_numa, numa_far_memory)
RUN(area_numa, numa_interleaved)
RUN(area_numa, numa_workers_move)
RUN(area_numa, numa_crowded, LONG)
RUN(area_numa, cgroup_cpuset_numa_swap)

/* Neither scx_simple nor scx_flatcg keeps cpu.max: they have to live with it. */
KTSTR_FIXTURE(area_quota, FOUR_CPUS, .duration_s = 4);
KTSTR_VARIANT(area_quota, eevdf,
	      .limits = { .max_quota_excess_pct = 25,
			  .max_share_error_pct = 40 });
KTSTR_VARIANT(area_quota, simple, .scheduler = &scx_simple);
KTSTR_VARIANT(area_quota, flatcg, .scheduler = &scx_flatcg);

RUN(area_quota, quota_of_one)
RUN(area_quota, quota_of_many)
RUN(area_quota, quota_short_period)
RUN(area_quota, quota_nested)
RUN(area_quota, cgroup_quota_change)
RUN(area_quota, cgroup_weight_change)

KTSTR_FIXTURE(area_hotplug, FOUR_CPUS);
KTSTR_VARIANT(area_hotplug, eevdf);
KTSTR_VARIANT(area_hotplug, simple, .scheduler = &scx_simple);
RUN(area_hotplug, cpu_hotplug, HOTPLUG)
RUN(area_hotplug, hotplug_one_by_one, HOTPLUG)
RUN(area_hotplug, hotplug_in_cpusets, HOTPLUG)
RUN(area_hotplug, hotplug_under_quota, HOTPLUG)
RUN(area_hotplug, hotplug_of_pairs, HOTPLUG)

#define EVEN		.limits = { .max_throughput_cv_pct = 50, \
				    .max_idle_wait_pct = 25 }

/* A hundred samples a second, where a share of idle time is to be told. */
KTSTR_FIXTURE(area_performance, FOUR_CPUS, .monitor_hz = 100);
KTSTR_VARIANT(area_performance, eevdf);
KTSTR_VARIANT(area_performance, simple, .scheduler = &scx_simple);
RUN(area_performance, requests_and_wakes, .limits.max_wake_p99_us = 200000)
RUN(area_performance, fast_and_slow_paths, .limits.max_wake_p99_us = 200000)
RUN(area_performance, as_many_as_cpus, EVEN)
RUN(area_performance, pairs_that_must_get_on, .limits.min_iteration_rate = 20)

/* ---- programs of this machine beside workers ---- */

static const struct cgroup_def halves[] = {
	{ .name = "cg_0", .workers = 2, .cpuset = CPUSET_DISJOINT(0, 2) },
	{ .name = "cg_1", .workers = 2, .cpuset = CPUSET_DISJOINT(1, 2) },
};

/* Processes that come and go, and pipes between them */
static const struct payload pipeline = {
	.name = "pipeline",
	.program = "sh",
	.files = { "dd", "gzip", "wc" },
	.args = {
		"-c",
		"for i in 1 2 3 4; do dd if=/dev/zero bs=64k count=16 2>/dev/null | gzip -1 | gzip -d | wc -c; done",
	},
	.deadline_ms = 20000,
	.metrics = {
		{ .name = "bytes", .rule = PAYLOAD_REGEX,
		  .where = "^ *([0-9]+)$", .last = 1,
		  .min = PAYLOAD_BOUND(1 << 20),
		  .max = PAYLOAD_BOUND(1 << 20) },
	},
};

/* It is in one half of the CPUs while the halves change places. */
static struct check_result *run_beside(struct ktstr_ctx *ctx,
				       const char *payload)
{
	const struct step steps[] = {
		{ STEP_DEFS(halves),
		  STEP_OPS(OP(RUN_PAYLOAD, .payload = payload,
			      .cgroup = "cg_0"),
			   OP(PAUSE, .ms = 200),
			   OP(SWAP_CPUSETS, .cgroup = "cg_0", .to = "cg_1"),
			   OP(WAIT_PAYLOAD, .payload = payload)) },
	};

	return execute_steps(ctx, NULL, steps, ARRAY_SIZE(steps));
}

#define BESIDE(id)							\
	KTSTR_TEST_F(area_payload, id, .payloads = { &payload_##id })	\
	{								\
		EXPECT_SCENARIO_OK(run_beside(self->ctx,		\
					      payload_##id.name));	\
	}

/* With what a payload does its workers cannot compete fairly for. */
KTSTR_FIXTURE(area_payload, FOUR_CPUS, .limits.max_spread_pct = CHECK_OFF);
KTSTR_VARIANT(area_payload, eevdf);
KTSTR_VARIANT(area_payload, simple, .scheduler = &scx_simple);

KTSTR_TEST_F(area_payload, pipeline, .payloads = { &pipeline })
{
	EXPECT_SCENARIO_OK(run_beside(self->ctx, pipeline.name));
}

BESIDE(hackbench)
BESIDE(schbench)
BESIDE(stress_ng)
BESIDE(fio)

KTSTR_HARNESS_MAIN
