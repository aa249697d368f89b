// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own scheduler under simple loads: nobody starves, shares are
 * fair, cpusets hold. The scenarios that other schedulers are measured by.
 *
 * Also what needs no other scheduler: that the checks fail where they should,
 * and that a body that does not come to its end is a failure.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ktstr.h"
#include "meddle.h"
#include "scenarios.h"

#include "lib/common/util/sandbox.h"
#include "lib/common/util/util.h"

KTSTR_FIXTURE(eevdf);
KTSTR_VARIANT(eevdf, 1n1l2c1t, .topology = TOPOLOGY(1, 1, 2, 1));
KTSTR_VARIANT(eevdf, 1n2l2c1t, .topology = TOPOLOGY(1, 2, 2, 1));

READY_TESTS(eevdf)

/* Of six CPUs, two: cpusets are of these, and nobody misses the rest. */
KTSTR_FIXTURE(eevdf_fewer, .topology = TOPOLOGY(1, 1, 6, 1),
	      .kernel_args = "maxcpus=2");

KTSTR_TEST_F(eevdf_fewer, disjoint_cpusets)
{
	EXPECT_EQ(2, sysconf(_SC_NPROCESSORS_ONLN));
	EXPECT_SCENARIO_OK(scenario_disjoint_cpusets(self->ctx));
}

/* One CPU: everything competes. */
KTSTR_FIXTURE(eevdf_up, .topology = TOPOLOGY(1, 1, 1, 1));

READY_TEST(eevdf_up, two_cgroups)
READY_TEST(eevdf_up, oversubscribed)

/* That the checks see what they are for: each of these tests is to fail. */
KTSTR_FIXTURE(checks, .topology = TOPOLOGY(1, 1, 2, 1), .duration_s = 3,
	      .limits = { .max_spread_pct = CHECK_OFF,
			  .max_gap_ms = CHECK_OFF });

/* Whoever is stopped stands still for longer, on any host; noise is shorter. */
#define GAP_MS	200

KTSTR_TEST_F(checks, gap_of_a_spinner, .limits = { .max_gap_ms = GAP_MS },
	     .expect_failure = "stuck ")
{
	static const struct meddling stopped = {
		.cgroup = "cg_0", .signal = SIGSTOP,
	};

	EXPECT_SCENARIO_OK(scenario_meddled(self->ctx, &stopped,
					    scenario_steady));
}

KTSTR_TEST_F(checks, gap_of_a_sleeper, .limits = { .max_gap_ms = GAP_MS },
	     .expect_failure = "stuck ")
{
	static const struct meddling stopped = {
		.cgroup = "cg_1", .signal = SIGSTOP,
	};

	EXPECT_SCENARIO_OK(scenario_meddled(self->ctx, &stopped,
					    scenario_two_cgroups));
}

/* The partner of the one that stands still waits by its own choice. */
KTSTR_TEST_F(checks, gap_of_a_partner, .limits = { .max_gap_ms = GAP_MS },
	     .expect_failure = "stuck ")
{
	static const struct meddling stopped = {
		.cgroup = "cg_0", .signal = SIGSTOP,
	};

	EXPECT_SCENARIO_OK(scenario_meddled(self->ctx, &stopped,
					    scenario_futex_ping_pong));
}

KTSTR_TEST_F(checks, starved, .expect_failure = "starved (0 work units)")
{
	static const struct meddling stopped_at_once = {
		.cgroup = "cg_0", .signal = SIGSTOP, .from_the_start = true,
	};

	EXPECT_SCENARIO_OK(scenario_meddled(self->ctx, &stopped_at_once,
					    scenario_steady));
}

KTSTR_TEST_F(checks, isolation, .expect_failure = "ran on unexpected CPUs {")
{
	static const struct meddling moved = {
		.cgroup = "cg_0", .to_cgroup = "cg_1",
	};

	EXPECT_SCENARIO_OK(scenario_meddled(self->ctx, &moved,
					    scenario_disjoint_cpusets));
}

/* Of 16 on one CPU each waits nearly all the time, but for who is stopped. */
KTSTR_TEST_F(checks, spread, .topology = TOPOLOGY(1, 1, 1, 1),
	     .limits = { .max_spread_pct = 15 },
	     .expect_failure = "unfair cgroup 'cg_0': spread=")
{
	static const struct meddling stopped = {
		.cgroup = "cg_0", .signal = SIGSTOP,
	};

	EXPECT_SCENARIO_OK(scenario_meddled(self->ctx, &stopped,
					    scenario_oversubscribed));
}

KTSTR_TEST_F(checks, lost_worker, .expect_failure = "left no report")
{
	static const struct meddling killed = {
		.cgroup = "cg_0", .signal = SIGKILL,
	};

	EXPECT_SCENARIO_OK(scenario_meddled(self->ctx, &killed,
					    scenario_steady));
}

/* Bodies that do not come to their end. */
KTSTR_FIXTURE(body, .topology = TOPOLOGY(1, 1, 1, 1));

KTSTR_TEST_F(body, crashes,
	     .expect_failure =
		"the body was ended by signal 11 (Segmentation fault) (last stage: workload)")
{
	raise(SIGSEGV);
}

KTSTR_TEST_F(body, is_killed,
	     .expect_failure =
		"the body did not run to its end, the test program exited with status 1")
{
	raise(SIGKILL);
}

KTSTR_TEST_F(body, hangs, .limit_s = 3,
	     .expect_failure = "the test program was killed at its deadline (last stage: workload)")
{
	for (;;)
		pause();
}

KTSTR_TEST_F(body, takes_init_along,
	     .expect_failure =
		"init (last stage: workload): init got signal 11 (Segmentation fault)")
{
	kill(1, SIGSEGV);
	/* It ends the VM at once. */
	pause();
}

#define FLOOD_LINES	(1U << 14)	/* of 64 bytes: 1 MiB */

/*
 * More than a pipe takes, whoever reads it, and what looks like others' words:
 * scripts/tests/vm-output.sh looks at what comes out.
 */
KTSTR_TEST_F(body, floods)
{
	unsigned int i;

	fwrite("one\0two\n", 1, 8, stdout);
	printf("ok 7 not.a.test # SKIP\nnot ok 8 neither\n1..9\n");
	for (i = 0; i < FLOOD_LINES; i++)
		printf("flood %057u\n", i);
	printf("the last line\n");
	fflush(stdout);
}

/* ---- who runs the VM ---- */

/* What the kernel has of this thread behind a word; ~0 for what is not there */
static unsigned long long number_behind(const char *path, const char *key,
					int base)
{
	unsigned long long value = ~0ULL;
	FILE *f = fopen(path, "re");
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (strstarts(line, key))
			value = strtoull(line + strlen(key), NULL, base);
	if (f)
		fclose(f);
	return value;
}

/* On the host, by the process that a guest would have taken over. */
static int ran_by_who_may_little(const struct run_outcome *out, char *err,
				 size_t size)
{
	static const char status[] = "/proc/thread-self/status";
	const struct {
		const char *path, *key;
		int base;
		unsigned long long may, is;
	} rows[] = {
		{ status, "NoNewPrivs:", 10, 0, 1 },
		{ status, "Seccomp:", 10, 0, sandbox_wanted() && sandbox_there() ? 2 : 0 },
		/* Files of others, where root runs it */
		{ status, "CapEff:", 16, 0xe, 0 },
		{ status, "CapPrm:", 16, 0xe, 0 },
		{ status, "CapInh:", 16, 0, 0 },
		{ status, "CapAmb:", 16, 0, 0 },
		{ "/proc/thread-self/limits", "Max core file size", 10, 0, 0 },
	};
	unsigned long long has;
	size_t i;

	(void)out;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		has = number_behind(rows[i].path, rows[i].key, rows[i].base);
		if ((has & ~rows[i].may) == rows[i].is)
			continue;
		snprintf(err, size, "who ran the VM has %s %llx", rows[i].key,
			 has);
		return -1;
	}
	return 0;
}

KTSTR_TEST_F(body, is_run_by_who_may_little, .post_vm = ran_by_who_may_little)
{
	EXPECT_EQ(0, chdir("/"));
}

KTSTR_HARNESS_MAIN
