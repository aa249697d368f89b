// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the monitor has seen, as JSON. See series_json.h.
 */
#include "lib/host/report/series_json.h"

#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/report/dump_json.h"
#include "lib/host/report/json.h"
#include "lib/host/report/monitor.h"
#include "lib/host/report/quantity_json.h"
#include "lib/host/report/timeline.h"

#define DUMP_TEXT_MAX	((size_t)256 << 10)
#define TRACK_POINTS_MAX	2000	/* of one value that was followed */

/* Which of a run's two clocks the times are by, and from when they count. */
struct clock {
	bool guest;
	uint64_t host_start_ns;
	int64_t host_to_guest_ns;
};

static int64_t us(uint64_t ns)
{
	return (int64_t)(ns / 1000);
}

/*
 * The guest's, when it has told it. What it has no time for, as it came before
 * its clock began, is put there by the distance of both clocks.
 */
static struct clock clock_choose(const struct mon_series *s)
{
	struct clock c = { .host_start_ns = s->start_ns };
	const struct mon_point *last;

	if (!s->n_points)
		return c;
	last = mon_series_point(s, s->n_points - 1);
	c.guest = last->guest_ns != 0;
	c.host_to_guest_ns = (int64_t)(last->guest_ns - last->host_ns);
	return c;
}

static int64_t clock_us(const struct clock *c, uint64_t host_ns,
			uint64_t guest_ns)
{
	if (!c->guest)
		return (int64_t)(host_ns - c->host_start_ns) / 1000;
	if (guest_ns)
		return us(guest_ns);
	return mon_count_add((int64_t)host_ns, c->host_to_guest_ns) / 1000;
}

/* Of what only the host saw. */
static int64_t clock_host_us(const struct clock *c, uint64_t host_ns)
{
	return clock_us(c, host_ns, 0);
}

static void add_int(struct json_object *array, int64_t value)
{
	json_object_array_add(array, json_object_new_int64(value));
}

/* ---- samples ---- */

/*
 * null stands for a CPU that made no sense in a sample, and for what the kernel
 * does not count.
 */
static void add_cpu_column(struct json_object *cpu, const struct mon_series *s,
			   unsigned int n, const struct quantity *q)
{
	struct json_object *array = json_object_new_array_ext((int)s->n_points);
	bool counted = s->has_schedstat || q->from != FROM_SCHEDSTAT;
	size_t i;

	json_add_new(cpu, q->name, array);
	for (i = 0; array && i < s->n_points; i++) {
		const struct mon_point_cpu *c =
			&mon_series_point(s, i)->cpus[n];
		int64_t value = c->valid && counted ? quantity_get(q, &c->q) :
				QUANTITY_UNKNOWN;

		json_object_array_add(array, quantity_to_json(q, value));
	}
}

static void add_comms(struct json_object *cpu, const struct mon_series *s,
		      unsigned int n)
{
	struct json_object *array = json_object_new_array_ext((int)s->n_points);
	size_t i;

	json_add_new(cpu, "curr_comm", array);
	for (i = 0; array && i < s->n_points; i++) {
		const struct mon_point_cpu *c =
			&mon_series_point(s, i)->cpus[n];

		json_object_array_add(array, c->valid ?
				      json_text(c->curr_comm,
						strlen(c->curr_comm)) : NULL);
	}
}

static bool ever_valid(const struct mon_series *s, unsigned int cpu)
{
	size_t i;

	for (i = 0; i < s->n_points; i++)
		if (mon_series_point(s, i)->cpus[cpu].valid)
			return true;
	return false;
}

static struct json_object *cpus_json(const struct mon_series *s)
{
	struct json_object *cpus = json_object_new_array();
	const struct quantity *q;
	unsigned int cpu;

	for (cpu = 0; cpus && cpu < s->n_cpus; cpu++) {
		struct json_object *o;

		if (!ever_valid(s, cpu))
			continue;
		o = json_object_new_object();
		if (!o)
			break;
		json_add_int(o, "cpu", cpu);
		for (q = quantity_next(PER_CPU, NULL); q;
		     q = quantity_next(PER_CPU, q))
			add_cpu_column(o, s, cpu, q);
		add_comms(o, s, cpu);
		json_object_array_add(cpus, o);
	}
	return cpus;
}

static struct json_object *times_json(const struct mon_series *s,
				      const struct clock *clock)
{
	struct json_object *array = json_object_new_array_ext((int)s->n_points);
	size_t i;

	for (i = 0; array && i < s->n_points; i++) {
		const struct mon_point *p = mon_series_point(s, i);

		add_int(array, clock_us(clock, p->host_ns, p->guest_ns));
	}
	return array;
}

static struct json_object *events_json(const struct mon_series *s)
{
	struct json_object *events = json_object_new_object();
	unsigned int e;
	size_t i;

	for (e = 0; events && e < s->n_events; e++) {
		struct json_object *array = json_object_new_array();

		json_object_object_add(events, s->event_names[e], array);
		for (i = 0; array && i < s->n_points; i++) {
			const struct mon_point *p = mon_series_point(s, i);

			if (p->events_valid)
				add_int(array, p->events[e]);
			else
				json_object_array_add(array, NULL);
		}
	}
	return events;
}

static void add_scx(struct json_object *to, const struct mon_series *s)
{
	struct json_object *scx = json_object_new_object();
	const struct quantity *q;
	size_t i;

	json_add_new(to, "sched_ext", scx);
	for (q = quantity_next(PER_SAMPLE, NULL); q;
	     q = quantity_next(PER_SAMPLE, q)) {
		struct json_object *array = json_object_new_array();

		json_add_new(scx, q->name, array);
		for (i = 0; array && i < s->n_points; i++) {
			const struct mon_point *p = mon_series_point(s, i);
			int64_t value = quantity_get(q, &p->q);

			json_object_array_add(array,
					      quantity_to_json(q, value));
		}
	}
}

/* ---- what happened ---- */

static void mark_words(struct json_object *o, const struct mon_mark *m)
{
	if (m->kind == MON_MARK_STAGE) {
		json_add_text(o, "text", wire_stage_name(m->stage));
	} else if (m->kind == MON_MARK_STEP) {
		json_add_text(o, "text", timeline_step_name(m->step.edge));
		json_add_int(o, "step", m->step.index);
		json_add_int(o, "cgroups", m->step.cgroups);
		json_add_int(o, "workers", m->step.workers);
		json_add_int(o, "iterations", (int64_t)m->step.iterations);
	} else {
		json_add_text(o, "text", m->text);
	}
}

static struct json_object *marks_json(const struct mon_series *s,
				      const struct clock *clock)
{
	struct json_object *marks = json_object_new_array();
	size_t i;

	for (i = 0; marks && i < s->n_marks; i++) {
		const struct mon_mark *m = &s->marks[i];
		struct json_object *o = json_object_new_object();

		if (!o)
			break;
		json_add_int(o, "time_us", clock_us(clock, m->host_ns,
						    m->guest_ns));
		json_add_text(o, "kind", mon_mark_name(m->kind));
		mark_words(o, m);
		json_object_array_add(marks, o);
	}
	return marks;
}

static void add_phase_events(struct json_object *o, const struct timeline *t,
			     const struct timeline_phase *p)
{
	struct json_object *events = NULL;
	unsigned int e;

	if (p->events_valid)
		events = json_object_new_object();
	json_add_new(o, "events", events);
	for (e = 0; events && e < t->series->n_events; e++)
		if (p->events[e])
			json_object_object_add(events,
					       t->series->event_names[e],
					       json_object_new_int64(p->events[e]));
}

static struct json_object *phases_json(const struct mon_series *s)
{
	struct json_object *phases = json_object_new_array();
	struct timeline t;
	unsigned int i;

	if (!phases || timeline_build(s, &t))
		return phases;
	for (i = 0; i < t.n_phases; i++) {
		const struct timeline_phase *p = &t.phases[i];
		struct json_object *o = json_object_new_object();

		if (!o)
			break;
		json_add_text(o, "name", p->name);
		json_add_int(o, "start_us", us(p->start_ns));
		json_add_int(o, "end_us", us(p->end_ns));
		quantities_to_json(o, PER_PHASE, &p->q);
		add_phase_events(o, &t, p);
		json_object_array_add(phases, o);
	}
	timeline_free(&t);
	return phases;
}

static struct json_object *alarms_json(const struct mon_findings *f,
				       const struct clock *clock)
{
	struct json_object *alarms = json_object_new_array();
	unsigned int i;

	for (i = 0; alarms && i < f->n_alarms; i++) {
		const struct mon_alarm *a = &f->alarms[i];
		struct json_object *o = json_object_new_object();

		if (!o)
			break;
		json_add_text(o, "check", mon_check_name(a->check));
		json_add_int(o, "cpu", a->cpu);
		json_add_int(o, "pid", a->pid);
		json_add_double(o, "value", a->value);
		json_add_double(o, "threshold", a->threshold);
		json_add_int(o, "since_us", clock_host_us(clock, a->since_ns));
		json_add_int(o, "time_us", clock_host_us(clock, a->host_ns));
		json_add_int(o, "samples", a->samples);
		json_add_text(o, "text", a->text);
		json_object_array_add(alarms, o);
	}
	return alarms;
}

static struct json_object *dumps_json(const struct mon_findings *f,
				      const struct clock *clock)
{
	struct json_object *dumps = json_object_new_array();
	unsigned int i;

	for (i = 0; dumps && i < f->n_dumps; i++) {
		const struct mon_kept_dump *d = &f->dumps[i];
		struct json_object *o = json_object_new_object();
		size_t len = min(d->text.len, DUMP_TEXT_MAX);

		if (!o)
			break;
		json_add_text(o, "what", d->what);
		json_add_int(o, "time_us", clock_host_us(clock, d->host_ns));
		json_add_new(o, "text", json_text(d->text.text, len));
		json_add_bool(o, "cut", d->text.len > len);
		json_add_new(o, "data", kept_dump_json(d));
		json_object_array_add(dumps, o);
	}
	return dumps;
}

/* ---- values that were followed ---- */

/* Of more than there is room for, every second one, or fourth */
static struct json_object *track_json(const struct mon_track *t,
				      const struct clock *clock)
{
	struct json_object *o = json_object_new_object();
	struct json_object *times = json_object_new_array();
	struct json_object *values = json_object_new_array();
	size_t stride = 1, i;

	while (t->n / stride > TRACK_POINTS_MAX)
		stride *= 2;
	json_add_text(o, "name", t->watch.name);
	json_add_int(o, "points", (int64_t)t->n);
	json_add_int(o, "unknown", (int64_t)(t->n - t->n_known));
	json_add_text(o, "why_unknown", t->why[0] ? t->why : NULL);
	json_add_new(o, "time_us", times);
	json_add_new(o, "value", values);
	for (i = 0; times && values && i < t->n; i += stride) {
		const struct assertion_point *p = &t->points[i];

		add_int(times, clock_us(clock, p->wall_ns,
					clock->guest ? p->time_ns : 0));
		json_object_array_add(values, p->known ?
				      json_object_new_int64(p->value) : NULL);
	}
	return o;
}

static struct json_object *tracks_json(const struct mon_tracks *tracks,
				       const struct clock *clock)
{
	struct json_object *list = json_object_new_array();
	unsigned int i;

	for (i = 0; list && i < tracks->n; i++)
		json_object_array_add(list, track_json(&tracks->list[i], clock));
	return list;
}

/* Those of a scheduler: what the verifier took for each, what it has run since. */
static struct json_object *programs_json(const struct mon_findings *f)
{
	const struct mon_dump *d = monitor_progs_dump(f);
	struct json_object *programs = json_object_new_array();
	size_t i;

	for (i = 0; d && i < d->n_progs; i++) {
		const struct mon_prog *p = &d->progs[i];
		struct json_object *o;

		if (!p->op[0])
			continue;
		o = json_object_new_object();
		json_add_text(o, "name", p->name);
		json_add_text(o, "op", p->op);
		json_add_int(o, "verified_insns", p->verified_insns);
		json_add_int(o, "runs", (int64_t)p->runs);
		json_add_int(o, "run_ns", (int64_t)p->run_ns);
		json_object_array_add(programs, o);
	}
	return programs;
}

static struct json_object *snapshots_json(const struct mon_snapshots *shots,
					  const struct clock *clock)
{
	struct json_object *list = json_object_new_array();
	unsigned int i;

	for (i = 0; list && i < shots->n; i++) {
		const struct mon_snapshot *s = &shots->list[i];
		int64_t time_us = clock_host_us(clock, s->host_ns);

		json_object_array_add(list, snapshot_json(s, time_us));
	}
	return list;
}

struct json_object *series_json(const struct run_outcome *out,
				const struct run_quantities *run)
{
	const struct mon_series *s = &out->series;
	struct clock clock = clock_choose(s);
	struct json_object *o = json_object_new_object();

	if (!o)
		return NULL;
	json_add_text(o, "why_none", s->n_points ? NULL : s->why_none);
	json_add_text(o, "notes", s->notes[0] ? s->notes : NULL);
	json_add_text(o, "clock", clock.guest ? "guest" : "host");
	json_add_int(o, "interval_us", us(s->interval_ns * s->stride));
	quantities_from_to_json(o, PER_RUN, FROM_MONITOR, run);
	json_add_new(o, "time_us", times_json(s, &clock));
	json_add_new(o, "cpus", cpus_json(s));
	json_add_new(o, "events", events_json(s));
	add_scx(o, s);
	json_add_new(o, "marks", marks_json(s, &clock));
	json_add_new(o, "phases", clock.guest ? phases_json(s) :
		     json_object_new_array());
	json_add_new(o, "programs", programs_json(&out->findings));
	json_add_new(o, "alarms", alarms_json(&out->findings, &clock));
	json_add_new(o, "watches", tracks_json(&out->findings.tracks, &clock));
	json_add_new(o, "snapshots",
		     snapshots_json(&out->findings.snapshots, &clock));
	json_add_new(o, "dumps", dumps_json(&out->findings, &clock));
	return o;
}
