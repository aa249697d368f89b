// SPDX-License-Identifier: GPL-2.0-only
/*
 * Output of a program that is started again: each line once, results kept.
 */
#include "kselftest_harness.h"

#include <stdlib.h>

#include "lib/test/resume.h"

static const char first[] =
	"TAP version 13\n1..4\n# Starting 4 tests from 1 test cases.\n"
	"#  RUN           f.a ...\n#            OK  f.a\nok 1 f.a\n"
	"#  RUN           f.b ...\nok 2 f.b # SKIP no kernel\n"
	"#  RUN           f.c ...\n# ok 7 from a guest\n";

static const char second[] =
	"TAP version 13\n1..4\n# Starting 4 tests from 1 test cases.\n"
	"#  RUN           f.a ...\nok 1 f.a\nok 2 f.b # SKIP why\n"
	"#  RUN           f.c ...\nnot ok 3 f.c # why\nok 4 f.d\n";

FIXTURE(resume)
{
	struct resume r;
	char out[2048];
};

FIXTURE_SETUP(resume)
{
	resume_init(&self->r);
	self->out[0] = '\0';
}

FIXTURE_TEARDOWN(resume)
{
	unsetenv(ENV_RESUME);
}

/* In pieces of @step bytes. */
static const char *feed(FIXTURE_DATA(resume) *self, const char *text,
			size_t step)
{
	size_t len = strlen(text), at, part;
	const char *from;

	self->out[0] = '\0';
	for (at = 0; at < len; at += step) {
		part = len - at < step ? len - at : step;
		from = resume_filter(&self->r, text + at, &part);
		strncat(self->out, from, part);
	}
	return self->out;
}

TEST_F(resume, a_first_start_is_passed_on_whole)
{
	size_t step;

	for (step = 1; step < 100; step += 7) {
		resume_init(&self->r);
		EXPECT_STREQ(first, feed(self, first, step));
		EXPECT_STREQ("KTSTR_RESUME=pf.a,sf.b,", self->r.env);
	}
}

TEST_F(resume, a_second_start_goes_on_where_it_was)
{
	size_t step;

	for (step = 1; step < 100; step += 7) {
		resume_init(&self->r);
		feed(self, first, step);
		resume_again(&self->r);
		EXPECT_STREQ("#  RUN           f.c ...\n"
			     "not ok 3 f.c # why\nok 4 f.d\n",
			     feed(self, second, step));
		EXPECT_STREQ("KTSTR_RESUME=pf.a,sf.b,rf.c,ff.c,pf.d,",
			     self->r.env);
	}
}

TEST_F(resume, without_results_only_the_head_is_left_out)
{
	feed(self, "TAP version 13\n1..4\n# Starting", 9);
	resume_again(&self->r);
	EXPECT_EQ(0U, self->r.known);
	EXPECT_EQ('#', feed(self, second, 5)[0]);
	EXPECT_NE(NULL, strstr(self->out, "ok 1 f.a\n"));
	EXPECT_EQ(NULL, strstr(self->out, "TAP version"));
}

TEST_F(resume, results_are_found_by_name)
{
	static const struct {
		const char *name;
		int code;
	} cases[] = {
		{ "f.a", 0 }, { "f.ab", 4 }, { "f.c", 1 }, { "f.v.d", 2 },
		{ "f.b", -1 }, { "a", -1 }, { "f.a,", -1 }, { "", -1 },
		{ "f.odd", -1 }, { "f.v", -1 }, { "f.last", -1 },
	};
	unsigned int i;
	enum run_doubt ours;

	EXPECT_EQ(-1, resume_code("f.a", &ours));
	setenv(ENV_RESUME, "pf.a,sf.ab,ff.c,xf.v.d,?f.odd,pf.last", 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(cases[i].code, resume_code(cases[i].name, &ours));
}

/* What nobody has failed stays that, and no words of a guest make it that. */
TEST_F(resume, what_was_not_judged_is_known_again)
{
	static const char text[] =
		"1..8\n# Starting 8 tests\n"
		"ok 1 f.a # SKIP infrastructure: the VM ended\n"
		"not ok 2 f.b #  infrastructure: the VM ended\n"
		"not ok 3 f.c #  said #  infrastructure: no\n"
		"ok 4 f.d # SKIP # SKIP infrastructure: no\n"
		"ok 5 f.e #  retried: # SKIP infrastructure: no\n"
		"ok 6 f.g # SKIP inconclusive: 61 %\n"
		"not ok 7 f.h #  inconclusive: 61 %\n"
		"#  RUN           f.f ...\n";
	static const struct {
		const char *name;
		int code;
		enum run_doubt ours;
	} cases[] = {
		{ "f.a", 4, RUN_INFRASTRUCTURE },
		{ "f.b", 1, RUN_INFRASTRUCTURE },
		{ "f.c", 1, RUN_JUDGED }, { "f.d", 4, RUN_JUDGED },
		{ "f.e", 0, RUN_JUDGED }, { "f.f", -1, RUN_JUDGED },
		{ "f.g", 4, RUN_INCONCLUSIVE }, { "f.h", 1, RUN_INCONCLUSIVE },
	};
	unsigned int i;
	enum run_doubt ours;

	feed(self, text, 7);
	EXPECT_STREQ("KTSTR_RESUME=if.a,jf.b,ff.c,sf.d,pf.e,cf.g,df.h,", self->r.env);
	EXPECT_TRUE(resume_failed(&self->r));
	setenv(ENV_RESUME, strchr(self->r.env, '=') + 1, 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].code, resume_code(cases[i].name, &ours));
		EXPECT_EQ(cases[i].ours, ours)
			TH_LOG("%s", cases[i].name);
	}
}

/* A test that is run again says so; one that had not begun is not. */
TEST_F(resume, the_test_that_ran_is_told)
{
	feed(self, first, 11);
	EXPECT_FALSE(resume_failed(&self->r));
	resume_again(&self->r);
	EXPECT_STREQ("KTSTR_RESUME=pf.a,sf.b,rf.c,", self->r.env);
	setenv(ENV_RESUME, strchr(self->r.env, '=') + 1, 1);
	EXPECT_TRUE(resume_retried("f.c"));
	EXPECT_FALSE(resume_retried("f.a"));
	EXPECT_FALSE(resume_retried("f.d"));

	/* The second machine ends between two tests. */
	feed(self, second, 11);
	resume_again(&self->r);
	EXPECT_STREQ("KTSTR_RESUME=pf.a,sf.b,rf.c,ff.c,pf.d,", self->r.env);
}

TEST_F(resume, more_results_than_there_is_room_for)
{
	unsigned int i;

	for (i = 0; i < RESUME_ENV_MAX; i++)
		feed(self, "ok 1 f.x\n", 64);
	EXPECT_GT(sizeof(self->r.env), strlen(self->r.env));
	EXPECT_EQ(',', self->r.env[strlen(self->r.env) - 1]);
	EXPECT_EQ(RESUME_ENV_MAX, (int)self->r.seen);
}

TEST_HARNESS_MAIN
