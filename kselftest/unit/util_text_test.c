// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text from outside: what a terminal would obey does not get through.
 */
#include "kselftest_harness.h"

#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

static const struct {
	const char *what;
	const char *from;
	const char *to;
} cases[] = {
	{ "plain", "a b~\t!", "a b~\t!" },
	{ "a cleared screen", "\033[2Jx\033[3", "?[2Jx?[3" },
	{ "one-byte CSI", "\23331m", "?31m" },
	{ "U+009B, CSI in UTF-8", "\302\23331m", "??31m" },
	{ "U+0085, a new line", "a\302\205b", "a??b" },
	{ "a bell and a backspace", "\a\b", "??" },
	{ "delete", "\x7f", "?" },
	{ "letters beyond ASCII", "h\xc3\xb6her \xe2\x82\xac \xf0\x9f\x90\xa7",
	  "h\xc3\xb6her \xe2\x82\xac \xf0\x9f\x90\xa7" },
	{ "cut characters", "\xe2\x82", "??" },
	{ "overlong", "\xc0\x9b \xe0\x80\x9b", "?? ???" },
	{ "half of a pair", "\xed\xa0\x80", "???" },
	{ "beyond Unicode", "\xf4\x90\x80\x80", "????" },
	{ "from right to left", "\342\200\256abc", "???abc" },
	{ "an end of line of Unicode's", "a\342\200\250b", "a???b" },
};

TEST(fit_within_a_line)
{
	char buf[64], *text = NULL;
	size_t i, size;
	FILE *to;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(buf, sizeof(buf), "%s", cases[i].from);
		text_clean(buf);
		EXPECT_STREQ(cases[i].to, buf) {
			TH_LOG("%s", cases[i].what);
		}
		to = open_memstream(&text, &size);
		ASSERT_NE(NULL, to);
		text_put(to, cases[i].from, strlen(cases[i].from));
		fclose(to);
		EXPECT_STREQ(cases[i].to, text) {
			TH_LOG("%s", cases[i].what);
		}
		free(text);
	}
}

TEST(is_fit_what_stays_as_it_is)
{
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		len = strlen(cases[i].from);
		EXPECT_EQ(!strcmp(cases[i].from, cases[i].to),
			  text_is_fit(cases[i].from, len)) {
			TH_LOG("%s", cases[i].what);
		}
	}
	EXPECT_TRUE(text_is_fit("", 0));
	EXPECT_FALSE(text_is_fit("a\n", 2));
	EXPECT_FALSE(text_is_fit("a\0", 2));
	/* No byte behind the end is looked at. */
	EXPECT_TRUE(text_is_fit("a\033", 1));
	EXPECT_FALSE(text_is_fit("\xe2\x82\xac", 2));
}

TEST(buffers_of_fixed_size)
{
	char buf[8] = "a\033b\0cd", full[4] = { 'a', 'b', 'c', 'd' };

	text_clean_buf(buf, sizeof(buf));
	EXPECT_EQ(0, memcmp("a?b\0\0\0\0", buf, sizeof(buf)));
	text_clean_buf(full, sizeof(full));
	EXPECT_STREQ("abc", full);
	full[0] = 'x';
	text_clean_buf(full, 0);
	EXPECT_STREQ("xbc", full);
}

TEST(bytes_of_any_kind)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} bytes[] = {
		{ "one\ntwo", 7, "one?two" },
		{ "a\0b", 3, "a?b" },
		{ "\033[2Jx", 5, "?[2Jx" },
		{ "123456789", 9, "1234567" },
		/* A character that is cut is none. */
		{ "123456\xc3\xb6", 8, "123456?" },
		{ "", 0, "" },
	};
	char text[8], same[] = "a\0\xff";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		text_fit(text, sizeof(text), bytes[i].bytes, bytes[i].len);
		EXPECT_STREQ(bytes[i].text, text) {
			TH_LOG("case %zu", i);
		}
	}
	text_fit(same, sizeof(same), same, 3);
	EXPECT_STREQ("a??", same);
}

/* Of a text they are left out, in a name they are not expected. */
TEST(colors)
{
	static const char colored[] = "\033[1;31mred\033[0m \033[3";
	struct strbuf sb = STRBUF_INIT;
	char buf[sizeof(colored)], *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	ASSERT_NE(NULL, to);
	text_put(to, colored, strlen(colored));
	fclose(to);
	EXPECT_STREQ("red ?[3", text);
	free(text);
	text_add(&sb, colored, strlen(colored));
	EXPECT_STREQ("red ?[3", sb.text);
	strbuf_free(&sb);
	memcpy(buf, colored, sizeof(colored));
	text_clean(buf);
	EXPECT_STREQ("?[1;31mred?[0m ?[3", buf);
}

TEST(newlines)
{
	struct strbuf sb = STRBUF_INIT;
	char buf[] = "a\r\nb";
	char *text = NULL;
	size_t size;
	FILE *to;

	text_add(&sb, "a\r\n\033b\0c\n", 8);
	EXPECT_STREQ("a\n?b?c\n", sb.text);
	strbuf_free(&sb);
	to = open_memstream(&text, &size);
	ASSERT_NE(NULL, to);
	text_put(to, buf, strlen(buf));
	fclose(to);
	EXPECT_STREQ("a?b", text);
	free(text);
	text_clean(buf);
	EXPECT_STREQ("a??b", buf);
}

/* No byte or pair of bytes brings a control through. */
TEST(all_pairs)
{
	unsigned int a, b;
	char buf[3] = "";
	size_t n;

	for (a = 1; a < 256; a++) {
		for (b = 1; b < 256; b++) {
			buf[0] = (char)a;
			buf[1] = (char)b;
			text_clean(buf);
			for (n = 0; n < 2; n++) {
				unsigned char c = buf[n];

				ASSERT_TRUE(c == '\t' || c >= ' ');
				ASSERT_NE(0x7f, c);
			}
			ASSERT_FALSE((unsigned char)buf[0] == 0xc2 &&
				     (unsigned char)buf[1] < 0xa0);
			/* A byte of its own beyond ASCII is no UTF-8. */
			ASSERT_FALSE((unsigned char)buf[0] >= 0x80 &&
				     (unsigned char)buf[1] < 0x80);
		}
	}
}

TEST_HARNESS_MAIN
