/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Following a value in a BPF map, or in run queues, of a guest that runs: where it
 * lies is found once, and again when its map has gone and another one of that name is
 * there.
 */
#ifndef KTSTR_MONITOR_READ_FOLLOW_H
#define KTSTR_MONITOR_READ_FOLLOW_H

#include "lib/common/check/watch.h"
#include "lib/host/monitor/read/bpf.h"
#include "lib/host/monitor/read/path.h"

#define MON_FOLLOW_WHY_LEN	200

/**
 * struct mon_follow - a value that is followed
 * @watch: which; set by the caller, the rest is zeroed
 * @map: where it is, once @found
 * @rq_va: of a run queue: the kernel's variable, without a CPU
 * @path: the way there
 * @key: the map's key; released by mon_follow_exit()
 * @found: that is so
 * @next_ns: CLOCK_MONOTONIC of the host when it is looked for again
 * @ret: what the last reading came to
 * @why: the same as one sentence
 */
struct mon_follow {
	const struct map_watch *watch;
	struct mon_map map;
	uint64_t rq_va;
	struct mon_path path;
	void *key;
	bool found;
	uint64_t next_ns;
	int ret;
	char why[MON_FOLLOW_WHY_LEN];
};

/**
 * mon_follow_read() - read it
 * @guest: attached
 * @follow: what; keeps what was found
 * @now_ns: CLOCK_MONOTONIC of the host
 * @value: gets it: of a per-CPU map, of one CPU or the sum of all
 * @life: gets the id of the map that it is in
 *
 * Looks for its map 20 times a second at most.
 *
 * Return: 0; -ENOENT for a map, a key, or a path that is not there; -EINVAL for
 * what cannot be read as a number; -ENOTUNIQ; as mon_path_read(),
 * mon_map_lookup() and mon_map_types() have it.
 */
int mon_follow_read(const struct mon_guest *guest, struct mon_follow *follow,
		    uint64_t now_ns, int64_t *value, uint32_t *life);
void mon_follow_exit(struct mon_follow *follow);

#endif /* KTSTR_MONITOR_READ_FOLLOW_H */
