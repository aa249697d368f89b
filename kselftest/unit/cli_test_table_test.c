// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of `test`: numbers of sidecars that are made here.
 */
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/util/file.h"
#include "lib/host/cli/test.h"

#define HEAD	"{\"format\":\"ktstr-run\",\"version\":1,"

FIXTURE(table)
{
	char dir[64];
	struct test_row row;
	struct test_totals totals;
	char *text;
};

FIXTURE_SETUP(table)
{
	memset(self, 0, sizeof(*self));
	snprintf(self->dir, sizeof(self->dir), "/tmp/test-table.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	self->row = (struct test_row){
		.test = "ready.x.steady", .scenario = "steady",
		.topology = TOPOLOGY(1, 1, 2, 1),
	};
}

FIXTURE_TEARDOWN(table)
{
	free(self->text);
	folder_remove(self->dir);
}

static void put(FIXTURE_DATA(table) *self, const char *suffix,
		const char *text)
{
	char path[PATH_MAX];
	FILE *to;

	snprintf(path, sizeof(path), "%s/%s.%s", self->dir, self->row.test,
		 suffix);
	to = fopen(path, "w");
	if (!to || fputs(text, to) < 0 || fclose(to))
		abort();
}

static const char *table(FIXTURE_DATA(table) *self)
{
	size_t size;
	FILE *to;

	free(self->text);
	to = open_memstream(&self->text, &size);
	if (!to)
		abort();
	test_table(to, self->dir, "now", &self->row, 1, &self->totals);
	fclose(to);
	return self->text;
}

TEST_F(table, numbers_have_their_units)
{
	static const char row[] =
		"# steady           1n1l2c1t     86%    7.2%     12 ms    0.10 ms  pass\n";

	put(self, "ktstr.json",
	    HEAD "\"run_id\":\"now\",\"result\":\"pass\",\"kernel\":{\"release\":\"7.3.0\"},\"summary\":{\"busy_pct\":86,\"spread_pct\":7.2,\"max_gap_ms\":12,\"wait_ms\":0.1}}");
	EXPECT_NE(NULL, strstr(table(self), row))
		TH_LOG("%s", self->text);
	EXPECT_NE(NULL, strstr(self->text, "busy  spread       gap       wait  verdict\n"));
	EXPECT_NE(NULL, strstr(self->text, "kernel 7.3.0"));
	EXPECT_EQ(1U, self->totals.passed);
	EXPECT_EQ(0U, self->totals.failed);
}

/* What it looks like is known by who was there. */
TEST_F(table, this_machine_has_the_topology_of_its_sidecar)
{
	self->row.topology = (struct topology){ };
	put(self, "ktstr.json",
	    HEAD "\"run_id\":\"now\",\"result\":\"pass\",\"topology\":\"1n1l6c1t\",\"kernel\":{\"release\":\"7.3.0\"},\"host\":{\"bare\":true,\"emulated\":false}}");
	EXPECT_NE(NULL, strstr(table(self), "# steady           1n1l6c1t   "))
		TH_LOG("%s", self->text);
	EXPECT_NE(NULL, strstr(self->text, "# kernel 7.3.0 on this machine itself\n"));
}

/* null is what nothing measured, 0 is a number. */
TEST_F(table, what_is_0_is_a_number)
{
	put(self, "ktstr.json",
	    HEAD "\"run_id\":\"now\",\"result\":\"pass\",\"summary\":{\"busy_pct\":null,\"spread_pct\":0,\"max_gap_ms\":\"7\",\"wait_ms\":[]}}");
	EXPECT_NE(NULL, strstr(table(self), "    -    0.0%         -          -  pass\n"))
		TH_LOG("%s", self->text);
}

TEST_F(table, what_nothing_measured_is_no_number)
{
	put(self, "ktstr.json",
	    HEAD "\"run_id\":\"now\",\"result\":\"pass\"}");
	EXPECT_NE(NULL, strstr(table(self), "    -       -         -          -  pass\n"))
		TH_LOG("%s", self->text);
}

TEST_F(table, a_failure_says_why_and_where_its_report_is)
{
	put(self, "ktstr.json",
	    HEAD "\"run_id\":\"now\",\"result\":\"fail\",\"reason\":\"it died\\u001b[2J\"}");
	put(self, "failure.txt", "all of it");
	EXPECT_NE(NULL, strstr(table(self), "  FAIL\n"));
	EXPECT_NE(NULL, strstr(self->text, "# ready.x.steady: it died?[2J\n#   report: "))
		TH_LOG("%s", self->text);
	EXPECT_EQ(1U, self->totals.failed);
}

TEST_F(table, of_another_run_there_is_no_result)
{
	put(self, "ktstr.json",
	    HEAD "\"run_id\":\"then\",\"result\":\"pass\"}");
	EXPECT_NE(NULL, strstr(table(self), "  no result\n"));
	EXPECT_EQ(1U, self->totals.failed);
	EXPECT_EQ(0U, self->totals.passed);
}

TEST_F(table, what_was_not_judged_is_counted_apart)
{
	put(self, "ktstr.json",
	    HEAD "\"run_id\":\"now\",\"result\":\"skip\",\"infrastructure\":true,\"reason\":\"infrastructure: no\"}");
	EXPECT_NE(NULL, strstr(table(self), "  not judged\n"));
	EXPECT_EQ(1U, self->totals.not_judged);
	EXPECT_EQ(0U, self->totals.skipped);
}

TEST_F(table, what_is_inconclusive_has_its_own_word)
{
	put(self, "ktstr.json",
	    HEAD "\"run_id\":\"now\",\"result\":\"skip\",\"infrastructure\":false,\"inconclusive\":true,\"reason\":\"inconclusive: 61 %\"}");
	EXPECT_NE(NULL, strstr(table(self), "  inconclusive\n"));
	EXPECT_EQ(1U, self->totals.not_judged);
	EXPECT_EQ(0U, self->totals.skipped);
}

TEST_F(table, members_of_other_kinds_are_nothing)
{
	put(self, "ktstr.json",
	    HEAD "\"run_id\":\"now\",\"result\":\"pass\",\"cgroups\":7,\"kernel\":[],\"summary\":[1,2]}");
	EXPECT_NE(NULL, strstr(table(self), "  pass\n"));
}

TEST_HARNESS_MAIN
