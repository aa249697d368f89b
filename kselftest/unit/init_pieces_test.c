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
#include "init/file.c"
#include "init/loop.c"
#include "init/prober.c"
#include "init/report.c"
#include "init/sched.c"
#include "init/scx.c"
#include "init/setup.c"
#include "init/test.c"

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
	loop_init(self->in);
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

TEST_F(init, host_can_stop_it)
{
	((struct wire_header *)self->host.region)->host_ctl = WIRE_CTL_STOP;
	EXPECT_TRUE(loop_until(self->in, test_over, 10000));
	EXPECT_TRUE(self->in->stop);
}

/* A child like the test program, without its cgroup. */
static pid_t start(struct init *in, const char *path,
		   const char *const *args, unsigned int n_args, int keep)
{
	static char *envp[] = { (char *)"PATH=/bin:/usr/bin", NULL };
	struct child_spec spec = {
		.path = path, .args = args, .n_args = n_args, .envp = envp,
		.keep = keep,
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
	in->test.pid = pid;
	return pid;
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
	{ "stats", WIRE_CGROUP_STATS, 0, sizeof(struct wire_cgroup_stats),
	  true },
	{ "step", WIRE_STEP, 0, sizeof(struct wire_step), true },
	{ "second word", WIRE_STEP, 1, sizeof(struct wire_step), false },
	{ "probe of any length", WIRE_PROBE, 0, 12345, true },
	{ "empty output", WIRE_OUTPUT, 0, 0, true },
	{ "longest output", WIRE_OUTPUT, 0, WIRE_REC_MAX, true },
	{ "too long output", WIRE_OUTPUT, 0, WIRE_REC_MAX + 1, false },
	{ "stage", WIRE_STAGE, 0, sizeof(struct wire_stage_rec), false },
	{ "exit", WIRE_EXIT, 0, sizeof(struct wire_exit), false },
	{ "crash", WIRE_CRASH, 0, 4, false },
	{ "state", WIRE_SCX_STATE, 0, 8, false },
	{ "missing", WIRE_MISSING, 0, 4, false },
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

#define TRACE_EXIT(whose) \
	" u-8 [0] d. 1.0: sched_ext_exit: sched qmap " whose " cgrp_path / kind 64\n"

TEST(exits_are_seen_in_the_trace)
{
	static const struct {
		const char *trace;
		bool exits;
	} cases[] = {
		{ "", false },
		{ " sh-1 [0] d. 1.0: sched_ext_dump: CPU states\n", false },
		{ " init-1 [0] d. 1.0: sched_ext_dump: Debug dump triggered by SysRq-D\n",
		  false },
		{ " k-1 [0] d. 1.0: sched_ext_dump: t[43] triggered exit kind 1026 on CPU 1:\n",
		  true },
		{ TRACE_EXIT("level 0 sub_cgroup_id 0"), true },
		{ TRACE_EXIT("level 1 sub_cgroup_id 9"), false },
		{ TRACE_EXIT("level 1 sub_cgroup_id 9")
		  TRACE_EXIT("level 0 sub_cgroup_id 0"), true },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(cases[i].exits, scx_exit_begins(cases[i].trace))
			TH_LOG("case %zu", i);
}

TEST_F(init, the_scheduler_is_the_one_that_was_asked_for)
{
	self->in->plan.scheduler = "/ktstr/bin/scx_simple";
	EXPECT_EQ(0, sched_check_name(self->in, "anything"));
	self->in->plan.ops = "simple";
	EXPECT_EQ(0, sched_check_name(self->in, "simple"));
	EXPECT_EQ(0, sched_check_name(self->in, "simple_1.1.0_x86_64"));
	EXPECT_EQ(0, next(&self->host));
	EXPECT_EQ(-1, sched_check_name(self->in, "ktstr"));
	EXPECT_EQ(WIRE_CRASH, next(&self->host));
	EXPECT_STREQ("sched_ext runs \"ktstr\", and scheduler /ktstr/bin/scx_simple was to bring one whose name begins with \"simple\"",
		     self->host.payload);
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

TEST_HARNESS_MAIN
