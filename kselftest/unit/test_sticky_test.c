// SPDX-License-Identifier: GPL-2.0-only
/*
 * EXPECT_SCENARIO_OK(): what has failed stays failed, whatever is skipped.
 */
#include "ktstr.h"

static const struct check_result passed;

static const struct check_result failed = {
	.failed = true,
};

static const struct check_result skipped = {
	.skipped = true, .skip_reason = "too small",
};

static const struct check_result both = {
	.failed = true, .skipped = true, .skip_reason = "too small",
};

/* A body of two scenarios, as a test author writes it. */
static void body(struct __test_metadata *_metadata,
		 const struct check_result *first,
		 const struct check_result *second)
{
	EXPECT_SCENARIO_OK(first);
	EXPECT_SCENARIO_OK(second);
}

static const struct {
	const char *name;
	const struct check_result *first, *second;
	int code;
} cases[] = {
	{ "all passed", &passed, &passed, KSFT_PASS },
	{ "the first failed", &failed, &passed, KSFT_FAIL },
	{ "the second failed", &passed, &failed, KSFT_FAIL },
	{ "the second skipped", &passed, &skipped, KSFT_SKIP },
	{ "the first skipped", &skipped, &failed, KSFT_SKIP },
	{ "failed, then skipped", &failed, &skipped, KSFT_FAIL },
	{ "failed and skipped", &both, &passed, KSFT_FAIL },
};

TEST(a_failure_is_not_undone_by_a_skip)
{
	int codes[ARRAY_SIZE(cases)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		_metadata->exit_code = KSFT_PASS;
		body(_metadata, cases[i].first, cases[i].second);
		codes[i] = _metadata->exit_code;
	}
	/* What these bodies made of it is not this test's own result. */
	_metadata->exit_code = KSFT_PASS;
	_metadata->results->reason[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].code, codes[i])
			TH_LOG("case: %s", cases[i].name);
	}
	/* Only KTSTR_HARNESS_MAIN has a use for it. */
	(void)ktstr_harness_at_exit;
}

TEST_HARNESS_MAIN
