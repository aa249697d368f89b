// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types for which the kernel does more than to run them: io_uring's threads,
 * restartable sequences, virtual machines.
 */
#include "kselftest_harness.h"

#include <dirent.h>

#include "kselftest/unit/work_run.h"
#include "lib/common/util/util.h"

#define RUN_MS	500

/* Threads of a process whose names begin so. */
static unsigned int threads_called(pid_t pid, const char *name)
{
	char path[300], comm[64];
	struct dirent *entry;
	unsigned int n = 0;
	DIR *dir;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/comm", pid,
			 entry->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(comm, sizeof(comm), f))
			n += strstarts(comm, name);
		fclose(f);
	}
	if (dir)
		closedir(dir);
	return n;
}

TEST(kernel_threads_of_the_worker_write)
{
	const struct work_spec spec = WORK(IO_URING, .events = 4);
	unsigned int i, threads = 0;
	struct worker_report r;
	struct work_set set;

	if (work_lacks(&spec, 1))
		SKIP(return, "%s", work_lacks(&spec, 1));
	work_run_begin(_metadata, &set, &spec, 1);
	for (i = 0; i < RUN_MS; i++) {
		poll(NULL, 0, 1);
		threads = max(threads, threads_called(set.workers[0].pid,
						      "iou-wrk-"));
	}
	work_run_end(&set, &r);
	EXPECT_LT(0, threads);
	EXPECT_TRUE(r.completed);
	EXPECT_EQ(r.iterations * (1024 + 4), r.work_units);
}

/* Of two on one CPU, of which each wants it for longer than a turn. */
TEST(sequences_that_are_preempted_are_lost)
{
	const struct work_spec brief = WORK(RSEQ, .hold = 16, .spin = 1);
	const struct work_spec lengthy =
		WORK(RSEQ, .hold = 4000000, .spin = 1);
	struct worker_report r[2];
	uint64_t whole, tried;
	cpu_set_t before;

	if (work_lacks(&brief, 1))
		SKIP(return, "%s", work_lacks(&brief, 1));
	work_run_for(_metadata, &brief, 1, RUN_MS, r);
	ASSERT_TRUE(r[0].completed);
	whole = (r[0].work_units - r[0].iterations) / 16;
	EXPECT_LE(whole, r[0].iterations);
	EXPECT_LT(r[0].iterations * 9 / 10, whole);

	work_run_pinned(&before);
	work_run_for(_metadata, &lengthy, 2, 2 * RUN_MS, r);
	work_run_unpinned(&before);
	ASSERT_TRUE(r[0].completed && r[1].completed);
	tried = r[0].iterations + r[1].iterations;
	whole = (r[0].work_units + r[1].work_units - tried) / 4000000;
	EXPECT_LT(1, tried);
	EXPECT_LT(whole, tried);
}

TEST(guest_computes_and_halts)
{
	const struct work_spec spec =
		WORK(VCPU, .spin = 4000, .sleep_us = 5000);
	const struct work_spec brief = WORK(VCPU, .spin = 1, .sleep_us = 5000);
	struct worker_report r, b;

	if (work_lacks(&spec, 1))
		SKIP(return, "%s", work_lacks(&spec, 1));
	work_run_for(_metadata, &spec, 1, RUN_MS, &r);
	work_run_for(_metadata, &brief, 1, RUN_MS, &b);
	ASSERT_TRUE(r.completed && b.completed);
	EXPECT_LT(2, r.iterations);
	EXPECT_GE(RUN_MS / 5 + 20, b.iterations);
	/* It is the guest that computes. */
	EXPECT_LE(r.work_units, r.iterations * 4000);
	EXPECT_LE((r.iterations - 1) * 4000, r.work_units);
	EXPECT_LT(b.cpu_ns / b.iterations, r.cpu_ns / r.iterations);
}

TEST(receiver_is_woken_for_each_datagram)
{
	const struct work_spec spec = WORK(IRQ_WAKE, .interval_us = 2000);
	uint64_t own_ms = RUN_MS;
	struct worker_report r[2];

	if (work_lacks(&spec, 2))
		SKIP(return, "%s", work_lacks(&spec, 2));
	work_run_for(_metadata, &spec, 2, RUN_MS, r);
	/* A quarter of them at least, of the time that others left it. */
	own_ms -= min(own_ms, r[0].run_delay_ns / NSEC_PER_MSEC);
	EXPECT_LE(own_ms / 2 / 4, r[0].work_units);
	EXPECT_LT(WORK_RUN_PASSES, r[0].work_units);
	EXPECT_GE(RUN_MS / 2 + 10, r[0].work_units);
	EXPECT_LE(r[0].work_units - 2, r[1].work_units / (1 + 1024));
	EXPECT_GE(r[0].work_units, r[1].work_units / (1 + 1024));
}

/* Packets that the loopback device has received. */
static uint64_t loopback_packets(void)
{
	unsigned long long bytes, packets = 0;
	char line[512];
	FILE *f = fopen("/proc/net/dev", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " lo: %llu %llu", &bytes, &packets) == 2)
			break;
	if (f)
		fclose(f);
	return packets;
}

TEST(frames_go_through_the_loopback_device)
{
	const struct work_spec spec = WORK(NET_TRAFFIC, .events = 8);
	uint64_t before = loopback_packets(), frames = 0;
	struct worker_report r[2];
	unsigned int i;

	if (work_lacks(&spec, 2))
		SKIP(return, "%s", work_lacks(&spec, 2));
	work_run_for(_metadata, &spec, 2, RUN_MS, r);
	/* None is lost, and nobody takes another's. */
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(r[i].iterations * (8 + 1024), r[i].work_units);
		frames += r[i].iterations * 8;
	}
	EXPECT_LT(8, frames);
	EXPECT_LE(frames, loopback_packets() - before);
}

TEST_HARNESS_MAIN
