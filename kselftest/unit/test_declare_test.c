// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program may declare: nonsense is found before any test runs.
 */
#include "ktstr.h"

static const struct scheduler some_scheduler = {
	.name = "some", .binary = "scx_some",
};

KTSTR_FIXTURE(fine, .scheduler = &some_scheduler, .expect_err = true,
	      .host_only = true);

KTSTR_TEST_F(fine, pinned, .expect_scx_bpf_error_matches = "a+")
{
}

KTSTR_TEST_F(fine, pins_nothing, .expect_scx_bpf_error_matches = "a*")
{
}

KTSTR_TEST_F(fine, no_pattern, .expect_scx_bpf_error_matches = "(")
{
}

/* Only one of the two variants expects an error. */
KTSTR_FIXTURE(varied, .scheduler = &some_scheduler, .host_only = true);
KTSTR_VARIANT(varied, dies, .expect_err = true);
KTSTR_VARIANT(varied, lives, .duration_s = 1);

KTSTR_TEST_F(varied, pinned, .expect_scx_bpf_error_contains = "a")
{
}

TEST(nonsense_is_refused_before_anything_runs)
{
	/* fine.pins_nothing, fine.no_pattern, varied.lives.pinned */
	EXPECT_EQ(3U, ktstr_decls_refused());
}

TEST_HARNESS_MAIN
