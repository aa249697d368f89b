// SPDX-License-Identifier: GPL-2.0-only
/*
 * sched_ext schedulers under the loads of eevdf.c, and schedulers that die.
 *
 * scx_simple comes from tools/sched_ext of the tree, scx_ktstr is our own
 * fixture. A scheduler that dies on request must be seen to die, in the way
 * that was asked for, and everything after it must still work.
 */
#include "ktstr.h"
#include "scenarios.h"

static const struct scheduler scx_simple = {
	.name = "scx_simple",
	.ops_name = "simple",
	.binary = "scx_simple",
};

static const struct scheduler scx_ktstr = {
	.name = "scx_ktstr",
	.ops_name = "ktstr",
	.binary = "scx_ktstr",
};

KTSTR_FIXTURE(scx, .topology = TOPOLOGY(1, 1, 2, 1));
KTSTR_VARIANT(scx, simple, .scheduler = &scx_simple);
KTSTR_VARIANT(scx, ktstr, .scheduler = &scx_ktstr);

READY_TEST(scx, steady)
READY_TEST(scx, two_cgroups)
READY_TEST(scx, disjoint_cpusets, .topology = TOPOLOGY(1, 2, 2, 1))
READY_TEST(scx, oversubscribed)
READY_TEST(scx, futex_ping_pong)

/* Schedulers that die half a second into the load. */
KTSTR_FIXTURE(scx_dies, .topology = TOPOLOGY(1, 1, 2, 1),
	      .scheduler = &scx_ktstr, .expect_err = true, .duration_s = 10);

KTSTR_TEST_F(scx_dies, bpf_error, .sched_args = { "-f", "error", "-a", "3000" },
	     .expect_exit_kind = "scx_bpf_error",
	     .expect_scx_bpf_error_contains = "ktstr: host-triggered crash")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(scx_dies, missing_dsq,
	     .sched_args = { "-f", "bad-dsq", "-a", "3000" },
	     .expect_exit_kind = "runtime error",
	     .expect_scx_bpf_error_contains = "non-existent DSQ 0xdead")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* The kernel's watchdog notices; -t keeps the wait short. */
KTSTR_TEST_F(scx_dies, stall,
	     .sched_args = { "-f", "stall", "-a", "3000", "-t", "3000" },
	     .expect_exit_kind = "runnable task stall",
	     .expect_scx_bpf_error_contains = "failed to run for")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(scx_dies, process_exits,
	     .sched_args = { "-f", "exit", "-a", "3000" })
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(scx_dies, process_crashes,
	     .sched_args = { "-f", "segv", "-a", "3000" })
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* Schedulers that do not get so far. */
static const struct scheduler scx_misnamed = {
	.name = "scx_misnamed",
	.ops_name = "simple",
	.binary = "scx_ktstr",
};

KTSTR_FIXTURE(scx_start, .topology = TOPOLOGY(1, 1, 1, 1),
	      .scheduler = &scx_ktstr);

KTSTR_TEST_F(scx_start, never_attaches,
	     .expect_failure =
		"init (last stage: scheduler): scheduler /ktstr/bin/scx_ktstr was not enabled within 3000 ms",
	     .limit_s = 3, .sched_args = { "-f", "no-attach" })
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(scx_start, init_fails, .expect_err = true,
	     .sched_args = { "-f", "init" },
	     .expect_scx_bpf_error_contains = "ops.init() failed (-19)")
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(scx_start, other_ops,
	     .expect_failure =
		"init (last stage: attached): sched_ext runs \"ktstr\", and scheduler /ktstr/bin/scx_ktstr was to bring one whose name begins with \"simple\"",
	     .scheduler = &scx_misnamed)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* ---- all that can be said of one ---- */

#define SWITCH	"/proc/sys/kernel/printk_ratelimit"
#define PARENT	"/ktstr-of/mine"

static const struct scheduler scx_declared = {
	.name = "scx_declared",
	.ops_name = "ktstr",
	.binary = "scx_ktstr",
	.args = { "{config}", "in={cgroup}" },	/* which it minds not */
	.config_file = "/etc/passwd",
	.cgroup_parent = PARENT,
	.kernel_args = "ktstr.said_so=1",
	.sysctls = { "kernel.printk_ratelimit_burst=13" },
	.enable = { "echo 7 > " SWITCH },
	.disable = { "echo 5 > " SWITCH },
};

static const struct scheduler inside = {
	.name = "inside",
	.enable = { "echo 7 > " SWITCH },
	.disable = { "echo 5 > /proc/sys/kernel/nowhere" },
};

/* Is it in the file, whose NULs are the ends of words? */
static bool file_has(const char *path, const char *text)
{
	FILE *f = fopen(path, "re");
	char buf[4096];
	size_t len = f ? fread(buf, 1, sizeof(buf), f) : 0;

	if (f)
		fclose(f);
	return memmem(buf, len, text, strlen(text));
}

KTSTR_FIXTURE(scx_declared, .topology = TOPOLOGY(1, 1, 1, 1));

KTSTR_TEST_F(scx_declared, what_is_said_of_it_is_done,
	     .scheduler = &scx_declared, .kernel_args = "ktstr.test=1")
{
	char path[64];

	EXPECT_STREQ("/sys/fs/cgroup" PARENT, self->ctx->cgroup);
	EXPECT_TRUE(file_has("/proc/cmdline", "ktstr.test=1 ktstr.said_so=1"));
	EXPECT_TRUE(file_has("/proc/sys/kernel/printk_ratelimit_burst", "13"));
	EXPECT_TRUE(file_has(SWITCH, "7"));
	EXPECT_TRUE(file_has("/ktstr/config/passwd", "root:"));
	snprintf(path, sizeof(path), "/proc/%d/cmdline", self->ctx->sched_pid);
	EXPECT_TRUE(file_has(path, "/ktstr/config/passwd"));
	EXPECT_TRUE(file_has(path, "in=" PARENT));
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_TEST_F(scx_declared, one_of_the_kernels_that_stays_on,
	     .scheduler = &inside,
	     .expect_failure =
		"cannot write 5 to /proc/sys/kernel/nowhere: No such file or directory")
{
	EXPECT_TRUE(file_has(SWITCH, "7"));
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

KTSTR_HARNESS_MAIN
