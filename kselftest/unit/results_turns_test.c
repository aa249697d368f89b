// SPDX-License-Identifier: GPL-2.0-only
/*
 * Turns of A and B: their order, what of a sidecar counts, and whether what is so is
 * found in turns as noisy as those of a guest.
 */
#include "kselftest_harness.h"

#include <json-c/json.h>
#include <math.h>

#include "lib/common/quantity.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/turns.h"
#include "lib/host/report/quantity_json.h"
#include "lib/host/results/compare.h"
#include "lib/host/results/turns.h"

/* ---- their order ---- */

TEST(the_order_is_drawn_and_stays)
{
	unsigned int seed, pair, first, same;

	for (seed = 1; seed <= 20; seed++) {
		first = 0;
		same = 0;
		for (pair = 0; pair < 200; pair++) {
			first += turns_b_first(seed, pair);
			same += turns_b_first(seed, pair) ==
				turns_b_first(seed + 1, pair);
			EXPECT_EQ(turns_b_first(seed, pair),
				  turns_b_first(seed, pair));
		}
		/* Four standard deviations of 200 coins, and a bit */
		EXPECT_LT(70U, first) TH_LOG("seed %u", seed);
		EXPECT_GT(130U, first) TH_LOG("seed %u", seed);
		EXPECT_LT(70U, same) TH_LOG("seed %u", seed);
		EXPECT_GT(130U, same) TH_LOG("seed %u", seed);
	}
}

/* ---- what counts ---- */

FIXTURE(turns)
{
	struct json_object *doc;
	struct json_object *list;
	struct turns t;
};

FIXTURE_SETUP(turns)
{
	self->doc = json_object_new_object();
	self->list = json_object_new_array();
	json_object_object_add(self->doc, "turns", self->list);
}

FIXTURE_TEARDOWN(turns)
{
	turns_free(&self->t);
	json_object_put(self->doc);
}

static void add_turn(struct json_object *list, int side, double steal_pct,
		     double work)
{
	struct json_object *turn = json_object_new_object();
	struct turn_quantities q;

	quantities_forget(PER_TURN, &q);
	q.side = side;
	q.steal_pct = steal_pct;
	q.work_per_s = work;
	quantities_to_json(turn, PER_TURN, &q);
	json_object_array_add(list, turn);
}

static double work_of(const struct turns *t, unsigned int side, size_t row)
{
	const struct result_set *set = &t->sets[side];
	size_t i;

	for (i = 0; i < set->n_metrics; i++)
		if (!strcmp(set->metrics[i].name, "work_per_s"))
			return set->rows[row].values[i];
	return NAN;
}

TEST_F(turns, two_that_follow_each_other_are_a_pair)
{
	add_turn(self->list, 0, 1, 100);
	add_turn(self->list, 1, 3, 90);
	add_turn(self->list, 1, 2, 91);
	add_turn(self->list, 0, 2, 101);
	ASSERT_EQ(0, turns_of(self->doc, &self->t));
	ASSERT_EQ(2U, self->t.n_pairs);
	EXPECT_EQ(0U, self->t.n_stolen + self->t.n_broken);
	EXPECT_EQ(2, self->t.steal_pct);
	EXPECT_EQ(100, work_of(&self->t, 0, 0));
	EXPECT_EQ(90, work_of(&self->t, 1, 0));
	EXPECT_EQ(101, work_of(&self->t, 0, 1));
	EXPECT_EQ(91, work_of(&self->t, 1, 1));
	EXPECT_STREQ("pair 001", self->t.sets[1].rows[1].dimensions[RECORD_TEST]);
}

TEST_F(turns, a_pair_of_which_the_host_took_too_much_is_left_out)
{
	add_turn(self->list, 0, 50 + TURNS_STEAL_PCT, 100);
	add_turn(self->list, 1, 50, 90);
	add_turn(self->list, 1, 50, 91);
	add_turn(self->list, 0, 50.1 + TURNS_STEAL_PCT, 101);
	add_turn(self->list, 0, NAN, 91);
	add_turn(self->list, 1, 50, 101);
	ASSERT_EQ(0, turns_of(self->doc, &self->t));
	EXPECT_EQ(50, self->t.usual_steal_pct);
	EXPECT_EQ(1U, self->t.n_pairs);
	EXPECT_EQ(2U, self->t.n_stolen);
	EXPECT_EQ(0U, self->t.n_broken);
}

/* Where it takes nearly all it is not usual, but too much. */
TEST_F(turns, a_machine_that_is_never_there_says_nothing)
{
	int i;

	for (i = 0; i < 20; i++)
		add_turn(self->list, i % 2, TURNS_STEAL_MAX_PCT + 1, 100);
	ASSERT_EQ(0, turns_of(self->doc, &self->t));
	EXPECT_EQ(0U, self->t.n_pairs);
	EXPECT_EQ(10U, self->t.n_stolen);
}

TEST_F(turns, what_is_not_whole_is_left_out)
{
	struct json_object *odd = json_object_new_object();

	add_turn(self->list, 0, 0, 100);
	add_turn(self->list, 0, 0, 100);
	add_turn(self->list, 1, 0, 100);
	add_turn(self->list, 1, 0, 100);
	add_turn(self->list, 7, 0, 100);
	add_turn(self->list, 0, 0, 100);
	json_object_array_add(self->list, NULL);
	json_object_array_add(self->list, json_object_new_string("x"));
	json_object_object_add(odd, "side", json_object_new_string("0"));
	json_object_object_add(odd, "work_per_s", json_object_new_double(1e308));
	json_object_array_add(self->list, odd);
	ASSERT_EQ(0, turns_of(self->doc, &self->t));
	EXPECT_EQ(0U, self->t.n_pairs);
	EXPECT_EQ(0U, self->t.n_stolen);
	EXPECT_EQ(5U, self->t.n_broken);
}

TEST(a_sidecar_may_have_no_turns)
{
	static const char * const docs[] = {
		"{}", "{\"turns\": null}", "{\"turns\": 3}",
		"{\"turns\": []}", "{\"turns\": {\"a\": 1}}",
	};
	struct json_object *doc;
	struct turns t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(docs); i++) {
		doc = json_tokener_parse(docs[i]);
		ASSERT_NE(NULL, doc);
		EXPECT_EQ(0, turns_of(doc, &t)) TH_LOG("%s", docs[i]);
		EXPECT_EQ(0U, t.n_pairs + t.n_broken) TH_LOG("%s", docs[i]);
		turns_free(&t);
		json_object_put(doc);
	}
}

/* ---- what is found ---- */

static double uniform(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*state >> 11) / (double)(1ULL << 53);
}

/* Of two turns that follow each other some noise is common. */
static double normal(uint64_t *state)
{
	double sum = 0;
	int i;

	for (i = 0; i < 12; i++)
		sum += uniform(state);
	return sum - 6;
}

static bool is_worse(unsigned int pairs, double slow, double noise,
		     uint64_t seed)
{
	struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	uint64_t state = seed * 0x9e3779b97f4a7c15ULL;
	struct comparison c;
	struct turns t;
	bool worse = false;
	unsigned int i;

	json_object_object_add(doc, "turns", list);
	for (i = 0; i < pairs; i++) {
		double pace = 1e6 * (1 + 0.1 * normal(&state));
		double a = pace * (1 + noise * normal(&state));
		double b = pace * (1 - slow) * (1 + noise * normal(&state));

		if (turns_b_first(seed, i))
			add_turn(list, 1, 0, b);
		add_turn(list, 0, 0, a);
		if (!turns_b_first(seed, i))
			add_turn(list, 1, 0, b);
	}
	if (!turns_of(doc, &t) &&
	    !compare_sets(&t.sets[0], &t.sets[1], seed, &c)) {
		worse = compare_is_worse(&c);
		comparison_free(&c);
	}
	turns_free(&t);
	json_object_put(doc);
	return worse;
}

TEST(five_percent_are_found_and_nothing_is_not)
{
	static const struct {
		const char *name;
		unsigned int pairs;
		double slow;
		double noise;
		unsigned int least;	/* of 100 */
		unsigned int most;
	} cases[] = {
		{ "5 %, 20 pairs, noise 2 %", 20, 0.05, 0.02, 99, 100 },
		{ "5 %, 20 pairs, noise 3 %", 20, 0.05, 0.03, 95, 100 },
		{ "nothing, 20 pairs, noise 3 %", 20, 0, 0.03, 0, 3 },
		{ "nothing, 8 pairs, noise 3 %", 8, 0, 0.03, 0, 3 },
		{ "1 %, which is within the gate", 100, 0.01, 0.01, 0, 0 },
	};
	unsigned int found, seed;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (found = 0, seed = 1; seed <= 100; seed++)
			found += is_worse(cases[i].pairs, cases[i].slow,
					  cases[i].noise, seed);
		TH_LOG("%s: found %u of 100", cases[i].name, found);
		EXPECT_LE(cases[i].least, found) TH_LOG("%s", cases[i].name);
		EXPECT_GE(cases[i].most, found) TH_LOG("%s", cases[i].name);
	}
}

TEST_HARNESS_MAIN
