// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a scheduler's death looks like: tests that fail on purpose.
 *
 * Built with the suites, but no run has them unless one is named:
 *
 *	./run_ktstr.sh demo
 *	./run_ktstr.sh repro repro_demo.kernel_panic
 */
#include "ktstr.h"
#include "scenarios.h"

static const struct scheduler scx_ktstr = {
	.name = "scx_ktstr",
	.ops_name = "ktstr",
	.binary = "scx_ktstr",
};

KTSTR_FIXTURE(repro_demo, .topology = TOPOLOGY(1, 1, 2, 1),
	      .scheduler = &scx_ktstr, .duration_s = 10);

/* The host writes one word while the workload runs. */
KTSTR_TEST_F(repro_demo, host_triggered_crash,
	     .bpf_map_write = { .map = ".bss", .var = "crash", .value = 1 })
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* The kernel goes with it. */
KTSTR_TEST_F(repro_demo, kernel_panic,
	     .sched_args = { "-f", "panic", "-a", "3000" })
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_HARNESS_MAIN
