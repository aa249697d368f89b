// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sidecars as they are read: what a real one says, and what is none.
 */
#include "kselftest_harness.h"

#include <json-c/json.h>
#include <limits.h>
#include <unistd.h>

#include "kselftest/unit/doc.h"
#include "kselftest/unit/made_sidecars.h"
#include "lib/host/results/record.h"

static const struct made_sidecar made = {
	.run = "r1", .commit = "abc1234-dirty", .test = "a.b.steady",
	.scheduler = "scx_x", .code = RUN_PASS, .iterations = 1000,
	.spread_pct = 7.5, .wake_ns_p99 = 5000,
};

FIXTURE(record)
{
	char dir[64];
	char path[PATH_MAX];
	char err[256];
	struct record r;
	struct json_object *doc;
	char *text;
};

FIXTURE_SETUP(record)
{
	memset(self, 0, sizeof(*self));
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-record-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	made_write(self->dir, &made);
	snprintf(self->path, sizeof(self->path), "%s/%s.ktstr.json", self->dir,
		 made.test);
	ASSERT_EQ(0, record_doc_load(self->path, &self->doc, self->err,
				     sizeof(self->err)))
		TH_LOG("%s", self->err);
	self->text = strdup(json_object_to_json_string(self->doc));
}

FIXTURE_TEARDOWN(record)
{
	record_free(&self->r);
	json_object_put(self->doc);
	free(self->text);
	made_remove(self->dir);
}

static const struct record_value *value(const struct record *r,
					const char *name)
{
	size_t i;

	for (i = 0; i < r->n_values; i++)
		if (!strcmp(r->values[i].name, name))
			return &r->values[i];
	return NULL;
}

TEST_F(record, says_what_was_written)
{
	static const struct {
		enum record_dimension d;
		const char *text;
	} cases[] = {
		{ RECORD_TEST, "a.b.steady" }, { RECORD_SCENARIO, "steady" },
		{ RECORD_TOPOLOGY, "1n1l2c1t" }, { RECORD_SCHEDULER, "scx_x" },
		{ RECORD_COMMIT, "abc1234-dirty" }, { RECORD_RUN, "r1" },
	};
	size_t i;

	ASSERT_EQ(0, record_of(self->doc, &self->r, self->err,
			       sizeof(self->err)));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_STREQ(cases[i].text,
			     self->r.dimensions[cases[i].d] ?: "(null)")
			TH_LOG("%s", record_dimension_name(cases[i].d));
	}
	EXPECT_EQ(NULL, self->r.dimensions[RECORD_KERNEL]);
	ASSERT_NE(NULL, self->r.dimensions[RECORD_HOST]);
	EXPECT_EQ(RECORD_PASS, self->r.result);
	EXPECT_EQ(6000, self->r.duration_ms);
	ASSERT_NE(NULL, value(&self->r, "iterations"));
	EXPECT_EQ(1000, value(&self->r, "iterations")->value);
	EXPECT_EQ(BETTER_UP, value(&self->r, "iterations")->better);
	EXPECT_EQ(7.5, value(&self->r, "spread_pct")->value);
	EXPECT_STREQ("%", value(&self->r, "spread_pct")->unit);
	/* From the VM's object, not the summary's. */
	EXPECT_EQ(5e6, value(&self->r, "run_us")->value);
	EXPECT_EQ(NULL, value(&self->r, "max_gap_ms"));
}

/* Wherever it was cut, it is one sentence, and no record. */
TEST_F(record, one_that_was_cut_short_is_none)
{
	struct json_object *doc = NULL;
	size_t len;

	for (len = 0; len < strlen(self->text); len++) {
		self->err[0] = '\0';
		ASSERT_EQ(-EPROTO, record_doc_read(self->text, len, &doc,
						   self->err,
						   sizeof(self->err)))
			TH_LOG("%zu bytes are enough", len);
		EXPECT_NE(NULL, strstr(self->err, len ? "cut short" : "empty"))
			TH_LOG("%zu bytes: %s", len, self->err);
	}
	EXPECT_EQ(NULL, doc);
}

TEST_F(record, what_is_no_sidecar_is_named)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "[]", "not a sidecar" },
		{ "null ", "not a sidecar" },
		{ "{\"format\":\"other\",\"version\":1}", "not a sidecar" },
		{ "{\"format\":7,\"version\":1}", "not a sidecar" },
		{ "{\"format\":\"ktstr-run\"}", "has no version" },
		{ "{\"format\":\"ktstr-run\",\"version\":\"2\"}",
		  "has no version" },
		{ "{\"format\":\"ktstr-run\",\"version\":99}",
		  "version 99: this ktstr reads those up to" },
		{ "{\"format\":\"ktstr-run\",\"version\":-1}", "version -1" },
		{ "\177ELF", "no JSON" },
		{ "{\"format\":\"ktstr-run\",\"version\":1} x", "no JSON" },
	};
	struct json_object *doc = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-EPROTO, record_doc_read(cases[i].text,
						   strlen(cases[i].text), &doc,
						   self->err,
						   sizeof(self->err)))
			TH_LOG("taken: %s", cases[i].text);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("%s: %s", cases[i].text, self->err);
	}
}

/* Members of another kind than ours are. */
TEST_F(record, members_are_what_they_have_to_be)
{
	static const struct {
		const char *member;
		const char *json;
		const char *says;
	} cases[] = {
		{ "test", "7", "whose \"test\" is int, and not string" },
		{ "test", "null", "names no test" },
		{ "test", "\"\"", "names no test" },
		{ "result", "\"great\"", "without a result that we know" },
		{ "result", "null", "without a result that we know" },
		{ "kernel", "\"7.3\"", "whose \"kernel\" is string" },
		{ "host", "[]", "whose \"host\" is array" },
		{ "summary", "[1]", "whose \"summary\" is array" },
		{ "summary", "{\"iterations\":\"many\"}",
		  "whose \"iterations\" is string" },
		{ "payloads", "{}", "whose \"payloads\" is object" },
	};
	struct json_object *doc, *member;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		doc = json_tokener_parse(self->text);
		member = json_tokener_parse(cases[i].json);
		json_object_object_add(doc, cases[i].member, member);
		EXPECT_EQ(-EPROTO, record_of(doc, &self->r, self->err,
					     sizeof(self->err)))
			TH_LOG("%s: %s is taken", cases[i].member,
			       cases[i].json);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("%s: %s: %s", cases[i].member, cases[i].json,
			       self->err);
		json_object_put(doc);
	}
}

/* Nothing that a terminal would obey gets to one. */
TEST_F(record, names_are_fit_to_print)
{
	json_object_object_add(self->doc, "test",
			       json_object_new_string("a.\x1b[31mb\nc"));
	json_object_object_add(self->doc, "run_id",
			       json_object_new_string_len("r\0s", 3));
	ASSERT_EQ(0, record_of(self->doc, &self->r, self->err,
			       sizeof(self->err)));
	EXPECT_STREQ("a.?[31mb?c", self->r.dimensions[RECORD_TEST]);
	EXPECT_STREQ("r?s", self->r.dimensions[RECORD_RUN]);
}

/* A name may be odd, and each record has a scenario. */
TEST_F(record, scenarios_are_what_stands_behind_a_dot)
{
	static const char * const cases[][2] = {
		{ "a.b", "b" }, { "a", "a" }, { "a.", "a." }, { ".", "." },
		{ "..b", "b" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		json_object_object_add(self->doc, "test",
				       json_object_new_string(cases[i][0]));
		ASSERT_EQ(0, record_of(self->doc, &self->r, self->err,
				       sizeof(self->err)));
		EXPECT_STREQ(cases[i][1], self->r.dimensions[RECORD_SCENARIO] ?:
			     "(null)");
		record_free(&self->r);
	}
}

TEST_F(record, one_of_before_is_read_as_well)
{
	json_object_object_add(self->doc, "version", json_object_new_int(1));
	json_object_object_del(self->doc, "duration_ms");
	json_object_object_del(self->doc, "culprit");
	ASSERT_EQ(0, record_of(self->doc, &self->r, self->err,
			       sizeof(self->err)));
	EXPECT_EQ(-1, self->r.duration_ms);
}

TEST_F(record, files_that_are_none)
{
	struct json_object *doc = NULL;

	EXPECT_EQ(-ENOENT, record_doc_load("/nowhere", &doc, self->err,
					   sizeof(self->err)));
	EXPECT_EQ(-EINVAL, record_doc_load("/dev/zero", &doc, self->err,
					   sizeof(self->err)));
	EXPECT_EQ(-EINVAL, record_doc_load(self->dir, &doc, self->err,
					   sizeof(self->err)));
	EXPECT_EQ(NULL, doc);
}

/* ---- what is written, held against what Documentation says of it ---- */

static struct json_object *schema_member(struct json_object *schema,
					 const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(schema, key, &value);
	return value;
}

static const char *schema_text(struct json_object *list, size_t i)
{
	return json_object_get_string(json_object_array_get_idx(list, i));
}

static bool is_required(struct json_object *schema, const char *name)
{
	struct json_object *list = schema_member(schema, "required");
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++)
		if (!strcmp(schema_text(list, i), name))
			return true;
	return false;
}

/* Each member is there, whatever became of the run, and in schema and page. */
TEST_F(record, members_are_those_of_schema_and_page)
{
	struct json_object *schema, *known, *docs[2] = { self->doc, NULL };
	struct made_sidecar skipped = made;
	char *text, *page;
	size_t i;

	skipped.test = "a.b.skipped";
	skipped.code = RUN_SKIP;
	skipped.no_vm = true;
	made_write(self->dir, &skipped);
	snprintf(self->path, sizeof(self->path), "%s/%s.ktstr.json", self->dir,
		 skipped.test);
	ASSERT_EQ(0, record_doc_load(self->path, &docs[1], self->err,
				     sizeof(self->err)));
	text = doc_read("sidecar.schema.json", NULL, NULL);
	page = doc_read("sidecars.rst", NULL, NULL);
	ASSERT_NE(NULL, text);
	ASSERT_NE(NULL, page);
	schema = json_tokener_parse(text);
	known = schema_member(schema, "properties");
	ASSERT_NE(NULL, known);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(json_object_object_length(known),
			  json_object_object_length(docs[i]));
		json_object_object_foreach(docs[i], key, unused) {
			char quoted[64];

			(void)unused;
			snprintf(quoted, sizeof(quoted), "``%s``", key);
			EXPECT_NE(NULL, schema_member(known, key))
				TH_LOG("%s is not in the schema", key);
			EXPECT_TRUE(is_required(schema, key))
				TH_LOG("%s is not required", key);
			EXPECT_NE(NULL, strstr(page, quoted))
				TH_LOG("%s is not in sidecars.rst", key);
		}
	}
	json_object_put(docs[1]);
	json_object_put(schema);
	free(text);
	free(page);
}

TEST_HARNESS_MAIN
