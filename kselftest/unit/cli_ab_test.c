// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `ab` makes of turns: worse, not worse, or too few of them to tell.
 */
#include "kselftest_harness.h"

#include <json-c/json.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/common/quantity.h"
#include "lib/common/util/util.h"
#include "lib/host/cli/ab.h"
#include "lib/host/report/quantity_json.h"
#include "lib/host/report/sidecar.h"
#include "lib/host/results/turns.h"

#define FEW	4
#define STOLEN	5

FIXTURE(ab)
{
	struct json_object *doc;
	struct json_object *list;
	struct ab_args args;
	char *out;
};

FIXTURE_SETUP(ab)
{
	self->doc = json_object_new_object();
	self->list = json_object_new_array();
	json_object_object_add(self->doc, "format",
			       json_object_new_string(SIDECAR_FORMAT));
	json_object_object_add(self->doc, "version",
			       json_object_new_int(SIDECAR_VERSION));
	json_object_object_add(self->doc, "result",
			       json_object_new_string("pass"));
	json_object_object_add(self->doc, "turns", self->list);
	self->args = (struct ab_args){
		.given = { "old", "new" }, .seed = 1, .turn_ms = 1000,
	};
}

FIXTURE_TEARDOWN(ab)
{
	json_object_put(self->doc);
	free(self->out);
}

/* Work, and as many of the other quantities that are judged as asked for */
static void add_turn(FIXTURE_DATA(ab) *self, int side, double steal_pct,
		     double work, bool others)
{
	struct json_object *turn = json_object_new_object();
	struct turn_quantities q;

	quantities_forget(PER_TURN, &q);
	q.side = side;
	q.steal_pct = steal_pct;
	q.work_per_s = work;
	if (others) {
		q.iterations_per_s = 1000;
		q.wait_us = 500;
		q.migrations_per_s = 100;
		q.wake_ns_p50 = 50000;
		q.wake_ns_p99 = 500000;
	}
	quantities_to_json(turn, PER_TURN, &q);
	json_object_array_add(self->list, turn);
}

/*
 * Pairs in which B does less, by @less of A and by @scatter more and less than that
 * in turn. Nothing else differs.
 */
static void add_pairs(FIXTURE_DATA(ab) *self, unsigned int n, double less,
		      double scatter, bool others)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		double a = 1e6 * (1 + i % 3);

		add_turn(self, 0, 0, a, others);
		add_turn(self, 1, 0,
			 a * (1 - less + (i % 2 ? scatter : -scatter)), others);
	}
}

/* Return: as ab_judge(); what it prints is in @out. */
static int judge(FIXTURE_DATA(ab) *self)
{
	const char *text = json_object_to_json_string(self->doc);
	size_t len = strlen(text), size;
	char path[64], err[CLI_ERR_SIZE];
	int fd = memfd_create("sidecar", MFD_CLOEXEC), ret;
	FILE *to;

	free(self->out);
	self->out = NULL;
	to = open_memstream(&self->out, &size);
	if (fd < 0 || !to || write(fd, text, len) != (ssize_t)len)
		return -EIO;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ret = ab_judge(&self->args, path, to, err);
	fclose(to);
	close(fd);
	return ret;
}

static void forget_turns(FIXTURE_DATA(ab) *self)
{
	self->list = json_object_new_array();
	json_object_object_add(self->doc, "turns", self->list);
}

#define EXPECT_SAID(words)						\
	EXPECT_NE(NULL, strstr(self->out, words)) TH_LOG("%s", self->out)

/* No five pairs tell that B is not worse: it may be so in all, by chance. */
TEST_F(ab, few_pairs_do_not_tell_that_it_is_not_worse)
{
	static const struct {
		unsigned int pairs;
		double less, scatter;
		bool others;
		int status;
		const char *says;
	} cases[] = {
		{ 4, 0, 0.01, true, FEW, " 4 pairs are too few to tell, 10 are needed" },
		{ 5, 0, 0.01, true, FEW, " 5 pairs are too few to tell, 10 are needed" },
		/* The interval has nothing but worse in it. */
		{ 5, 0.08, 0.04, true, FEW, " 5 pairs are too few to tell, 10 are needed" },
		{ 9, 0, 0.01, true, FEW, " 9 pairs are too few to tell, 10 are needed" },
		{ 10, 0, 0.01, true, 0, "B is not worse than A, as far as 10 pairs tell" },
		/* Where less is judged, less can be chance. */
		{ 6, 0, 0.01, false, FEW, " 6 pairs are too few to tell, 7 are needed" },
		{ 7, 0, 0.01, false, 0, "B is not worse than A, as far as 7 pairs tell" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		forget_turns(self);
		add_pairs(self, cases[i].pairs, cases[i].less,
			  cases[i].scatter, cases[i].others);
		EXPECT_EQ(cases[i].status, judge(self)) TH_LOG("case %zu", i);
		EXPECT_SAID(cases[i].says);
	}
}

TEST_F(ab, what_looks_worse_in_five_pairs_is_named)
{
	add_pairs(self, 5, 0.08, 0.04, true);
	EXPECT_EQ(FEW, judge(self));
	EXPECT_SAID("\nmay be worse: work_per_s -");
	EXPECT_EQ(NULL, strstr(self->out, "not worse"));
}

/* Where turns hardly differ, five are enough for that. */
TEST_F(ab, few_pairs_may_tell_that_it_is_worse)
{
	add_pairs(self, 5, 0.5, 0.001, true);
	EXPECT_EQ(1, judge(self));
	EXPECT_SAID("\nworse: work_per_s -50");
	EXPECT_SAID("B is worse than A in 1 quantities");
	forget_turns(self);
	add_pairs(self, 4, 0.5, 0.001, true);
	EXPECT_EQ(FEW, judge(self));
}

/* Sure by itself, and one of six: neither worse, nor not. */
TEST_F(ab, what_may_be_chance_is_left_open)
{
	add_pairs(self, 12, 0.05, 0.0678, true);
	EXPECT_EQ(FEW, judge(self));
	EXPECT_SAID("\nmay be worse: work_per_s -");
	EXPECT_SAID("B may be worse than A in 1 quantities, and 12 pairs are too few to be sure");
	/* More of the same make it sure. */
	add_pairs(self, 36, 0.05, 0.0678, true);
	EXPECT_EQ(1, judge(self));
	EXPECT_EQ(NULL, strstr(self->out, "may be worse"));
}

/* What is better, or worse by less than anybody minds, is not in question. */
TEST_F(ab, only_what_is_worse_by_its_gate_is_open)
{
	add_pairs(self, 12, -0.05, 0.0678, true);
	EXPECT_EQ(0, judge(self)) TH_LOG("%s", self->out);
	forget_turns(self);
	add_pairs(self, 12, 0.01, 0.0136, true);
	EXPECT_EQ(0, judge(self)) TH_LOG("%s", self->out);
}

/* Pairs enough, of which each quantity has half. */
TEST_F(ab, few_values_do_not_tell_either)
{
	struct turn_quantities q;
	struct json_object *turn;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		quantities_forget(PER_TURN, &q);
		q.side = i % 2;
		q.steal_pct = 0;
		if (i < 8)
			q.work_per_s = 1e6;
		else
			q.iterations_per_s = 1000;
		turn = json_object_new_object();
		quantities_to_json(turn, PER_TURN, &q);
		json_object_array_add(self->list, turn);
	}
	EXPECT_EQ(FEW, judge(self));
	EXPECT_SAID(" 8 pairs have too few values to tell");
}

TEST_F(ab, pairs_that_the_host_took_are_its_doing)
{
	unsigned int i;

	add_pairs(self, 8, 0, 0.01, true);
	for (i = 0; i < 6; i++)
		add_turn(self, i % 2, 60, 1e6, true);
	EXPECT_EQ(STOLEN, judge(self));
	EXPECT_SAID("INCONCLUSIVE: 8 pairs are too few, and of 3 the host took too much");
	add_pairs(self, 4, 0, 0.01, true);
	EXPECT_EQ(0, judge(self)) TH_LOG("%s", self->out);
}

TEST_F(ab, a_run_that_failed_says_nothing)
{
	add_pairs(self, 20, 0, 0.01, true);
	json_object_object_add(self->doc, "result",
			       json_object_new_string("fail"));
	json_object_object_add(self->doc, "reason",
			       json_object_new_string("it died"));
	EXPECT_EQ(1, judge(self));
	EXPECT_SAID("the run says nothing of it: it died");
}

TEST_HARNESS_MAIN
