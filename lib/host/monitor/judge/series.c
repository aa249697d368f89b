// SPDX-License-Identifier: GPL-2.0-only
/*
 * Points and marks of one run. See series.h.
 */
#include "lib/host/monitor/judge/series.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/text.h"
#include "lib/common/util/util.h"

#define POINTS_FIRST	64
#define LAG_US_MAX	1e12	/* a guest may say anything */

void mon_series_init(struct mon_series *s)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
	s->stride = 1;
	s->start_ns = clock_now_ns();
}

void mon_series_exit(struct mon_series *s)
{
	free(s->points);
	free(s->first);
	free(s->last);
	free(s->marks);
	pthread_mutex_destroy(&s->lock);
	memset(s, 0, sizeof(*s));
}

static void note(struct mon_series *s, const char *text)
{
	size_t len = strlen(s->notes);

	if (*text)
		snprintf(s->notes + len, sizeof(s->notes) - len, "%s\n", text);
}

static void note_what_is_missing(struct mon_series *s,
				 const struct mon_kernel *k)
{
	enum mon_part part;
	char text[256];

	s->notes[0] = '\0';
	for (part = 0; part < MON_PART_COUNT; part++) {
		mon_part_note(&k->f, part, text, sizeof(text));
		note(s, text);
	}
	if (!k->hz_guessed)
		return;
	snprintf(text, sizeof(text),
		 "without CONFIG_HZ: waits and the watchdog's timeout are counted in ticks of 1/%u s (no IKCONFIG in vmlinux, no .config or config beside it)",
		 k->hz);
	note(s, text);
}

void mon_series_kernel(struct mon_series *s, const struct mon_guest *guest)
{
	static const char prefix[] = "SCX_EV_";
	const struct mon_fields *f = &guest->kernel->f;
	unsigned int i;

	pthread_mutex_lock(&s->lock);
	note_what_is_missing(s, guest->kernel);
	s->hz = guest->kernel->hz;
	s->n_cpus = guest->nr_cpus;
	s->has_schedstat = mon_kernel_has(guest->kernel, MON_PART_SCHEDSTAT);
	s->n_events = f->n_events;
	for (i = 0; i < f->n_events; i++) {
		const char *name = f->events[i].name;

		if (!strncmp(name, prefix, strlen(prefix)))
			name += strlen(prefix);
		snprintf(s->event_names[i], sizeof(s->event_names[i]), "%s",
			 name);
	}
	pthread_mutex_unlock(&s->lock);
}

/* ---- points ---- */

static int64_t lag_us(const struct mon_lag *lag)
{
	double us = fabs(lag->lag_ns) / NSEC_PER_USEC;

	return us < LAG_US_MAX ? us : LAG_US_MAX;
}

static void cpu_fill(struct mon_point_cpu *to, const struct mon_cpu *from)
{
	to->online = from->online;
	to->valid = from->valid;
	memcpy(to->curr_comm, from->curr_comm, sizeof(to->curr_comm));
	to->q = (struct cpu_quantities){
		.nr_running = from->nr_running,
		.scx_nr_running = from->scx_nr_running,
		.scx_flags = from->scx_flags,
		.dsq_depth = from->dsq_depth,
		.idle = from->idle,
		.idle_wait = from->idle_wait,
		.lag_us = from->lag.pid ? lag_us(&from->lag) : QUANTITY_UNKNOWN,
		.curr_pid = from->curr_pid,
		.clock_us = from->clock_ns / NSEC_PER_USEC,
		.nr_switches = from->nr_switches,
		.vcpu_time_us = from->vcpu_time_ns / NSEC_PER_USEC,
		.steal_us = from->steal_ns / NSEC_PER_USEC,
		.run_delay_us = from->run_delay_ns / NSEC_PER_USEC,
		.pcount = from->pcount,
		.sched_count = from->sched_count,
		.sched_goidle = from->sched_goidle,
		.ttwu_count = from->ttwu_count,
		.ttwu_local = from->ttwu_local,
	};
}

static void point_fill(struct mon_point *p, const struct mon_sample *sample,
		       unsigned int n_cpus)
{
	unsigned int i;

	memset(p, 0, mon_point_size(n_cpus));
	p->host_ns = sample->host_ns;
	p->tsc = sample->guest_tsc;
	p->cost_ns = sample->cost_ns;
	p->n_valid = sample->n_valid;
	p->n_rejected = sample->n_rejected;
	p->q = (struct sample_quantities){
		.loaded = sample->scx.loaded,
		.bypass_depth = sample->scx.bypass_depth,
		.exit_kind = sample->scx.exit_kind,
	};
	p->events_valid = sample->scx.events_valid;
	if (p->events_valid)
		memcpy(p->events, sample->scx.events, sizeof(p->events));
	for (i = 0; i < n_cpus && i < sample->n_cpus; i++)
		if (sample->cpus[i].valid)
			cpu_fill(&p->cpus[i], &sample->cpus[i]);
}

static void *point_at(struct mon_series *s, size_t i)
{
	return (char *)s->points + i * mon_point_size(s->n_cpus);
}

/* Every second point goes. */
static void thin_out(struct mon_series *s)
{
	size_t i;

	for (i = 1; 2 * i < s->n_points; i++)
		memcpy(point_at(s, i), point_at(s, 2 * i),
		       mon_point_size(s->n_cpus));
	s->n_points = (s->n_points + 1) / 2;
	s->stride *= 2;
}

static int make_room(struct mon_series *s)
{
	size_t size = mon_point_size(s->n_cpus);
	size_t room = s->points_room ? 2 * s->points_room : POINTS_FIRST;
	size_t most = max(MON_SERIES_MAX_BYTES / size, (size_t)2);
	void *points;

	if (s->n_points < s->points_room)
		return 0;
	if (s->points_room >= most) {
		thin_out(s);
		return 0;
	}
	room = min(room, most);
	points = realloc(s->points, room * size);
	if (!points)
		return -ENOMEM;
	s->points = points;
	s->points_room = room;
	return 0;
}

/* Domains are most of a sample: those that @to has already are left out. */
static void sample_copy(struct mon_sample *to, const struct mon_sample *from)
{
	unsigned int i;

	memcpy(to, from, sizeof(*to));
	for (i = 0; i < from->n_cpus; i++) {
		const struct mon_cpu *c = &from->cpus[i];

		memcpy(&to->cpus[i], c, offsetof(struct mon_cpu, domains));
		if (from->domains_read)
			memcpy(to->cpus[i].domains, c->domains,
			       c->n_domains * sizeof(c->domains[0]));
	}
}

/* The first and the last sample with all that there is. */
static int keep_whole(struct mon_series *s, const struct mon_sample *sample)
{
	size_t size = mon_sample_size(sample->n_cpus);

	if (!s->first) {
		s->first = malloc(size);
		s->last = malloc(size);
		if (!s->first || !s->last) {
			free(s->first);
			free(s->last);
			s->first = NULL;
			s->last = NULL;
			return -ENOMEM;
		}
		memcpy(s->first, sample, size);
		memcpy(s->last, sample, size);
	} else {
		sample_copy(s->last, sample);
	}
	return 0;
}

int mon_series_add(struct mon_series *s, const struct mon_sample *sample)
{
	int ret = 0;

	if (sample->n_cpus != s->n_cpus)
		return -EINVAL;
	pthread_mutex_lock(&s->lock);
	if (s->n_taken % s->stride == 0)
		ret = make_room(s);
	if (!ret)
		ret = keep_whole(s, sample);
	/* Thinning out has changed which samples are kept. */
	if (!ret && s->n_taken % s->stride == 0)
		point_fill(point_at(s, s->n_points++), sample, s->n_cpus);
	if (!ret) {
		s->n_taken++;
		s->n_rejected += sample->n_rejected;
		s->cost_ns += sample->cost_ns;
	}
	pthread_mutex_unlock(&s->lock);
	return ret;
}

/* ---- marks ---- */

static struct mon_mark *mark_new(struct mon_series *s, enum mon_mark_kind kind)
{
	struct mon_mark *m;

	if (!s->marks)
		s->marks = calloc(MON_MARKS_MAX, sizeof(*s->marks));
	if (!s->marks || s->n_marks == MON_MARKS_MAX) {
		s->n_marks_lost++;
		return NULL;
	}
	m = &s->marks[s->n_marks++];
	m->kind = kind;
	m->host_ns = clock_now_ns();
	return m;
}

static void put_text(struct mon_mark *m, const char *text, size_t len)
{
	text_take_line(m->text, sizeof(m->text), text, len);
	text_clean(m->text);
}

void mon_series_mark(struct mon_series *s, enum mon_mark_kind kind,
		     uint64_t tsc, const char *text)
{
	struct mon_mark *m;

	pthread_mutex_lock(&s->lock);
	m = mark_new(s, kind);
	if (m) {
		m->tsc = tsc;
		put_text(m, text, strlen(text));
	}
	pthread_mutex_unlock(&s->lock);
}

/* Keep the first and the latest: the further apart, the better the slope. */
static void note_clocks(struct mon_series *s, const struct wire_rec *rec)
{
	unsigned int i = s->n_anchors ? 1 : 0;

	if (!rec->tsc || !rec->time_ns ||
	    (i && (rec->tsc <= s->anchor[0].tsc ||
		   rec->time_ns <= s->anchor[0].guest_ns)))
		return;
	s->anchor[i].tsc = rec->tsc;
	s->anchor[i].guest_ns = rec->time_ns;
	s->n_anchors = i + 1;
}

static void mark_record(struct mon_series *s, const struct wire_rec *rec,
			const void *payload, enum mon_mark_kind kind)
{
	struct mon_mark *m = mark_new(s, kind);
	struct wire_stage_rec stage;

	if (!m)
		return;
	m->tsc = rec->tsc;
	m->guest_ns = rec->time_ns;
	if (kind == MON_MARK_STAGE) {
		memcpy(&stage, payload, sizeof(stage));
		m->stage = min(stage.stage, (uint32_t)STAGE_COUNT - 1);
	} else if (kind == MON_MARK_STEP) {
		memcpy(&m->step, payload, min(rec->len, sizeof(m->step)));
	} else {
		put_text(m, payload, strnlen(payload, rec->len));
	}
}

void mon_series_record(struct mon_series *s, const struct wire_rec *rec,
		       const void *payload)
{
	static const struct {
		enum wire_type type;
		size_t size;
		enum mon_mark_kind kind;
	} told[] = {
		{ WIRE_STAGE, sizeof(struct wire_stage_rec), MON_MARK_STAGE },
		{ WIRE_STEP, sizeof(struct wire_step), MON_MARK_STEP },
		{ WIRE_SCX_STATE, 0, MON_MARK_SCX },
		{ WIRE_OP, 0, MON_MARK_OP },
	};
	size_t i;

	pthread_mutex_lock(&s->lock);
	note_clocks(s, rec);
	for (i = 0; i < ARRAY_SIZE(told); i++)
		if (rec->type == told[i].type &&
		    (!told[i].size || told[i].size == rec->len))
			mark_record(s, rec, payload, told[i].kind);
	pthread_mutex_unlock(&s->lock);
}

/* ---- one clock ---- */

uint64_t mon_series_guest_ns(const struct mon_series *s, uint64_t tsc)
{
	double rate, ns;

	if (!tsc || s->n_anchors < 2)
		return 0;
	rate = (double)(s->anchor[1].guest_ns - s->anchor[0].guest_ns) /
	       (double)(s->anchor[1].tsc - s->anchor[0].tsc);
	ns = (double)s->anchor[0].guest_ns +
	     rate * (double)(int64_t)(tsc - s->anchor[0].tsc);
	/* A lie of the guest's must not become a number that is none. */
	return ns >= 1 && ns < (double)INT64_MAX ? (uint64_t)ns : 0;
}

static int cmp_guest(const void *a, const void *b)
{
	const struct mon_mark *x = a, *y = b;

	return x->guest_ns < y->guest_ns ? -1 : x->guest_ns > y->guest_ns;
}

static int cmp_host(const void *a, const void *b)
{
	const struct mon_mark *x = a, *y = b;

	return x->host_ns < y->host_ns ? -1 : x->host_ns > y->host_ns;
}

void mon_series_finish(struct mon_series *s)
{
	bool all = true;
	size_t i;

	for (i = 0; i < s->n_points; i++) {
		struct mon_point *p = point_at(s, i);

		p->guest_ns = mon_series_guest_ns(s, p->tsc);
	}
	for (i = 0; i < s->n_marks; i++) {
		struct mon_mark *m = &s->marks[i];

		if (!m->guest_ns)
			m->guest_ns = mon_series_guest_ns(s, m->tsc);
		all &= m->guest_ns != 0;
	}
	/* Where the guest told no time, there is just the host's. */
	if (s->n_marks)
		qsort(s->marks, s->n_marks, sizeof(*s->marks),
		      all ? cmp_guest : cmp_host);
}

const struct mon_mark *mon_series_first(const struct mon_series *series,
					enum mon_mark_kind kind)
{
	size_t i;

	for (i = 0; i < series->n_marks; i++)
		if (series->marks[i].kind == kind)
			return &series->marks[i];
	return NULL;
}

const char *mon_mark_name(enum mon_mark_kind kind)
{
	static const char * const names[MON_MARK_KINDS] = {
		[MON_MARK_STAGE] = "stage",
		[MON_MARK_STEP] = "step",
		[MON_MARK_SCX] = "sched_ext",
		[MON_MARK_WRITE] = "map write",
		[MON_MARK_ALARM] = "alarm",
		[MON_MARK_DUMP] = "dump",
		[MON_MARK_WATCHPOINT] = "watchpoint",
		[MON_MARK_OP] = "op",
	};

	return kind < MON_MARK_KINDS ? names[kind] : "?";
}
