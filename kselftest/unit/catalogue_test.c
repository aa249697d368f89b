// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scenarios that are there: each makes sense, and is the same once it was
 * written as text and read; the documentation lists them.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/doc.h"
#include "lib/common/attr/attr.h"
#include "lib/common/util/util.h"
#include "lib/guest/catalogue/catalogue.h"
#include "lib/guest/scenario/steps.h"
#include "lib/guest/text/text.h"

TEST(names_differ)
{
	size_t i, j;

	ASSERT_LT(catalogue_n, READY_MAX_SCENARIOS + 0U);
	for (i = 0; i < catalogue_n; i++) {
		EXPECT_TRUE(*catalogue[i].what);
		for (j = 0; j < i; j++)
			EXPECT_STRNE(catalogue[j].name, catalogue[i].name);
	}
}

static unsigned int duration_s(const struct catalogue_entry *entry,
			       const struct attr_given *given)
{
	if (entry->seconds)
		return entry->seconds;
	return given->attr.duration_s ?: 2;
}

TEST(each_makes_sense)
{
	struct attr_given given;
	char err[512];
	size_t i;

	for (i = 0; i < catalogue_n; i++) {
		const struct catalogue_entry *e = &catalogue[i];

		ASSERT_EQ(0, attr_given_parse(&given, e->def->attributes ?: "",
					      err, sizeof(err)))
			TH_LOG("%s: %s", e->name, err);
		EXPECT_EQ(0, scenario_def_check(e->def,
						duration_s(e, &given) * 1000,
						2, err, sizeof(err)))
			TH_LOG("%s: %s", e->name, err);
		attr_given_free(&given);
	}
}

TEST(each_is_the_same_as_text)
{
	size_t i;

	for (i = 0; i < catalogue_n; i++) {
		struct strbuf once = STRBUF_INIT, again = STRBUF_INIT;
		const struct catalogue_entry *e = &catalogue[i];
		struct scenario_text st;
		char err[512];

		ASSERT_EQ(0, scenario_write(e->def, e->what, &once));
		ASSERT_EQ(0, scenario_read(once.text, once.len, e->name, &st,
					   err, sizeof(err)))
			TH_LOG("%s", err);
		EXPECT_EQ(e->def->n_defs, st.def.n_defs);
		EXPECT_EQ(e->def->n_steps, st.def.n_steps);
		ASSERT_EQ(0, scenario_write(&st.def, st.what, &again));
		EXPECT_STREQ(once.text, again.text);
		scenario_text_free(&st);
		strbuf_free(&once);
		strbuf_free(&again);
	}
}

TEST(documentation_lists_them)
{
	char *doc = doc_read("scenarios.rst", "The scenarios that are there\n",
			     "Scenarios as text\n");
	size_t i;

	ASSERT_NE(NULL, doc);
	EXPECT_EQ(catalogue_n, doc_entries(doc));
	doc_unwrap(doc);
	for (i = 0; i < catalogue_n; i++)
		doc_expect(_metadata, doc, catalogue[i].name,
			   catalogue[i].what);
	free(doc);
}

TEST_HARNESS_MAIN
