// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counting tests in a log, whatever is in it. What stages and suites print is held by
 * scripts/tests/ktap.sh.
 */
#include "kselftest_harness.h"

#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/stages/counts.h"

FIXTURE(counts)
{
	struct stage_counts n;
};

FIXTURE_SETUP(counts)
{
}

FIXTURE_TEARDOWN(counts)
{
}

static void count(struct stage_counts *n, const char *bytes, size_t len)
{
	FILE *f = fmemopen((void *)bytes, len, "r");

	stage_count(f, n);
	fclose(f);
}

/* @want: passed, failed, skipped, infrastructure, inconclusive, retried, plans */
static bool is(const struct stage_counts *n, const unsigned int *want)
{
	return n->passed == want[0] && n->failed == want[1] &&
	       n->skipped == want[2] && n->infrastructure == want[3] &&
	       n->inconclusive == want[4] && n->retried == want[5] &&
	       n->plans == want[6];
}

TEST_F(counts, each_line_is_one_thing)
{
	static const struct {
		const char *log;
		unsigned int want[7];
	} cases[] = {
		{ "ok 1 a\n1..1\n", { 1, 0, 0, 0, 0, 0, 1 } },
		{ "ok 1 a\n1..1", { 1, 0, 0, 0, 0, 0, 1 } },
		{ "ok 1 a", { 1, 0, 0, 0, 0, 0, 0 } },
		{ "ok a\nok\nokay 1\n not ok 1\n", { 0, 0, 0, 0, 0, 0, 0 } },
		{ "not ok 1 a # SKIP infrastructure: b\n",
		  { 0, 1, 0, 0, 0, 0, 0 } },
		{ "ok 1 a #SKIP\nok 2 b # skip c\nok 3 skip\n",
		  { 1, 0, 2, 0, 0, 0, 0 } },
		{ "ok 1 a #1 # SKIP inconclusive: c\n",
		  { 0, 0, 0, 0, 1, 0, 0 } },
		{ "# # retried: a\n# ok 1 b\n1..1\nok 1 c\n",
		  { 1, 0, 0, 0, 0, 1, 1 } },
		{ "1..3\nok 1 a\n", { 1, 1, 0, 0, 0, 0, 1 } },
		{ "1..99999999999999999999\n", { 0, 1, 0, 0, 0, 0, 1 } },
		{ "# 1..2\n# ok 1 a\nok 1 p\n", { 1, 1, 0, 0, 0, 0, 0 } },
		{ "1..\n1.. 4\n", { 0, 0, 0, 0, 0, 0, 0 } },
		{ "#\n##\n# #\n#ok 1\n", { 0, 0, 0, 0, 0, 0, 0 } },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		count(&self->n, cases[i].log, strlen(cases[i].log));
		EXPECT_TRUE(is(&self->n, cases[i].want)) {
			TH_LOG("%s", cases[i].log);
		}
	}
}

/* What a line has beyond what is kept of it is no line of its own. */
TEST_F(counts, long_lines_are_one_line)
{
	static const unsigned int want[] = { 1, 0, 0, 0, 0, 0, 0 };
	size_t len = 100000, i;
	char *log = malloc(len);

	ASSERT_TRUE(!!log);
	for (i = 0; i < len; i++)
		log[i] = "not ok 1 x "[i % 11];
	memcpy(log, "ok 1 ", 5);
	count(&self->n, log, len);
	EXPECT_TRUE(is(&self->n, want));
	free(log);
}

TEST_F(counts, bytes_that_are_no_text)
{
	static const char log[] = "ok 1 a\0b # SKIP\n\0\0\n\xff\xfe\nok 2\0\n1..2\n";
	static const unsigned int want[] = { 1, 0, 1, 0, 0, 0, 1 };

	count(&self->n, log, sizeof(log) - 1);
	EXPECT_TRUE(is(&self->n, want));
}

TEST_F(counts, failures_are_found_at_each_depth)
{
	EXPECT_STREQ(" 1 a", stage_line_failed("not ok 1 a"));
	EXPECT_STREQ(" 2 b", stage_line_failed("# # not ok 2 b"));
	EXPECT_TRUE(!stage_line_failed("ok 1 not ok 2"));
	EXPECT_TRUE(stage_line_not_judged("# ok 1 a # SKIP inconclusive: b"));
	EXPECT_FALSE(stage_line_not_judged("ok 1 a # SKIP b"));
}

TEST_HARNESS_MAIN
