// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a CPU is in a topology, CPU by CPU, for each thing that a form can say; and
 * that what cannot be is refused with a sentence.
 */
#include <string.h>

#include "kselftest_harness.h"

#include "lib/common/topology.h"
#include "lib/common/util/util.h"

static const struct topology_form uneven = {
	.name = "uneven", .llcs_given = true,
	.llc = { { { { 2, 2, 0 } } }, { { { 1, 2, 0 } } } },
};

static const struct topology_form apart = {
	.name = "apart", .threads_apart = true,
};

/* Two cores of two threads and four of one, two of which share a cache. */
static const struct topology_form hybrid = {
	.name = "hybrid", .llcs_given = true,
	.llc = { { { { 2, 2, 0 }, { 4, 1, 2 } } } },
};

static const struct topology_form hybrid_apart = {
	.name = "hybrid-apart", .llcs_given = true, .threads_apart = true,
	.llc = { { { { 2, 2, 0 }, { 4, 1, 2 } } } },
};

static const struct topology_form snc = {
	.name = "snc", .llc_nodes = 2,
};

static const struct topology_form package = {
	.name = "package", .package_llcs = 2,
};

static const struct topology_form cxl = {
	.name = "cxl", .nodes_given = true,
	.node = { { .llcs = 2 }, { .llcs = 1 }, { .llcs = 0 } },
};

static const struct topology_form boot = {
	.name = "boot", .boot_cpu = 2,
};

#define NOT_EVEN(n, l, c, t, form)	{ n, l, c, t, &(form) }

/* A digit, or a letter from 10 on, for each CPU. */
static const struct {
	struct topology t;
	const char *package, *llc, *node, *core, *cluster, *thread;
} places[] = {
	{ TOPOLOGY(2, 2, 2, 2), "00001111", "00001111", "00001111",
	  "00110011", "00110011", "01010101" },
	{ NOT_EVEN(1, 2, 2, 2, uneven), "000011", "000011", "000000",
	  "001100", "001100", "010101" },
	{ NOT_EVEN(1, 2, 2, 2, apart), "00110011", "00110011", "00000000",
	  "01010101", "01010101", "00001111" },
	{ NOT_EVEN(1, 1, 6, 2, hybrid), "00000000", "00000000", "00000000",
	  "00112345", "00112233", "01010000" },
	{ NOT_EVEN(1, 1, 6, 2, hybrid_apart), "00000000", "00000000",
	  "00000000", "01234501", "01223301", "00000011" },
	{ NOT_EVEN(4, 2, 4, 1, snc), "00001111", "00001111", "00112233",
	  "01010101", "01010101", "00000000" },
	{ NOT_EVEN(1, 3, 2, 1, package), "000011", "001122", "000000",
	  "010101", "010101", "000000" },
	{ NOT_EVEN(3, 3, 1, 2, cxl), "001122", "001122", "000011",
	  "000000", "000000", "010101" },
	{ NOT_EVEN(1, 2, 2, 1, boot), "1001", "1001", "0000",
	  "0011", "0011", "0000" },
};

TEST(each_cpu_is_where_it_was_asked_for)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		const struct topology *t = &places[i].t;
		char seen[6][64] = { };
		char name[TOPOLOGY_NAME_LEN];
		unsigned int cpu;

		ASSERT_EQ(0, topology_check(t, 0, NULL, 0));
		ASSERT_EQ(strlen(places[i].llc), topology_cpus(t)) {
			TH_LOG("%s", topology_name(t, name));
		}
		for (cpu = 0; cpu < topology_cpus(t); cpu++) {
			struct topology_place p;

			topology_place(t, cpu, &p);
			seen[0][cpu] = '0' + p.package;
			seen[1][cpu] = '0' + p.llc;
			seen[2][cpu] = '0' + p.node;
			seen[3][cpu] = '0' + p.core;
			seen[4][cpu] = '0' + p.cluster;
			seen[5][cpu] = '0' + p.thread;
		}
		TH_LOG("case %s", topology_name(t, name));
		EXPECT_STREQ(places[i].package, seen[0]);
		EXPECT_STREQ(places[i].llc, seen[1]);
		EXPECT_STREQ(places[i].node, seen[2]);
		EXPECT_STREQ(places[i].core, seen[3]);
		EXPECT_STREQ(places[i].cluster, seen[4]);
		EXPECT_STREQ(places[i].thread, seen[5]);
	}
}

TEST(nodes_with_cpus_come_first)
{
	const struct topology memory_only = NOT_EVEN(3, 3, 1, 2, cxl);
	const struct topology cut = NOT_EVEN(4, 2, 4, 1, snc);
	const struct topology even = TOPOLOGY(3, 3, 1, 1);

	EXPECT_EQ(2, topology_cpu_nodes(&memory_only));
	EXPECT_EQ(4, topology_cpu_nodes(&cut));
	EXPECT_EQ(3, topology_cpu_nodes(&even));
}

TEST(distances_are_near_and_far_or_as_given)
{
	static const struct topology_form f = {
		.name = "far", .distances_given = true,
		.distance = { { 10, 32 }, { 31, 10 } },
	};
	const struct topology given = NOT_EVEN(2, 2, 1, 1, f);
	const struct topology even = TOPOLOGY(2, 2, 1, 1);

	EXPECT_EQ(32, topology_distance(&given, 0, 1));
	EXPECT_EQ(31, topology_distance(&given, 1, 0));
	EXPECT_EQ(20, topology_distance(&even, 1, 0));
	EXPECT_EQ(10, topology_distance(&even, 1, 1));
}

#define BAD(n, l, c, t, err_, ...) {					\
	{ n, l, c, t, &(const struct topology_form){ __VA_ARGS__ } }, err_ }
#define ONE_LLC(...)	.name = "x", .llcs_given = true,		\
			.llc = { { { __VA_ARGS__ } } }

static const struct {
	struct topology t;
	const char *err;
} bad[] = {
	BAD(1, 1, 1, 1, "topology 1n1l1c1t: what is not even needs a name, of at most 39 letters, digits and any of ._-",
	    .boot_cpu = 0),
	BAD(1, 1, 1, 1, "topology 1n1l1c1t: what is not even needs a name, of at most 39 letters, digits and any of ._-",
	    .name = "a b"),
	BAD(1, 1, 2, 1, "topology x: CPU 2 is to boot, but there are 2",
	    .name = "x", .boot_cpu = 2),
	BAD(1, 1, 2, 2, "topology x: its largest LLC has 2 cores, of up to 1 threads, but the numbers before say 2c2t",
	    ONE_LLC({ 2, 1, 0 })),
	BAD(1, 1, 3, 1, "topology x: the 3 cores of LLC 0 do not divide over second-level caches of 2",
	    ONE_LLC({ 3, 1, 2 })),
	BAD(1, 1, 3, 1, "topology x: cores of LLC 0 have no threads",
	    ONE_LLC({ 3, 0, 0 })),
	BAD(1, 1, 3, 1, "topology x: LLC 0 has no cores", ONE_LLC({ 0, 1, 0 })),
	BAD(1, 1, 3, 1, "topology x: LLC 0 has 65535 cores of 65535 threads: at most 1024 of 64 can be",
	    ONE_LLC({ 65535, 65535, 0 })),
	BAD(1, 129, 1, 1, "topology x: more than 128 LLCs cannot be told apart",
	    .name = "x", .llcs_given = true),
	BAD(33, 33, 1, 1, "topology x: more than 32 nodes cannot be told apart",
	    .name = "x", .nodes_given = true),
	BAD(2, 1, 3, 1, "topology x: the 3 cores of an LLC do not divide over 2 nodes",
	    .name = "x", .llc_nodes = 2),
	BAD(2, 1, 3, 1, "topology x: LLC 0 has cores of more than one kind, and nodes within it",
	    ONE_LLC({ 2, 1, 0 }, { 1, 1, 0 }), .llc_nodes = 2),
	BAD(1, 1, 4, 1, "topology x: 1 nodes are fewer than 2 for each of 1 LLCs",
	    .name = "x", .llc_nodes = 2),
	BAD(3, 1, 4, 1, "topology x: 3 nodes are more than 2 for each of 1 LLCs: say that the others are memory only",
	    .name = "x", .llc_nodes = 2),
	BAD(2, 2, 1, 1, "topology x: nodes have 1 of the 2 LLCs",
	    .name = "x", .nodes_given = true, .node = { { .llcs = 1 } }),
	BAD(2, 2, 1, 1, "topology x: nodes have more LLCs than there are",
	    .name = "x", .nodes_given = true,
	    .node = { { .llcs = 1 }, { .llcs = 4294967295 } }),
	BAD(2, 2, 1, 1, "topology x: node 1 has CPUs and stands behind one that has none: those are last",
	    .name = "x", .nodes_given = true, .node = { [1] = { .llcs = 2 } }),
	BAD(2, 2, 1, 1, "topology x: 1 of 2 nodes say how much memory they have: all do, or none",
	    .name = "x", .nodes_given = true,
	    .node = { { .llcs = 1, .memory_mib = 1 }, { .llcs = 1 } }),
	BAD(2, 2, 1, 1, "topology x: the distance from node 1 to 0 is 10: it is 10 to itself, and 11 to 254 to others",
	    .name = "x", .distances_given = true,
	    .distance = { { 10, 11 }, { 10, 10 } }),
	BAD(2, 3, 1, 1, "topology x: 3 LLCs do not divide over 2 nodes",
	    .name = "x", .package_llcs = 3),
};

TEST(what_cannot_be_is_refused)
{
	char err[200];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, topology_check(&bad[i].t, 0, err,
						  sizeof(err)));
		EXPECT_STREQ(bad[i].err, err);
	}
}

TEST(a_form_can_have_too_many_cpus)
{
	const struct topology t = NOT_EVEN(1, 2, 2, 2, uneven);
	char err[200];

	EXPECT_EQ(0, topology_check(&t, 6, err, sizeof(err)));
	EXPECT_EQ(-EINVAL, topology_check(&t, 5, err, sizeof(err)));
	EXPECT_STREQ("topology uneven: more than the 5 CPUs that are possible",
		     err);
}

TEST_HARNESS_MAIN
