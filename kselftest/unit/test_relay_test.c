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

static void feed(struct relay *r, const char *text, size_t chunk)
{
	size_t len = strlen(text), n;

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
	"#            OK  smp.x\nok 1 smp.x\n"
	"# PASSED: 1 / 1 tests passed.\n"
	"# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0\n"
	"no newline at the end";

static const char expected[] =
	"# eevdf.c:30:x:Expected 1 (1) == 2 (2)\n"
	"# plain words\n"
	"# ?[2Jbell?\n"
	"# no newline at the end\n";

TEST_F(relay, any_chunk_size)
{
	size_t chunk;

	for (chunk = 1; chunk < 40; chunk++) {
		rewind(self->to);
		relay_init(&self->r, self->to, false);
		feed(&self->r, input, chunk);
		relay_end(&self->r, true);
		fflush(self->to);
		self->text[self->size] = '\0';
		ASSERT_STREQ(expected, self->text)
			TH_LOG("chunk %zu", chunk);
		relay_exit(&self->r);
	}
	relay_init(&self->r, self->to, false);
}

TEST_F(relay, held_until_wanted)
{
	relay_init(&self->r, self->to, true);
	feed(&self->r, input, 100);
	fflush(self->to);
	EXPECT_EQ(0, self->size);
	relay_end(&self->r, true);
	EXPECT_STREQ(expected, self->text);
}

TEST_F(relay, held_and_not_wanted)
{
	relay_init(&self->r, self->to, true);
	feed(&self->r, input, 100);
	relay_end(&self->r, false);
	EXPECT_EQ(0, self->size);
}

TEST_F(relay, endless_line_is_cut)
{
	char big[10000];

	memset(big, 'x', sizeof(big));
	relay_init(&self->r, self->to, false);
	relay_add(&self->r, big, sizeof(big));
	relay_add(&self->r, "\nnext\n", 6);
	relay_end(&self->r, true);
	EXPECT_LT(self->size, 5000);
	EXPECT_NE(NULL, strstr(self->text, "\n# next\n"));
}

TEST_HARNESS_MAIN
