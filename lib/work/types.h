/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the worker's loop and its work types; not for others.
 */
#ifndef KTSTR_WORK_TYPES_H
#define KTSTR_WORK_TYPES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/work/work.h"

#define WORK_CHUNK	1024	/* spins between two looks at clock and CPU */

/**
 * struct work_slot - memory that worker and parent share
 * @report: written by the worker, whole when .completed is set
 * @stop: set by the parent
 * @futex: word of a pair, in the slot of its first worker
 * @handed_ns: when that was last written, there too
 * @live: iterations, for the parent while it runs
 */
struct work_slot {
	struct worker_report report;
	atomic_bool stop;
	atomic_uint futex;
	atomic_ullong handed_ns;
	atomic_ullong live;
};

/**
 * struct work_run - a worker at work
 * @first: slot of the first worker of its group
 * @member: number within the group
 * @last_ns: when it last made progress
 */
struct work_run {
	const struct work_spec *spec;
	struct work_slot *slot;
	struct work_slot *first;
	unsigned int member;
	uint64_t start_ns;
	uint64_t last_ns;
	int cpu;
};

/**
 * struct work_ops - a work type
 * @name: for messages
 * @group: workers that belong together; their number must divide
 * @pass: one pass; to return soon once work_stopped()
 *
 * To add one: a file with its pass, a value in enum work_type, a row in
 * work_types[].
 */
struct work_ops {
	const char *name;
	unsigned int group;
	void (*pass)(struct work_run *run);
};

bool work_stopped(const struct work_run *run);

/**
 * work_spin() - @n units of work, looking at the clock each WORK_CHUNK
 */
void work_spin(struct work_run *run, unsigned int n);

/**
 * work_pause() - about to sleep by choice; what came before may be a gap
 *
 * Return: now, by clock_now_ns().
 */
uint64_t work_pause(struct work_run *run);

/**
 * work_resume() - after a sleep by choice
 * @run: the worker
 * @due_ns: until when that was its choice; what came after is a gap
 */
void work_resume(struct work_run *run, uint64_t due_ns);

void work_pass_cpu_spin(struct work_run *run);
void work_pass_bursty(struct work_run *run);
void work_pass_futex_ping_pong(struct work_run *run);

#endif /* KTSTR_WORK_TYPES_H */
