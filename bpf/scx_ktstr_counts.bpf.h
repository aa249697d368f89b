/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What scx_ktstr keeps so that somebody outside can follow it: a count, and a
 * pointer into the kernel. It decides nothing by them.
 */
#ifndef KTSTR_BPF_SCX_KTSTR_COUNTS_BPF_H
#define KTSTR_BPF_SCX_KTSTR_COUNTS_BPF_H

struct ktstr_enqueues {
	u64 enqueued;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct ktstr_enqueues);
} counts SEC(".maps");

struct ktstr_first {
	struct task_struct __kptr *task;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct ktstr_first);
} first_task SEC(".maps");

static void count_enqueue(void)
{
	u32 key = 0;
	struct ktstr_enqueues *c = bpf_map_lookup_elem(&counts, &key);

	if (c)
		c->enqueued++;
}

/* Process 1 is there as long as we are. */
static void keep_first_task(void)
{
	u32 key = 0;
	struct ktstr_first *f = bpf_map_lookup_elem(&first_task, &key);
	struct task_struct *p = bpf_task_from_pid(1);

	if (f && p)
		p = bpf_kptr_xchg(&f->task, p);
	if (p)
		bpf_task_release(p);
}

#endif /* KTSTR_BPF_SCX_KTSTR_COUNTS_BPF_H */
