// SPDX-License-Identifier: GPL-2.0-only
/*
 * A name that is none: the ones that were meant are offered, others are not.
 */
#include "kselftest_harness.h"

#include "lib/common/util/near.h"

static const char * const names[] = {
	"scx_simple", "scx_flatcg", "scx_central", "scx_qmap", "eevdf",
};

static const char *offered(const char *given, char *text)
{
	struct near near = { .given = given };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		near_offer(&near, names[i]);
	return near_text(&near, text);
}

TEST(a_slip_is_one_of_four)
{
	EXPECT_EQ(0U, near_distance("steady", "steady"));
	EXPECT_EQ(1U, near_distance("stedy", "steady"));
	EXPECT_EQ(1U, near_distance("steaddy", "steady"));
	EXPECT_EQ(1U, near_distance("staedy", "steady"));
	EXPECT_EQ(1U, near_distance("steadi", "steady"));
	EXPECT_EQ(6U, near_distance("", "steady"));
}

TEST(what_was_meant_is_offered)
{
	char text[NEAR_TEXT_SIZE];

	EXPECT_STREQ("; near: scx_flatcg", offered("scx_flatgc", text));
	EXPECT_STREQ("; near: eevdf", offered("evdf", text));
}

TEST(a_part_of_a_name_is_near)
{
	char text[NEAR_TEXT_SIZE];

	EXPECT_STREQ("; near: scx_central", offered("central", text));
}

TEST(nothing_near_is_nothing_offered)
{
	char text[NEAR_TEXT_SIZE];

	EXPECT_STREQ("", offered("rusty", text));
	EXPECT_STREQ("", offered("", text));
}

TEST(the_nearest_come_first_and_not_more_than_fit)
{
	struct near near = { .given = "aaaaaaaaa" };
	char text[NEAR_TEXT_SIZE];

	near_offer(&near, "aaaaaabbb");
	near_offer(&near, "aaaaaaabb");
	near_offer(&near, "aaaaaaaaa");
	near_offer(&near, "aaaaaaaab");
	EXPECT_STREQ("; near: aaaaaaaaa, aaaaaaaab, aaaaaaabb",
		     near_text(&near, text));
}

TEST(each_is_offered_once)
{
	struct near near = { .given = "steady" };
	char text[NEAR_TEXT_SIZE];

	near_offer_as(&near, "stedi", "*.steady");
	near_offer_as(&near, "stead", "scx.simple.steady");
	near_offer_as(&near, "steady", "*.steady");
	near_offer_as(&near, "steadyy", "*.steady");
	EXPECT_STREQ("; near: *.steady, scx.simple.steady",
		     near_text(&near, text));
	/* One that is there and comes forward pushes none out. */
	near_offer_as(&near, "stexy", "third");
	near_offer_as(&near, "steady", "third");
	EXPECT_STREQ("; near: *.steady, third, scx.simple.steady",
		     near_text(&near, text));
}

TEST(names_of_any_length)
{
	char text[NEAR_TEXT_SIZE], given[300], name[NEAR_NAME_SIZE + 50];
	struct near near = { .given = given };
	unsigned int i;

	memset(given, 'x', sizeof(given) - 1);
	given[sizeof(given) - 1] = '\0';
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (i = 0; i < NEAR_MAX; i++) {
		name[i] = 'y';
		near_offer(&near, name);
	}
	near_text(&near, text);
	EXPECT_EQ(8U + NEAR_MAX * (NEAR_NAME_SIZE - 1) + 2 * (NEAR_MAX - 1),
		  strlen(text));
}

TEST_HARNESS_MAIN
