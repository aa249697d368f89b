// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cycle collapse: a real log against its golden file, and edge cases.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/report/collapse.h"
#include "repro_data.h"

TEST(verifier_loop)
{
	struct strbuf out = STRBUF_INIT;
	char *log, *expected;
	size_t len;

	log = data_read("collapse/verifier_loop.log", &len);
	expected = data_read("collapse/verifier_loop.expected", NULL);
	ASSERT_NE(NULL, log);
	ASSERT_NE(NULL, expected);
	collapse_log(log, len, &out);
	EXPECT_STREQ(expected, out.text);
	/* It is to be worth it. */
	EXPECT_LT(out.len * 3, len);
	free(log);
	free(expected);
	strbuf_free(&out);
}

/* Logs of programs with calls: states have lines of their own, or other forms. */
TEST(states_of_calls)
{
	static const struct {
		const char *log, *marker, *omitted, *head, *tail;
	} cases[] = {
		{ "collapse/verifier_call.log",
		  "--- 6x of the following 16 lines ---\n",
		  "--- 4 identical iterations omitted ---\n",
		  "0: (b7) r6 = 0 ", "BPF program is too large" },
		{ "collapse/verifier_callback.log",
		  "--- 8x of the following 9 lines ---\n",
		  "--- 6 identical iterations omitted ---\n",
		  "0: R1=ctx()", "BPF program is too large" },
		{ "collapse/verifier_refs.log",
		  "--- 8x of the following 7 lines ---\n",
		  "--- 6 identical iterations omitted ---\n",
		  "0: R1=ctx()", "BPF program is too large" },
	};
	struct strbuf out = STRBUF_INIT;
	unsigned int i;
	size_t len;
	char *log;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *start, *end;

		log = data_read(cases[i].log, &len);
		ASSERT_NE(NULL, log);
		collapse_log(log, len, &out);
		start = strstr(out.text, cases[i].marker);
		end = strstr(out.text, "--- end repeat ---\n");
		ASSERT_TRUE(start && end) {
			TH_LOG("%s:\n%s", cases[i].log, out.text);
		}
		EXPECT_LT(strstr(out.text, cases[i].head), start);
		EXPECT_LT(end, strstr(out.text, cases[i].tail));
		EXPECT_NE(NULL, strstr(start, cases[i].omitted));
		strbuf_free(&out);
		free(log);
	}
}

static const struct log_case {
	const char *head;
	const char *block;
	unsigned int times;
	const char *tail;
	unsigned int repeats;	/* 0: nothing is to be collapsed */
	unsigned int period;
} log_cases[] = {
#define BLOCK5 "first line of five\nb\nc\nd\nlast line of five\n"
	{ "", BLOCK5, 2, "", 0, 0 },
	{ "", BLOCK5, 3, "", 3, 5 },
	{ "", BLOCK5, 300, "", 300, 5 },
	{ "head\n", BLOCK5, 4, "tail", 4, 5 },
	/* Too few lines, or none that is long enough for an anchor. */
	{ "", "a\nb\nc\nd\n", 9, "", 0, 0 },
	{ "", "a\nb\nc\nd\ne\n", 9, "", 0, 0 },
	/* A period of two is seen as one of six. */
	{ "", "an anchor of two\nb\n", 9, "", 3, 6 },
	/* States differ from pass to pass, numbers do not. */
	{ "", "1: (b7) r6 = 0   ; R6=1\n2: (0f) r1 += r0\n3: R0=4\n"
	  "4: (07) r1 += 1\n5: (07) r1 += 1\n6: (05) goto pc-5\n", 5, "", 5, 5 },
};

static void put_log(const struct log_case *c, struct strbuf *log)
{
	unsigned int i;

	strbuf_addf(log, "%s", c->head);
	for (i = 0; i < c->times; i++)
		strbuf_addf(log, "%s", c->block);
	strbuf_addf(log, "%s", c->tail);
}

TEST(logs)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(log_cases); i++) {
		const struct log_case *c = &log_cases[i];
		struct strbuf log = STRBUF_INIT, out = STRBUF_INIT;
		char marker[64];

		put_log(c, &log);
		collapse_log(log.text, log.len, &out);
		snprintf(marker, sizeof(marker),
			 "%s--- %ux of the following %u lines ---\n", c->head,
			 c->repeats, c->period);
		if (c->repeats) {
			EXPECT_EQ(0, strncmp(marker, out.text, strlen(marker)))
				TH_LOG("case %u:\n%s", i, out.text);
		} else {
			EXPECT_STREQ(log.text, out.text);
		}
		if (c->tail[0])
			EXPECT_STREQ(c->tail, strbuf_tail(&out, 1));
		strbuf_free(&log);
		strbuf_free(&out);
	}
}

TEST(two_cycles_keep_their_order)
{
	struct strbuf log = STRBUF_INIT, out = STRBUF_INIT;
	const char *first, *second;
	unsigned int i;

	for (i = 0; i < 3; i++)
		strbuf_addf(&log, "block one begins\n1\n2\n3\n4\n5\n");
	strbuf_addf(&log, "between\n");
	for (i = 0; i < 9; i++)
		strbuf_addf(&log, "block two begins\na\nb\nc\nd\n");
	collapse_log(log.text, log.len, &out);
	first = strstr(out.text, "--- 3x of the following 6 lines ---");
	second = strstr(out.text, "--- 9x of the following 5 lines ---");
	ASSERT_NE(NULL, first);
	ASSERT_NE(NULL, second);
	EXPECT_LT(first, strstr(out.text, "between"));
	EXPECT_GT(second, strstr(out.text, "between"));
	strbuf_free(&log);
	strbuf_free(&out);
}

/* Numbers are stripped only when nothing repeats with them. */
TEST(unrolled)
{
	struct strbuf log = STRBUF_INIT, out = STRBUF_INIT;
	unsigned int i;

	for (i = 0; i < 40; i++)
		strbuf_addf(&log, "%u: (b7) r%u = 0 here\n", i, i % 5);
	collapse_log(log.text, log.len, &out);
	EXPECT_NE(NULL, strstr(out.text, "--- 8x of the following 5 lines"))
		TH_LOG("%s", out.text);
	strbuf_free(&log);
	strbuf_free(&out);
}

/* As scx_dump_event() has them. */
TEST(counters_that_are_zero)
{
	static const char dump[] =
		"Event counters\n--------------\n"
		"           SCX_EV_SELECT_CPU_FALLBACK:                0\n"
		"            SCX_EV_DISPATCH_KEEP_LAST:               10\n"
		"                   SCX_EV_BYPASS_DISPATCH:                0\n"
		"nr_running: 0\nSCX_EV_ is no counter 0";
	struct strbuf out = STRBUF_INIT;

	collapse_zeros(dump, sizeof(dump) - 1, &out);
	EXPECT_STREQ("Event counters\n--------------\n"
		     "            SCX_EV_DISPATCH_KEEP_LAST:               10\n"
		     "nr_running: 0\nSCX_EV_ is no counter 0\n"
		     "(2 event counters are 0)\n", out.text);
	strbuf_reset(&out);
	collapse_zeros("a\nb\n", 4, &out);
	EXPECT_STREQ("a\nb\n", out.text);
	collapse_zeros("", 0, &out);
	EXPECT_STREQ("a\nb\n", out.text);
	strbuf_free(&out);
}

TEST_HARNESS_MAIN
