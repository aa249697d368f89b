// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cutting a run into phases. See timeline.h.
 */
#include "lib/host/report/timeline.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

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
		p[t->n_phases].q.iterations_per_s = NAN;
		if (m->kind == MON_MARK_STEP) {
			p[t->n_phases].told_step = true;
			p[t->n_phases].is_step = m->step.edge == 1;
			p[t->n_phases].works = m->step.edge <= 1;
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

static double next_mean(double mean, double value, int64_t n)
{
	return mean + (value - mean) / n;
}

static void add_point(struct timeline_phase *p, const struct mon_point *point,
		      unsigned int n_cpus)
{
	int64_t most = 0, least = INT64_MAX, sum = 0, depth = 0, n = 0;
	struct phase_quantities *q = &p->q;
	unsigned int i;
	double ratio;

	for (i = 0; i < n_cpus; i++) {
		const struct mon_point_cpu *c = &point->cpus[i];

		if (!c->valid)
			continue;
		n++;
		sum += c->q.nr_running;
		depth += c->q.dsq_depth;
		most = max(most, c->q.nr_running);
		least = min(least, c->q.nr_running);
		q->max_dsq_depth = max(q->max_dsq_depth, c->q.dsq_depth);
		if (c->q.nr_running > q->max_running) {
			q->max_running = c->q.nr_running;
			q->max_running_cpu = i;
		}
	}
	if (!n)
		return;
	ratio = (double)most / max(least, (int64_t)1);
	q->samples++;
	q->avg_running = next_mean(q->avg_running, (double)sum / n,
				   q->samples);
	q->avg_imbalance = next_mean(q->avg_imbalance, ratio, q->samples);
	q->avg_dsq_depth = next_mean(q->avg_dsq_depth, (double)depth / n,
				     q->samples);
	q->max_imbalance = max(q->max_imbalance, ratio);
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
	for (e = 0; e < n && e < MON_EVENTS_MAX; e++) {
		int64_t went = mon_count_went(prev->events[e],
					      point->events[e]);

		if (point->events[e] > prev->events[e])
			p->events[e] = mon_count_add(p->events[e], went);
	}
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
			p->q.alarms++;
	}
}

/* What the workers did in a phase: the next one's count less its own. */
static void add_throughput(struct timeline *t)
{
	unsigned int i;

	for (i = 0; i + 1 < t->n_phases; i++) {
		struct timeline_phase *p = &t->phases[i];
		uint64_t until = t->phases[i + 1].iterations;

		if (p->works && p[1].told_step && until > p->iterations &&
		    p[1].start_ns > p->start_ns)
			p->q.iterations_per_s =
				(double)(until - p->iterations) * NSEC_PER_SEC /
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

static void print_quantity_change(FILE *to, enum quantity_id id, double change,
				  const char *unit)
{
	const struct quantity *q = &quantities[id];

	print_change(to, q->word, change, (change > 0) != (q->better == BETTER_UP),
		     unit);
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
	double imbalance = p->q.avg_imbalance - was->q.avg_imbalance;
	double depth = p->q.avg_dsq_depth - was->q.avg_dsq_depth;
	double ratio = p->q.iterations_per_s / was->q.iterations_per_s - 1;

	if (was->q.samples && p->q.samples) {
		if (fabs(imbalance) > CHANGE_IMBALANCE)
			print_quantity_change(to, PHASE_avg_imbalance,
					      imbalance, "");
		if (fabs(depth) > CHANGE_DEPTH)
			print_quantity_change(to, PHASE_avg_dsq_depth, depth,
					      "");
	}
	/* Not so where one of the two is not known */
	if (fabs(ratio) > CHANGE_THROUGHPUT)
		print_quantity_change(to, PHASE_iterations_per_s, ratio * 100,
				      " %");
	print_rate_changes(to, t, was, p);
}

static void print_queues(FILE *to, const struct phase_quantities *q)
{
	fprintf(to, "%lld samples, running/cpu %.1f (most %lld, CPU %lld), imbalance %.1f (most %.1f), dsq %.1f (most %lld)",
		(long long)q->samples, q->avg_running,
		(long long)q->max_running, (long long)q->max_running_cpu,
		q->avg_imbalance, q->max_imbalance, q->avg_dsq_depth,
		(long long)q->max_dsq_depth);
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
	if (!p->q.samples)
		fprintf(to, "[no samples]");
	else
		print_queues(to, &p->q);
	if (p->q.alarms)
		fprintf(to, ", %" PRId64 " alarms", p->q.alarms);
	if (p->q.iterations_per_s > 0)
		fprintf(to, ", %.0f iterations/s", p->q.iterations_per_s);
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
