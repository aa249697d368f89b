// SPDX-License-Identifier: GPL-2.0-only
/*
 * What cgroups get, by files as the kernel has them: who is compared with whom,
 * and what a period is.
 */
#include "kselftest_harness.h"

#include <limits.h>
#include <sys/stat.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/run.h"

#define N_GROUPS	3

static const struct work_spec spins = WORK(CPU_SPIN);
static const struct work_spec sleeps = WORK(BURSTY);

FIXTURE(shares)
{
	struct ktstr_ctx ctx;
	struct scenario *s;
	/* The last second has lasted so long at least, and at most. */
	double least_ms;
	double most_ms;
};

static void put_used(FIXTURE_DATA(shares) *self, const char *name,
		     unsigned int used_ms)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", self->ctx.cgroup, name);
	mkdir(path, 0700);
	strcat(path, "/cpu.stat");
	f = fopen(path, "we");
	if (!f)
		return;
	fprintf(f, "usage_usec %u000\nuser_usec 1\n", used_ms);
	fclose(f);
}

/* Two workers in each, who always want one of four CPUs */
FIXTURE_SETUP(shares)
{
	static const char * const names[N_GROUPS] = { "cg_0", "cg_1", "cg_2" };
	unsigned int i;

	snprintf(self->ctx.cgroup, sizeof(self->ctx.cgroup),
		 "/tmp/ktstr-shares-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->ctx.cgroup));
	check_limits_default(&self->ctx.limits);
	self->ctx.limits.max_share_error_pct = 25;
	self->s = calloc(1, sizeof(*self->s));
	ASSERT_NE(NULL, self->s);
	self->s->ctx = &self->ctx;
	for (i = 0; i < 4; i++)
		CPU_SET(i, &self->s->machine.online);
	for (i = 0; i < N_GROUPS; i++) {
		struct live_cgroup *g = group_place(self->s, names[i]);

		g->period_us = CGROUP_PERIOD_US;
		self->s->crews[i] = (struct crew){
			.name = names[i], .where = g, .work = &spins,
			.n_workers = 2, .begun = true,
		};
		put_used(self, names[i], 1000);
	}
}

FIXTURE_TEARDOWN(shares)
{
	folder_remove(self->ctx.cgroup);
	free(self->s);
}

/* A second in which they have used so much */
static void second(FIXTURE_DATA(shares) *self, unsigned int a_ms,
		   unsigned int b_ms, unsigned int c_ms)
{
	const unsigned int used_ms[N_GROUPS] = { a_ms, b_ms, c_ms };
	uint64_t begin_ns;
	unsigned int i;

	for (i = 0; i < N_GROUPS; i++)
		put_used(self, self->s->groups[i].name,
			 self->s->groups[i].used_before_ns / NSEC_PER_MSEC +
			 used_ms[i]);
	begin_ns = self->s->period.begin_ns -= NSEC_PER_SEC;
	self->least_ms = (clock_now_ns() - begin_ns) / 1e6;
	shares_look(self->s);
	self->most_ms = (clock_now_ns() - begin_ns) / 1e6;
}

static const struct check_share *share(FIXTURE_DATA(shares) *self,
				       unsigned int i)
{
	return shares_of(self->s, &self->s->groups[i]);
}

static bool is_near(double a, double b)
{
	return a > b - 1 && a < b + 1;
}

/*
 * Is @pct what @used_ms of a fifth of the last second are, if as much as @more_ms
 * beyond that was allowed?
 */
static bool is_beyond(FIXTURE_DATA(shares) *self, double pct, double used_ms,
		      double more_ms)
{
	double least_ms = self->least_ms / 5, most_ms = self->most_ms / 5;

	return pct < 100 * (used_ms - more_ms - least_ms) / least_ms + 1 &&
	       pct > 100 * (used_ms - more_ms - most_ms) / most_ms - 1;
}

TEST_F(shares, weights_say_what_is_due)
{
	const struct check_share *s;

	self->s->groups[1].weight = 200;
	shares_begin(self->s);
	second(self, 1000, 1000, 1000);
	s = share(self, 1);
	ASSERT_NE(NULL, s);
	EXPECT_EQ(1U, s->periods);
	EXPECT_EQ(1000 * NSEC_PER_MSEC, s->used_ns);
	EXPECT_EQ(1500 * NSEC_PER_MSEC, s->due_ns);
	EXPECT_EQ(3000 * NSEC_PER_MSEC, s->all_ns);
	EXPECT_TRUE(is_near(s->lacked_pct, 100.0 / 3));
	EXPECT_STREQ("cg_0", s->most);
	EXPECT_EQ(0, share(self, 0)->lacked_pct);
}

/* Each second is looked at: in the sum over two, all got the same. */
TEST_F(shares, all_and_nothing_in_turn_is_not_fair)
{
	shares_begin(self->s);
	second(self, 2000, 0, 0);
	second(self, 0, 2000, 0);
	second(self, 0, 0, 2000);
	EXPECT_EQ(3U, share(self, 0)->periods);
	EXPECT_TRUE(is_near(share(self, 0)->due_ns / 1e6,
			    share(self, 0)->used_ns / 1e6));
	EXPECT_TRUE(is_near(share(self, 0)->lacked_pct, 200));
}

TEST_F(shares, who_waits_for_something_else_wanted_no_more)
{
	self->s->crews[0].work = &sleeps;
	shares_begin(self->s);
	second(self, 100, 1000, 1000);
	EXPECT_EQ(0, share(self, 0)->lacked_pct);
	EXPECT_EQ(0, share(self, 1)->lacked_pct);

	self->s->crews[0].work = &spins;
	self->s->crews[0].bound = true;
	second(self, 100, 1000, 1000);
	self->s->crews[0].bound = false;
	self->s->groups[0].frozen = true;
	second(self, 0, 1000, 1000);
	EXPECT_EQ(0, share(self, 0)->lacked_pct);
	self->s->groups[0].frozen = false;
	second(self, 100, 1000, 1000);
	EXPECT_TRUE(is_near(share(self, 0)->lacked_pct, 100 - 100.0 / 7));
}

TEST_F(shares, others_cpus_are_not_its_own)
{
	CPU_CLR(3, &self->s->groups[0].cpus);
	shares_begin(self->s);
	second(self, 100, 1000, 1000);
	EXPECT_EQ(100 * NSEC_PER_MSEC, share(self, 0)->all_ns);
	EXPECT_EQ(0, share(self, 0)->lacked_pct);
	EXPECT_EQ(2000 * NSEC_PER_MSEC, share(self, 1)->all_ns);
}

TEST_F(shares, who_is_within_another_is_no_neighbour)
{
	self->s->groups[1].name = "cg_0/a";
	self->s->groups[2].name = "cg_0/b";
	put_used(self, "cg_0/a", 1000);
	put_used(self, "cg_0/b", 1000);
	shares_begin(self->s);
	second(self, 1500, 500, 1000);
	EXPECT_EQ(1500 * NSEC_PER_MSEC, share(self, 0)->all_ns);
	EXPECT_EQ(1500 * NSEC_PER_MSEC, share(self, 1)->all_ns);
	EXPECT_TRUE(is_near(share(self, 1)->lacked_pct, 100.0 / 3));
}

TEST_F(shares, a_quota_caps_what_is_due_and_is_to_be_kept)
{
	self->s->groups[0].quota_us = 20000;
	shares_begin(self->s);
	second(self, 200, 1000, 1000);
	EXPECT_EQ(0, share(self, 0)->quota_beyond_pct);
	EXPECT_EQ(1U, share(self, 0)->quota_periods);
	EXPECT_EQ(0U, share(self, 1)->quota_periods);
	/* It lacks what that second was longer. */
	EXPECT_TRUE(is_beyond(self, -share(self, 0)->lacked_pct, 200, 0));
	/* Far beyond 200 ms and 20 for the ends, however long this one takes. */
	second(self, 4000, 1000, 1000);
	EXPECT_TRUE(is_beyond(self, share(self, 0)->quota_beyond_pct, 4000, 20));
}

TEST_F(shares, what_the_host_took_is_told_apart)
{
	struct wire_steal steal = { };

	self->ctx.steal = &steal;
	shares_begin(self->s);
	self->s->period.n_cpus = 2;
	self->s->period.cpu_us[0] = -300000;
	self->s->period.cpu_us[1] = -100000;
	second(self, 200, 800, 800);
	EXPECT_TRUE(is_near(share(self, 0)->lacked_pct, 100 * 400 / 600.0));
	EXPECT_TRUE(is_near(share(self, 0)->own_lacked_pct, 100 * 200 / 600.0));
}

/* Be it at once or not, for so long nobody could have stopped it. */
TEST_F(shares, who_is_away_cannot_be_stopped)
{
	struct wire_steal steal = { };

	self->ctx.steal = &steal;
	self->s->groups[0].quota_us = 20000;
	shares_begin(self->s);
	self->s->looked.n_cpus = 1;
	self->s->looked.cpu_us[0] = -30000;
	shares_look(self->s);
	self->s->looked.n_cpus = 1;
	self->s->looked.cpu_us[0] = -20000;
	second(self, 4000, 1000, 1000);
	EXPECT_TRUE(is_beyond(self, share(self, 0)->quota_beyond_pct, 4000, 20));
	EXPECT_TRUE(is_beyond(self, share(self, 0)->own_quota_beyond_pct, 4000,
			      80));
}

TEST_F(shares, what_is_short_does_not_count)
{
	shares_begin(self->s);
	shares_look(self->s);
	shares_end(self->s);
	EXPECT_EQ(NULL, share(self, 0));
	shares_begin(self->s);
	self->s->period.begin_ns -= 600 * NSEC_PER_MSEC;
	shares_look(self->s);
	EXPECT_EQ(NULL, share(self, 0));
	shares_end(self->s);
	EXPECT_EQ(1U, share(self, 0)->periods);
}

/* Nobody reads files for what nobody wants to know. */
TEST_F(shares, without_a_limit_nothing_is_read)
{
	self->ctx.limits.max_share_error_pct = CHECK_OFF;
	folder_remove(self->ctx.cgroup);
	shares_begin(self->s);
	self->s->period.begin_ns -= NSEC_PER_SEC;
	shares_look(self->s);
	shares_end(self->s);
	EXPECT_EQ(0U, self->ctx.result.n_details);

	self->ctx.limits.max_quota_excess_pct = 10;
	shares_begin(self->s);
	ASSERT_EQ(1U, self->ctx.result.n_details);
	EXPECT_STREQ("cgroup 'cg_0': what CPU time it has used cannot be read: No such file or directory",
		     self->ctx.result.details[0].text);
}

TEST_HARNESS_MAIN
