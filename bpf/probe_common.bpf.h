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

/* Calls that have not returned: {function, caller} to the call's key. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PROBE_CALLS);
	__type(key, struct probe_key);
	__type(value, struct probe_key);
} open_calls SEC(".maps");

/* For whom a task works now: the task of its innermost probed call. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PROBE_CALLS);
	__type(key, __u64);
	__type(value, __u64);
} works_for SEC(".maps");

/* An empty value, as it is too big for the stack. Never written. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct probe_calls);
} empty SEC(".maps");

/* One for all objects. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
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

static __always_inline void read_fields(const struct probe_func *func,
					struct probe_call *call, __u64 *values,
					struct probe_state *st)
{
	int i;

	for (i = 0; i < PROBE_FIELDS && i < func->n_fields; i++) {
		const struct probe_field *field = &func->fields[i];
		__u32 arg = field->arg;
		__u32 slot = field->slot, size = field->size;
		__u64 base, param;

		if (arg >= PROBE_ARGS ||
		    slot > PROBE_SLOTS - PROBE_FIELD_MAX ||
		    size > PROBE_FIELD_MAX * 8)
			continue;
		param = call->args[arg];
		base = param;
		if (field->deref == PROBE_VALUE) {
			values[slot] = base;
			continue;
		}
		base += field->offset;
		if (field->deref == PROBE_AT_PTR) {
			/* A failed read leaves 0, and so the next one fails. */
			bpf_probe_read_kernel(&base, sizeof(base),
					      (void *)base);
			base += field->offset2;
		}
		/* Of a NULL parameter nothing was expected. */
		if (bpf_probe_read_kernel(&values[slot], size, (void *)base) &&
		    param)
			__sync_fetch_and_add(&st->stats.read_faults, 1);
	}
}

/* A function was entered; @args are its first PROBE_ARGS parameters. */
static __always_inline int probe_enter(__u64 func_key, const __u64 *args)
{
	__u64 current = (__u64)bpf_get_current_task();
	struct probe_state *st = probe_state();
	const struct probe_func *func;
	struct probe_key key, open;
	struct probe_calls *slot;
	struct probe_call *call;
	__u64 *works = bpf_map_lookup_elem(&works_for, &current);
	__u64 outer = works ? *works : 0;
	__u32 zero = 0, which;
	int i;

	if (!st || st->frozen || !st->active)
		return 0;
	func = bpf_map_lookup_elem(&funcs, &func_key);
	if (!func)
		return 0;

	key.func = func_key;
	key.task = outer ? outer : current;
	if (func->task_arg < PROBE_ARGS && args[func->task_arg])
		key.task = args[func->task_arg];
	slot = bpf_map_lookup_elem(&calls, &key);
	if (!slot) {
		void *none = bpf_map_lookup_elem(&empty, &zero);

		if (none)
			bpf_map_update_elem(&calls, &key, none, BPF_NOEXIST);
		slot = bpf_map_lookup_elem(&calls, &key);
	}
	__sync_fetch_and_add(&st->stats.calls, 1);
	if (!slot) {
		__sync_fetch_and_add(&st->stats.no_room, 1);
		return 0;
	}

	which = slot->n % PROBE_HISTORY;
	slot->n++;
	call = &slot->call[which];
	call->seq = __sync_fetch_and_add(&st->seq, 1) + 1;
	call->entry_ns = bpf_ktime_get_ns();
	call->exit_ns = 0;
	call->ret = 0;
	call->func = func->id;
	call->task = key.task;
	call->outer = outer;
	call->current = current;
	call->current_pid = (__u32)bpf_get_current_pid_tgid();
	call->cpu = bpf_get_smp_processor_id();
	read_task(key.task, &call->pid, call->comm);
	for (i = 0; i < PROBE_ARGS; i++)
		call->args[i] = args[i];
	read_fields(func, call, call->entry, st);

	/* Without its return this call would never end. */
	if (func->no_exit)
		return 0;
	open.func = func_key;
	open.task = current;
	bpf_map_update_elem(&open_calls, &open, &key, BPF_ANY);
	if (key.task != outer)
		bpf_map_update_elem(&works_for, &current, &key.task, BPF_ANY);
	return 0;
}

/* It returned: read the same places again, if its entry was seen. */
static __always_inline int probe_leave(__u64 func_key, __u64 ret)
{
	struct probe_key open = {
		.func = func_key,
		.task = (__u64)bpf_get_current_task(),
	};
	struct probe_state *st = probe_state();
	const struct probe_func *func;
	struct probe_calls *slot;
	struct probe_key *key, k;
	struct probe_call *call;

	key = bpf_map_lookup_elem(&open_calls, &open);
	func = bpf_map_lookup_elem(&funcs, &func_key);
	if (!st || !key || !func)
		return 0;
	k = *key;
	bpf_map_delete_elem(&open_calls, &open);
	slot = bpf_map_lookup_elem(&calls, &k);
	if (!slot || !slot->n)
		return 0;
	call = &slot->call[(slot->n - 1) % PROBE_HISTORY];
	if (call->exit_ns || call->current != open.task)
		return 0;
	if (call->outer)
		bpf_map_update_elem(&works_for, &open.task, &call->outer,
				    BPF_ANY);
	else
		bpf_map_delete_elem(&works_for, &open.task);
	call->ret = ret;
	read_fields(func, call, call->exit, st);
	call->exit_ns = bpf_ktime_get_ns();
	return 0;
}

/* The scheduler ends: take the facts, and no more calls. */
static __always_inline int probe_sched_exit(__u32 kind)
{
	__u64 current = (__u64)bpf_get_current_task();
	struct probe_state *st = probe_state();
	struct probe_exit *ex;

	if (!st || !st->active || __sync_fetch_and_add(&st->stats.exits, 1))
		return 0;
	st->frozen = 1;
	ex = &st->exit;
	ex->current = current;
	ex->kind = kind;
	ex->cpu = bpf_get_smp_processor_id();
	read_task(current, &ex->current_pid, ex->current_comm);
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
