// SPDX-License-Identifier: GPL-2.0-only
/*
 * scx_ktstr: the fixture scheduler, a global FIFO that can fail on request.
 *
 * One shared DSQ holds every task that found no idle CPU; each CPU takes from
 * its head. That is all the scheduling there is: fair enough for the scenarios
 * and short enough to know what it does at any moment.
 *
 * `fail_mode` makes it misbehave in one chosen way from then on. It lives in .bss
 * so that the user part sets it by option, or the host while the guest runs.
 * `crash` is the same for a writer that knows no more than "non-zero".
 */
#include <scx/common.bpf.h>

#include "bpf/scx_ktstr.h"
#include "bpf/scx_ktstr_counts.bpf.h"

char _license[] SEC("license") = "GPL";

UEI_DEFINE(uei);

#define SHARED_DSQ	0
#define STALL_DSQ	1	/* nothing is ever taken out of this one */
#define MISSING_DSQ	0xdead	/* nobody creates this one */
#define ABSENT_CPU	4095

volatile u32 fail_mode;
volatile u32 crash;
/* How bad it is, of a way to fail that has more than one degree. */
const volatile u32 fail_level = 100;
/* CPUs that are not to be used, of those that a way to fail leaves idle */
const volatile u64 left_idle;
/* Tasks that must run for a stalled guest to end: init and our user part. */
const volatile s32 spare_pid;

#define SCHED_BATCH	3

#define IDLE_PERIOD_NS	(200 * 1000 * 1000ULL)	/* of which a part is idle */

/* A test asks for tasks of its own to be spared by their policy. */
static bool is_victim(const struct task_struct *p)
{
	return !(p->flags & PF_KTHREAD) && p->tgid != 1 &&
	       p->tgid != spare_pid && p->policy != SCHED_BATCH;
}

/* In the part of each period in which such a CPU is to be idle */
static bool is_left_idle(s32 cpu)
{
	return fail_mode == KTSTR_FAIL_IDLE_CPU &&
	       cpu < 64 && (left_idle >> cpu & 1) &&
	       bpf_ktime_get_ns() % IDLE_PERIOD_NS <
	       fail_level * (IDLE_PERIOD_NS / 100);
}

/* Where a task waits that a CPU left idle may not take, another one must look. */
static void kick_others(void)
{
	s32 cpu, n = scx_bpf_nr_cpu_ids();

	bpf_for(cpu, 0, n)
		if (!is_left_idle(cpu))
			scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
}

/*
 * What has no other CPU stays there. So does who would go on where it is for want
 * of another, which SCX_OPS_ENQ_LAST asks us about.
 */
static void enqueue_idle_cpu(struct task_struct *p, u64 enq_flags)
{
	bool stays = p->nr_cpus_allowed == 1 ||
		     ((enq_flags & SCX_ENQ_LAST) &&
		      !is_left_idle(scx_bpf_task_cpu(p)));

	scx_bpf_dsq_insert(p, stays ? SCX_DSQ_LOCAL : SHARED_DSQ,
			   SCX_SLICE_DFL, enq_flags);
	if (!stays)
		kick_others();
}

#define LOOPS_MAX	(8 << 20)	/* of one bpf_loop() */

static int loop_body(u32 i, void *ctx)
{
	return 0;
}

static int loop_of_loops(u32 i, void *ctx)
{
	bpf_loop(LOOPS_MAX, loop_body, NULL, 0);
	return 0;
}

/* Days. The caller holds a run queue's lock, so interrupts are off. */
static void hang(void)
{
	bpf_loop(LOOPS_MAX, loop_of_loops, NULL, 0);
}

s32 BPF_STRUCT_OPS(ktstr_select_cpu, struct task_struct *p, s32 prev_cpu,
		   u64 wake_flags)
{
	bool is_idle = false;
	s32 cpu;

	cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &is_idle);
	/* What is to fail in enqueue must get there. */
	if (is_idle && (!fail_mode || fail_mode == KTSTR_FAIL_SLOW) && !crash)
		scx_bpf_dsq_insert(p, SCX_DSQ_LOCAL, SCX_SLICE_DFL, 0);
	return cpu;
}

void BPF_STRUCT_OPS(ktstr_enqueue, struct task_struct *p, u64 enq_flags)
{
	u64 dsq = SHARED_DSQ;

	count_enqueue();
	if (crash || fail_mode == KTSTR_FAIL_ERROR) {
		scx_bpf_error("ktstr: host-triggered crash");
		return;
	}

	if (fail_mode == KTSTR_FAIL_IDLE_CPU) {
		enqueue_idle_cpu(p, enq_flags);
		return;
	}
	if (fail_mode == KTSTR_FAIL_HANG && is_victim(p))
		hang();
	if (fail_mode == KTSTR_FAIL_WRONG_TASK) {
		struct task_struct *other = bpf_get_current_task_btf();

		if (other != p) {
			scx_bpf_dsq_insert(other, SHARED_DSQ, SCX_SLICE_DFL, 0);
			return;
		}
	}
	if (fail_mode == KTSTR_FAIL_STALL && is_victim(p))
		dsq = STALL_DSQ;
	else if (fail_mode == KTSTR_FAIL_BAD_DSQ && is_victim(p))
		dsq = MISSING_DSQ;
	else if (fail_mode == KTSTR_FAIL_BAD_CPU && is_victim(p))
		dsq = SCX_DSQ_LOCAL_ON | ABSENT_CPU;
	scx_bpf_dsq_insert(p, dsq, SCX_SLICE_DFL, enq_flags);
}

void BPF_STRUCT_OPS(ktstr_dispatch, s32 cpu, struct task_struct *prev)
{
	if (is_left_idle(cpu))
		return;
	scx_bpf_dsq_move_to_local(SHARED_DSQ, 0);
	if (fail_mode == KTSTR_FAIL_IDLE_CPU &&
	    scx_bpf_dsq_nr_queued(SHARED_DSQ) > 0)
		kick_others();
}

/* Part of the scheduler only on request: there may be no such task. */
SEC("?struct_ops/ktstr_rejected")
void BPF_PROG(ktstr_rejected, struct task_struct *p)
{
	struct task_struct *init = bpf_task_from_pid(1);

	p->scx.slice = init->scx.slice;
	bpf_task_release(init);
}

s32 BPF_STRUCT_OPS_SLEEPABLE(ktstr_init)
{
	s32 ret;

	if (fail_mode == KTSTR_FAIL_INIT)
		return -ENODEV;

	keep_first_task();
	ret = scx_bpf_create_dsq(SHARED_DSQ, -1);
	if (!ret)
		ret = scx_bpf_create_dsq(STALL_DSQ, -1);
	if (ret)
		scx_bpf_error("ktstr: failed to create the DSQs (%d)", ret);
	return ret;
}

void BPF_STRUCT_OPS(ktstr_exit, struct scx_exit_info *ei)
{
	UEI_RECORD(uei, ei);
}

#include "bpf/scx_ktstr_knobs.bpf.h"

SCX_OPS_DEFINE(ktstr_ops,
	       .select_cpu	= (void *)ktstr_select_cpu,
	       .enqueue		= (void *)ktstr_enqueue,
	       .dispatch	= (void *)ktstr_dispatch,
	       .init		= (void *)ktstr_init,
	       .exit		= (void *)ktstr_exit,
	       .timeout_ms	= 20000,
	       .name		= "ktstr");
