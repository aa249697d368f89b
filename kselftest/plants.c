// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults that the host plants in the guest's kernel, and one scheduler that
 * hangs: each must be found, end its run within 30 s of the first sign, and be
 * blamed on who did it.
 *
 * Not among the programs that run_tests runs: `./run_ktstr.sh check plants` and
 * whoever names it do.
 */
#include <fcntl.h>
#include <linux/membarrier.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ktstr.h"
#include "scenarios.h"

#include "bpf/scx_ktstr.h"
#include "lib/common/util/util.h"
#include "lib/host/run/outcome.h"

#define END_LIMIT_NS	(30 * NSEC_PER_SEC)
#define VICTIM_CPU	1

static const struct scheduler scx_ktstr = {
	.name = "scx_ktstr",
	.ops_name = "ktstr",
	.binary = "scx_ktstr",
};

/* ---- on the host ---- */

/* From the fault's first sign, which may come long after it was planted */
static int ended_in_time(const struct run_outcome *out, char *err, size_t size)
{
	uint64_t end_ns = out->series.start_ns + out->vm.run_ns;
	uint64_t sign_ns = out->findings.hang.since_ns;

	printf("# plants: %s\n# plants: culprit: %s\n# plants: ended %.1f s after its first sign\n",
	       out->findings.hang.text, out->findings.culprit,
	       ((double)end_ns - (double)sign_ns) / NSEC_PER_SEC);
	if (end_ns <= sign_ns + END_LIMIT_NS)
		return 0;
	snprintf(err, size, "it ended %.1f s after its first sign",
		 (end_ns - sign_ns) / (double)NSEC_PER_SEC);
	return -1;
}

static int blamed(const struct run_outcome *out, enum mon_hang_kind kind,
		  const char *const *words, char *err, size_t size)
{
	const struct mon_findings *f = &out->findings;

	if (!mon_series_first(&out->series, MON_MARK_WRITE)) {
		snprintf(err, size, "nothing was planted");
		return -1;
	}
	if (f->hang.kind != kind) {
		snprintf(err, size, "another hang: %s", f->hang.text);
		return -1;
	}
	for (; *words; words++)
		if (!strstr(f->culprit, *words)) {
			snprintf(err, size, "culprit without \"%s\": %.200s",
				 *words, f->culprit);
			return -1;
		}
	return ended_in_time(out, err, size);
}

/* ---- in the guest ---- */

static void settle(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static int membarrier(int cmd)
{
	return syscall(__NR_membarrier, cmd, 0, 0);
}

/* Threads of one process on all CPUs, each of which interrupts the others. */
static void *interrupt_others(void *cpu)
{
	unsigned int i;

	settle((int)(long)cpu);
	for (;;) {
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
		for (i = 0; i < 100000; i++)
			asm volatile("");
	}
	return NULL;
}

static int interrupt_each_other(void)
{
	long cpu, n = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t thread;

	if (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED))
		return -1;
	for (cpu = 0; cpu < n; cpu++)
		if (pthread_create(&thread, NULL, interrupt_others,
				   (void *)cpu))
			return -1;
	return 0;
}

KTSTR_FIXTURE(plants, .topology = TOPOLOGY(1, 1, 2, 1), .duration_s = 60,
	      .auto_repro = AUTO_REPRO_OFF);

/* ---- a spinlock that is never released ---- */

static int check_spinlock(const struct run_outcome *out, char *err, size_t size)
{
	static const char *const words[] = {
		"a spinlock that nobody lets go of",
		"that of CPU 1's run queue", "CPU", "interrupts off", NULL,
	};

	return blamed(out, MON_HANG_CPU, words, err, size);
}

KTSTR_TEST_F(plants, spinlock_deadlock, .scheduler = &scx_ktstr,
	     .plant = { PLANT_SPINLOCK, "runqueues", "rq", "__lock",
			.percpu = true, .cpu = 1 },
	     .expect_failure = "the guest hung", .post_vm = check_spinlock)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* ---- the same, where interrupts get through ---- */

static int check_plain_spinlock(const struct run_outcome *out, char *err,
				size_t size)
{
	static const char *const words[] = {
		"a spinlock that nobody lets go of", "wait", "mqueue", NULL,
	};

	return blamed(out, MON_HANG_CPU, words, err, size);
}

KTSTR_TEST_F(plants, spinlock_with_interrupts_on, .scheduler = &scx_ktstr,
	     .plant = { PLANT_SPINLOCK, "mq_lock", .after_ms = 300 },
	     .expect_failure = "the guest hung",
	     .post_vm = check_plain_spinlock)
{
	pid_t pid = fork();

	if (!pid) {
		settle(VICTIM_CPU);
		prctl(PR_SET_NAME, "opens");
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			close(mq_open("/ktstr", O_CREAT | O_RDWR, 0600, NULL));
			mq_unlink("/ktstr");
			usleep(1000);
		}
	}
	ASSERT_LT(0, pid);
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* ---- an interrupt of another CPU that is never done ---- */

static int check_ipi(const struct run_outcome *out, char *err, size_t size)
{
	static const char *const words[] = {
		"ipi_mb(), in which CPU", "interrupts off", NULL,
	};

	return blamed(out, MON_HANG_CPU, words, err, size);
}

KTSTR_TEST_F(plants, spin_in_an_ipi, .topology = TOPOLOGY(1, 1, 4, 1),
	     .plant = { PLANT_SPIN, "ipi_mb", .after_ms = 1000 },
	     .expect_failure = "the guest hung", .post_vm = check_ipi)
{
	ASSERT_EQ(0, interrupt_each_other());
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* ---- a scheduler dies, and sched_ext does not get rid of it ---- */

static int check_disabling(const struct run_outcome *out, char *err,
			   size_t size)
{
	static const char *const words[] = {
		"which disables sched_ext, waits for a mutex in scx_",
		"disable", NULL,
	};

	return blamed(out, MON_HANG_DISABLING, words, err, size);
}

KTSTR_TEST_F(plants, hang_in_disabling, .scheduler = &scx_ktstr,
	     .plant = { PLANT_MUTEX, "scx_enable_mutex", .after_ms = 300 },
	     .bpf_map_write = { .map = ".bss", .var = "crash", .value = 1,
				.after_ms = 1500 },
	     .expect_failure = "sched_ext has been disabling for",
	     .post_vm = check_disabling)
{
	/* A check would find that the scheduler died, and be the reason. */
	sleep(60);
}

/* ---- a task that nobody can wake ---- */

static int check_task(const struct run_outcome *out, char *err, size_t size)
{
	static const char *const words[] = {
		"stuck[", "] waits for a mutex in ", "membarrier", NULL,
	};

	return blamed(out, MON_HANG_TASK, words, err, size);
}

KTSTR_TEST_F(plants, task_stuck_in_d, .scheduler = &scx_ktstr,
	     .plant = { PLANT_MUTEX, "membarrier_ipi_mutex", .after_ms = 300 },
	     .expect_failure = "where no signal reaches it",
	     .post_vm = check_task)
{
	pid_t pid;

	ASSERT_EQ(0, membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED));
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NAME, "stuck");
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED);
			usleep(1000);
		}
	}
	ASSERT_LT(0, pid);
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* ---- a scheduler that does not come back ---- */

static int check_bpf(const struct run_outcome *out, char *err, size_t size)
{
	static const char *const words[] = {
		"ktstr_enqueue (BPF)", "interrupts off", NULL,
	};

	return blamed(out, MON_HANG_CPU, words, err, size);
}

KTSTR_TEST_F(plants, scheduler_hangs, .scheduler = &scx_ktstr,
	     .bpf_map_write = { .map = ".bss", .var = "fail_mode",
				.value = KTSTR_FAIL_HANG },
	     .expect_failure = "the guest hung", .post_vm = check_bpf)
{
	EXPECT_SCENARIO_OK(scenario_steady(self->ctx));
}

/* ---- a real-time task that keeps a CPU ---- */

static int check_holder(const struct run_outcome *out, char *err, size_t size)
{
	const struct mon_findings *f = &out->findings;

	printf("# plants: culprit: %s\n", f->culprit);
	if (strstr(f->culprit, "CPU 1 was held by the rt task hunt["))
		return 0;
	snprintf(err, size, "culprit: \"%.200s\", alarm: %.200s", f->culprit,
		 f->alarms[0].text);
	return -1;
}

/* The kernel's help for tasks that real-time ones starve is in the way. */
static int no_server(int cpu)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path),
		 "/sys/kernel/debug/sched/ext_server/cpu%d/runtime", cpu);
	/* Kernels before 7.1 have none. */
	if (access(path, F_OK))
		return 0;
	f = fopen(path, "we");
	if (!f)
		return -errno;
	fputs("0\n", f);
	return fclose(f) ? -errno : 0;
}

static void hunt(void)
{
	const struct sched_param param = { .sched_priority = 50 };

	settle(VICTIM_CPU);
	prctl(PR_SET_NAME, "hunt");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		_exit(1);
	for (;;)
		;
}

static void victim(void)
{
	settle(VICTIM_CPU);
	prctl(PR_SET_NAME, "victim");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		usleep(1000);
}

KTSTR_TEST_F(plants, rt_task_holds_a_cpu, .scheduler = &scx_ktstr,
	     .expect_alarm = "CPU 1 was held by the rt task hunt[",
	     .post_vm = check_holder)
{
	void (*const tasks[])(void) = { victim, hunt };
	unsigned int i;
	pid_t pid;

	ASSERT_EQ(0, no_server(VICTIM_CPU));
	for (i = 0; i < ARRAY_SIZE(tasks); i++) {
		pid = fork();
		if (!pid)
			tasks[i]();
		ASSERT_LT(0, pid);
		sleep(1);
	}
	sleep(60);
}

KTSTR_HARNESS_MAIN
