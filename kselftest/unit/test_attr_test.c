// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes: inner levels go before outer ones, nonsense is refused.
 */
#include <limits.h>

#include "kselftest_harness.h"

#include "lib/test/attr.h"

static const struct scheduler some_scheduler = {
	.name = "some", .binary = "scx_some", .args = { "-s" },
	.topology = TOPOLOGY(1, 1, 3, 1), .limits = { .max_gap_ms = 77 },
};

static const struct scheduler no_process = { .name = "eevdf" };

FIXTURE(attr)
{
	struct ktstr_attr levels[ATTR_MAX_LEVELS];
	struct ktstr_test test;
	struct ktstr_merged merged;
	char err[256];
};

FIXTURE_SETUP(attr)
{
	unsigned int i;

	memset(self, 0, sizeof(*self));
	self->test = (struct ktstr_test){ .fixture = "fix", .variant = "",
					  .name = "name" };
	for (i = 0; i < ARRAY_SIZE(self->levels); i++)
		self->test.levels[i] = &self->levels[i];
}

FIXTURE_TEARDOWN(attr)
{
}

static int merge(FIXTURE_DATA(attr) *self)
{
	self->err[0] = '\0';
	return attr_merge(&self->test, &self->merged, self->err,
			  sizeof(self->err));
}

TEST_F(attr, defaults)
{
	ASSERT_EQ(0, merge(self));
	EXPECT_EQ(2U, topology_cpus(&self->merged.attr.topology));
	EXPECT_EQ(2U, self->merged.attr.duration_s);
	EXPECT_EQ(2U, self->merged.attr.workers);
	EXPECT_EQ(2000U, self->merged.attr.limits.max_gap_ms);
	EXPECT_EQ(0U, self->merged.n_sched_args);
	EXPECT_EQ(NULL, self->merged.attr.scheduler);
}

TEST_F(attr, a_missing_level_is_none)
{
	self->test.levels[1] = NULL;
	self->levels[0].duration_s = 7;
	ASSERT_EQ(0, merge(self));
	EXPECT_EQ(7U, self->merged.attr.duration_s);
}

TEST_F(attr, inner_levels_win)
{
	self->levels[0] = (struct ktstr_attr){
		.topology = TOPOLOGY(1, 1, 4, 1), .duration_s = 1,
		.workers = 5, .kernel_args = "a", .kaslr = true,
		.limits = { .max_gap_ms = 1, .max_spread_pct = 9 },
	};
	self->levels[1].duration_s = 2;
	self->levels[1].kernel_args = "b";
	self->levels[2].duration_s = 3;
	self->levels[2].limits.max_gap_ms = 3;
	ASSERT_EQ(0, merge(self));
	EXPECT_EQ(3U, self->merged.attr.duration_s);
	EXPECT_EQ(5U, self->merged.attr.workers);
	EXPECT_STREQ("b", self->merged.attr.kernel_args);
	EXPECT_TRUE(ktstr_is_on(self->merged.attr.kaslr));
	EXPECT_EQ(4U, topology_cpus(&self->merged.attr.topology));
	EXPECT_EQ(3U, self->merged.attr.limits.max_gap_ms);
	EXPECT_EQ(9U, self->merged.attr.limits.max_spread_pct);
}

TEST_F(attr, what_the_program_was_told_goes_before_all)
{
	self->levels[2].duration_s = 6;
	self->levels[2].scheduler = &no_process;
	self->levels[3].duration_s = 3;
	self->levels[3].scheduler = &some_scheduler;
	ASSERT_EQ(0, merge(self));
	EXPECT_EQ(3U, self->merged.attr.duration_s);
	EXPECT_EQ(&some_scheduler, self->merged.attr.scheduler);
}

/* A fixture whose scheduler dies, and a test in which it is not to. */
TEST_F(attr, an_inner_level_switches_off)
{
	self->levels[0].scheduler = &some_scheduler;
	self->levels[0].expect_err = true;
	self->levels[0].kaslr = true;
	self->levels[2].expect_err = KTSTR_OFF;
	self->levels[2].expect_alarm = "stall";
	ASSERT_EQ(0, merge(self)) TH_LOG("%s", self->err);
	EXPECT_FALSE(ktstr_is_on(self->merged.attr.expect_err));
	EXPECT_TRUE(ktstr_is_on(self->merged.attr.kaslr));
	self->levels[3].kaslr = KTSTR_OFF;
	ASSERT_EQ(0, merge(self));
	EXPECT_FALSE(ktstr_is_on(self->merged.attr.kaslr));
}

TEST_F(attr, a_scheduler_fills_what_nobody_sets)
{
	static const char * const want[] = {
		"-s", "-a", "-b", "-c", "-d",
	};
	unsigned int i;

	self->levels[0].scheduler = &some_scheduler;
	for (i = 0; i < ATTR_MAX_LEVELS; i++)
		self->levels[i].sched_args[0] = want[i + 1];
	ASSERT_EQ(0, merge(self));
	EXPECT_EQ(3U, topology_cpus(&self->merged.attr.topology));
	EXPECT_EQ(77U, self->merged.attr.limits.max_gap_ms);
	ASSERT_EQ(ARRAY_SIZE(want), self->merged.n_sched_args);
	for (i = 0; i < ARRAY_SIZE(want); i++)
		EXPECT_STREQ(want[i], self->merged.sched_args[i]);

	self->levels[2].topology = (struct topology)TOPOLOGY(1, 1, 1, 1);
	ASSERT_EQ(0, merge(self));
	EXPECT_EQ(1U, topology_cpus(&self->merged.attr.topology));
}

TEST_F(attr, full_of_arguments)
{
	struct scheduler full = some_scheduler;
	unsigned int i, j;

	for (j = 0; j < KTSTR_MAX_ARGS; j++) {
		full.args[j] = "-x";
		for (i = 0; i < ATTR_MAX_LEVELS; i++)
			self->levels[i].sched_args[j] = "-y";
	}
	self->levels[0].scheduler = &full;
	ASSERT_EQ(0, merge(self));
	EXPECT_EQ(0U + ATTR_MAX_ARGS, self->merged.n_sched_args);
}

TEST_F(attr, nonsense_is_refused)
{
	static const struct {
		struct ktstr_attr attr;
		const char *why;
	} cases[] = {
		{ { .expect_err = true }, "needs a scheduler that can die" },
		{ { .expect_err = true, .scheduler = &no_process },
		  "needs a scheduler that can die" },
		{ { .scheduler = &some_scheduler,
		    .expect_scx_bpf_error_contains = "x" }, "expect_err" },
		{ { .scheduler = &some_scheduler,
		    .expect_scx_bpf_error_matches = "x" }, "expect_err" },
		{ { .scheduler = &some_scheduler, .expect_err = true,
		    .expect_scx_bpf_error_matches = "a*" }, "empty" },
		{ { .scheduler = &some_scheduler, .expect_err = true,
		    .expect_scx_bpf_error_matches = "(" }, "parenthes" },
		{ { .scheduler = &some_scheduler, .expect_exit_kind = "x" },
		  ".expect_err = true" },
		{ { .scheduler = &some_scheduler, .expect_err = true,
		    .expect_exit_kind = "" }, "needs a text" },
		{ { .scheduler = &some_scheduler, .expect_err = true,
		    .expect_alarm = "x" }, ".expect_alarm" },
		{ { .expect_failure = "" }, "needs a text" },
		{ { .scheduler = &some_scheduler, .expect_err = true,
		    .expect_failure = "x" }, "neither .expect_err" },
		{ { .limit_s = 201 }, "at most 200" },
		{ { .topology = { .nodes = 1 } }, "topology" },
		{ { .duration_s = KTSTR_TEST_TIMEOUT_S / 2 },
		  ".duration_s = 450 is too long" },
		{ { .duration_s = UINT_MAX }, "4294967295 is too long" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->levels[2] = cases[i].attr;
		EXPECT_EQ(-EINVAL, merge(self)) {
			TH_LOG("case %u was taken", i);
		}
		EXPECT_NE(NULL, strstr(self->err, cases[i].why)) {
			TH_LOG("case %u: '%s'", i, self->err);
		}
	}
}

/* A minute is much on a host that is slow, and little on another. */
TEST_F(attr, duration_must_fit_on_this_host)
{
	struct ktstr_attr *attr = &self->merged.attr;

	self->levels[0].scheduler = &some_scheduler;
	self->levels[0].duration_s = 60;
	ASSERT_EQ(0, merge(self));
	EXPECT_EQ(0, attr_check_time(attr, 5.0, self->err, sizeof(self->err)));
	EXPECT_EQ(-EINVAL, attr_check_time(attr, 20.0, self->err,
					   sizeof(self->err)));
	EXPECT_NE(NULL, strstr(self->err, ".duration_s = 60 is too long"));
	attr->duration_s = 30;
	EXPECT_EQ(0, attr_check_time(attr, 20.0, self->err, sizeof(self->err)));
}

/* Many CPUs take long to boot, which no shorter test can mend. */
TEST_F(attr, cpus_must_come_up_in_time_on_this_host)
{
	static const char many[] =
		"200 CPUs are too many: they may take 3200 s to boot, and the test ";
	struct ktstr_attr *attr = &self->merged.attr;

	self->levels[0].topology = (struct topology)TOPOLOGY(1, 4, 25, 2);
	self->levels[0].duration_s = 60;
	ASSERT_EQ(0, merge(self));
	EXPECT_EQ(0, attr_check_time(attr, 1.0, self->err, sizeof(self->err)));
	EXPECT_EQ(-EINVAL, attr_check_time(attr, 20.0, self->err,
					   sizeof(self->err)));
	EXPECT_EQ(0, strncmp(many, self->err, strlen(many))) {
		TH_LOG("%s", self->err);
	}
	attr->duration_s = 1;
	EXPECT_EQ(-EINVAL, attr_check_time(attr, 20.0, self->err,
					   sizeof(self->err)));
	EXPECT_EQ(0, strncmp(many, self->err, strlen(many)));
	/* Of few it is the duration, which can be mended. */
	attr->topology = (struct topology)TOPOLOGY(1, 1, 2, 1);
	attr->duration_s = KTSTR_TEST_TIMEOUT_S;
	EXPECT_EQ(-EINVAL, attr_check_time(attr, 20.0, self->err,
					   sizeof(self->err)));
	EXPECT_EQ(NULL, strstr(self->err, "too many"));
}

TEST_F(attr, full_names)
{
	char name[64];

	attr_full_name(&self->test, name, sizeof(name));
	EXPECT_STREQ("fix.name", name);
	self->test.variant = "var";
	attr_full_name(&self->test, name, sizeof(name));
	EXPECT_STREQ("fix.var.name", name);
}

TEST_HARNESS_MAIN
