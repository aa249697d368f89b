/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the monitor's thread have in common, and nobody else knows:
 * live.c is the thread, live_turn.c what it does each few ms, live_sample.c what it
 * makes of a sample. See live.h.
 */
#ifndef KTSTR_MONITOR_JUDGE_LIVE_OWN_H
#define KTSTR_MONITOR_JUDGE_LIVE_OWN_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/host/monitor/judge/halts.h"
#include "lib/host/monitor/judge/hang.h"
#include "lib/host/monitor/judge/live.h"
#include "lib/host/monitor/judge/look.h"
#include "lib/host/monitor/read/poke.h"
#include "lib/host/monitor/vmlinux/vmlinux.h"

/**
 * struct mon_live - a monitor
 * @config: what to watch
 * @thread: valid while the struct exists
 * @lock: guards @stop and @stage
 * @wake: when @stop changes
 * @stop: the guest has ended, or mon_live_stop() waits
 * @kernel: what vmlinux says; NULL before it is open
 * @guest: valid once @attached
 * @budget: of @guest, from one sleep to the next
 * @hurry: mon_live_stop() waits; atomic
 * @sampler: NULL before the guest's CPUs are known
 * @sample: room for one
 * @domains_ns: when its domains are due to be read
 * @verdict: judges while the body runs; NULL before the guest was found
 * @halts: looks for CPUs that are halted for ever
 * @hangs: looks for hangs, from init's first words on
 * @body_ns: when the body was first seen to run
 * @scenario_ns: when the scenario began, as the guest told; 0 before
 * @scenario_steal_ns: what had been taken from the whole machine by then
 * @written: the map was written to, or can never be
 * @planted: likewise
 * @watchpoint: NULL where none is wanted
 * @n_writes: to it that were told
 * @exit_seen: the scheduler that was told to go, by its address
 * @exit_known: the kernel's reason for that is known
 * @watchdog: the timeout that was asked for
 * @watchdog_set: a scheduler has had it
 */
struct mon_live {
	struct mon_live_config config;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stop;
	bool dump_asked;
	enum wire_stage stage;

	struct mon_kernel *kernel;
	struct mon_guest guest;
	struct mon_budget budget;
	bool hurry;
	bool attached;
	struct mon_sampler *sampler;
	struct mon_sample *sample;
	uint64_t domains_ns;
	struct mon_verdict *verdict;
	struct mon_halts *halts;
	struct mon_hangs *hangs;
	uint64_t body_ns;
	uint64_t scenario_ns;
	uint64_t scenario_steal_ns;
	bool written;
	bool planted;
	struct mon_watchpoint *watchpoint;
	unsigned int n_writes;
	uint64_t exit_seen;
	bool exit_known;
	struct mon_watchdog watchdog;
	bool watchdog_set;
};

/**
 * live_turn() - do what can be done at each turn
 * @l: attached
 */
void live_turn(struct mon_live *l);

/**
 * live_sample() - take a sample, and judge
 * @l: attached
 */
void live_sample(struct mon_live *l);

/**
 * live_stops() - is it over?
 * @l: the monitor
 *
 * Return: whether the guest has ended, or nobody wants to know any more.
 */
bool live_stops(struct mon_live *l);

/**
 * live_stage() - how far the guest is
 * @l: the monitor
 *
 * Return: what init has said last.
 */
enum wire_stage live_stage(struct mon_live *l);

/**
 * live_mark() - something happens now
 * @l: the monitor
 * @kind: what
 * @text: in words
 */
void live_mark(struct mon_live *l, enum mon_mark_kind kind, const char *text);

/**
 * live_fail() - what was asked for cannot be done; the first one is kept
 * @l: the monitor
 * @why: a sentence
 */
void live_fail(struct mon_live *l, const char *why);

/**
 * live_stall_ns() - how long a task may wait before a dump lists it
 * @l: the monitor
 *
 * Return: ns, no more than an alarm was raised for.
 */
uint64_t live_stall_ns(const struct mon_live *l);

/**
 * live_dump() - look into the guest, if it was not for that reason before
 * @l: attached
 * @why: the reason
 * @what: in words
 * @stall_ns: list tasks that have waited for so long
 */
void live_dump(struct mon_live *l, enum mon_dump_why why, const char *what,
	       uint64_t stall_ns);

/**
 * live_blame_holder() - by a dump: who kept others from a CPU?
 * @l: attached, with a judge
 * @why: the reason of the dump
 */
void live_blame_holder(struct mon_live *l, enum mon_dump_why why);

#endif /* KTSTR_MONITOR_JUDGE_LIVE_OWN_H */
