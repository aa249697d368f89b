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

#include "lib/common/quantity.h"
#include "lib/host/monitor/judge/series.h"

#define TIMELINE_MAX	256	/* phases; what comes later is in the last */

/**
 * struct timeline_phase - one stretch of a run
 * @name: "stage attached", "step 0", ...
 * @start_ns: guest's CLOCK_MONOTONIC
 * @end_ns: the next one's start, or of what was seen last
 * @q: its quantities: without samples those of run queues are 0, and what the
 *	workers did is only known where they worked all the time
 * @events: how far each counter went on
 * @events_valid: it was read at least twice
 * @told_step: it begins with the beginning or the end of a step or workload
 * @is_step: a step begins with it
 * @works: a step or a workload without steps begins with it
 * @cgroups: that exist at its start, when a step told
 * @workers: that run then
 * @iterations: of the workers until its start, when a step told
 */
struct timeline_phase {
	char name[48];
	uint64_t start_ns;
	uint64_t end_ns;
	struct phase_quantities q;
	int64_t events[MON_EVENTS_MAX];
	bool events_valid;
	bool told_step;
	bool is_step;
	bool works;
	uint32_t cgroups;
	uint32_t workers;
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
