// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own scheduler under simple loads: nobody starves, shares are
 * fair, cpusets hold. The scenarios that other schedulers are measured by.
 */
#include "ktstr.h"
#include "scenarios.h"

KTSTR_FIXTURE(eevdf);
KTSTR_VARIANT(eevdf, 1n1l2c1t, .topology = TOPOLOGY(1, 1, 2, 1));
KTSTR_VARIANT(eevdf, 1n2l2c1t, .topology = TOPOLOGY(1, 2, 2, 1));

KTSTR_TEST_F(eevdf, steady)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(eevdf, two_cgroups)
{
	EXPECT_SCENARIO_OK(scenario_two_cgroups(self->ctx));
}

KTSTR_TEST_F(eevdf, disjoint_cpusets)
{
	EXPECT_SCENARIO_OK(scenario_disjoint_cpusets(self->ctx));
}

KTSTR_TEST_F(eevdf, oversubscribed)
{
	EXPECT_SCENARIO_OK(scenario_oversubscribed(self->ctx));
}

KTSTR_TEST_F(eevdf, futex_ping_pong)
{
	EXPECT_SCENARIO_OK(scenario_futex_ping_pong(self->ctx));
}

/* One CPU: everything competes. */
KTSTR_FIXTURE(eevdf_up, .topology = TOPOLOGY(1, 1, 1, 1));

KTSTR_TEST_F(eevdf_up, two_cgroups)
{
	EXPECT_SCENARIO_OK(scenario_two_cgroups(self->ctx));
}

KTSTR_TEST_F(eevdf_up, oversubscribed)
{
	EXPECT_SCENARIO_OK(scenario_oversubscribed(self->ctx));
}

KTSTR_HARNESS_MAIN
