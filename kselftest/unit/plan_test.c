// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans: each key, each mistake with its line, and the ring on the command
 * line.
 */
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"

static const char whole[] =
	"ring 0x100000000 4194304\n"
	"test /ktstr/bin/eevdf\n"
	"arg -r\n"
	"arg eevdf.steady with spaces = and #\n"
	"\n"
	"env KTSTR_DURATION_MS=2000\n"
	"env EMPTY=\n"
	"tty /dev/hvc0\n"
	"scheduler /ktstr/bin/scx_simple\n"
	"sched_arg -f\n"
	"ops simple\n"
	"cgroup /a/b\n"
	"enable /proc/x 1 2\n"
	"disable /proc/x 0\n"
	"cpus 4\n"
	"sysctl kernel.sched_schedstats=1\n"
	"sysctl net/ipv4/conf/lo.0/forwarding=0 1 2\n"
	"attach_ms 20000\n"
	"test_ms 40000\n"
	"grace_ms 1234\n"
	"stop_ms 5000\n";

TEST(whole_plan)
{
	char err[256] = "";
	struct plan plan;

	ASSERT_EQ(0, plan_parse(whole, strlen(whole), &plan, err, sizeof(err)))
		TH_LOG("%s", err);
	EXPECT_EQ(0x100000000, plan.ring_gpa);
	EXPECT_EQ(4194304, plan.ring_size);
	EXPECT_STREQ("/ktstr/bin/eevdf", plan.test);
	ASSERT_EQ(2, plan.n_args);
	EXPECT_STREQ("-r", plan.args[0]);
	EXPECT_STREQ("eevdf.steady with spaces = and #", plan.args[1]);
	ASSERT_EQ(2, plan.n_env);
	EXPECT_STREQ("KTSTR_DURATION_MS=2000", plan.env[0]);
	EXPECT_STREQ("EMPTY=", plan.env[1]);
	EXPECT_STREQ("/dev/hvc0", plan.tty);
	EXPECT_STREQ("/ktstr/bin/scx_simple", plan.scheduler);
	EXPECT_STREQ("simple", plan.ops);
	EXPECT_STREQ("/a/b", plan.cgroup);
	ASSERT_EQ(1, plan.n_enable);
	EXPECT_STREQ("/proc/x 1 2", plan.enable[0]);
	ASSERT_EQ(1, plan.n_disable);
	EXPECT_STREQ("/proc/x 0", plan.disable[0]);
	EXPECT_EQ(4, plan.cpus);
	ASSERT_EQ(1, plan.n_sched_args);
	EXPECT_STREQ("-f", plan.sched_args[0]);
	ASSERT_EQ(2, plan.n_sysctls);
	EXPECT_STREQ("kernel.sched_schedstats=1", plan.sysctls[0]);
	EXPECT_EQ(20000, plan.attach_ms);
	EXPECT_EQ(40000, plan.test_ms);
	EXPECT_EQ(1234, plan.grace_ms);
	EXPECT_EQ(5000, plan.stop_ms);
	plan_free(&plan);
	EXPECT_EQ(NULL, plan.text);
}

TEST(least_plan_and_its_defaults)
{
	static const char text[] = "test /t\ntest_ms 1";
	char err[256] = "";
	struct plan plan;

	ASSERT_EQ(0, plan_parse(text, strlen(text), &plan, err, sizeof(err)))
		TH_LOG("%s", err);
	EXPECT_EQ(0, plan.ring_size);
	EXPECT_EQ(NULL, plan.scheduler);
	EXPECT_EQ(NULL, plan.ops);
	EXPECT_EQ(0, plan.cpus);
	EXPECT_EQ(0, plan.n_args);
	EXPECT_EQ(PLAN_ATTACH_MS, plan.attach_ms);
	EXPECT_EQ(PLAN_GRACE_MS, plan.grace_ms);
	EXPECT_EQ(PLAN_STOP_MS, plan.stop_ms);
	plan_free(&plan);
}

#define SYSCTL_ERR "plan line 1: 'sysctl' needs name=value, as in kernel.sched_schedstats=1"

static const struct {
	const char *text;
	const char *err;
} bad_plans[] = {
	{ "", "plan: there is no 'test' line" },
	{ "test_ms 5\n", "plan: there is no 'test' line" },
	{ "test /t\n", "plan: there is no 'test_ms' line" },
	{ "tset /t\n", "plan line 1: 'tset' is no key of a plan" },
	{ "test /t\n\ntest_ms 5\nbogus\n",
	  "plan line 4: 'bogus' is no key of a plan" },
	{ " test /t\n", "plan line 1: '' is no key of a plan" },
	{ "test\n", "plan line 1: 'test' has no value" },
	{ "test t\n", "plan line 1: 'test' needs an absolute path" },
	{ "test ./t\n", "plan line 1: 'test' needs an absolute path" },
	{ "test /t\ntest /u\n", "plan line 2: 'test' is given twice" },
	{ "test /t\nscheduler s\n",
	  "plan line 2: 'scheduler' needs an absolute path" },
	{ "cgroup a\n", "plan line 1: 'cgroup' needs an absolute path" },
		{ "enable /x\n", "plan line 1: 'enable' needs an absolute path and a value" },
		{ "disable x 1\n", "plan line 1: 'disable' needs an absolute path and a value" },
		{ "ops\n", "plan line 1: 'ops' has no value" },
	{ "ops ", "plan line 1: 'ops' has no value" },
	{ "ops a\nops b\n", "plan line 2: 'ops' is given twice" },
	{ "test_ms 0\n",
	  "plan line 1: 'test_ms' needs a number of milliseconds above 0" },
	{ "test_ms -1\n",
	  "plan line 1: 'test_ms' needs a number of milliseconds above 0" },
	{ "test_ms 5s\n",
	  "plan line 1: 'test_ms' needs a number of milliseconds above 0" },
	{ "test_ms 2147483648\n",
	  "plan line 1: 'test_ms' needs a number of milliseconds above 0" },
	{ "test_ms 99999999999999999999999\n",
	  "plan line 1: 'test_ms' needs a number of milliseconds above 0" },
	{ "stop_ms 1\nstop_ms 1\n",
	  "plan line 2: 'stop_ms' is given twice" },
	{ "cpus 0\n", "plan line 1: 'cpus' needs a number above 0" },
	{ "cpus -4\n", "plan line 1: 'cpus' needs a number above 0" },
	{ "cpus 4 2\n", "plan line 1: 'cpus' needs a number above 0" },
	{ "cpus 4294967300\n", "plan line 1: 'cpus' needs a number above 0" },
	{ "cpus 4\ncpus 4\n", "plan line 2: 'cpus' is given twice" },
	{ "ring 0x1000\n", "plan line 1: 'ring' needs an address and a size" },
	{ "ring 0x1000 0\n",
	  "plan line 1: 'ring' needs an address and a size" },
	{ "ring 0x1000 4096 1\n",
	  "plan line 1: 'ring' needs an address and a size" },
	{ "ring 0x1000 -4096\n",
	  "plan line 1: 'ring' needs an address and a size" },
	{ "ring 1 1\nring 1 1\n", "plan line 2: 'ring' is given twice" },
	{ "env NOVALUE\n", "plan line 1: 'env' needs NAME=VALUE" },
	{ "env =x\n", "plan line 1: 'env' needs NAME=VALUE" },
	{ "sysctl a.b\n", SYSCTL_ERR },
	{ "sysctl /etc/passwd=x\n",
	  SYSCTL_ERR },
	{ "sysctl kernel/../../x=1\n",
	  SYSCTL_ERR },
	{ "sysctl kernel pid=1\n",
	  SYSCTL_ERR },
	{ "012345678901234567890123456789012345678901234567890123456789 x\n",
	  "plan line 1: '01234567890123456789012345678901' is no key of a plan" },
};

TEST(mistakes_are_named_with_their_line)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_plans); i++) {
		const char *text = bad_plans[i].text;
		char err[256] = "";
		struct plan plan;

		EXPECT_EQ(-EINVAL, plan_parse(text, strlen(text), &plan, err,
					      sizeof(err)))
			TH_LOG("case: %s", text);
		EXPECT_STREQ(bad_plans[i].err, err);
		EXPECT_EQ(NULL, plan.text);
	}
}

TEST(nul_byte_is_refused)
{
	char err[256] = "";
	struct plan plan;

	EXPECT_EQ(-EINVAL, plan_parse("test /t\0\n", 9, &plan, err,
				      sizeof(err)));
	EXPECT_STREQ("plan: there is a NUL byte in it", err);
}

TEST(lists_have_an_end)
{
	char text[PLAN_LIST_MAX * 8 + 64] = "test /t\ntest_ms 1\n";
	char err[256] = "";
	struct plan plan;
	unsigned int i;

	for (i = 0; i < PLAN_LIST_MAX; i++)
		strcat(text, "arg a\n");
	ASSERT_EQ(0, plan_parse(text, strlen(text), &plan, err, sizeof(err)));
	EXPECT_EQ(PLAN_LIST_MAX, plan.n_args);
	plan_free(&plan);

	strcat(text, "arg a\n");
	EXPECT_EQ(-EINVAL, plan_parse(text, strlen(text), &plan, err,
				      sizeof(err)));
	EXPECT_STREQ("plan line 99: 'arg' is given too often", err);
}

TEST(err_is_never_overrun)
{
	struct plan plan;
	char err[8];

	memset(err, 'x', sizeof(err));
	EXPECT_EQ(-EINVAL, plan_parse("bogus\n", 6, &plan, err, 5));
	EXPECT_STREQ("plan", err);
	EXPECT_EQ('x', err[5]);
}

TEST(ring_parameter)
{
	static const struct {
		const char *cmdline;
		int ret;
		uint64_t gpa, size;
	} cases[] = {
		{ "", 0, 0, 0 },
		{ "quiet console=ttyS0\n", 0, 0, 0 },
		{ "ktstr.ring=0x10000000,4194304", 1, 0x10000000, 4194304 },
		{ "a ktstr.ring=0x140000000,0x400000 b\n", 1, 0x140000000,
		  0x400000 },
		{ "xktstr.ring=1,1 ktstr.ring=0x2000,8192", 1, 0x2000, 8192 },
		{ "xktstr.ring=1,1", 0, 0, 0 },
		{ "ktstr.ring=", -EINVAL, 0, 0 },
		{ "ktstr.ring=0x1000", -EINVAL, 0, 0 },
		{ "ktstr.ring=0x1000,", -EINVAL, 0, 0 },
		{ "ktstr.ring=0x1000,0", -EINVAL, 0, 0 },
		{ "ktstr.ring=0x1000,4096x", -EINVAL, 0, 0 },
		{ "ktstr.ring=-1,4096", -EINVAL, 0, 0 },
		{ "ktstr.ring=99999999999999999999,4096", -EINVAL, 0, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t gpa = 0, size = 0;

		EXPECT_EQ(cases[i].ret,
			  plan_ring_param(cases[i].cmdline, &gpa, &size))
			TH_LOG("case: %s", cases[i].cmdline);
		if (cases[i].ret != 1)
			continue;
		EXPECT_EQ(cases[i].gpa, gpa);
		EXPECT_EQ(cases[i].size, size);
	}
}

TEST_HARNESS_MAIN
