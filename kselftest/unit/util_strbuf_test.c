// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text that grows: what stays when there is too much of it.
 */
#include "kselftest_harness.h"

#include "lib/common/util/strbuf.h"

#define MAX	4096

FIXTURE(strbuf)
{
	struct strbuf sb;
};

FIXTURE_SETUP(strbuf)
{
	self->sb = (struct strbuf)STRBUF_INIT;
	self->sb.max = MAX;
}

FIXTURE_TEARDOWN(strbuf)
{
	strbuf_free(&self->sb);
}

static void add_lines(struct strbuf *sb, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		strbuf_addf(sb, "line %u\n", i);
}

TEST_F(strbuf, end_is_dropped)
{
	add_lines(&self->sb, 2000);
	EXPECT_EQ(MAX, self->sb.len);
	EXPECT_LT(0, self->sb.dropped);
	EXPECT_EQ(NULL, strstr(self->sb.text, "line 1999"));
}

TEST_F(strbuf, middle_is_dropped)
{
	unsigned int n;

	self->sb.keep_end = true;
	for (n = 0; n < 2000; n += 100) {
		size_t len = 0, all;
		unsigned int i;

		strbuf_reset(&self->sb);
		add_lines(&self->sb, n);
		for (i = 0, all = 0; i < n; i++)
			all += snprintf(NULL, 0, "line %u\n", i);
		if (all <= MAX) {
			EXPECT_EQ(all, self->sb.len);
			continue;
		}
		len = strlen("[lines are missing here]\n");
		EXPECT_GE(MAX, self->sb.len);
		EXPECT_LE(MAX / 4, self->sb.len);
		EXPECT_EQ(strlen(self->sb.text), self->sb.len);
		EXPECT_EQ(all, self->sb.len - len + self->sb.dropped);
		EXPECT_EQ(0, strncmp(self->sb.text, "line 0\nline 1\n", 14));
		EXPECT_NE(NULL, strstr(self->sb.text,
				       "\n[lines are missing here]\nline "));
		EXPECT_EQ((int)n - 1, atoi(strbuf_tail(&self->sb, 1) + 5));
	}
}

TEST_F(strbuf, word_is_quoted_where_a_shell_asks_for_it)
{
	static const struct {
		const char *word;
		const char *quoted;
	} cases[] = {
		{ "/b/7.3.4-1~bpo13+1/bzImage", "/b/7.3.4-1~bpo13+1/bzImage" },
		{ "-s", "-s" },
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "$x", "'$x'" },
		{ "it's", "'it'\\''s'" },
		{ "~/x", "'~/x'" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		strbuf_reset(&self->sb);
		strbuf_add_word(&self->sb, cases[i].word);
		EXPECT_STREQ(cases[i].quoted, self->sb.text);
	}
}

TEST_F(strbuf, one_line_without_end)
{
	char big[MAX / 8];
	unsigned int i;

	self->sb.keep_end = true;
	memset(big, 'x', sizeof(big));
	for (i = 0; i < 100; i++)
		strbuf_add(&self->sb, big, sizeof(big));
	EXPECT_GE(MAX, self->sb.len);
	EXPECT_EQ(strlen(self->sb.text), self->sb.len);
	strbuf_add(&self->sb, "\nend\n", 5);
	strbuf_add(&self->sb, big, sizeof(big));
	EXPECT_GE(MAX, self->sb.len);
}

/* More than there is room for, at once */
TEST_F(strbuf, piece_that_is_too_large)
{
	static char huge[2 * MAX];

	memset(huge, '\n', sizeof(huge));
	self->sb.keep_end = true;
	strbuf_add(&self->sb, huge, sizeof(huge));
	EXPECT_EQ(MAX, self->sb.len);
	EXPECT_EQ(MAX, self->sb.dropped);
	strbuf_add(&self->sb, "end", 3);
	EXPECT_STREQ("end", self->sb.text + self->sb.len - 3);
}

TEST_HARNESS_MAIN
