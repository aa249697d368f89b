// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which CPUs belong together, by files as the kernel has them.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/guest/work/cpus.h"

FIXTURE(cpus)
{
	char root[64];
	cpu_set_t all;
};

/* Two nodes of two cores of two CPUs; a third node has memory alone. */
static const struct {
	const char *file;
	const char *text;
} files[] = {
	{ "node/has_cpu", "0-1\n" },
	{ "node/has_memory", "0-2\n" },
	{ "node/node0/cpulist", "0-1,4-5\n" },
	{ "node/node1/cpulist", "2,3,6-7\n" },
	{ "node/node2/cpulist", "\n" },
	{ "cpu/cpu0/topology/thread_siblings_list", "0,4\n" },
	{ "cpu/cpu1/topology/thread_siblings_list", "1,5\n" },
	{ "cpu/cpu2/topology/thread_siblings_list", "2,6\n" },
	{ "cpu/cpu3/topology/thread_siblings_list", "3,7\n" },
	{ "cpu/cpu4/topology/thread_siblings_list", "0,4\n" },
	{ "cpu/cpu5/topology/thread_siblings_list", "1,5\n" },
	{ "cpu/cpu6/topology/thread_siblings_list", "2,6\n" },
	{ "cpu/cpu7/topology/thread_siblings_list", "3,7\n" },
};

static void put_file(const char *root, const char *file, const char *text)
{
	char path[PATH_MAX], *at;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, file);
	for (at = path + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0700);
		*at = '/';
	}
	f = fopen(path, "we");
	if (!f)
		return;
	fputs(text, f);
	fclose(f);
}

FIXTURE_SETUP(cpus)
{
	size_t i;

	snprintf(self->root, sizeof(self->root), "/tmp/ktstr-cpus-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->root));
	for (i = 0; i < ARRAY_SIZE(files); i++)
		put_file(self->root, files[i].file, files[i].text);
	CPU_ZERO(&self->all);
	for (i = 0; i < 8; i++)
		CPU_SET(i, &self->all);
}

FIXTURE_TEARDOWN(cpus)
{
	folder_remove(self->root);
}

TEST_F(cpus, pairs_are_siblings_and_counted_round)
{
	unsigned int i;
	int pair[2];

	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, cpus_pair(self->root, &self->all, i, pair));
		EXPECT_EQ(i % 4, pair[0]);
		EXPECT_EQ(i % 4 + 4, pair[1]);
	}
}

TEST_F(cpus, a_sibling_that_is_not_allowed_makes_no_pair)
{
	int pair[2];

	CPU_CLR(0, &self->all);
	CPU_CLR(6, &self->all);
	ASSERT_EQ(0, cpus_pair(self->root, &self->all, 0, pair));
	EXPECT_EQ(1, pair[0]);
	ASSERT_EQ(0, cpus_pair(self->root, &self->all, 1, pair));
	EXPECT_EQ(3, pair[0]);
	EXPECT_EQ(7, pair[1]);
	CPU_CLR(1, &self->all);
	CPU_CLR(3, &self->all);
	EXPECT_EQ(-ENOENT, cpus_pair(self->root, &self->all, 0, pair));
}

TEST_F(cpus, nodes_have_what_is_allowed_of_their_cpus)
{
	struct cpus_node nodes[CPUS_MAX_NODES];

	CPU_CLR(6, &self->all);
	ASSERT_EQ(2, cpus_nodes(self->root, "has_cpu", &self->all, nodes));
	EXPECT_EQ(1, nodes[1].id);
	EXPECT_EQ(4, CPU_COUNT(&nodes[0].cpus));
	EXPECT_EQ(3, CPU_COUNT(&nodes[1].cpus));
	EXPECT_TRUE(CPU_ISSET(7, &nodes[1].cpus));
	ASSERT_EQ(3, cpus_nodes(self->root, "has_memory", &self->all, nodes));
	EXPECT_EQ(0, CPU_COUNT(&nodes[2].cpus));
	EXPECT_EQ(0, cpus_nodes("/nowhere", "has_cpu", &self->all, nodes));
}

TEST_F(cpus, the_nth_is_counted_round)
{
	cpu_set_t none;

	CPU_CLR(0, &self->all);
	EXPECT_EQ(1, cpus_nth(&self->all, 0));
	EXPECT_EQ(7, cpus_nth(&self->all, 6));
	EXPECT_EQ(1, cpus_nth(&self->all, 7));
	CPU_ZERO(&none);
	EXPECT_EQ(0, cpus_nth(&none, 3));
}

TEST_HARNESS_MAIN
