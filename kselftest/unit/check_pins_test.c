// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pins are refused, and what the others match.
 */
#include <errno.h>

#include "kselftest_harness.h"

#include "lib/common/check/pins.h"
#include "lib/common/util/util.h"
#include "repro_data.h"

static const struct check_case {
	struct pins pins;
	bool no_expect_err;
	int ret;
	const char *err;	/* part of the sentence */
} check_cases[] = {
	{ .pins = { NULL, NULL } },
	{ .pins = { NULL, NULL }, .no_expect_err = true },
	{ .pins = { "a", NULL } },
	{ .pins = { "a", "b" } },
	{ .pins = { "a", NULL }, .no_expect_err = true, .ret = -EINVAL,
	  .err = "set .expect_err" },
	{ .pins = { "", NULL }, .ret = -EINVAL, .err = "is empty" },
	{ .pins = { NULL, "" }, .ret = -EINVAL, .err = "is empty" },
	{ .pins = { NULL, "a?" }, .ret = -EINVAL, .err = "empty text" },
	{ .pins = { NULL, ".*" }, .ret = -EINVAL, .err = "empty text" },
	{ .pins = { NULL, "(?:)" }, .ret = -EINVAL, .err = "empty text" },
	{ .pins = { NULL, "^$" }, .ret = -EINVAL, .err = "empty text" },
	{ .pins = { NULL, "(?m)^$" }, .ret = -EINVAL, .err = "empty text" },
	{ .pins = { NULL, "a|" }, .ret = -EINVAL, .err = "empty text" },
	{ .pins = { NULL, "(" }, .ret = -EINVAL, .err = "at byte 1" },
	{ .pins = { NULL, "[a" }, .ret = -EINVAL, .err = "at byte 2" },
	{ .pins = { NULL, "(*UTF)a" }, .ret = -EINVAL, .err = "'(*UTF)a'" },
	/* Known to slip through: no word, no boundary in the empty text. */
	{ .pins = { NULL, "\\b" } },
};

TEST(checks)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(check_cases); i++) {
		const struct check_case *c = &check_cases[i];
		char err[256] = "";

		EXPECT_EQ(c->ret, pins_check(&c->pins, !c->no_expect_err, err,
					     sizeof(err)))
			TH_LOG("case %u: %s", i, err);
		if (c->err)
			EXPECT_NE(NULL, strstr(err, c->err))
				TH_LOG("case %u: %s", i, err);
	}
}

#define TEXT "one\napply_cell_config returned -EINVAL\nlast\n"

static const struct match_case {
	struct pins pins;
	int ret;
} match_cases[] = {
	{ { "apply_cell", NULL }, 1 },
	{ { "Apply_cell", NULL }, 0 },
	{ { NULL, "returned -E[A-Z]+" }, 1 },
	{ { "apply_cell", "returned -E[A-Z]+" }, 1 },
	/* Both must match. */
	{ { "apply_cell", "returned 0" }, 0 },
	{ { "nothing", "returned -E[A-Z]+" }, 0 },
	/* Anchors are those of the whole text. */
	{ { NULL, "^one" }, 1 },
	{ { NULL, "^apply" }, 0 },
	{ { NULL, "last$" }, 0 },
	{ { NULL, "last\n$" }, 1 },
	{ { NULL, "EINVAL$" }, 0 },
	{ { NULL, "(?m)^apply_cell_config returned -EINVAL$" }, 1 },
	/* The dot stays in its line. */
	{ { NULL, "one.apply" }, 0 },
	{ { NULL, "(?s)one.apply" }, 1 },
	/* Blanks count. */
	{ { NULL, " returned " }, 1 },
	{ { NULL, "  returned" }, 0 },
};

TEST(matches)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(match_cases); i++) {
		char err[256] = "";

		EXPECT_EQ(match_cases[i].ret,
			  pins_match(&match_cases[i].pins, TEXT, strlen(TEXT),
				     err, sizeof(err)))
			TH_LOG("case %u: %s", i, err);
		EXPECT_EQ(match_cases[i].ret == 1, !err[0]);
	}
}

TEST(real_text)
{
	const struct pins pins = {
		"host-triggered crash",
		"(?m)^EXIT: scx_bpf_error \\(.*\\) on CPU \\d+$",
	};
	char err[256] = "", *text;
	size_t len;

	text = data_read("crash/scx_error.sched", &len);
	ASSERT_NE(NULL, text);
	EXPECT_EQ(1, pins_match(&pins, text, len, err, sizeof(err)))
		TH_LOG("%s", err);
	free(text);
}

/* Bytes that are no UTF-8 and a NUL are text like any other. */
TEST(any_bytes)
{
	const struct pins pins = { NULL, "b+$" };
	char err[256] = "";

	EXPECT_EQ(1, pins_match(&pins, "\xff\xfe\0bb", 5, err, sizeof(err)));
}

TEST(expensive_pattern_ends)
{
	const struct pins pins = { NULL, "(a+)+(a+)+[bc]" };
	char err[256] = "", text[4096];

	memset(text, 'a', sizeof(text));
	EXPECT_EQ(-E2BIG, pins_match(&pins, text, sizeof(text), err,
				     sizeof(err)));
	EXPECT_NE(NULL, strstr(err, "too long"));
}

TEST_HARNESS_MAIN
