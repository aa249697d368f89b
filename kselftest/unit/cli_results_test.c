// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results as others read them: every test is in there, whatever its reason has
 * in it.
 */
#include "kselftest_harness.h"

#include <json-c/json.h>

#include "lib/host/cli/results.h"
#include "lib/host/cli/running.h"

FIXTURE(results)
{
	struct running r;
	char *text;
};

FIXTURE_SETUP(results)
{
	static const struct {
		const char *program;
		const char *name;
		enum suite_result result;
		const char *why;
	} tests[] = {
		{ "scx", "scx.simple.steady", SUITE_PASS, NULL },
		{ "scx", "scx.simple.two", SUITE_FAIL,
		  "a \"b\" <c> & \033[31md\302\265\377" },
		{ "monitor", "monitor.a", SUITE_SKIP, "no CPU" },
		{ "monitor", "monitor.b", SUITE_INFRASTRUCTURE,
		  "infrastructure: no host" },
		{ "places", "places.a", SUITE_INCONCLUSIVE,
		  "inconclusive: 61 %" },
	};
	struct suite *s = &self->r.suite;
	struct suite_test *t;
	size_t i;

	memset(self, 0, sizeof(*self));
	snprintf(self->r.run_id, sizeof(self->r.run_id), "20261129-1");
	self->r.began = 1795910400;
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		ASSERT_EQ(0, suite_add(s, tests[i].program, tests[i].name));
		t = &s->programs[s->n_programs - 1].tests[i % 2];
		t->result = tests[i].result;
		t->why = tests[i].why ? strdup(tests[i].why) : NULL;
		t->ms = 1500;
		s->counts[t->result]++;
	}
}

FIXTURE_TEARDOWN(results)
{
	running_exit(&self->r);
	free(self->text);
}

static int write_as(FIXTURE_DATA(results) *self,
		    int (*put)(const struct running *r, FILE *to))
{
	size_t size;
	FILE *to = open_memstream(&self->text, &size);
	int ret = put(&self->r, to);

	fclose(to);
	return ret;
}

TEST_F(results, as_junit)
{
	static const char * const parts[] = {
		"<testsuites name=\"ktstr\" tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"3\">",
		"<testsuite name=\"scx\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"3.000\"",
		"<testcase classname=\"scx.scx.simple\" name=\"steady\" time=\"1.500\"/>",
		"<failure message=\"a &quot;b&quot; &lt;c&gt; &amp; ?[31md\302\265?\"/>",
		"<skipped message=\"no CPU\"/>",
		"<skipped message=\"infrastructure: no host\"/>",
		"<skipped message=\"inconclusive: 61 %\"/>",
	};
	size_t i;

	ASSERT_EQ(0, write_as(self, results_junit));
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		EXPECT_NE(NULL, strstr(self->text, parts[i]))
			TH_LOG("part %zu is not in\n%s", i, self->text);
	}
}

static const char *member(struct json_object *o, const char *name)
{
	return json_object_get_string(json_object_object_get(o, name));
}

TEST_F(results, as_json)
{
	static const char * const statuses[] = {
		"PASS", "FAIL", "SKIP", "ERROR", "DONE",
	};
	struct json_object *all, *o, *tests, *t;
	size_t i;

	ASSERT_EQ(0, write_as(self, results_json));
	all = json_tokener_parse(self->text);
	ASSERT_NE(NULL, all);
	tests = json_object_object_get(all, "tests");
	ASSERT_EQ(ARRAY_SIZE(statuses), json_object_array_length(tests));
	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		t = json_object_array_get_idx(tests, i);
		EXPECT_STREQ(statuses[i], member(t, "status"));
		o = json_object_object_get(t, "duration");
		EXPECT_EQ(1.5, json_object_get_double(o));
	}
	t = json_object_array_get_idx(tests, 0);
	EXPECT_STREQ("ktstr:20261129-1:scx.simple.steady", member(t, "id"));
	EXPECT_STREQ("ktstr.scx.scx.simple.steady", member(t, "path"));
	EXPECT_EQ(NULL, member(t, "comment"));
	json_object_put(all);
}

TEST_HARNESS_MAIN
