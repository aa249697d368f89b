// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios as text: what is read is what was written, what is wrong is named with
 * its line, and rows and tables of the code are the same.
 */
#include "kselftest_harness.h"

#include <errno.h>

#include "kselftest/unit/doc.h"
#include "lib/common/attr/attr.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/op_types.h"
#include "lib/guest/scenario/steps.h"
#include "lib/guest/text/record.h"
#include "lib/guest/work/types.h"

FIXTURE(text)
{
	struct scenario_text st;
	struct strbuf out;
	char err[512];
};

FIXTURE_SETUP(text)
{
	memset(self, 0, sizeof(*self));
	self->out = (struct strbuf)STRBUF_INIT;
}

FIXTURE_TEARDOWN(text)
{
	scenario_text_free(&self->st);
	strbuf_free(&self->out);
}

static int read_text(FIXTURE_DATA(text) *self, const char *text)
{
	scenario_text_free(&self->st);
	self->err[0] = '\0';
	return scenario_read(text, strlen(text), "x.json", &self->st, self->err,
			     sizeof(self->err));
}

/* ---- rows ---- */

static bool has_field(const struct text_record *rec, const char *name,
		      size_t at)
{
	unsigned int i;

	for (i = 0; i < rec->n_fields; i++)
		if (!strcmp(rec->fields[i].name, name) &&
		    rec->fields[i].at == at)
			return true;
	return false;
}

TEST(each_parameter_of_a_work_type_can_be_said)
{
	unsigned int i, j;

	for (i = 0; i < WORK_TYPE_COUNT; i++) {
		const struct work_param *p = work_types[i]->params;

		for (j = 0; j < WORK_MAX_PARAMS && p[j].name; j++) {
			EXPECT_TRUE(has_field(&text_work, p[j].name, p[j].at))
				TH_LOG("%s: %s", work_types[i]->name,
				       p[j].name);
		}
	}
}

TEST(each_limit_of_a_cgroup_can_be_said)
{
	size_t i;

	for (i = 0; i < cgroup_n_limit_rows; i++) {
		EXPECT_TRUE(has_field(&text_limits, cgroup_limit_rows[i].member,
				      cgroup_limit_rows[i].at))
			TH_LOG("%s", cgroup_limit_rows[i].member);
	}
}

TEST(each_member_that_a_cpuset_takes_is_one)
{
	unsigned int i, j, n;

	for (i = 0; i < CPUSET_KIND_COUNT; i++) {
		const struct cpuset_spec spec = { .kind = i };
		const char *p = cpuset_kinds[i]->takes;

		for (n = !!*p; *p; p++)
			n += *p == ' ';
		for (j = 1; j < text_cpuset.n_fields; j++)
			n -= text_cpuset.takes(&spec, &text_cpuset.fields[j]);
		EXPECT_EQ(0U, n)
			TH_LOG("%s", cpuset_kinds[i]->call);
	}
}

TEST(fields_have_distinct_keys_and_fit)
{
	static const struct text_record *const all[] = {
		&text_scenario, &text_work, &text_op, &text_limits,
		&text_cpuset,
	};
	unsigned int i, j;
	size_t r;

	for (r = 0; r < ARRAY_SIZE(all); r++) {
		ASSERT_LE(all[r]->n_fields, TEXT_MAX_FIELDS + 0U);
		for (i = 0; i < all[r]->n_fields; i++)
			for (j = 0; j < i; j++) {
				EXPECT_STRNE(all[r]->fields[i].name,
					     all[r]->fields[j].name);
			}
	}
}

/* ---- what is read ---- */

static const char whole[] =
	"{\n"
	"  // a line about it\n"
	"  \"$schema\": \"x\",\n"
	"  \"what\": \"all there is\",\n"
	"  \"attributes\": { \"duration_s\": 3, \"limits.max_gap_ms\": \"off\",\n"
	"                  \"kernel_args\": \"a=1,2\" },\n"
	"  \"cgroups\": [\n"
	"    { \"name\": \"cg_0\", \"workers\": 4,\n"
	"      \"work\": { \"burst_ms\": 5, \"type\": \"bursty\", \"nice\": -3,\n"
	"                \"policy\": \"batch\", \"memory\": \"BIND\", \"nodes\": \"0\",\n"
	"                \"memory_flags\": [\"STATIC_NODES\", \"NUMA_BALANCING\"],\n"
	"                \"comm\": \"worker\" },\n"
	"      \"cpuset\": { \"kind\": \"range\", \"from\": 0.29, \"to\": 1 },\n"
	"      \"limits\": { \"cpu_weight\": 200, \"pids_max\": \"max\" } }\n"
	"  ],\n"
	"  \"steps\": [\n"
	"    { \"cgroups\": [ { \"name\": \"cg_1\" } ],\n"
	"      \"ops\": [ { \"op\": \"SwapCpusets\", \"cgroup\": \"cg_0\", \"to\": \"cg_1\" },\n"
	"               { \"op\": \"ClockJump\", \"jump_ms\": -20 },\n"
	"               { \"op\": \"AddCgroupDef\", \"def\": { \"name\": \"cg_2\", \"workers\": 2,\n"
	"                 \"work\": { \"type\": \"Sequence\", \"phases\": [\n"
	"                   { \"kind\": \"SPIN\", \"us\": 1500 },\n"
	"                   { \"kind\": \"TIMER\", \"ms\": 10, \"loop\": 3 } ] } } } ],\n"
	"      \"hold\": { \"share\": 0.5, \"every_ms\": 100 } },\n"
	"    { },\n"
	"  ],\n"
	"}\n";

TEST_F(text, all_that_is_said_is_in_the_value)
{
	const struct cgroup_def *def;
	const struct step *step;

	ASSERT_EQ(0, read_text(self, whole))
		TH_LOG("%s", self->err);
	EXPECT_STREQ("all there is", self->st.what);
	EXPECT_STREQ("duration_s=3,limits.max_gap_ms=off,kernel_args=a=1\\,2",
		     self->st.def.attributes);
	ASSERT_EQ(1U, self->st.def.n_defs);
	def = self->st.def.defs;
	EXPECT_STREQ("cg_0", def->name);
	EXPECT_EQ(4U, def->workers);
	EXPECT_EQ(WORK_TYPE_BURSTY, def->work.type);
	EXPECT_EQ(5U, def->work.burst_ms);
	EXPECT_EQ(-3, def->work.place.nice);
	EXPECT_EQ(POLICY_BATCH, def->work.place.policy);
	EXPECT_EQ(MEMORY_STATIC_NODES | MEMORY_NUMA_BALANCING,
		  def->work.place.memory_flags);
	EXPECT_STREQ("worker", def->work.place.comm);
	EXPECT_EQ(CPUSET_KIND_RANGE, def->cpuset.kind);
	EXPECT_EQ(29, (int)(def->cpuset.from * 100 + 0.5));
	EXPECT_EQ(200U, def->limits.cpu_weight);
	EXPECT_EQ(CGROUP_NO_LIMIT, def->limits.pids_max);
	ASSERT_EQ(2U, self->st.def.n_steps);
	step = self->st.def.steps;
	EXPECT_EQ(1U, step->n_defs);
	ASSERT_EQ(3U, step->n_ops);
	EXPECT_EQ(OP_SWAP_CPUSETS, step->ops[0].id);
	EXPECT_STREQ("cg_1", step->ops[0].to);
	EXPECT_EQ(-20, step->ops[1].jump_ms);
	EXPECT_EQ(1500U, step->ops[2].def->work.phases[0].us);
	EXPECT_EQ(3U, step->ops[2].def->work.phases[1].loop);
	EXPECT_EQ(100U, step->hold.every_ms);
}

TEST_F(text, what_is_written_reads_as_the_same)
{
	struct strbuf again = STRBUF_INIT;

	ASSERT_EQ(0, read_text(self, whole));
	ASSERT_EQ(0, scenario_write(&self->st.def, self->st.what, &self->out));
	ASSERT_EQ(0, read_text(self, self->out.text))
		TH_LOG("%s", self->err);
	ASSERT_EQ(0, scenario_write(&self->st.def, self->st.what, &again));
	EXPECT_STREQ(self->out.text, again.text);
	EXPECT_NE(NULL, strstr(again.text, "\"from\":0.29"));
	strbuf_free(&again);
}

static const char with_payloads[] =
	"{ \"payloads\": [\n"
	"    { \"args\": [\"bench\", \"sched\"], \"ready\": \"hackbench\" },\n"
	"    { \"name\": \"own\", \"program\": \"sh\", \"files\": [\"cat\"],\n"
	"      \"cgroup\": \"cg_0\", \"deadline_ms\": 500, \"exit_status\": 2,\n"
	"      \"metrics\": [ { \"name\": \"a\", \"rule\": \"after\", \"where\": \"a=\",\n"
	"                     \"min\": 0, \"max\": 2.5, \"better\": \"down\", \"unit\": \"s\" } ] } ],\n"
	"  \"cgroups\": [ { \"name\": \"cg_0\" } ],\n"
	"  \"steps\": [ { \"ops\": [ { \"op\": \"RunPayload\", \"payload\": \"own\" } ] } ] }\n";

TEST_F(text, payloads_are_read_and_written)
{
	struct strbuf again = STRBUF_INIT;
	const struct payload *p;

	ASSERT_EQ(0, read_text(self, with_payloads))
		TH_LOG("%s", self->err);
	ASSERT_EQ(2U, self->st.def.n_payloads);
	p = self->st.def.payloads;
	EXPECT_STREQ("hackbench", p[0].name);
	EXPECT_STREQ("perf", p[0].program);
	EXPECT_STREQ("sched", p[0].args[1]);
	EXPECT_EQ(NULL, p[0].args[2]);
	EXPECT_STREQ("time", p[0].metrics[0].name);
	EXPECT_STREQ("cat", p[1].files[0]);
	EXPECT_EQ(PAYLOAD_AFTER, p[1].metrics[0].rule);
	EXPECT_TRUE(p[1].metrics[0].min.given);
	EXPECT_EQ(25, (int)(10 * p[1].metrics[0].max.value));
	EXPECT_EQ(BETTER_DOWN, p[1].metrics[0].better);
	EXPECT_EQ(0, scenario_def_check(&self->st.def, 2000, 2, self->err,
					sizeof(self->err)))
		TH_LOG("%s", self->err);
	ASSERT_EQ(0, scenario_write(&self->st.def, NULL, &self->out));
	ASSERT_EQ(0, read_text(self, self->out.text))
		TH_LOG("%s", self->err);
	ASSERT_EQ(0, scenario_write(&self->st.def, NULL, &again));
	EXPECT_STREQ(self->out.text, again.text);
	EXPECT_NE(NULL, strstr(again.text, "\"min\":0"));
	strbuf_free(&again);
}

TEST_F(text, what_is_wrong_is_named_with_its_line)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "", "x.json:1: is no JSON: " },
		{ "[]", "x.json:1: a scenario is an object, {...}" },
		{ "{} {}", "x.json:1: is no JSON: more follows its end" },
		{ "{\n\n\"what\": }", "x.json:3: is no JSON: " },
		{ "{\"cgruops\": []}",
		  "x.json:1: cgruops: a scenario has no such member; near: cgroups" },
		{ "{\n\"cgroups\": {}}", "x.json:2: cgroups: {}: is no list" },
		{ "{\n\"cgroups\": [{}]}", "x.json:2: a cgroup needs: name" },
		{ "{\"cgroups\": [3]}", "x.json:1: a cgroup is an object" },
		{ "{\"what\": \"a\",\n\"what\": \"b\"}",
		  "x.json:2: what: is given twice" },
		{ "{\"what\": \"\"}", "what: \"\": is empty" },
		{ "{\"what\": \"a\\u0000b\"}", "a control character" },
		{ "{\"cgroups\": [{\"name\": \"a\",\n\"workers\": -1}]}",
		  "x.json:2: workers: -1: is no whole number from 0" },
		{ "{\"cgroups\": [{\"name\": \"a\", \"workers\": 1.5}]}",
		  "workers: 1.5: is no whole number" },
		{ "{\"cgroups\": [{\"name\": \"a\", \"workers\": \"max\"}]}",
		  "is no whole number" },
		{ "{\"cgroups\": [{\"name\": \"a\", \"work\": {\n\"type\": \"Busrty\"}}]}",
		  "x.json:2: type: Busrty: there is no such one; near: Bursty" },
		{ "{\"cgroups\": [{\"name\": \"a\", \"work\": {\"type\": \"Bursty\", \"kb\": 4}}]}",
		  "kb: work of this kind does not take it; it takes: burst_ms, sleep_ms, policy" },
		{ "{\"cgroups\": [{\"name\": \"a\", \"work\": {\"nice\": 4}}]}",
		  "work needs: type" },
		{ "{\"cgroups\": [{\"name\": \"a\", \"cpuset\": {\"kind\": \"llc\", \"share\": 0.5}}]}",
		  "share: a cpuset of this kind does not take it; it takes: index" },
		{ "{\"cgroups\": [{\"name\": \"a\", \"cpuset\": {\"kind\": \"range\", \"to\": 2}}]}",
		  "to: 2: is no number from 0 to 1" },
		{ "{\"steps\": [{\"ops\": [{\"op\": \"Pause\", \"cgroup\": \"a\"}]}]}",
		  "cgroup: an op of this kind does not take it; it takes: ms" },
		{ "{\"steps\": [{\"ops\": [{\"op\": \"Puase\"}]}]}",
		  "op: Puase: there is no such one; near: Pause" },
		{ "{\"attributes\": {\"duration\": 3}}",
		  "duration=3: no such attribute; near: duration_s" },
		{ "{\"attributes\": {\n\"topology\": \"1n1l1c1t\"}}",
		  "x.json:2: topology: is for whoever runs it to say" },
		{ "{\"attributes\": {\"workers\": null}}",
		  "workers: null: is no value" },
		{ "{\"attributes\": {\"workers\": 0}}",
		  "workers=0: is no number from 1 on" },
		{ "{\"attributes\": {\"workers\": [3]}}",
		  "workers: [3]: is no value" },
		{ "{\"attributes\": {\"watch_maps\": [[\"x=.bss:x\"]]}}",
		  "watch_maps: [\"x=.bss:x\"]: is no value" },
		{ "{\n\"attributes\": {\"watch_maps\": [\"x .bss\"]}}",
		  "x.json:2: .watch_maps: 'x .bss': " },
		{ "{\"attributes\": {\"watch_maps\": [\"x=.bss:x\", \"x=.bss:y\"]}}",
		  ".watch_maps has two of one name" },
		{ "{\"attributes\": {\"watch_maps\": \"x=.bss:x\", \"assertions\": [\"x rises\"]}}",
		  ".assertions: 'x rises': " },
		{ "{\"attributes\": {\"assertions\": [\"x nondecreasing\"]}}",
		  "nothing in .watch_maps is called x" },
		{ "{\"attributes\": {\"watch_maps\": \"x=.bss:x\", \"assertions\": \"x@snapshots always < 3\"}}",
		  "nothing in .watch_maps with .snapshots is called x@snapshots" },
		{ "{\"attributes\": {\"snapshots\": 65}}",
		  ".snapshots = 65: at most 64 can be" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-EINVAL, read_text(self, cases[i].text))
			TH_LOG("taken: %s", cases[i].text);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("%s: %s", cases[i].text, self->err);
	}
}

TEST_F(text, more_phases_than_can_be_are_refused)
{
	unsigned int i;

	strbuf_addf(&self->out, "{\"cgroups\":[{\"name\":\"a\",\"work\":{\"type\":\"Sequence\",\"phases\":[");
	for (i = 0; i <= WORK_MAX_PHASES; i++)
		strbuf_addf(&self->out, "{\"kind\":\"SPIN\",\"ms\":1},");
	strbuf_addf(&self->out, "]}}]}");
	EXPECT_EQ(-EINVAL, read_text(self, self->out.text));
	EXPECT_NE(NULL, strstr(self->err, "phases: 65 of them, at most 64 can be"))
		TH_LOG("%s", self->err);
}

TEST_F(text, bytes_that_are_no_text_are_refused)
{
	static const char nul[] = "{}\0{}";
	char *large = calloc(1, SCENARIO_TEXT_MAX + 1);

	EXPECT_EQ(-EINVAL, scenario_read(nul, sizeof(nul), "x", &self->st,
					 self->err, sizeof(self->err)));
	EXPECT_STREQ("x:1: is no text", self->err);
	ASSERT_NE(NULL, large);
	EXPECT_EQ(-EINVAL, scenario_read(large, SCENARIO_TEXT_MAX + 1, "x",
					 &self->st, self->err,
					 sizeof(self->err)));
	EXPECT_STREQ("x:1: is larger than 1024 KiB", self->err);
	free(large);
	EXPECT_EQ(-ENOENT, scenario_read_file("/none/x.json", &self->st,
					      self->err, sizeof(self->err)));
	EXPECT_STREQ("/none/x.json: No such file or directory", self->err);
}

/* ---- what makes no sense ---- */

static int check(FIXTURE_DATA(text) *self, const char *text)
{
	int ret = read_text(self, text);

	return ret ?: scenario_def_check(&self->st.def, 2000, 2, self->err,
					 sizeof(self->err));
}

TEST_F(text, what_no_machine_can_do_is_wrong_before_anything_boots)
{
	static const struct {
		const char *text;
		const char *says;
	} cases[] = {
		{ "{}", "it has neither cgroups nor steps" },
		{ "{\"cgroups\": [{\"name\": \"a\"}, {\"name\": \"a\"}]}",
		  "cgroup 'a': there is one already" },
		{ "{\"cgroups\": [{\"name\": \"a\", \"workers\": 3, \"work\": {\"type\": \"PipeIo\"}}]}",
		  "PipeIo requires num_workers divisible by 2, got 3" },
		{ "{\"payloads\": [{\"name\": \"p\"}]}",
		  "payload 'p': it has no program" },
		{ "{\"payloads\": [{\"ready\": \"fio\"}, {\"ready\": \"fio\"}]}",
		  "payload 'fio': there are two of that name" },
		{ "{\"payloads\": [{\"ready\": \"foi\"}]}",
		  "ready: foi: there is no such one; near: fio" },
		{ "{\"steps\": [{\"hold\": {\"ms\": 3000}}]}",
		  "the steps take 3000 ms, the test has 2000" },
		{ "{\"cgroups\": [{\"name\": \"cg_0\"}], \"steps\": [{\"ops\":[{\"op\": \"FreezeCgroup\", \"cgroup\": \"cg_1\"}]}]}",
		  "step 0: FreezeCgroup: cgroup 'cg_1': there is none then; near: cg_0" },
		/* What the first lacks on some machines hides nothing. */
		{ "{\"cgroups\": [{\"name\": \"a\", \"cpuset\": {\"kind\": \"exact\",\"list\": \"900\"}}, {\"name\": \"a\"}]}",
		  "cgroup 'a': there is one already" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-EINVAL, check(self, cases[i].text))
			TH_LOG("taken: %s", cases[i].text);
		EXPECT_NE(NULL, strstr(self->err, cases[i].says))
			TH_LOG("%s: %s", cases[i].text, self->err);
	}
}

TEST_F(text, what_another_machine_has_is_not_wrong)
{
	static const char * const texts[] = {
		"{\"cgroups\": [{\"name\": \"a\", \"cpuset\": {\"kind\": \"disjoint\",\"index\": 15, \"of\": 16}}]}",
		"{\"cgroups\": [{\"name\": \"a\", \"cpuset\": {\"kind\": \"exact\",\"list\": \"900\"}}]}",
		"{\"cgroups\": [{\"name\": \"a\", \"work\": {\"type\": \"Vcpu\"}}]}",
		"{\"steps\": [{\"ops\": [{\"op\": \"CpuOffline\"}, {\"op\": \"CpuOnline\"}]}]}",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		EXPECT_EQ(0, check(self, texts[i]))
			TH_LOG("%zu: %s", i, self->err);
	}
}

static const char asserting[] =
	"{\n"
	"  \"attributes\":{\n"
	"    \"duration_s\":5,\n"
	"    \"snapshots\":3,\n"
	"    \"watch_maps\":[\n"
	"      \"n=counts[2]@1:enqueued\",\n"
	"      \"fail=.bss:a,b\"\n"
	"    ],\n"
	"    \"assertions\":[\n"
	"      \"n nondecreasing\",\n"
	"      \"n@snapshots strictly_increasing\",\n"
	"      \"mean n is <= 4 in step 0\"\n"
	"    ]\n"
	"  },\n"
	"  \"cgroups\":[\n"
	"    {\n"
	"      \"name\":\"a\"\n"
	"    }\n"
	"  ]\n"
	"}\n";

/* Blanks and commas in them included, and in their order. */
TEST_F(text, what_is_followed_and_asserted_is_a_list)
{
	static const char * const watches[] = {
		"n=counts[2]@1:enqueued", "fail=.bss:a,b", NULL,
	}, * const assertions[] = {
		"n nondecreasing", "n@snapshots strictly_increasing",
		"mean n is <= 4 in step 0", NULL,
	};
	struct attr_given given;
	char err[256] = "";
	size_t i;

	ASSERT_EQ(0, read_text(self, asserting)) TH_LOG("%s", self->err);
	ASSERT_EQ(0, attr_given_parse(&given, self->st.def.attributes, err,
				      sizeof(err)))
		TH_LOG("%s", err);
	EXPECT_EQ(3U, given.attr.snapshots);
	for (i = 0; i < ARRAY_SIZE(watches); i++)
		EXPECT_STREQ(watches[i] ?: "", given.attr.watch_maps[i] ?: "");
	for (i = 0; i < ARRAY_SIZE(assertions); i++)
		EXPECT_STREQ(assertions[i] ?: "",
			     given.attr.assertions[i] ?: "");
	attr_given_free(&given);
	ASSERT_EQ(0, scenario_write(&self->st.def, NULL, &self->out));
	EXPECT_STREQ(asserting, self->out.text);
}

/* ---- the schema ---- */

TEST_F(text, schema_is_that_of_documentation)
{
	char *doc = doc_read("scenario.schema.json", NULL, NULL);

	ASSERT_NE(NULL, doc);
	ASSERT_EQ(0, scenario_schema(&self->out));
	EXPECT_STREQ(doc, self->out.text)
		TH_LOG("Documentation/scenario.schema.json is another one: make schemas");
	free(doc);
}

TEST_HARNESS_MAIN
