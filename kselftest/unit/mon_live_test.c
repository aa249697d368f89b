// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor's thread over a memory image: nothing moves there, but it must
 * find its kernel, refuse another one, sample, dump when it is asked to, write
 * into maps, and come back when it is told to stop.
 */
#include "kselftest_harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest/unit/mon_image.h"
#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/live.h"

#define PATIENCE_MS	20000
#define STOP_LIMIT_NS	NSEC_PER_SEC

FIXTURE(mon_live)
{
	struct image im;
	char vmlinux[PATH_MAX];
	struct mon_series series;
	struct mon_findings findings;
	struct run_machine machine;
	struct run_workload workload;
	struct check_limits limits;
	struct mon_live_config config;
	struct mon_live *live;
};

FIXTURE_SETUP(mon_live)
{
	mon_series_init(&self->series);
	if (image_open(&self->im, "l4-kaslr"))
		SKIP(return, "%s", self->im.why);
	image_vmlinux(self->vmlinux, sizeof(self->vmlinux));
	self->config = (struct mon_live_config){
		.vmlinux = self->vmlinux,
		.ops = &mon_image_ops,
		.ctx = self->im.file,
		.phys_end = mon_image_phys_end(self->im.file),
		.interval_ms = 10,
		.slowness = 1.0,
		.machine = &self->machine,
		.workload = &self->workload,
		.limits = &self->limits,
		.series = &self->series,
		.findings = &self->findings,
	};
}

FIXTURE_TEARDOWN(mon_live)
{
	mon_live_stop(self->live, NULL);
	mon_findings_exit(&self->findings);
	mon_series_exit(&self->series);
	image_close(&self->im);
}

static uint64_t taken(FIXTURE_DATA(mon_live) *self)
{
	uint64_t n;

	pthread_mutex_lock(&self->series.lock);
	n = self->series.n_taken;
	pthread_mutex_unlock(&self->series.lock);
	return n;
}

static bool wait_samples(FIXTURE_DATA(mon_live) *self, uint64_t n)
{
	unsigned int i;

	for (i = 0; i < PATIENCE_MS / 10 && taken(self) < n; i++)
		usleep(10000);
	return taken(self) >= n;
}

static bool wait_why(FIXTURE_DATA(mon_live) *self, const char *text)
{
	bool found = false;
	unsigned int i;

	for (i = 0; i < PATIENCE_MS / 10 && !found; i++) {
		usleep(10000);
		pthread_mutex_lock(&self->series.lock);
		found = strstr(self->series.why_none, text);
		pthread_mutex_unlock(&self->series.lock);
	}
	return found;
}

static uint64_t stop(FIXTURE_DATA(mon_live) *self, const char *dump)
{
	uint64_t start = clock_now_ns();

	mon_live_stop(self->live, dump);
	self->live = NULL;
	return clock_now_ns() - start;
}

TEST_F(mon_live, samples)
{
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	EXPECT_TRUE(wait_samples(self, 10));
	EXPECT_GT(STOP_LIMIT_NS, stop(self, NULL));
	EXPECT_STREQ("", self->series.why_none);
	EXPECT_EQ(4, self->series.n_cpus);
	EXPECT_LE(10, self->series.n_points);
	EXPECT_EQ(4, mon_series_point(&self->series, 9)->n_valid);
	EXPECT_EQ(0, self->findings.n_dumps);
	EXPECT_STREQ("", self->findings.error);
}

TEST_F(mon_live, stops_at_once)
{
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	EXPECT_GT(2 * STOP_LIMIT_NS, stop(self, "at once"));
}

static atomic_bool never_comes_back;

static uint64_t tsc_that_takes_for_ever(void *ctx)
{
	(void)ctx;
	atomic_store(&never_comes_back, true);
	while (usleep(100000) <= 0)
		;
	return 0;
}

/* In a process of its own, which says so on @to */
static void stop_what_does_not_end(FIXTURE_DATA(mon_live) *self, int to)
{
	const struct rlimit none = { };
	struct mon_mem_ops ops = mon_image_ops;
	unsigned int i;

	setrlimit(RLIMIT_CORE, &none);
	dup2(to, STDERR_FILENO);
	ops.guest_tsc = tsc_that_takes_for_ever;
	self->config.ops = &ops;
	self->config.join_ms = 100;
	alarm(PATIENCE_MS / 1000 + 10);
	if (mon_live_start(&self->config, &self->live))
		_exit(1);
	for (i = 0; i < PATIENCE_MS / 10 && !never_comes_back; i++)
		usleep(10000);
	if (!never_comes_back)
		_exit(2);
	mon_live_stop(self->live, "the end");
	_exit(3);
}

/* It uses the guest's memory: nobody can go on without it, nor wait for ever. */
TEST_F(mon_live, thread_that_does_not_end)
{
	char said[256] = "";
	int fds[2], status;
	pid_t pid;

	ASSERT_EQ(0, pipe2(fds, O_CLOEXEC));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		stop_what_does_not_end(self, fds[1]);
	close(fds[1]);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_LT(0, read(fds[0], said, sizeof(said) - 1));
	close(fds[0]);
	EXPECT_TRUE(WIFSIGNALED(status)) {
		TH_LOG("status %d", WEXITSTATUS(status));
	}
	EXPECT_EQ(SIGABRT, WTERMSIG(status));
	EXPECT_NE(NULL, strstr(said, "the thread does not end")) {
		TH_LOG("%s", said);
	}
}

/* Nothing moves in an image: a stall, were it a guest that runs. */
TEST_F(mon_live, what_has_ended_is_not_judged)
{
	uint64_t seen;

	check_limits_default(&self->limits);
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	ASSERT_TRUE(wait_samples(self, 2));
	mon_live_ended(self->live);
	mon_live_stage(self->live, STAGE_WORKLOAD);
	usleep(50000);
	seen = taken(self);
	usleep(2000000);
	EXPECT_EQ(seen, taken(self));
	EXPECT_GT(STOP_LIMIT_NS, stop(self, "the end"));
	EXPECT_EQ(0, self->findings.n_judged);
	EXPECT_EQ(0, self->findings.n_alarms);
	/* What is left to see is still shown. */
	EXPECT_NE(NULL, mon_findings_get(&self->findings, MON_DUMP_END));
}

TEST_F(mon_live, dumps)
{
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	ASSERT_TRUE(wait_samples(self, 1));
	mon_live_ask_dump(self->live);
	/* It is answered in the turn before a sample. */
	ASSERT_TRUE(wait_samples(self, taken(self) + 2));
	stop(self, "the end");
	ASSERT_EQ(2, self->findings.n_dumps);
	EXPECT_NE(NULL, mon_findings_get(&self->findings, MON_DUMP_ASKED));
	EXPECT_NE(NULL, mon_findings_get(&self->findings, MON_DUMP_END));
	EXPECT_NE(NULL, strstr(self->findings.dumps[1].text.text,
			       "scheduler: \"simple\""));
}

static size_t stalls_in_a_dump(FIXTURE_DATA(mon_live) *self)
{
	const struct mon_kept_dump *kept;

	if (mon_live_start(&self->config, &self->live) ||
	    !wait_samples(self, 1))
		return SIZE_MAX;
	stop(self, "the end");
	kept = mon_findings_get(&self->findings, MON_DUMP_END);
	return kept ? kept->dump->n_stalls : SIZE_MAX;
}

/* What is long on a slow host may be more than a verdict, net, allows. */
TEST_F(mon_live, dump_lists_whom_an_alarm_is_about)
{
	size_t n;

	image_close(&self->im);
	if (image_open(&self->im, "stall"))
		SKIP(return, "%s", self->im.why);
	self->config.ctx = self->im.file;
	self->config.phys_end = mon_image_phys_end(self->im.file);
	self->config.slowness = 1e4;
	EXPECT_EQ(0, stalls_in_a_dump(self));

	mon_findings_exit(&self->findings);
	memset(&self->findings, 0, sizeof(self->findings));
	self->findings.alarms[0].check = MON_CHECK_TASK_STALL;
	self->findings.alarms[0].threshold = 1;
	self->findings.n_alarms = 1;
	mon_series_exit(&self->series);
	mon_series_init(&self->series);
	n = stalls_in_a_dump(self);
	EXPECT_LT(0, n);
	EXPECT_NE(SIZE_MAX, n);
}

/* ---- a guest that hung before its kernel could be found ---- */

static uint64_t stands_at;

static void *no_memory_yet(void *ctx, uint64_t gpa, size_t len)
{
	(void)ctx;
	(void)gpa;
	(void)len;
	return NULL;
}

/* CPU 0 is in a function of the kernel's, CPU 1 in none, and there is no third. */
static int regs_of_two(void *ctx, unsigned int cpu, struct mon_regs *regs)
{
	(void)ctx;
	if (cpu > 1)
		return -EINVAL;
	*regs = (struct mon_regs){
		.ip = cpu ? 0x1000 : stands_at,
		.flags = cpu ? MON_FLAGS_IF : 0,
	};
	return 0;
}

TEST_F(mon_live, where_a_guest_hangs_that_was_never_found)
{
	struct mon_symbol symbol = { .name = "start_kernel" };
	struct mon_mem_ops ops = mon_image_ops;

	ASSERT_EQ(0, mon_symbols_lookup(self->im.kernel->symbols, &symbol, 1));
	ASSERT_NE(0, symbol.addr);
	stands_at = symbol.addr + 7;
	ops.map = no_memory_yet;
	ops.vcpu_regs = regs_of_two;
	self->config.ops = &ops;
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	stop(self, "the VM ended: hung");
	EXPECT_STREQ("CPU 0: start_kernel+0x7, interrupts off\n"
		     "CPU 1: 0x1000 (not in the kernel)\n",
		     self->findings.where.text);
	EXPECT_EQ(0, self->findings.n_dumps);

	/* One that lies somewhere else each time has no names for addresses. */
	mon_findings_exit(&self->findings);
	memset(&self->findings, 0, sizeof(self->findings));
	self->machine.kaslr = KTSTR_ON;
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	stop(self, "the VM ended: hung");
	EXPECT_EQ(0, self->findings.where.len);
}

TEST_F(mon_live, no_vmlinux)
{
	self->config.vmlinux = "/nonexistent/vmlinux";
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	EXPECT_TRUE(wait_why(self, "/nonexistent/vmlinux"));
	stop(self, NULL);
	EXPECT_EQ(0, self->series.n_points);
}

/* The same file but for the build id */
static int other_vmlinux(FIXTURE_DATA(mon_live) *self, char *other_id)
{
	const struct mon_kernel *k = self->im.kernel;
	uint8_t id[MON_BUILD_ID_MAX];
	int fd = open(self->vmlinux, O_RDONLY | O_CLOEXEC), copy;
	struct stat st;
	uint8_t *p, *hit;

	copy = memfd_create("vmlinux", MFD_CLOEXEC);
	if (fd < 0 || copy < 0 || fstat(fd, &st) || ftruncate(copy, st.st_size))
		return -1;
	p = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, copy, 0);
	if (p == MAP_FAILED || read(fd, p, st.st_size) != st.st_size)
		return -1;
	close(fd);
	memcpy(id, k->build_id, k->build_id_len);
	while ((hit = memmem(p, st.st_size, id, k->build_id_len)))
		hit[0] ^= 1;
	munmap(p, st.st_size);
	id[0] ^= 1;
	mon_build_id_str(id, k->build_id_len, other_id);
	return copy;
}

TEST_F(mon_live, another_kernel_is_refused)
{
	char id[MON_BUILD_ID_STRLEN], other_id[MON_BUILD_ID_STRLEN];
	char path[64];
	int fd = other_vmlinux(self, other_id);

	ASSERT_LE(0, fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	self->config.vmlinux = path;
	self->workload.bpf_map_write.map = ".bss";
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	mon_live_stage(self->live, STAGE_INIT);
	EXPECT_TRUE(wait_why(self, "another kernel"));
	stop(self, NULL);
	TH_LOG("%s", self->series.why_none);
	mon_build_id_str(self->im.kernel->build_id,
			 self->im.kernel->build_id_len, id);
	EXPECT_NE(NULL, strstr(self->series.why_none, id));
	EXPECT_NE(NULL, strstr(self->series.why_none, other_id));
	EXPECT_EQ(0, self->series.n_points);
	/* What the test asked for did not come true. */
	EXPECT_NE(NULL, strstr(self->findings.error, "bpf_map_write"));
	close(fd);
}

/* As the kernel claims an exit, and tells of it. */
static int set_exit_kind(struct mon_guest *g, uint32_t kind)
{
	uint64_t sym = mon_guest_symbol(g, MON_SYM_SCX_ROOT), root, info;
	const struct mon_field *f = g->kernel->f.field;

	if (mon_read_u64(&g->mem, sym, &root) ||
	    mon_guest_field(g, MON_SCX_EXIT_INFO, root, &info))
		return -1;
	return mon_write(&g->mem, info + f[MON_EI_KIND].offset, &kind,
			 sizeof(kind)) ?:
	       mon_write(&g->mem, root + f[MON_SCX_EXIT_KIND].offset, &kind,
			 sizeof(kind));
}

/* One that went in peace, then one that failed, at the same address. */
TEST_F(mon_live, second_scheduler_of_a_run)
{
	static const uint32_t kinds[] = { 64, 0, 1025 };
	const struct mon_kept_dump *kept;
	unsigned int i;

	ASSERT_EQ(0, image_attach(&self->im));
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		ASSERT_EQ(0, set_exit_kind(&self->im.guest, kinds[i]));
		ASSERT_TRUE(wait_samples(self, taken(self) + 3));
		EXPECT_EQ(kinds[i] == 1025, self->findings.n_dumps);
	}
	stop(self, NULL);
	kept = mon_findings_get(&self->findings, MON_DUMP_EXIT);
	ASSERT_NE(NULL, kept);
	EXPECT_STREQ("the scheduler was told to go (scx_bpf_error)",
		     kept->what);
}

/* The test's timeout must not be missing in silence. */
TEST_F(mon_live, watchdog_of_no_scheduler)
{
	self->config.vmlinux = "/nonexistent/vmlinux";
	self->workload.watchdog_timeout_ms = 5000;
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	mon_live_stage(self->live, STAGE_WORKLOAD);
	EXPECT_TRUE(wait_why(self, "/nonexistent/vmlinux"));
	stop(self, NULL);
	EXPECT_NE(NULL, strstr(self->findings.error, "watchdog_timeout_ms"));
}

TEST_F(mon_live, map_that_is_not_there)
{
	self->workload.bpf_map_write = (struct bpf_map_write){
		.map = ".no_such_map", .after_ms = 1,
	};
	ASSERT_EQ(0, mon_live_start(&self->config, &self->live));
	mon_live_stage(self->live, STAGE_WORKLOAD);
	ASSERT_TRUE(wait_samples(self, 5));
	stop(self, NULL);
	EXPECT_NE(NULL, strstr(self->findings.error, ".no_such_map"));
	EXPECT_TRUE(self->findings.error_is_tests);
	EXPECT_LT(0, self->findings.n_judged);
}

TEST_HARNESS_MAIN
