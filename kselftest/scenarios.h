/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ready scenarios, which several suites run, each under schedulers of its
 * own. Their table is lib/common/ready.h.
 */
#ifndef KTSTR_KSELFTEST_SCENARIOS_H
#define KTSTR_KSELFTEST_SCENARIOS_H

#include "ktstr.h"
#include "lib/common/ready.h"
#include "lib/guest/catalogue/catalogue.h"

/* scenario_NAME(ctx): run one, and judge. */
#define READY_FUNCTION(arg, name, seconds, what)			\
static inline struct check_result *scenario_##name(struct ktstr_ctx *ctx) \
{									\
	return execute_scenario(ctx, &catalogue_##name);		\
}

READY_SCENARIOS(READY_FUNCTION, _)

#define READY_SECONDS(arg, name, seconds, what)				\
	ready_seconds_##name = (seconds),

enum { READY_SCENARIOS(READY_SECONDS, _) };

/**
 * READY_TEST() - declare a test of a ready scenario
 * @fixture: the machine it runs on
 * @scenario: a name of the table
 * @...: struct ktstr_attr initialisers
 */
#define READY_TEST(fixture, scenario, ...)				\
	KTSTR_TEST_F(fixture, scenario,					\
		     .duration_s = ready_seconds_##scenario, ##__VA_ARGS__) \
	{								\
		EXPECT_SCENARIO_OK(scenario_##scenario(self->ctx));	\
	}

#define READY_TESTS_ROW(fixture, scenario, seconds, what)		\
	READY_TEST(fixture, scenario)

/**
 * READY_TESTS() - declare a test of each ready scenario
 * @fixture: the machine they run on
 */
#define READY_TESTS(fixture)	READY_SCENARIOS(READY_TESTS_ROW, fixture)

#endif /* KTSTR_KSELFTEST_SCENARIOS_H */
