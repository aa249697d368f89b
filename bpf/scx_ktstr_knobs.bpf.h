/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Knobs of scx_ktstr: ops that it has in the place of its own where it is to be
 * unfair by so much, and not to fail. For scx_ktstr.bpf.c, which has the DSQs.
 *
 * Who is not to run yet waits in AWAY_DSQ, in the order of when it may. Each CPU
 * that looks for work takes those out whose time has come; a timer has idle ones
 * look. The cgroup whose name is KNOB_CGROUP is the one that things happen to.
 */
#ifndef KTSTR_BPF_SCX_KTSTR_KNOBS_BPF_H
#define KTSTR_BPF_SCX_KTSTR_KNOBS_BPF_H

#define AWAY_DSQ	2

#define NSEC_PER_MSEC	(1000 * 1000ULL)
#define PULSE_NS	(5 * NSEC_PER_MSEC)
#define NEVER		(~0ULL)
#define STARVE_PERIOD_NS	(1000 * NSEC_PER_MSEC)
#define LOSE_UNIT_NS	(100 * NSEC_PER_MSEC)	/* of LEVEL */
#define LOSE_AFTER_NS	(200 * NSEC_PER_MSEC)
#define FAVOUR_SLICE_NS	(20 * NSEC_PER_MSEC)
#define QUOTA_SLICE_NS	(2 * NSEC_PER_MSEC)
#define SLOW_MOST_NS	(20 * NSEC_PER_MSEC)
#define KNOB_MAX_CPUS	64

/**
 * struct knob_quota - what cpu.max lets the cgroup have, times the knob
 * @quota_ns: of each period; 0 for any
 * @period_ns: how long that is
 * @ends_ns: when this one ends
 * @left_ns: what is left of it; less than nothing is owed to the next
 */
struct knob_quota {
	u64 quota_ns;
	u64 period_ns;
	u64 ends_ns;
	s64 left_ns;
};

static struct knob_quota knob_quota;
static u64 knob_started_ns[KNOB_MAX_CPUS];	/* 0: not one of the cgroup */
static u64 knob_due_ns = NEVER;		/* when the first in AWAY_DSQ may run */
static u32 knob_victim;			/* the one task; 0 for nobody yet */
static u64 knob_victim_since_ns;
static bool knob_lost;

struct knob_timer {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct knob_timer);
} knob_timers SEC(".maps");

/* A task of the cgroup that a test names so. */
static bool is_of_cgroup(struct task_struct *p)
{
	static const char is[] = KNOB_CGROUP;
	char name[sizeof(is)] = "";
	const char *at;

	if (!bpf_core_field_exists(p->sched_task_group))
		return false;
	at = BPF_CORE_READ(p, sched_task_group, css.cgroup, kn, name);
	bpf_probe_read_kernel_str(name, sizeof(name), at);
	return !__builtin_memcmp(name, is, sizeof(is) - 1);
}

/* The first task of the cgroup that comes by; it stays the one. */
static bool is_the_one(struct task_struct *p, u64 now)
{
	if (!knob_victim && is_of_cgroup(p)) {
		knob_victim = p->pid;
		knob_victim_since_ns = now;
	}
	return p->pid == knob_victim;
}

/* ---- until when a task is put away; 0 for not at all ---- */

static u64 starved_until(struct task_struct *p, u64 now)
{
	u64 part = STARVE_PERIOD_NS / 100 * fail_level;
	u64 at = now % STARVE_PERIOD_NS;

	return is_the_one(p, now) && at < part ? now - at + part : 0;
}

static u64 lost_until(struct task_struct *p, u64 now)
{
	if (!is_the_one(p, now) || knob_lost || !fail_level ||
	    now < knob_victim_since_ns + LOSE_AFTER_NS)
		return 0;
	knob_lost = true;
	return now + fail_level * LOSE_UNIT_NS;
}

static u64 delayed_until(struct task_struct *p, u64 enq_flags, u64 now)
{
	return fail_level && (enq_flags & SCX_ENQ_WAKEUP) && is_of_cgroup(p) ?
	       now + fail_level * NSEC_PER_MSEC : 0;
}

static u64 throttled_until(struct task_struct *p, u64 now)
{
	struct knob_quota *q = &knob_quota;

	if (!q->quota_ns || !is_of_cgroup(p))
		return 0;
	if (now >= q->ends_ns) {
		q->ends_ns = now + q->period_ns;
		q->left_ns = (q->left_ns < 0 ? q->left_ns : 0) + q->quota_ns;
	}
	return q->left_ns > 0 ? 0 : q->ends_ns;
}

static u64 away_until(struct task_struct *p, u64 enq_flags, u64 now)
{
	switch (fail_mode) {
	case KTSTR_FAIL_STARVE:
		return starved_until(p, now);
	case KTSTR_FAIL_LOSE:
		return lost_until(p, now);
	case KTSTR_FAIL_DELAY:
		return delayed_until(p, enq_flags, now);
	case KTSTR_FAIL_QUOTA:
		return throttled_until(p, now);
	}
	return 0;
}

/* ---- for how long it runs ---- */

static u64 slice_of(struct task_struct *p)
{
	if (fail_mode == KTSTR_FAIL_FAVOUR)
		return is_of_cgroup(p) ?
		       FAVOUR_SLICE_NS / 100 * (100 + fail_level) :
		       FAVOUR_SLICE_NS;
	if (fail_mode == KTSTR_FAIL_QUOTA)
		return QUOTA_SLICE_NS;
	return SCX_SLICE_DFL;
}

/* ---- the ops ---- */

SEC("?struct_ops/knob_enqueue")
void BPF_PROG(knob_enqueue, struct task_struct *p, u64 enq_flags)
{
	u64 now = bpf_ktime_get_ns();
	u64 until = is_victim(p) ? away_until(p, enq_flags, now) : 0;

	if (until) {
		scx_bpf_dsq_insert_vtime(p, AWAY_DSQ, slice_of(p), until,
					 enq_flags);
		if (until < knob_due_ns)
			knob_due_ns = until;
		return;
	}
	/* We were asked as there is no other: it goes on. */
	scx_bpf_dsq_insert(p, enq_flags & SCX_ENQ_LAST ? SCX_DSQ_LOCAL :
			   SHARED_DSQ, slice_of(p), enq_flags);
}

/* Whose time has come waits with the others. */
static void take_due(void)
{
	u64 now = bpf_ktime_get_ns(), next = NEVER;
	struct task_struct *p;

	if (now < knob_due_ns)
		return;
	bpf_for_each(scx_dsq, p, AWAY_DSQ, 0) {
		if (now < p->scx.dsq_vtime) {
			next = p->scx.dsq_vtime;
			break;
		}
		scx_bpf_dsq_move(BPF_FOR_EACH_ITER, p, SHARED_DSQ, 0);
	}
	knob_due_ns = next;
}

SEC("?struct_ops/knob_dispatch")
void BPF_PROG(knob_dispatch, s32 cpu, struct task_struct *prev)
{
	take_due();
	scx_bpf_dsq_move_to_local(SHARED_DSQ, 0);
	if (scx_bpf_dsq_nr_queued(SHARED_DSQ) > 0)
		kick_others();
}

SEC("?struct_ops/knob_running")
void BPF_PROG(knob_running, struct task_struct *p)
{
	u32 cpu = scx_bpf_task_cpu(p);

	if (cpu < KNOB_MAX_CPUS)
		knob_started_ns[cpu] = is_of_cgroup(p) ? bpf_ktime_get_ns() : 0;
}

SEC("?struct_ops/knob_stopping")
void BPF_PROG(knob_stopping, struct task_struct *p, bool runnable)
{
	u32 cpu = scx_bpf_task_cpu(p);
	s64 ran_ns;

	if (cpu >= KNOB_MAX_CPUS || !knob_started_ns[cpu])
		return;
	ran_ns = bpf_ktime_get_ns() - knob_started_ns[cpu];
	knob_started_ns[cpu] = 0;
	__sync_fetch_and_sub(&knob_quota.left_ns, ran_ns);
}

SEC("?struct_ops/knob_set_bandwidth")
void BPF_PROG(knob_set_bandwidth, struct cgroup *cgrp, u64 period_us,
	      u64 quota_us, u64 burst_us)
{
	static const char is[] = KNOB_CGROUP;
	char name[sizeof(is)] = "";

	bpf_probe_read_kernel_str(name, sizeof(name),
				  BPF_CORE_READ(cgrp, kn, name));
	if (__builtin_memcmp(name, is, sizeof(is) - 1))
		return;
	knob_quota.period_ns = period_us * 1000;
	knob_quota.quota_ns = quota_us == NEVER ? 0 :
			      quota_us * 10 * (100 + fail_level);
	knob_quota.left_ns = knob_quota.quota_ns;
	knob_quota.ends_ns = bpf_ktime_get_ns() + knob_quota.period_ns;
}

/* ---- a scheduler that costs more than it has to ---- */

static u64 knob_ticked_ns[KNOB_MAX_CPUS];

static int until_then(u32 i, u64 *end_ns)
{
	return bpf_ktime_get_ns() >= *end_ns;
}

/* Of the time since the last tick, or of one that it has come late for, a part. */
SEC("?struct_ops/knob_tick")
void BPF_PROG(knob_tick, struct task_struct *p)
{
	u64 now = bpf_ktime_get_ns(), end_ns, since_ns;
	u32 cpu = scx_bpf_task_cpu(p);

	if (cpu >= KNOB_MAX_CPUS)
		return;
	since_ns = now - knob_ticked_ns[cpu];
	if (since_ns > SLOW_MOST_NS)
		since_ns = SLOW_MOST_NS;
	knob_ticked_ns[cpu] = now;
	end_ns = now + since_ns / 100 * fail_level;
	if (fail_level)
		bpf_loop(LOOPS_MAX, until_then, &end_ns, 0);
}

static int knob_pulse(void *map, u32 *key, struct bpf_timer *timer)
{
	if (bpf_ktime_get_ns() >= knob_due_ns)
		kick_others();
	bpf_timer_start(timer, PULSE_NS, 0);
	return 0;
}

SEC("?struct_ops.s/knob_init")
s32 BPF_PROG(knob_init)
{
	struct bpf_timer *timer;
	u32 key = 0;
	s32 ret;

	ret = scx_bpf_create_dsq(SHARED_DSQ, -1);
	if (!ret)
		ret = scx_bpf_create_dsq(AWAY_DSQ, -1);
	timer = bpf_map_lookup_elem(&knob_timers, &key);
	if (ret || !timer)
		return ret ?: -ENOENT;
	bpf_timer_init(timer, &knob_timers, CLOCK_MONOTONIC);
	bpf_timer_set_callback(timer, knob_pulse);
	return bpf_timer_start(timer, PULSE_NS, 0);
}

#endif /* KTSTR_BPF_SCX_KTSTR_KNOBS_BPF_H */
