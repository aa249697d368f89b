// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slices of a list of tests, and the one KTAP that comes of what they say.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/suite/suite.h"

#define SECOND_NS	NSEC_PER_SEC

static const char list[] =
	"short f.a\n"
	"short f.b\n"
	"long g.v.a\n"
	"long g.v.b\n"
	"long g.v.c\n";

/* One call, so that the words, which are not split, end their line. */
#define EXPECT_SAID(text, words)	EXPECT_NE(NULL, strstr(text, words))

FIXTURE(suite)
{
	struct suite suite;
	struct strbuf out;
};

static void read_list(struct __test_metadata *_metadata, struct suite *suite,
		      const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");

	ASSERT_NE(NULL, file);
	ASSERT_EQ(0, suite_read(suite, file));
	fclose(file);
}

FIXTURE_SETUP(suite)
{
	memset(&self->suite, 0, sizeof(self->suite));
	self->suite.limit_s = 1800;
	self->out = (struct strbuf)STRBUF_INIT;
	read_list(_metadata, &self->suite, list);
}

FIXTURE_TEARDOWN(suite)
{
	strbuf_free(&self->out);
	suite_free(&self->suite);
}

static void says(FIXTURE_DATA(suite) *self, struct suite_slice *slice,
		 const char *text)
{
	suite_data(&self->suite, slice, text, strlen(text), 0);
}

/* All that has come out so far. */
static const char *out(FIXTURE_DATA(suite) *self)
{
	suite_take(&self->suite, &self->out, SIZE_MAX);
	return self->out.text;
}

/* The first is the longer program's, the second the shorter one's. */
static void take_both(struct __test_metadata *_metadata,
		      FIXTURE_DATA(suite) *self, struct suite_slice **slices)
{
	slices[0] = suite_next(&self->suite, 1);
	slices[1] = suite_next(&self->suite, 1);
	ASSERT_NE(NULL, slices[0]);
	ASSERT_NE(NULL, slices[1]);
	ASSERT_STREQ("short", slices[0]->program->name);
	ASSERT_EQ(NULL, suite_next(&self->suite, 1));
}

TEST_F(suite, comes_out_in_the_order_of_the_list)
{
	struct suite_slice *s[2];

	take_both(_metadata, self, s);
	says(self, s[1], "TAP version 13\n1..3\n# Starting 3 tests from 1\n"
	     "ok 1 g.v.a\nok 2 g.v.b # SKIP no such CPU\n# talk\n"
	     "not ok 3 g.v.c # it starved\n# FAILED: 1 / 3 tests passed.\n"
	     "# Totals: pass:1\n");
	suite_end(&self->suite, s[1], 1);
	EXPECT_STREQ("KTAP version 1\n1..5\n# short: 2 tests\n", out(self));
	says(self, s[0], "TAP version 13\n1..2\nok 1 f.a\nok 2 f.");
	says(self, s[0], "b #  2 workers\n");
	suite_end(&self->suite, s[0], 0);
	strbuf_reset(&self->out);
	EXPECT_STREQ("ok 1 f.a # (0.0 s)\nok 2 f.b # 2 workers (0.0 s)\n"
		     "# long: 3 tests\n"
		     "ok 3 g.v.a # (0.0 s)\nok 4 g.v.b # SKIP no such CPU\n# talk\n"
		     "not ok 5 g.v.c # it starved (0.0 s)\n"
		     "# Totals: pass:3 fail:1 xfail:0 xpass:0 skip:1 error:0\n",
		     out(self));
	EXPECT_STREQ("it starved", s[1]->program->tests[2].why);
	EXPECT_EQ(NULL, s[1]->program->tests[1].why);
}

/* What is added on the way has names and an environment of its own. */
TEST_F(suite, a_list_that_grows)
{
	static char variable[] = "A=b";
	char *env[] = { variable, NULL };
	struct suite_program *p, *q;
	struct suite_slice *s;
	struct suite more = { .limit_s = 9, .open = true };

	ASSERT_EQ(0, suite_reserve(&more, 2));
	p = suite_add_program(&more, "prog", env);
	ASSERT_NE(NULL, p);
	ASSERT_EQ(0, suite_add_test(p, "f.a", "a/one"));
	s = suite_next(&more, 1);
	ASSERT_NE(NULL, s);
	EXPECT_EQ(&env[0], s->program->env);
	suite_data(&more, s, "ok 1 f.a\n", 9, 0);
	suite_end(&more, s, 0);
	EXPECT_FALSE(suite_take(&more, &self->out, SIZE_MAX));
	EXPECT_STREQ("KTAP version 1\n# prog: 1 tests\nok 1 a/one # (0.0 s)\n",
		     self->out.text);
	ASSERT_EQ(NULL, suite_next(&more, 1));
	q = suite_add_program(&more, "prog", NULL);
	ASSERT_EQ(p + 1, q);
	ASSERT_EQ(0, suite_add_test(q, "f.a", "a/two"));
	s = suite_next(&more, 1);
	ASSERT_NE(NULL, s);
	suite_end(&more, s, 4);
	strbuf_reset(&self->out);
	EXPECT_FALSE(suite_take(&more, &self->out, SIZE_MAX));
	suite_close(&more, &self->out);
	EXPECT_STREQ("# prog: 1 tests\nok 2 a/two # SKIP not run: the program ended with status 4\n"
		     "1..2\n# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:1 error:0\n",
		     self->out.text);
	suite_free(&more);
}

/* Each may have a kernel of its own, which is told once of each. */
TEST_F(suite, a_program_tells_its_kernel)
{
	static char one[] = "KTSTR_KERNEL=/new", two[] = "KTSTR_KERNEL=/old";
	char *new[] = { one, NULL }, *old[] = { two, NULL };
	struct suite_program *p;
	struct suite_slice *s[2];
	unsigned int i;

	suite_free(&self->suite);
	for (i = 0; i < 2; i++) {
		p = suite_add_program(&self->suite, "short", i ? old : new);
		ASSERT_NE(NULL, p);
		ASSERT_EQ(0, suite_add_test(p, "f.a", i ? "f.a@6.12" : "f.a@7.3.4"));
	}
	s[0] = suite_next(&self->suite, 1);
	s[1] = suite_next(&self->suite, 1);
	says(self, s[1], "# kernel: Linux 6.12\n# kernel: Linux 6.12\nok 1 f.a\n");
	says(self, s[0], "# kernel: Linux 7.3.4\nnot ok 1 f.a # it starved\n");
	suite_end(&self->suite, s[1], 0);
	suite_end(&self->suite, s[0], 1);
	EXPECT_STREQ("KTAP version 1\n1..2\n# short: 1 tests\n"
		     "# kernel: Linux 7.3.4\nnot ok 1 f.a@7.3.4 # it starved (0.0 s)\n"
		     "# short: 1 tests\n# kernel: Linux 6.12\nok 2 f.a@6.12 # (0.0 s)\n"
		     "# Totals: pass:1 fail:1 xfail:0 xpass:0 skip:0 error:0\n",
		     out(self));
}

TEST_F(suite, numbers_go_on_over_slices)
{
	struct suite_slice *first, *second;
	unsigned int i;

	/* Three tests of a minute each, two at a time. */
	for (i = 0; i < 3; i++)
		self->suite.programs[1].tests[i].last_ms = 60000;
	first = suite_next(&self->suite, 2);
	ASSERT_STREQ("long", first->program->name);
	ASSERT_EQ(1, first->n);
	second = suite_next(&self->suite, 2);
	ASSERT_EQ(first->program, second->program);
	ASSERT_EQ(1, second->first);
	says(self, second, "ok 1 g.v.b\n");
	suite_end(&self->suite, second, 0);
	says(self, first, "ok 1 g.v.a\n");
	suite_end(&self->suite, first, 0);
	self->suite.printing = 1;
	EXPECT_NE(NULL, strstr(out(self), "ok 3 g.v.a # (0.0 s)\nok 4 g.v.b # (0.0 s)\n"));
}

TEST_F(suite, each_test_is_in_one_slice)
{
	unsigned int n = 0, jobs;
	struct suite_slice *s;

	for (jobs = 1; jobs < 5; jobs++) {
		suite_free(&self->suite);
		read_list(_metadata, &self->suite, list);
		for (n = 0; (s = suite_next(&self->suite, jobs)); n += s->n)
			EXPECT_EQ(s->first + s->n, s->program->n_given);
		EXPECT_EQ(5, n);
	}
}

/* As that of a program's own order, whatever the list's is. */
TEST_F(suite, results_come_in_any_order)
{
	struct suite_slice *s[2];

	take_both(_metadata, self, s);
	says(self, s[1], "1..3\nok 1 g.v.c\nnot ok 2 g.v.a\nok 3 g.v.b\n");
	suite_end(&self->suite, s[1], 1);
	says(self, s[0], "ok 1 f.b\nok 2 f.a\nok 3 f.b\n");
	suite_end(&self->suite, s[0], 0);
	EXPECT_EQ(4, self->suite.counts[SUITE_PASS]);
	EXPECT_EQ(1, self->suite.counts[SUITE_FAIL]);
	EXPECT_SAID(out(self), "\n# | ok 3 f.b\n");
}

TEST_F(suite, a_program_that_dies_fails_one_test)
{
	struct suite_slice *s[2];

	take_both(_metadata, self, s);
	says(self, s[1], "1..3\nok 1 g.v.a\n");
	suite_end(&self->suite, s[1], 139);
	suite_end(&self->suite, s[0], 0);
	EXPECT_SAID(out(self),
		    "not ok 4 g.v.b # no result: the program was ended by signal 11\n");
	EXPECT_NE(NULL, strstr(self->out.text,
			       "ok 5 g.v.c # SKIP not run: the program was"));
	/* One that has ended well has run nothing either. */
	EXPECT_NE(NULL, strstr(self->out.text,
			       "not ok 1 f.a # no result: the program ended with"));
	EXPECT_EQ(2, self->suite.counts[SUITE_FAIL]);
}

TEST_F(suite, a_host_that_dies_fails_no_test)
{
	struct suite_slice *s[2];

	take_both(_metadata, self, s);
	says(self, s[1], "1..3\nok 1 g.v.a\n"
	     "Bail out! infrastructure: the emulated host died\n");
	suite_end(&self->suite, s[1], 1);
	says(self, s[0], "ok 1 f.a # SKIP infrastructure: CPU 1 is away\n"
	     "ok 2 f.b\n");
	suite_end(&self->suite, s[0], 0);
	EXPECT_NE(NULL, strstr(out(self),
			       "# | Bail out! infrastructure: the emulated host died\n"
			       "ok 4 g.v.b # SKIP infrastructure: the emulated host died\n"
			       "ok 5 g.v.c # SKIP infrastructure: the emulated host died\n"));
	EXPECT_EQ(0, self->suite.counts[SUITE_FAIL]);
	EXPECT_EQ(3, self->suite.counts[SUITE_INFRASTRUCTURE]);
	EXPECT_EQ(2, self->suite.counts[SUITE_PASS]);
}

/* Its reason stays as it is, and no program has failed for it. */
TEST_F(suite, inconclusive_is_counted_apart)
{
	struct suite_slice *s[2];

	take_both(_metadata, self, s);
	says(self, s[0], "ok 1 f.a # SKIP inconclusive: the host took 61 %\n"
	     "ok 2 f.b # SKIP inconclusively said\n");
	suite_end(&self->suite, s[0], 4);
	EXPECT_NE(NULL, strstr(out(self),
			       "ok 1 f.a # SKIP inconclusive: the host took 61 %\n"));
	EXPECT_EQ(1, self->suite.counts[SUITE_INCONCLUSIVE]);
	EXPECT_EQ(0, self->suite.counts[SUITE_INFRASTRUCTURE]);
	EXPECT_EQ(1, self->suite.counts[SUITE_SKIP]);
}

TEST_F(suite, each_process_names_the_kernel_and_one_line_does)
{
	struct suite_slice *s[2];
	const char *first;

	take_both(_metadata, self, s);
	says(self, s[0], "# kernel: Linux 7.3\nok 1 f.a\nok 2 f.b\n");
	says(self, s[1], "# kernel: Linux 7.3\nok 1 g.v.a\n");
	suite_end(&self->suite, s[0], 0);
	suite_end(&self->suite, s[1], 0);
	first = strstr(out(self), "# kernel: Linux 7.3\n");
	ASSERT_NE(NULL, first);
	EXPECT_EQ(NULL, strstr(first + 4, "# kernel: "));
}

TEST_F(suite, strict_minds_a_host_that_dies)
{
	struct suite_slice *s[2];

	self->suite.strict = true;
	take_both(_metadata, self, s);
	says(self, s[0], "Bail out! infrastructure: the emulated host died\n");
	suite_end(&self->suite, s[0], 1);
	EXPECT_NE(NULL, strstr(out(self),
			       "not ok 2 f.b # infrastructure: the emulated host died\n"));
}

TEST_F(suite, who_was_run_again_is_counted)
{
	struct suite_slice *s[2];

	take_both(_metadata, self, s);
	says(self, s[0], "# retried: the VM stood still\n"
	     "ok 1 f.a #  retried: the VM stood still\nok 2 f.b\n");
	suite_end(&self->suite, s[0], 0);
	EXPECT_EQ(1, self->suite.retried);
	EXPECT_EQ(2, self->suite.counts[SUITE_PASS]);
	EXPECT_SAID(out(self),
		    "ok 1 f.a # retried: the VM stood still (0.0 s)\n");
}

/* Nobody's test failed, and yet something did. */
TEST_F(suite, a_program_that_does_not_end_well_is_a_failure)
{
	struct suite_slice *s[2];

	take_both(_metadata, self, s);
	says(self, s[0], "ok 1 f.a\nok 2 f.b\n");
	suite_end(&self->suite, s[0], 3);
	says(self, s[1], "ok 1 g.v.a\nok 2 g.v.b\nok 3 g.v.c\n");
	suite_end(&self->suite, s[1], 0);
	EXPECT_SAID(out(self),
		    "not ok 6 short # the program ended with status 3, and none of its tests failed\n");
	EXPECT_EQ(1, self->suite.counts[SUITE_FAIL]);
	EXPECT_EQ(5, self->suite.counts[SUITE_PASS]);
}

/* A test that passed is a line. */
TEST_F(suite, a_test_that_passed_is_a_line)
{
	struct suite_slice *s[2];

	take_both(_metadata, self, s);
	says(self, s[0], "#  RUN           f.a ...\n#            OK  f.a\nok 1 f.a\n");
	suite_data(&self->suite, s[0], "ok 2 f.b\n", 9, 12340 * NSEC_PER_MSEC);
	suite_end(&self->suite, s[0], 0);
	EXPECT_SAID(out(self),
		    "# short: 2 tests\nok 1 f.a # (0.0 s)\nok 2 f.b # (12.3 s)\n");
}

/* Neither another program's test nor its own, twice. */
TEST_F(suite, nobody_speaks_for_another)
{
	struct suite_slice *s[2];

	take_both(_metadata, self, s);
	says(self, s[0], "ok 1 g.v.a\nnot ok 1 f.a # x # SKIP y\nok 1 f.a\n"
	     "ok 2 f.b\n");
	suite_end(&self->suite, s[0], 1);
	EXPECT_EQ(1, self->suite.counts[SUITE_PASS]);
	EXPECT_EQ(1, self->suite.counts[SUITE_FAIL]);
	EXPECT_NE(NULL, strstr(out(self), "\n# | ok 1 g.v.a\n"));
}

TEST_F(suite, times_are_kept)
{
	char path[] = "/tmp/ktstr-suite-times.XXXXXX";
	struct suite_slice *s[2];
	struct suite next = { };
	int fd = mkstemp(path);

	ASSERT_GE(fd, 0);
	ASSERT_EQ(9, write(fd, "other 7\n\n", 9));
	close(fd);
	take_both(_metadata, self, s);
	suite_data(&self->suite, s[0], "# Starting\n", 11, SECOND_NS);
	suite_data(&self->suite, s[0], "ok 1 f.a\n", 9, 6 * SECOND_NS);
	suite_data(&self->suite, s[0], "ok 2 f.b\n", 9, 8 * SECOND_NS);
	EXPECT_EQ(0, suite_times_save(&self->suite, path));
	read_list(_metadata, &next, "p other\np f.b\np g.v.a\n");
	suite_times_load(&next, path);
	unlink(path);
	EXPECT_EQ(7, next.programs[0].tests[0].last_ms);
	EXPECT_EQ(2000, next.programs[0].tests[1].last_ms);
	EXPECT_EQ(0, next.programs[0].tests[2].last_ms);
	suite_free(&next);
}

/* A second round of a program is not the first one's. */
TEST_F(suite, rounds_are_kept_apart)
{
	struct suite rounds = { };

	read_list(_metadata, &rounds, "p f.a\np f.b\np f.a\np f.b\n");
	EXPECT_EQ(2, rounds.n_programs);
	EXPECT_EQ(2, rounds.programs[1].n_tests);
	suite_free(&rounds);
}

TEST_F(suite, talk_is_bounded_results_are_not)
{
	char *noise = malloc(1 << 20);
	struct suite_slice *s[2];
	unsigned int i;

	ASSERT_NE(NULL, noise);
	memset(noise, 'x', 1 << 20);
	take_both(_metadata, self, s);
	for (i = 0; i < 40; i++)
		suite_data(&self->suite, s[0], noise, 1 << 20, 0);
	says(self, s[0], "\nok 1 f.a\nok 2 f.b\n");
	suite_end(&self->suite, s[0], 0);
	EXPECT_EQ(2, self->suite.counts[SUITE_PASS]);
	EXPECT_NE(NULL, strstr(out(self), "ok 2 f.b # (0.0 s)\n# ("));
	EXPECT_LT(self->out.len, SUITE_TALK_MAX + (1 << 20));
	free(noise);
}

TEST(suite_list_is_checked)
{
	static const char * const bad[] = {
		"alone\n", "../x f.a\n", "p f.a more\n", "\n",
	};
	struct suite suite = { };
	unsigned int i;
	FILE *file;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		file = fmemopen((void *)bad[i], strlen(bad[i]), "r");
		EXPECT_EQ(-EPROTO, suite_read(&suite, file)) {
			TH_LOG("%s", bad[i]);
		}
		fclose(file);
		suite_free(&suite);
	}
}

TEST_HARNESS_MAIN
