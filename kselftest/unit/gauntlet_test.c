// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gauntlets: which cells there are and what they are called, which cover most, and the
 * matrix of what came of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/common/attr/schedulers.h"
#include "lib/common/presets.h"
#include "lib/common/util/util.h"
#include "lib/host/gauntlet/gauntlet.h"

FIXTURE(gauntlet)
{
	struct gauntlet g;
	char *text;
};

FIXTURE_SETUP(gauntlet)
{
	memset(&self->g, 0, sizeof(self->g));
	self->text = NULL;
}

FIXTURE_TEARDOWN(gauntlet)
{
	gauntlet_exit(&self->g);
	free(self->text);
}

static const struct scheduler eevdf = { .name = "eevdf" };
static const struct scheduler two = {
	.name = "two", .binary = "two", .needs.min_llcs = 2,
};

static void add_machine(struct __test_metadata *_metadata, struct gauntlet *g,
			const char *name)
{
	struct topology t;

	ASSERT_EQ(0, topology_parse(name, &t));
	ASSERT_EQ(0, gauntlet_add_preset(g, name, &t));
}

/* Two tests, three machines, two schedulers, one kernel, plain. */
static void fill(struct __test_metadata *_metadata, struct gauntlet *g)
{
	ASSERT_EQ(0, gauntlet_add_test(g, "ready", "steady", true, ""));
	ASSERT_EQ(0, gauntlet_add_test(g, "ready", "wide", true,
				       "min_cpus=4,duration_s=6"));
	add_machine(_metadata, g, "1n1l2c1t");
	add_machine(_metadata, g, "1n2l2c1t");
	add_machine(_metadata, g, "1n2l4c2t");
	ASSERT_NE(NULL, gauntlet_add_scheduler(g, &eevdf));
	ASSERT_NE(NULL, gauntlet_add_scheduler(g, &two));
	ASSERT_NE(NULL, gauntlet_add_kernel(g, "7.3.4"));
	ASSERT_EQ(0, gauntlet_add_flavour(g, &gauntlet_flavours[0]));
}

static bool has(struct gauntlet *g, const char *name)
{
	return gauntlet_find(g, name);
}

TEST_F(gauntlet, cells_are_what_makes_sense)
{
	struct gauntlet *g = &self->g;

	fill(_metadata, g);
	g->host.max_cpus = 8;
	ASSERT_EQ(0, gauntlet_make_cells(g));
	EXPECT_EQ(5U, g->n_cells);
	EXPECT_TRUE(has(g, "steady/1n1l2c1t/eevdf"));
	EXPECT_FALSE(has(g, "steady/1n1l2c1t/two"));
	EXPECT_TRUE(has(g, "steady/1n2l2c1t/two"));
	EXPECT_FALSE(has(g, "wide/1n1l2c1t/eevdf"));
	EXPECT_TRUE(has(g, "wide/1n2l2c1t/eevdf"));
	EXPECT_FALSE(has(g, "steady/1n2l4c2t/eevdf"));
	EXPECT_EQ(2U, g->dropped[DROP_TEST]);
	EXPECT_EQ(1U, g->dropped[DROP_SCHEDULER]);
	EXPECT_EQ(4U, g->dropped[DROP_HOST]);
	EXPECT_STREQ("wide/1n1l2c1t/eevdf: needs 4 CPUs, 1n1l2c1t has 2",
		     g->example[DROP_TEST]);
	EXPECT_STREQ("steady/1n1l2c1t/two: needs 2 last-level caches, 1n1l2c1t has 1",
		     g->example[DROP_SCHEDULER]);
	EXPECT_STREQ("steady/1n2l4c2t/eevdf: 16 CPUs are more than the 8 that this host runs",
		     g->example[DROP_HOST]);
}

TEST_F(gauntlet, memory_is_needed_too)
{
	fill(_metadata, &self->g);
	self->g.host.memory_mb = 300;
	ASSERT_EQ(0, gauntlet_make_cells(&self->g));
	/* Four CPUs take 256 MiB, sixteen 1024. */
	EXPECT_EQ(4U, self->g.dropped[DROP_HOST]);
}

/* Spec: what nobody has asked for more of is left out. */
TEST_F(gauntlet, usual_limits_leave_out_what_is_huge)
{
	struct gauntlet *g = &self->g;
	const struct preset *p;
	size_t i;

	ASSERT_EQ(0, gauntlet_add_test(g, "ready", "a", true, ""));
	ASSERT_EQ(0, gauntlet_add_test(g, "ready", "b", true,
				       "max_llcs=15,max_cpus=256,max_nodes=4"));
	for (p = presets; p < presets + n_presets; p++)
		ASSERT_EQ(0, gauntlet_add_preset(g, p->name, &p->topology));
	ASSERT_NE(NULL, gauntlet_add_scheduler(g, &eevdf));
	ASSERT_NE(NULL, gauntlet_add_kernel(g, "k"));
	ASSERT_EQ(0, gauntlet_add_flavour(g, &gauntlet_flavours[0]));
	ASSERT_EQ(0, gauntlet_make_cells(g));
	EXPECT_TRUE(has(g, "a/tiny-1llc/eevdf"));
	EXPECT_FALSE(has(g, "a/near-max-llc/eevdf"));
	EXPECT_FALSE(has(g, "a/max-cpu/eevdf"));
	for (i = 0; i < g->n[AXIS_PRESET]; i++) {
		char name[80];

		snprintf(name, sizeof(name), "b/%s/eevdf", g->presets[i].name);
		EXPECT_TRUE(has(g, name)) TH_LOG("%s", name);
		snprintf(name, sizeof(name), "a/%s/eevdf", g->presets[i].name);
		EXPECT_EQ(has(g, name), g->presets[i].topology.nodes == 1 &&
			  g->presets[i].topology.llcs <= 12 &&
			  topology_cpus(&g->presets[i].topology) <= 192)
			TH_LOG("%s", name);
	}
}

TEST_F(gauntlet, what_has_a_scheduler_keeps_it)
{
	struct gauntlet *g = &self->g;

	ASSERT_EQ(0, gauntlet_add_test(g, "scx", "scx_dies.a", false,
				       "scheduler=/x/two"));
	add_machine(_metadata, g, "1n2l2c1t");
	ASSERT_NE(NULL, gauntlet_add_scheduler(g, &eevdf));
	ASSERT_NE(NULL, gauntlet_add_scheduler(g, &two));
	ASSERT_NE(NULL, gauntlet_add_kernel(g, "k"));
	ASSERT_EQ(0, gauntlet_add_flavour(g, &gauntlet_flavours[0]));
	ASSERT_EQ(0, gauntlet_make_cells(g));
	ASSERT_EQ(1U, g->n_cells);
	EXPECT_STREQ("scx_dies.a/1n2l2c1t/two", g->cells[0].name);
	EXPECT_STREQ("scx_dies.a/1n2l2c1t/eevdf: it is a test of two",
		     g->example[DROP_TEST]);
}

TEST_F(gauntlet, what_has_no_program_is_left_out)
{
	struct gauntlet_scheduler *s;
	struct gauntlet *g = &self->g;

	fill(_metadata, g);
	s = &g->schedulers[1];
	snprintf(s->missing, sizeof(s->missing), "two: it is not there");
	ASSERT_EQ(0, gauntlet_make_cells(g));
	EXPECT_EQ(6U, g->dropped[DROP_MISSING]);
	EXPECT_FALSE(has(g, "steady/1n2l2c1t/two"));
}

/* ---- names ---- */

TEST_F(gauntlet, names_tell_what_there_is_several_of)
{
	struct gauntlet *g = &self->g;

	fill(_metadata, g);
	ASSERT_EQ(0, gauntlet_add_flavour(g, &gauntlet_flavours[1]));
	ASSERT_NE(NULL, gauntlet_add_kernel(g, "/src/linux/"));
	ASSERT_EQ(0, gauntlet_make_cells(g));
	EXPECT_TRUE(has(g, "steady/1n1l2c1t/eevdf/kernel_7_3_4"));
	EXPECT_TRUE(has(g, "steady/1n1l2c1t/eevdf/kernel_7_3_4/kaslr"));
	EXPECT_FALSE(has(g, "steady/1n1l2c1t/eevdf"));
}

TEST(labels_of_kernels)
{
	static const struct {
		const char *given;
		const char *label;
	} cases[] = {
		{ "6.14.2", "kernel_6_14_2" },
		{ "7.3.4-1~bpo13+1-kda8426df",
		  "kernel_7_3_4_1_bpo13_1_kda8426df" },
	};
	char label[80], other[80];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		gauntlet_kernel_label(cases[i].given, label, sizeof(label));
		EXPECT_STREQ(cases[i].label, label);
	}
	gauntlet_kernel_label("/a/linux/", label, sizeof(label));
	EXPECT_EQ(0, strncmp(label, "kernel_path_linux_", 18));
	EXPECT_EQ(24U, strlen(label));
	gauntlet_kernel_label("/b/linux", other, sizeof(other));
	EXPECT_STRNE(label, other);
}

TEST_F(gauntlet, flavours_need_a_kernel_that_has_them)
{
	struct gauntlet *g = &self->g;
	size_t i;

	fill(_metadata, g);
	for (i = 1; i < gauntlet_n_flavours; i++)
		ASSERT_EQ(0, gauntlet_add_flavour(g, &gauntlet_flavours[i]));
	g->kernels[0].config = strdup("CONFIG_A=y\nCONFIG_RANDOMIZE_BASE=y\n# CONFIG_PREEMPT_DYNAMIC is not set\nCONFIG_NUMA_X=y\n");
	ASSERT_EQ(0, gauntlet_make_cells(g));
	EXPECT_TRUE(has(g, "steady/1n1l2c1t/eevdf"));
	EXPECT_TRUE(has(g, "steady/1n1l2c1t/eevdf/kaslr"));
	EXPECT_FALSE(has(g, "steady/1n1l2c1t/eevdf/numa-off"));
	EXPECT_FALSE(has(g, "steady/1n1l2c1t/eevdf/preempt-full"));
	EXPECT_NE(NULL, strstr(g->example[DROP_KERNEL],
			       "the kernel has no CONFIG_"));
}

/* ---- what covers most ---- */

/* @n tests, machines and schedulers that all fit */
static void fill_many(struct __test_metadata *_metadata, struct gauntlet *g,
		      struct scheduler *schedulers, unsigned int n)
{
	char name[32];
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct topology t = TOPOLOGY(1, 1, 1, 1);

		t.cores = i + 1;
		snprintf(name, sizeof(name), "t%u", i);
		ASSERT_EQ(0, gauntlet_add_test(g, "ready", name, true, ""));
		ASSERT_EQ(0, gauntlet_add_preset(g, "m", &t));
		schedulers[i] = (struct scheduler){ .name = "s" };
		ASSERT_NE(NULL, gauntlet_add_scheduler(g, &schedulers[i]));
	}
	ASSERT_NE(NULL, gauntlet_add_kernel(g, "k"));
	ASSERT_EQ(0, gauntlet_add_flavour(g, &gauntlet_flavours[0]));
	ASSERT_EQ(0, gauntlet_make_cells(g));
	ASSERT_EQ(n * n * n, g->n_cells);
}

/* Five of each axis: the first five cells have seen each value. */
TEST_F(gauntlet, values_are_seen_before_pairs)
{
	unsigned char seen[AXIS_COUNT][5] = { };
	struct scheduler schedulers[5];
	struct gauntlet *g = &self->g;
	unsigned int i, axis, all, covered;

	fill_many(_metadata, g, schedulers, 5);
	ASSERT_EQ(0, gauntlet_order(g, true));
	for (i = 0; i < 5; i++)
		for (axis = 0; axis < AXIS_COUNT; axis++)
			seen[axis][g->cells[g->order[i]].at[axis]] = 1;
	for (i = 0; i < 5; i++) {
		EXPECT_TRUE(seen[AXIS_TEST][i]) TH_LOG("test %u", i);
		EXPECT_TRUE(seen[AXIS_PRESET][i]) TH_LOG("machine %u", i);
		EXPECT_TRUE(seen[AXIS_SCHEDULER][i]) TH_LOG("scheduler %u", i);
	}
	/* 25 cells can have all pairs of 5 x 5 x 5; a few more are enough. */
	for (i = 0; i < 40; i++)
		g->cells[g->order[i]].state = CELL_PASS;
	covered = gauntlet_covered(g, &all);
	EXPECT_EQ(all, covered);
	EXPECT_LT(3U * 25, all);
}

/* As listed, 40 cells have not even seen each value. */
TEST_F(gauntlet, as_listed_is_as_listed)
{
	struct scheduler schedulers[5];
	struct gauntlet *g = &self->g;
	unsigned int i, all, covered;

	fill_many(_metadata, g, schedulers, 5);
	ASSERT_EQ(0, gauntlet_order(g, false));
	for (i = 0; i < g->n_cells; i++)
		EXPECT_EQ(i, g->order[i]);
	for (i = 0; i < 40; i++)
		g->cells[g->order[i]].state = CELL_PASS;
	covered = gauntlet_covered(g, &all);
	EXPECT_GT(all - all / 4, covered);
}

TEST_F(gauntlet, each_cell_comes_once)
{
	struct scheduler schedulers[6];
	struct gauntlet *g = &self->g;
	unsigned char seen[216] = { };
	size_t i;

	fill_many(_metadata, g, schedulers, 6);
	for (i = 0; i < g->n_cells; i++)
		g->cells[i].ms = 1000 + i * 7919 % 5000;
	ASSERT_EQ(0, gauntlet_order(g, true));
	for (i = 0; i < g->n_cells; i++)
		EXPECT_EQ(0, seen[g->order[i]]++);
}

/* Of two that have as much to tell the cheaper one is first. */
TEST_F(gauntlet, what_costs_less_comes_first)
{
	struct gauntlet *g = &self->g;

	fill(_metadata, g);
	ASSERT_EQ(0, gauntlet_make_cells(g));
	gauntlet_find(g, "steady/1n1l2c1t/eevdf")->ms = 100000;
	gauntlet_find(g, "steady/1n2l2c1t/two")->ms = 1;
	ASSERT_EQ(0, gauntlet_order(g, true));
	EXPECT_STREQ("steady/1n2l2c1t/two", g->cells[g->order[0]].name);
	gauntlet_find(g, "steady/1n2l2c1t/two")->ms = 100000;
	gauntlet_find(g, "wide/1n2l2c1t/eevdf")->ms = 1;
	ASSERT_EQ(0, gauntlet_order(g, true));
	EXPECT_STREQ("wide/1n2l2c1t/eevdf", g->cells[g->order[0]].name);
}

TEST_F(gauntlet, longer_ones_are_guessed_to_be)
{
	struct gauntlet *g = &self->g;

	fill(_metadata, g);
	ASSERT_EQ(0, gauntlet_make_cells(g));
	EXPECT_EQ(14000U, gauntlet_find(g, "steady/1n1l2c1t/eevdf")->ms);
	EXPECT_EQ(18000U, gauntlet_find(g, "wide/1n2l2c1t/eevdf")->ms);
}

static bool is_steady(const char *name, void *arg)
{
	(void)arg;
	return strstarts(name, "steady/");
}

TEST_F(gauntlet, some_are_kept)
{
	struct gauntlet *g = &self->g;
	size_t i;

	fill(_metadata, g);
	ASSERT_EQ(0, gauntlet_make_cells(g));
	gauntlet_keep(g, is_steady, NULL);
	EXPECT_EQ(5U, g->n_cells);
	for (i = 0; i < g->n_cells; i++)
		EXPECT_TRUE(is_steady(g->cells[i].name, NULL));
	ASSERT_EQ(0, gauntlet_order(g, true));
}

/* ---- the matrix ---- */

static const char *print(FIXTURE_DATA(gauntlet) *self,
			 void (*put)(const struct gauntlet *g, FILE *to))
{
	size_t size;
	FILE *to;

	free(self->text);
	to = open_memstream(&self->text, &size);
	put(&self->g, to);
	fclose(to);
	return self->text;
}

TEST_F(gauntlet, a_row_for_what_is_no_machine)
{
	struct gauntlet *g = &self->g;

	fill(_metadata, g);
	g->host.max_cpus = 8;
	ASSERT_EQ(0, gauntlet_make_cells(g));
	ASSERT_EQ(0, gauntlet_order(g, false));
	gauntlet_find(g, "steady/1n1l2c1t/eevdf")->state = CELL_PASS;
	gauntlet_find(g, "steady/1n2l2c1t/eevdf")->state = CELL_FAIL;
	gauntlet_find(g, "wide/1n2l2c1t/eevdf")->state = CELL_SKIP;
	EXPECT_STREQ("#               1  2\n"
		     "# steady/eevdf  .  F\n"
		     "# steady/two       -\n"
		     "# wide/eevdf       s\n"
		     "# wide/two         -\n"
		     "#    1 1n1l2c1t (1n1l2c1t)\n"
		     "#    2 1n2l2c1t (1n2l2c1t)\n"
		     "#   - left out, ! no result, . passed, F failed, s skipped, ? not judged\n",
		     print(self, gauntlet_matrix));
}

/* What a guest has said does not become markup. */
TEST_F(gauntlet, the_page_has_no_markup_of_others)
{
	struct gauntlet *g = &self->g;
	struct gauntlet_cell *c;
	const char *page;

	fill(_metadata, g);
	ASSERT_EQ(0, gauntlet_make_cells(g));
	c = gauntlet_find(g, "steady/1n1l2c1t/eevdf");
	c->state = CELL_FAIL;
	c->took_ms = 1500;
	c->why = strdup("\"><script>x & y\033[0m\001");
	page = print(self, gauntlet_page);
	EXPECT_EQ(NULL, strstr(page, "<script"));
	EXPECT_EQ(NULL, strchr(page, '\033'));
	EXPECT_EQ(NULL, strchr(page, '\001'));
	EXPECT_NE(NULL, strstr(page, "&quot;>&lt;script>x &amp; y"))
		TH_LOG("%s", page);
	EXPECT_NE(NULL, strstr(page, "title=\"steady/1n1l2c1t/eevdf: failed in 1.5 s"));
	EXPECT_NE(NULL, strstr(page, "<p>8 left out (-). 1 failed (F). </p>"))
		TH_LOG("%s", page);
	EXPECT_EQ(NULL, strstr(page, "http"));
}

TEST_F(gauntlet, nothing_is_no_matrix)
{
	ASSERT_EQ(0, gauntlet_make_cells(&self->g));
	ASSERT_EQ(0, gauntlet_order(&self->g, true));
	EXPECT_STREQ("", print(self, gauntlet_matrix));
	EXPECT_NE(NULL, strstr(print(self, gauntlet_page), "</html>"));
}

TEST_HARNESS_MAIN
