// SPDX-License-Identifier: GPL-2.0-only
/*
 * Result lines: one line of printable text, whatever a guest has said.
 */
#include "kselftest_harness.h"

#include "lib/run/verdict.h"
#include "lib/test/glue.h"
#include "lib/util/util.h"

FIXTURE(result)
{
	char reason[64];
	int code;
	struct ktstr_test test;
};

FIXTURE_SETUP(result)
{
	self->test = (struct ktstr_test) {
		.fixture = "fix", .variant = "", .name = "name",
		.exit_code = &self->code,
		.reason = self->reason, .reason_size = sizeof(self->reason),
	};
}

FIXTURE_TEARDOWN(result)
{
}

TEST_F(result, guests_words_are_one_printable_line)
{
	static const struct {
		const char *said;
		const char *shown;
	} cases[] = {
		{ "", "" },
		{ "stuck 3500 ms on CPU 1", "stuck 3500 ms on CPU 1" },
		{ "one\nok 2 fix.other", "one" },
		{ "\nok 2 fix.other", "" },
		{ "one\rok 2 fix.other", "one?ok 2 fix.other" },
		{ "\033[2J\033]0;title\007", "?[2J?]0;title?" },
		{ "a\tb\v\f\x7f", "a?b???" },
		{ "\x80\xc3\xa9\xff~ !", "????~ !" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		glue_result(&self->test, RUN_FAIL, "%s", cases[i].said);
		EXPECT_EQ(RUN_FAIL, self->code);
		EXPECT_STREQ(cases[i].shown, self->reason)
			TH_LOG("case %u", i);
	}
}

TEST_F(result, long_words_are_cut)
{
	char said[256];

	memset(said, 'x', sizeof(said));
	said[sizeof(said) - 1] = '\0';
	glue_result(&self->test, RUN_SKIP, "%s", said);
	EXPECT_EQ(RUN_SKIP, self->code);
	EXPECT_EQ(sizeof(self->reason) - 1, strlen(self->reason));
}

TEST_F(result, strict_makes_a_skip_a_failure)
{
	unsetenv("KTSTR_STRICT");
	glue_skip(&self->test, "no\tkernel");
	EXPECT_EQ(RUN_SKIP, self->code);
	EXPECT_STREQ("no?kernel", self->reason);
	setenv("KTSTR_STRICT", "1", 1);
	glue_skip(&self->test, "no kernel");
	EXPECT_EQ(RUN_FAIL, self->code);
	EXPECT_STREQ("infrastructure: no kernel", self->reason);
}

TEST_HARNESS_MAIN
