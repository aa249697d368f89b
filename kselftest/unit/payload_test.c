// SPDX-License-Identifier: GPL-2.0-only
/*
 * Payloads: values that make no sense, what is kept of what they print, the numbers
 * in it, and the keeper that has them.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "kselftest/unit/doc.h"
#include "lib/common/payload/payload.h"
#include "lib/common/payload/ready_payloads.h"
#include "lib/common/util/util.h"
#include "lib/guest/payload/keeper.h"
#include "lib/guest/payload/measure.h"
#include "lib/guest/payload/printed.h"

/* ---- values ---- */

TEST(those_that_are_there_make_sense_and_are_told_of)
{
	char *doc = doc_read("payloads.rst", "Those that are there\n",
			     "In a file\n");
	char err[256] = "";
	unsigned int i, j;

	ASSERT_NE(NULL, doc);
	EXPECT_EQ(0U + READY_PAYLOAD_COUNT, doc_entries(doc));
	doc_unwrap(doc);
	for (i = 0; i < READY_PAYLOAD_COUNT; i++) {
		EXPECT_EQ(0, payload_check(ready_payloads[i], err, sizeof(err)))
			TH_LOG("%s", err);
		doc_expect(_metadata, doc, ready_payload_word(i),
			   ready_payload_what(i));
		for (j = 0; j < i; j++) {
			EXPECT_STRNE(ready_payload_word(j),
				     ready_payload_word(i));
		}
	}
	EXPECT_EQ(NULL, ready_payload_word(i));
	free(doc);
}

#define METRIC(...)							\
	{ .name = "p", .program = "x",					\
	  .metrics = { { .name = "a" }, { .name = "m", ##__VA_ARGS__ } } }

TEST(what_makes_no_sense_is_named)
{
	static const struct {
		struct payload p;
		const char *says;
	} cases[] = {
		{ { .program = "x" }, "a payload has a name" },
		{ { .name = "p" }, "payload 'p': it has no program" },
		{ { .name = "p", .program = "x", .exit_status = 256 },
		  "payload 'p': exit status 256: 0 to 255 can be" },
		{ METRIC(.where = "x"),
		  "payload 'p': metric 'm': an exit status is nowhere else" },
		{ METRIC(.rule = PAYLOAD_AFTER),
		  "metric 'm': the text before it is not given" },
		{ METRIC(.rule = PAYLOAD_REGEX, .where = "(a"),
		  "metric 'm': no regular expression: " },
		{ METRIC(.rule = PAYLOAD_REGEX, .where = "a"),
		  "of 0 groups" },
		{ METRIC(.rule = PAYLOAD_REGEX, .where = "(a)(b)"),
		  "of 2 groups" },
		{ METRIC(.rule = PAYLOAD_JSON, .where = "a/b"),
		  "no JSON Pointer" },
		{ METRIC(.rule = PAYLOAD_JSON, .where = "/a", .last = 1),
		  "of JSON there is one" },
		{ METRIC(.rule = PAYLOAD_RULE_COUNT), "no such rule" },
		{ METRIC(.min = PAYLOAD_BOUND(3), .max = PAYLOAD_BOUND(2)),
		  "at least 3 and at most 2" },
		{ { .name = "p", .program = "x",
		    .metrics = { { .name = "m" }, { .name = "m" } } },
		  "metric 'm': there are two of that name" },
	};
	char err[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-EINVAL, payload_check(&cases[i].p, err, sizeof(err)))
			TH_LOG("taken: %s", cases[i].says);
		EXPECT_NE(NULL, strstr(err, cases[i].says))
			TH_LOG("%s: %s", cases[i].says, err);
	}
}

/* ---- what is kept ---- */

TEST(start_and_end_are_kept_however_it_comes)
{
	struct printed *p = calloc(1, sizeof(*p));
	const size_t all = PRINTED_HEAD + 3 * PRINTED_TAIL + 1000;
	struct strbuf text = STRBUF_INIT;
	char line[16];
	size_t i, n = 0;

	ASSERT_NE(NULL, p);
	printed_text(p, &text);
	EXPECT_EQ(0U, text.len);
	for (i = 0; n < all; i++) {
		snprintf(line, sizeof(line), "%08zu\n", i);
		printed_add(p, line, 9);
		n += 9;
	}
	printed_text(p, &text);
	EXPECT_EQ(n, p->n);
	EXPECT_TRUE(strstarts(text.text, "00000000\n00000001\n"));
	EXPECT_TRUE(strends(text.text, line));
	snprintf(line, sizeof(line), "(%zu ", n - PRINTED_HEAD - PRINTED_TAIL);
	EXPECT_NE(NULL, strstr(text.text, line));
	EXPECT_GT(PRINTED_HEAD + PRINTED_TAIL + 64UL, text.len);
	strbuf_free(&text);
	free(p);
}

TEST(what_fits_is_kept_as_it_is)
{
	struct printed *p = calloc(1, sizeof(*p));
	char *bytes = malloc(PRINTED_HEAD + PRINTED_TAIL + 1);
	struct strbuf text = STRBUF_INIT;
	size_t i;

	ASSERT_TRUE(p && bytes);
	for (i = 0; i < PRINTED_HEAD + PRINTED_TAIL; i++)
		bytes[i] = 'a' + i % 23;
	bytes[i] = '\0';
	printed_add(p, bytes, i);
	printed_text(p, &text);
	EXPECT_STREQ(bytes, text.text);
	strbuf_free(&text);
	free(bytes);
	free(p);
}

/* ---- numbers ---- */

static double measure(const struct payload_metric *m, const char *out,
		      const char *err)
{
	const char *const texts[] = { out, err };
	double values[PAYLOAD_MAX_METRICS];
	struct payload p = { .name = "p", .program = "x" };

	p.metrics[0] = *m;
	p.metrics[0].name = "m";
	payload_measure(&p, 7, texts, values);
	return values[0];
}

#define NO_NUMBER	-12345

TEST(numbers_are_those_that_the_rule_names)
{
	static const struct {
		struct payload_metric m;
		const char *out;
		const char *err;
		double value;
	} cases[] = {
		{ { .rule = PAYLOAD_EXIT }, "", "", 7 },
		{ { .rule = PAYLOAD_AFTER, .where = "t:" }, "t: 1.5s\nt: 2\n",
		  "", 1.5 },
		{ { .rule = PAYLOAD_AFTER, .where = "t:", .last = 1 },
		  "t: 1.5s\nt: 2\nt: x", "t: 9", 2 },
		{ { .rule = PAYLOAD_AFTER, .where = "t:" }, "t: x t:\t-3e2,",
		  "", -300 },
		/* What is no number does not end the search. */
		{ { .rule = PAYLOAD_AFTER, .where = "t:" }, "t: none\n", "t: 4",
		  4 },
		{ { .rule = PAYLOAD_AFTER, .where = "t:" }, "t:\n7", "",
		  NO_NUMBER },
		{ { .rule = PAYLOAD_AFTER, .where = "t:" }, "t: nan t: inf t: - t: .e t: 1e999",
		  "", NO_NUMBER },
		{ { .rule = PAYLOAD_AFTER, .where = "t:" }, "t: 0x10", "", 0 },
		{ { .rule = PAYLOAD_REGEX, .where = "^cpu +[0-9]+ +([0-9.]+)" },
		  "x cpu 1 2\ncpu  12   3.25 9\ncpu 1 2", "", 3.25 },
		{ { .rule = PAYLOAD_REGEX, .where = "^cpu +[0-9]+ +([0-9.]+)",
		    .last = 1 }, "cpu 12 3.25\ncpu 1 2", "", 2 },
		{ { .rule = PAYLOAD_REGEX, .where = "a(b)?" }, "a\n", "",
		  NO_NUMBER },
		{ { .rule = PAYLOAD_JSON, .where = "/a/1/b~1c" },
		  "note\n{\"a\": [0, {\"b/c\": 2.5}]} rest", "", 2.5 },
		{ { .rule = PAYLOAD_JSON, .where = "/99.0" }, "{ no\n",
		  " [\n{\"99.0\": 3}", 3 },
		{ { .rule = PAYLOAD_JSON, .where = "/0" }, "[\"5\", true]", "",
		  NO_NUMBER },
		{ { .rule = PAYLOAD_JSON, .where = "/a" }, "{\"a\": 1", "",
		  NO_NUMBER },
		{ { .rule = PAYLOAD_JSON, .where = "/a" }, "{\"a\": 1e999}", "",
		  NO_NUMBER },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		double value = measure(&cases[i].m, cases[i].out,
				       cases[i].err);

		if (isnan(value))
			value = NO_NUMBER;
		EXPECT_TRUE(fabs(value - cases[i].value) < 1e-9)
			TH_LOG("%zu: %g", i, value);
	}
}

TEST(no_exit_status_is_no_number)
{
	const struct payload p = {
		.name = "p", .program = "x", .metrics = { { .name = "m" } },
	};
	const char *const texts[] = { "", "" };
	double values[PAYLOAD_MAX_METRICS];

	payload_measure(&p, -1, texts, values);
	EXPECT_TRUE(isnan(values[0]));
}

/* Brackets of any depth and number cost no more than some reading. */
TEST(output_made_to_be_slow_is_not)
{
	const struct payload_metric m = {
		.rule = PAYLOAD_JSON, .where = "/a",
	};
	const size_t n = PRINTED_HEAD + PRINTED_TAIL;
	uint64_t begin_ns = clock_now_ns();
	char *text = malloc(n + 1);
	size_t i;

	ASSERT_NE(NULL, text);
	for (i = 0; i < n; i++)
		text[i] = i % 2 ? '\n' : '[';
	text[n] = '\0';
	EXPECT_TRUE(isnan(measure(&m, text, text)));
	memset(text, '[', n);
	EXPECT_TRUE(isnan(measure(&m, text, text)));
	EXPECT_GT(20 * NSEC_PER_SEC, clock_now_ns() - begin_ns);
	free(text);
}

/* ---- the keeper ---- */

FIXTURE(kept)
{
	struct kept_program kept;
	struct strbuf out;
};

FIXTURE_SETUP(kept)
{
	self->out = (struct strbuf)STRBUF_INIT;
}

FIXTURE_TEARDOWN(kept)
{
	keeper_end(&self->kept);
	strbuf_free(&self->out);
}

static int start(FIXTURE_DATA(kept) *self, const char *script,
		 const struct keeper_ask *limits)
{
	char *const argv[] = { "/bin/sh", "-c", (char *)script, NULL };
	struct keeper_ask ask = limits ? *limits : (struct keeper_ask){ };

	ask.argv = argv;
	ask.dir = ask.dir ?: "/bin";
	ask.limit_ms = ask.limit_ms ?: 30000;
	ask.grace_ms = ask.grace_ms ?: 30000;
	ask.output_max = ask.output_max ?: 1 << 20;
	return keeper_start(&ask, &self->kept);
}

static const struct kept_told *run(FIXTURE_DATA(kept) *self, const char *script,
				   const struct keeper_ask *limits)
{
	if (start(self, script, limits))
		return NULL;
	while (!keeper_has_ended(&self->kept))
		poll(NULL, 0, 5);
	printed_text(&self->kept.told->printed[PAYLOAD_OUT], &self->out);
	return self->kept.told;
}

TEST_F(kept, status_and_output_are_told)
{
	const struct kept_told *told;

	told = run(self, "echo out; echo error >&2; read x || echo none; exit 3",
		   NULL);
	ASSERT_NE(NULL, told);
	EXPECT_EQ(KEEPER_STARTED, told->failure);
	EXPECT_TRUE(WIFEXITED(told->status));
	EXPECT_EQ(3, WEXITSTATUS(told->status));
	EXPECT_STREQ("out\nnone\n", self->out.text);
	EXPECT_EQ(6U, told->printed[PAYLOAD_ERR].n);
	EXPECT_FALSE(told->terminated || told->timed_out || told->killed ||
		     told->flooded);
	EXPECT_LT(0U, told->wall_ns);
}

TEST_F(kept, what_cannot_be_started_is_told)
{
	const struct keeper_ask no_cgroup = { .procs = "/nowhere/cgroup.procs" };
	const struct kept_told *told = run(self, "echo", &no_cgroup);

	ASSERT_NE(NULL, told);
	EXPECT_EQ(KEEPER_NO_CGROUP, told->failure);
	EXPECT_EQ(ENOENT, told->error);
}

TEST_F(kept, no_folder_no_program)
{
	const struct keeper_ask nowhere = { .dir = "/nowhere" };
	const struct kept_told *told = run(self, "echo", &nowhere);

	ASSERT_NE(NULL, told);
	EXPECT_EQ(KEEPER_NO_PROGRAM, told->failure);
	EXPECT_EQ(ENOENT, told->error);
}

TEST_F(kept, time_is_up_for_who_does_not_end)
{
	const struct keeper_ask limits = { .limit_ms = 100 };
	const struct kept_told *told = run(self, "sleep 1000", &limits);

	ASSERT_NE(NULL, told);
	EXPECT_TRUE(told->timed_out && told->terminated);
	EXPECT_FALSE(told->killed);
	EXPECT_TRUE(WIFSIGNALED(told->status));
	EXPECT_EQ(SIGTERM, WTERMSIG(told->status));
}

TEST_F(kept, who_is_deaf_is_killed)
{
	const struct keeper_ask limits = { .limit_ms = 200, .grace_ms = 100 };
	const struct kept_told *told;

	told = run(self, "trap '' TERM; while :; do :; done", &limits);
	ASSERT_NE(NULL, told);
	EXPECT_TRUE(told->timed_out && told->killed);
	EXPECT_EQ(SIGKILL, WTERMSIG(told->status));
}

TEST_F(kept, ends_when_asked)
{
	ASSERT_EQ(0, start(self, "sleep 1000", NULL));
	poll(NULL, 0, 50);
	EXPECT_FALSE(keeper_has_ended(&self->kept));
	keeper_ask_end(&self->kept);
	while (!keeper_has_ended(&self->kept))
		poll(NULL, 0, 5);
	EXPECT_TRUE(self->kept.told->terminated);
	EXPECT_FALSE(self->kept.told->timed_out);
	EXPECT_EQ(SIGTERM, WTERMSIG(self->kept.told->status));
}

TEST_F(kept, who_prints_without_end_is_ended)
{
	const struct keeper_ask limits = { .output_max = 100000 };
	const struct kept_told *told;

	told = run(self, "while :; do echo 0123456789; done", &limits);
	ASSERT_NE(NULL, told);
	EXPECT_TRUE(told->flooded);
	EXPECT_FALSE(told->timed_out);
	EXPECT_LT(100000U, told->printed[PAYLOAD_OUT].n);
}

/* Also in a session of its own, deaf, and with our pipe open */
TEST_F(kept, what_it_leaves_behind_ends_with_it)
{
	const struct kept_told *told;
	pid_t pid;

	told = run(self, "setsid sh -c \"trap '' TERM; echo \\$\\$; sleep 1000\" & sleep 0.3",
		   NULL);
	ASSERT_NE(NULL, told);
	pid = atoi(self->out.text);
	ASSERT_LT(0, pid);
	EXPECT_EQ(-1, kill(pid, 0));
	EXPECT_EQ(ESRCH, errno);
}

TEST_HARNESS_MAIN
