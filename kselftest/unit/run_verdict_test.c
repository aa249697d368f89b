// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts: each way in which a run can end, and what it is called.
 */
#include "kselftest_harness.h"

#include "kselftest/unit/made_run.h"
#include "lib/common/util/util.h"
#include "lib/host/run/outcome.h"
#include "lib/host/run/verdict.h"

FIXTURE(verdict)
{
	struct run_outcome out;
	struct made_run run;
	struct run_verdict v;
};

static void put(struct run_outcome *out, enum wire_type type,
		const void *payload, size_t len)
{
	struct wire_rec rec = { .type = type, .len = len };
	char buf[WIRE_REC_MAX + 1];

	memcpy(buf, payload, len);
	buf[len] = '\0';
	outcome_add(out, &rec, buf);
}

static void put_text(struct run_outcome *out, enum wire_type type,
		     const char *text)
{
	put(out, type, text, strlen(text));
}

static void put_stage(struct run_outcome *out, enum wire_stage stage)
{
	struct wire_stage_rec rec = { .stage = stage };

	put(out, WIRE_STAGE, &rec, sizeof(rec));
}

static void put_exit(struct run_outcome *out, enum wire_type type, int status)
{
	struct wire_exit rec = { .status = status };

	put(out, type, &rec, sizeof(rec));
}

static void put_result(struct run_outcome *out, int code, const char *reason)
{
	struct wire_result rec = { .exit_code = code };

	snprintf(rec.reason, sizeof(rec.reason), "%s", reason);
	put(out, WIRE_RESULT, &rec, sizeof(rec));
}

/* A run under a scheduler that got as far as the workload. */
static void reach_workload(struct run_outcome *out)
{
	put_stage(out, STAGE_INIT);
	put_stage(out, STAGE_SCHEDULER);
	put_stage(out, STAGE_ATTACHED);
	put_text(out, WIRE_SCX_STATE, "enabled\n");
	put_stage(out, STAGE_WORKLOAD);
	out->vm.end = VM_END_POWEROFF;
}

FIXTURE_SETUP(verdict)
{
	outcome_init(&self->out);
	made_run_init(&self->run, "scx_x");
}

FIXTURE_TEARDOWN(verdict)
{
	outcome_exit(&self->out);
}

TEST_F(verdict, nothing_heard_is_a_failure)
{
	self->out.vm.end = VM_END_POWEROFF;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("no result from the guest (last stage: none)",
		     self->v.reason);
}

TEST_F(verdict, pass_needs_result_and_exit)
{
	reach_workload(&self->out);
	put_exit(&self->out, WIRE_EXIT, 0);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);

	put_result(&self->out, RUN_PASS, "");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);
	EXPECT_STREQ("", self->v.reason);
}

TEST_F(verdict, body_result_wins_over_exit_status)
{
	static const struct {
		int code, status;
		const char *reason;
		enum run_code want;
		const char *text;
	} cases[] = {
		{ 1, 1 << 8, "", RUN_FAIL, "an expectation was not met" },
		{ 1, 0, "why", RUN_FAIL, "why" },
		{ 0, 1 << 8, "", RUN_FAIL, "an expectation was not met" },
		{ 4, 0, "too small", RUN_SKIP, "too small" },
		{ 4, 4 << 8, "too small", RUN_SKIP, "too small" },
		/* What failed after it was skipped has failed. */
		{ 4, 1 << 8, "too small", RUN_FAIL, "too small" },
		{ 0, 11, "", RUN_FAIL,
		  "the test program was ended by signal 11 (Segmentation fault) (last stage: workload)"
		},
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		outcome_exit(&self->out);
		outcome_init(&self->out);
		reach_workload(&self->out);
		put_result(&self->out, cases[i].code, cases[i].reason);
		put_exit(&self->out, WIRE_EXIT, cases[i].status);
		run_judge(&self->run.config, &self->out, &self->v);
		EXPECT_EQ(cases[i].want, self->v.code)
			TH_LOG("case %u", i);
		EXPECT_STREQ(cases[i].text, self->v.reason)
			TH_LOG("case %u", i);
	}
}

TEST_F(verdict, failed_check_is_the_reason)
{
	struct wire_detail d = { .text = "stuck 3500ms on cpu1" };

	reach_workload(&self->out);
	put(&self->out, WIRE_DETAIL, &d, sizeof(d));
	put_result(&self->out, RUN_FAIL, "");
	put_exit(&self->out, WIRE_EXIT, 1 << 8);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("stuck 3500ms on cpu1", self->v.reason);
}

TEST_F(verdict, body_that_leaves_no_result)
{
	struct wire_exit killed = { .status = SIGKILL, .timed_out = 1 };

	reach_workload(&self->out);
	put_exit(&self->out, WIRE_EXIT, 1 << 8);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("the body did not run to its end, the test program exited with status 1 (last stage: workload)",
		     self->v.reason);

	put(&self->out, WIRE_EXIT, &killed, sizeof(killed));
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("the test program was killed at its deadline (last stage: workload)",
		     self->v.reason);
}

/* An image without its configuration beside it: only the guest can tell. */
TEST_F(verdict, what_the_kernel_lacks_is_a_skip)
{
	put_stage(&self->out, STAGE_SYS_RDY);
	put_text(&self->out, WIRE_MISSING,
		 "the kernel has no /sys/kernel/btf/vmlinux");
	self->out.vm.end = VM_END_POWEROFF;
	strcpy(self->out.findings.error, "bpf_map_write: no map");
	self->run.expectations.expect_err = true;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_SKIP, self->v.code);
	EXPECT_EQ(RUN_JUDGED, self->v.doubt);
	EXPECT_STREQ("the kernel has no /sys/kernel/btf/vmlinux",
		     self->v.reason);

	/* But a guest that panics has failed, whatever it lacks. */
	self->out.vm.end = VM_END_PANIC;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
}

TEST_F(verdict, expected_failure)
{
	struct wire_detail d = { .text = "stuck 3500ms on cpu1" };

	self->run.expectations.expect_failure = "stuck";
	reach_workload(&self->out);
	put_result(&self->out, RUN_PASS, "");
	put_exit(&self->out, WIRE_EXIT, 0);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("expected to fail (\"stuck\"), and did not",
		     self->v.reason);

	put(&self->out, WIRE_DETAIL, &d, sizeof(d));
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);
	EXPECT_STREQ("", self->v.reason);

	/* A check that nobody expected to fail. */
	snprintf(d.text, sizeof(d.text), "tid 9 starved (0 work units)");
	put(&self->out, WIRE_DETAIL, &d, sizeof(d));
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("tid 9 starved (0 work units); expected text \"stuck\"",
		     self->v.reason);
}

TEST_F(verdict, expected_failure_is_none_of_ours)
{
	self->run.expectations.expect_failure = "the VM ended";
	reach_workload(&self->out);
	self->out.vm.end = VM_END_KVM_ERROR;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_SKIP, self->v.code);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);

	self->out.vm.end = VM_END_POWEROFF;
	put_result(&self->out, RUN_SKIP, "too small");
	put_exit(&self->out, WIRE_EXIT, 4 << 8);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_SKIP, self->v.code);
}

/* A body of two scenarios: the first failed, the second found no room. */
TEST_F(verdict, skip_does_not_hide_a_failed_check)
{
	struct wire_detail d = { .text = "stuck 3500ms on cpu1" };

	reach_workload(&self->out);
	put(&self->out, WIRE_DETAIL, &d, sizeof(d));
	put_result(&self->out, RUN_SKIP, "too small");
	put_exit(&self->out, WIRE_EXIT, 4 << 8);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("stuck 3500ms on cpu1", self->v.reason);
}

TEST_F(verdict, skip_does_not_hide_an_alarm)
{
	struct mon_findings *f = &self->out.findings;

	reach_workload(&self->out);
	put_result(&self->out, RUN_SKIP, "too small");
	put_exit(&self->out, WIRE_EXIT, 4 << 8);
	f->n_alarms = 1;
	strcpy(f->alarms[0].text, "stall: CPU 1");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("monitor: stall: CPU 1", self->v.reason);
}

/* A boot that the host hardly let run says nothing of the kernel. */
TEST_F(verdict, boot_that_the_host_starved)
{
	self->out.vm.end = VM_END_NO_INIT;
	self->out.vm.run_ns = 180 * NSEC_PER_SEC;
	self->out.vm.steal_ns = 100 * NSEC_PER_SEC;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	self->out.vm.steal_ns = 140 * NSEC_PER_SEC;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_SKIP, self->v.code);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
}

/* Nothing was tried, as the machine is not what the test asked for. */
TEST_F(verdict, machine_that_is_not_as_it_was_to_be)
{
	static const struct {
		enum vm_end end;
		bool ours;
	} cases[] = {
		{ VM_END_POWEROFF, true }, { VM_END_KILLED, true },
		{ VM_END_DEADLINE, true }, { VM_END_PANIC, false },
		{ VM_END_TRIPLE_FAULT, false },
	};
	unsigned int i;

	put_stage(&self->out, STAGE_MOUNTS);
	put_text(&self->out, WIRE_OURS, "of 4 CPUs 1 came up");
	self->run.expectations.expect_err = true;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->out.vm.end = cases[i].end;
		run_judge(&self->run.config, &self->out, &self->v);
		EXPECT_EQ(cases[i].ours ? RUN_INFRASTRUCTURE : RUN_JUDGED,
			  self->v.doubt)
			TH_LOG("case %u", i);
		EXPECT_EQ(cases[i].ours ? RUN_SKIP : RUN_FAIL, self->v.code);
	}
}

/* A check was not met, and it may not be the scheduler's doing. */
TEST_F(verdict, what_the_host_may_have_done_is_inconclusive)
{
	struct wire_detail d = { .text = "tid 9 starved" };
	unsigned int i;

	reach_workload(&self->out);
	put_text(&self->out, WIRE_DOUBT, "the host took 61 %");
	put_exit(&self->out, WIRE_EXIT, 0);
	put_result(&self->out, RUN_PASS, "");
	for (i = 0; i < 2; i++) {
		self->run.expectations.expect_failure = i ? "unfair" : NULL;
		run_judge(&self->run.config, &self->out, &self->v);
		EXPECT_EQ(RUN_SKIP, self->v.code);
		EXPECT_EQ(RUN_INCONCLUSIVE, self->v.doubt);
		EXPECT_STREQ("inconclusive: the host took 61 %",
			     self->v.reason);
	}
	self->run.expectations.expect_failure = NULL;
	put(&self->out, WIRE_DETAIL, &d, sizeof(d));
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("tid 9 starved", self->v.reason);
}

/* Who has failed, or was not run, is not in doubt. */
TEST_F(verdict, doubt_excuses_nobody)
{
	reach_workload(&self->out);
	put_text(&self->out, WIRE_DOUBT, "the host took 61 %");
	put_exit(&self->out, WIRE_EXIT, 0);
	put_result(&self->out, RUN_FAIL, "no");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_EQ(RUN_JUDGED, self->v.doubt);

	put_result(&self->out, RUN_SKIP, "too few CPUs");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_SKIP, self->v.code);
	EXPECT_STREQ("too few CPUs", self->v.reason);

	put_result(&self->out, RUN_PASS, "");
	self->out.vm.end = VM_END_KVM_ERROR;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
}

TEST_F(verdict, marks_tell_what_was_not_judged)
{
	EXPECT_EQ(RUN_INFRASTRUCTURE, run_doubt_of("infrastructure: no KVM"));
	EXPECT_EQ(RUN_INCONCLUSIVE, run_doubt_of("inconclusive: 61 %"));
	EXPECT_EQ(RUN_JUDGED, run_doubt_of("no inconclusive: 61 %"));
	EXPECT_EQ(RUN_JUDGED, run_doubt_of(""));
	EXPECT_STREQ("", run_doubt_mark(RUN_JUDGED));
}

TEST_F(verdict, machine_that_breaks_before_an_expected_alarm)
{
	self->run.expectations.expect_alarm = "stall";
	reach_workload(&self->out);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);

	self->out.vm.end = VM_END_KVM_ERROR;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_SKIP, self->v.code);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
}

TEST_F(verdict, vm_ends)
{
	static const struct {
		enum vm_end end;
		bool infrastructure;
		const char *text;
	} cases[] = {
		{ VM_END_PANIC, false, "the guest kernel panicked" },
		{ VM_END_TRIPLE_FAULT, false, "the guest triple-faulted" },
		{ VM_END_NO_INIT, false, "no word from init within 8.0 s" },
		{ VM_END_DEADLINE, false, "timed out after" },
		{ VM_END_HUNG, false, "the guest hung (last stage: workload)" },
		{ VM_END_KVM_ERROR, true, "infrastructure: the VM ended" },
		{ VM_END_STARVED, true, "infrastructure: the VM ended: starved" },
		{ VM_END_KILLED, true, "infrastructure: the VM ended" },
		{ VM_END_NONE, true, "infrastructure: the VM ended" },
	};
	unsigned int i;

	/* Even a result that says "pass" does not save such a run. */
	reach_workload(&self->out);
	put_result(&self->out, RUN_PASS, "");
	put_exit(&self->out, WIRE_EXIT, 0);
	strcpy(self->out.vm.message, "no word from init within 8.0 s");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->out.vm.end = cases[i].end;
		self->run.expectations.expect_err = i & 1;
		run_judge(&self->run.config, &self->out, &self->v);
		EXPECT_EQ(cases[i].infrastructure ? RUN_SKIP : RUN_FAIL,
			  self->v.code)
			TH_LOG("case %u", i);
		EXPECT_EQ(cases[i].infrastructure ? RUN_INFRASTRUCTURE :
						    RUN_JUDGED, self->v.doubt)
			TH_LOG("case %u", i);
		EXPECT_EQ(0, strncmp(cases[i].text, self->v.reason,
				     strlen(cases[i].text)))
			TH_LOG("case %u: %s", i, self->v.reason);
	}
}

TEST_F(verdict, death_fails_a_test_that_passed)
{
	reach_workload(&self->out);
	put_text(&self->out, WIRE_SCHED_LOG,
		 "EXIT: runnable task stall (a[5] failed) on CPU 0\n");
	put_text(&self->out, WIRE_SCX_STATE, "disabled\n");
	put_result(&self->out, RUN_PASS, "");
	put_exit(&self->out, WIRE_EXIT, 0);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("scheduler scx_x died at stage workload: runnable task stall (a[5] failed) on CPU 0",
		     self->v.reason);
}

/* The scheduler says nothing of its end: the kernel does. */
TEST_F(verdict, reason_on_the_console)
{
	static const char unreg[] =
		"[ 1.0] sched_ext: BPF scheduler \"x\" enabled\n"
		"[ 2.0] sched_ext: BPF scheduler \"x\" disabled (unregistered from user space)\n"
		"[ 2.1] EXT4-fs: something else\n";
	static const char error[] =
		"[ 4.0] sched_ext: BPF scheduler \"x\" disabled (runtime error)\n"
		"[ 4.1] sched_ext: x: non-existent DSQ 0xdead\n"
		"[ 4.2]    scx_vexit+0x69/0xa0\n";

	reach_workload(&self->out);
	put_text(&self->out, WIRE_SCX_STATE, "disabled\n");
	strbuf_addf(&self->out.console, "%s", unreg);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_STREQ("scheduler scx_x died at stage workload",
		     self->v.reason);
	strbuf_addf(&self->out.console, "%s", error);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_STREQ("scheduler scx_x died at stage workload: runtime error (x: non-existent DSQ 0xdead)",
		     self->v.reason);
}

/* An op has it detached, and attaches another, which comes by way of states. */
TEST_F(verdict, wished_detach_is_no_death)
{
	reach_workload(&self->out);
	put_text(&self->out, WIRE_SCHED, "");
	put_text(&self->out, WIRE_SCX_STATE, "disabled\n");
	EXPECT_FALSE(self->out.sched_died);
	put_text(&self->out, WIRE_SCHED, "scx_y");
	put_text(&self->out, WIRE_SCX_STATE, "enabling\n");
	EXPECT_FALSE(self->out.sched_died);
	put_text(&self->out, WIRE_SCX_STATE, "enabled\n");
	put_result(&self->out, RUN_PASS, "");
	put_exit(&self->out, WIRE_EXIT, 0);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);
}

/* The kernel throws it out when a CPU comes or goes; most start again. */
TEST_F(verdict, start_as_cpus_change_is_no_death)
{
	reach_workload(&self->out);
	put(&self->out, WIRE_CPUS, "", 0);
	put_text(&self->out, WIRE_SCX_STATE, "disabled\n");
	EXPECT_TRUE(self->out.sched_died);
	put_text(&self->out, WIRE_SCX_STATE, "enabling\n");
	put_text(&self->out, WIRE_SCX_STATE, "enabled\n");
	put_result(&self->out, RUN_PASS, "");
	put_exit(&self->out, WIRE_EXIT, 0);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);
}

/* One that crashes and starts again has crashed. */
TEST_F(verdict, start_after_a_death_does_not_undo_it)
{
	reach_workload(&self->out);
	put_text(&self->out, WIRE_SCX_STATE, "disabled\n");
	put_text(&self->out, WIRE_SCX_STATE, "enabling\n");
	put_text(&self->out, WIRE_SCX_STATE, "enabled\n");
	put_result(&self->out, RUN_PASS, "");
	put_exit(&self->out, WIRE_EXIT, 0);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_TRUE(self->out.sched_died);
	EXPECT_EQ(RUN_FAIL, self->v.code);
}

TEST_F(verdict, the_one_that_ran_has_died)
{
	reach_workload(&self->out);
	put_text(&self->out, WIRE_SCHED_LOG,
		 "EXIT: unregistered from user space\n");
	put_text(&self->out, WIRE_SCHED, "scx_y");
	put_text(&self->out, WIRE_SCX_STATE, "enabled\n");
	put_text(&self->out, WIRE_SCHED_LOG,
		 "EXIT: runnable task stall (a[5] failed)\n");
	put_text(&self->out, WIRE_SCX_STATE, "disabled\n");
	put_result(&self->out, RUN_PASS, "");
	put_exit(&self->out, WIRE_EXIT, 0);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("scheduler scx_y died at stage workload: runnable task stall (a[5] failed)",
		     self->v.reason);
}

TEST_F(verdict, end_after_the_results_is_no_death)
{
	reach_workload(&self->out);
	put_result(&self->out, RUN_PASS, "");
	put_exit(&self->out, WIRE_EXIT, 0);
	put_stage(&self->out, STAGE_RESULTS);
	put_text(&self->out, WIRE_SCX_STATE, "disabled\n");
	put_exit(&self->out, WIRE_SCHED_EXIT, 0);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);
}

TEST_F(verdict, expected_death)
{
	self->run.expectations.expect_err = true;
	reach_workload(&self->out);
	put_result(&self->out, RUN_PASS, "");
	put_exit(&self->out, WIRE_EXIT, 0);

	/* It lives: the expectation is not met. */
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);

	put_text(&self->out, WIRE_SCHED_LOG,
		 "EXIT: scx_bpf_error (boom) on CPU 1\n");
	put_exit(&self->out, WIRE_SCHED_EXIT, 0);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);

	self->run.expectations.expect_exit_kind = "scx_bpf_error";
	self->run.expectations.expect_scx_bpf_error_contains = "boom";
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);

	self->run.expectations.expect_exit_kind = "runnable task stall";
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);

	self->run.expectations.expect_exit_kind = "scx_bpf_error";
	self->run.expectations.expect_scx_bpf_error_contains = "bang";
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
}

TEST_F(verdict, expected_death_before_attach_needs_a_pin)
{
	self->run.expectations.expect_err = true;
	self->out.vm.end = VM_END_POWEROFF;
	put_stage(&self->out, STAGE_SCHEDULER);
	put_text(&self->out, WIRE_SCHED_LOG, "Failed to attach skel\n");
	put_exit(&self->out, WIRE_SCHED_EXIT, 1 << 8);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);

	self->run.expectations.expect_scx_bpf_error_contains = "Failed to attach";
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);
}

TEST_F(verdict, init_crash_names_the_stage)
{
	put_stage(&self->out, STAGE_INIT);
	put_text(&self->out, WIRE_CRASH, "cannot mount proc: EBUSY\nmore");
	self->out.vm.end = VM_END_POWEROFF;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("init (last stage: init): cannot mount proc: EBUSY",
		     self->v.reason);
}

/* Types, sizes and strings are the guest's: none may be believed. */
TEST_F(verdict, hostile_records_are_left_out)
{
	struct wire_stage_rec stage = { .stage = 4000000000U };
	struct wire_detail d;
	unsigned int i;

	put(&self->out, WIRE_STAGE, &stage, sizeof(stage));
	EXPECT_EQ(STAGE_NONE, self->out.stage);
	put(&self->out, WIRE_STAGE, &stage, 2);
	put(&self->out, WIRE_RESULT, "x", 1);
	EXPECT_FALSE(self->out.has_result);
	put(&self->out, 77777, "x", 1);

	memset(&d, 'A', sizeof(d));
	for (i = 0; i < 2 * OUTCOME_MAX_DETAILS; i++)
		put(&self->out, WIRE_DETAIL, &d, sizeof(d));
	EXPECT_EQ(OUTCOME_MAX_DETAILS, self->out.n_details);
	EXPECT_EQ(sizeof(d.text) - 1, strlen(self->out.details[0].text));
}

/* All passed, but the monitor saw something from outside. */
TEST_F(verdict, monitor_has_the_last_word)
{
	struct mon_findings *f = &self->out.findings;

	reach_workload(&self->out);
	put_exit(&self->out, WIRE_EXIT, 0);
	put_result(&self->out, RUN_PASS, "");
	f->n_alarms = 1;
	strcpy(f->alarms[0].text, "stall: CPU 1");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_EQ(RUN_JUDGED, self->v.doubt);
	EXPECT_STREQ("monitor: stall: CPU 1", self->v.reason);

	/* It adds to a timeout, and is silent where the body failed. */
	self->out.vm.end = VM_END_DEADLINE;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_NE(NULL, strstr(self->v.reason, "; monitor: stall: CPU 1"));
	self->out.vm.end = VM_END_POWEROFF;
	put_result(&self->out, RUN_FAIL, "why");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_STREQ("why", self->v.reason);
}

/* A death that was expected does not excuse what came of it. */
TEST_F(verdict, hang_after_an_expected_death)
{
	self->run.expectations.expect_err = true;
	self->out.vm.end = VM_END_HUNG;
	reach_workload(&self->out);
	self->out.vm.end = VM_END_HUNG;
	put_text(&self->out, WIRE_SCHED_LOG, "EXIT: runtime error (bad)\n");
	put_text(&self->out, WIRE_SCX_STATE, "disabling\n");
	strcpy(self->out.findings.hang.text,
	       "sched_ext has been disabling for 6.2 s");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("the guest hung (last stage: workload): sched_ext has been disabling for 6.2 s; before, scheduler scx_x died at stage workload: runtime error (bad)",
		     self->v.reason);
}

/* A test that asked for a write must not pass without it. */
TEST_F(verdict, monitor_could_not_do_its_part)
{
	strcpy(self->out.findings.error, "bpf_map_write: no map");
	reach_workload(&self->out);
	put_exit(&self->out, WIRE_EXIT, 0);
	put_result(&self->out, RUN_PASS, "");
	self->run.expectations.expect_err = true;
	self->out.sched_died = true;
	self->out.sched_died_stage = STAGE_WORKLOAD;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_SKIP, self->v.code);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
	EXPECT_STREQ("infrastructure: bpf_map_write: no map", self->v.reason);

	/* A map that is nowhere is the test's own mistake. */
	self->out.findings.error_is_tests = true;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_EQ(RUN_JUDGED, self->v.doubt);
	EXPECT_STREQ("bpf_map_write: no map", self->v.reason);
}

/* Our trouble is no excuse for who has failed anyway. */
TEST_F(verdict, failure_beside_our_own_trouble)
{
	strcpy(self->out.findings.error, "bpf_map_write: too late");
	reach_workload(&self->out);
	put_exit(&self->out, WIRE_EXIT, 0);
	put_result(&self->out, RUN_FAIL, "why");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("why", self->v.reason);
	put_text(&self->out, WIRE_SCX_STATE, "disabled\n");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("scheduler scx_x died at stage workload",
		     self->v.reason);
}

/* The ring was never opened, COM2 was heard. */
TEST_F(verdict, init_speaks_on_com2_alone)
{
	self->out.vm.end = VM_END_POWEROFF;
	self->out.vm.stage = STAGE_MOUNTS;
	snprintf(self->out.vm.crash, sizeof(self->out.vm.crash),
		 "cannot open the ring");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("init (last stage: mounts): cannot open the ring",
		     self->v.reason);

	/* The ring's word is whole, COM2's may be cut. */
	snprintf(self->out.crash, sizeof(self->out.crash), "in the ring");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_STREQ("init (last stage: mounts): in the ring", self->v.reason);
}

/* Their text is the scheduler's log and the dump, to its last byte. */
TEST_F(verdict, pins_do_not_look_at_the_console)
{
	static const char console[] =
		"[    1.0] oops: word\n[    1.1] sched_ext: x: the reason\n";

	self->run.expectations.expect_err = true;
	reach_workload(&self->out);
	put_text(&self->out, WIRE_SCHED_LOG, "EXIT: boom\n");
	strbuf_addf(&self->out.console, "%s", console);
	put_exit(&self->out, WIRE_SCHED_EXIT, 1 << 8);

	self->run.expectations.expect_scx_bpf_error_contains = "oops: word";
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	/* Without a dump, what sched_ext says there stands in. */
	self->run.expectations.expect_scx_bpf_error_contains = "x: the reason";
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);

	put_text(&self->out, WIRE_SCX_DUMP, "end of dump");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	self->run.expectations.expect_scx_bpf_error_contains = NULL;
	self->run.expectations.expect_scx_bpf_error_matches = "^EXIT: boom\nend of dump$";
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code) {
		TH_LOG("%s", self->v.reason);
	}
}

/* What was lost may be all that mattered: that is no pass, nor a failure. */
TEST_F(verdict, lost_records)
{
	const struct run_verdict none = { };

	reach_workload(&self->out);
	put_result(&self->out, 0, "");
	put_exit(&self->out, WIRE_EXIT, 0);
	put_stage(&self->out, STAGE_POWEROFF);
	self->out.vm.end = VM_END_POWEROFF;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);
	EXPECT_STREQ(none.reason, self->v.reason);

	self->out.vm.ring.records = 123456;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_SKIP, self->v.code);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
	EXPECT_STREQ("infrastructure: lost: 123456 records of the guest (0 of them text)",
		     self->v.reason);

	/* Text of the test program is none of a verdict's grounds. */
	self->out.vm.ring.texts = 123456;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);

	self->out.vm.ring.broken = true;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
	EXPECT_NE(NULL, strstr(self->v.reason, "has damaged the ring"));
}

TEST_F(verdict, lost_records_excuse_nobody_who_was_seen)
{
	self->out.vm.end = VM_END_POWEROFF;
	self->out.vm.ring.records = 1;
	reach_workload(&self->out);
	put_result(&self->out, 1, "why");
	put_exit(&self->out, WIRE_EXIT, 1 << 8);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("why", self->v.reason);

	put_text(&self->out, WIRE_SCX_STATE, "disabled\n");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_STREQ("scheduler scx_x died at stage workload",
		     self->v.reason);
}

TEST_F(verdict, result_that_may_be_lost)
{
	self->out.vm.end = VM_END_POWEROFF;
	reach_workload(&self->out);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	self->out.vm.ring.records = 1;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
	EXPECT_STREQ("infrastructure: lost: 1 records of the guest (0 of them text); without them: no result from the guest (last stage: workload)",
		     self->v.reason);
}

TEST_F(verdict, words_of_an_end_that_may_be_lost)
{
	self->run.expectations.expect_err = true;
	self->run.expectations.expect_exit_kind = "runnable task stall";
	self->out.vm.end = VM_END_POWEROFF;
	reach_workload(&self->out);
	put_text(&self->out, WIRE_SCHED_LOG, "EXIT: boom\n");
	put_exit(&self->out, WIRE_SCHED_EXIT, 1 << 8);
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	self->out.vm.ring.records = 1;
	self->out.vm.ring.texts = 1;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
	memset(&self->out.vm.ring, 0, sizeof(self->out.vm.ring));
	self->out.vm.serial_lost = 1;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
	self->out.vm.serial_lost = 0;
	self->out.sched_log.dropped = 1;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
	/* They are there: nothing else matters. */
	put_text(&self->out, WIRE_SCHED_LOG, "EXIT: runnable task stall\n");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_PASS, self->v.code);
}

/* ---- values over time ---- */

static void asserted(struct run_outcome *out, enum assertion_answer answer)
{
	struct outcome_assertion *a = &out->assertions[out->n_assertions++];

	snprintf(a->text, sizeof(a->text), "x nondecreasing");
	snprintf(a->why, sizeof(a->why), "x was %s",
		 assertion_answer_name(answer));
	a->answer = answer;
}

/* What is broken fails, whatever else is open; what is open is never a pass. */
TEST_F(verdict, asserted_values)
{
	static const struct {
		enum assertion_answer first, second;
		enum run_code code;
		enum run_doubt doubt;
		const char *reason;
	} cases[] = {
		{ ASSERTION_HOLDS, ASSERTION_HOLDS, RUN_PASS, RUN_JUDGED, "" },
		{ ASSERTION_HOLDS, ASSERTION_OPEN, RUN_SKIP, RUN_INCONCLUSIVE,
		  "inconclusive: asserted: x nondecreasing: x was open" },
		{ ASSERTION_OPEN, ASSERTION_FAILS, RUN_FAIL, RUN_JUDGED,
		  "asserted: x nondecreasing: x was fails" },
	};
	size_t i;

	self->run.expectations.assertions[0] = "x nondecreasing";
	reach_workload(&self->out);
	put_result(&self->out, RUN_PASS, "");
	put_exit(&self->out, WIRE_EXIT, 0);
	self->out.vm.end = VM_END_POWEROFF;
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_EQ(RUN_SKIP, self->v.code);
	EXPECT_NE(NULL, strstr(self->v.reason, "nobody has looked"))
		TH_LOG("%s", self->v.reason);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->out.n_assertions = 0;
		asserted(&self->out, cases[i].first);
		asserted(&self->out, cases[i].second);
		run_judge(&self->run.config, &self->out, &self->v);
		EXPECT_EQ(cases[i].code, self->v.code) TH_LOG("%zu", i);
		EXPECT_EQ(cases[i].doubt, self->v.doubt) TH_LOG("%zu", i);
		EXPECT_STREQ(cases[i].reason, self->v.reason);
	}
	/* A failure of the body's has the word. */
	put_result(&self->out, RUN_FAIL, "it failed");
	run_judge(&self->run.config, &self->out, &self->v);
	EXPECT_STREQ("it failed", self->v.reason);
}

TEST_HARNESS_MAIN
