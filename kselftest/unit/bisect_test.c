// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arithmetic of a bisection, with a tester that is no more than a coin: is the
 * planted commit found, as often as it is said to be, and in few runs?
 */
#include "kselftest_harness.h"

#include <stdlib.h>

#include "lib/common/util/util.h"
#include "lib/host/bisect/bisect.h"

#define ROUNDS		400
#define RUNS_MAX	1000

/* A tester: fails with a chance of @p from commit @first_bad on */
struct coin {
	size_t first_bad;
	double p;
	uint64_t state;
};

static double uniform(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*state >> 11) / (double)(1ULL << 53);
}

static enum bisect_result flip(struct coin *coin, size_t i)
{
	return i >= coin->first_bad && uniform(&coin->state) < coin->p ?
	       BISECT_FAIL : BISECT_PASS;
}

/* Return: how it ended; each commit of @skips, a bit for each, does not build. */
static enum bisect_state run(struct bisect *b, struct coin *coin,
			     unsigned long skips)
{
	enum bisect_state state;
	size_t i = 0;

	while ((state = bisect_next(b, &i)) == BISECT_GOES_ON &&
	       b->runs < RUNS_MAX)
		bisect_note(b, i, i < 64 && skips >> i & 1 ? BISECT_SKIP :
				  flip(coin, i));
	return state;
}

TEST(the_planted_commit_is_found)
{
	static const struct {
		const char *name;
		size_t commits;
		double p;
		double known;
		double confidence;
		unsigned int least;	/* found, of ROUNDS */
		double runs;		/* on average, at most */
	} cases[] = {
		{ "16, p 1, known", 17, 1, 1, 0.95, ROUNDS, 6.1 },
		{ "16, p 1", 17, 1, 0, 0.95, ROUNDS, 14 },
		{ "16, p 0.4", 17, 0.4, 0, 0.95, ROUNDS * 93 / 100, 45 },
		{ "16, p 0.4, known", 17, 0.4, 0.4, 0.95, ROUNDS * 93 / 100, 40 },
		{ "16, p 0.4, surer", 17, 0.4, 0, 0.99, ROUNDS * 98 / 100, 55 },
		{ "500, p 1", 501, 1, 0, 0.95, ROUNDS * 98 / 100, 22 },
		{ "500, p 0.8", 501, 0.8, 0, 0.95, ROUNDS * 93 / 100, 36 },
		{ "one", 2, 0.5, 0, 0.95, ROUNDS, 8 },
	};
	struct bisect_answer answer;
	struct bisect b;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int round, found = 0, runs = 0;

		for (round = 0; round < ROUNDS; round++) {
			struct coin coin = {
				.first_bad = 1 + round % (cases[i].commits - 1),
				.p = cases[i].p, .state = round * 7919 + 1,
			};

			ASSERT_EQ(0, bisect_init(&b, cases[i].commits,
						 cases[i].confidence,
						 cases[i].known));
			/* The bad end may pass too often by chance. */
			if (run(&b, &coin, 0) == BISECT_FOUND) {
				bisect_answer(&b, &answer);
				EXPECT_EQ(answer.from, answer.to);
				EXPECT_LE(cases[i].confidence, answer.chance);
				found += answer.from == coin.first_bad;
			}
			runs += b.runs;
			bisect_exit(&b);
		}
		TH_LOG("%s: found %u of %d, in %.1f runs on average",
		       cases[i].name, found, ROUNDS, (double)runs / ROUNDS);
		EXPECT_LE(cases[i].least, found) TH_LOG("%s", cases[i].name);
		EXPECT_GE(cases[i].runs, (double)runs / ROUNDS)
			TH_LOG("%s", cases[i].name);
	}
}

/* It is said which cannot be told apart, and what is tested is the others. */
TEST(what_cannot_be_tested_is_passed_over)
{
	static const struct {
		unsigned long skips;
		size_t first_bad;
		size_t from;
		size_t to;
	} cases[] = {
		{ 1 << 5, 5, 5, 6 }, { 1 << 5, 6, 5, 6 }, { 1 << 5, 7, 7, 7 },
		{ 0xff0, 8, 4, 12 }, { 0xff0, 3, 3, 3 }, { 0xff0, 13, 13, 13 },
		{ 0xfffe, 4, 1, 16 },
	};
	struct bisect_answer answer;
	struct bisect b;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct coin coin = { .first_bad = cases[i].first_bad, .p = 1 };

		ASSERT_EQ(0, bisect_init(&b, 17, 0.95, 1));
		EXPECT_EQ(BISECT_FOUND, run(&b, &coin, cases[i].skips))
			TH_LOG("case %zu", i);
		bisect_answer(&b, &answer);
		EXPECT_EQ(cases[i].from, answer.from) TH_LOG("case %zu", i);
		EXPECT_EQ(cases[i].to, answer.to) TH_LOG("case %zu", i);
		bisect_exit(&b);
	}
}

TEST(ends_that_are_not_what_they_are_said_to_be)
{
	static const struct {
		const char *name;
		size_t first_bad;
		double known;
		double p;
		unsigned long skips;
		enum bisect_state state;
	} cases[] = {
		{ "never fails", 99, 0, 1, 0, BISECT_NEVER_FAILS },
		{ "fails at the good end", 0, 0, 1, 0, BISECT_CONTRADICTS },
		{ "the good end does not build", 5, 0, 1, 1, BISECT_UNTESTED },
		{ "nor does the bad one", 5, 0, 1, 1 << 16, BISECT_UNTESTED },
	};
	struct bisect b;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct coin coin = {
			.first_bad = cases[i].first_bad, .p = cases[i].p,
		};

		ASSERT_EQ(0, bisect_init(&b, 17, 0.95, cases[i].known));
		EXPECT_EQ(cases[i].state, run(&b, &coin, cases[i].skips))
			TH_LOG("%s", cases[i].name);
		bisect_exit(&b);
	}
}

/* A pass that may not have been is no answer. */
TEST(a_test_that_was_to_fail_each_time_and_has_not)
{
	struct bisect b;
	size_t i = 0;

	ASSERT_EQ(0, bisect_init(&b, 17, 0.95, 1));
	bisect_note(&b, 16, BISECT_FAIL);
	bisect_note(&b, 16, BISECT_PASS);
	bisect_note(&b, 0, BISECT_PASS);
	EXPECT_EQ(BISECT_CONTRADICTS, bisect_next(&b, &i));
	bisect_exit(&b);
}

TEST(one_failure_is_proof_and_passes_are_not)
{
	struct bisect b;
	struct bisect_answer answer;
	double before;

	ASSERT_EQ(0, bisect_init(&b, 11, 0.95, 0));
	bisect_note(&b, 10, BISECT_FAIL);
	bisect_note(&b, 0, BISECT_PASS);
	bisect_note(&b, 4, BISECT_FAIL);
	bisect_answer(&b, &answer);
	EXPECT_EQ(0, b.commits[5].chance);
	EXPECT_LT(0.24, b.commits[4].chance);
	EXPECT_GT(0.26, b.commits[4].chance);
	before = b.commits[2].chance;
	bisect_note(&b, 2, BISECT_PASS);
	bisect_answer(&b, &answer);
	EXPECT_GT(before, b.commits[2].chance);
	EXPECT_LT(0, b.commits[2].chance);
	bisect_exit(&b);
}

TEST(what_makes_no_sense_is_refused)
{
	struct bisect b;

	EXPECT_EQ(-EINVAL, bisect_init(&b, 1, 0.95, 0));
	EXPECT_EQ(-EINVAL, bisect_init(&b, BISECT_MAX_COMMITS + 1, 0.95, 0));
	EXPECT_EQ(-EINVAL, bisect_init(&b, 3, 0.4, 0));
	EXPECT_EQ(-EINVAL, bisect_init(&b, 3, 1, 0));
	EXPECT_EQ(-EINVAL, bisect_init(&b, 3, 0.9, 1.1));
	EXPECT_EQ(-EINVAL, bisect_init(&b, 3, 0.9, -0.1));
}

TEST_HARNESS_MAIN
