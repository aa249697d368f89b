// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes on a command line: they are taken out of what the harness sees, and
 * the environment has them then.
 */
#include <errno.h>
#include <stdlib.h>

#include "ktstr.h"
#include "lib/common/util/util.h"
#include "lib/test/options.h"

#define ARGS_MAX	8

FIXTURE(options)
{
	char *argv[ARGS_MAX + 1];
	int argc;
	struct strbuf text;
};

FIXTURE_SETUP(options)
{
	self->text = (struct strbuf)STRBUF_INIT;
	unsetenv(ENV_ATTR);
}

FIXTURE_TEARDOWN(options)
{
	strbuf_free(&self->text);
}

static void arguments(FIXTURE_DATA(options) *self, const char * const *args)
{
	for (self->argc = 0; args[self->argc]; self->argc++)
		self->argv[self->argc] = (char *)args[self->argc];
	self->argv[self->argc] = NULL;
}

TEST_F(options, attributes_are_taken_out)
{
	static const char * const args[] = {
		"prog", "--attr", "workers=3", "-r", "a.b",
		"--attr=kernel_args=c,d", "--attrs", NULL,
	};
	static const char * const left[] = { "prog", "-r", "a.b", "--attrs" };
	unsigned int i;

	arguments(self, args);
	strbuf_addf(&self->text, "duration_s=1");
	ASSERT_EQ(0, options_take_attr(&self->argc, self->argv, &self->text));
	EXPECT_STREQ("duration_s=1,workers=3,kernel_args=c\\,d",
		     self->text.text);
	ASSERT_EQ(ARRAY_SIZE(left), (size_t)self->argc);
	for (i = 0; i < ARRAY_SIZE(left); i++)
		EXPECT_STREQ(left[i], self->argv[i]);
	EXPECT_EQ(NULL, self->argv[self->argc]);
}

TEST_F(options, one_without_a_value)
{
	static const char * const args[] = { "prog", "-l", "--attr", NULL };
	static const char * const help[] = { "prog", "--attr", "help", NULL };

	arguments(self, args);
	EXPECT_EQ(-EINVAL, options_take_attr(&self->argc, self->argv,
					     &self->text));
	arguments(self, help);
	EXPECT_EQ(-EAGAIN, options_take_attr(&self->argc, self->argv,
					     &self->text));
}

/* What a program is given goes before its environment, and into it. */
TEST_F(options, environment_and_options_are_one)
{
	static const char * const args[] = {
		"prog", "--attr", "workers=3", NULL,
	};

	EXPECT_EQ(NULL, ktstr_given());
	setenv(ENV_ATTR, "workers=7,duration_s=9", 1);
	arguments(self, args);
	ASSERT_EQ(-1, ktstr_attr_take(&self->argc, self->argv));
	ASSERT_NE(NULL, ktstr_given());
	EXPECT_EQ(3U, ktstr_given()->workers);
	EXPECT_EQ(9U, ktstr_given()->duration_s);
	EXPECT_STREQ("workers=7,duration_s=9,workers=3", getenv(ENV_ATTR));
}

TEST_F(options, wrong_ones_end_the_program)
{
	static const char * const args[] = { "prog", "--attr=workes=3", NULL };
	static const char * const none[] = { "prog", NULL };

	arguments(self, args);
	EXPECT_EQ(KSFT_FAIL, ktstr_attr_take(&self->argc, self->argv));
	setenv(ENV_ATTR, "kaslr=perhaps", 1);
	arguments(self, none);
	EXPECT_EQ(KSFT_FAIL, ktstr_attr_take(&self->argc, self->argv));
	EXPECT_EQ(NULL, ktstr_given());
}

TEST_HARNESS_MAIN
