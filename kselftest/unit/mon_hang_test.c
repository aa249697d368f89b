// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hangs: what is one, after how much of the guest's share of time, and what a
 * host that is slow or busy must not make of it. By a guest that is made by
 * hand, whose tasks are real enough to be looked at.
 */
#include <errno.h>

#include "kselftest_harness.h"

#include "kselftest/unit/mon_made.h"
#include "lib/common/util/strbuf.h"
#include "lib/host/monitor/judge/halts.h"
#include "lib/host/monitor/judge/hang.h"
#include "lib/host/monitor/judge/spin.h"
#include "lib/host/monitor/judge/story.h"

#define STEP_NS		(100 * NSEC_PER_MSEC)
#define SLEEPER		101	/* a task of mon_made.h's */

FIXTURE(mon_hang)
{
	struct made m;
	struct image im;
	struct mon_hangs *h;
	struct mon_sample *s;
	struct mon_hang hang;
	uint64_t vcpu_ns;	/* that each vCPU gets in a step */
};

FIXTURE_SETUP(mon_hang)
{
	unsigned int i;

	ASSERT_EQ(0, made_open(&self->m, &self->im)) {
		TH_LOG("%s", self->im.why);
	}
	ASSERT_EQ(0, image_attach(&self->im));
	self->m.k->f.constant[MON_C_SCX_ENABLED] = 1;
	self->m.k->f.constant[MON_C_SCX_DISABLING] = 2;
	self->h = mon_hangs_create(&self->im.guest, 1.0);
	self->s = mon_sample_alloc(&self->im.guest);
	ASSERT_TRUE(self->h && self->s);
	self->vcpu_ns = STEP_NS;
	self->s->n_cpus = MADE_CPUS;
	self->s->n_valid = MADE_CPUS;
	self->s->host_ns = 1000 * NSEC_PER_SEC;
	self->s->scx.enable_state = 1;
	for (i = 0; i < MADE_CPUS; i++) {
		struct mon_cpu *c = &self->s->cpus[i];

		c->online = true;
		c->valid = true;
		c->nr_running = 1;
		c->clock_ns = 10 * NSEC_PER_SEC;
		c->vcpu_time_ns = NSEC_PER_SEC;
		c->curr_pid = 100 + i;
		snprintf(c->curr_comm, sizeof(c->curr_comm), "spin");
	}
}

FIXTURE_TEARDOWN(mon_hang)
{
	mon_hangs_destroy(self->h);
	free(self->s);
	image_close(&self->im);
}

/* 100 ms of the host's; CPU @but stands still. */
static bool step(FIXTURE_DATA(mon_hang) *self, int but)
{
	bool hangs = mon_hangs_feed(self->h, self->s, 0, &self->hang);
	unsigned int i;

	self->s->host_ns += STEP_NS;
	for (i = 0; i < MADE_CPUS; i++) {
		self->s->cpus[i].vcpu_time_ns += self->vcpu_ns;
		if ((int)i == but)
			continue;
		self->s->cpus[i].clock_ns += STEP_NS;
		made_set(&self->m, MON_TIMER_EXPIRES,
			 made_percpu(self->m.k->f.sym[MON_SYM_HRTIMER_BASES], i),
			 self->s->cpus[i].clock_ns);
	}
	return hangs;
}

/* After how many ms of the host's; 0 when there is none in ten minutes */
static unsigned int ms_to_hang(FIXTURE_DATA(mon_hang) *self, int but)
{
	unsigned int i;

	for (i = 0; i < 6000; i++)
		if (step(self, but))
			return i * 100;
	return 0;
}

static uint64_t sleeper(FIXTURE_DATA(mon_hang) *self)
{
	unsigned int i;
	uint64_t pid;

	for (i = 0; i < self->m.n_tasks; i++)
		if (!mon_read_u64(&self->m.mem,
				  made_at(&self->m, MON_TASK_PID,
					  self->m.tasks[i]), &pid) &&
		    pid == SLEEPER)
			return self->m.tasks[i];
	return 0;
}

static void set(FIXTURE_DATA(mon_hang) *self, enum mon_field_id id,
		uint64_t value)
{
	made_set(&self->m, id, sleeper(self), value);
}

TEST_F(mon_hang, all_is_well)
{
	ASSERT_NE(0, sleeper(self));
	EXPECT_EQ(0, ms_to_hang(self, -1));
}

TEST_F(mon_hang, cpu_that_stands_still_for_long)
{
	EXPECT_EQ(3000, ms_to_hang(self, 2));
	EXPECT_EQ(MON_HANG_CPU, self->hang.kind);
	EXPECT_EQ(2, self->hang.cpu);
	EXPECT_EQ(102, self->hang.pid);
	EXPECT_EQ(1000 * NSEC_PER_SEC, self->hang.since_ns);
	EXPECT_NE(NULL, strstr(self->hang.text, "of CPU 2 stands still"));
	EXPECT_FALSE(mon_cpus_test(&self->hang.ticking, 2));
	EXPECT_TRUE(mon_cpus_test(&self->hang.ticking, 1));
	EXPECT_TRUE(mon_cpus_empty(&self->hang.overdue));
}

TEST_F(mon_hang, cpu_that_goes_on_in_time)
{
	unsigned int i, k;

	for (k = 0; k < 10; k++) {
		for (i = 0; i < 25; i++)
			EXPECT_FALSE(step(self, 2));
		EXPECT_FALSE(step(self, -1));
	}
}

/* The host runs none of them: a hundredth of the time. */
TEST_F(mon_hang, cpu_that_the_host_does_not_run)
{
	unsigned int i;

	self->vcpu_ns = STEP_NS / 100;
	for (i = 0; i < 250; i++)
		EXPECT_FALSE(step(self, 2));
}

/* ---- CPUs that stand still, by a machine that can be looked at ---- */

/* Where each CPU is, and by how much it moves from look to look */
static struct {
	struct mon_regs regs;
	uint64_t moves;
	int ret;
} spinner[MADE_CPUS];

static int look_at_spinner(void *ctx, unsigned int cpu, uint64_t limit_ns,
			   struct mon_vcpu *vcpu)
{
	(void)ctx;
	(void)limit_ns;
	*vcpu = (struct mon_vcpu){ .regs = spinner[cpu].regs };
	spinner[cpu].regs.sp += spinner[cpu].moves;
	return spinner[cpu].ret;
}

/* On a host that is twice as slow, where a CPU may stand still for 6 s */
static struct mon_mem_ops may_spin(FIXTURE_DATA(mon_hang) *self)
{
	struct mon_mem_ops ops = *self->im.guest.mem.ops;

	memset(spinner, 0, sizeof(spinner));
	spinner[1].regs.sp = 0x1000;
	spinner[2].regs.sp = 0x2000;
	ops.vcpu_peek = look_at_spinner;
	mon_hangs_destroy(self->h);
	self->h = mon_hangs_create(&self->im.guest, 2.0);
	return ops;
}

TEST_F(mon_hang, cpu_that_spins_is_known_soon)
{
	const struct mon_mem_ops ops = may_spin(self);

	self->im.guest.mem.ops = &ops;
	ASSERT_NE(NULL, self->h);
	EXPECT_EQ(MON_SPIN_RAN_MS + 100, ms_to_hang(self, 2));
	EXPECT_EQ(MON_HANG_CPU, self->hang.kind);
	EXPECT_EQ(2, self->hang.cpu);
	EXPECT_EQ(102, self->hang.pid);
	EXPECT_EQ(1000 * NSEC_PER_SEC + STEP_NS, self->hang.since_ns);
	EXPECT_STREQ("stall: the run queue's clock of CPU 2 stands still at its 10.000 s for 3.0 s while spin[102] runs there and spins in one place with interrupts off",
		     self->hang.text);
}

TEST_F(mon_hang, cpu_that_moves_does_not_spin)
{
	const struct mon_mem_ops ops = may_spin(self);

	self->im.guest.mem.ops = &ops;
	spinner[2].moves = 16;
	EXPECT_EQ(6000, ms_to_hang(self, 2));
	EXPECT_EQ(NULL, strstr(self->hang.text, "spins"));
}

TEST_F(mon_hang, cpu_that_takes_interrupts_does_not_spin)
{
	const struct mon_mem_ops ops = may_spin(self);

	self->im.guest.mem.ops = &ops;
	spinner[2].regs.flags = MON_FLAGS_IF;
	EXPECT_EQ(6000, ms_to_hang(self, 2));
	EXPECT_EQ(NULL, strstr(self->hang.text, "spins"));
}

TEST_F(mon_hang, cpu_that_does_not_answer_is_not_known_to_spin)
{
	const struct mon_mem_ops ops = may_spin(self);

	self->im.guest.mem.ops = &ops;
	spinner[2].ret = -ETIMEDOUT;
	EXPECT_EQ(6000, ms_to_hang(self, 2));
	EXPECT_EQ(NULL, strstr(self->hang.text, "spins"));
}

/* CPU 2 waits for what CPU 1 is at, slowly. */
TEST_F(mon_hang, who_waits_for_one_at_work_does_not_spin)
{
	const struct mon_mem_ops ops = may_spin(self);
	unsigned int i;

	self->im.guest.mem.ops = &ops;
	spinner[1].moves = 16;
	for (i = 0; i < 50; i++) {
		EXPECT_FALSE(step(self, 2));
		self->s->cpus[1].clock_ns = 10 * NSEC_PER_SEC;
	}
	EXPECT_FALSE(step(self, -1));
	spinner[1].moves = 0;
	for (i = 0; i < 50 && !step(self, 2); i++)
		self->s->cpus[1].clock_ns = 11 * NSEC_PER_SEC;
	EXPECT_GE(MON_SPIN_RAN_MS / 100 + 2, i);
	EXPECT_NE(NULL, strstr(self->hang.text, "spins"));
}

/* ---- a CPU that switches to nobody, by a machine that can be looked at ---- */

static uint64_t machine_cs;
static int machine_answers;	/* 0, or why not */

static int look_at_cs(void *ctx, unsigned int cpu, uint64_t limit_ns,
		      struct mon_vcpu *vcpu)
{
	(void)ctx;
	(void)cpu;
	(void)limit_ns;
	*vcpu = (struct mon_vcpu){ .regs.cs = machine_cs };
	return machine_answers;
}

static struct mon_mem_ops can_be_looked_at(FIXTURE_DATA(mon_hang) *self,
					   uint64_t cs)
{
	struct mon_mem_ops ops = *self->im.guest.mem.ops;

	machine_cs = cs;
	machine_answers = 0;
	ops.vcpu_peek = look_at_cs;
	return ops;
}

TEST_F(mon_hang, cpu_that_switches_to_nobody)
{
	const struct mon_mem_ops ops = can_be_looked_at(self, 0x10);

	self->im.guest.mem.ops = &ops;
	self->s->cpus[3].nr_running = 2;
	/* Long enough, and looked at five times */
	EXPECT_EQ(MON_HANG_STUCK_MS + 400, ms_to_hang(self, -1));
	EXPECT_EQ(MON_HANG_CPU, self->hang.kind);
	EXPECT_EQ(3, self->hang.cpu);
	EXPECT_STREQ("CPU 3 has switched to nobody for 8.4 s, while spin[103] is in the kernel there and 1 more wait",
		     self->hang.text);
	EXPECT_TRUE(mon_cpus_test(&self->hang.ticking, 3));
}

TEST_F(mon_hang, cpu_that_switches_to_nobody_and_is_slow_to_answer)
{
	const struct mon_mem_ops ops = can_be_looked_at(self, 0x10);
	unsigned int i;

	self->im.guest.mem.ops = &ops;
	self->s->cpus[3].nr_running = 2;
	for (i = 0; i < 100; i++) {
		machine_answers = i % 2 ? -ETIMEDOUT : 0;
		if (step(self, -1))
			break;
	}
	EXPECT_EQ((MON_HANG_STUCK_MS + 800) / 100, i);
}

TEST_F(mon_hang, cpu_that_has_reason_to_switch_to_nobody)
{
	struct mon_mem_ops ops = can_be_looked_at(self, 0x33);
	unsigned int i;

	self->im.guest.mem.ops = &ops;
	/* User space, as some schedulers let a task run for ever */
	self->s->cpus[3].nr_running = 2;
	for (i = 0; i < 200; i++)
		ASSERT_FALSE(step(self, -1));
	/* Nobody waits; somebody waits, and is let run now and then. */
	machine_cs = 0x10;
	self->s->cpus[3].nr_running = 1;
	for (i = 0; i < 200; i++)
		ASSERT_FALSE(step(self, -1));
	self->s->cpus[3].nr_running = 2;
	for (i = 0; i < 400; i++) {
		self->s->cpus[3].nr_switches += i % 40 == 0;
		ASSERT_FALSE(step(self, -1));
	}
	/* The host does not run it. */
	self->vcpu_ns = STEP_NS / 100;
	self->s->cpus[3].nr_switches++;
	for (i = 0; i < 200; i++)
		ASSERT_FALSE(step(self, -1));
}

TEST_F(mon_hang, task_in_d)
{
	set(self, MON_TASK_STATE, 2);
	EXPECT_EQ(MON_HANG_TASK_MS, ms_to_hang(self, -1));
	EXPECT_EQ(MON_HANG_TASK, self->hang.kind);
	EXPECT_EQ(SLEEPER, self->hang.pid);
	EXPECT_EQ(-1, self->hang.cpu);
	EXPECT_NE(NULL, strstr(self->hang.text, "[101] has slept for 4."));
}

/* A disk may be as slow as a test likes; what never answers hangs still. */
TEST_F(mon_hang, task_in_d_on_a_machine_with_disks)
{
	set(self, MON_TASK_STATE, 2);
	mon_hangs_expect_disks(self->h);
	EXPECT_EQ(MON_HANG_QUEUE_MAX_MS, ms_to_hang(self, -1));
	EXPECT_EQ(MON_HANG_TASK, self->hang.kind);
}

/* Others are let on, who had waited for as long: every 2 s. */
static bool move_queue(FIXTURE_DATA(mon_hang) *self, unsigned int steps,
		       unsigned int *i)
{
	bool first_is_it = self->m.tasks[0] == sleeper(self);
	uint64_t other = self->m.tasks[first_is_it];

	set(self, MON_TASK_STATE, 2);
	made_set(&self->m, MON_TASK_STATE, other, 2);
	for (*i = 0; *i < steps; (*i)++) {
		made_set(&self->m, MON_TASK_NVCSW, other, *i / 20);
		if (step(self, -1))
			return true;
	}
	return false;
}

/* Many may wait for one lock: as long as each has its turn, it is a queue. */
TEST_F(mon_hang, queue_that_moves)
{
	unsigned int i, ms;

	EXPECT_FALSE(move_queue(self, 3 * MON_HANG_TASK_MAX_MS / 100, &i))
		TH_LOG("after %u ms", i * 100);
	ms = ms_to_hang(self, -1);
	EXPECT_LT(0, ms);
	EXPECT_GE(MON_HANG_TASK_MS + 1000, ms);
}

/* One that moves for ever, but for one */
TEST_F(mon_hang, queue_that_leaves_one_behind)
{
	unsigned int i;

	EXPECT_TRUE(move_queue(self, 2 * MON_HANG_QUEUE_MAX_MS / 100, &i));
	EXPECT_LE(MON_HANG_QUEUE_MAX_MS / 100, i);
	EXPECT_GE(MON_HANG_QUEUE_MAX_MS / 100 + 10, i);
}

/* By the guest's share: half of it, twice as long. */
TEST_F(mon_hang, task_in_d_on_a_busy_host)
{
	set(self, MON_TASK_STATE, 2);
	self->vcpu_ns = STEP_NS / 2;
	EXPECT_LE(2 * MON_HANG_TASK_MS, ms_to_hang(self, -1));
}

/* All CPUs are idle, and nine tenths of the time the machine is not there. */
TEST_F(mon_hang, task_in_d_of_a_machine_that_is_away)
{
	unsigned int i, cpu;

	set(self, MON_TASK_STATE, 2);
	self->vcpu_ns = 0;
	for (cpu = 0; cpu < MADE_CPUS; cpu++)
		self->s->cpus[cpu].idle = true;
	for (i = 0; i < 9 * MON_HANG_TASK_MS / 100; i++) {
		ASSERT_FALSE(step(self, -1));
		for (cpu = 0; cpu < MADE_CPUS; cpu++)
			self->s->cpus[cpu].steal_ns += STEP_NS / 10 * 9;
	}
	EXPECT_LT(0, ms_to_hang(self, -1));
}

static void slow_down(FIXTURE_DATA(mon_hang) *self, double slowness)
{
	mon_hangs_destroy(self->h);
	self->h = mon_hangs_create(&self->im.guest, slowness);
}

TEST_F(mon_hang, task_in_d_on_slow_cpus)
{
	set(self, MON_TASK_STATE, 2);
	slow_down(self, 1.2);
	ASSERT_NE(NULL, self->h);
	EXPECT_EQ(1.2 * MON_HANG_TASK_MS, ms_to_hang(self, -1));
	slow_down(self, 8);
	ASSERT_NE(NULL, self->h);
	EXPECT_EQ(MON_HANG_TASK_SLOW_MS, ms_to_hang(self, -1));
}

/* As a healthy guest has it: 2 s, and twice as long while the host is busy */
TEST_F(mon_hang, task_that_is_in_d_for_a_moment)
{
	unsigned int i;

	set(self, MON_TASK_STATE, 2);
	for (i = 0; i < 1000; i++) {
		self->vcpu_ns = i < 500 ? STEP_NS : STEP_NS / 2;
		set(self, MON_TASK_NVCSW, i / (i < 500 ? 20 : 40));
		ASSERT_FALSE(step(self, -1));
	}
}

/* Woken between two looks at all tasks, just before it would be too long */
TEST_F(mon_hang, task_that_was_woken_in_time)
{
	unsigned int i;

	slow_down(self, 1.05);
	ASSERT_NE(NULL, self->h);
	set(self, MON_TASK_STATE, 2);
	for (i = 0; i < 1000; i++) {
		if (i == 41)
			set(self, MON_TASK_STATE, 1);
		ASSERT_FALSE(step(self, -1)) {
			TH_LOG("after %u ms", i * 100);
		}
	}
}

/* It may be the one that enables it: that is one long sleep. */
TEST_F(mon_hang, task_in_d_while_sched_ext_comes)
{
	unsigned int i;

	set(self, MON_TASK_STATE, 2);
	self->s->scx.enable_state = 0;
	for (i = 0; i < 90; i++)
		ASSERT_FALSE(step(self, -1));
	/* It is woken somewhat later. */
	self->s->scx.enable_state = 1;
	for (i = 0; i < 5; i++)
		ASSERT_FALSE(step(self, -1));
	set(self, MON_TASK_NVCSW, 1);
	self->s->scx.enable_state = 0;
	for (i = 0; i < 50; i++)
		ASSERT_FALSE(step(self, -1));
	self->s->scx.enable_state = 1;
	/* From the last sample on that saw it come */
	EXPECT_EQ(MON_HANG_TASK_MS - 100, ms_to_hang(self, -1));
	EXPECT_EQ(MON_HANG_TASK, self->hang.kind);
}

TEST_F(mon_hang, task_in_d_while_sched_ext_comes_for_ever)
{
	set(self, MON_TASK_STATE, 2);
	self->s->scx.enable_state = 0;
	EXPECT_EQ(MON_HANG_TASK_MAX_MS, ms_to_hang(self, -1));
}

TEST_F(mon_hang, task_in_d_without_sched_ext)
{
	static const int states[] = { -1, 3 };
	unsigned int i;

	set(self, MON_TASK_STATE, 2);
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		slow_down(self, 1);
		ASSERT_NE(NULL, self->h);
		self->s->scx.enable_state = states[i];
		EXPECT_EQ(MON_HANG_TASK_MS, ms_to_hang(self, -1));
	}
}

TEST_F(mon_hang, tasks_that_sleep_otherwise)
{
	static const uint64_t states[] = {
		0x1,		/* interruptible */
		0x102,		/* killable */
		0x402,		/* idle: it makes no load */
		0x4, 0x8, 0x40,	/* stopped, traced, parked */
	};
	unsigned int i, k;

	for (k = 0; k < ARRAY_SIZE(states); k++) {
		set(self, MON_TASK_STATE, states[k]);
		for (i = 0; i < 300; i++) {
			ASSERT_FALSE(step(self, -1)) {
				TH_LOG("state 0x%llx",
				       (unsigned long long)states[k]);
		}
			}
	}
}

/* It sleeps so each time that it is looked at, but it runs in between. */
TEST_F(mon_hang, task_that_is_often_in_d)
{
	unsigned int i;

	set(self, MON_TASK_STATE, 2);
	for (i = 0; i < 1000; i++) {
		set(self, MON_TASK_NVCSW, i / 30);
		ASSERT_FALSE(step(self, -1));
	}
}

TEST_F(mon_hang, kernel_thread_in_d)
{
	set(self, MON_TASK_STATE, 2);
	set(self, MON_TASK_FLAGS, 0x00200000);
	EXPECT_EQ(0, ms_to_hang(self, -1));
}

/* While sched_ext is disabled, it may be the one that does it. */
TEST_F(mon_hang, disabling_that_waits_for_a_lock)
{
	set(self, MON_TASK_STATE, 2);
	set(self, MON_TASK_FLAGS, 0x00200000);
	self->s->scx.enable_state = 2;
	EXPECT_EQ(MON_HANG_DISABLING_MS, ms_to_hang(self, -1));
	EXPECT_EQ(MON_HANG_DISABLING, self->hang.kind);
	EXPECT_EQ(SLEEPER, self->hang.pid);
	EXPECT_STREQ("sched_ext has been disabling for 6.0 s",
		     self->hang.text);
}

TEST_F(mon_hang, disabling_that_takes_its_time)
{
	unsigned int i, k;

	for (k = 0; k < 10; k++) {
		self->s->scx.enable_state = 2;
		for (i = 0; i < MON_HANG_DISABLING_MAX_MS / 100; i++)
			ASSERT_FALSE(step(self, -1));
		self->s->scx.enable_state = k % 2 ? 1 : 3;
		ASSERT_FALSE(step(self, -1));
	}
	self->s->scx.enable_state = 2;
	EXPECT_EQ(MON_HANG_DISABLING_MAX_MS, ms_to_hang(self, -1));
	EXPECT_EQ(0, self->hang.pid);
}

/* A share of a fifth: five times as long, by the host's clock. */
TEST_F(mon_hang, disabling_on_a_busy_host)
{
	self->s->scx.enable_state = 2;
	self->vcpu_ns = STEP_NS / 5;
	EXPECT_LE(5 * MON_HANG_DISABLING_MAX_MS, ms_to_hang(self, -1));
}

/* ---- CPUs that are halted ---- */

/* A machine whose vCPUs are in these states */
struct machine {
	struct mon_vcpu vcpus[MADE_CPUS];
	int ret[MADE_CPUS];
	unsigned int peeks;
};

static int machine_peek(void *ctx, unsigned int cpu, uint64_t limit_ns,
			struct mon_vcpu *vcpu)
{
	struct machine *m = ctx;

	(void)limit_ns;
	m->peeks++;
	*vcpu = m->vcpus[cpu];
	return m->ret[cpu];
}

static const struct mon_mem_ops machine_ops = { .vcpu_peek = machine_peek };

/* As step() has it, with the machine looked at; @but uses no time. */
static void halts_step(FIXTURE_DATA(mon_hang) *self, struct mon_halts *halts,
		       struct machine *machine, int but)
{
	const struct mon_mem mem = { .ops = &machine_ops, .ctx = machine };
	unsigned int i;

	self->s->host_ns += STEP_NS;
	for (i = 0; i < MADE_CPUS; i++) {
		self->s->cpus[i].halt = MON_HALT_UNKNOWN;
		if ((int)i == but)
			continue;
		self->s->cpus[i].vcpu_time_ns += self->vcpu_ns;
		self->s->cpus[i].clock_ns += STEP_NS;
	}
	mon_halts_look(halts, &mem, self->s);
}

TEST_F(mon_hang, halted_cpu_is_found)
{
	struct mon_halts *halts = mon_halts_create(MADE_CPUS);
	struct machine machine = { .vcpus[2].halted = true };
	unsigned int i;

	ASSERT_NE(NULL, halts);
	for (i = 0; i < 3; i++) {
		halts_step(self, halts, &machine, -1);
		EXPECT_EQ(0, machine.peeks);
	}
	for (i = 0; i < 4; i++)
		halts_step(self, halts, &machine, 2);
	EXPECT_EQ(MON_HALT_FOR_EVER, self->s->cpus[2].halt);
	EXPECT_EQ(MON_HALT_NOT, self->s->cpus[0].halt);
	/* Those that run need no look. */
	EXPECT_GE(2, machine.peeks);

	machine.vcpus[2].regs.flags = MON_FLAGS_IF;
	halts_step(self, halts, &machine, 2);
	EXPECT_EQ(MON_HALT_IDLE, self->s->cpus[2].halt);
	machine.vcpus[2].halted = false;
	halts_step(self, halts, &machine, 2);
	EXPECT_EQ(MON_HALT_NOT, self->s->cpus[2].halt);
	machine.ret[2] = -ETIMEDOUT;
	halts_step(self, halts, &machine, 2);
	EXPECT_EQ(MON_HALT_UNKNOWN, self->s->cpus[2].halt);
	mon_halts_destroy(halts);
}

/* One that spins uses its time, and one that is idle has nothing to do. */
TEST_F(mon_hang, nobody_is_disturbed_who_is_well)
{
	struct mon_halts *halts = mon_halts_create(MADE_CPUS);
	struct machine machine = { };
	unsigned int i;

	ASSERT_NE(NULL, halts);
	self->s->cpus[1].idle = true;
	for (i = 0; i < 20; i++) {
		halts_step(self, halts, &machine, 1);
		/* CPU 3 stands still, but its vCPU works. */
		self->s->cpus[3].clock_ns -= STEP_NS;
	}
	EXPECT_EQ(0, machine.peeks);
	mon_halts_destroy(halts);
}

/* ---- the story of stacks ---- */

#define PROG	0xffffffffc0000400ULL	/* ends where the next begins */
#define SUBPROG	0xffffffffc0000500ULL	/* which the kernel has no id for */
#define JUMP	0xffffffffc0000880ULL	/* a trampoline */

/* Functions of this program, which stands for the kernel's file */
__attribute__((used, retain, noinline))
static void mutex_lock_made(void)
{
	asm volatile("");
}

__attribute__((used, retain, noinline))
static void works_made(void)
{
	asm volatile("");
}

__attribute__((used, retain, noinline))
static void schedule_made(void)
{
	asm volatile("");
}

__attribute__((used, retain, noinline))
static void scx_disable_made(void)
{
	asm volatile("");
}

/* By this one's name the tick is known. */
__attribute__((used, retain, noinline))
static void asm_sysvec_apic_timer_interrupt(void)
{
	asm volatile("");
}

__attribute__((used, retain, noinline))
static void csd_lock_wait_made(void)
{
	asm volatile("");
}

__attribute__((used, retain, noinline))
static void asm_sysvec_made(void)
{
	asm volatile("");
}

static uint64_t ip_of(FIXTURE_DATA(mon_hang) *self, const char *func)
{
	struct mon_symbol sym = { .name = func };

	mon_symbols_lookup(self->m.k->symbols, &sym, 1);
	return sym.addr ? self->im.guest.kaslr + sym.addr : 0;
}

/* Where this program is linked to; what is made above it can still be read. */
static void know_names(FIXTURE_DATA(mon_hang) *self)
{
	self->im.guest.mem.text = 0;
	self->im.guest.mem.text_end = 1ULL << 32;
	mon_symbols_index(self->m.k->symbols);
}

static const struct mon_hang hung_8s = {
	.kind = MON_HANG_CPU, .text = "hung",
	.since_ns = NSEC_PER_SEC, .host_ns = 9 * NSEC_PER_SEC,
};

/*
 * Who is to blame when these stacks are those of CPUs 0 and 1, of which 0 has
 * hung, and the task on 1 has had it for so long
 */
static void tell_tasks(FIXTURE_DATA(mon_hang) *self,
		       const struct mon_hang *hang, struct mon_task *tasks,
		       struct strbuf *out, char *culprit, size_t size)
{
	struct mon_prog prog = {
		.ksym = "bpf_prog_00aa_made_enqueue",
		.ksym_start = PROG, .ksym_end = SUBPROG,
	};
	struct mon_dump d = {
		.guest = &self->im.guest, .sample = self->s, .progs = &prog,
		.n_progs = 1, .tasks = tasks, .n_tasks = 2,
	};

	know_names(self);
	strbuf_reset(out);
	mon_story(&d, hang, out, culprit, size);
}

static void tell_of(FIXTURE_DATA(mon_hang) *self, const struct mon_hang *hang,
		    const struct mon_stack *stacks, uint64_t ran_ns,
		    struct strbuf *out, char *culprit, size_t size)
{
	struct mon_task tasks[2] = { };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tasks); i++) {
		tasks[i].pid = 50 + i;
		tasks[i].cpu = i;
		tasks[i].on_cpu = true;
		tasks[i].irqs_off = true;
		tasks[i].stack = stacks[i];
		tasks[i].ran_ns = i ? ran_ns : 0;
		snprintf(tasks[i].comm, sizeof(tasks[i].comm), "spin");
	}
	tell_tasks(self, hang, tasks, out, culprit, size);
}

static void tell(FIXTURE_DATA(mon_hang) *self, const struct mon_stack *stacks,
		 struct strbuf *out, char *culprit, size_t size)
{
	tell_of(self, &hung_8s, stacks, 0, out, culprit, size);
}

/* Deep in a scheduler: what it calls itself has no name, nor what calls it. */
TEST_F(mon_hang, scheduler_is_blamed_for_its_subprogram)
{
	const uint64_t works = ip_of(self, "works_made");
	const struct mon_stack stack = {
		.n = 4, .ip = { SUBPROG + 0x3d, PROG + 0x10, JUMP, works },
	};
	const struct mon_stack stacks[] = { stack, stack };
	struct strbuf text = STRBUF_INIT;
	char culprit[256];

	ASSERT_NE(0, works);
	tell(self, stacks, &text, culprit, sizeof(culprit));
	EXPECT_STREQ("made_enqueue (BPF), in which CPUs 0-1 stand with interrupts off",
		     culprit);
	EXPECT_NE(NULL, strstr(text.text,
			       "in common: CPUs 0-1 all stand in made_enqueue (BPF)\n"));
	EXPECT_NE(NULL, strstr(text.text,
			       "in made_enqueue (BPF) < works_made\n"));
	EXPECT_EQ(NULL, strstr(text.text, "0xffff")) {
		TH_LOG("%s", text.text);
	}
	strbuf_free(&text);
}

/* A module's function waits; code without a name works, whoever calls it. */
TEST_F(mon_hang, frames_without_a_name_are_passed_over)
{
	const uint64_t works = ip_of(self, "works_made");
	const uint64_t lock = ip_of(self, "mutex_lock_made");
	const struct mon_stack stacks[] = {
		{ .n = 3, .ip = { lock, JUMP, works } },
		{ .n = 3, .ip = { JUMP, lock, works } },
	};
	struct strbuf text = STRBUF_INIT;
	char culprit[256];

	ASSERT_TRUE(works && lock);
	tell(self, stacks, &text, culprit, sizeof(culprit));
	EXPECT_NE(NULL, strstr(text.text,
			       "spin[50], interrupts off, waits for a mutex in works_made()\n"));
	EXPECT_NE(NULL, strstr(text.text,
			       "spin[51], interrupts off, in mutex_lock_made() < works_made\n"));
	EXPECT_STREQ("mutex_lock_made(), in which CPU 1 stands with interrupts off, in spin[51]",
		     culprit);
	strbuf_free(&text);
}

/* A task that came when the other CPU hung already keeps no lock from it. */
TEST_F(mon_hang, who_came_late_is_not_to_blame)
{
	const uint64_t works = ip_of(self, "works_made");
	const uint64_t lock = ip_of(self, "mutex_lock_made");
	const struct mon_stack stacks[] = {
		{ .n = 2, .ip = { lock, works } }, { .n = 1, .ip = { works } },
	};
	struct strbuf text = STRBUF_INIT;
	char culprit[256];

	ASSERT_TRUE(works && lock);
	tell_of(self, &hung_8s, stacks, NSEC_PER_SEC, &text, culprit, sizeof(culprit));
	EXPECT_NE(NULL, strstr(culprit, "spin[50]")) {
		TH_LOG("%s", culprit);
	}
	tell_of(self, &hung_8s, stacks, 7 * NSEC_PER_SEC, &text, culprit,
		sizeof(culprit));
	EXPECT_NE(NULL, strstr(culprit, "spin[51]")) {
		TH_LOG("%s", culprit);
	}
	strbuf_free(&text);
}

/* CPU 0 was found to hang, but its clock goes on: CPU 1 is what hangs. */
TEST_F(mon_hang, who_is_interrupted_is_not_to_blame)
{
	const uint64_t works = ip_of(self, "works_made");
	const struct mon_stack stack = { .n = 1, .ip = { works } };
	const struct mon_stack other = {
		.n = 2, .ip = { PROG + 0x10, works },
	};
	const struct mon_stack stacks[] = { stack, other };
	struct strbuf text = STRBUF_INIT;
	char culprit[256];

	ASSERT_NE(0, works);
	self->s->cpus[0].clock_ns = 20 * NSEC_PER_SEC;
	self->s->cpus[1].clock_ns = 17 * NSEC_PER_SEC;
	tell(self, stacks, &text, culprit, sizeof(culprit));
	EXPECT_NE(NULL, strstr(culprit, "spin[50]")) {
		TH_LOG("%s", culprit);
	}
	self->s->cpus[1].clock_ns = 12 * NSEC_PER_SEC;
	tell(self, stacks, &text, culprit, sizeof(culprit));
	EXPECT_NE(NULL, strstr(culprit, "made_enqueue (BPF), in which CPU 1 stands")) {
		TH_LOG("%s", culprit);
	}
	strbuf_free(&text);
}

/* It was seen in its tick, which ends each time: what that interrupts hangs. */
TEST_F(mon_hang, tick_is_not_to_blame)
{
	const uint64_t works = ip_of(self, "works_made");
	const uint64_t lock = ip_of(self, "mutex_lock_made");
	const uint64_t tick = ip_of(self, "asm_sysvec_apic_timer_interrupt");
	struct mon_stack stacks[] = {
		{ .n = 4, .ip = { PROG + 0x10, tick, lock, works } }, { },
	};
	struct mon_hang hang = {
		.kind = MON_HANG_CPU, .text = "hung",
		.since_ns = NSEC_PER_SEC, .host_ns = 9 * NSEC_PER_SEC,
	};
	struct strbuf text = STRBUF_INIT;
	char culprit[256];

	ASSERT_TRUE(works && lock && tick);
	tell_of(self, &hang, stacks, 0, &text, culprit, sizeof(culprit));
	EXPECT_STREQ("made_enqueue (BPF), in which CPU 0 stands with interrupts off, in spin[50]",
		     culprit);
	mon_cpus_set(&hang.ticking, 0);
	tell_of(self, &hang, stacks, 0, &text, culprit, sizeof(culprit));
	EXPECT_STREQ("works_made(), in which CPU 0 stands, in spin[50]",
		     culprit);
	EXPECT_NE(NULL, strstr(text.text, "spin[50], interrupted by a tick, "));
	EXPECT_NE(NULL, strstr(text.text, "waits for a mutex in works_made()\n"));
	/* Another interrupt came in the tick, and does not end. */
	stacks[0].ip[1] = ip_of(self, "asm_sysvec_made");
	stacks[0].ip[2] = tick;
	tell_of(self, &hang, stacks, 0, &text, culprit, sizeof(culprit));
	EXPECT_STREQ("made_enqueue (BPF), in which CPU 0 stands with interrupts off, in spin[50]",
		     culprit);
	strbuf_free(&text);
}

/* An interrupt of the idle task that does not end: nobody else runs there. */
TEST_F(mon_hang, idle_cpu_hangs_in_an_interrupt)
{
	const uint64_t works = ip_of(self, "works_made");
	struct mon_hang hang = hung_8s;
	struct mon_task tasks[] = {
		{ .pid = 50, .cpu = 0, .on_cpu = true, .comm = "waits",
		  .stack = { .n = 2, .ip = { ip_of(self, "csd_lock_wait_made"),
					     works } } },
		{ .cpu = 1, .on_cpu = true, .class = MON_CLASS_IDLE,
		  .irqs_off = true, .comm = "swapper/1",
		  .stack = { .n = 3, .ip = { PROG + 0x10,
					     ip_of(self, "asm_sysvec_made"),
					     works } } },
	};
	struct strbuf text = STRBUF_INIT;
	char culprit[256];

	know_names(self);
	ASSERT_NE(0, tasks[0].stack.ip[0]);
	tell_tasks(self, &hang, tasks, &text, culprit, sizeof(culprit));
	EXPECT_NE(NULL, strstr(text.text, "CPU 1: idle\n"));
	EXPECT_NE(NULL, strstr(culprit, "waits[50]"));
	mon_cpus_set(&hang.overdue, 1);
	tell_tasks(self, &hang, tasks, &text, culprit, sizeof(culprit));
	EXPECT_STREQ("made_enqueue (BPF), in which CPU 1 stands with interrupts off, in swapper/1[0]",
		     culprit);
	/* It is but late, and not in an interrupt. */
	tasks[1].stack.ip[1] = works;
	tell_tasks(self, &hang, tasks, &text, culprit, sizeof(culprit));
	EXPECT_NE(NULL, strstr(culprit, "waits[50]"));
	strbuf_free(&text);
}

/* That two CPUs are in such code does not make it the same. */
TEST_F(mon_hang, code_without_a_name_is_said_in_words)
{
	const struct mon_stack stacks[] = {
		{ .n = 1, .ip = { SUBPROG } }, { .n = 2, .ip = { JUMP, JUMP } },
	};
	struct strbuf text = STRBUF_INIT;
	char culprit[256];

	tell(self, stacks, &text, culprit, sizeof(culprit));
	EXPECT_STREQ("code that has no name (BPF's or a module's), in which CPU 0 stands with interrupts off, in spin[50]",
		     culprit);
	EXPECT_EQ(NULL, strstr(text.text, "in common"));
	EXPECT_EQ(NULL, strstr(text.text, "0xffff"));
	strbuf_free(&text);
}

/* ---- the story of who waits ---- */

/* By the task @hangs, of these tasks, none of which has a CPU */
static const char *story(FIXTURE_DATA(mon_hang) *self, struct mon_task *tasks,
			 size_t n, int hangs, struct strbuf *text)
{
	static char culprit[256];
	const struct mon_hang hang = {
		.kind = MON_HANG_DISABLING, .pid = hangs, .text = "hung",
	};
	struct mon_dump d = {
		.guest = &self->im.guest, .sample = self->s,
		.tasks = tasks, .n_tasks = n,
		.exit = { .reason = "made to fail", .msg = "by us" },
	};

	know_names(self);
	/* What they do is told elsewhere. */
	self->s->n_cpus = 0;
	d.exit.kind = self->s->scx.enable_state == 2 ? 1024 : 0;
	strbuf_reset(text);
	mon_story(&d, &hang, text, culprit, sizeof(culprit));
	return culprit;
}

static struct mon_stack stack_of(FIXTURE_DATA(mon_hang) *self,
				 const char *inner, const char *outer)
{
	return (struct mon_stack){
		.n = 2, .ip = { ip_of(self, inner), ip_of(self, outer) },
	};
}

TEST_F(mon_hang, who_waits_is_told_longest_first)
{
	const struct mon_stack mutex = stack_of(self, "mutex_lock_made",
						"works_made");
	struct mon_task tasks[16] = {
		{ .pid = 1, .state = 'S', .comm = "init",
		  .sleep_ns = 2500 * NSEC_PER_MSEC,
		  .stack = stack_of(self, "schedule_made", "works_made") },
		/* Neither sleeps in D. */
		{ .pid = 2, .state = 'S', .comm = "sleeps", .stack = mutex },
		{ .pid = 3, .state = 'D', .comm = "runs", .stack = mutex,
		  .on_cpu = true },
	};
	struct strbuf text = STRBUF_INIT;
	unsigned int i;

	for (i = 3; i < 16; i++) {
		tasks[i] = (struct mon_task){
			.pid = 57 + i, .state = 'D', .comm = "waits",
			.sleep_ns = i * NSEC_PER_SEC,
		};
		if (i == 15)
			tasks[i].stack = mutex;
		else if (i == 14)
			tasks[i].stack = stack_of(self, "works_made",
						  "scx_disable_made");
	}
	story(self, tasks, ARRAY_SIZE(tasks), 0, &text);
	EXPECT_STREQ("hang: hung\n"
		     "D for 15.0 s: waits[72] waits for a mutex in works_made()\n"
		     "D for 14.0 s: waits[71] in works_made() < scx_disable_made\n"
		     "D for 13.0 s: waits[70] nowhere in the kernel\n"
		     "D for 12.0 s: waits[69] nowhere in the kernel\n"
		     "D for 11.0 s: waits[68] nowhere in the kernel\n"
		     "D for 10.0 s: waits[67] nowhere in the kernel\n"
		     "D for 9.0 s: waits[66] nowhere in the kernel\n"
		     "D for 8.0 s: waits[65] nowhere in the kernel\n"
		     "D for 7.0 s: waits[64] nowhere in the kernel\n"
		     "D for 6.0 s: waits[63] nowhere in the kernel\n"
		     "D for 5.0 s: waits[62] nowhere in the kernel\n"
		     "D for 4.0 s: waits[61] nowhere in the kernel\n"
		     "(and 1 more in D)\n"
		     "init[1]: S for 2.5 s, sleeps in works_made()\n",
		     text.text);
	strbuf_free(&text);
}

TEST_F(mon_hang, where_init_stands_unless_it_runs)
{
	struct mon_task init = {
		.pid = 1, .state = 'D', .comm = "init",
		.sleep_ns = 6 * NSEC_PER_SEC,
		.stack = stack_of(self, "mutex_lock_made", "works_made"),
	};
	struct strbuf text = STRBUF_INIT;

	EXPECT_STREQ("init[1] waits for a mutex in works_made(), for 6.0 s",
		     story(self, &init, 1, 1, &text));
	EXPECT_STREQ("hang: hung\n"
		     "D for 6.0 s: init[1] waits for a mutex in works_made()\n"
		     "init[1]: D for 6.0 s, waits for a mutex in works_made()\n",
		     text.text);
	init.on_cpu = true;
	story(self, &init, 1, 1, &text);
	EXPECT_STREQ("hang: hung\n", text.text);
	strbuf_free(&text);
}

TEST_F(mon_hang, disabling_is_told_with_its_reason)
{
	struct mon_task tasks[] = {
		{ .pid = 60, .state = 'D', .comm = "waits",
		  .sleep_ns = 7 * NSEC_PER_SEC },
		{ .pid = 33, .state = 'S', .comm = "helper",
		  .sleep_ns = 6 * NSEC_PER_SEC,
		  .stack = stack_of(self, "mutex_lock_made",
				    "scx_disable_made") },
	};
	struct strbuf text = STRBUF_INIT;

	self->s->scx.enable_state = 2;
	snprintf(self->s->scx.name, sizeof(self->s->scx.name), "made");
	EXPECT_STREQ("helper[33], which disables sched_ext, waits for a mutex in scx_disable_made(), for 6.0 s",
		     story(self, tasks, 2, 60, &text));
	EXPECT_STREQ("hang: hung\n"
		     "sched_ext is disabling, as made was thrown out: made to fail (by us)\n"
		     "helper[33], which disables it: S, waits for a mutex in scx_disable_made()\n"
		     "D for 7.0 s: waits[60] nowhere in the kernel\n",
		     text.text);
	/* In D it is told once, among those. */
	tasks[1].state = 'D';
	story(self, tasks, 2, 60, &text);
	EXPECT_STREQ("hang: hung\n"
		     "sched_ext is disabling, as made was thrown out: made to fail (by us)\n"
		     "D for 7.0 s: waits[60] nowhere in the kernel\n"
		     "D for 6.0 s: helper[33] waits for a mutex in scx_disable_made()\n",
		     text.text);
	self->s->scx.enable_state = 1;
	story(self, tasks, 2, 60, &text);
	EXPECT_EQ(NULL, strstr(text.text, "disabling"));
	strbuf_free(&text);
}

/* Entries of the kernel's table: a lock and who waits for it */
TEST_F(mon_hang, locks_that_cpus_wait_for_are_named)
{
	const uint64_t bits = made_symbol(&self->m, MON_SYM_PV_LOCK_HASH_BITS);
	const uint64_t table = made_alloc(&self->m, 4 * 16);
	struct strbuf text = STRBUF_INIT;

	ASSERT_NE(0, table);
	ASSERT_EQ(0, mon_guest_cpus(&self->im.guest));
	made_put(&self->m, made_symbol(&self->m, MON_SYM_PV_LOCK_HASH), table);
	made_put(&self->m, bits, 2);
	made_put(&self->m, table + 16,
		 made_at(&self->m, MON_RQ_LOCK, made_rq(&self->m, 2)));
	made_put(&self->m, table + 3 * 16, 0xffff888000001230ULL);
	/* Behind its end */
	made_put(&self->m, table + 4 * 16, 0xffff888000004560ULL);
	story(self, NULL, 0, 0, &text);
	EXPECT_STREQ("hang: hung\n"
		     "spinlock that a CPU waits for in HLT: that of CPU 2's run queue\n"
		     "spinlock that a CPU waits for in HLT: the one at 0xffff888000001230\n",
		     text.text);
	strbuf_free(&text);
}

/* ---- what functions wait for ---- */

TEST(functions_that_wait)
{
	static const struct {
		const char *func;
		bool waits;
		enum mon_wait wait;
	} cases[] = {
		{ "native_halt", true, MON_WAIT_NONE },
		{ "kvm_wait", true, MON_WAIT_SPINLOCK },
		{ "__pv_queued_spin_lock_slowpath", true, MON_WAIT_SPINLOCK },
		{ "_raw_spin_lock_irqsave", true, MON_WAIT_SPINLOCK },
		{ "raw_spin_rq_lock_nested", true, MON_WAIT_SPINLOCK },
		{ "smp_call_function_many_cond", true, MON_WAIT_IPI },
		{ "__mutex_lock.constprop.0", true, MON_WAIT_MUTEX },
		{ "percpu_down_write", true, MON_WAIT_PERCPU_RWSEM },
		{ "schedule_timeout", true, MON_WAIT_SCHEDULE },
		{ "ipi_mb", false, MON_WAIT_NONE },
		{ "sched_tick", false, MON_WAIT_NONE },
		{ "kick_cpus_irq_workfn", false, MON_WAIT_NONE },
		{ "scx_root_disable", false, MON_WAIT_NONE },
		{ "", false, MON_WAIT_NONE },
	};
	enum mon_wait wait;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		wait = MON_WAIT_NONE;
		EXPECT_EQ(cases[i].waits, mon_wait_kind(cases[i].func, &wait))
			TH_LOG("%s", cases[i].func);
		EXPECT_EQ(cases[i].wait, wait)
			TH_LOG("%s", cases[i].func);
	}
}

TEST_HARNESS_MAIN
