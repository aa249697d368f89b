// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits out of real texts, the rules for the culprit, equal crashes.
 */
#include "kselftest_harness.h"

#include "lib/common/scx/culprit.h"
#include "lib/common/scx/exit.h"
#include "lib/common/scx/stack.h"
#include "lib/common/scx/words.h"
#include "lib/common/util/util.h"
#include "repro_data.h"

static const struct file_case {
	const char *file;
	struct scx_exit want;
} file_cases[] = {
	{ "scx_error.sched", {
		.kind = 1025, .cpu = 1, .reason = "scx_bpf_error",
		.msg = "/src/ktstr/bpf/scx_ktstr.bpf.c:55: ktstr: host-triggered crash",
		.file = "/src/ktstr/bpf/scx_ktstr.bpf.c", .line = 55,
		.current = { "sh", 66 } } },
	{ "scx_error.console", {
		.kind = 1025, .cpu = -1, .reason = "scx_bpf_error",
		.scheduler = "ktstr",
		.msg = "/src/ktstr/bpf/scx_ktstr.bpf.c:55: ktstr: host-triggered crash",
		.file = "/src/ktstr/bpf/scx_ktstr.bpf.c", .line = 55 } },
	{ "scx_error.trace", {
		.kind = 1025, .cpu = 1, .reason = "scx_bpf_error",
		.scheduler = "ktstr",
		.msg = "/src/ktstr/bpf/scx_ktstr.bpf.c:55: ktstr: host-triggered crash",
		.file = "/src/ktstr/bpf/scx_ktstr.bpf.c", .line = 55,
		.current = { "sh", 66 } } },
	{ "scx_stall.sched", {
		.kind = 1026, .cpu = 0, .reason = "runnable task stall",
		.msg = "sh[64] failed to run for 2.572s",
		.current = { "kworker/u8:0", 11 }, .subject = { "sh", 64 },
		.wait_ms = 2572 } },
	{ "scx_stall.console", {
		.kind = 1026, .cpu = -1, .reason = "runnable task stall",
		.scheduler = "ktstr",
		.msg = "sh[64] failed to run for 2.572s",
		.subject = { "sh", 64 }, .wait_ms = 2572 } },
	{ "scx_bad-dsq.sched", {
		.kind = 1024, .cpu = 0, .reason = "runtime error",
		.msg = "non-existent DSQ 0xdead",
		.current = { "sh", 64 } } },
	{ "scx_bad-cpu.console", {
		.kind = 1024, .cpu = -1, .reason = "runtime error",
		.scheduler = "ktstr",
		.msg = "invalid CPU 4095 in SCX_DSQ_LOCAL_ON dispatch verdict" } },
	{ "scx_init.sched", {
		.kind = 1024, .cpu = 1, .reason = "runtime error",
		.msg = "ops.init() failed (-19)",
		.current = { "scx_enable_help", 63 } } },
	{ "scx_init.console", {
		.kind = 1024, .cpu = -1, .reason = "runtime error",
		.scheduler = "ktstr", .msg = "ops.init() failed (-19)" } },
	{ "scx_hotplug.sched", {
		.kind = 66, .cpu = 1,
		.reason = "unregistered from the main kernel",
		.msg = "cpu 1 going offline, exiting scheduler" } },
	{ "scx_sysrq_s.sched", {
		.kind = 67, .cpu = -1, .reason = "disabled by sysrq-S" } },
	{ "scx_unreg.console", {
		.kind = 64, .cpu = -1, .scheduler = "ktstr",
		.reason = "unregistered from user space" } },
	{ "simple_unreg.sched", {
		.kind = 64, .cpu = -1,
		.reason = "unregistered from user space" } },
	{ "runner_exit.console", {
		.kind = 65, .cpu = -1, .reason = "unregistered from BPF",
		.scheduler = "exit" } },
	{ "runner_exit.trace", {
		.kind = 65, .cpu = -1, .reason = "",
		.scheduler = "exit" } },
	{ "loops_exit.sched", {
		.kind = 65, .cpu = 1, .reason = "unregistered from BPF",
		.msg = "out of work (7)" } },
	/* The first exit of two: that of the sub-scheduler. */
	{ "qmap_parent.console", {
		.kind = 68, .cpu = -1, .reason = "parent exiting",
		.scheduler = "qmap" } },
	{ "qmap_parent.sched", {
		.kind = 68, .cpu = -1, .reason = "parent exiting" } },
	{ "qmap_parent.trace", {
		.kind = 68, .cpu = -1, .reason = "",
		.scheduler = "qmap" } },
	{ "qmap_parent-kill.console", {
		.kind = 69, .cpu = -1, .reason = "killed by parent scheduler",
		.scheduler = "qmap" } },
	{ "qmap_parent-kill.sched", {
		.kind = 69, .cpu = 1, .reason = "killed by parent scheduler",
		.msg = "parent holds no excl cpu to distribute" } },
	{ "qmap_parent-kill.trace", {
		.kind = 69, .cpu = -1, .reason = "",
		.scheduler = "qmap" } },
	{ "scx_wrong-task.console", {
		.kind = 1024, .cpu = -1, .reason = "runtime error",
		.scheduler = "ktstr",
		.msg = "scheduling for busybox[55] but trying to direct-dispatch busybox[46]",
		.subject = { "busybox", 55 } } },
	{ "scx_wrong-task.sched", {
		.kind = 1024, .cpu = 1, .reason = "runtime error",
		.msg = "scheduling for busybox[55] but trying to direct-dispatch busybox[46]",
		.current = { "busybox", 46 }, .subject = { "busybox", 55 } } },
	{ "loops_softlockup.console", {
		.kind = 1024, .cpu = -1, .reason = "runtime error",
		.scheduler = "loops",
		.msg = "soft lockup - CPU 0 stuck for 11s" } },
	{ "loops_softlockup.sched", {
		.kind = 1024, .cpu = 0, .reason = "runtime error",
		.msg = "soft lockup - CPU 0 stuck for 11s",
		.current = { "busybox", 88 } } },
	{ "loops_rcu.console", {
		.kind = 1024, .cpu = -1, .reason = "runtime error",
		.scheduler = "loops",
		.msg = "RCU CPU stall on CPUs (1)" } },
	{ "loops_rcu.sched", {
		.kind = 1024, .cpu = 1, .reason = "runtime error",
		.msg = "RCU CPU stall on CPUs (1)",
		.current = { "busybox", 87 } } },
	{ "loops_reenq.console", {
		.kind = 1027, .cpu = -1, .reason = "reenqueue limit",
		.scheduler = "loops",
		.msg = "scx_loops[49] reenqueued 257 times without running",
		.subject = { "scx_loops", 49 } } },
	{ "loops_reenq.sched", {
		.kind = 1027, .cpu = 1, .reason = "reenqueue limit",
		.msg = "scx_loops[49] reenqueued 257 times without running",
		.current = { "busybox", 46 }, .subject = { "scx_loops", 49 } } },
	{ "qmap_rescue.console", {
		.kind = 1028, .cpu = -1, .reason = "rescue bandwidth overload",
		.scheduler = "qmap",
		.msg = "used too much rescue CPU time (7ms) while busybox[71] waited 1.048s to be rescued",
		.subject = { "busybox", 71 }, .wait_ms = 1048 } },
	/* In the idle task, which is not told. */
	{ "qmap_rescue.sched", {
		.kind = 1028, .cpu = 0, .reason = "rescue bandwidth overload",
		.msg = "used too much rescue CPU time (7ms) while busybox[71] waited 1.048s to be rescued",
		.subject = { "busybox", 71 }, .wait_ms = 1048 } },
	/* Linux 6.12 */
	{ "old_error.console", {
		.kind = 1025, .cpu = -1, .reason = "scx_bpf_error",
		.scheduler = "ktstr",
		.msg = "bpf/scx_ktstr.bpf.c:77: ktstr: host-triggered crash",
		.file = "bpf/scx_ktstr.bpf.c", .line = 77 } },
	{ "old_error.sched", {
		.kind = 1025, .cpu = -1, .reason = "scx_bpf_error",
		.msg = "bpf/scx_ktstr.bpf.c:77: ktstr: host-triggered crash",
		.file = "bpf/scx_ktstr.bpf.c", .line = 77,
		.current = { "busybox", 45 } } },
	{ "old_stall.console", {
		.kind = 1026, .cpu = -1, .reason = "runnable task stall",
		.scheduler = "ktstr",
		.msg = "busybox[45] failed to run for 2.500s",
		.subject = { "busybox", 45 }, .wait_ms = 2500 } },
	{ "old_stall.sched", {
		.kind = 1026, .cpu = -1, .reason = "runnable task stall",
		.msg = "busybox[45] failed to run for 2.500s",
		.current = { "kworker/u8:1", 29 }, .subject = { "busybox", 45 },
		.wait_ms = 2500 } },
	{ "old_bad-dsq.console", {
		.kind = 1024, .cpu = -1, .reason = "runtime error",
		.scheduler = "ktstr",
		.msg = "non-existent DSQ 0xdead for busybox[46]",
		.subject = { "busybox", 46 } } },
	{ "old_bad-dsq.sched", {
		.kind = 1024, .cpu = -1, .reason = "runtime error",
		.msg = "non-existent DSQ 0xdead for busybox[46]",
		.current = { "rcu_sched", 16 }, .subject = { "busybox", 46 } } },
	/* Made after reports of users: see the README there. */
	{ "clang_stall.console", {
		.kind = 1026, .cpu = -1, .reason = "runnable task stall",
		.scheduler = "demo",
		.msg = "ld.demo[2718] failed to run for 5.344s",
		.subject = { "ld.demo", 2718 }, .wait_ms = 5344 } },
	{ "clang_stall.sched", {
		.kind = 1026, .cpu = 5, .reason = "runnable task stall",
		.msg = "ld.demo[2718] failed to run for 5.344s",
		.current = { "kworker/u32:3", 812 },
		.subject = { "ld.demo", 2718 }, .wait_ms = 5344 } },
	{ "lto_stopping.sched", {
		.kind = 1025, .cpu = -1, .reason = "scx_bpf_error",
		.msg = "run_time_ns is negative: 0x5772484607211 - 0x5772484608241",
		.current = { "rcub/0", 19 } } },
	{ "rust_plain.sched", {
		.kind = 1024, .cpu = -1, .reason = "runtime error",
		.msg = "SCX_DSQ_LOCAL[_ON] target CPU 0 not allowed for kworker/10:0[3124]",
		.subject = { "kworker/10:0", 3124 } } },
	{ "rust_backtrace.sched", {
		.kind = 1025, .cpu = -1, .reason = "scx_bpf_error",
		.msg = "main.bpf.c:707: task_ctx_stor first lookup failed",
		.file = "main.bpf.c", .line = 707 } },
	{ "rust_ansi.sched", {
		.kind = 1026, .cpu = -1, .reason = "runnable task stall",
		.msg = "demo worker[4242] failed to run for 30.177s",
		.subject = { "demo worker", 4242 }, .wait_ms = 30177 } },
	{ "rust_clean.sched", {
		.kind = 64, .cpu = -1,
		.reason = "unregistered from user space" } },
	{ "rust_restart.sched", {
		.kind = 66, .cpu = -1,
		.reason = "unregistered from the main kernel",
		.msg = "cpu 3 going offline, exiting scheduler" } },
	{ "rust_tracing.sched", {
		.kind = 66, .cpu = -1,
		.reason = "unregistered from the main kernel",
		.msg = "cpu 3 going offline, exiting scheduler" } },
	{ "rust_eyre.sched", {
		.kind = 1024, .cpu = -1, .reason = "runtime error",
		.msg = "invalid CPU -7 from ops.select_cpu()" } },
	{ "rust_tagged.sched", {
		.kind = 1024, .cpu = -1, .reason = "runtime error",
		.msg = "tagged" } },
	{ "other_task.sched", {
		.kind = 1025, .cpu = -1, .reason = "scx_bpf_error",
		.msg = "task_ctx lookup failed for python[1071]",
		.current = { "python", 1044 }, .subject = { "python", 1071 } } },
	{ "other_pid.sched", {
		.kind = 1025, .cpu = -1, .reason = "scx_bpf_error",
		.msg = "task_ctx lookup failed for pid 1415",
		.current = { "pahole", 1409 }, .subject = { "", 1415 } } },
	/* No exit of a scheduler in these. */
	{ "hung_enable.console", { .kind = -1, .cpu = -1 } },
	{ "lockdep_circular.console", { .kind = -1, .cpu = -1 } },
	{ "rcu_tasks.console", { .kind = -1, .cpu = -1 } },
	{ "oops_scx_fork.console", { .kind = -1, .cpu = -1 } },
	{ "panic_sysrq.console", { .kind = -1, .cpu = -1 } },
	{ "softlockup_sysrq.console", { .kind = -1, .cpu = -1 } },
};

TEST(files)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(file_cases); i++) {
		const struct scx_exit *want = &file_cases[i].want;
		struct scx_exit ex;
		char path[128];
		char *text;
		size_t len;

		snprintf(path, sizeof(path), "crash/%s", file_cases[i].file);
		text = data_read(path, &len);
		ASSERT_NE(NULL, text);
		exit_init(&ex);
		exit_parse(&ex, text, len);
		TH_LOG("%s", file_cases[i].file);
		EXPECT_EQ(want->kind != -1, ex.found);
		EXPECT_EQ(want->kind, ex.kind);
		EXPECT_EQ(want->cpu, ex.cpu);
		EXPECT_STREQ(want->reason, ex.reason);
		EXPECT_STREQ(want->msg, ex.msg);
		EXPECT_STREQ(want->scheduler, ex.scheduler);
		EXPECT_STREQ(want->file, ex.file);
		EXPECT_EQ(want->line, ex.line);
		EXPECT_STREQ(want->current.comm, ex.current.comm);
		EXPECT_EQ(want->current.pid, ex.current.pid);
		EXPECT_STREQ(want->subject.comm, ex.subject.comm);
		EXPECT_EQ(want->subject.pid, ex.subject.pid);
		EXPECT_EQ(want->wait_ms, ex.wait_ms);
		free(text);
	}
}

/* A line each of odd_comms.txt, then of comm_brackets.txt */
static const struct odd_case {
	int kind;
	struct exit_task subject;
	unsigned int wait_ms;
	int cpu;
	const char *file;
	unsigned int line;
} odd_cases[] = {
	{ 1026, { "plasmashel:cs0", 25797 }, 24000, -1, "", 0 },
	{ 1026, { "MediaDe~hine #6", 17007 }, 30177, -1, "", 0 },
	{ 1026, { "Worker You", 6602 }, 5000, -1, "", 0 },
	{ 1026, { "fb303-consolida", 5763 }, 30177, -1, "", 0 },
	{ 1026, { "(udev-worker)", 334 }, 33204, -1, "", 0 },
	{ 1026, { "(sd-pam)", 1290 }, 13937, 3, "", 0 },
	{ 1026, { "[vkrt] Analysis", 3456 }, 9001, -1, "", 0 },
	{ 1026, { "a) on CPU 3 (b", 77 }, 8040, 1, "", 0 },
	{ 1026, { "ksoftirqd/2", 34 }, 7430, -1, "", 0 },
	{ 1024, { "kworker/u130:0", 209 }, 0, -1, "", 0 },
	{ 1024, { "stress-ng-cpu-s", 410085 }, 0, -1, "", 0 },
	{ 1024, { "x[1] for y", 83618 }, 0, -1, "", 0 },
	{ 1024, { "", 0 }, 0, -1, "", 0 },
	{ 1024, { "swapper/25", 1 }, 0, -1, "", 0 },
	{ 1024, { "", 0 }, 0, -1, "", 0 },
	{ 1024, { "irq/147-iwl", 88 }, 0, -1, "", 0 },
	{ 1025, { "", 0 }, 0, -1, "", 0 },
	{ 1025, { "", 0 }, 0, -1, "/b/out/scx_utils-bpf_h/lib/percpu.h", 68 },
	{ 1025, { "", 0 }, 0, -1, "", 0 },
	{ 66, { "", 0 }, 0, -1, "", 0 },
	{ 65, { "", 0 }, 0, -1, "", 0 },
	{ 1024, { "[kthread][5] x", 83618 }, 0, -1, "", 0 },
	{ 1024, { "a[2] b", 77 }, 0, -1, "", 0 },
	{ 1024, { "a[2] b", 77 }, 0, -1, "", 0 },
	{ 1024, { "a[2] b", 77 }, 0, -1, "", 0 },
	{ 1026, { "a[1] failed to run for 5.000s", 7 }, 6000, -1, "", 0 },
};

/* What stands in the outer parentheses of an EXIT line */
static void outer_parentheses(const char *line, size_t len, char *msg,
			      size_t size)
{
	const char *open = memmem(line, len, " (", 2), *end = line + len;

	while (end > line && *end != ')')
		end--;
	snprintf(msg, size, "%.*s", open ? (int)(end - open - 2) : 0,
		 open ? open + 2 : "");
}

TEST(odd_comms)
{
	static const char * const files[] = {
		"crash/odd_comms.txt", "crash/comm_brackets.txt",
	};
	unsigned int i, n = 0;
	char msg[EXIT_MSG_LEN];
	size_t len;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		char *text = data_read(files[i], NULL), *line = text;

		ASSERT_NE(NULL, text);
		for (; *line; line += len + !!line[len], n++) {
			const struct odd_case *c = &odd_cases[n];
			struct scx_exit ex;

			ASSERT_LT(n, ARRAY_SIZE(odd_cases));
			len = strcspn(line, "\n");
			exit_init(&ex);
			exit_parse(&ex, line, len);
			TH_LOG("%.*s", (int)len, line);
			outer_parentheses(line, len, msg, sizeof(msg));
			EXPECT_STREQ(msg, ex.msg);
			EXPECT_EQ(c->kind, ex.kind);
			EXPECT_STREQ(c->subject.comm, ex.subject.comm);
			EXPECT_EQ(c->subject.pid, ex.subject.pid);
			EXPECT_EQ(c->wait_ms, ex.wait_ms);
			EXPECT_EQ(c->cpu, ex.cpu);
			EXPECT_STREQ(c->file, ex.file);
			EXPECT_EQ(c->line, ex.line);
		}
		free(text);
	}
	EXPECT_EQ(ARRAY_SIZE(odd_cases), n);
}

/* The scheduler's output tells what the console does not. */
TEST(two_texts)
{
	static const char * const files[] = {
		"crash/scx_error.console", "crash/scx_error.sched",
	};
	struct scx_exit ex;
	unsigned int i;

	exit_init(&ex);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		size_t len;
		char *text = data_read(files[i], &len);

		ASSERT_NE(NULL, text);
		exit_parse(&ex, text, len);
		free(text);
	}
	EXPECT_STREQ("ktstr", ex.scheduler);
	EXPECT_STREQ("sh", ex.current.comm);
	EXPECT_EQ(66, ex.current.pid);
	EXPECT_EQ(1, ex.cpu);
}

/* A second dump is of another exit. */
TEST(idle_first)
{
	static const char text[] =
		"swapper/1[0] triggered exit kind x\n"
		"swapper/0[0] triggered exit kind 1024 on CPU 0:\n"
		"  runtime error (one)\n"
		"sh[66] triggered exit kind 1025 on CPU 1:\n"
		"  scx_bpf_error (two)\n";
	struct scx_exit ex;

	exit_init(&ex);
	exit_parse(&ex, text, strlen(text));
	EXPECT_EQ(1024, ex.kind);
	EXPECT_EQ(0, ex.cpu);
	EXPECT_STREQ("one", ex.msg);
	EXPECT_TRUE(ex.idle);
	EXPECT_EQ(0, ex.current.pid);
}

/* The kernel's formats (kernel/sched/ext), with names as tasks have them. */
static const struct msg_case {
	const char *msg;
	const char *comm;
	int pid;
} msg_cases[] = {
	{ "a b[1][2][64] failed to run for 2.572s", "a b[1][2]", 64 },
	{ "runner[6730] already direct-dispatched", "runner", 6730 },
	{ "scheduling for a[1] but trying to direct-dispatch b[2]", "a", 1 },
	{ "SCX_DSQ_LOCAL[_ON] cannot move migration disabled x[9] from CPU 1 to 2",
	  "x", 9 },
	{ "SCX_DSQ_LOCAL[_ON] target CPU 3 not allowed for x y[9]", "x y", 9 },
	{ "ops.init_task() failed (-12) for cc1[77]", "cc1", 77 },
	{ "kworker/0:1[5] reenqueued 16 times without running",
	  "kworker/0:1", 5 },
	{ "select_cpu kfunc called cross-task on z[3]", "z", 3 },
	{ "non-existent DSQ 0xdead", "", 0 },
	{ "non-existent DSQ 0xdead for a b[5]", "a b", 5 },
	{ "[64] failed to run for 2.572s", "", 0 },
	{ "x[99999999999] failed to run for 2.572s", "", 0 },
};

TEST(subjects)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(msg_cases); i++) {
		struct scx_exit ex;
		char line[256];

		snprintf(line, sizeof(line), "EXIT: runtime error (%s) on CPU 3",
			 msg_cases[i].msg);
		exit_init(&ex);
		exit_parse(&ex, line, strlen(line));
		EXPECT_STREQ(msg_cases[i].msg, ex.msg);
		EXPECT_STREQ(msg_cases[i].comm, ex.subject.comm)
			TH_LOG("%s", msg_cases[i].msg);
		EXPECT_EQ(msg_cases[i].pid, ex.subject.pid);
		EXPECT_EQ(3, ex.cpu);
	}
}

static const struct line_case {
	const char *line;
	const char *reason;
	const char *msg;
	int kind;
	int cpu;
} line_cases[] = {
	{ "EXIT: scx_bpf_error (f(1) on CPU 4) on CPU 1", "scx_bpf_error",
	  "f(1) on CPU 4", 1025, 1 },
	{ "EXIT: scx_bpf_error (a.bpf.c:1: b) c", "scx_bpf_error",
	  "a.bpf.c:1: b) c", 1025, -1 },
	{ "EXIT: a reason of tomorrow (why)", "a reason of tomorrow", "why",
	  -1, -1 },
	{ "EXIT: runtime error (cut in the mid", "runtime error",
	  "cut in the mid", 1024, -1 },
	{ "EXIT: ", "", "", -1, -1 },
	{ "swapper/0[0] triggered exit kind 1028 on CPU 2:\n  rescue bandwidth overload (why)",
	  "rescue bandwidth overload", "why", 1028, 2 },
	{ "swapper/0[10 triggered exit kind 1028 on CPU 2:", "", "", -1, -1 },
	{ "[0] triggered exit kind 1028 on CPU 2:", "", "", -1, -1 },
};

TEST(exit_lines)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(line_cases); i++) {
		struct scx_exit ex;

		exit_init(&ex);
		exit_parse(&ex, line_cases[i].line, strlen(line_cases[i].line));
		EXPECT_STREQ(line_cases[i].reason, ex.reason)
			TH_LOG("%s", line_cases[i].line);
		EXPECT_STREQ(line_cases[i].msg, ex.msg);
		EXPECT_EQ(line_cases[i].kind, ex.kind);
		EXPECT_EQ(line_cases[i].cpu, ex.cpu);
	}
}

#define CURRENT	.current_addr = 0x100, .current = { "kworker", 11 }
#define SUBJECT	.subject_addr = 0x200, .subject = { "victim", 22 }
#define NAMED	.subject = { "named", 33 }

static const struct culprit_case {
	struct scx_exit ex;
	struct exit_trigger trigger;
	bool no_trigger;
	enum culprit_source source;
	int pid;
	unsigned int addr;
} culprit_cases[] = {
	{ .ex = { .kind = 1026, NAMED }, .trigger = { CURRENT },
	  .source = CULPRIT_MESSAGE, .pid = 33 },
	/* The watchdog's kworker may itself be in an op: still not it. */
	{ .ex = { .kind = 1026, NAMED }, .trigger = { CURRENT, SUBJECT },
	  .source = CULPRIT_MESSAGE, .pid = 33 },
	{ .ex = { .kind = 1025 }, .trigger = { CURRENT, SUBJECT },
	  .source = CULPRIT_SUBJECT, .pid = 22, .addr = 0x200 },
	{ .ex = { .kind = 1024, NAMED }, .trigger = { CURRENT, SUBJECT },
	  .source = CULPRIT_SUBJECT, .pid = 22, .addr = 0x200 },
	{ .ex = { .kind = 1024, NAMED }, .trigger = { CURRENT },
	  .source = CULPRIT_MESSAGE, .pid = 33 },
	{ .ex = { .kind = 1024 },
	  .trigger = { CURRENT, .call_addr = 0x300, .call = { "for", 55 } },
	  .source = CULPRIT_CALL, .pid = 55, .addr = 0x300 },
	{ .ex = { .kind = 1024 }, .trigger = { CURRENT },
	  .source = CULPRIT_CURRENT, .pid = 11, .addr = 0x100 },
	{ .ex = { .kind = 1024, .current = { "sh", 44 } }, .no_trigger = true,
	  .source = CULPRIT_CURRENT, .pid = 44 },
	{ .ex = { .kind = -1 }, .no_trigger = true, .source = CULPRIT_NONE },
};

TEST(culprits)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(culprit_cases); i++) {
		const struct culprit_case *c = &culprit_cases[i];
		struct culprit culprit;

		culprit_pick(&c->ex, c->no_trigger ? NULL : &c->trigger,
			     &culprit);
		EXPECT_EQ(c->source, culprit.source)
			TH_LOG("case %u", i);
		EXPECT_EQ(c->pid, culprit.task.pid);
		EXPECT_EQ(c->addr, culprit.addr);
	}
}

static const struct match_case {
	const char *first;
	const char *first_stack;
	const char *again;
	const char *again_stack;
	enum exit_match want;
} match_cases[] = {
	{ "EXIT: runnable task stall (sh[64] failed to run for 2.572s)", "",
	  "EXIT: runnable task stall (cat[7] failed to run for 9.001s)", "",
	  EXIT_REPRODUCED },
	{ "EXIT: runtime error (non-existent DSQ 0xdead)", "",
	  "EXIT: runtime error (non-existent DSQ 0xbeef)", "",
	  EXIT_REPRODUCED },
	{ "EXIT: runtime error (one)", "", "EXIT: runtime error (two)", "",
	  EXIT_DIFFERENT },
	{ "EXIT: runtime error (one)", " foo+0x1/0x2\n",
	  "EXIT: runtime error (two)", " foo+0x5/0x2\n", EXIT_REPRODUCED },
	{ "EXIT: runtime error (one)", " foo+0x1/0x2\n",
	  "EXIT: scx_bpf_error (one)", " foo+0x1/0x2\n", EXIT_DIFFERENT },
	{ "EXIT: runtime error (one)", " foo+0x1/0x2\n bar+0x1/0x2\n",
	  "EXIT: runtime error (two)", " foo+0x1/0x2\n baz+0x1/0x2\n",
	  EXIT_DIFFERENT },
	{ "EXIT: runtime error (one)", " foo+0x1/0x2\n bar+0x1/0x2\n",
	  "EXIT: runtime error (two)", " foo+0x1/0x2\n", EXIT_DIFFERENT },
	/* Callers further out differ from run to run. */
	{ "EXIT: runtime error (one)",
	  " a+0x1/0x2\n b+0x1/0x2\n c+0x1/0x2\n d+0x1/0x2\n e+0x1/0x2\n",
	  "EXIT: runtime error (two)",
	  " a+0x1/0x2\n b+0x1/0x2\n c+0x1/0x2\n d+0x1/0x2\n f+0x1/0x2\n",
	  EXIT_REPRODUCED },
	/* The same words out of two ops, and out of one. */
	{ "EXIT: runtime error (non-existent DSQ 0x1)",
	  " find+0x1/0x2\n enqueue+0x1/0x2\n a+0x1/0x2\n",
	  "EXIT: runtime error (non-existent DSQ 0x2)",
	  " find+0x1/0x2\n dispatch+0x1/0x2\n a+0x1/0x2\n",
	  EXIT_DIFFERENT },
	{ "EXIT: runtime error (non-existent DSQ 0x1)",
	  " find+0x1/0x2\n enqueue+0x1/0x2\n a+0x1/0x2\n",
	  "EXIT: runtime error (non-existent DSQ 0x2)",
	  " find+0x1/0x2\n enqueue+0x1/0x2\n b+0x1/0x2\n",
	  EXIT_REPRODUCED },
	/* Two errors of one op. */
	{ "EXIT: scx_bpf_error (a.bpf.c:5: bad cpu 3)", " foo+0x1/0x2\n",
	  "EXIT: scx_bpf_error (a.bpf.c:5: bad cpu 4)", " bar+0x1/0x2\n",
	  EXIT_REPRODUCED },
	{ "EXIT: scx_bpf_error (a.bpf.c:5: bad cpu 3)", " foo+0x1/0x2\n",
	  "EXIT: scx_bpf_error (a.bpf.c:9: bad cpu 3)", " foo+0x1/0x2\n",
	  EXIT_DIFFERENT },
	{ "EXIT: scx_bpf_error (a.bpf.c:5: bad cpu)", " foo+0x1/0x2\n",
	  "EXIT: scx_bpf_error (a.bpf.c:5: bad task)", " foo+0x1/0x2\n",
	  EXIT_DIFFERENT },
	{ "EXIT: scx_bpf_error (a.bpf.c:5: bad cpu)", " foo+0x1/0x2\n",
	  "EXIT: scx_bpf_error (b.bpf.c:5: bad cpu)", " foo+0x1/0x2\n",
	  EXIT_DIFFERENT },
	{ "EXIT: scx_bpf_error (a.bpf.c:5: bad cpu)", " foo+0x1/0x2\n",
	  "EXIT: scx_bpf_error (bad cpu)", " foo+0x1/0x2\n", EXIT_DIFFERENT },
	{ "EXIT: runtime error (one)", "",
	  "EXIT: unregistered from user space", "", EXIT_NOT_REPRODUCED },
	{ "EXIT: runtime error (one)", "", "", "", EXIT_NOT_REPRODUCED },
};

TEST(matches)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(match_cases); i++) {
		const struct match_case *c = &match_cases[i];
		struct stack first_stack = {}, again_stack = {};
		struct scx_exit first, again;

		exit_init(&first);
		exit_init(&again);
		exit_parse(&first, c->first, strlen(c->first));
		exit_parse(&again, c->again, strlen(c->again));
		stack_extract(&first_stack, c->first_stack,
			      strlen(c->first_stack));
		stack_extract(&again_stack, c->again_stack,
			      strlen(c->again_stack));
		EXPECT_EQ(c->want, exit_match(&first, &first_stack, &again,
					      &again_stack))
			TH_LOG("case %u", i);
		stack_free(&first_stack);
		stack_free(&again_stack);
	}
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

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].exits, scx_exit_begins(cases[i].trace))
			TH_LOG("case %zu", i);
	}
}

TEST_HARNESS_MAIN
