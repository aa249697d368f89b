/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Workers: forked processes that do one kind of work until told to stop.
 */
#ifndef KTSTR_WORK_WORK_H
#define KTSTR_WORK_WORK_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/check/check.h"

enum work_type {
	WORK_TYPE_CPU_SPIN,
	WORK_TYPE_BURSTY,
	WORK_TYPE_FUTEX_PING_PONG,
	WORK_TYPE_COUNT
};

/**
 * struct work_spec - what a worker does
 * @type: the kind; zero is CPU spin
 * @burst_ms: bursty: spins so long,
 * @sleep_ms: then sleeps so long
 * @spin: ping-pong: iterations between two wake-ups
 */
struct work_spec {
	enum work_type type;
	unsigned int burst_ms;
	unsigned int sleep_ms;
	unsigned int spin;
};

#define WORK_CPU_SPIN	{ .type = WORK_TYPE_CPU_SPIN }
#define WORK_BURSTY(burst, sleep) \
	{ .type = WORK_TYPE_BURSTY, .burst_ms = (burst), .sleep_ms = (sleep) }
#define WORK_FUTEX_PING_PONG(n) \
	{ .type = WORK_TYPE_FUTEX_PING_PONG, .spin = (n) }

struct work_slot;

/**
 * struct worker - one forked worker, as its parent sees it
 * @pid: the process, 0 once it was reaped
 * @start_fd: a byte lets the worker begin
 * @slot: memory shared with it
 */
struct worker {
	pid_t pid;
	int start_fd;
	struct work_slot *slot;
};

/**
 * struct work_set - workers that share their memory
 * @workers: the workers
 * @n_workers: their number
 * @slots: memory shared with them
 * @size: its bytes
 * @sigmask: signals that they block while they work
 */
struct work_set {
	struct worker *workers;
	unsigned int n_workers;
	struct work_slot *slots;
	size_t size;
	sigset_t sigmask;
};

/**
 * work_check() - can this many workers do that?
 * @spec: what they are to do
 * @n: how many
 * @err: gets the sentence
 * @err_size: bytes at @err
 *
 * Return: 0, -EINVAL with a sentence in @err.
 */
int work_check(const struct work_spec *spec, unsigned int n, char *err,
	       size_t err_size);

/**
 * work_create() - fork workers that wait for work_start()
 * @set: filled in; release with work_destroy()
 * @spec: what they do; must stay until they ended
 * @n: how many
 * @limit_ms: they die with this thread, and by themselves after so long a wait
 *
 * Return: 0, -errno.
 */
int work_create(struct work_set *set, const struct work_spec *spec,
		unsigned int n, unsigned int limit_ms);

/**
 * work_start() - let all of them begin
 * @set: the workers
 */
void work_start(struct work_set *set);

/**
 * work_stop() - tell all of them to stop
 * @set: the workers
 */
void work_stop(struct work_set *set);

/**
 * work_collect() - wait for their ends, then kill
 * @set: the workers
 * @end_ns: when to stop waiting, by clock_now_ns(); many sets can share it
 * @reports: gets one for each worker; one that left none is not @completed
 */
void work_collect(struct work_set *set, uint64_t end_ns,
		  struct worker_report *reports);

/**
 * work_iterations() - passes so far, while they run
 * @set: the workers
 *
 * Return: their sum.
 */
uint64_t work_iterations(const struct work_set *set);

/**
 * work_all_began() - has each worker made a pass?
 * @set: the workers, started
 *
 * Return: whether it has.
 */
bool work_all_began(const struct work_set *set);

/**
 * work_destroy() - kill what still runs and free; takes a zeroed set
 * @set: the workers
 */
void work_destroy(struct work_set *set);

#endif /* KTSTR_WORK_WORK_H */
