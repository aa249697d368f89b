/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps and steps that the probes of kernel functions and of BPF programs have
 * in common. User space makes one set of maps of it for all objects.
 */
#ifndef KTSTR_BPF_PROBE_COMMON_BPF_H
#define KTSTR_BPF_PROBE_COMMON_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "bpf/probe.h"

const volatile struct probe_task_offsets task_offsets;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROBE_FUNCS);
	__type(key, __u64);
	__type(value, struct probe_func);
} funcs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PROBE_CALLS);
	__type(key, struct probe_key);
	__type(value, struct probe_calls);
} calls SEC(".maps");

/* Calls that have not returned, by {function, caller}. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PROBE_CALLS);
	__type(key, struct probe_key);
	__type(value, struct probe_open);
} open_calls SEC(".maps");

/* For whom a task works now: the task of its innermost probed call. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PROBE_CALLS);
	__type(key, __u64);
	__type(value, struct probe_works);
} works_for SEC(".maps");

/* An empty value, as it is too big for the stack. Never written. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct probe_calls);
} empty SEC(".maps");

/* One for all objects; user space maps it into its memory. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct probe_state);
} state SEC(".maps");

/* Struct probe_wake; user space does not poll, it would be seen. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} wake SEC(".maps");

static __always_inline struct probe_state *probe_state(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&state, &zero);
}

static __always_inline void probe_wake(__u32 held)
{
	struct probe_wake rec = { .held = held };

	bpf_ringbuf_output(&wake, &rec, sizeof(rec), BPF_RB_FORCE_WAKEUP);
}

static __always_inline void read_task(__u64 task, __u32 *pid, char *comm)
{
	const char *p = (const char *)task;

	*pid = 0;
	if (!task)
		return;
	bpf_probe_read_kernel(pid, sizeof(*pid), p + task_offsets.pid);
	if (comm)
		bpf_probe_read_kernel(comm, PROBE_COMM, p + task_offsets.comm);
}

/* One field; Return: could it be read? */
static __always_inline bool read_field(const struct probe_field *field,
				       const struct probe_call *call,
				       __u64 *values)
{
	__u32 arg = field->arg;
	__u32 slot = field->slot, size = field->size;
	__u64 base;

	if (arg >= PROBE_ARGS || slot > PROBE_SLOTS - PROBE_FIELD_MAX ||
	    size > PROBE_FIELD_MAX * 8)
		return false;
	base = call->args[arg];
	if (field->deref == PROBE_VALUE) {
		values[slot] = base;
		return true;
	}
	base += field->offset;
	/* It may end just in front of memory that is not there. */
	if (field->deref == PROBE_STRING)
		return bpf_probe_read_kernel_str(&values[slot], size,
						 (void *)base) >= 0;
	if (field->deref == PROBE_AT_PTR) {
		if (bpf_probe_read_kernel(&base, sizeof(base), (void *)base))
			return false;
		base += field->offset2;
	}
	return !bpf_probe_read_kernel(&values[slot], size, (void *)base);
}

struct reading {
	const struct probe_func *func;
	const struct probe_call *call;
	__u64 *values;
	struct probe_state *st;
	__u32 failed;
};

static long read_next(__u32 i, struct reading *r)
{
	const struct probe_field *field;
	__u32 arg;

	if (i >= PROBE_FIELDS)
		return 1;
	field = &r->func->fields[i];
	if (read_field(field, r->call, r->values))
		return 0;
	r->failed |= 1U << i;
	/* Of a NULL parameter nothing was expected. */
	arg = field->arg;
	if (arg < PROBE_ARGS && r->call->args[arg])
		__sync_fetch_and_add(&r->st->stats.read_faults, 1);
	return 0;
}

/*
 * Return: a bit for each field that could not be read. A loop that the verifier
 * walks once: of a plain one it tries each way through each turn, 40000
 * instructions, and there are two programs for each op of a scheduler.
 */
static __always_inline __u32 read_fields(const struct probe_func *func,
					 struct probe_call *call,
					 __u64 *values, struct probe_state *st)
{
	struct reading r = {
		.func = func, .call = call, .values = values, .st = st,
	};

	bpf_loop(func->n_fields, read_next, &r, 0);
	return r.failed;
}

/* The place of the next call; NULL when the map has none. */
static __always_inline struct probe_call *call_place(const struct probe_key *key)
{
	struct probe_calls *slot = bpf_map_lookup_elem(&calls, key);
	__u32 zero = 0, n;

	if (!slot) {
		void *none = bpf_map_lookup_elem(&empty, &zero);

		if (none)
			bpf_map_update_elem(&calls, key, none, BPF_NOEXIST);
		slot = bpf_map_lookup_elem(&calls, key);
		if (!slot)
			return NULL;
	}
	/* Another CPU may call the same for the same task. */
	n = __sync_fetch_and_add(&slot->n, 1) % PROBE_HISTORY;
	/* Older verifiers do not know what a remainder is. */
	barrier_var(n);
	return n < PROBE_HISTORY ? &slot->call[n] : NULL;
}

/* Return: the call's number, 0 when it found no room. */
static __always_inline __u64 record_call(const struct probe_func *func,
					 const struct probe_frame *frame,
					 __u64 current, const __u64 *args,
					 struct probe_state *st)
{
	struct probe_call *call = call_place(&frame->key);
	int i;

	__sync_fetch_and_add(&st->stats.calls, 1);
	if (!call) {
		__sync_fetch_and_add(&st->stats.no_room, 1);
		return 0;
	}
	call->seq = __sync_fetch_and_add(&st->seq, 1) + 1;
	call->entry_ns = bpf_ktime_get_ns();
	call->exit_ns = 0;
	call->ret = 0;
	call->func = func->id;
	call->task = frame->key.task;
	call->outer = frame->outer;
	call->current = current;
	call->current_pid = (__u32)bpf_get_current_pid_tgid();
	call->cpu = bpf_get_smp_processor_id();
	call->exit_failed = 0;
	read_task(call->task, &call->pid, call->comm);
	for (i = 0; i < PROBE_ARGS; i++)
		call->args[i] = args[i];
	call->entry_failed = read_fields(func, call, call->entry, st);
	return call->seq;
}

/* The task that @current works for, 0 when it is in no call. */
static __always_inline __u64 outer_task(__u64 current)
{
	const struct probe_works *works;

	works = bpf_map_lookup_elem(&works_for, &current);
	if (!works || works->pid != (__u32)bpf_get_current_pid_tgid())
		return 0;
	return works->task;
}

static __always_inline void work_for(__u64 current, __u64 task)
{
	struct probe_works works = {
		.task = task,
		.pid = (__u32)bpf_get_current_pid_tgid(),
	};

	if (task)
		bpf_map_update_elem(&works_for, &current, &works, BPF_ANY);
	else
		bpf_map_delete_elem(&works_for, &current);
}

/* Keep the call for its return; Return: is there room for it? */
static __always_inline bool push_frame(__u64 func_key, __u64 current,
				       const struct probe_frame *frame)
{
	struct probe_key key = { .func = func_key, .task = current };
	__u32 pid = (__u32)bpf_get_current_pid_tgid(), n;
	struct probe_open *open = bpf_map_lookup_elem(&open_calls, &key);

	if (!open) {
		struct probe_open none = {};

		bpf_map_update_elem(&open_calls, &key, &none, BPF_NOEXIST);
		open = bpf_map_lookup_elem(&open_calls, &key);
		if (!open)
			return false;
	}
	/* One that died in a call, whose memory this task now has. */
	if (open->pid != pid) {
		open->pid = pid;
		open->n = 0;
	}
	n = open->n++;
	barrier_var(n);
	if (n >= PROBE_NEST)
		return false;
	open->frame[n] = *frame;
	return true;
}

/* Return: was the entry of what returns now seen? */
static __always_inline bool pop_frame(__u64 func_key, __u64 current,
				      struct probe_frame *frame)
{
	struct probe_key key = { .func = func_key, .task = current };
	struct probe_open *open = bpf_map_lookup_elem(&open_calls, &key);
	bool found = false;
	__u32 n;

	if (!open || open->pid != (__u32)bpf_get_current_pid_tgid() || !open->n)
		return false;
	n = --open->n;
	/* It is this that is to be checked, not what it was before. */
	barrier_var(n);
	if (n < PROBE_NEST) {
		*frame = open->frame[n];
		found = true;
	}
	if (!n)
		bpf_map_delete_elem(&open_calls, &key);
	return found;
}

/* A function was entered; @args are its first PROBE_ARGS parameters. */
static __always_inline int probe_enter(__u64 func_key, const __u64 *args)
{
	__u64 current = (__u64)bpf_get_current_task();
	struct probe_state *st = probe_state();
	struct probe_frame frame = {};
	const struct probe_func *func;

	if (!st || !st->active)
		return 0;
	func = bpf_map_lookup_elem(&funcs, &func_key);
	if (!func || (st->frozen && func->no_exit))
		return 0;

	frame.outer = outer_task(current);
	frame.key.func = func_key;
	frame.key.task = frame.outer ? frame.outer : current;
	if (func->task_arg < PROBE_ARGS && args[func->task_arg])
		frame.key.task = args[func->task_arg];
	if (!st->frozen)
		frame.seq = record_call(func, &frame, current, args, st);

	/* Without its return this call would never end. */
	if (func->no_exit)
		return 0;
	if (push_frame(func_key, current, &frame) &&
	    frame.key.task != frame.outer)
		work_for(current, frame.key.task);
	return 0;
}

/* The record that a call was given; NULL when others have taken its place. */
static __always_inline struct probe_call *
call_find(const struct probe_frame *frame)
{
	struct probe_calls *slot = bpf_map_lookup_elem(&calls, &frame->key);
	int i;

	for (i = 0; slot && i < PROBE_HISTORY; i++)
		if (slot->call[i].seq == frame->seq)
			return &slot->call[i];
	return NULL;
}

/* It returned: read the same places again, if its entry was seen. */
static __always_inline int probe_leave(__u64 func_key, __u64 ret)
{
	__u64 current = (__u64)bpf_get_current_task();
	struct probe_state *st = probe_state();
	const struct probe_func *func;
	struct probe_frame frame;
	struct probe_call *call;

	if (!st || !pop_frame(func_key, current, &frame))
		return 0;
	/* Whatever became of the record: its work is over. */
	if (frame.key.task != frame.outer)
		work_for(current, frame.outer);
	func = bpf_map_lookup_elem(&funcs, &func_key);
	if (!func || !frame.seq)
		return 0;
	call = call_find(&frame);
	if (!call) {
		__sync_fetch_and_add(&st->stats.lost, 1);
		return 0;
	}
	call->ret = ret;
	call->exit_failed = read_fields(func, call, call->exit, st);
	call->exit_ns = bpf_ktime_get_ns();
	return 0;
}

/*
 * A scheduler ends: take the facts, and no more calls. After an error that is
 * all; after another end user space looks at the calls and has us go on.
 */
static __always_inline int probe_sched_exit(__u32 kind, __u32 level)
{
	__u64 current = (__u64)bpf_get_current_task();
	struct probe_state *st = probe_state();
	bool error = probe_exit_is_error(kind);
	struct probe_exit *ex;

	if (!st || !st->active)
		return 0;
	__sync_fetch_and_add(&st->stats.exits, 1);
	ex = &st->exit;
	/* A sub-scheduler may come and go. */
	if (!error && (level || (ex->time_ns &&
				 !probe_exit_counts(kind, ex->kind))))
		return 0;
	if (error && __sync_lock_test_and_set(&st->dying, 1))
		return 0;
	st->frozen = 1;
	ex->time_ns = 0;
	ex->current = current;
	ex->kind = kind;
	ex->cpu = bpf_get_smp_processor_id();
	read_task(current, &ex->current_pid, ex->current_comm);
	ex->subject = 0;
	if (task_offsets.kf_task)
		bpf_probe_read_kernel(&ex->subject, sizeof(ex->subject),
				      (char *)current + task_offsets.kf_task);
	read_task(ex->subject, &ex->subject_pid, ex->subject_comm);
	/* User space takes this as "all of it is there". */
	ex->time_ns = bpf_ktime_get_ns();
	probe_wake(0);
	return 0;
}

#endif /* KTSTR_BPF_PROBE_COMMON_BPF_H */
