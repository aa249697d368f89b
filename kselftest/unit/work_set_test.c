// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workers: start in two phases, work, stop, and what they report.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "lib/scenario/cpuset.h"
#include "lib/util/util.h"
#include "lib/work/work.h"

#define MAX_WORKERS	4
#define START_MS	30000

static uint64_t in_ms(unsigned int ms)
{
	return clock_now_ns() + ms * NSEC_PER_MSEC;
}

FIXTURE(work)
{
	struct work_set set;
	struct worker_report reports[MAX_WORKERS];
};

FIXTURE_SETUP(work)
{
}

FIXTURE_TEARDOWN(work)
{
	work_destroy(&self->set);
}

TEST_F(work, nothing_before_the_start)
{
	const struct work_spec spec = WORK_CPU_SPIN;

	ASSERT_EQ(0, work_create(&self->set, &spec, 2, START_MS));
	poll(NULL, 0, 100);
	EXPECT_EQ(0, work_iterations(&self->set));
	work_start(&self->set);
	poll(NULL, 0, 300);
	EXPECT_LT(0, work_iterations(&self->set));
	work_stop(&self->set);
	work_collect(&self->set, in_ms(5000), self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	EXPECT_TRUE(self->reports[1].completed);
	EXPECT_LT(0, self->reports[0].work_units);
	EXPECT_LT(0, CPU_COUNT(&self->reports[0].cpus_used));
}

TEST_F(work, two_sets_start_each_by_itself)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	struct work_set later;

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS));
	ASSERT_EQ(0, work_create(&later, &spec, 1, START_MS));
	work_start(&self->set);
	poll(NULL, 0, 300);
	EXPECT_LT(0, work_iterations(&self->set));
	EXPECT_EQ(0, work_iterations(&later));
	work_destroy(&later);
}

TEST_F(work, ping_pong_alternates)
{
	const struct work_spec spec = WORK_FUTEX_PING_PONG(16);
	uint64_t a, b;

	ASSERT_EQ(0, work_create(&self->set, &spec, 2, START_MS));
	work_start(&self->set);
	poll(NULL, 0, 300);
	work_stop(&self->set);
	work_collect(&self->set, in_ms(5000), self->reports);
	a = self->reports[0].work_units / 16;
	b = self->reports[1].work_units / 16;
	EXPECT_LT(1, a);
	EXPECT_LE(a > b ? a - b : b - a, 1);
}

TEST_F(work, killed_worker_leaves_no_report)
{
	const struct work_spec spec = WORK_BURSTY(1, 10000);

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS));
	work_start(&self->set);
	poll(NULL, 0, 100);
	kill(self->set.workers[0].pid, SIGKILL);
	work_collect(&self->set, in_ms(5000), self->reports);
	EXPECT_FALSE(self->reports[0].completed);
	EXPECT_EQ(SIGKILL, WTERMSIG(self->reports[0].status));
}

/* Whoever kills a worker does not kill the test with it. */
TEST_F(work, worker_that_dies_before_the_start)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	siginfo_t info;

	ASSERT_EQ(0, work_create(&self->set, &spec, 2, START_MS));
	kill(self->set.workers[0].pid, SIGKILL);
	ASSERT_EQ(0, waitid(P_PID, self->set.workers[0].pid, &info,
			    WEXITED | WNOWAIT));
	work_start(&self->set);
	poll(NULL, 0, 300);
	work_stop(&self->set);
	work_collect(&self->set, in_ms(5000), self->reports);
	EXPECT_FALSE(self->reports[0].completed);
	EXPECT_TRUE(self->reports[1].completed);
	EXPECT_LT(0, self->reports[1].work_units);
}

/* Not let run from its first moment on: it has starved, not died. */
TEST_F(work, stop_before_the_worker_is_ready)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS));
		work_stop(&self->set);
		work_collect(&self->set, in_ms(5000), self->reports);
		EXPECT_TRUE(self->reports[0].completed);
		EXPECT_EQ(0, self->reports[0].status);
		work_destroy(&self->set);
	}
}

TEST_F(work, nobody_waits_for_a_start_for_ever)
{
	const struct work_spec spec = WORK_CPU_SPIN;

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, 100));
	poll(NULL, 0, 500);
	work_start(&self->set);
	work_collect(&self->set, in_ms(5000), self->reports);
	EXPECT_FALSE(self->reports[0].completed);
	EXPECT_TRUE(WIFEXITED(self->reports[0].status));
}

/* Workers that do not stop hold up the whole, not each set anew. */
TEST_F(work, sets_share_the_time_to_collect)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	uint64_t start_ns, end_ns;
	struct work_set other;

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS));
	ASSERT_EQ(0, work_create(&other, &spec, 1, START_MS));
	kill(self->set.workers[0].pid, SIGSTOP);
	kill(other.workers[0].pid, SIGSTOP);
	work_stop(&self->set);
	work_stop(&other);
	start_ns = clock_now_ns();
	end_ns = in_ms(1000);
	work_collect(&self->set, end_ns, self->reports);
	work_collect(&other, end_ns, self->reports + 1);
	EXPECT_GT(1900 * NSEC_PER_MSEC, clock_now_ns() - start_ns);
	EXPECT_EQ(SIGKILL, WTERMSIG(self->reports[0].status));
	EXPECT_EQ(SIGKILL, WTERMSIG(self->reports[1].status));
	work_destroy(&other);
}

TEST_F(work, stop_ends_a_sleep)
{
	const struct work_spec spec = WORK_BURSTY(1, 60000);

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS));
	work_start(&self->set);
	poll(NULL, 0, 200);
	work_stop(&self->set);
	work_collect(&self->set, in_ms(5000), self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	/* The sleep that it chose is no gap. */
	EXPECT_LT(self->reports[0].max_gap_ns, 10000000000ULL);
}

/* Who is not let run once its sleep is over is not asleep by choice. */
TEST_F(work, sleeper_that_is_not_woken_has_a_gap)
{
	const struct work_spec spec = WORK_BURSTY(1, 300);

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS));
	work_start(&self->set);
	while (!work_iterations(&self->set))
		poll(NULL, 0, 1);
	/* The first sleep is over: in the midst of the second one. */
	poll(NULL, 0, 50);
	kill(self->set.workers[0].pid, SIGSTOP);
	poll(NULL, 0, 1500);
	kill(self->set.workers[0].pid, SIGCONT);
	poll(NULL, 0, 100);
	work_stop(&self->set);
	work_collect(&self->set, in_ms(5000), self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	EXPECT_LT(1000 * NSEC_PER_MSEC, self->reports[0].max_gap_ns);
}

/* As if its scheduler had forgotten it: the end of the scenario ends it. */
TEST_F(work, sleeper_that_is_woken_by_the_stop_has_a_gap)
{
	const struct work_spec spec = WORK_BURSTY(1, 100);

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS));
	work_start(&self->set);
	while (!work_iterations(&self->set))
		poll(NULL, 0, 1);
	kill(self->set.workers[0].pid, SIGSTOP);
	poll(NULL, 0, 1000);
	work_stop(&self->set);
	kill(self->set.workers[0].pid, SIGCONT);
	work_collect(&self->set, in_ms(5000), self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	EXPECT_LT(800 * NSEC_PER_MSEC, self->reports[0].max_gap_ns);
}

TEST_F(work, partner_that_does_not_take_its_turn_has_a_gap)
{
	const struct work_spec spec = WORK_FUTEX_PING_PONG(16);

	ASSERT_EQ(0, work_create(&self->set, &spec, 2, START_MS));
	work_start(&self->set);
	/* Each has had its turn. */
	while (work_iterations(&self->set) < 4)
		poll(NULL, 0, 1);
	kill(self->set.workers[1].pid, SIGSTOP);
	poll(NULL, 0, 1500);
	kill(self->set.workers[1].pid, SIGCONT);
	poll(NULL, 0, 100);
	work_stop(&self->set);
	work_collect(&self->set, in_ms(5000), self->reports);
	EXPECT_LT(1000 * NSEC_PER_MSEC, self->reports[1].max_gap_ns);
	/* Its partner could do nothing but wait. */
	EXPECT_GT(1000 * NSEC_PER_MSEC, self->reports[0].max_gap_ns);
}

static bool stops(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);
}

/* Whoever is traced is at the instruction after the one that ends a pass. */
static bool step_to_the_end_of_a_pass(const struct work_set *set)
{
	pid_t pid = set->workers[0].pid;
	uint64_t n;

	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) || !stops(pid))
		return false;
	n = work_iterations(set);
	while (work_iterations(set) == n)
		if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) || !stops(pid))
			return false;
	return true;
}

/* Not within a pass, where the next look at the clock would tell. */
TEST_F(work, worker_that_stands_still_between_passes_has_a_gap)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	pid_t pid;

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS));
	pid = self->set.workers[0].pid;
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) && errno == EPERM)
		SKIP(return, "no permission to trace a child (ptrace)");
	work_start(&self->set);
	while (!work_iterations(&self->set))
		poll(NULL, 0, 1);
	ASSERT_TRUE(step_to_the_end_of_a_pass(&self->set));
	poll(NULL, 0, 2000);
	work_stop(&self->set);
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, pid, NULL, NULL));
	work_collect(&self->set, in_ms(5000), self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	EXPECT_LE(2000 * NSEC_PER_MSEC, self->reports[0].max_gap_ns);
}

TEST(group_sizes)
{
	const struct work_spec pair = WORK_FUTEX_PING_PONG(1);
	const struct work_spec spin = WORK_CPU_SPIN;
	char err[200];

	EXPECT_EQ(0, work_check(&pair, 4, err, sizeof(err)));
	EXPECT_EQ(-EINVAL, work_check(&pair, 3, err, sizeof(err)));
	EXPECT_STREQ("FutexPingPong requires num_workers divisible by 2, got 3",
		     err);
	EXPECT_EQ(-EINVAL, work_check(&spin, 0, err, sizeof(err)));
}

TEST(disjoint_cpusets)
{
	static const struct {
		unsigned int cpus, index, of;
		int ret;
		const char *want;
	} cases[] = {
		{ 2, 0, 2, 0, "0" }, { 2, 1, 2, 0, "1" },
		{ 4, 0, 2, 0, "0" }, { 4, 1, 2, 0, "1-2" },
		{ 9, 1, 2, 0, "4-7" }, { 4, 0, 1, 0, "0-2" },
		{ 1, 0, 2, -EINVAL,
		  "not enough usable CPUs (1) for 2 partitions" },
		{ 4, 3, 3, -EINVAL, "index 3 >= partition count 3" },
	};
	char text[256];
	cpu_set_t set;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct cpuset_spec spec = CPUSET_DISJOINT(cases[i].index,
								cases[i].of);

		EXPECT_EQ(cases[i].ret, cpuset_resolve(&spec, cases[i].cpus,
						       &set, text,
						       sizeof(text)));
		if (!cases[i].ret)
			cpuset_list(&set, text, sizeof(text));
		EXPECT_STREQ(cases[i].want, text) {
			TH_LOG("case %zu", i);
		}
	}
}

TEST_HARNESS_MAIN
