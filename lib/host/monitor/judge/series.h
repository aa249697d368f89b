/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the monitor has seen of one run, over time: a point for each sample
 * that was kept, a mark for each thing that happened, on one clock.
 *
 * Points are samples without their scheduling domains, so that a long run of a
 * large machine can be kept whole; the first and the last sample are there in
 * full. When there are too many, every second point goes: verdicts are found
 * while samples come (checks.h), not from what is kept here.
 */
#ifndef KTSTR_MONITOR_JUDGE_SERIES_H
#define KTSTR_MONITOR_JUDGE_SERIES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/common/quantity.h"
#include "lib/common/wire/wire.h"
#include "lib/host/monitor/read/sample.h"

#define MON_SERIES_MAX_BYTES	(64U << 20)	/* of points, in one run */
#define MON_MARKS_MAX		4096
#define MON_NOTES_MAX		2048	/* bytes */

/**
 * enum mon_mark_kind - what can happen
 * @MON_MARK_STAGE: the guest has reached @stage
 * @MON_MARK_STEP: the workload has changed: @step
 * @MON_MARK_SCX: sched_ext's state changed to @text
 * @MON_MARK_WRITE: the host has written to a BPF map: @text
 * @MON_MARK_ALARM: a verdict: @text names CPU, time, value, threshold
 * @MON_MARK_DUMP: the host read everything; @text says why
 * @MON_MARK_WATCHPOINT: the kernel has written to a variable: @text
 * @MON_MARK_OP: a step of the workload has done something: @text
 */
enum mon_mark_kind {
	MON_MARK_STAGE,
	MON_MARK_STEP,
	MON_MARK_SCX,
	MON_MARK_WRITE,
	MON_MARK_ALARM,
	MON_MARK_DUMP,
	MON_MARK_WATCHPOINT,
	MON_MARK_OP,
	MON_MARK_KINDS
};

/**
 * struct mon_mark - something that happened
 * @kind: what
 * @host_ns: CLOCK_MONOTONIC of the host: for what the guest tells, when the
 *	host heard of it, which is up to 20 ms later
 * @tsc: the guest's time stamp counter; 0 when not known
 * @guest_ns: the guest's CLOCK_MONOTONIC when it happened; 0 when not known.
 *	For what the host did: valid after mon_series_finish()
 * @stage: of MON_MARK_STAGE
 * @step: of MON_MARK_STEP
 * @text: of the others, one line
 */
struct mon_mark {
	enum mon_mark_kind kind;
	uint64_t host_ns;
	uint64_t tsc;
	uint64_t guest_ns;
	enum wire_stage stage;
	struct wire_step step;
	char text[192];
};

/**
 * struct mon_point_cpu - one CPU in a point; as in struct mon_cpu
 * @online: the guest says so
 * @valid: it was read, and makes sense; nothing below counts when not
 * @curr_comm: name of the task that runs
 * @q: its quantities
 */
struct mon_point_cpu {
	bool online;
	bool valid;
	char curr_comm[MON_COMM_LEN];
	struct cpu_quantities q;
};

/**
 * struct mon_point - one sample, as it is kept
 * @host_ns: CLOCK_MONOTONIC of the host
 * @tsc: the guest's time stamp counter; 0 when not known
 * @guest_ns: the guest's CLOCK_MONOTONIC; 0 when not known; valid after
 *	mon_series_finish()
 * @cost_ns: how long taking the sample took
 * @n_valid, @n_rejected: as in struct mon_sample
 * @q: what there is one of in a sample, whatever the number of CPUs
 * @events: counters; their names are in struct mon_series
 * @cpus: one for each possible CPU, @n_cpus of the series
 */
struct mon_point {
	uint64_t host_ns;
	uint64_t tsc;
	uint64_t guest_ns;
	uint64_t cost_ns;
	uint32_t n_valid;
	uint32_t n_rejected;
	struct sample_quantities q;
	bool events_valid;
	int64_t events[MON_EVENTS_MAX];
	struct mon_point_cpu cpus[];
};

/**
 * struct mon_series - a run as the monitor saw it
 * @lock: held while one of several threads adds to it; for nobody to take
 *	after mon_series_finish()
 * @why_none: why there are no samples, one sentence; "" when there are
 * @other_kernel: that is as vmlinux is not the guest's; @why_none has both ids
 * @start_ns: CLOCK_MONOTONIC of the host when the VM was started
 * @notes: what this kernel lacks for a whole picture, a line each; "" when
 *	nothing
 * @slowness: of the host, as the monitor was told; 0 without one
 * @hz: ticks a second of the guest's kernel
 * @n_cpus: possible CPUs
 * @has_schedstat: the kernel counts run delays, wakeups and the like
 * @n_events: counters in each point
 * @event_names: their names, without SCX_EV_
 * @interval_ns: between two samples
 * @stride: samples for each point that was kept: 1, or a power of two
 * @n_taken: samples taken
 * @n_left_out: samples left out: the kernel had not set itself up
 * @n_rejected: CPUs that made no sense, over all samples
 * @cost_ns: time that taking the samples took, in all
 * @points: the points, in order; see mon_series_point()
 * @n_points: their number
 * @first, @last: the first and the last sample, in full; NULL without samples
 * @marks: what happened; in order of time after mon_series_finish()
 * @n_marks: their number
 * @n_marks_lost: marks that found no room
 */
struct mon_series {
	pthread_mutex_t lock;
	char why_none[1024];
	bool other_kernel;
	char notes[MON_NOTES_MAX];
	uint64_t start_ns;
	double slowness;
	unsigned int hz;
	unsigned int n_cpus;
	bool has_schedstat;
	unsigned int n_events;
	char event_names[MON_EVENTS_MAX][MON_EVENT_NAME_LEN];
	uint64_t interval_ns;
	unsigned int stride;
	uint64_t n_taken;
	uint64_t n_left_out;
	uint64_t n_rejected;
	uint64_t cost_ns;
	void *points;
	size_t n_points;
	size_t points_room;
	struct mon_sample *first;
	struct mon_sample *last;
	struct mon_mark *marks;
	size_t n_marks;
	size_t n_marks_lost;
	/* Two moments that the guest told in both of its clocks. */
	struct {
		uint64_t tsc;
		uint64_t guest_ns;
	} anchor[2];
	unsigned int n_anchors;
};

/**
 * mon_series_init() - an empty one
 * mon_series_exit() - release what it holds
 */
void mon_series_init(struct mon_series *series);
void mon_series_exit(struct mon_series *series);

/**
 * mon_series_kernel() - learn what is the same for all samples
 * @guest: attached, with its CPUs known
 */
void mon_series_kernel(struct mon_series *series,
		       const struct mon_guest *guest);

/**
 * mon_series_add() - keep a sample
 *
 * Return: 0 or -ENOMEM; the series is then as it was.
 */
int mon_series_add(struct mon_series *series, const struct mon_sample *sample);

/**
 * mon_series_record() - note what a ring record tells, when it tells anything
 * @rec: its head
 * @payload: rec->len bytes and a NUL
 */
void mon_series_record(struct mon_series *series, const struct wire_rec *rec,
		       const void *payload);

/**
 * mon_series_mark() - note what the host has done or seen
 * @tsc: the guest's counter then, 0 when not known
 * @text: one line; cut when it is too long
 */
void mon_series_mark(struct mon_series *series, enum mon_mark_kind kind,
		     uint64_t tsc, const char *text);

/**
 * mon_series_finish() - the run is over: put all on the guest's clock
 */
void mon_series_finish(struct mon_series *series);

/**
 * mon_series_guest_ns() - the guest's CLOCK_MONOTONIC at a count of its TSC
 *
 * Return: nanoseconds; 0 when @tsc is 0 or the guest never told its time.
 */
uint64_t mon_series_guest_ns(const struct mon_series *series, uint64_t tsc);

/**
 * mon_point_size() - bytes of a point of @n_cpus
 */
static inline size_t mon_point_size(unsigned int n_cpus)
{
	return sizeof(struct mon_point) + n_cpus * sizeof(struct mon_point_cpu);
}

/**
 * mon_series_point() - a point
 * @i: below @series->n_points
 */
static inline const struct mon_point *
mon_series_point(const struct mon_series *series, size_t i)
{
	return (const void *)((const char *)series->points +
			      i * mon_point_size(series->n_cpus));
}

/**
 * mon_series_first() - the first mark of a kind
 * @series: the series
 * @kind: which
 *
 * Return: it, which is @series' own; NULL where there is none.
 */
const struct mon_mark *mon_series_first(const struct mon_series *series,
					enum mon_mark_kind kind);

/**
 * mon_mark_name() - a word for a kind of mark
 */
const char *mon_mark_name(enum mon_mark_kind kind);

#endif /* KTSTR_MONITOR_JUDGE_SERIES_H */
