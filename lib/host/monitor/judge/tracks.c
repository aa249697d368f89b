// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values of BPF maps over time. See tracks.h.
 */
#include "lib/host/monitor/judge/tracks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/judge/series.h"

#define POINTS_FIRST	256

void mon_tracks_init(struct mon_tracks *tracks, const char * const *watches,
		     uint64_t interval_ns)
{
	char err[160];
	unsigned int i;

	tracks->interval_ns = interval_ns;
	for (i = 0; i < KTSTR_MAX_ARGS && watches[i]; i++) {
		struct mon_track *t = &tracks->list[tracks->n];

		if (map_watch_parse(watches[i], &t->watch, err, sizeof(err)))
			continue;
		t->follow.watch = &t->watch;
		tracks->n++;
	}
}

void mon_tracks_exit(struct mon_tracks *tracks)
{
	unsigned int i;

	for (i = 0; i < tracks->n; i++) {
		mon_follow_exit(&tracks->list[i].follow);
		free(tracks->list[i].points);
		free(tracks->list[i].shots);
	}
	free(tracks->steal_ns);
	memset(tracks, 0, sizeof(*tracks));
}

/* ---- while the guest runs ---- */

/* Without memory nothing is known to be taken. */
static void count_time(struct mon_tracks *tracks, const struct mon_sample *s)
{
	uint64_t went_ns = s->host_ns - tracks->last_ns, taken_ns = 0;
	bool first = !tracks->last_ns;
	unsigned int i;

	tracks->last_ns = s->host_ns;
	if (!tracks->steal_ns) {
		tracks->steal_ns = calloc(s->n_cpus, sizeof(*tracks->steal_ns));
		tracks->n_cpus = tracks->steal_ns ? s->n_cpus : 0;
	}
	for (i = 0; i < min(tracks->n_cpus, s->n_cpus); i++) {
		const struct mon_cpu *c = &s->cpus[i];

		if (!c->valid)
			continue;
		if (c->steal_ns > tracks->steal_ns[i])
			taken_ns = max(taken_ns, c->steal_ns -
						 tracks->steal_ns[i]);
		tracks->steal_ns[i] = c->steal_ns;
	}
	if (!first)
		tracks->own_ns += went_ns - min(went_ns, taken_ns);
}

static struct assertion_point *new_point(struct mon_track *t)
{
	size_t room = t->room ? 2 * t->room : POINTS_FIRST;
	struct assertion_point *grown;

	if (t->n == t->room && room <= MON_TRACK_POINTS_MAX) {
		grown = reallocarray(t->points, room, sizeof(*grown));
		if (grown) {
			t->points = grown;
			t->room = room;
		}
	}
	if (t->n == t->room) {
		t->n_lost++;
		return NULL;
	}
	return &t->points[t->n++];
}

/* @p has its times. */
static void take_one(struct mon_track *t, const struct mon_guest *guest,
		     struct assertion_point *p)
{
	int ret = mon_follow_read(guest, &t->follow, p->wall_ns, &p->value,
				  &p->life);

	p->known = !ret;
	if (!ret)
		return;
	t->ret = ret;
	memcpy(t->why, t->follow.why, sizeof(t->why));
}

void mon_tracks_take(struct mon_tracks *tracks, const struct mon_guest *guest,
		     const struct mon_sample *sample)
{
	unsigned int i;

	if (!tracks->n)
		return;
	count_time(tracks, sample);
	for (i = 0; i < tracks->n; i++) {
		struct mon_track *t = &tracks->list[i];
		struct assertion_point *p = new_point(t);

		if (!p)
			continue;
		*p = (struct assertion_point){
			.time_ns = sample->guest_tsc,
			.wall_ns = sample->host_ns, .own_ns = tracks->own_ns,
		};
		take_one(t, guest, p);
		t->n_known += p->known;
	}
}

void mon_tracks_shoot(struct mon_tracks *tracks, const struct mon_guest *guest,
		      uint64_t host_ns, uint64_t tsc)
{
	uint64_t since_ns = tracks->last_ns ? host_ns - tracks->last_ns : 0;
	unsigned int i;

	for (i = 0; i < tracks->n; i++) {
		struct mon_track *t = &tracks->list[i];
		struct assertion_point *p;

		if (!t->shots)
			t->shots = calloc(MON_SHOTS_MAX, sizeof(*t->shots));
		if (!t->shots || t->n_shots == MON_SHOTS_MAX)
			continue;
		p = &t->shots[t->n_shots++];
		*p = (struct assertion_point){
			.time_ns = tsc, .wall_ns = host_ns,
			.own_ns = tracks->own_ns + since_ns,
		};
		take_one(t, guest, p);
	}
}

/* ---- once it has ended ---- */

/* Where one point has no time of the guest's, all have the host's. */
static void put_on_clock(struct assertion_point *points, size_t n,
			 const struct mon_series *s)
{
	bool told = true;
	size_t i;

	for (i = 0; i < n; i++)
		told &= mon_series_guest_ns(s, points[i].time_ns) != 0;
	for (i = 0; i < n; i++)
		points[i].time_ns = told ?
			mon_series_guest_ns(s, points[i].time_ns) :
			points[i].wall_ns;
}

void mon_tracks_finish(struct mon_tracks *tracks, const struct mon_series *s)
{
	unsigned int i;

	for (i = 0; i < tracks->n; i++) {
		struct mon_track *t = &tracks->list[i];

		put_on_clock(t->points, t->n, s);
		put_on_clock(t->shots, t->n_shots, s);
	}
}

int mon_tracks_wrong(const struct mon_tracks *tracks, char *err,
		     size_t err_size)
{
	unsigned int i;

	for (i = 0; i < tracks->n; i++) {
		const struct mon_track *t = &tracks->list[i];

		if (!t->n || t->n_known)
			continue;
		snprintf(err, err_size, "watch_maps: %s: %s", t->watch.name,
			 t->why);
		return t->ret;
	}
	return 0;
}
