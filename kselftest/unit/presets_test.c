// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machines with a name: each is one that can be built, is what its name says, and
 * is found by it.
 */
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/common/presets.h"
#include "lib/common/util/util.h"

TEST(each_is_a_machine)
{
	char err[200] = "";
	size_t i;

	EXPECT_EQ(26, n_presets);
	for (i = 0; i < n_presets; i++) {
		EXPECT_EQ(0, topology_check(&presets[i].topology, 252, err,
					    sizeof(err))) {
			TH_LOG("%s: %s", presets[i].name, err);
		}
		EXPECT_LT(0, strlen(presets[i].what));
	}
}

TEST(names_find_their_own)
{
	size_t i;

	for (i = 0; i < n_presets; i++) {
		EXPECT_EQ(&presets[i], preset_find(presets[i].name)) {
			TH_LOG("%s", presets[i].name);
		}
		if (!presets[i].also)
			continue;
		EXPECT_EQ(&presets[i], preset_find(presets[i].also)) {
			TH_LOG("%s", presets[i].also);
		}
	}
	EXPECT_EQ(NULL, preset_find(""));
	EXPECT_EQ(NULL, preset_find("tiny"));
}

/* "4numa-192cpu-12llc-smt": what the newer names promise. */
TEST(names_tell_the_truth)
{
	size_t i;

	for (i = 0; i < n_presets; i++) {
		const struct topology *t = &presets[i].topology;
		char name[64], nodes[16] = "";

		if (t->nodes > 1)
			snprintf(nodes, sizeof(nodes), "%unuma-", t->nodes);
		snprintf(name, sizeof(name), "%s%ucpu-%ullc-%s", nodes,
			 topology_cpus(t), t->llcs,
			 t->threads > 1 ? "smt" : "nosmt");
		EXPECT_STREQ(name, presets[i].also ?: presets[i].name);
	}
}

TEST(the_uneven_one_has_ten_of_eighteen_and_one_of_twelve)
{
	const struct preset *p = preset_find("192cpu-11llc-smt");
	unsigned int cpu, per_llc[11] = { };
	struct topology_place place;
	size_t i;

	ASSERT_NE(NULL, p);
	ASSERT_EQ(192, topology_cpus(&p->topology));
	EXPECT_EQ(96, p->cpu_budget);
	for (cpu = 0; cpu < 192; cpu++) {
		topology_place(&p->topology, cpu, &place);
		ASSERT_GT(ARRAY_SIZE(per_llc), place.llc);
		per_llc[place.llc]++;
	}
	for (i = 0; i < ARRAY_SIZE(per_llc); i++)
		EXPECT_EQ(i < 10 ? 18 : 12, per_llc[i]);
}

TEST_HARNESS_MAIN
