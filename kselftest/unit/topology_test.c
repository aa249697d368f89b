// SPDX-License-Identifier: GPL-2.0-only
/*
 * Topologies: names both ways, and every mistake named.
 */
#include <limits.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/common/topology.h"
#include "lib/common/util/util.h"

static const struct {
	const char *name;
	struct topology t;
	unsigned int cpus;
} good[] = {
	{ "1n1l1c1t", TOPOLOGY(1, 1, 1, 1), 1 },
	{ "1n2l4c2t", TOPOLOGY(1, 2, 4, 2), 16 },
	{ "2n6l5c1t", TOPOLOGY(2, 6, 5, 1), 30 },
	{ "4n16l4c8t", TOPOLOGY(4, 16, 4, 8), 512 },
	{ "4294967295n4294967295l1c1t",
	  TOPOLOGY(UINT_MAX, UINT_MAX, 1, 1), UINT_MAX },
};

TEST(names_go_both_ways)
{
	char name[TOPOLOGY_NAME_LEN];
	struct topology t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		ASSERT_EQ(0, topology_parse(good[i].name, &t));
		EXPECT_EQ(0, memcmp(&good[i].t, &t, sizeof(t)));
		EXPECT_STREQ(good[i].name, topology_name(&t, name));
		EXPECT_EQ(good[i].cpus, topology_cpus(&t));
		EXPECT_EQ(0, topology_check(&t, 0, NULL, 0));
	}
}

TEST(longest_name_fits)
{
	const struct topology t = TOPOLOGY(UINT_MAX, UINT_MAX, UINT_MAX,
					   UINT_MAX);
	char name[TOPOLOGY_NAME_LEN];

	EXPECT_STREQ("4294967295n4294967295l4294967295c4294967295t",
		     topology_name(&t, name));
}

TEST(bad_names_are_refused)
{
	static const char names[][32] = {
		"", "1", "1n", "1n1l1c", "1n1l1c1", "1n1l1c1tx", "1n1l1c1t ",
		" 1n1l1c1t", "1n 1l1c1t", "-1n1l1c1t", "+1n1l1c1t", "1l1n1c1t",
		"1N1L1C1T", "n1l1c1t", "0x1n1l1c1t", "01n1l1c1t",
		"4294967296n1l1c1t", "99999999999999999999999n1l1c1t",
	};
	struct topology t = TOPOLOGY(9, 9, 9, 9);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(-EINVAL, topology_parse(names[i], &t))
			TH_LOG("case: '%s'", names[i]);
	}
	EXPECT_EQ(9, t.nodes);
	EXPECT_EQ(9, t.threads);
}

static const struct {
	struct topology t;
	unsigned int max_cpus;
	const char *err;
} impossible[] = {
	{ TOPOLOGY(0, 1, 1, 1), 0,
	  "topology 0n1l1c1t: the number of nodes is 0" },
	{ TOPOLOGY(1, 0, 1, 1), 0,
	  "topology 1n0l1c1t: the number of LLCs is 0" },
	{ TOPOLOGY(1, 1, 0, 1), 0,
	  "topology 1n1l0c1t: the number of cores per LLC is 0" },
	{ TOPOLOGY(1, 1, 1, 0), 0,
	  "topology 1n1l1c0t: the number of threads per core is 0" },
	{ TOPOLOGY(2, 3, 1, 1), 0,
	  "topology 2n3l1c1t: 3 LLCs do not divide over 2 nodes" },
	{ TOPOLOGY(2, 1, 1, 1), 0,
	  "topology 2n1l1c1t: 1 LLCs do not divide over 2 nodes" },
	{ TOPOLOGY(1, 2, 4, 2), 15,
	  "topology 1n2l4c2t: more than the 15 CPUs that are possible" },
	/* Products that are 0 or small modulo 2^32 and 2^64. */
	{ TOPOLOGY(1, 65536, 65536, 1), 0,
	  "topology 1n65536l65536c1t: more than the 4294967295 CPUs that are possible" },
	{ TOPOLOGY(1, 65536, 65536, 65536), 512,
	  "topology 1n65536l65536c65536t: more than the 512 CPUs that are possible" },
	{ TOPOLOGY(1, 0x80000000U, 0x80000000U, 4), 512,
	  "topology 1n2147483648l2147483648c4t: more than the 512 CPUs that are possible" },
};

TEST(impossible_machines_are_named)
{
	char err[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(impossible); i++) {
		EXPECT_EQ(-EINVAL, topology_check(&impossible[i].t,
						  impossible[i].max_cpus,
						  err, sizeof(err)));
		EXPECT_STREQ(impossible[i].err, err);
		EXPECT_EQ(-EINVAL, topology_check(&impossible[i].t,
						  impossible[i].max_cpus,
						  NULL, 0));
	}
}

TEST(limit_is_inclusive)
{
	const struct topology t = TOPOLOGY(1, 2, 4, 2);

	EXPECT_EQ(0, topology_check(&t, 16, NULL, 0));
}

TEST(short_err_is_not_overrun)
{
	const struct topology t = TOPOLOGY(0, 1, 1, 1);
	char err[32];

	memset(err, 'x', sizeof(err));
	EXPECT_EQ(-EINVAL, topology_check(&t, 0, err, 12));
	EXPECT_STREQ("topology 0n", err);
	EXPECT_EQ('x', err[12]);
}

TEST_HARNESS_MAIN
