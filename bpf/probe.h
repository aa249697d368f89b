/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the crash probes share with the program that loads them.
 *
 * User space says, per function, which words to read: the plan. The probes
 * know no type of the kernel; they follow offsets. What they have seen stays
 * in a map, the last calls of each function for each task, until the scheduler
 * exits and user space takes out those of one task.
 */
#ifndef KTSTR_BPF_PROBE_H
#define KTSTR_BPF_PROBE_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#define PROBE_ARGS	6	/* parameters kept, as registers have them */
#define PROBE_FIELDS	24	/* values read per call */
#define PROBE_SLOTS	32	/* words that they take, together */
#define PROBE_FIELD_MAX	8	/* words that one may take: 512 CPUs */
#define PROBE_HISTORY	3	/* calls kept per function and task */
#define PROBE_FUNCS	256
#define PROBE_CALLS	4096	/* (function, task) pairs */
#define PROBE_NEST	4	/* calls of one function within each other */
#define PROBE_COMM	16

/* Functions that are BPF programs have no address of their own here. */
#define PROBE_BPF_FUNC	(1ULL << 63)
#define PROBE_NO_ARG	0xff

enum probe_deref {
	PROBE_VALUE,		/* the parameter itself */
	PROBE_AT,		/* memory at parameter + offset */
	PROBE_AT_PTR,		/* memory at *(parameter + offset) + offset2 */
	PROBE_STRING,		/* text that the parameter points to */
};

/**
 * struct probe_field - where a value lies
 * @arg: which parameter
 * @deref: enum probe_deref
 * @slot: first word of the values that it takes
 * @size: bytes to read, 1 to PROBE_FIELD_MAX * 8
 */
struct probe_field {
	__u8 arg;
	__u8 deref;
	__u8 slot;
	__u8 size;
	__u32 offset;
	__u32 offset2;
};

/**
 * struct probe_func - the plan for one function
 * @id: how events name it
 * @task_arg: parameter that is a task_struct, PROBE_NO_ARG for none
 * @n_args: parameters that there are
 */
struct probe_func {
	__u32 id;
	__u8 task_arg;
	__u8 n_args;
	__u8 n_fields;
	__u8 no_exit;		/* its return is not seen */
	struct probe_field fields[PROBE_FIELDS];
};

/* Offsets, in task_struct but for the last; set before the programs load. */
struct probe_task_offsets {
	__u32 pid;
	__u32 comm;
	__u32 kf_task;		/* scx.kf_tasks[0]; 0 when there is none */
	__u32 level;		/* of struct scx_sched; 0 when there is none */
};

/**
 * struct probe_call - one call of one function
 * @seq: order of entries over all CPUs, from 1; 0: never used
 * @exit_ns: 0 while it runs, or where exits are not seen
 * @task: the task that it is about: its parameter, else the task of the call
 *	that it was made in, else who called
 * @outer: task of the call that it was made in, 0 for none
 * @pid: of @task
 * @current: task_struct of who called
 * @entry_failed: fields of the plan, a bit each, that could not be read
 * @exit_failed: likewise, at the return
 */
struct probe_call {
	__u64 seq;
	__u64 entry_ns;
	__u64 exit_ns;
	__u64 task;
	__u64 outer;
	__u64 current;
	__u32 func;
	__u32 pid;
	__u32 current_pid;
	__u32 cpu;
	__u32 entry_failed;
	__u32 exit_failed;
	__u64 ret;
	char comm[PROBE_COMM];
	__u64 args[PROBE_ARGS];
	__u64 entry[PROBE_SLOTS];
	__u64 exit[PROBE_SLOTS];
};

struct probe_key {
	__u64 func;		/* address, or PROBE_BPF_FUNC | id */
	__u64 task;
};

/**
 * struct probe_frame - a call that has not returned
 * @key: where its record is
 * @seq: of its record, 0 when it has none
 * @outer: for whom the caller worked before, to go back to
 */
struct probe_frame {
	struct probe_key key;
	__u64 seq;
	__u64 outer;
};

/**
 * struct probe_open - calls of one function by one task, the innermost last
 * @n: their number; those beyond PROBE_NEST have no frame
 * @pid: of the task: its memory may be that of a task that is gone
 */
struct probe_open {
	__u32 n;
	__u32 pid;
	struct probe_frame frame[PROBE_NEST];
};

/* For whom a task works; @pid is its own, as above. */
struct probe_works {
	__u64 task;
	__u32 pid;
	__u32 pad;
};

struct probe_calls {
	__u32 n;		/* calls ever */
	__u32 pad;
	struct probe_call call[PROBE_HISTORY];
};

#define PROBE_KIND_UNREG	64	/* user space has asked for it */
#define PROBE_KIND_SYSRQ	67	/* so has somebody at the keyboard */
#define PROBE_KIND_PARAMS 3	/* one of the first, when it is a parameter */
#define PROBE_KIND_ERROR	1024	/* and above: thrown out */

/* The scheduler's exit, as its tracepoint saw it. */
struct probe_exit {
	__u64 time_ns;
	__u64 current;
	__u64 subject;		/* current->scx.kf_tasks[0] */
	__u32 kind;
	__u32 cpu;
	__u32 current_pid;
	__u32 subject_pid;
	char current_comm[PROBE_COMM];
	char subject_comm[PROBE_COMM];
};

/* 0 is an exit whose kind the trigger cannot know. */
static inline int probe_exit_is_error(__u32 kind)
{
	return !kind || kind >= PROBE_KIND_ERROR;
}

/*
 * Does an exit take the place of the one that was recorded, of kind @old? An
 * error does, and stays. An unregistration by user space gives way to the next
 * exit, whatever that is: some load a trial first, and unload it again.
 */
static inline int probe_exit_counts(__u32 kind, __u32 old)
{
	if (probe_exit_is_error(old))
		return 0;
	return probe_exit_is_error(kind) || old == PROBE_KIND_UNREG;
}

/* Counters that the probes keep. */
struct probe_stats {
	__u64 calls;
	__u64 no_room;		/* calls that found no place in the map */
	__u64 read_faults;
	__u64 exits;		/* seen; see probe_exit_counts() */
	__u64 lost;		/* calls whose record was gone at the return */
};

/* Wakes user space. @held: who was stopped; 0 at the scheduler's exit. */
struct probe_wake {
	__u32 held;
};

/* What changes at run time, shared by all objects. */
struct probe_state {
	__u64 seq;
	__u64 frozen;		/* nonzero: no new calls are taken */
	__u64 dying;		/* an error was seen: nothing more counts */
	__u64 active;		/* zero until all probes are in */
	struct probe_stats stats;
	struct probe_exit exit;
};

#ifndef __bpf__
_Static_assert(sizeof(struct probe_field) == 12, "wire format");
_Static_assert(sizeof(struct probe_func) == 8 + 12 * PROBE_FIELDS,
	       "wire format");
_Static_assert(sizeof(struct probe_call) == 656, "wire format");
_Static_assert(sizeof(struct probe_exit) == 72, "wire format");
#endif

#endif /* KTSTR_BPF_PROBE_H */
