// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs that go and come under load. See catalogue.h.
 */
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"

/*
 * A scheduler may need a while to start itself again; the kernel's own makes its
 * domains anew each time, and moves nobody meanwhile.
 */
#define HOTPLUG_LIMITS							\
	"limits.max_gap_ms=off,limits.max_spread_pct=off,limits.max_idle_wait_pct=off"

static const struct cgroup_def two[] = {
	{ .name = "cg_0", .workers = 4 },
	{ .name = "cg_1", .workers = 2, .work = WORK_BURSTY(5, 10) },
};

static const struct step hotplug_one_by_one_steps[] = {
	{ STEP_OPS(OP(CPU_OFFLINE, .cpu = 1), OP(PAUSE, .ms = 150),
		    OP(CPU_ONLINE, .cpu = 1),
		    OP(CPU_OFFLINE, .cpu = 2), OP(PAUSE, .ms = 150),
		    OP(CPU_ONLINE, .cpu = 2)),
	  .hold = { .every_ms = 600 } },
};

const struct scenario_def catalogue_hotplug_one_by_one = {
	.attributes = HOTPLUG_LIMITS,
	SCENARIO_DEFS(two),
	SCENARIO_STEPS(hotplug_one_by_one_steps),
};

/* Half of what each of them may use goes. */
static const struct cgroup_def hotplug_in_cpusets[] = {
	{ .name = "cg_0", .workers = 2, .cpuset = CPUSET_EXACT("0-1") },
	{ .name = "cg_1", .workers = 2, .cpuset = CPUSET_EXACT("2-3") },
};

static const struct step hotplug_in_cpusets_steps[] = {
	{ STEP_OPS(OP(CPU_OFFLINE, .cpu = 1), OP(CPU_OFFLINE, .cpu = 3),
		    OP(PAUSE, .ms = 200), OP(CPU_ONLINE)),
	  .hold = { .every_ms = 600 } },
};

const struct scenario_def catalogue_hotplug_in_cpusets = {
	.attributes = HOTPLUG_LIMITS,
	SCENARIO_DEFS(hotplug_in_cpusets),
	SCENARIO_STEPS(hotplug_in_cpusets_steps),
};

static const struct cgroup_def hotplug_under_quota[] = {
	{ .name = "cg_0", .workers = 4, .limits = { .cpu_max_us = 50000 } },
	{ .name = "cg_1", .workers = 2 },
};

static const struct step hotplug_steps[] = {
	{ STEP_OPS(OP(CPU_OFFLINE), OP(PAUSE, .ms = 200), OP(CPU_ONLINE)),
	  .hold = { .every_ms = 600 } },
};

const struct scenario_def catalogue_hotplug_under_quota = {
	.attributes = HOTPLUG_LIMITS,
	SCENARIO_DEFS(hotplug_under_quota),
	SCENARIO_STEPS(hotplug_steps),
};

static const struct cgroup_def hotplug_of_pairs[] = {
	{ .name = "cg_0", .workers = 4, .work = WORK(FUTEX_PING_PONG) },
	{ .name = "cg_1", .workers = 2, .work = WORK(TIMER_LATENCY,
						     .interval_us = 5000) },
};

const struct scenario_def catalogue_hotplug_of_pairs = {
	.attributes = HOTPLUG_LIMITS,
	SCENARIO_DEFS(hotplug_of_pairs),
	SCENARIO_STEPS(hotplug_steps),
};
