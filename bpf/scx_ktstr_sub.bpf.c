// SPDX-License-Identifier: GPL-2.0-only
/*
 * scx_ktstr_sub: a FIFO that takes a sub-scheduler, or is one.
 *
 * As the root it lets one sub-scheduler attach, grants it all CPUs, and asks it
 * for a task each other time that a CPU wants one. As that it is the same FIFO
 * over the tasks of its cgroup. CPUs are named by cid here, as the kernel wants
 * it of both.
 */
#include <scx/common.bpf.h>

char _license[] SEC("license") = "GPL";

UEI_DEFINE(uei);

#define SHARED_DSQ	0
#define CIDS_MAX	512
#define SUB_CAPS	(SCX_CAP_ENQ | SCX_CAP_ENQ_IMMED | SCX_CAP_PREEMPT)

/* What the kernel is to read of a mask lies here. */
struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 16);
	__ulong(map_extra, 0x1ull << 44);
} arena SEC(".maps");

/* A struct scx_cmask, as words: the user part knows no such thing. */
u64 __arena_global all_cids[CMASK_NR_WORDS(CIDS_MAX) + 2];

#define ALL_CIDS	((struct scx_cmask __arena *)all_cids)

volatile u64 child;		/* the cgroup of the one below, 0 for none */
volatile u64 nr_enqueued;
static u32 turn;

void BPF_STRUCT_OPS(sub_enqueue, struct task_struct *p, u64 enq_flags)
{
	s32 cid, n = scx_bpf_nr_cids();

	__sync_fetch_and_add(&nr_enqueued, 1);
	scx_bpf_dsq_insert(p, SHARED_DSQ, SCX_SLICE_DFL, enq_flags);
	bpf_for(cid, 0, n)
		scx_bpf_kick_cid(cid, SCX_KICK_IDLE);
}

void BPF_STRUCT_OPS(sub_dispatch, s32 cid, struct task_struct *prev)
{
	bool its_turn = child && (__sync_fetch_and_add(&turn, 1) & 1);

	if (its_turn && scx_bpf_sub_dispatch(child))
		return;
	if (scx_bpf_dsq_move_to_local(SHARED_DSQ, 0))
		return;
	if (child && !its_turn)
		scx_bpf_sub_dispatch(child);
}

s32 BPF_STRUCT_OPS(sub_attach, struct scx_sub_attach_args *args)
{
	s32 ret;

	if (child)
		return -EBUSY;
	child = args->ops->sub_cgroup_id;
	ret = scx_bpf_sub_grant(child, SUB_CAPS, ALL_CIDS, NULL);
	if (ret)
		child = 0;
	return ret;
}

void BPF_STRUCT_OPS(sub_detach, struct scx_sub_detach_args *args)
{
	if (child == args->ops->sub_cgroup_id)
		child = 0;
}

s32 BPF_STRUCT_OPS_SLEEPABLE(sub_init)
{
	s32 cid, n = scx_bpf_nr_cids();

	if (n > CIDS_MAX)
		return -E2BIG;
	cmask_init(ALL_CIDS, 0, n);
	bpf_for(cid, 0, n)
		cmask_set(cid, ALL_CIDS);
	return scx_bpf_create_dsq(SHARED_DSQ, -1);
}

void BPF_STRUCT_OPS(sub_exit, struct scx_exit_info *ei)
{
	UEI_RECORD(uei, ei);
}

SCX_OPS_CID_DEFINE(sub_ops,
		   .enqueue	= (void *)sub_enqueue,
		   .dispatch	= (void *)sub_dispatch,
		   .sub_attach	= (void *)sub_attach,
		   .sub_detach	= (void *)sub_detach,
		   .init	= (void *)sub_init,
		   .exit	= (void *)sub_exit,
		   .timeout_ms	= 20000,
		   .name	= "ktstr_sub");
