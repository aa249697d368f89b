// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest prints: kept within bounds, cut into lines, and recognised
 * when it is a kernel's last word.
 */
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "vmm/console.h"

#define KEPT	(CONSOLE_HEAD_SIZE + CONSOLE_TAIL_SIZE)

/* Byte number @i of an endless text in which each place looks different. */
static char letter(uint64_t i)
{
	return "0123456789abcdefghijklmnopqrstuvwxyz."[(i * 7 + i / 37) % 37];
}

static void feed(struct console *c, uint64_t total, size_t chunk)
{
	char *bytes = malloc(chunk);
	uint64_t at = 0;

	while (at < total) {
		size_t n = min((uint64_t)chunk, total - at);
		size_t i;

		for (i = 0; i < n; i++)
			bytes[i] = letter(at + i);
		console_add(c, bytes, n);
		at += n;
	}
	free(bytes);
}

TEST(text_keeps_both_ends)
{
	static const struct {
		uint64_t total;
		size_t chunk;
	} cases[] = {
		{ 0, 1 },
		{ 1, 1 },
		{ CONSOLE_HEAD_SIZE - 1, 100 },
		{ CONSOLE_HEAD_SIZE, 4096 },
		{ CONSOLE_HEAD_SIZE + 1, 3 },
		{ KEPT, 32768 },
		{ KEPT + 1, 32768 },
		{ KEPT + 12345, 777 },
		{ 10 * KEPT + 3, 2 * KEPT },
	};
	size_t i, j, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t total = cases[i].total;
		uint64_t head = min(total, (uint64_t)CONSOLE_HEAD_SIZE);
		uint64_t tail = min(total - head, (uint64_t)CONSOLE_TAIL_SIZE);
		struct console c;
		const char *text;
		size_t wrong = 0;

		ASSERT_EQ(0, console_init(&c));
		feed(&c, total, cases[i].chunk);
		text = console_text(&c, &len);
		ASSERT_EQ(strlen(text), len);
		if (total > KEPT) {
			EXPECT_GT(len, KEPT);
			EXPECT_NE(NULL, strstr(text, " bytes left out]\n"));
		} else {
			EXPECT_EQ(total, len);
		}
		for (j = 0; j < head; j++)
			wrong += text[j] != letter(j);
		for (j = 0; j < tail; j++)
			wrong += text[len - tail + j] !=
				 letter(total - tail + j);
		EXPECT_EQ(0, wrong) {
			TH_LOG("case %zu: %zu bytes are wrong", i, wrong);
		}
		console_exit(&c);
	}
}

TEST(lines_are_cut_and_cleaned)
{
	struct line_cutter lc = { .len = 0 };
	char want[CONSOLE_LINE_MAX];
	const char *p;
	unsigned int lines = 0;
	unsigned int i;

	for (p = "one\r\n\x1b[1mtwo\xff\n\n"; *p; p++) {
		if (!line_cutter_add(&lc, *p))
			continue;
		EXPECT_STREQ(lines == 0 ? "one" :
			     lines == 1 ? "?[1mtwo?" : "", lc.line);
		lines++;
	}
	EXPECT_EQ(3, lines);

	for (i = 0; i < 10 * CONSOLE_LINE_MAX; i++)
		EXPECT_FALSE(line_cutter_add(&lc, 'x'));
	EXPECT_TRUE(line_cutter_add(&lc, '\n'));
	memset(want, 'x', sizeof(want));
	want[sizeof(want) - 1] = '\0';
	EXPECT_STREQ(want, lc.line);
	EXPECT_TRUE(line_cutter_add(&lc, '\n'));
	EXPECT_STREQ("", lc.line);
}

TEST(banner_names_the_cause)
{
	static const struct {
		const char *lines[6];
		bool seen;
		const char *message;
	} cases[] = {
		{ { "[    0.5] Run /init as init process" }, false, "" },
		{ { "Kernel panic - not syncing: sysrq triggered crash" }, true,
		  "Kernel panic - not syncing: sysrq triggered crash" },
		{ { "[    1.123456][   T1] Kernel panic - not syncing: VFS" },
		  true, "Kernel panic - not syncing: VFS" },
		{ { "[    2.0] BUG: stack guard page was hit",
		    "[    2.0] #PF: supervisor write access in kernel mode",
		    "[    2.0] Oops: Oops: 0002 [#1] SMP NOPTI",
		    "[    2.1] RIP: 0010:sysrq_handle_crash+0x1a/0x20",
		    "[    2.2] Kernel panic - not syncing: Fatal exception" },
		  true,
		  "Kernel panic - not syncing: Fatal exception (BUG: stack guard page was hit)" },
		{ { "[    2.0] kernel BUG at mm/slub.c:1!",
		    "[    2.0] Oops: invalid opcode: 0000 [#1] SMP" },
		  true, "kernel BUG at mm/slub.c:1!" },
		{ { "[    3.0] Oops: general protection fault, kernel NULL" },
		  true, "Oops: general protection fault, kernel NULL" },
		/* These do not end a kernel. */
		{ { "[    9.0] BUG: workqueue lockup - pool cpus=1" }, false,
		  "BUG: workqueue lockup - pool cpus=1" },
		{ { "[    9.0] watchdog: BUG: soft lockup - CPU#1 stuck" },
		  false, "" },
		{ { "# the test says Kernel panic - not syncing" }, false, "" },
		/* The first panic is the one; a second comes of it. */
		{ { "Kernel panic - not syncing: one",
		    "Kernel panic - not syncing: two", "BUG: three" }, true,
		  "Kernel panic - not syncing: one" },
		{ { "[", "]", "[[[[[", "", "[ 1]" }, false, "" },
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct banner b = { .panic_ns = 0 };
		char message[256];

		for (j = 0; j < 6 && cases[i].lines[j]; j++)
			banner_scan(&b, cases[i].lines[j], 1000 + j);
		EXPECT_EQ(cases[i].seen, banner_seen(&b));
		banner_message(&b, message, sizeof(message));
		EXPECT_STREQ(cases[i].message, message) {
			TH_LOG("case %zu", i);
		}
		EXPECT_EQ(b.panic[0] != '\0', b.panic_ns != 0);
	}
}

TEST(halt_is_an_end_but_no_panic)
{
	static const struct {
		const char *line;
		bool halted;
	} cases[] = {
		{ "[   10.5] reboot: System halted", true },
		{ "[   10.5] reboot: Power off not available: System halted instead",
		  true },
		{ "[   10.5] reboot: Restarting system", false },
		{ "# reboot: System halted", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct banner b = { .panic_ns = 0 };

		banner_scan(&b, cases[i].line, 1);
		EXPECT_EQ(cases[i].halted, b.halted);
		EXPECT_FALSE(banner_seen(&b));
	}
}

TEST_HARNESS_MAIN
