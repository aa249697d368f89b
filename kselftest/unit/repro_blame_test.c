// SPDX-License-Identifier: GPL-2.0-only
/*
 * The culprit line: whom a report is about, not who has printed it.
 */
#include "kselftest_harness.h"

#include "lib/common/util/util.h"
#include "lib/host/repro/pipeline.h"
#include "repro_data.h"

FIXTURE(blame)
{
	struct run_outcome out;
	char line[256];
};

FIXTURE_SETUP(blame)
{
	outcome_init(&self->out);
}

FIXTURE_TEARDOWN(blame)
{
	outcome_exit(&self->out);
}

static bool take(struct strbuf *to, const char *name, const char *suffix)
{
	char path[128], *text;
	size_t len;

	snprintf(path, sizeof(path), "crash/%s.%s", name, suffix);
	text = data_read(path, &len);
	if (!text)
		return false;
	strbuf_add(to, text, len);
	free(text);
	return true;
}

static const char *blame(FIXTURE_DATA(blame) *self)
{
	repro_culprit(&self->out, "", self->line, sizeof(self->line));
	return self->line;
}

TEST_F(blame, real_texts)
{
	static const struct {
		const char *name;
		bool console;
		bool log;
		const char *line;
	} cases[] = {
		/* The program that called for it */
		{ "scx_error", true, true,
		  "ktstr_enqueue (BPF) while sh[66] ran, CPU 1" },
		{ "scx_wrong-task", true, true,
		  "ktstr_enqueue (BPF) for busybox[55], CPU 1" },
		/* The kernel finds it after the program has returned. */
		{ "scx_bad-dsq", true, true,
		  "ops.enqueue() of scheduler ktstr, found in find_dsq_for_dispatch() while sh[64] ran, CPU 0"
		},
		{ "scx_init", true, true,
		  "ops.init() of scheduler ktstr, found in scx_root_enable_workfn() while scx_enable_help[63] ran, CPU 1"
		},
		/* sched_ext's watchdog reports. */
		{ "scx_stall", true, true,
		  "scheduler ktstr let sh[64] wait for 2572 ms" },
		{ "scx_stall", true, false,
		  "scheduler ktstr let sh[64] wait for 2572 ms" },
		{ "clang_stall", true, true,
		  "scheduler demo let ld.demo[2718] wait for 5344 ms, CPU 5 was idle" },
		{ "rust_ansi", false, true,
		  "the scheduler let demo worker[4242] wait for 30177 ms" },
		/* The soft lockup detector, RCU, the workqueue's watchdog */
		{ "loops_softlockup", true, true,
		  "busybox[85] held CPU 1 in finish_task_switch()" },
		{ "softlockup_sysrq", true, false,
		  "sh[163] held CPU 0 in sysrq_handle_showmem()" },
		{ "loops_rcu", true, true, "busybox[87] held CPU 1" },
		{ "rcu_tasks", true, false,
		  "demo_task[88] kept RCU waiting in demo_walk_tree()" },
		{ "wq_lockup", true, false,
		  "kworker/1:1[31] held CPU 1 in demo_spin_forever()" },
		/* khungtaskd */
		{ "hung_enable", true, false,
		  "kthreadd[2] hangs in scx_pre_fork(), init[1] in __kthread_create_on_node(), sched_ext_helpe[1531] in scx_cgroup_lock()"
		},
		/* Checkers, and the function that sleeps or locks for another */
		{ "might_sleep", true, false, "demo_take_lock()" },
		{ "lockdep_circular", true, false, "bpf_scx_reg()" },
		{ "sched_atomic", true, false, "demo_sleeps_locked()" },
		{ "kasan_uaf", true, false, "demo_read_ctx()" },
		/* Somebody else than who ran */
		{ "other_task", false, true,
		  "demo_select_cpu (BPF) for python[1071]" },
		{ "other_pid", false, true,
		  "demo_select_cpu (BPF) for pid 1415" },
		{ "oops_scx_fork", true, false, "__scx_init_task()" },
		{ "scx_unreg", true, false, "" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		outcome_exit(&self->out);
		outcome_init(&self->out);
		if (cases[i].console)
			ASSERT_TRUE(take(&self->out.console, cases[i].name,
					 "console"));
		if (cases[i].log)
			ASSERT_TRUE(take(&self->out.sched_log, cases[i].name,
					 "sched"));
		EXPECT_STREQ(cases[i].line, blame(self)) {
			TH_LOG("%s", cases[i].name);
		}
	}
}

/* As sched_ext's dump has it: who is current where the victim waits */
static void dump_stall(struct strbuf *log, const char *curr, const char *class)
{
	strbuf_addf(log,
		    "DEBUG DUMP\n"
		    "kworker/u8:0[11] triggered exit kind 1026 on CPU 0:\n"
		    "  runnable task stall (y[64] failed to run for 2.572s)\n\n"
		    "Backtrace:\n  scx_watchdog_workfn+0x166/0x200\n\n"
		    "CPU states\n----------\n\n"
		    "CPU 0   : nr_run=1 flags=0x1 cpu_rel=0 ksync=563\n"
		    "          curr=kworker/u8:0[11] class=ext_sched_class\n\n"
		    " *R kworker/u8:0[11] *root -1ms\n\n"
		    "CPU 1   : nr_run=2 flags=0x1 cpu_rel=0 ksync=211\n"
		    "          curr=%s class=%s_sched_class\n\n"
		    "  R y[64] *root -2573ms\n", curr, class);
}

TEST_F(blame, who_ran_where_a_task_waited)
{
	static const struct {
		const char *curr, *class, *line;
	} cases[] = {
		{ "hunt[48]", "rt",
		  "hunt[48] (rt) held CPU 1, while y[64] waited for 2572 ms" },
		{ "migration/1[20]", "stop",
		  "migration/1[20] (stop) held CPU 1, while y[64] waited for 2572 ms" },
		{ "a [b][9]", "fair",
		  "a [b][9] held CPU 1, while y[64] waited for 2572 ms" },
		/* Of its own tasks the scheduler decides. */
		{ "z[7]", "ext",
		  "the scheduler let y[64] wait for 2572 ms, CPU 1 ran z[7]" },
		{ "swapper/1[0]", "idle",
		  "the scheduler let y[64] wait for 2572 ms, CPU 1 was idle" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		strbuf_reset(&self->out.sched_log);
		dump_stall(&self->out.sched_log, cases[i].curr,
			   cases[i].class);
		EXPECT_STREQ(cases[i].line, blame(self));
	}
}

/* The monitor complains of CPU 1; its dump knows who is there. */
TEST_F(blame, who_ran_by_the_monitors_dump)
{
	struct mon_task tasks[] = {
		{ .pid = 12, .cpu = 0, .on_cpu = true, .comm = "other",
		  .class = MON_CLASS_EXT },
		{ .pid = 48, .cpu = 1, .on_cpu = true, .comm = "hunt",
		  .class = MON_CLASS_RT },
		{ .pid = 64, .cpu = 1, .comm = "y", .class = MON_CLASS_EXT,
		  .wait_ns = 2572 * NSEC_PER_MSEC },
	};
	struct mon_dump dump = { .tasks = tasks, .n_tasks = ARRAY_SIZE(tasks) };
	struct mon_findings *f = &self->out.findings;

	f->alarms[0] = (struct mon_alarm){ .cpu = 1, .pid = 64 };
	f->n_alarms = 1;
	f->dumps[0] = (struct mon_kept_dump){
		.why = MON_DUMP_ALARM, .dump = &dump,
		.text = STRBUF_INIT,
	};
	f->n_dumps = 1;
	EXPECT_STREQ("hunt[48] (rt) held CPU 1, while y[64] waited for 2572 ms",
		     blame(self));
	tasks[1].class = MON_CLASS_EXT;
	EXPECT_STREQ("the scheduler let y[64] wait for 2572 ms, CPU 1 ran hunt[48]",
		     blame(self));
	/* A CPU that stands still: the task on it is what it is about. */
	f->alarms[0].pid = 48;
	EXPECT_STREQ("hunt[48] (ext) held CPU 1", blame(self));
	f->n_dumps = 0;
}

/* The scheduler died as it was to; then the kernel hung. */
TEST_F(blame, a_hang_goes_before_an_expected_death)
{
	static const char hang[] =
		"helper[33], which disables sched_ext, waits for RCU in f(), for 6.0 s";

	ASSERT_TRUE(take(&self->out.console, "scx_error", "console"));
	ASSERT_TRUE(take(&self->out.sched_log, "scx_error", "sched"));
	snprintf(self->out.findings.culprit,
		 sizeof(self->out.findings.culprit), "%s", hang);
	EXPECT_STREQ(hang, blame(self));
}

TEST_F(blame, the_owner_of_a_lock)
{
	static const char text[] =
		"[    9.1] x\n"
		"[    9.100000] INFO: task a b:2 blocked for more than 5 seconds.\n"
		"[    9.100010] task:a b             state:D stack:0     pid:2     tgid:2\n"
		"[    9.100020]  __mutex_lock+0x1/0x2\n"
		"[    9.100030]  waits_here+0x1/0x2\n"
		"[    9.100040]  </TASK>\n"
		"[    9.100050] INFO: task a b:2 is blocked on a mutex likely owned by task c:d:15.\n"
		"[    9.100060] task:c:d             state:S stack:0     pid:15    tgid:15\n"
		"[    9.100070]  schedule+0x1/0x2\n"
		"[    9.100080]  sleeps_with_it+0x1/0x2\n"
		"[    9.100090]  </TASK>\n";

	strbuf_add(&self->out.console, text, strlen(text));
	EXPECT_STREQ("c:d[15] holds what a b[2] waits for, in sleeps_with_it()",
		     blame(self));
}

/* Its first line has no task; the CPU's own head has. */
TEST_F(blame, hard_lockup)
{
	static const char text[] =
		"[    9.100000] watchdog: Watchdog detected hard LOCKUP on cpu 3\n"
		"[    9.100010] CPU: 3 UID: 0 PID: 77 Comm: d e Not tainted 7.3.4\n"
		"[    9.100020] RIP: 0010:native_queued_spin_lock_slowpath+0x1/0x2\n"
		"[    9.100030] Call Trace:\n"
		"[    9.100040]  demo_locked+0x1/0x2\n"
		"[    9.100050]  </TASK>\n";

	strbuf_add(&self->out.console, text, strlen(text));
	EXPECT_STREQ("d e[77] held CPU 3 in native_queued_spin_lock_slowpath()",
		     blame(self));
}

TEST_HARNESS_MAIN
