/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Snapshots: all that there is of run queues, dispatch queues and the scheduler's
 * maps at one moment, for which the guest's CPUs are stopped.
 */
#ifndef KTSTR_MONITOR_JUDGE_SNAPSHOTS_H
#define KTSTR_MONITOR_JUDGE_SNAPSHOTS_H

#include "lib/host/monitor/judge/tracks.h"
#include "lib/host/monitor/read/dump.h"

#define MON_SNAPSHOTS_MAX	64
#define MON_SNAPSHOT_READS	(512U << 10)	/* for each; half a second at worst */

/**
 * struct mon_snapshot - the guest at one moment
 * @host_ns: CLOCK_MONOTONIC of the host
 * @tsc: the guest's time stamp counter; 0 when not known
 * @stopping_ns: how long it took until all CPUs stood still
 * @stood_ns: and for how long they did
 * @dump: what was read: queues, tasks without stacks, the scheduler's maps with
 *	all their entries; its @guest is NULL
 * @types: of each of its copies, the types; NULL where a map has none. Not owned
 */
struct mon_snapshot {
	uint64_t host_ns;
	uint64_t tsc;
	uint64_t stopping_ns;
	uint64_t stood_ns;
	struct mon_dump *dump;
	struct btf **types;
};

/**
 * struct mon_snapshots - those of a run
 * @list: they, @n of them, in order of time
 * @n: see there
 * @wanted: how many the test asks for
 * @duration_ns: how long the scenario holds
 * @failed: times that the CPUs could not be stopped: after two nobody tries again
 * @why: why there are fewer than were asked for, one sentence; "" for no reason
 * @types: of each map that one of them has
 * @n_types: their number
 */
struct mon_snapshots {
	struct mon_snapshot list[MON_SNAPSHOTS_MAX];
	unsigned int n;
	unsigned int wanted;
	uint64_t duration_ns;
	unsigned int failed;
	char why[160];
	struct {
		uint32_t map_id;
		struct btf *btf;
	} types[MON_SNAPSHOTS_MAX];
	unsigned int n_types;
};

/**
 * mon_snapshots_exit() - release what they hold
 * @snapshots: zeroed, or with some that were taken
 */
void mon_snapshots_exit(struct mon_snapshots *snapshots);

/**
 * mon_snapshots_due_ns() - when the next one is to be taken
 * @snapshots: with @wanted and @duration_ns
 *
 * The first and the last tenth of the scenario have none; the others are evenly
 * spread over the rest.
 *
 * Return: nanoseconds of its own time from the scenario's start; UINT64_MAX when
 * there is no next one.
 */
uint64_t mon_snapshots_due_ns(const struct mon_snapshots *snapshots);

/**
 * mon_snapshots_take() - take one
 * @snapshots: gets it
 * @guest: attached; its machine can be stopped
 * @tracks: get a point each of the same moment
 * @pause_ms: how long to wait for the CPUs to stop
 *
 * Return: 0; -ETIMEDOUT, -EBUSY when they did not; -ENOTSUP when they cannot;
 * -EAGAIN, -ENOMEM as mon_dump_create() has it.
 */
int mon_snapshots_take(struct mon_snapshots *snapshots,
		       const struct mon_guest *guest, struct mon_tracks *tracks,
		       unsigned int pause_ms);

/**
 * mon_snapshot_get() - a number in one of its maps
 * @snapshot: where
 * @place: MAP[KEY]@CPU:PATH, as lib/common/check/watch.h has it
 * @value: gets it: of a per-CPU map without @CPU, the sum
 * @err: gets one sentence when it fails, with what there is instead
 * @err_size: bytes at @err
 *
 * Return: 0; -ENOENT when there is no such map, key or member; -EXDEV where the
 * path leads through a pointer, for which .watch_maps is; -EINVAL; -ERANGE.
 */
int mon_snapshot_get(const struct mon_snapshot *snapshot, const char *place,
		     int64_t *value, char *err, size_t err_size);

/**
 * mon_snapshot_map_text() - write the values of one of its maps
 * @snapshot: where
 * @i: index of one of its dump's copies
 * @out: gets a line for each of the first 32
 */
void mon_snapshot_map_text(const struct mon_snapshot *snapshot, size_t i,
			   struct strbuf *out);

#endif /* KTSTR_MONITOR_JUDGE_SNAPSHOTS_H */
