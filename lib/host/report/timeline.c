// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cutting a run into phases. See timeline.h.
 */
#include "lib/report/timeline.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util/util.h"

const char *timeline_step_name(uint32_t edge)
{
	static const char * const names[] = {
		"workload starts", "step", "step over", "workload over",
	};

	return names[min(edge, (uint32_t)ARRAY_SIZE(names) - 1)];
}

/* Does a phase begin with it? @name gets the phase's. */
static bool begins_phase(const struct mon_mark *m, char *name, size_t size)
{
	if (m->kind == MON_MARK_STAGE) {
		snprintf(name, size, "stage %s", wire_stage_name(m->stage));
		return true;
	}
	if (m->kind != MON_MARK_STEP)
		return false;
	if (m->step.edge == 1 || m->step.edge == 2)
		snprintf(name, size, "step %u%s", m->step.index,
			 m->step.edge == 2 ? " over" : "");
	else
		snprintf(name, size, "%s", timeline_step_name(m->step.edge));
	return true;
}

static void add_phases(struct timeline *t)
{
	struct timeline_phase *p = t->phases;
	size_t i;

	for (i = 0; i < t->series->n_marks && t->n_phases < TIMELINE_MAX; i++) {
		const struct mon_mark *m = &t->series->marks[i];

		if (!m->guest_ns || !begins_phase(m, p[t->n_phases].name,
						  sizeof(p->name)))
			continue;
		p[t->n_phases].start_ns = m->guest_ns;
		p[t->n_phases].end_ns = m->guest_ns;
		if (m->kind == MON_MARK_STEP) {
			p[t->n_phases].told_step = true;
			p[t->n_phases].is_step = m->step.edge == 1;
			p[t->n_phases].cgroups = m->step.cgroups;
			p[t->n_phases].workers = m->step.workers;
			p[t->n_phases].iterations = m->step.iterations;
		}
		if (t->n_phases)
			p[t->n_phases - 1].end_ns = m->guest_ns;
		t->n_phases++;
	}
}

/* The phase that a moment belongs to; NULL before the first. */
static struct timeline_phase *phase_at(const struct timeline *t,
				       uint64_t guest_ns)
{
	unsigned int i;

	for (i = t->n_phases; i > 0; i--)
		if (guest_ns >= t->phases[i - 1].start_ns)
			return &t->phases[i - 1];
	return NULL;
}

static void add_point(struct timeline_phase *p, const struct mon_point *point,
		      unsigned int n_cpus)
{
	uint32_t most = 0, least = UINT32_MAX;
	uint64_t sum = 0, depth = 0;
	unsigned int i, n = 0;
	double ratio;

	for (i = 0; i < n_cpus; i++) {
		const struct mon_point_cpu *c = &point->cpus[i];

		if (!c->valid)
			continue;
		n++;
		sum += c->nr_running;
		depth += c->dsq_depth;
		most = max(most, c->nr_running);
		least = min(least, c->nr_running);
		p->max_dsq_depth = max(p->max_dsq_depth, c->dsq_depth);
		if (c->nr_running > p->max_running) {
			p->max_running = c->nr_running;
			p->max_running_cpu = i;
		}
	}
	if (!n)
		return;
	ratio = (double)most / max(least, 1U);
	p->n_points++;
	p->avg_running += ((double)sum / n - p->avg_running) / p->n_points;
	p->avg_imbalance += (ratio - p->avg_imbalance) / p->n_points;
	p->avg_dsq_depth += ((double)depth / n - p->avg_dsq_depth) /
			    p->n_points;
	p->max_imbalance = max(p->max_imbalance, ratio);
	p->end_ns = max(p->end_ns, point->guest_ns);
}

/* Counters start anew with each scheduler: only what went on counts. */
static void add_events(struct timeline_phase *p, const struct mon_point *prev,
		       const struct mon_point *point, unsigned int n)
{
	unsigned int e;

	if (!prev || !prev->events_valid || !point->events_valid)
		return;
	p->events_valid = true;
	for (e = 0; e < n && e < MON_EVENTS_MAX; e++)
		if (point->events[e] > prev->events[e])
			p->events[e] += point->events[e] - prev->events[e];
}

static void add_points(struct timeline *t)
{
	const struct mon_series *s = t->series;
	const struct mon_point *prev = NULL;
	size_t i;

	for (i = 0; i < s->n_points; i++) {
		const struct mon_point *point = mon_series_point(s, i);
		struct timeline_phase *p = phase_at(t, point->guest_ns);

		if (!point->guest_ns || !p)
			continue;
		add_point(p, point, s->n_cpus);
		add_events(p, prev, point, s->n_events);
		prev = point;
	}
}

static void add_alarms(struct timeline *t)
{
	size_t i;

	for (i = 0; i < t->series->n_marks; i++) {
		const struct mon_mark *m = &t->series->marks[i];
		struct timeline_phase *p = phase_at(t, m->guest_ns);

		if (m->kind == MON_MARK_ALARM && m->guest_ns && p)
			p->n_alarms++;
	}
}

/* What the workers did in a phase: the next one's count less its own. */
static void add_throughput(struct timeline *t)
{
	unsigned int i;

	for (i = 0; i + 1 < t->n_phases; i++) {
		struct timeline_phase *p = &t->phases[i];
		uint64_t until = t->phases[i + 1].iterations;

		if (p->is_step && t->phases[i + 1].told_step &&
		    until > p->iterations && p[1].start_ns > p->start_ns)
			p->throughput = (double)(until - p->iterations) *
					NSEC_PER_SEC /
					(p[1].start_ns - p->start_ns);
	}
}

int timeline_build(const struct mon_series *series, struct timeline *timeline)
{
	*timeline = (struct timeline){ .series = series };
	timeline->phases = calloc(TIMELINE_MAX, sizeof(*timeline->phases));
	if (!timeline->phases)
		return -ENOMEM;
	add_phases(timeline);
	add_points(timeline);
	add_alarms(timeline);
	add_throughput(timeline);
	return 0;
}

void timeline_free(struct timeline *timeline)
{
	free(timeline->phases);
	timeline->phases = NULL;
	timeline->n_phases = 0;
}

/* How far the number goes before it is a change. */
#define CHANGE_IMBALANCE	0.5
#define CHANGE_DEPTH		3.0
#define CHANGE_THROUGHPUT	0.3	/* of what it was */
#define CHANGE_RATE		10.0	/* events a second */

static void print_change(FILE *to, const char *what, double change, bool worse,
			 const char *unit)
{
	fprintf(to, "#     >>> %s: %s %+.1f%s\n",
		worse ? "DEGRADATION" : "IMPROVEMENT", what, change, unit);
}

/* Events a second; false when they were not counted */
static bool event_rate(const struct timeline_phase *p, unsigned int event,
		       double *rate)
{
	if (!p->events_valid || p->end_ns <= p->start_ns)
		return false;
	*rate = (double)p->events[event] * NSEC_PER_SEC /
		(p->end_ns - p->start_ns);
	return true;
}

/* More of these is worse. */
static void print_rate_changes(FILE *to, const struct timeline *t,
			       const struct timeline_phase *was,
			       const struct timeline_phase *p)
{
	static const struct {
		const char *event;
		const char *what;
	} rates[] = {
		{ "SELECT_CPU_FALLBACK", "fallback" },
		{ "DISPATCH_KEEP_LAST", "keep_last" },
	};
	double before, now;
	unsigned int i, e;

	for (i = 0; i < ARRAY_SIZE(rates); i++)
		for (e = 0; e < t->series->n_events; e++)
			if (!strcmp(t->series->event_names[e],
				    rates[i].event) &&
			    event_rate(was, e, &before) &&
			    event_rate(p, e, &now) &&
			    fabs(now - before) > CHANGE_RATE)
				print_change(to, rates[i].what, now - before,
					     now > before, "/s");
}

/* The step against the one before it. */
static void print_changes(FILE *to, const struct timeline *t,
			  const struct timeline_phase *was,
			  const struct timeline_phase *p)
{
	double imbalance = p->avg_imbalance - was->avg_imbalance;
	double depth = p->avg_dsq_depth - was->avg_dsq_depth;
	double ratio = was->throughput > 0 ?
		       p->throughput / was->throughput - 1 : 0;

	if (was->n_points && p->n_points) {
		if (fabs(imbalance) > CHANGE_IMBALANCE)
			print_change(to, "imbalance", imbalance, imbalance > 0,
				     "");
		if (fabs(depth) > CHANGE_DEPTH)
			print_change(to, "dsq", depth, depth > 0, "");
	}
	if (p->throughput > 0 && fabs(ratio) > CHANGE_THROUGHPUT)
		print_change(to, "throughput", ratio * 100, ratio < 0, " %");
	print_rate_changes(to, t, was, p);
}

static void print_phase(FILE *to, const struct timeline *t,
			const struct timeline_phase *p)
{
	double seconds = (p->end_ns - p->start_ns) / (double)NSEC_PER_SEC;
	unsigned int e;

	fprintf(to, "#   %7.3f s  %-16s %.3f s, ",
		p->start_ns / (double)NSEC_PER_SEC, p->name, seconds);
	if (p->told_step)
		fprintf(to, "%u cgroups, %u workers, ", p->cgroups, p->workers);
	if (!p->n_points)
		fprintf(to, "[no samples]");
	else
		fprintf(to,
			"%u samples, running/cpu %.1f (most %u, CPU %u), imbalance %.1f (most %.1f), dsq %.1f (most %u)",
			p->n_points, p->avg_running, p->max_running, p->max_running_cpu,
			p->avg_imbalance, p->max_imbalance, p->avg_dsq_depth,
			p->max_dsq_depth);
	if (p->n_alarms)
		fprintf(to, ", %u alarms", p->n_alarms);
	if (p->throughput > 0)
		fprintf(to, ", %.0f iterations/s", p->throughput);
	fputc('\n', to);
	for (e = 0; p->events_valid && e < t->series->n_events; e++)
		if (p->events[e] && seconds > 0)
			fprintf(to, "#               %s +%" PRId64 " (%.1f/s)\n",
				t->series->event_names[e], p->events[e],
				p->events[e] / seconds);
}

static void print_marks(FILE *to, const struct timeline *t,
			const struct timeline_phase *p)
{
	size_t i;

	for (i = 0; i < t->series->n_marks; i++) {
		const struct mon_mark *m = &t->series->marks[i];

		if (m->kind == MON_MARK_STAGE || m->kind == MON_MARK_STEP ||
		    !m->guest_ns || phase_at(t, m->guest_ns) != p)
			continue;
		fprintf(to, "#   %7.3f s    %s: %s\n",
			m->guest_ns / (double)NSEC_PER_SEC,
			mon_mark_name(m->kind), m->text);
	}
}

void timeline_print(FILE *to, const struct timeline *timeline)
{
	const struct timeline_phase *step = NULL;
	unsigned int i;

	if (!timeline->n_phases)
		return;
	fprintf(to, "# --- timeline ---\n");
	for (i = 0; i < timeline->n_phases; i++) {
		const struct timeline_phase *p = &timeline->phases[i];

		print_phase(to, timeline, p);
		if (step && p->is_step)
			print_changes(to, timeline, step, p);
		if (p->is_step)
			step = p;
		print_marks(to, timeline, p);
	}
}
