// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workers: start in two phases, work, stop, and what they report.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/work.h"

#define MAX_WORKERS	4
#define START_MS	30000

static void collect(struct work_set *set, struct worker_report *reports)
{
	struct wire_steal_wait wait;

	wire_steal_begin(&wait, NULL);
	work_collect(set, &wait, 5000, reports);
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

	ASSERT_EQ(0, work_create(&self->set, &spec, 2, START_MS, NULL, NULL));
	poll(NULL, 0, 100);
	EXPECT_EQ(0, work_iterations(&self->set));
	work_start(&self->set);
	poll(NULL, 0, 300);
	EXPECT_LT(0, work_iterations(&self->set));
	work_stop(&self->set);
	collect(&self->set, self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	EXPECT_TRUE(self->reports[1].completed);
	EXPECT_LT(0, self->reports[0].work_units);
	EXPECT_LT(0, CPU_COUNT(&self->reports[0].cpus_used));
}

/* Stopped for a second and a half, of which the host says that it took one. */
TEST_F(work, what_the_host_took_is_no_gap)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	struct wire_steal *page;
	cpu_set_t all, one;

	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	page->n_cpus = 1;
	/* The page tells of CPU 0 alone. */
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_getaffinity(0, sizeof(all), &all);
	ASSERT_EQ(0, sched_setaffinity(0, sizeof(one), &one));
	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS, page, NULL));
	sched_setaffinity(0, sizeof(all), &all);
	work_start(&self->set);
	while (!work_iterations(&self->set))
		poll(NULL, 0, 1);
	kill(self->set.workers[0].pid, SIGSTOP);
	poll(NULL, 0, 1500);
	page->cpu_us[0] = 1000000;
	page->count += 10;
	kill(self->set.workers[0].pid, SIGCONT);
	poll(NULL, 0, 300);
	work_stop(&self->set);
	collect(&self->set, self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	EXPECT_LE(1000 * NSEC_PER_MSEC, self->reports[0].max_gap_steal_ns);
	EXPECT_LE(1000 * NSEC_PER_MSEC, self->reports[0].steal_ns);
	EXPECT_LE(490 * NSEC_PER_MSEC, self->reports[0].max_gap_ns);
	EXPECT_GT(1400 * NSEC_PER_MSEC, self->reports[0].max_gap_ns);
	munmap(page, sizeof(*page));
}

static int pin_all(const struct work_set *set, unsigned int cpu)
{
	cpu_set_t one;
	unsigned int i;
	int ret = 0;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	for (i = 0; i < set->n_workers && !ret; i++)
		ret = sched_setaffinity(set->workers[i].pid, sizeof(one), &one);
	return ret;
}

static void signal_all(const struct work_set *set, int sig)
{
	unsigned int i;

	for (i = 0; i < set->n_workers; i++)
		kill(set->workers[i].pid, sig);
}

static unsigned int last_cpu(void)
{
	unsigned int cpu = 0, last = 0;
	cpu_set_t own;

	sched_getaffinity(0, sizeof(own), &own);
	for (cpu = 0; cpu < WIRE_STEAL_CPUS; cpu++)
		if (CPU_ISSET(cpu, &own))
			last = cpu;
	return last;
}

#define TURNS	100

/* On a busy host a time says nothing of how often they had their turns. */
static void let_work(struct work_set *set, uint64_t n)
{
	uint64_t end_ns = clock_now_ns() + START_MS * NSEC_PER_MSEC;
	uint64_t until = work_iterations(set) + n;

	while (work_iterations(set) < until && clock_now_ns() < end_ns)
		poll(NULL, 0, 10);
}

/* Two share a CPU, stand still while the host takes it, and move to another. */
TEST_F(work, each_quantity_of_a_worker_is_filled)
{
	const struct work_spec spec = WORK_BURSTY(5, 1);
	unsigned int cpu = last_cpu();
	const struct quantity *q;
	struct wire_steal *page;

	if (!cpu)
		SKIP(return, "needs two CPUs");
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, page);
	page->n_cpus = cpu + 1;
	ASSERT_EQ(0, work_create(&self->set, &spec, 2, START_MS, page, NULL));
	ASSERT_EQ(0, pin_all(&self->set, cpu));
	work_start(&self->set);
	while (!work_all_began(&self->set))
		poll(NULL, 0, 1);
	signal_all(&self->set, SIGSTOP);
	/* Longer than any other gap on a busy machine. */
	poll(NULL, 0, 2000);
	page->cpu_us[cpu] = 100000;
	page->count += 10;
	signal_all(&self->set, SIGCONT);
	let_work(&self->set, TURNS);
	if (pin_all(&self->set, 0))
		SKIP(return, "CPU 0 is not for us");
	let_work(&self->set, TURNS);
	work_stop(&self->set);
	collect(&self->set, self->reports);
	munmap(page, sizeof(*page));
	if (!self->reports[0].has_run_delay)
		SKIP(return, "this kernel keeps no time waited");
	for (q = quantity_next(PER_WORKER, NULL); q;
	     q = quantity_next(PER_WORKER, q)) {
		EXPECT_LT(0, quantity_get(q, &self->reports[0].q))
			TH_LOG("nobody fills %s", q->name);
	}
}

/* All of a spinner's time, but for what was taken from this machine itself */
TEST_F(work, spinner_runs_or_waits)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	unsigned int i;

	ASSERT_EQ(0, work_create(&self->set, &spec, 2, START_MS, NULL, NULL));
	ASSERT_EQ(0, pin_all(&self->set, last_cpu()));
	work_start(&self->set);
	poll(NULL, 0, 1000);
	work_stop(&self->set);
	collect(&self->set, self->reports);
	for (i = 0; i < 2; i++) {
		const struct worker_report *r = &self->reports[i];

		if (!r->has_run_delay)
			SKIP(return, "this kernel keeps no time waited");
		EXPECT_LT(r->wall_ns * 4 / 5, r->cpu_ns + r->run_delay_ns);
		EXPECT_GT(r->wall_ns * 11 / 10, r->cpu_ns + r->run_delay_ns);
	}
}

TEST_F(work, two_sets_start_each_by_itself)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	struct work_set later;

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS, NULL, NULL));
	ASSERT_EQ(0, work_create(&later, &spec, 1, START_MS, NULL, NULL));
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

	ASSERT_EQ(0, work_create(&self->set, &spec, 2, START_MS, NULL, NULL));
	work_start(&self->set);
	poll(NULL, 0, 300);
	work_stop(&self->set);
	collect(&self->set, self->reports);
	a = self->reports[0].work_units / 16;
	b = self->reports[1].work_units / 16;
	EXPECT_LT(1, a);
	EXPECT_LE(a > b ? a - b : b - a, 1);
}

TEST_F(work, killed_worker_leaves_no_report)
{
	const struct work_spec spec = WORK_BURSTY(1, 10000);

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS, NULL, NULL));
	work_start(&self->set);
	poll(NULL, 0, 100);
	kill(self->set.workers[0].pid, SIGKILL);
	collect(&self->set, self->reports);
	EXPECT_FALSE(self->reports[0].completed);
	EXPECT_EQ(SIGKILL, WTERMSIG(self->reports[0].status));
}

/* Whoever kills a worker does not kill the test with it. */
TEST_F(work, worker_that_dies_before_the_start)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	siginfo_t info;

	ASSERT_EQ(0, work_create(&self->set, &spec, 2, START_MS, NULL, NULL));
	kill(self->set.workers[0].pid, SIGKILL);
	ASSERT_EQ(0, waitid(P_PID, self->set.workers[0].pid, &info,
			    WEXITED | WNOWAIT));
	work_start(&self->set);
	poll(NULL, 0, 300);
	work_stop(&self->set);
	collect(&self->set, self->reports);
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
		ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS, NULL,
					 NULL));
		work_stop(&self->set);
		collect(&self->set, self->reports);
		EXPECT_TRUE(self->reports[0].completed);
		EXPECT_EQ(0, self->reports[0].status);
		work_destroy(&self->set);
	}
}

TEST_F(work, nobody_waits_for_a_start_for_ever)
{
	const struct work_spec spec = WORK_CPU_SPIN;

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, 100, NULL, NULL));
	poll(NULL, 0, 500);
	work_start(&self->set);
	collect(&self->set, self->reports);
	EXPECT_FALSE(self->reports[0].completed);
	EXPECT_TRUE(WIFEXITED(self->reports[0].status));
}

/* Workers that do not stop hold up the whole, not each set anew. */
TEST_F(work, sets_share_the_time_to_collect)
{
	const struct work_spec spec = WORK_CPU_SPIN;
	struct wire_steal_wait wait;
	struct work_set other;
	uint64_t start_ns;

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS, NULL, NULL));
	ASSERT_EQ(0, work_create(&other, &spec, 1, START_MS, NULL, NULL));
	kill(self->set.workers[0].pid, SIGSTOP);
	kill(other.workers[0].pid, SIGSTOP);
	work_stop(&self->set);
	work_stop(&other);
	start_ns = clock_now_ns();
	wire_steal_begin(&wait, NULL);
	work_collect(&self->set, &wait, 1000, self->reports);
	work_collect(&other, &wait, 1000, self->reports + 1);
	EXPECT_GT(1900 * NSEC_PER_MSEC, clock_now_ns() - start_ns);
	EXPECT_EQ(SIGKILL, WTERMSIG(self->reports[0].status));
	EXPECT_EQ(SIGKILL, WTERMSIG(self->reports[1].status));
	work_destroy(&other);
}

TEST_F(work, stop_ends_a_sleep)
{
	const struct work_spec spec = WORK_BURSTY(1, 60000);

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS, NULL, NULL));
	work_start(&self->set);
	poll(NULL, 0, 200);
	work_stop(&self->set);
	collect(&self->set, self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	/* The sleep that it chose is no gap. */
	EXPECT_LT(self->reports[0].max_gap_ns, 10000000000ULL);
}

/* Who is not let run once its sleep is over is not asleep by choice. */
TEST_F(work, sleeper_that_is_not_woken_has_a_gap)
{
	const struct work_spec spec = WORK_BURSTY(1, 300);

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS, NULL, NULL));
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
	collect(&self->set, self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	EXPECT_LT(1000 * NSEC_PER_MSEC, self->reports[0].max_gap_ns);
	EXPECT_LT(1000 * NSEC_PER_MSEC, self->reports[0].wake_ns_max);
}

/* As if its scheduler had forgotten it: the end of the scenario ends it. */
TEST_F(work, sleeper_that_is_woken_by_the_stop_has_a_gap)
{
	const struct work_spec spec = WORK_BURSTY(1, 100);

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS, NULL, NULL));
	work_start(&self->set);
	while (!work_iterations(&self->set))
		poll(NULL, 0, 1);
	kill(self->set.workers[0].pid, SIGSTOP);
	poll(NULL, 0, 1000);
	work_stop(&self->set);
	kill(self->set.workers[0].pid, SIGCONT);
	collect(&self->set, self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	EXPECT_LT(800 * NSEC_PER_MSEC, self->reports[0].max_gap_ns);
}

TEST_F(work, partner_that_does_not_take_its_turn_has_a_gap)
{
	const struct work_spec spec = WORK_FUTEX_PING_PONG(16);

	ASSERT_EQ(0, work_create(&self->set, &spec, 2, START_MS, NULL, NULL));
	work_start(&self->set);
	/* Each has had its turn. */
	while (work_iterations(&self->set) < 4)
		poll(NULL, 0, 1);
	kill(self->set.workers[1].pid, SIGSTOP);
	poll(NULL, 0, 1500);
	kill(self->set.workers[1].pid, SIGCONT);
	poll(NULL, 0, 100);
	work_stop(&self->set);
	collect(&self->set, self->reports);
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

	ASSERT_EQ(0, work_create(&self->set, &spec, 1, START_MS, NULL, NULL));
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
	collect(&self->set, self->reports);
	EXPECT_TRUE(self->reports[0].completed);
	EXPECT_LE(2000 * NSEC_PER_MSEC, self->reports[0].max_gap_ns);
}

/* Those of one set spin only when those of the other have slept. */
static const struct work_spec sleeps = WORK(SEQUENCE, .phases = {
	{ WORK_PHASE_SLEEP, .ms = 5 }, { WORK_PHASE_POST, .channel = 1 },
	{ WORK_PHASE_TAKE, .channel = 2 },
});

static const struct work_spec answers = WORK(SEQUENCE, .phases = {
	{ WORK_PHASE_TAKE, .channel = 1 }, { WORK_PHASE_SPIN, .us = 10 },
	{ WORK_PHASE_POST, .channel = 2 },
});

/* Only one of them can be asleep at a time. */
static const struct work_spec one_by_one = WORK(SEQUENCE, .phases = {
	{ WORK_PHASE_LOCK, .channel = 3 }, { WORK_PHASE_SLEEP, .ms = 20 },
	{ WORK_PHASE_UNLOCK, .channel = 3 },
});

/* Alone the second one would be much faster. */
static const struct work_spec slow = WORK(SEQUENCE, .phases = {
	{ WORK_PHASE_SLEEP, .ms = 20 },
	{ WORK_PHASE_BARRIER, .channel = 4, .users = 2 },
});

static const struct work_spec waits = WORK(SEQUENCE, .phases = {
	{ WORK_PHASE_BARRIER, .channel = 4, .users = 2 },
});

/* Nobody remembers what nobody waits for: it is done over and over. */
static const struct work_spec calls = WORK(SEQUENCE, .phases = {
	{ WORK_PHASE_SLEEP, .ms = 20 }, { WORK_PHASE_RESUME, .channel = 5 },
});

static const struct work_spec suspended = WORK(SEQUENCE, .phases = {
	{ WORK_PHASE_LOCK, .channel = 6 },
	{ WORK_PHASE_SUSPEND, .channel = 5, .lock = 6 },
	{ WORK_PHASE_UNLOCK, .channel = 6 },
});

/* Passes of a worker of each; where @b is NULL of two of @a. */
static void run_both(struct __test_metadata *_metadata,
		     const struct work_spec *a, const struct work_spec *b,
		     uint64_t passes[2])
{
	struct work_slot *channels = work_channels_create();
	struct worker_report reports[2][2] = { };
	struct work_set sets[2] = { };
	unsigned int i;

	ASSERT_NE(NULL, channels);
	ASSERT_EQ(0, work_create(&sets[0], a, b ? 1 : 2, START_MS, NULL,
				 channels));
	if (b)
		ASSERT_EQ(0, work_create(&sets[1], b, 1, START_MS, NULL,
					 channels));
	for (i = 0; i < 2; i++)
		work_start(&sets[i]);
	poll(NULL, 0, 400);
	for (i = 0; i < 2; i++)
		work_stop(&sets[i]);
	for (i = 0; i < 2; i++) {
		passes[i] = work_iterations(&sets[i]);
		collect(&sets[i], reports[i]);
		work_destroy(&sets[i]);
	}
	work_channels_destroy(channels);
}

TEST(phases_of_two_sets_wait_for_each_other)
{
	uint64_t n[2];

	run_both(_metadata, &sleeps, &answers, n);
	EXPECT_LT(3, n[1]);
	EXPECT_LE(n[1], n[0] + 1);
	EXPECT_LE(n[0], n[1] + 1);
	run_both(_metadata, &slow, &waits, n);
	EXPECT_LT(3, n[1]);
	EXPECT_GE(21, n[1]);
	run_both(_metadata, &calls, &suspended, n);
	EXPECT_LT(3, n[1]);
	EXPECT_GE(22, n[1]);
}

TEST(phases_within_a_lock_come_one_by_one)
{
	uint64_t n[2];

	run_both(_metadata, &one_by_one, NULL, n);
	EXPECT_LT(3, n[0]);
	EXPECT_GE(22, n[0]);
}

/* Both come 50 ms late for the first of five turns; one of them makes up for it. */
#define LATE(timer)							\
	WORK(SEQUENCE, .phases = {					\
		{ WORK_PHASE_SLEEP, .ms = 60, .loop = 1 },		\
		{ WORK_PHASE_##timer, .ms = 10, .loop = 5 } })

TEST(phases_that_come_too_late_catch_up_or_begin_anew)
{
	const struct work_spec tick = LATE(TICK), timer = LATE(TIMER);
	uint64_t n[2];

	run_both(_metadata, &tick, &timer, n);
	EXPECT_LT(0, n[1]);
	EXPECT_GT(n[0], n[1]);
	EXPECT_GE(5, n[1]);
}

TEST(phases_without_channels_do_not_begin)
{
	struct worker_report report = { };
	struct work_set set;

	ASSERT_EQ(0, work_create(&set, &waits, 1, START_MS, NULL, NULL));
	work_start(&set);
	poll(NULL, 0, 50);
	collect(&set, &report);
	work_destroy(&set);
	EXPECT_FALSE(report.completed);
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

TEST_HARNESS_MAIN
