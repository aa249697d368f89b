// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pieces of init that need not be PID 1: the loop, children, records, reports.
 * The rest is tested by booting it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kselftest_harness.h"

/* init is a program, not a library. */
#include "init/cgroup.c"
#include "init/child.c"
#include "init/cpus.c"
#include "init/load.c"
#include "init/loop.c"
#include "init/prober.c"
#include "init/report.c"
#include "init/sched.c"
#include "init/scx.c"
#include "init/setup.c"
#include "init/switch.c"
#include "init/test.c"
#include "init/tick.c"

#include "vmm/initramfs.h"

#define RING_SIZE	(WIRE_HDR_SIZE + (256 << 10))

/* The other end of it all. */
struct host {
	void *region;
	struct wire_reader ring;
	struct wire_rec rec;
	char *payload;
	int com2[2];
};

FIXTURE(init) {
	struct init *in;
	struct host host;
};

FIXTURE_SETUP(init)
{
	self->in = calloc(1, sizeof(*self->in));
	self->host.region = calloc(1, RING_SIZE);
	self->host.payload = malloc(WIRE_REC_MAX + 1);
	ASSERT_NE(NULL, self->in);
	ASSERT_NE(NULL, self->host.region);
	ASSERT_NE(NULL, self->host.payload);
	ASSERT_EQ(0, pipe2(self->host.com2, O_CLOEXEC | O_NONBLOCK));

	wire_region_format(self->host.region, RING_SIZE);
	wire_reader_init(&self->host.ring, self->host.region, RING_SIZE);
	ASSERT_EQ(0, wire_writer_init(&self->in->ring, self->host.region,
				      RING_SIZE));
	loop_init(self->in, init_ticks);
	self->in->com2 = self->host.com2[1];
	self->in->scx_state_fd = -1;
	self->in->plan.grace_ms = 200;
	ASSERT_EQ(0, child_watch(self->in));
}

FIXTURE_TEARDOWN(init)
{
	size_t i;

	for (i = 0; i < SRC_COUNT; i++)
		loop_forget(self->in, i);
	close(self->host.com2[0]);
	close(self->host.com2[1]);
	free(self->host.payload);
	free(self->host.region);
	free(self->in);
}

/* The next record's type, 0 when there is none; the payload in ->payload. */
static uint32_t next(struct host *host)
{
	if (wire_get(&host->ring, &host->rec, host->payload) != 1)
		return 0;
	return host->rec.type;
}

static const char *com2(struct host *host, char *buf, size_t size)
{
	ssize_t len = read(host->com2[0], buf, size - 1);

	buf[len > 0 ? len : 0] = '\0';
	return buf;
}

TEST_F(init, stages_go_both_ways_until_a_crash)
{
	char buf[1024];

	init_stage(self->in, STAGE_MOUNTS);
	EXPECT_STREQ("stage mounts\n", com2(&self->host, buf, sizeof(buf)));
	EXPECT_EQ(WIRE_STAGE, next(&self->host));

	EXPECT_EQ(-1, init_crash(self->in, "cannot do %d\nthings", 2));
	EXPECT_STREQ("crash cannot do 2 things\n",
		     com2(&self->host, buf, sizeof(buf)));
	EXPECT_EQ(WIRE_CRASH, next(&self->host));
	EXPECT_STREQ("cannot do 2 things", self->host.payload);

	EXPECT_EQ(-1, init_crash(self->in, "a second one"));
	init_stage(self->in, STAGE_POWEROFF);
	EXPECT_STREQ("", com2(&self->host, buf, sizeof(buf)));
	EXPECT_EQ(0, next(&self->host));
	EXPECT_EQ(STAGE_MOUNTS, self->in->ring.hdr->stage);
}

TEST_F(init, long_crash_is_one_line)
{
	char text[2000], buf[1024];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	init_crash(self->in, "%s", text);
	com2(&self->host, buf, sizeof(buf));
	EXPECT_EQ(0, strncmp("crash xxx", buf, 9));
	EXPECT_EQ(strlen(buf) - 1, strcspn(buf, "\n"));
	EXPECT_EQ(WIRE_CRASH, next(&self->host));
}

/* As /dev/kmsg has them: a head, one line, and what belongs to it. */
TEST(lines_of_the_kernel_that_tell_of_cpus)
{
	static const struct {
		const char *record, *text;
	} cases[] = {
		{ "4,152,0,-;MPTABLE: MPS support code is not built-in\n",
		  "MPTABLE: MPS support code is not built-in" },
		{ "3,9,88,-;smpboot: do_boot_cpu failed(-1)\n SUBSYSTEM=cpu\n",
		  "smpboot: do_boot_cpu failed(-1)" },
		{ "6,7,8,-;a; SMP disabled", "a; SMP disabled" },
		/* Neither the head nor what is behind a line speaks of it. */
		{ "6,7,8,-;fine\n DEVICE=+SMP disabled\n", NULL },
		{ "SMP disabled", NULL },
		{ "", NULL },
	};
	const char *text;
	char record[128];
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		text = NULL;
		for (k = 0; k < ARRAY_SIZE(cpu_words) && !text; k++) {
			snprintf(record, sizeof(record), "%s", cases[i].record);
			text = cpus_text(record, cpu_words[k]);
		}
		EXPECT_STREQ(cases[i].text ?: "", text ?: "");
	}
}

TEST_F(init, cpus_that_did_not_come_up_are_our_trouble)
{
	const long online = sysconf(_SC_NPROCESSORS_ONLN);
	char buf[512], words[64];

	self->in->plan.cpus = online;
	EXPECT_EQ(0, cpus_check(self->in));
	self->in->plan.cpus = 0;
	EXPECT_EQ(0, cpus_check(self->in));
	EXPECT_EQ(0, next(&self->host));

	self->in->plan.cpus = online + 3;
	EXPECT_EQ(-1, cpus_check(self->in));
	ASSERT_EQ(WIRE_OURS, next(&self->host));
	snprintf(words, sizeof(words), "of %ld CPUs %ld came up", online + 3,
		 online);
	EXPECT_EQ(0, strncmp(words, self->host.payload, strlen(words))) {
		TH_LOG("%s", self->host.payload);
	}
	/* What this machine's kernel has said of its own is its affair. */
	if (self->host.payload[strlen(words)])
		EXPECT_EQ(0, strncmp(": the kernel says \"",
				     self->host.payload + strlen(words), 19));
	EXPECT_STREQ("", com2(&self->host, buf, sizeof(buf)));
}

static bool never(const struct init *in)
{
	(void)in;
	return false;
}

TEST_F(init, waiting_ends_in_time)
{
	uint64_t start_ns = clock_now_ns(), took_ms;

	EXPECT_FALSE(loop_until(self->in, never, 150));
	took_ms = (clock_now_ns() - start_ns) / NSEC_PER_MSEC;
	EXPECT_LE(150, took_ms);
	EXPECT_GT(10000, took_ms);
	self->in->test.exited = true;
	EXPECT_TRUE(loop_until(self->in, test_over, 0));
}

/* A child like the test program, without its cgroup. */
static pid_t start_on(struct init *in, const char *tty, const char *path,
		      const char *const *args, unsigned int n_args, int keep)
{
	static char *envp[] = { (char *)"PATH=/bin:/usr/bin", NULL };
	struct child_spec spec = {
		.path = path, .args = args, .n_args = n_args, .envp = envp,
		.tty = tty, .keep = keep,
	};
	int fds[2], error_fd;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	spec.output = fds[1];
	pid = child_start(&spec, &error_fd);
	close(fds[1]);
	loop_watch(in, SRC_TEST_OUTPUT, fds[0], test_serve_output);
	loop_watch(in, SRC_TEST_START, error_fd, test_serve_start);
	in->test.reaped = test_reaped;
	in->test.pid = pid;
	return pid;
}

static pid_t start(struct init *in, const char *path, const char *const *args,
		   unsigned int n_args, int keep)
{
	return start_on(in, NULL, path, args, n_args, keep);
}

/* A terminal of which we have the other end. */
static int open_tty(char *path, size_t size)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 && (grantpt(fd) || unlockpt(fd) ||
			ptsname_r(fd, path, size))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Reads until it has said that, for some time. */
static bool says(int fd, const char *word)
{
	char text[1024] = "";
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(text) - 1 && !strstr(text, word)) {
		n = read(fd, text + len, sizeof(text) - 1 - len);
		if (n <= 0)
			return false;
		len += n;
	}
	return strstr(text, word);
}

TEST_F(init, child_has_a_terminal)
{
	static const char *const args[] = {
		"-c", "read x <&1; echo \"got $x\" >&2; exit 3",
	};
	char path[64], how[64];
	int fd = open_tty(path, sizeof(path));

	ASSERT_LE(0, fd);
	ASSERT_LT(0, start_on(self->in, path, "/bin/sh", args,
			      ARRAY_SIZE(args), -1));
	ASSERT_EQ(6, write(fd, "typed\n", 6));
	EXPECT_TRUE(says(fd, "got typed"));
	ASSERT_TRUE(loop_until(self->in, test_exited, 20000));
	EXPECT_STREQ("exit status 3", child_describe(self->in->test.status, how,
						     sizeof(how)));
	close(fd);
}

/* It is the terminal that it takes its signals from. */
TEST_F(init, ctrl_c_finds_the_child)
{
	/* A shell that starts a child just then may lose it. */
	static const char *const args[] = {
		"-c", "trap 'exit 7' INT; echo ready; read x",
	};
	char path[64], how[64];
	int fd = open_tty(path, sizeof(path));

	ASSERT_LE(0, fd);
	/* Whoever runs us may have us ignore it. */
	signal(SIGINT, SIG_DFL);
	ASSERT_LT(0, start_on(self->in, path, "/bin/sh", args,
			      ARRAY_SIZE(args), -1));
	EXPECT_TRUE(says(fd, "ready"));
	ASSERT_EQ(1, write(fd, "\3", 1));
	ASSERT_TRUE(loop_until(self->in, test_exited, 20000));
	EXPECT_STREQ("exit status 7", child_describe(self->in->test.status, how,
						     sizeof(how)));
	close(fd);
}

TEST_F(init, child_without_its_terminal_says_why)
{
	static const char *const args[] = { "unused" };

	ASSERT_LT(0, start_on(self->in, "/no/such/tty", "/bin/sh", args, 0,
			      -1));
	ASSERT_TRUE(loop_until(self->in, test_exited, 20000));
	loop_drain(self->in, SRC_TEST_START);
	EXPECT_EQ(-ENOENT, self->in->test.start_error);
}

TEST_F(init, child_speaks_and_ends)
{
	static const char *const args[] = {
		"-c", "echo out; echo err >&2; read x || echo no input; exit 3",
	};
	char said[256] = "", how[64];

	ASSERT_LT(0, start(self->in, "/bin/sh", args, ARRAY_SIZE(args), -1));
	ASSERT_TRUE(loop_until(self->in, test_exited, 20000));
	loop_drain(self->in, SRC_TEST_START);
	loop_drain(self->in, SRC_TEST_OUTPUT);
	EXPECT_EQ(0, self->in->test.start_error);
	EXPECT_STREQ("exit status 3", child_describe(self->in->test.status, how,
						     sizeof(how)));
	while (next(&self->host) == WIRE_OUTPUT)
		strncat(said, self->host.payload, sizeof(said) - strlen(said) - 1);
	EXPECT_STREQ("out\nerr\nno input\n", said);
}

TEST_F(init, child_that_cannot_start_says_why)
{
	static const char *const args[] = { "unused" };

	ASSERT_LT(0, start(self->in, "/no/such/program", args, 0, -1));
	ASSERT_TRUE(loop_until(self->in, test_exited, 20000));
	loop_drain(self->in, SRC_TEST_START);
	EXPECT_EQ(-ENOENT, self->in->test.start_error);
}

TEST_F(init, child_has_a_group_and_no_blocked_signals)
{
	static const char *const args[] = {
		"-c", "kill -TERM 0; sleep 20",
	};
	char how[64];

	ASSERT_LT(0, start(self->in, "/bin/sh", args, ARRAY_SIZE(args), -1));
	ASSERT_TRUE(loop_until(self->in, test_exited, 20000));
	EXPECT_STREQ("signal 15 (Terminated)",
		     child_describe(self->in->test.status, how, sizeof(how)));
}

TEST_F(init, child_gets_no_descriptors_but_its_own)
{
	static const char *const args[] = {
		"-c", "for f in /proc/self/fd/*; do [ -e $f ] && echo ${f##*/}; done",
	};
	char said[256] = "", want[64];
	int sv[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv));
	ASSERT_LT(0, start(self->in, "/bin/sh", args, ARRAY_SIZE(args), sv[1]));
	ASSERT_TRUE(loop_until(self->in, test_exited, 20000));
	loop_drain(self->in, SRC_TEST_OUTPUT);
	while (next(&self->host) == WIRE_OUTPUT)
		strncat(said, self->host.payload, sizeof(said) - strlen(said) - 1);
	snprintf(want, sizeof(want), "\n%d\n", sv[1]);
	EXPECT_NE(NULL, strstr(said, want));
	snprintf(want, sizeof(want), "\n%d\n", sv[0]);
	EXPECT_EQ(NULL, strstr(said, want));
	snprintf(want, sizeof(want), "\n%d\n", self->host.com2[1]);
	EXPECT_EQ(NULL, strstr(said, want));
	close(sv[0]);
	close(sv[1]);
}

/* A writer that never stops does not keep a drain from ending. */
TEST_F(init, draining_a_flood_ends)
{
	static const char *const args[] = { "-c", "exec cat /dev/zero" };

	unsigned int i;

	ASSERT_LT(0, start(self->in, "/bin/sh", args, ARRAY_SIZE(args), -1));
	self->in->ring_stuck = true;	/* nobody reads: drop at once */
	for (i = 0; i < 100 && !self->in->ring.hdr->drops; i++)
		EXPECT_FALSE(loop_until(self->in, never, 200));
	loop_drain(self->in, SRC_TEST_OUTPUT);
	EXPECT_LT(0, self->in->ring.hdr->drops);
	kill(self->in->test.pid, SIGKILL);
	EXPECT_TRUE(loop_until(self->in, test_exited, 20000));
}

static const struct {
	const char *name;
	uint32_t type;
	uint32_t zero;
	size_t len;		/* of the payload */
	bool good;
} datagrams[] = {
	{ "result", WIRE_RESULT, 0, sizeof(struct wire_result), true },
	{ "short result", WIRE_RESULT, 0, 4, false },
	{ "long result", WIRE_RESULT, 0, sizeof(struct wire_result) + 1,
	  false },
	{ "detail", WIRE_DETAIL, 0, sizeof(struct wire_detail), true },
	{ "cgroup", WIRE_CGROUP, 0, sizeof(struct wire_cgroup), true },
	{ "half a cgroup", WIRE_CGROUP, 0, sizeof(struct wire_cgroup) / 2,
	  false },
	{ "three metrics", WIRE_METRIC, 0, 3 * sizeof(struct wire_metric),
	  true },
	{ "number of a payload", WIRE_PAYLOAD, 0, sizeof(struct wire_payload),
	  true },
	{ "short number", WIRE_PAYLOAD, 0, 8, false },
	{ "CPUs that change", WIRE_CPUS, 0, 0, true },
	{ "step", WIRE_STEP, 0, sizeof(struct wire_step), true },
	{ "second word", WIRE_STEP, 1, sizeof(struct wire_step), false },
	{ "probe of any length", WIRE_PROBE, 0, 12345, true },
	{ "what the host took", WIRE_DOUBT, 0, 40, true },
	{ "trouble of ours", WIRE_OURS, 0, 40, false },
	{ "empty output", WIRE_OUTPUT, 0, 0, true },
	{ "longest output", WIRE_OUTPUT, 0, WIRE_REC_MAX, true },
	{ "too long output", WIRE_OUTPUT, 0, WIRE_REC_MAX + 1, false },
	{ "stage", WIRE_STAGE, 0, sizeof(struct wire_stage_rec), false },
	{ "exit", WIRE_EXIT, 0, sizeof(struct wire_exit), false },
	{ "crash", WIRE_CRASH, 0, 4, false },
	{ "state", WIRE_SCX_STATE, 0, 8, false },
	{ "missing", WIRE_MISSING, 0, 4, false },
	{ "scheduler", WIRE_SCHED, 0, 4, false },
	{ "short ask", WIRE_SCHED_ASK, 0, 2, false },
	{ "type 0", 0, 0, 8, false },
	{ "type unknown", WIRE_TYPE_COUNT, 0, 8, false },
};

TEST_F(init, only_a_programs_records_pass)
{
	char *datagram = calloc(1, WIRE_REC_MAX + 64);
	int sv[2], size = 1 << 20;
	size_t i;

	ASSERT_NE(NULL, datagram);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC |
				SOCK_NONBLOCK, 0, sv));
	ASSERT_EQ(0, setsockopt(sv[1], SOL_SOCKET, SO_SNDBUF, &size,
				sizeof(size)));
	loop_watch(self->in, SRC_TEST_WIRE, sv[0], test_serve_wire);
	for (i = 0; i < ARRAY_SIZE(datagrams); i++) {
		memcpy(datagram, &datagrams[i].type, 4);
		memcpy(datagram + 4, &datagrams[i].zero, 4);
		ASSERT_EQ((ssize_t)(8 + datagrams[i].len),
			  send(sv[1], datagram, 8 + datagrams[i].len, 0));
		loop_drain(self->in, SRC_TEST_WIRE);

		if (datagrams[i].good) {
			EXPECT_EQ(datagrams[i].type, next(&self->host))
				TH_LOG("case: %s", datagrams[i].name);
			EXPECT_EQ(datagrams[i].len, self->host.rec.len);
		} else {
			EXPECT_EQ(WIRE_OUTPUT, next(&self->host))
				TH_LOG("case: %s", datagrams[i].name);
			EXPECT_EQ(0, strncmp("# init: a record of the test",
					     self->host.payload, 28));
		}
		EXPECT_EQ(0, next(&self->host));
	}

	/* A stub of a head, and far more than a record. */
	ASSERT_EQ(3, send(sv[1], datagram, 3, 0));
	loop_drain(self->in, SRC_TEST_WIRE);
	EXPECT_EQ(WIRE_OUTPUT, next(&self->host));
	close(sv[1]);
	loop_drain(self->in, SRC_TEST_WIRE);
	EXPECT_EQ(-1, self->in->sources[SRC_TEST_WIRE].fd);
	free(datagram);
}

TEST(the_scheduler_is_the_one_that_was_asked_for)
{
	struct sched_spec spec = { .path = "/ktstr/bin/scx_simple" };
	char why[256];

	EXPECT_EQ(0, sched_check_name(&spec, "anything", why, sizeof(why)));
	spec.ops = "simple";
	EXPECT_EQ(0, sched_check_name(&spec, "simple", why, sizeof(why)));
	EXPECT_EQ(0, sched_check_name(&spec, "simple_1.1.0_x86_64", why,
				      sizeof(why)));
	EXPECT_EQ(-1, sched_check_name(&spec, "ktstr", why, sizeof(why)));
	EXPECT_STREQ("sched_ext runs \"ktstr\", and scheduler /ktstr/bin/scx_simple was to bring one whose name begins with \"simple\"",
		     why);
}

/* ---- the scheduler is changed while the test runs ---- */

static const struct {
	uint32_t strings;
	const char *text;
	size_t len;
	const char *wrong;
} asks[] = {
	{ 0, "", 0, NULL },
	{ 3, "a\0/b\0", 6, NULL },
	{ 5, "a\0/b\0c\0-d\0", 11, NULL },
	{ 4, "a\0/b\0", 6, "has not as many strings as it says" },
	{ 3, "a\0/b\0c\0-d\0", 11, "has not as many strings as it says" },
	{ 3, "a\0/b\0c", 6, "has not as many strings as it says" },
	{ 0, "a", 2, "has not as many strings as it says" },
	{ 2, "a\0/b", 5, "has not the strings that it must have" },
	{ 1000, "", 0, "has not the strings that it must have" },
};

TEST_F(init, asks_for_schedulers_are_whole)
{
	char buf[sizeof(uint32_t) + 64];
	const char *wrong;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(asks); i++) {
		memcpy(buf, &asks[i].strings, sizeof(uint32_t));
		memcpy(buf + sizeof(uint32_t), asks[i].text, asks[i].len);
		self->in->ask.pending = false;
		wrong = switch_take(self->in, buf,
				    sizeof(uint32_t) + asks[i].len);
		EXPECT_STREQ(asks[i].wrong ?: "", wrong ?: "")
			TH_LOG("case %zu", i);
		EXPECT_EQ(!asks[i].wrong, self->in->ask.pending);
	}
	EXPECT_STREQ("has another length than its type",
		     switch_take(self->in, buf, 3));
	self->in->ask.pending = true;
	EXPECT_STREQ("comes before the answer to the one before it",
		     switch_take(self->in, buf, 4));
}

static void ask_for(FIXTURE_DATA(init) *self, const char *strings, size_t len)
{
	char buf[sizeof(uint32_t) + 256];
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < len; i++)
		n += !strings[i];
	memcpy(buf, &n, sizeof(n));
	memcpy(buf + sizeof(n), strings, len);
	switch_take(self->in, buf, sizeof(n) + len);
	switch_serve(self->in);
}

/* What is no scheduler of the test's is not started; what dies at once is told. */
TEST_F(init, schedulers_that_do_not_attach)
{
	static const char other[] = "other\0/bin/false\0";
	static const char dies[] = "dies\0/bin/sh\0\0-c\0exit 3";
	struct wire_sched_answer answer;
	int sv[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC |
				SOCK_NONBLOCK, 0, sv));
	loop_watch(self->in, SRC_TEST_WIRE, sv[0], test_serve_wire);
	self->in->plan.scheduler = "/bin/sh";
	self->in->plan.attach_ms = 20000;
	self->in->stage = STAGE_WORKLOAD;
	ask_for(self, other, sizeof(other));
	ASSERT_EQ((ssize_t)sizeof(answer),
		  recv(sv[1], &answer, sizeof(answer), 0));
	EXPECT_EQ(0, answer.pid);
	EXPECT_STREQ("/bin/false is not among the test's schedulers",
		     answer.why);
	EXPECT_EQ(0, next(&self->host));

	ask_for(self, dies, sizeof(dies));
	ASSERT_EQ((ssize_t)sizeof(answer),
		  recv(sv[1], &answer, sizeof(answer), 0));
	EXPECT_EQ(0, answer.pid);
	EXPECT_STREQ("scheduler /bin/sh exited before it was enabled (exit status 3)",
		     answer.why);
	EXPECT_EQ(WIRE_SCHED, next(&self->host));
	EXPECT_STREQ("dies", self->host.payload);
	EXPECT_EQ(WIRE_SCHED_EXIT, next(&self->host));

	/* A death is not wished away by who asks for another one. */
	ask_for(self, dies, sizeof(dies));
	ASSERT_EQ((ssize_t)sizeof(answer),
		  recv(sv[1], &answer, sizeof(answer), 0));
	EXPECT_STREQ("the scheduler has died before", answer.why);
	EXPECT_EQ(0, next(&self->host));
	close(sv[1]);
}

static void make_file(const char *dir, const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	if (fd >= 0)
		close(fd);
}

/* The files of a kernel that has it all come one by one. */
TEST_F(init, what_the_kernel_lacks_is_named)
{
	char sysfs[] = "/tmp/ktstr-sysfs-XXXXXX", cmd[128], buf[256];
	static const char * const says[] = {
		"/kernel/sched_ext/state (CONFIG_SCHED_CLASS_EXT)",
		"/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)",
	};
	size_t i;

	ASSERT_NE(NULL, mkdtemp(sysfs));
	snprintf(cmd, sizeof(cmd), "mkdir -p %s/kernel/sched_ext %s/kernel/btf",
		 sysfs, sysfs);
	EXPECT_EQ(0, system(cmd));
	for (i = 0; i < ARRAY_SIZE(says); i++) {
		self->in->failed = false;
		EXPECT_EQ(-1, scx_check_needs(self->in, sysfs));
		EXPECT_TRUE(self->in->failed);
		EXPECT_EQ(WIRE_MISSING, next(&self->host));
		EXPECT_NE(NULL, strstr(self->host.payload, says[i])) {
			TH_LOG("said: %s", self->host.payload);
		}
		make_file(sysfs, scx_needs[i].path);
	}
	self->in->failed = false;
	EXPECT_EQ(0, scx_check_needs(self->in, sysfs));
	EXPECT_EQ(0, next(&self->host));
	/* It is no crash: COM2 knows no other word. */
	EXPECT_STREQ("", com2(&self->host, buf, sizeof(buf)));
	snprintf(cmd, sizeof(cmd), "rm -r %s", sysfs);
	EXPECT_EQ(0, system(cmd));
}

static const struct {
	char assignment[32];
	const char *err;
} bad_sysctls[] = {
	{ "kernel.no_such_thing=1",
	  "cannot set sysctl kernel.no_such_thing=1: No such file or directory" },
	{ "no.such.dir/file=1",
	  "cannot set sysctl no.such.dir/file=1: No such file or directory" },
	/* Read-only for everybody: the dots did become slashes. */
	{ "kernel.ngroups_max=1",
	  "cannot set sysctl kernel.ngroups_max=1: Permission denied" },
};

TEST_F(init, sysctls_that_are_not_there_are_named)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad_sysctls); i++) {
		self->in->failed = false;
		EXPECT_EQ(-1, setup_sysctl(self->in,
					   bad_sysctls[i].assignment));
		EXPECT_EQ(WIRE_CRASH, next(&self->host));
		EXPECT_STREQ(bad_sysctls[i].err, self->host.payload);
	}
}

TEST_F(init, environment_is_ours_first)
{
	struct test_env env;

	self->in->sched.pid = 77;
	self->in->plan.env[self->in->plan.n_env++] = "KTSTR_GUEST=0";
	test_env_build(&env, self->in, 9);
	EXPECT_STREQ("KTSTR_GUEST=1", env.list[0]);
	EXPECT_STREQ("KTSTR_WIRE_FD=9", env.list[1]);
	EXPECT_STREQ("KTSTR_CGROUP=/sys/fs/cgroup/ktstr", env.list[2]);
	EXPECT_STREQ("KTSTR_SCHED_PID=77", env.list[3]);
	EXPECT_STREQ("KTSTR_GUEST=0", env.list[env.n - 1]);
	EXPECT_EQ(NULL, env.list[env.n]);
}

/* ---- what a run has of its own ---- */

/* An archive as the host makes it; the caller frees. */
static struct initramfs *some_load(const void **data, size_t *len)
{
	struct initramfs *ir = initramfs_create_on(NULL);

	if (!ir || initramfs_add(ir, "/ktstr/plan", 0644, "test x\n", 7) ||
	    initramfs_add(ir, "/bin/empty", 0755, NULL, 0) ||
	    initramfs_add_link(ir, "/lib/a", "../bin/empty") ||
	    initramfs_finish(ir, data, len))
		abort();
	return ir;
}

TEST_F(init, load_is_unpacked)
{
	char dir[] = "/tmp/ktstr-load-XXXXXX", buf[64], command[64];
	struct initramfs *ir;
	const void *data;
	struct stat st;
	size_t len;

	ASSERT_TRUE(!!mkdtemp(dir));
	ASSERT_EQ(0, chdir(dir));
	ir = some_load(&data, &len);
	ASSERT_EQ(0, load_unpack(self->in, data, len));
	EXPECT_EQ(7, file_read("ktstr/plan", buf, sizeof(buf)));
	EXPECT_STREQ("test x\n", buf);
	ASSERT_EQ(0, stat("lib/a", &st));
	EXPECT_EQ(0, st.st_size);
	EXPECT_EQ(0111, st.st_mode & 0111);

	/* What init runs from must not change below it. */
	EXPECT_EQ(-1, load_unpack(self->in, data, len));
	EXPECT_EQ(WIRE_CRASH, next(&self->host));
	EXPECT_STREQ("cannot unpack ktstr/plan: File exists",
		     self->host.payload);
	initramfs_destroy(ir);
	ASSERT_EQ(0, chdir("/"));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	ASSERT_EQ(0, system(command));
}

TEST_F(init, load_that_is_cut_is_told)
{
	char dir[] = "/tmp/ktstr-load-XXXXXX", command[64];
	struct initramfs *ir;
	const void *data;
	size_t len;

	ASSERT_TRUE(!!mkdtemp(dir));
	ASSERT_EQ(0, chdir(dir));
	ir = some_load(&data, &len);
	EXPECT_EQ(-1, load_unpack(self->in, data, len - 60));
	EXPECT_EQ(WIRE_CRASH, next(&self->host));
	EXPECT_TRUE(strstarts(self->host.payload,
			      "the archive makes no sense at byte "));
	initramfs_destroy(ir);
	ASSERT_EQ(0, chdir("/"));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	ASSERT_EQ(0, system(command));
}

TEST_F(init, load_is_waited_for)
{
	struct wire_header *hdr = self->host.region;
	struct wire_load load;

	EXPECT_EQ(-ETIMEDOUT, wire_load_wait(hdr, 5, &load));
	EXPECT_EQ(1, wire_load_ready(hdr));
	wire_load_go(hdr, 0x100400000, 4096);
	ASSERT_EQ(0, wire_load_wait(hdr, 5, &load));
	EXPECT_EQ(0x100400000, load.gpa);
	EXPECT_EQ(4096, load.size);
	EXPECT_LT(1700000000ULL * NSEC_PER_SEC, load.realtime_ns);
}

TEST_HARNESS_MAIN
