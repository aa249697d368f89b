/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The dump at death: everything about scheduling that a guest's memory holds,
 * read without one instruction of the guest. Works on a guest that hangs with
 * interrupts off, or has panicked.
 */
#ifndef KTSTR_MONITOR_READ_DUMP_H
#define KTSTR_MONITOR_READ_DUMP_H

#include "lib/host/monitor/read/bpf.h"
#include "lib/host/monitor/read/dsq.h"
#include "lib/host/monitor/read/map_copy.h"
#include "lib/host/monitor/read/sample.h"
#include "lib/host/monitor/read/tasks.h"

struct strbuf;

#define MON_DUMP_VALUE_MAX	(64U << 10)
#define MON_DUMP_VALUES_MAX	(16U << 20)	/* of all maps together */
#define MON_DUMP_READS		(4U << 20)	/* for all of a dump */

/**
 * struct mon_exit - why the scheduler was told to go, as the kernel has it
 * @kind: scx_exit_kind; 0 when it was not
 */
struct mon_exit {
	uint32_t kind;
	int32_t cpu;		/* -1 when not known */
	int64_t code;
	char reason[64];
	char msg[1024];
	uint64_t bt[MON_STACK_MAX];
	unsigned int bt_len;
};

/**
 * enum mon_place - where a runnable task waits
 */
enum mon_place {
	MON_PLACE_NONE,		/* it runs, or is not runnable */
	MON_PLACE_RQ,		/* on a run queue of another class */
	MON_PLACE_DSQ,		/* on a dispatch queue: @dsq */
	MON_PLACE_BPF,		/* the scheduler has it, in no dispatch queue */
};

/**
 * struct mon_stall - a task that waits too long, from its own side
 * @task: index in the dump's tasks
 * @place: where it waits
 * @dsq: index in the dump's queues, -1 when it is on none that was found
 * @idle: CPUs that are idle now
 * @allowed: those of them that it may run on
 */
struct mon_stall {
	size_t task;
	enum mon_place place;
	int dsq;
	struct mon_cpus idle;
	struct mon_cpus allowed;
};

/* Something at an address: its index in a list of the dump's */
struct mon_at {
	uint64_t va;
	size_t i;
};

/**
 * struct mon_dump - a dump
 * @guest: where it is from
 * @limited: that, with @budget
 * @budget: what may still be read for it, and for its text
 * @now: the guest's clocks
 * @sample: run queues
 * @exit: the scheduler's end
 * @dsqs: dispatch queues
 * @dsqs_at: them by address
 * @tasks: all tasks; the runnable ones have stacks, those in D, and init
 * @tasks_at: them by address
 * @stalls: tasks that wait for longer than the limit, longest first
 * @maps: the scheduler's maps
 * @values: of each map that is a plain array, the bytes of element 0, as far
 *	as they are no more than MON_DUMP_VALUE_MAX; else NULL
 * @progs: all programs
 * @copies: maps with all entries, those that the options say
 * @took_ns: how long the dump took
 */
struct mon_dump {
	const struct mon_guest *guest;
	struct mon_guest limited;
	struct mon_budget budget;
	struct mon_now now;
	struct mon_sample *sample;
	struct mon_exit exit;
	struct mon_dsqs dsqs;
	struct mon_at *dsqs_at;
	struct mon_task *tasks;
	struct mon_at *tasks_at;
	size_t n_tasks;
	size_t tasks_room;
	struct mon_stall *stalls;
	size_t n_stalls;
	struct mon_map *maps;
	size_t n_maps;
	void **values;
	struct mon_prog *progs;
	size_t n_progs;
	struct mon_map_copy *copies;
	size_t n_copies;
	uint64_t took_ns;
};

/**
 * struct mon_dump_options - how much of it
 * @stall_ns: a task that waits for longer is a stall
 * @all_stacks: stacks of all tasks, not just of runnable ones
 * @no_stacks: none at all
 * @all_maps: copy all maps, whoever uses them
 * @own_maps: copy the scheduler's
 * @reads: how often to read at most; 0 for MON_DUMP_READS
 * @peek: stacks also of tasks that run, as far as the host runs their vCPUs
 */
struct mon_dump_options {
	uint64_t stall_ns;
	bool all_stacks;
	bool no_stacks;
	bool all_maps;
	bool own_maps;
	uint64_t reads;
	bool peek;
};

/**
 * mon_dump_create() - read it all
 * @guest: attached, with its CPUs known; must outlive the dump
 * @dump: gets it
 *
 * Reads no more than the options say, and no more than MON_HURRY_READS
 * once @guest's budget, if it has one, says to hurry.
 *
 * Return: 0 with whatever could be read; -EAGAIN when no run queue makes
 * sense; -ENOMEM.
 */
int mon_dump_create(const struct mon_guest *guest,
		    const struct mon_dump_options *options,
		    struct mon_dump **dump);

/**
 * mon_dump_destroy() - release it; takes NULL
 */
void mon_dump_destroy(struct mon_dump *dump);

/**
 * mon_dump_text() - write it for people
 */
void mon_dump_text(const struct mon_dump *dump, struct strbuf *out);

/**
 * mon_dump_maps_text() - write the values of each map by itself
 * @dump: the dump; its guest must be there
 * @texts: one for each of its maps, initialised: gets its values, a line each
 */
void mon_dump_maps_text(const struct mon_dump *dump, struct strbuf *texts);

/**
 * mon_entry_text() - write a value of a map, a line "[KEY, CPU n] = {...}"
 * @out: gets it
 * @mem: whose budget it is taken from
 * @map: the map
 * @btf: its types; NULL for bytes
 * @entry: the entry
 */
void mon_entry_text(struct strbuf *out, const struct mon_mem *mem,
		    const struct mon_map *map, const struct btf *btf,
		    const struct mon_map_entry *entry);

/**
 * mon_exit_read() - why the scheduler was told to go, as far as it is known
 * @guest: attached
 * @exit: filled in; kind 0 when there is no scheduler, or it was not, or the
 *	kernel has not yet written down why
 */
void mon_exit_read(const struct mon_guest *guest, struct mon_exit *exit);

/**
 * mon_exit_text() - write that for people; nothing when the kind is 0
 * @dump: the dump
 * @out: gets a line, and one for each frame of its stack
 */
void mon_exit_text(const struct mon_dump *dump, struct strbuf *out);

/**
 * mon_stall_text() - one stall in a few lines: who, where, since when, and
 * which idle CPUs could have run it
 */
void mon_stall_text(const struct mon_dump *dump, const struct mon_stall *stall,
		    struct strbuf *out);

/**
 * mon_frame_name() - name an address of a stack
 * @ip: the address
 * @buf: gets function+0xoffset, or the bare address
 *
 * Needs mon_symbols_index(), which mon_dump_create() calls.
 */
const char *mon_frame_name(const struct mon_dump *dump, uint64_t ip,
			   char *buf, size_t size);

/**
 * mon_frame_func() - the function of an address of a stack, and no more
 * @dump: the dump; its guest must be there
 * @ip: the address
 * @buf: gets the function, of a BPF program without its tag; "" when no name
 *	is known, as of a BPF program's subprograms, trampolines and modules
 * @size: bytes at @buf
 *
 * Return: true when it is a BPF program.
 */
bool mon_frame_func(const struct mon_dump *dump, uint64_t ip, char *buf,
		    size_t size);

/**
 * mon_dump_task() - the task at an address; NULL when none was found there
 */
const struct mon_task *mon_dump_task(const struct mon_dump *dump, uint64_t va);

/**
 * mon_task_place() - where a runnable task waits
 */
enum mon_place mon_task_place(const struct mon_dump *dump,
			      const struct mon_task *task, int *dsq);

#endif /* KTSTR_MONITOR_READ_DUMP_H */
