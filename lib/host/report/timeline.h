/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timeline: samples and what happened, cut into phases.
 *
 * A phase goes from one change of the guest's stage or of the workload to the
 * next; it has the samples that were taken meanwhile.
 */
#ifndef KTSTR_REPORT_TIMELINE_H
#define KTSTR_REPORT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/monitor/series.h"

#define TIMELINE_MAX	256	/* phases; what comes later is in the last */

/**
 * struct timeline_phase - one stretch of a run
 * @name: "stage attached", "step 0", ...
 * @start_ns: guest's CLOCK_MONOTONIC
 * @end_ns: the next one's start, or of what was seen last
 * @n_points: samples in it; what follows is 0 without any
 * @avg_running: runnable tasks of a CPU, on average
 * @max_running: most runnable tasks on one CPU,
 * @max_running_cpu: and which that was
 * @max_imbalance: most over least runnable tasks (at least 1) in one sample
 * @avg_imbalance: on average
 * @avg_dsq_depth: tasks in a CPU's local DSQ, on average
 * @max_dsq_depth: longest local DSQ
 * @n_alarms: verdicts of the monitor in it: stalls and the like
 * @events: how far each counter went on
 * @events_valid: it was read at least twice
 * @told_step: it begins with the beginning or the end of a step or workload
 * @is_step: a step begins with it
 * @cgroups: that exist at its start, when a step told
 * @workers: that run then
 * @iterations: of the workers until its start, when a step told
 * @throughput: iterations a second while it lasted; 0 when not known
 */
struct timeline_phase {
	char name[48];
	uint64_t start_ns;
	uint64_t end_ns;
	unsigned int n_points;
	double avg_running;
	uint32_t max_running;
	unsigned int max_running_cpu;
	double max_imbalance;
	double avg_imbalance;
	double avg_dsq_depth;
	uint32_t max_dsq_depth;
	unsigned int n_alarms;
	int64_t events[MON_EVENTS_MAX];
	bool events_valid;
	bool told_step;
	bool is_step;
	uint32_t cgroups;
	uint32_t workers;
	uint64_t iterations;
	double throughput;
};

/**
 * struct timeline - a run in phases
 */
struct timeline {
	const struct mon_series *series;
	struct timeline_phase *phases;
	unsigned int n_phases;
};

/**
 * timeline_build() - cut a run into phases
 * @series: after mon_series_finish(); must outlive the timeline
 * @timeline: filled in; release with timeline_free()
 *
 * Return: 0, -ENOMEM.
 */
int timeline_build(const struct mon_series *series, struct timeline *timeline);
void timeline_free(struct timeline *timeline);

/**
 * timeline_step_name() - what happens at an edge of a step
 * @edge: of struct wire_step
 *
 * Return: "workload starts", "step", "step over", "workload over".
 */
const char *timeline_step_name(uint32_t edge);

/**
 * timeline_print() - the phases as KTAP comments
 * @to: where
 * @timeline: what to print
 *
 * A line for each phase, one for each thing that happened in it, and one for
 * each step in which it went clearly worse or better than in the step before.
 */
void timeline_print(FILE *to, const struct timeline *timeline);

#endif /* KTSTR_REPORT_TIMELINE_H */
