/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the monitor writes into a guest, for a test that asks for it: a value
 * in a BPF map, and sched_ext's watchdog timeout. Everything else only reads.
 */
#ifndef KTSTR_MONITOR_READ_POKE_H
#define KTSTR_MONITOR_READ_POKE_H

#include "lib/common/wire/map_write.h"
#include "lib/host/monitor/guest/guest.h"

/**
 * mon_poke_map() - write to a map
 * @guest: attached
 * @write: what
 * @err: gets one sentence: what was written, or why not
 * @err_size: bytes at @err
 *
 * Return: 0; -ENOENT when there is no such map, variable or key; -ENOTUNIQ; else
 * as mon_map_types() and mon_map_write() have it.
 */
int mon_poke_map(const struct mon_guest *guest,
		 const struct bpf_map_write *write, char *err,
		 size_t err_size);

/**
 * struct mon_watchdog - a timeout that is being set
 * @timeout_ms: what it is to be; set by the caller, the rest is zeroed
 * @root_va: the scheduler that has it
 * @stamp: what we said when the watchdog last ran
 * @settled: the watchdog runs at the interval that fits the timeout
 */
struct mon_watchdog {
	unsigned int timeout_ms;
	uint64_t root_va;
	uint64_t stamp;
	bool settled;
};

/**
 * mon_watchdog_turn() - set the timeout of the running scheduler
 * @guest: attached
 * @watchdog: what to set; keeps what is going on
 *
 * To be called at least each half timeout while a scheduler may run. The
 * kernel arms its watchdog for half of the old timeout; until that has gone by
 * each tick would find the watchdog late by the new one. So say until then
 * that it has just run: the first check by the new timeout comes with the old
 * interval, all others with the new.
 *
 * Return: 1 when the timeout of a scheduler was set just now; 0; -ENOTSUP
 * where this kernel has no watchdog that we know.
 */
int mon_watchdog_turn(const struct mon_guest *guest,
		      struct mon_watchdog *watchdog);

#endif /* KTSTR_MONITOR_READ_POKE_H */
