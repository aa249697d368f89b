// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of tests: what -l says, and which are meant by what is given.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/host/suite/names.h"
#include "lib/common/util/util.h"

/* As the harness prints them. */
static const char scx[] =
	"# FIXTURE            VARIANT                   TEST\n"
	"global\n"
	"--------------------------------------------------------------\n"
	"scx                  simple                    steady\n"
	"                     central                   oversubscribed\n"
	"                                               two_cgroups\n"
	"--------------------------------------------------------------\n"
	"scx_dies                                       stall\n"
	"--------------------------------------------------------------\n"
	"a_fixture_of_many_characters                           a\n"
	"                     v_of_more_than_twenty_five_letters b\n";

static const char eevdf[] =
	"eevdf                                          steady\n"
	"                                               oversubscribed\n"
	"--------------------------------------------------------------\n"
	"body                                           crashes\n";

static const char demo[] =
	"demo                                           kernel_panic\n";

FIXTURE(names)
{
	struct suite_names names;
	struct suite_choice choice;
	struct strbuf err;
	char text[1024];
};

static void take(struct __test_metadata *_metadata, struct suite_names *names,
		 const char *program, bool on_demand, const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");

	ASSERT_NE(NULL, file);
	ASSERT_EQ(0, suite_names_parse(names, program, on_demand, file));
	fclose(file);
}

FIXTURE_SETUP(names)
{
	memset(self, 0, sizeof(*self));
	self->err = (struct strbuf)STRBUF_INIT;
	take(_metadata, &self->names, "scx", false, scx);
	take(_metadata, &self->names, "eevdf", false, eevdf);
	take(_metadata, &self->names, "repro_demo", true, demo);
}

FIXTURE_TEARDOWN(names)
{
	suite_names_free(&self->names);
	strbuf_free(&self->err);
}

/* What is chosen, a line each; "" where nothing is. */
static const char *chosen(FIXTURE_DATA(names) *self)
{
	size_t i, len = 0;

	self->text[0] = '\0';
	for (i = 0; i < self->names.n; i++)
		if (self->names.list[i].chosen)
			len += snprintf(self->text + len,
					sizeof(self->text) - len, "%s\n",
					self->names.list[i].test);
	return self->text;
}

/* Fills in what is given, up to NULL. Return: as suite_choose(). */
static int choose(FIXTURE_DATA(names) *self, const char **globs)
{
	self->choice.globs = (char **)globs;
	self->choice.n_globs = 0;
	while (globs && globs[self->choice.n_globs])
		self->choice.n_globs++;
	strbuf_reset(&self->err);
	return suite_choose(&self->names, &self->choice, &self->err);
}

#define CHOOSE(...)	choose(self, (const char *[]){ __VA_ARGS__, NULL })

TEST_F(names, each_variant_has_each_test)
{
	EXPECT_EQ(0, choose(self, NULL));
	EXPECT_STREQ("scx.simple.steady\n"
		     "scx.simple.oversubscribed\n"
		     "scx.simple.two_cgroups\n"
		     "scx.central.steady\n"
		     "scx.central.oversubscribed\n"
		     "scx.central.two_cgroups\n"
		     "scx_dies.stall\n"
		     "a_fixture_of_many_characters.v_of_more_than_twenty_five_letters.a\n"
		     "a_fixture_of_many_characters.v_of_more_than_twenty_five_letters.b\n"
		     "eevdf.steady\n"
		     "eevdf.oversubscribed\n"
		     "body.crashes\n",
		     chosen(self));
}

TEST_F(names, a_name_that_is_printed_is_taken)
{
	EXPECT_EQ(0, CHOOSE("scx.simple.steady"));
	EXPECT_STREQ("scx.simple.steady\n", chosen(self));
	EXPECT_EQ(0, CHOOSE("scx.scx.simple.steady", "eevdf.body.crashes"));
	EXPECT_STREQ("scx.simple.steady\n"
		     "body.crashes\n",
		     chosen(self));
}

TEST_F(names, patterns_are_those_of_shells)
{
	EXPECT_EQ(0, CHOOSE("*.oversubscribed"));
	EXPECT_STREQ("scx.simple.oversubscribed\n"
		     "scx.central.oversubscribed\n"
		     "eevdf.oversubscribed\n",
		     chosen(self));
	EXPECT_EQ(0, CHOOSE("scx.[cd]entral.s*"));
	EXPECT_STREQ("scx.central.steady\n", chosen(self));
}

TEST_F(names, what_a_name_begins_with_and_programs_are_taken)
{
	EXPECT_EQ(0, CHOOSE("scx.central"));
	EXPECT_STREQ("scx.central.steady\n"
		     "scx.central.oversubscribed\n"
		     "scx.central.two_cgroups\n",
		     chosen(self));
	EXPECT_EQ(0, CHOOSE("eevdf"));
	EXPECT_STREQ("eevdf.steady\n"
		     "eevdf.oversubscribed\n"
		     "body.crashes\n",
		     chosen(self));
	EXPECT_EQ(0, CHOOSE("body"));
	EXPECT_STREQ("body.crashes\n", chosen(self));
}

TEST_F(names, who_runs_on_demand_is_named_whole)
{
	EXPECT_EQ(-ENOENT, CHOOSE("*.kernel_panic"));
	EXPECT_EQ(0, CHOOSE("demo.kernel_panic"));
	EXPECT_STREQ("demo.kernel_panic\n", chosen(self));
	EXPECT_EQ(0, CHOOSE("repro_demo", "body"));
	EXPECT_STREQ("body.crashes\n"
		     "demo.kernel_panic\n",
		     chosen(self));
}

TEST_F(names, each_that_matches_nothing_is_an_error)
{
	EXPECT_EQ(-ENOENT, CHOOSE("scx", "scx.simpel.steady"));
	EXPECT_STREQ("scx.simpel.steady: no test has that name; near: scx.simple.steady; `list` names all",
		     self->err.text);
	EXPECT_EQ(-ENOENT, CHOOSE("*.oversubscibed"));
	EXPECT_STREQ("*.oversubscibed: no test has that name; near: *.oversubscribed; `list` names all",
		     self->err.text);
	EXPECT_EQ(-ENOENT, CHOOSE("steady"));
	EXPECT_STREQ("steady: no test has that name; near: *.steady, scx.simple.steady, scx.central.steady; `list` names all",
		     self->err.text);
	EXPECT_EQ(-ENOENT, CHOOSE("./scx_flatcg"));
	EXPECT_STREQ("./scx_flatcg: no test has that name; `list` names all",
		     self->err.text);
}

TEST_F(names, options_narrow_what_globs_have)
{
	char *tests[] = { (char *)"oversubscribed", (char *)"stall" };
	char *fixtures[] = { (char *)"scx" };

	self->choice.tests = tests;
	self->choice.n_tests = 2;
	EXPECT_EQ(0, choose(self, NULL));
	EXPECT_STREQ("scx.simple.oversubscribed\n"
		     "scx.central.oversubscribed\n"
		     "scx_dies.stall\n"
		     "eevdf.oversubscribed\n",
		     chosen(self));
	/* A -t that finds nothing there is a mistake. */
	EXPECT_EQ(-ENOENT, CHOOSE("eevdf"));
	EXPECT_EQ(0, strncmp("-t stall: no test", self->err.text, 17));
	self->choice.fixtures = fixtures;
	self->choice.n_fixtures = 1;
	EXPECT_EQ(0, choose(self, NULL));
	EXPECT_STREQ("scx.simple.oversubscribed\n"
		     "scx.central.oversubscribed\n",
		     chosen(self));
}

TEST_F(names, variant_is_what_stands_between)
{
	char *variants[] = { (char *)"simpl?" };

	self->choice.variants = variants;
	self->choice.n_variants = 1;
	EXPECT_EQ(0, choose(self, NULL));
	EXPECT_STREQ("scx.simple.steady\n"
		     "scx.simple.oversubscribed\n"
		     "scx.simple.two_cgroups\n",
		     chosen(self));
	/* A test of a fixture without variants has none, not an empty one. */
	variants[0] = (char *)"*";
	EXPECT_EQ(-ENOENT, CHOOSE("scx_dies"));
	variants[0] = (char *)"simpel";
	EXPECT_EQ(-ENOENT, choose(self, NULL));
	EXPECT_STREQ("--variant simpel: no test has that name; near: simple; `list` names all",
		     self->err.text);
}

TEST_F(names, what_is_excluded_must_be_there)
{
	char *excludes[] = { (char *)"scx.central", (char *)"*.steady" };

	self->choice.excludes = excludes;
	self->choice.n_excludes = 2;
	EXPECT_EQ(0, CHOOSE("scx.simple", "scx.central"));
	EXPECT_STREQ("scx.simple.oversubscribed\n"
		     "scx.simple.two_cgroups\n",
		     chosen(self));
	excludes[1] = (char *)"*.staedy";
	EXPECT_EQ(-ENOENT, choose(self, NULL));
	EXPECT_EQ(0, strncmp("--exclude *.staedy: no", self->err.text, 22));
	excludes[1] = (char *)"scx.simple";
	EXPECT_EQ(-ENOENT, CHOOSE("scx.simple", "scx.central"));
	EXPECT_STREQ("no test is left of what was named", self->err.text);
}

TEST_F(names, shards_are_all_of_it_and_nothing_twice)
{
	size_t i, n, all = 0;

	self->choice.shards = 5;
	for (n = 1; n <= 5; n++) {
		self->choice.shard = n;
		ASSERT_EQ(0, choose(self, NULL));
		for (i = 0; i < self->names.n; i++) {
			if (!self->names.list[i].chosen)
				continue;
			EXPECT_EQ(n - 1, i % 5);
			all++;
		}
	}
	EXPECT_EQ(self->names.n - 1, all);
	self->choice.shards = 2;
	self->choice.shard = 2;
	EXPECT_EQ(-ENOENT, CHOOSE("body"));
	EXPECT_STREQ("--shard 2/2: has no test, of 1", self->err.text);
}

TEST_F(names, only_what_failed)
{
	struct suite_names only = { };

	take(_metadata, &only, "eevdf", false,
	     "eevdf                                          steady\n");
	self->choice.only = &only;
	EXPECT_EQ(0, choose(self, NULL));
	EXPECT_STREQ("eevdf.steady\n", chosen(self));
	EXPECT_EQ(-ENODATA, CHOOSE("scx"));
	suite_names_free(&only);
}

TEST_HARNESS_MAIN
