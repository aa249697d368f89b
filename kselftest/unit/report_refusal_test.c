// SPDX-License-Identifier: GPL-2.0-only
/*
 * A refused program's log in few lines: they hold the cause, whatever the log is, and
 * are no more than was asked for.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/report/refusal.h"
#include "repro_data.h"

static unsigned int lines_of(const char *text)
{
	unsigned int n = 0;

	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

/* As libbpf prints it around the verifier's. */
static void wrap(struct strbuf *log, const char *text, size_t len)
{
	strbuf_addf(log, "libbpf: prog 'x_enqueue': BPF program load failed: -22\n");
	strbuf_addf(log, "libbpf: prog 'x_enqueue': -- BEGIN PROG LOAD LOG --\n");
	strbuf_add(log, text, len);
	strbuf_addf(log, "-- END PROG LOAD LOG --\nlibbpf: failed to load\n");
}

TEST(real_logs)
{
	static const struct {
		const char *log;
		const char *cause;
		const char *last;
	} cases[] = {
		{ "collapse/verifier_loop.log",
		  "the verifier refused x_enqueue", "processed 174 insns" },
		{ "collapse/verifier_call.log",
		  "the verifier refused x_enqueue: BPF program is too large. Processed 1000001 insn\n",
		  "\nBPF program is too large. Processed 1000001 insn\n" },
		{ "collapse/verifier_callback.log",
		  "the verifier refused x_enqueue: BPF program is too large. Processed 1000001 insn\n",
		  "\nBPF program is too large. Processed 1000001 insn\n" },
		{ "collapse/verifier_refs.log",
		  "the verifier refused x_enqueue: BPF program is too large. Processed 1000001 insn\n",
		  "\nBPF program is too large. Processed 1000001 insn\n" },
	};
	static const unsigned int most[] = { 8, 20, REFUSAL_LINES };
	size_t i, j, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = data_read(cases[i].log, &len);
		struct strbuf log = STRBUF_INIT;

		ASSERT_NE(NULL, text);
		wrap(&log, text, len);
		for (j = 0; j < ARRAY_SIZE(most); j++) {
			struct strbuf out = STRBUF_INIT;

			EXPECT_TRUE(refusal_excerpt(log.text, most[j], &out));
			EXPECT_GE(most[j], lines_of(out.text))
				TH_LOG("%s: %u lines", cases[i].log,
				       lines_of(out.text));
			EXPECT_EQ(out.text, strstr(out.text, cases[i].cause))
				TH_LOG("%s: %.200s", cases[i].log, out.text);
			EXPECT_NE(NULL, strstr(out.text, cases[i].last))
				TH_LOG("%s", out.text);
			strbuf_free(&out);
		}
		strbuf_free(&log);
		free(text);
	}
}

/* What comes behind the cause can be longer than all that there is room for. */
TEST(explained_at_length)
{
	struct strbuf log = STRBUF_INIT, text = STRBUF_INIT, out = STRBUF_INIT;
	unsigned int i;

	for (i = 0; i < 300; i++)
		strbuf_addf(&text, "%u: (b7) r%u = %u\n", i, i % 9, i * 7);
	strbuf_addf(&text, "R1 invalid mem access 'scalar'\n");
	strbuf_addf(&text, "Verification failed: see below\n");
	for (i = 0; i < 300; i++)
		strbuf_addf(&text, "  advice %u\n", i);
	wrap(&log, text.text, text.len);
	ASSERT_TRUE(refusal_excerpt(log.text, REFUSAL_LINES, &out));
	EXPECT_GE(REFUSAL_LINES, lines_of(out.text));
	EXPECT_NE(NULL, strstr(out.text, "\nR1 invalid mem access 'scalar'\n"));
	EXPECT_NE(NULL, strstr(out.text, "\n299: (b7) "));
	EXPECT_NE(NULL, strstr(out.text, " lines before these are left out)\n"));
	EXPECT_NE(NULL, strstr(out.text, "  advice 1\n"));
	strbuf_free(&log);
	strbuf_free(&text);
	strbuf_free(&out);
}

TEST(what_is_none_and_what_is_cut)
{
	static const char * const cut[] = {
		"prog 'a': -- BEGIN PROG LOAD LOG --",
		"prog 'a': -- BEGIN PROG LOAD LOG --\n",
		"prog 'a': -- BEGIN PROG LOAD LOG --\n0: (95) exit",
		"prog 'a': -- BEGIN PROG LOAD LOG --\n-- END PROG LOAD LOG --\n",
	};
	struct strbuf out = STRBUF_INIT;
	size_t i;

	EXPECT_FALSE(refusal_excerpt("", 40, &out));
	EXPECT_FALSE(refusal_excerpt("libbpf: all is well\n", 40, &out));
	EXPECT_EQ(0U, out.len);
	for (i = 0; i < ARRAY_SIZE(cut); i++) {
		strbuf_reset(&out);
		EXPECT_TRUE(refusal_excerpt(cut[i], 8, &out));
		EXPECT_EQ(out.text, strstr(out.text, "the verifier refused a"))
			TH_LOG("%s", out.text);
	}
	strbuf_free(&out);
}

/* A line of it may be as long as it likes. */
TEST(long_lines)
{
	struct strbuf log = STRBUF_INIT, text = STRBUF_INIT, out = STRBUF_INIT;
	unsigned int i;

	for (i = 0; i < 5000; i++)
		strbuf_addf(&text, "x");
	strbuf_addf(&text, " is not allowed\n");
	wrap(&log, text.text, text.len);
	ASSERT_TRUE(refusal_excerpt(log.text, REFUSAL_LINES, &out));
	EXPECT_GT(1000U, out.len);
	strbuf_free(&log);
	strbuf_free(&text);
	strbuf_free(&out);
}

TEST_HARNESS_MAIN
