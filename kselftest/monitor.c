// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor on live VMs: it reads what the guest would say itself, it gives
 * no alarm where all is well, and where a scheduler stalls or a guest hangs it
 * says who, where and since when.
 */
#include "ktstr.h"
#include "scenarios.h"

#include "bpf/scx_ktstr.h"

static const struct scheduler scx_ktstr = {
	.name = "scx_ktstr",
	.ops_name = "ktstr",
	.binary = "scx_ktstr",
};

KTSTR_FIXTURE(monitor, .topology = TOPOLOGY(1, 1, 2, 1),
	      .scheduler = &scx_ktstr);

/* The host's own write makes the scheduler fail, in the way it chose. */
KTSTR_TEST_F(monitor, map_write_crash, .duration_s = 10, .expect_err = true,
	     .bpf_map_write = { .map = ".bss", .var = "crash", .value = 1 },
	     .expect_exit_kind = "scx_bpf_error",
	     .expect_scx_bpf_error_contains = "ktstr: host-triggered crash")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(monitor, map_write_bad_dsq, .duration_s = 10, .expect_err = true,
	     .bpf_map_write = { .map = ".bss", .var = "fail_mode",
				.value = KTSTR_FAIL_BAD_DSQ },
	     .expect_exit_kind = "runtime error",
	     .expect_scx_bpf_error_contains = "non-existent DSQ 0xdead")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* The scheduler's own timeout of 20 s would outlast the test. */
KTSTR_TEST_F(monitor, watchdog_override, .duration_s = 30, .expect_err = true,
	     .watchdog_timeout_ms = 3000,
	     .bpf_map_write = { .map = ".bss", .var = "fail_mode",
				.value = KTSTR_FAIL_STALL },
	     .expect_exit_kind = "runnable task stall",
	     .expect_scx_bpf_error_contains = "failed to run for")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* A short timeout kills nobody who is well. */
KTSTR_TEST_F(monitor, watchdog_spares_the_healthy, .duration_s = 15,
	     .watchdog_timeout_ms = 3000)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_HARNESS_MAIN
