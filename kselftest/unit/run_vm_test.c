// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run between its VM and its monitor, of which there is neither: what the guest
 * is told, who hears what it says, and who ends it. The functions of vmm/vm.h and
 * of the monitor's thread that a run calls are ours here.
 */
#include "kselftest_harness.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "kselftest/unit/made_run.h"
#include "kselftest/unit/newc.h"
#include "lib/common/wire/plan.h"
#include "lib/host/monitor/judge/live.h"
#include "lib/host/run/outcome.h"
#include "lib/host/run/verdict.h"
#include "vmm/vm.h"

/**
 * struct vm - one that is made
 * @config: what a run wants of it; its archives are gone once it is made
 * @plan: what init would read
 * @stopped: vm_stop() was called
 * @hung: what vm_stop_hung() was told, "" when it was not called
 */
struct vm {
	struct vm_config config;
	char plan[4096];
	bool stopped;
	char hung[64];
};

/**
 * struct mon_live - a monitor that only listens
 * @config: what a run wants of it
 * @stage: the last it was told
 * @asked: for a dump
 * @ended: how often it was told that the guest has ended
 * @ended_before_stop: @ended when it was to stop
 * @dump: what it was to dump for, "" for nothing
 */
struct mon_live {
	struct mon_live_config config;
	enum wire_stage stage;
	unsigned int asked;
	unsigned int ended;
	unsigned int ended_before_stop;
	char dump[128];
};

FIXTURE(run_vm)
{
	struct made_run run;
	struct run_outcome out;
	struct run_verdict v;
	struct vm vm;
	struct mon_live live;
	void (*guest)(struct vm *vm, struct mon_live *live);
	char dir[64];
	char err[256];
};

/* The one that runs: what there is of both is in its fixture. */
static FIXTURE_DATA(run_vm) *running;

/* ---- the VM ---- */

int vm_create(const struct vm_config *config, struct vm **vm, char *err,
	      size_t err_size)
{
	struct entry plan;

	(void)err;
	(void)err_size;
	*vm = &running->vm;
	(*vm)->config = *config;
	if (entry_find(config->load, config->load_size, PLAN_PATH, &plan) < 0)
		return -EINVAL;
	snprintf((*vm)->plan, sizeof((*vm)->plan), "%.*s", (int)plan.len,
		 plan.data);
	return 0;
}

int vm_run(struct vm *vm, struct vm_result *result)
{
	result->end = VM_END_POWEROFF;
	if (running->guest)
		running->guest(vm, &running->live);
	if (vm->stopped)
		result->end = VM_END_KILLED;
	if (vm->hung[0])
		result->end = VM_END_HUNG;
	snprintf(result->message, sizeof(result->message), "%s", vm->hung);
	result->console = "";
	return 0;
}

void vm_stop(struct vm *vm)
{
	vm->stopped = true;
}

void vm_stop_hung(struct vm *vm, const char *why)
{
	snprintf(vm->hung, sizeof(vm->hung), "%s", why);
}

void vm_destroy(struct vm *vm)
{
	(void)vm;
}

const char *vm_end_name(enum vm_end end)
{
	return end == VM_END_KILLED ? "killed" : "made";
}

const char *vm_origin_name(enum vm_origin origin)
{
	(void)origin;
	return "made";
}

int vm_vcpu_regs(struct vm *vm, unsigned int vcpu, struct vm_regs *regs)
{
	(void)vm;
	(void)vcpu;
	(void)regs;
	return -EINVAL;
}

void *vm_memory(struct vm *vm, uint64_t gpa, size_t len)
{
	(void)vm;
	(void)gpa;
	(void)len;
	return NULL;
}

uint64_t vm_memory_size(const struct vm *vm)
{
	(void)vm;
	return 64 << 20;
}

int vm_vcpu_time_ns(struct vm *vm, unsigned int vcpu, uint64_t *ns)
{
	(void)vm;
	(void)vcpu;
	(void)ns;
	return -EINVAL;
}

uint64_t vm_guest_tsc(struct vm *vm)
{
	(void)vm;
	return 0;
}

/* ---- the monitor ---- */

int mon_live_start(const struct mon_live_config *config, struct mon_live **live)
{
	*live = &running->live;
	(*live)->config = *config;
	return 0;
}

void mon_live_stage(struct mon_live *live, enum wire_stage stage)
{
	if (live)
		live->stage = stage;
}

void mon_live_ask_dump(struct mon_live *live)
{
	if (live)
		live->asked++;
}

void mon_live_ended(struct mon_live *live)
{
	if (live)
		live->ended++;
}

void mon_live_stop(struct mon_live *live, const char *dump)
{
	if (!live)
		return;
	live->ended_before_stop = live->ended;
	snprintf(live->dump, sizeof(live->dump), "%s", dump ?: "");
}

/* ---- runs ---- */

FIXTURE_SETUP(run_vm)
{
	char init[96];

	memset(self, 0, sizeof(*self));
	running = self;
	outcome_init(&self->out);
	made_run_init(&self->run, NULL);
	self->run.machine.topology = (struct topology)TOPOLOGY(1, 1, 4, 1);
	self->run.config.program = "/proc/self/exe";
	snprintf(self->run.kernel.vmlinux, sizeof(self->run.kernel.vmlinux),
		 "/some/vmlinux");
	/* Any program will do for the guest's init. */
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-run-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(init, sizeof(init), "%s/ktstr-init", self->dir);
	ASSERT_EQ(0, symlink("/proc/self/exe", init));
	setenv("KTSTR_SCHEDULER_DIR", self->dir, 1);
	unsetenv("KTSTR_CLONE");
}

FIXTURE_TEARDOWN(run_vm)
{
	char init[96];

	snprintf(init, sizeof(init), "%s/ktstr-init", self->dir);
	unlink(init);
	rmdir(self->dir);
	outcome_exit(&self->out);
}

static int do_run(FIXTURE_DATA(run_vm) *self)
{
	int ret;

	outcome_exit(&self->out);
	outcome_init(&self->out);
	memset(&self->vm, 0, sizeof(self->vm));
	memset(&self->live, 0, sizeof(self->live));
	ret = run_vm(&self->run.config, &self->out, self->err,
		     sizeof(self->err));
	if (!ret)
		run_judge(&self->run.config, &self->out, &self->v);
	return ret;
}

#define RUN()								\
	ASSERT_EQ(0, do_run(self)) TH_LOG("%s", self->err)

/* A record, as the VM hands it over */
static void say(struct vm *vm, enum wire_type type, const void *payload,
		size_t len)
{
	const struct wire_rec rec = { .type = type, .len = len };

	vm->config.ops->record(vm->config.ctx, &rec, payload);
}

static void say_text(struct vm *vm, enum wire_type type, const char *text)
{
	say(vm, type, text, strlen(text));
}

static void say_stage(struct vm *vm, enum wire_stage stage)
{
	const struct wire_stage_rec rec = { .stage = stage };

	say(vm, WIRE_STAGE, &rec, sizeof(rec));
}

static void pass(struct vm *vm)
{
	const struct wire_result result = { .exit_code = RUN_PASS };
	const struct wire_exit gone = { .status = 0 };

	say_stage(vm, STAGE_WORKLOAD);
	say(vm, WIRE_RESULT, &result, sizeof(result));
	say(vm, WIRE_EXIT, &gone, sizeof(gone));
}

/* ---- CPUs that did not come up ---- */

static void misses_cpus(struct vm *vm, struct mon_live *live)
{
	(void)live;
	say_stage(vm, STAGE_MOUNTS);
	say_text(vm, WIRE_OURS,
		 "of 4 CPUs 1 came up: the kernel says \"SMP disabled\"");
}

/* Nobody waits for a test that would be of another machine. */
TEST_F(run_vm, fewer_cpus_than_asked_end_it_at_once)
{
	self->guest = misses_cpus;
	RUN();
	EXPECT_TRUE(self->vm.stopped);
	EXPECT_EQ(VM_END_KILLED, self->out.vm.end);
	EXPECT_EQ(RUN_SKIP, self->v.code);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
	EXPECT_STREQ("infrastructure: of 4 CPUs 1 came up: the kernel says \"SMP disabled\"",
		     self->v.reason);
}

static void loses_something_later(struct vm *vm, struct mon_live *live)
{
	(void)live;
	say_stage(vm, STAGE_SCHEDULER);
	say_text(vm, WIRE_OURS, "a clock went back");
	pass(vm);
}

/* What was begun goes on to its end: it may have failed by itself. */
TEST_F(run_vm, our_trouble_ends_nothing_that_was_begun)
{
	self->guest = loses_something_later;
	RUN();
	EXPECT_FALSE(self->vm.stopped);
	EXPECT_EQ(RUN_INFRASTRUCTURE, self->v.doubt);
}

/* init counts them, unless it was asked for fewer. */
TEST_F(run_vm, init_is_told_how_many_cpus_there_are_to_be)
{
	static const struct {
		const char *machine, *scheduler, *line;
	} cases[] = {
		{ NULL, NULL, "\ncpus 4\n" },
		{ "quiet nohz_full=1", "isolcpus=2", "\ncpus 4\n" },
		{ "quiet maxcpus=2", NULL, NULL },
		{ "nr_cpus=2", NULL, NULL },
		{ "possible_cpus=2", NULL, NULL },
		{ "nosmp", NULL, NULL },
		{ "nosmt", NULL, NULL },
		{ "nosmt=force", NULL, NULL },
		{ "mitigations=auto,nosmt", NULL, NULL },
		{ NULL, "maxcpus=2", NULL },
		{ "quiet", "maxcpus=2", NULL },
	};
	const char *line;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->run.machine.kernel_args = cases[i].machine;
		self->run.scheduler.kernel_args = cases[i].scheduler;
		RUN();
		line = strstr(self->vm.plan, "\ncpus ");
		EXPECT_EQ(!cases[i].line, !line) TH_LOG("case %zu", i);
		if (line && cases[i].line)
			EXPECT_EQ(0, strncmp(line, cases[i].line,
					     strlen(cases[i].line)));
	}
}

/* ---- what the monitor hears ---- */

static void ends(struct vm *vm, struct mon_live *live)
{
	pass(vm);
	if (live->ended)
		return;
	vm->config.ops->ended(vm->config.ctx);
	/* From now on nothing of it is judged, whatever is still to be read. */
	if (live->ended == 1)
		say_text(vm, WIRE_SAID, "told at once");
	say_stage(vm, STAGE_POWEROFF);
}

TEST_F(run_vm, the_monitor_hears_of_the_end_at_once)
{
	self->guest = ends;
	RUN();
	EXPECT_STREQ("told at once", self->out.said.text);
	EXPECT_EQ(1, self->live.ended_before_stop);
	EXPECT_EQ(STAGE_POWEROFF, self->live.stage);
	EXPECT_EQ(RUN_PASS, self->v.code) TH_LOG("%s", self->v.reason);
	/* One that went by itself has left nothing to dump. */
	EXPECT_STREQ("", self->live.dump);
}

static void asks(struct vm *vm, struct mon_live *live)
{
	say_stage(vm, STAGE_INIT);
	if (live->stage == STAGE_INIT)
		say_text(vm, WIRE_ASK_DUMP, "please");
	pass(vm);
}

TEST_F(run_vm, the_monitor_hears_of_stages_and_what_is_asked_of_it)
{
	self->guest = asks;
	RUN();
	EXPECT_EQ(1, self->live.asked);
	EXPECT_EQ(STAGE_WORKLOAD, self->live.stage);
}

/* Without one, nobody is told, and nothing breaks. */
TEST_F(run_vm, there_may_be_no_monitor)
{
	self->run.kernel.vmlinux[0] = '\0';
	self->guest = ends;
	RUN();
	EXPECT_EQ(0, self->live.ended);
	EXPECT_EQ(NULL, self->live.config.ops);
}

/* ---- what the monitor can do ---- */

static void hangs(struct vm *vm, struct mon_live *live)
{
	say_stage(vm, STAGE_WORKLOAD);
	live->config.hung(live->config.ctx, "CPU 2 stands still");
}

TEST_F(run_vm, a_hang_ends_it)
{
	self->guest = hangs;
	RUN();
	EXPECT_STREQ("CPU 2 stands still", self->vm.hung);
	EXPECT_EQ(RUN_FAIL, self->v.code);
	EXPECT_NE(NULL, strstr(self->v.reason, "CPU 2 stands still"));
	EXPECT_STREQ("the VM ended: made: CPU 2 stands still",
		     self->live.dump);
}

static void alarms(struct vm *vm, struct mon_live *live)
{
	say_stage(vm, STAGE_WORKLOAD);
	if (live->config.alarmed)
		live->config.alarmed(live->config.ctx);
	else
		pass(vm);
}

/* An alarm that is expected is all that the test is about. */
TEST_F(run_vm, only_an_expected_alarm_ends_it)
{
	self->guest = alarms;
	RUN();
	EXPECT_FALSE(self->vm.stopped);
	self->run.expectations.expect_alarm = "stall";
	RUN();
	EXPECT_TRUE(self->vm.stopped);
	/* With probes there is more to be seen. */
	self->run.config.probes = "some_function\n";
	snprintf(self->err, sizeof(self->err), "%s/ktstr-probe", self->dir);
	ASSERT_EQ(0, symlink("/proc/self/exe", self->err));
	RUN();
	EXPECT_FALSE(self->vm.stopped);
	snprintf(self->err, sizeof(self->err), "%s/ktstr-probe", self->dir);
	unlink(self->err);
}

TEST_HARNESS_MAIN
