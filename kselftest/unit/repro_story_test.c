// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stories: real records against their golden files, the rules of stitching,
 * records that a hostile guest could send, and the lines around a story.
 */
#include "kselftest_harness.h"

#include <bpf/btf.h>

#include "lib/common/scx/culprit.h"
#include "lib/common/scx/decode.h"
#include "lib/common/util/util.h"
#include "lib/host/report/failure.h"
#include "lib/host/repro/render.h"
#include "lib/host/repro/stitch.h"
#include "repro_data.h"

/* The names of Linux 7.3 that the recorded values need. */
static const struct kernel_enum {
	const char *name;
	struct {
		const char *name;
		uint64_t value;
	} values[10];
} kernel_enums[] = {
	{ "scx_dsq_id_flags", {
		{ "SCX_DSQ_FLAG_BUILTIN", 1ULL << 63 },
		{ "SCX_DSQ_INVALID", 1ULL << 63 },
		{ "SCX_DSQ_LOCAL", 1ULL << 63 | 2 },
		{ "SCX_DSQ_LOCAL_ON", 3ULL << 62 } } },
	{ "scx_enq_flags", {
		{ "SCX_ENQ_WAKEUP", 1 },
		{ "SCX_ENQ_CPU_SELECTED", 1 << 20 } } },
	{ "scx_wake_flags", { { "SCX_WAKE_TTWU", 8 } } },
	{ "scx_exit_kind", {
		{ "SCX_EXIT_NONE", 0 }, { "SCX_EXIT_ERROR", 1024 } } },
	{ "scx_ent_flags", {
		{ "SCX_TASK_QUEUED", 1 }, { "SCX_TASK_IN_CUSTODY", 2 },
		{ "SCX_TASK_RESET_RUNNABLE_AT", 4 },
		{ "SCX_TASK_DEQD_FOR_SLEEP", 8 },
		{ "SCX_TASK_STATE_MASK", 0x700 },
		{ "SCX_TASK_ENABLED", 0x400 } } },
};

static struct btf *kernel_btf(void)
{
	struct btf *btf = btf__new_empty();
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(kernel_enums); i++) {
		btf__add_enum64(btf, kernel_enums[i].name, 8, false);
		for (j = 0; kernel_enums[i].values[j].name; j++)
			btf__add_enum64_value(btf,
					      kernel_enums[i].values[j].name,
					      kernel_enums[i].values[j].value);
	}
	return btf;
}

static void feed_all(struct story *story, const char *data, size_t len)
{
	struct probe_rec rec;
	size_t at = 0;

	while (at + sizeof(rec) <= len) {
		memcpy(&rec, data + at, sizeof(rec));
		if (rec.len > len - at - sizeof(rec))
			break;
		story_feed(story, data + at, sizeof(rec) + rec.len);
		at += sizeof(rec) + rec.len;
	}
}

FIXTURE(story)
{
	struct btf *btf;
	struct decode *decode;
	struct story story;
	struct strbuf out;
	struct render render;
};

FIXTURE_SETUP(story)
{
	self->btf = kernel_btf();
	self->decode = decode_create(self->btf);
	ASSERT_NE(NULL, self->decode);
	story_init(&self->story);
	self->out = (struct strbuf)STRBUF_INIT;
	self->render = (struct render){ .decode = self->decode };
}

FIXTURE_TEARDOWN(story)
{
	story_exit(&self->story);
	strbuf_free(&self->out);
	decode_destroy(self->decode);
	btf__free(self->btf);
}

static const char * const golden[] = { "bad-dsq", "stall" };

TEST_F(story, golden)
{
	char name[128], *data, *expected;
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(golden); i++) {
		snprintf(name, sizeof(name), "story/%s.probe", golden[i]);
		data = data_read(name, &len);
		snprintf(name, sizeof(name), "story/%s.expected", golden[i]);
		expected = data_read(name, NULL);
		ASSERT_NE(NULL, data);
		ASSERT_NE(NULL, expected);
		feed_all(&self->story, data, len);
		story_stitch(&self->story);
		strbuf_reset(&self->out);
		render_story(&self->render, &self->story, &self->out);
		render_pipeline(&self->story, &self->out);
		EXPECT_STREQ(expected, self->out.text)
			TH_LOG("%s", golden[i]);
		EXPECT_EQ(0, self->story.bad);
		story_exit(&self->story);
		free(data);
		free(expected);
	}
}

/* No call of another task, whatever the guest has handed over. */
TEST_F(story, only_the_culprit)
{
	unsigned int i;
	size_t len;
	char *data;

	data = data_read("story/bad-dsq.probe", &len);
	ASSERT_NE(NULL, data);
	feed_all(&self->story, data, len);
	self->story.culprit.pid++;
	story_stitch(&self->story);
	EXPECT_EQ(0, self->story.n_calls);
	EXPECT_LT(0, self->story.left_out);
	story_exit(&self->story);

	feed_all(&self->story, data, len);
	story_stitch(&self->story);
	for (i = 1; i < self->story.n_calls; i++) {
		EXPECT_LE(self->story.calls[i - 1].entry_ns,
			  self->story.calls[i].entry_ns);
	}
	free(data);
}

static const struct wanted_case {
	struct probe_call call;
	struct probe_culprit culprit;
	bool wanted;
} wanted_cases[] = {
	{ { .task = 1, .pid = 5 },
	  { .source = CULPRIT_SUBJECT, .addr = 1, .pid = 5 }, true },
	{ { .task = 2, .pid = 6, .current = 1, .current_pid = 5 },
	  { .source = CULPRIT_SUBJECT, .addr = 1, .pid = 5 }, false },
	/* The same memory, when it was the task of another pid. */
	{ { .task = 1, .pid = 4 },
	  { .source = CULPRIT_SUBJECT, .addr = 1, .pid = 5 }, false },
	{ { .task = 7, .pid = 5 },
	  { .source = CULPRIT_MESSAGE, .pid = 5 }, true },
	{ { .task = 7, .pid = 4 },
	  { .source = CULPRIT_MESSAGE, .pid = 5 }, false },
	{ { .task = 7, .pid = 4 }, { .source = CULPRIT_NONE }, true },
};

TEST(wanted)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wanted_cases); i++) {
		EXPECT_EQ(wanted_cases[i].wanted,
			  probe_call_wanted(&wanted_cases[i].call,
					    &wanted_cases[i].culprit))
			TH_LOG("case %u", i);
	}
}

static int feed(struct story *story, uint32_t type, const void *data,
		size_t len)
{
	struct probe_rec rec = { type, len };
	char buf[4096];

	memcpy(buf, &rec, sizeof(rec));
	memcpy(buf + sizeof(rec), data, len);
	return story_feed(story, buf, sizeof(rec) + len);
}

TEST_F(story, hostile_records)
{
	struct probe_desc desc = { .task_arg = PROBE_NO_ARG };
	struct probe_call call = { .seq = 1 };
	struct story *story = &self->story;

	memset(desc.name, '\033', sizeof(desc.name));
	/* A call of a function that nobody has described. */
	EXPECT_EQ(-EBADMSG, feed(story, PROBE_REC_CALL, &call, sizeof(call)));
	EXPECT_EQ(-EBADMSG, feed(story, PROBE_REC_FUNC, &desc, 12));
	EXPECT_EQ(-EBADMSG, feed(story, 99, &desc, sizeof(desc)));
	EXPECT_EQ(-EBADMSG, story_feed(story, "abc", 3));
	desc.id = 5;
	EXPECT_EQ(-EBADMSG, feed(story, PROBE_REC_FUNC, &desc, sizeof(desc)));
	desc.id = 0;
	desc.n_params = 1;
	desc.n_fields = 1;
	desc.fields[0].size = 8;
	desc.fields[0].slot = PROBE_SLOTS - 1;
	EXPECT_EQ(-EBADMSG, feed(story, PROBE_REC_FUNC, &desc, sizeof(desc)));
	desc.fields[0].slot = 0;
	EXPECT_EQ(0, feed(story, PROBE_REC_FUNC, &desc, sizeof(desc)));
	EXPECT_EQ('?', story->descs[0].name[0]);
	EXPECT_EQ(sizeof(desc.name) - 1, strlen(story->descs[0].name));
	call.entry_ns = 2;
	call.exit_ns = 1;
	EXPECT_EQ(-EBADMSG, feed(story, PROBE_REC_CALL, &call, sizeof(call)));
	EXPECT_EQ(7, story->bad);
}

TEST_F(story, returned_enum_has_its_name)
{
	struct probe_desc desc = {
		.task_arg = PROBE_NO_ARG, .ret_decode = DECODE_ENUM,
		.ret_size = 4, .name = "color_of",
	};
	struct probe_call call = {
		.seq = 1, .entry_ns = 1, .exit_ns = 2, .ret = 0xfffffffe,
	};
	int id;

	id = btf__add_enum(self->btf, "color", 4);
	btf__add_enum_value(self->btf, "COLORLESS", -2);
	desc.ret_type_id = btf__add_typedef(self->btf, "color_t", id);
	ASSERT_EQ(0, feed(&self->story, PROBE_REC_FUNC, &desc, sizeof(desc)));
	ASSERT_EQ(0, feed(&self->story, PROBE_REC_CALL, &call, sizeof(call)));
	render_story(&self->render, &self->story, &self->out);
	EXPECT_NE(NULL, strstr(self->out.text, "returns  COLORLESS\n")) {
		TH_LOG("%s", self->out.text);
	}
}

TEST_F(story, the_last_calls_are_shown_where_all_would_be_too_much)
{
	const struct probe_desc desc = {
		.task_arg = PROBE_NO_ARG, .name = "f",
	};
	struct probe_call call = { };
	const char *text;
	unsigned int i;

	ASSERT_EQ(0, feed(&self->story, PROBE_REC_FUNC, &desc, sizeof(desc)));
	for (i = 0; i < 20; i++) {
		call.seq = i + 1;
		call.entry_ns = i + 1;
		call.cpu = i;
		ASSERT_EQ(0, feed(&self->story, PROBE_REC_CALL, &call,
				  sizeof(call)));
	}
	story_stitch(&self->story);
	self->render.calls_max = 3;
	render_story(&self->render, &self->story, &self->out);
	text = self->out.text;
	EXPECT_NE(NULL, strstr(text, "(the last 3 calls of each function; "));
	EXPECT_EQ(NULL, strstr(text, "CPU 16"));
	EXPECT_NE(NULL, strstr(text, "CPU 17"));
	EXPECT_NE(NULL, strstr(text, "CPU 19"));
	strbuf_reset(&self->out);
	self->render.calls_max = 0;
	render_story(&self->render, &self->story, &self->out);
	EXPECT_EQ(NULL, strstr(self->out.text, "(the last"));
	EXPECT_NE(NULL, strstr(self->out.text, "CPU 16"));
}

/* A function of a string, of a task and of a number, each read or not. */
static void one_call(struct story *story, const char *text, uint64_t string_arg,
		     uint32_t entry_failed, uint32_t exit_failed)
{
	struct probe_desc desc = {
		.name = "func", .task_arg = PROBE_NO_ARG,
		.n_params = 2, .n_fields = 2,
		.params = { { "char *", "msg" }, { "task_struct *", "p" } },
		.fields = {
			{ .arg = 0, .decode = DECODE_STRING, .size = 64 },
			{ .arg = 1, .decode = DECODE_SIGNED, .size = 4,
			  .slot = 8, .name = "pid" },
		},
	};
	struct probe_call call = {
		.seq = 1, .entry_ns = 1, .exit_ns = 2,
		.args = { string_arg, 1 },
		.entry_failed = entry_failed, .exit_failed = exit_failed,
		.comm = "sh", .pid = 7,
	};

	memcpy(call.entry, text, min(strlen(text), (size_t)64));
	call.entry[8] = 5;
	call.exit[8] = 6;
	story_exit(story);
	feed(story, PROBE_REC_FUNC, &desc, sizeof(desc));
	feed(story, PROBE_REC_CALL, &call, sizeof(call));
	story_stitch(story);
}

static const struct read_case {
	const char *text;
	uint64_t string_arg;
	uint32_t entry_failed, exit_failed;
	const char *string, *pid;
} read_cases[] = {
	{ "text", 1, 0, 0, "char *msg  \"text\"\n",
	  "pid         5                        →  6\n" },
	{ "", 1, 0, 0, "char *msg  \"\"\n", "→  6\n" },
	/* A user's pointer, for one: what it points to is not empty. */
	{ "", 1, 1 << 0, 1 << 0, "char *msg  ?\n", "→  6\n" },
	{ "", 0, 1 << 0, 1 << 0, "char *msg  NULL\n", "→  6\n" },
	{ "text", 1, 1 << 1, 0, "\"text\"\n",
	  "pid         ?                        →  6\n" },
	{ "text", 1, 0, 1 << 1, "\"text\"\n",
	  "pid         5                        →  ?\n" },
	{ "text", 1, 1 << 1, 1 << 1, "\"text\"\n", "pid         ?\n" },
	{ "0123456789012345678901234567890123456789012345678901234567890123",
	  1, 0, 0, "0123\"...\n", "→  6\n" },
};

/* What could not be read is no value, and no change either. */
TEST_F(story, failed_reads)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(read_cases); i++) {
		const struct read_case *c = &read_cases[i];

		one_call(&self->story, c->text, c->string_arg, c->entry_failed,
			 c->exit_failed);
		strbuf_reset(&self->out);
		render_story(&self->render, &self->story, &self->out);
		EXPECT_NE(NULL, strstr(self->out.text, c->string))
			TH_LOG("case %u: %s", i, self->out.text);
		EXPECT_NE(NULL, strstr(self->out.text, c->pid))
			TH_LOG("case %u: %s", i, self->out.text);
	}
}

/* Where the story is of no one task, each call says of which it is. */
TEST_F(story, calls_of_many_tasks)
{
	one_call(&self->story, "", 1, 0, 0);
	render_story(&self->render, &self->story, &self->out);
	EXPECT_NE(NULL, strstr(self->out.text, "    for sh[7], CPU 0"))
		TH_LOG("%s", self->out.text);
}

/* Which exit the story is about, of several. */
static const struct exit_case {
	uint32_t kind, old;
	int counts;
} exit_cases[] = {
	{ 1025, 64, 1 }, { 1025, 65, 1 }, { 0, 64, 1 },
	{ 64, 64, 1 }, { 65, 64, 1 }, { 65, 65, 0 }, { 64, 65, 0 },
	{ 64, 1026, 0 }, { 1024, 1026, 0 }, { 1024, 0, 0 },
};

TEST(exits)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(exit_cases); i++) {
		EXPECT_EQ(exit_cases[i].counts,
			  probe_exit_counts(exit_cases[i].kind,
					    exit_cases[i].old))
			TH_LOG("kind %u after %u", exit_cases[i].kind,
			       exit_cases[i].old);
	}
}

static const struct report_case {
	struct repro_report report;
	const char *first_line;
} report_cases[] = {
	{ { .primary_ran = true, .end = REPRO_NO_BOOT, .reason = "why" },
	  "repro VM did not boot: why\n" },
	{ { .primary_ran = true, .end = REPRO_TIMED_OUT, .reason = "why" },
	  "repro VM timed out: why\n" },
	{ { .primary_ran = true, .end = REPRO_NO_ATTACH, .reason = "why" },
	  "scheduler did not attach in the repro VM: why\n" },
	{ { .primary_ran = true, .match = EXIT_REPRODUCED, .rounds = 1,
	    .matched = 1 }, "reproduced\n" },
	{ { .primary_ran = true, .match = EXIT_REPRODUCED, .rounds = 3,
	    .matched = 1 }, "reproduced, 1 of 3 rounds\n" },
	{ { .primary_ran = true, .match = EXIT_DIFFERENT, .rounds = 1 },
	  "NOT reproduced: a different crash\n" },
	{ { .primary_ran = true, .match = EXIT_NOT_REPRODUCED, .rounds = 3 },
	  "not reproduced: the scheduler ran normally, 0 of 3 rounds\n" },
	{ { .primary_ran = true, .healthy = true,
	    .match = EXIT_NOT_REPRODUCED, .rounds = 3 },
	  "the scheduler ran normally again\n" },
	{ { .primary_ran = true, .healthy = true, .match = EXIT_DIFFERENT,
	    .rounds = 1 }, "the scheduler failed with probes only\n" },
	{ { .primary_ran = true, .match = EXIT_REPRODUCED, .rounds = 1,
	    .crash = "the guest kernel died: panic" },
	  "reproduced (the guest kernel died: panic)\n" },
	{ { .match = EXIT_REPRODUCED, .rounds = 1 },
	  "PRIMARY DID NOT REACH WORKLOAD" },
};

TEST_F(story, report_lines)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(report_cases); i++) {
		strbuf_reset(&self->out);
		render_repro(&self->render, &report_cases[i].report,
			     &self->out);
		EXPECT_EQ(0, strncmp(report_cases[i].first_line, self->out.text,
				     strlen(report_cases[i].first_line)))
			TH_LOG("case %u: %s", i, self->out.text);
		EXPECT_NE(NULL, strstr(self->out.text,
				       "\nno call of the culprit"));
		EXPECT_NE(NULL, strstr(self->out.text,
				       report_cases[i].report.rounds > 1 ?
				       "\nrepro VM duration: 0.0s in 3 rounds\n" :
				       "\nrepro VM duration: 0.0s\n"));
	}
}

static unsigned int count_char(const char *text, char c)
{
	unsigned int n = 0;

	for (; (text = strchr(text, c)); text++)
		n++;
	return n;
}

/* @text without "\033[...m". */
static void strip_colors(const char *text, struct strbuf *out)
{
	while (*text) {
		size_t n = strcspn(text, "\033");

		strbuf_add(out, text, n);
		text += n;
		if (*text)
			text += strcspn(text, "m") + 1;
	}
}

/* A guest's escapes come to nothing, and colors change no other byte. */
TEST_F(story, colors)
{
	struct strbuf log = STRBUF_INIT, plain = STRBUF_INIT;
	struct strbuf stripped = STRBUF_INIT;
	const struct repro_report report = {
		.primary_ran = true, .match = EXIT_REPRODUCED, .rounds = 1,
		.story = &self->story, .sched_log = &log,
		.crash = "a \033[8m word",
	};
	size_t len, size;
	char *data, *shown = NULL;
	FILE *to;

	unsetenv("KTSTR_SIDECAR_DIR");
	data = data_read("story/bad-dsq.probe", &len);
	ASSERT_NE(NULL, data);
	feed_all(&self->story, data, len);
	story_stitch(&self->story);
	strbuf_addf(&log, "title \033]0;x\a and \033[31mred\n");
	render_repro(&self->render, &report, &plain);
	EXPECT_EQ(NULL, strchr(plain.text, '\033'));
	self->render.color = true;
	render_repro(&self->render, &report, &self->out);
	EXPECT_LT(10, count_char(self->out.text, '\033'));
	strip_colors(self->out.text, &stripped);
	EXPECT_STREQ(plain.text, stripped.text);

	to = open_memstream(&shown, &size);
	ASSERT_NE(NULL, to);
	report_more(to, "test", true, plain.text, self->out.text);
	fclose(to);
	EXPECT_EQ(count_char(self->out.text, '\033'),
		  count_char(shown, '\033'));
	free(shown);
	to = open_memstream(&shown, &size);
	ASSERT_NE(NULL, to);
	report_more(to, "test", true, "a\033[1mb\n", NULL);
	report_more(to, "test", true, "", "\033]0;c\033[1x\033[\n\033");
	fclose(to);
	EXPECT_STREQ("# ab\n# ?]0;c?[1x?[\n# ?\n", shown);
	free(shown);
	free(data);
	strbuf_free(&log);
	strbuf_free(&plain);
	strbuf_free(&stripped);
}

TEST_F(story, tails_are_cut)
{
	struct strbuf log = STRBUF_INIT;
	const struct repro_report report = {
		.primary_ran = true, .match = EXIT_REPRODUCED, .rounds = 1,
		.console = &log,
	};
	unsigned int i;

	for (i = 0; i < 100; i++)
		strbuf_addf(&log, "line %u\n", i);
	render_repro(&self->render, &report, &self->out);
	EXPECT_NE(NULL, strstr(self->out.text,
			       "--- repro VM dmesg ---\nline 60\n"));
	EXPECT_EQ(NULL, strstr(self->out.text, "scheduler log"));
	strbuf_free(&log);
}

TEST_HARNESS_MAIN
