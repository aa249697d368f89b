/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values of BPF maps over the time of a run: for each that a test asks to be
 * followed a point in each sample, which is taken without stopping anything.
 */
#ifndef KTSTR_MONITOR_JUDGE_TRACKS_H
#define KTSTR_MONITOR_JUDGE_TRACKS_H

#include "lib/common/attr/parts.h"
#include "lib/common/check/assertion.h"
#include "lib/host/monitor/read/follow.h"
#include "lib/host/monitor/read/sample.h"

#define MON_TRACK_POINTS_MAX	(256U << 10)
#define MON_SHOTS_MAX		64

struct mon_series;

/**
 * struct mon_track - one value over time
 * @watch: what it is
 * @follow: how it is read
 * @points: its values, @n of them; @time_ns is the guest's time stamp counter
 *	before mon_tracks_finish(), and its CLOCK_MONOTONIC from then on (or the
 *	host's, where the guest has told no time)
 * @n: see there
 * @room: points that there is memory for
 * @shots: the same at each snapshot, @n_shots of them; room for MON_SHOTS_MAX
 * @n_shots: see there
 * @n_known: values that could be read
 * @n_lost: points that found no room
 * @ret: what the last reading that failed came to; 0 when none did
 * @why: the same as one sentence
 */
struct mon_track {
	struct map_watch watch;
	struct mon_follow follow;
	struct assertion_point *points;
	size_t n;
	size_t room;
	struct assertion_point *shots;
	size_t n_shots;
	size_t n_known;
	size_t n_lost;
	int ret;
	char why[MON_FOLLOW_WHY_LEN];
};

/**
 * struct mon_tracks - all of a run
 * @list: the values, @n of them
 * @n: see there
 * @interval_ns: between two points
 * @last_ns: CLOCK_MONOTONIC of the host at the last ones
 * @own_ns: time that went by until then, without what the host took from the
 *	CPU that it took most from
 * @steal_ns: what it had taken from each CPU by then, @n_cpus of them
 * @n_cpus: see there
 */
struct mon_tracks {
	struct mon_track list[KTSTR_MAX_ARGS];
	unsigned int n;
	uint64_t interval_ns;
	uint64_t last_ns;
	uint64_t own_ns;
	uint64_t *steal_ns;
	unsigned int n_cpus;
};

/**
 * mon_tracks_init() - get ready to follow
 * @tracks: zeroed; filled in
 * @watches: texts as map_watch_parse() has them, which were checked before; those
 *	behind the first NULL do not count
 * @interval_ns: between two points
 */
void mon_tracks_init(struct mon_tracks *tracks, const char * const *watches,
		     uint64_t interval_ns);

/**
 * mon_tracks_exit() - release what they hold
 * @tracks: zeroed, or initialised
 */
void mon_tracks_exit(struct mon_tracks *tracks);

/**
 * mon_tracks_take() - take a point of each
 * @tracks: whose
 * @guest: attached
 * @sample: the sample that was taken just now
 */
void mon_tracks_take(struct mon_tracks *tracks, const struct mon_guest *guest,
		     const struct mon_sample *sample);

/**
 * mon_tracks_shoot() - take a point of each for a snapshot
 * @tracks: whose
 * @guest: attached, and standing still
 * @host_ns: CLOCK_MONOTONIC of the host
 * @tsc: the guest's time stamp counter; 0 when not known
 */
void mon_tracks_shoot(struct mon_tracks *tracks, const struct mon_guest *guest,
		      uint64_t host_ns, uint64_t tsc);

/**
 * mon_tracks_finish() - put all points on the guest's clock
 * @tracks: complete
 * @series: of the same run; finished
 */
void mon_tracks_finish(struct mon_tracks *tracks,
		       const struct mon_series *series);

/**
 * mon_tracks_wrong() - does one of them ask for what there is not?
 * @tracks: of a run that is over
 * @err: gets one sentence, of the first that was never read, though that was tried
 * @err_size: bytes at @err
 *
 * Return: what reading it came to; 0 when all were read once, or nobody tried.
 */
int mon_tracks_wrong(const struct mon_tracks *tracks, char *err,
		     size_t err_size);

#endif /* KTSTR_MONITOR_JUDGE_TRACKS_H */
