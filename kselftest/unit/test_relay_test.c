// SPDX-License-Identifier: GPL-2.0-only
/*
 * Relaying a guest's text into KTAP: nothing of it may look like a result.
 */
#include "kselftest_harness.h"

#include "lib/test/relay.h"

FIXTURE(relay)
{
	struct relay r;
	FILE *to;
	char *text;
	size_t size;
};

FIXTURE_SETUP(relay)
{
	self->to = open_memstream(&self->text, &self->size);
	ASSERT_NE(NULL, self->to);
}

FIXTURE_TEARDOWN(relay)
{
	relay_exit(&self->r);
	fclose(self->to);
	free(self->text);
}

static void feed(struct relay *r, const char *text, size_t len, size_t chunk)
{
	size_t n;

	for (; len; text += n, len -= n) {
		n = len < chunk ? len : chunk;
		relay_add(r, text, n);
	}
}

static const char input[] =
	"TAP version 13\n1..1\n# Starting 1 tests from 1 test cases.\n"
	"#  RUN           smp.x ...\n"
	"# eevdf.c:30:x:Expected 1 (1) == 2 (2)\n"
	"plain words\r\n"
	"not ok 7 spoofed\n"
	"\033[2Jbell\007\n"
	"# ok 3 spoofed # SKIP\n"
	"1..5\nTAP version 13\nBail out!\nokay\n# Totals: of my own\n"
	"ok 1 smp.x\n"
	"#  # not ok\n"
	"one\0two\n"
	"#            OK  smp.xy\n"
	"#            OK  smp.x\nok 1 smp.x\n"
	"# PASSED: 1 / 1 tests passed.\n"
	"# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0\n"
	"no newline at the end";

static const char expected[] =
	"# eevdf.c:30:x:Expected 1 (1) == 2 (2)\n"
	"# plain words\n"
	"# | not ok 7 spoofed\n"
	"# ?[2Jbell?\n"
	"# | ok 3 spoofed # SKIP\n"
	"# | 1..5\n# | TAP version 13\n# | Bail out!\n# okay\n"
	"# Totals: of my own\n"
	"# | ok 1 smp.x\n"
	"# |  # not ok\n"
	"# one?two\n"
	"#            OK  smp.xy\n"
	"# no newline at the end\n";

TEST_F(relay, any_chunk_size)
{
	size_t chunk;

	for (chunk = 1; chunk < 40; chunk++) {
		rewind(self->to);
		relay_init(&self->r, self->to, "smp.x", false);
		feed(&self->r, input, sizeof(input) - 1, chunk);
		relay_end(&self->r, true);
		fflush(self->to);
		self->text[self->size] = '\0';
		ASSERT_STREQ(expected, self->text)
			TH_LOG("chunk %zu", chunk);
		relay_exit(&self->r);
	}
	relay_init(&self->r, self->to, "smp.x", false);
}

TEST_F(relay, held_until_wanted)
{
	relay_init(&self->r, self->to, "smp.x", true);
	feed(&self->r, input, sizeof(input) - 1, 100);
	fflush(self->to);
	EXPECT_EQ(0, self->size);
	relay_end(&self->r, true);
	EXPECT_STREQ(expected, self->text);
}

TEST_F(relay, held_and_not_wanted)
{
	relay_init(&self->r, self->to, "smp.x", true);
	feed(&self->r, input, sizeof(input) - 1, 100);
	relay_end(&self->r, false);
	EXPECT_EQ(0, self->size);
}

TEST_F(relay, endless_line_is_cut)
{
	char big[10000];

	memset(big, 'x', sizeof(big));
	relay_init(&self->r, self->to, "smp.x", false);
	relay_add(&self->r, big, sizeof(big));
	relay_add(&self->r, "\nnext\n", 6);
	relay_end(&self->r, true);
	EXPECT_LT(self->size, 5000);
	EXPECT_NE(NULL, strstr(self->text,
			       " (6000 bytes more were not kept)\n# next\n"));
}

/* Each stream has a limit, and the end is worth more than what is before it. */
TEST_F(relay, flood_is_bounded)
{
	unsigned long long left_out;
	unsigned int i, hold;
	const char *note;
	char line[64];
	int len, n;

	for (hold = 0; hold < 2; hold++) {
		rewind(self->to);
		relay_init(&self->r, self->to, "smp.x", hold);
		for (i = 0; i < 1000000; i++) {
			len = sprintf(line, "line %07u\n", i);
			relay_add(&self->r, line, len);
		}
		relay_end(&self->r, true);
		fflush(self->to);
		EXPECT_GT(RELAY_HEAD_MAX + 3 * RELAY_TAIL_MAX, self->size);
		EXPECT_EQ(0, strncmp("# line 0000000\n# line 0000001\n",
				     self->text, 30));
		note = strstr(self->text, "# (");
		ASSERT_NE(NULL, note);
		n = sscanf(note, "# (%llu bytes more were not kept)\n",
			   &left_out);
		ASSERT_EQ(1, n);
		EXPECT_EQ(0, strncmp("# line 0999999\n",
				     self->text + self->size - 15, 15));
		/* Nothing goes without having been counted. */
		len = strchr(note, '\n') + 1 - note;
		EXPECT_EQ(13000000, left_out + (self->size - len) / 15 * 13);
		relay_exit(&self->r);
	}
	relay_init(&self->r, self->to, "smp.x", false);
}

/* A console has no harness: nothing of it vanishes. */
TEST_F(relay, stream_without_a_harness)
{
	static const char text[] = "TAP version 13\n#  RUN           smp.x ...\n"
		"1..1\nok 1 smp.x\n";

	relay_init(&self->r, self->to, NULL, false);
	relay_add(&self->r, text, sizeof(text) - 1);
	relay_end(&self->r, true);
	EXPECT_STREQ("# | TAP version 13\n#  RUN           smp.x ...\n"
		     "# | 1..1\n# | ok 1 smp.x\n", self->text);
}

TEST_HARNESS_MAIN
