/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timeline: samples and what happened, cut into phases.
 *
 * A phase goes from one change of the guest's stage or of the workload to the
 * next; it has the samples that were taken meanwhile.
 */
#ifndef KTSTR_REPORT_TIMELINE_H
#define KTSTR_REPORT_TIMELINE_H

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
 * @max_dsq_depth: longest local DSQ
 * @events: how far each counter went on
 * @events_valid: it was read at least twice
 * @iterations: of the workers, when a step told
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
	uint32_t max_dsq_depth;
	int64_t events[MON_EVENTS_MAX];
	bool events_valid;
	uint64_t iterations;
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
 * timeline_print() - a line for each phase that has samples, and one for each
 * thing that happened in it, as KTAP comments
 */
void timeline_print(FILE *to, const struct timeline *timeline);

#endif /* KTSTR_REPORT_TIMELINE_H */
