// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which machines a test is for: what fits, what does not and why, and what a
 * gauntlet takes where nobody has said anything.
 */
#include <errno.h>

#include "kselftest_harness.h"

#include "lib/common/attr/needs.h"
#include "lib/common/util/util.h"

TEST(what_fits)
{
	static const struct {
		struct machine_needs needs;
		struct topology t;
		const char *why;
	} cases[] = {
		{ { }, TOPOLOGY(4, 16, 18, 2), NULL },
		{ { .min_llcs = 2 }, TOPOLOGY(1, 2, 1, 1), NULL },
		{ { .min_llcs = 2 }, TOPOLOGY(1, 1, 8, 1),
		  "needs 2 last-level caches, 1n1l8c1t has 1" },
		{ { .max_llcs = 2 }, TOPOLOGY(1, 2, 1, 1), NULL },
		{ { .max_llcs = 2 }, TOPOLOGY(1, 3, 1, 1),
		  "is for at most 2 last-level caches, 1n3l1c1t has 3" },
		{ { .min_cpus = 4 }, TOPOLOGY(1, 1, 2, 2), NULL },
		{ { .min_cpus = 5 }, TOPOLOGY(1, 1, 2, 2),
		  "needs 5 CPUs, 1n1l2c2t has 4" },
		{ { .max_cpus = 3 }, TOPOLOGY(1, 1, 2, 2),
		  "is for at most 3 CPUs, 1n1l2c2t has 4" },
		{ { .min_nodes = 2 }, TOPOLOGY(1, 2, 1, 1),
		  "needs 2 NUMA nodes, 1n2l1c1t has 1" },
		{ { .max_nodes = 1 }, TOPOLOGY(2, 2, 1, 1),
		  "is for at most 1 NUMA nodes, 2n2l1c1t has 2" },
		{ { .requires_smt = KTSTR_ON }, TOPOLOGY(1, 1, 1, 2), NULL },
		{ { .requires_smt = KTSTR_OFF }, TOPOLOGY(1, 1, 1, 1), NULL },
		{ { .requires_smt = KTSTR_ON }, TOPOLOGY(1, 1, 2, 1),
		  "needs cores of more than one thread, 1n1l2c1t has none" },
	};
	char why[160];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *want = cases[i].why;

		why[0] = '\0';
		EXPECT_EQ(!want, needs_fit(&cases[i].needs, &cases[i].t, why,
					   sizeof(why)))
			TH_LOG("case %zu: %s", i, why);
		EXPECT_STREQ(want ?: "", why);
		EXPECT_EQ(!want, needs_fit(&cases[i].needs, &cases[i].t, NULL,
					   0));
	}
}

TEST(what_cannot_be)
{
	const struct machine_needs wrong = { .min_nodes = 3, .max_nodes = 2 };
	const struct machine_needs right = { .min_nodes = 3, .max_nodes = 3,
					     .min_cpus = 500 };
	char err[160];

	EXPECT_EQ(-EINVAL, needs_check(&wrong, err, sizeof(err)));
	EXPECT_STREQ(".min_nodes = 3 is more than .max_nodes = 2", err);
	EXPECT_EQ(0, needs_check(&right, err, sizeof(err)));
}

TEST(what_a_gauntlet_takes)
{
	struct machine_needs needs = { .min_llcs = 15, .max_cpus = 8 };
	const struct topology big = TOPOLOGY(1, 15, 16, 1);

	needs_usual(&needs);
	EXPECT_EQ(15U, needs.max_llcs);
	EXPECT_EQ(8U, needs.max_cpus);
	EXPECT_EQ(1U, needs.max_nodes);
	needs = (struct machine_needs){ };
	EXPECT_TRUE(needs_fit(&needs, &big, NULL, 0));
	needs_usual(&needs);
	EXPECT_FALSE(needs_fit(&needs, &big, NULL, 0));
}

TEST_HARNESS_MAIN
