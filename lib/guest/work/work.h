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

#include "lib/common/check/check.h"
#include "lib/common/wire/steal.h"
#include "lib/guest/work/place.h"

/*
 * The work types: row(ID, name), where lib/guest/work/name.c has its struct
 * work_ops, work_name. To add one: that file (types.h), a row, and an entry in
 * Documentation/writing-tests.rst. WORK(ID, ...) is how a test asks for it.
 */
#define WORK_TYPES(row)							\
	row(CPU_SPIN, cpu_spin)						\
	row(BURSTY, bursty)						\
	row(FUTEX_PING_PONG, futex_ping_pong)				\
	row(YIELD_HEAVY, yield_heavy)					\
	row(MIXED, mixed)						\
	row(IDLE_CHURN, idle_churn)					\
	row(TIMER_LATENCY, timer_latency)				\
	row(ALU_HOT, alu_hot)						\
	row(IPC_VARIANCE, ipc_variance)					\
	row(CACHE_PRESSURE, cache_pressure)				\
	row(CACHE_YIELD, cache_yield)					\
	row(PAGE_FAULT_CHURN, page_fault_churn)				\
	row(PIPE_IO, pipe_io)						\
	row(CACHE_PIPE, cache_pipe)					\
	row(WAKE_CHAIN, wake_chain)					\
	row(FUTEX_FAN_OUT, futex_fan_out)				\
	row(THUNDERING_HERD, thundering_herd)				\
	row(MUTEX_CONTENTION, mutex_contention)				\
	row(PRODUCER_CONSUMER, producer_consumer)			\
	row(EPOLL_STORM, epoll_storm)					\
	row(SIGNAL_STORM, signal_storm)					\
	row(FORK_EXIT, fork_exit)					\
	row(NICE_SWEEP, nice_sweep)					\
	row(AFFINITY_CHURN, affinity_churn)				\
	row(POLICY_CHURN, policy_churn)					\
	row(IO_SYNC_WRITE, io_sync_write)				\
	row(IO_RAND_READ, io_rand_read)					\
	row(IO_CONVOY, io_convoy)					\
	row(SMT_SIBLING_SPIN, smt_sibling_spin)				\
	row(FAN_OUT_COMPUTE, fan_out_compute)				\
	row(ASYMMETRIC_WAKER, asymmetric_waker)				\
	row(PRIORITY_INVERSION, priority_inversion)			\
	row(PREEMPT_STORM, preempt_storm)				\
	row(RT_STARVATION, rt_starvation)				\
	row(CROSS_AFFINITY_CHURN, cross_affinity_churn)			\
	row(NUMA_MIGRATION_CHURN, numa_migration_churn)			\
	row(NUMA_WORKING_SET_SWEEP, numa_working_set_sweep)		\
	row(CGROUP_CHURN, cgroup_churn)					\
	row(CGROUP_ATTACH_STORM, cgroup_attach_storm)			\
	row(SEQUENCE, sequence)						\
	row(CUSTOM, custom)						\
	row(IO_URING, io_uring)						\
	row(RSEQ, rseq)							\
	row(VCPU, vcpu)							\
	row(SCHBENCH, schbench)						\
	row(TAOBENCH, taobench)						\
	row(IRQ_WAKE, irq_wake)						\
	row(NET_TRAFFIC, net_traffic)

#define WORK_TYPE_VALUE(id, name)	WORK_TYPE_##id,

enum work_type {
	WORK_TYPES(WORK_TYPE_VALUE)
	WORK_TYPE_COUNT
};

/* What a holder of the lock runs as, whoever waits for it */
enum work_lock_kind {
	WORK_LOCK_PLAIN = 1,	/* what it is */
	WORK_LOCK_PI,		/* what the most urgent of them is */
	WORK_LOCK_NONE,		/* there is no lock */
};

/*
 * The kinds of phases: row(ID, name), where sequence.c has phase_name(). IO writes
 * blocks of 4 KiB, and stores each. TIMER sleeps until so long after the last
 * TIMER was over, or was to be; after the worker's start for the first one. TICK
 * does not forgive who comes too late: the next one is due when it was to be anyway.
 *
 * The others take no time of their own but a channel, by its number, which all
 * workers of the scenario share. SUSPEND waits until somebody does RESUME, which
 * nobody remembers, and lets go of the lock of another channel meanwhile. LOCK and
 * UNLOCK are one lock, TAKE and POST a semaphore, and BARRIER waits for others.
 */
#define WORK_PHASES(row)						\
	row(SPIN, spin)							\
	row(SLEEP, sleep)						\
	row(YIELD, yield)						\
	row(IO, io)							\
	row(ALU_HOT, alu_hot)						\
	row(TIMER, timer)						\
	row(TICK, tick)							\
	row(SUSPEND, suspend)						\
	row(RESUME, resume)						\
	row(LOCK, lock)							\
	row(UNLOCK, unlock)						\
	row(TAKE, take)							\
	row(POST, post)							\
	row(BARRIER, barrier)

#define WORK_PHASE_VALUE(id, name)	WORK_PHASE_##id,

enum work_phase_kind {
	WORK_PHASES(WORK_PHASE_VALUE)
	WORK_PHASE_COUNT
};

#define WORK_MAX_PHASES		64
#define WORK_PHASE_MAX_MS	60000
#define WORK_MAX_CHANNELS	128

/**
 * struct work_phase - a part of a pass
 * @kind: what is done
 * @ms: for so long,
 * @us: and so much more; without either it ends a list of them
 * @loop: it, and those behind the last one that had this, so many times
 * @channel: 1 to WORK_MAX_CHANNELS, of those kinds that are about one
 * @lock: of SUSPEND: the channel whose lock it lets go of; 0 for none
 * @users: of BARRIER: how many workers it takes
 */
struct work_phase {
	enum work_phase_kind kind;
	unsigned int ms;
	unsigned int us;
	unsigned int loop;
	unsigned int channel;
	unsigned int lock;
	unsigned int users;
};

struct work_run;

/**
 * struct work_spec - what a worker does
 * @type: the kind; zero is CPU spin
 * @phases: what it does one after the other
 * @custom: a pass of the test's own
 * @place: where and how they run, whatever they do
 * @burst_ms: computes so long, by its own CPU clock
 * @burst_us: the same
 * @sleep_ms: then sleeps so long
 * @sleep_us: the same
 * @spin: units of work of a pass
 * @hold: of these, while it holds what others wait for
 * @kb: KiB of memory that it goes through
 * @stride: bytes between two places of that
 * @pages: pages that it touches in a pass
 * @fan_out: workers that one wakes
 * @contenders: workers that want the same
 * @depth: workers of a chain
 * @events: of a burst
 * @hot: units of work at a high rate of instructions,
 * @cold: then so many that wait for memory
 * @interval_us: from one turn to the next
 * @ops: operations of a turn
 * @rate: of these so many a second
 * @slow: workers for what takes long
 * @hit_pct: so many of 100 do not
 * @period_ms: stays so long in one place
 * @groups: cgroups that it goes through
 * @lock: a value of enum work_lock_kind; stays the last one, see check_params()
 *
 * Which of them a type takes is in its row; one that is 0 has the default of
 * that.
 */
struct work_spec {
	enum work_type type;
	struct work_phase phases[WORK_MAX_PHASES];
	void (*custom)(struct work_run *run);
	struct work_place place;
	unsigned int burst_ms;
	unsigned int burst_us;
	unsigned int sleep_ms;
	unsigned int sleep_us;
	unsigned int spin;
	unsigned int hold;
	unsigned int kb;
	unsigned int stride;
	unsigned int pages;
	unsigned int fan_out;
	unsigned int contenders;
	unsigned int depth;
	unsigned int events;
	unsigned int hot;
	unsigned int cold;
	unsigned int interval_us;
	unsigned int ops;
	unsigned int rate;
	unsigned int slow;
	unsigned int hit_pct;
	unsigned int period_ms;
	unsigned int groups;
	unsigned int lock;
};

/* A work type, and what it takes of struct work_spec. */
#define WORK(id, ...)		{ .type = WORK_TYPE_##id, ##__VA_ARGS__ }

#define WORK_CPU_SPIN		WORK(CPU_SPIN)
#define WORK_BURSTY(burst, sleep) \
	WORK(BURSTY, .burst_ms = (burst), .sleep_ms = (sleep))
#define WORK_FUTEX_PING_PONG(n)	WORK(FUTEX_PING_PONG, .spin = (n))

struct work_slot;

/**
 * work_channels_create() - channels for all workers that are forked later
 *
 * Return: them; NULL without memory.
 */
struct work_slot *work_channels_create(void);
void work_channels_destroy(struct work_slot *channels);

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
 * @spec: what they do, defaults filled in
 * @slots: memory shared with them
 * @size: its bytes
 * @sigmask: signals that they block while they work
 * @machine: its CPUs when they were made
 * @steal: what the host takes; NULL for not known
 * @channels: what phases share with other sets; NULL for none
 */
struct work_set {
	struct worker *workers;
	unsigned int n_workers;
	struct work_spec spec;
	struct work_slot *slots;
	size_t size;
	sigset_t sigmask;
	struct machine_cpus machine;
	const struct wire_steal *steal;
	struct work_slot *channels;
};

/**
 * work_find() - a work type by its name
 * @name: as reports have it: "FutexPingPong"; the case of letters is nothing
 * @type: gets it
 * @err: gets one sentence where there is none, with names that are near
 * @err_size: bytes at @err
 *
 * Return: 0, -ENOENT.
 */
int work_find(const char *name, enum work_type *type, char *err,
	      size_t err_size);

/**
 * work_check() - can this many workers do that?
 * @spec: what they are to do
 * @n: how many
 * @err: gets the sentence
 * @err_size: bytes at @err
 *
 * Return: 0; -EINVAL for a wish that makes no sense, -EOPNOTSUPP where this
 * machine lacks what it takes: a sentence in @err says which.
 */
int work_check(const struct work_spec *spec, unsigned int n, char *err,
	       size_t err_size);

/**
 * work_uneven() - may such workers ask for different shares of a CPU?
 * @spec: what they do
 *
 * Return: whether one waits more often, or is scheduled in another way, than the
 * next.
 */
bool work_uneven(const struct work_spec *spec);

/**
 * work_partners() - do such workers wait for each other?
 * @spec: what they do
 *
 * Return: whether each is one of a group, pairs for instance.
 */
bool work_partners(const struct work_spec *spec);

/**
 * work_hungry() - do such workers always want a CPU, whichever they can get?
 * @spec: what they do
 *
 * Return: whether a cgroup of them uses all CPU time that it is given.
 */
bool work_hungry(const struct work_spec *spec);

/**
 * work_create() - fork workers that wait for work_start()
 * @set: filled in; release with work_destroy()
 * @spec: what they do; checked by work_check()
 * @n: how many
 * @limit_ms: they die with this thread, and by themselves after so long a wait
 * @steal: what the host takes meanwhile, is taken off; must stay; may be NULL
 * @channels: work_channels_create(); NULL where no phase is about one
 *
 * Return: 0, -errno.
 */
int work_create(struct work_set *set, const struct work_spec *spec,
		unsigned int n, unsigned int limit_ms,
		const struct wire_steal *steal, struct work_slot *channels);

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
 * @wait: since when; many sets can share it
 * @limit_ms: when to stop waiting, what the host takes not counted
 * @reports: gets one for each worker; one that left none is not @completed
 */
void work_collect(struct work_set *set, const struct wire_steal_wait *wait,
		  unsigned int limit_ms, struct worker_report *reports);

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
 * struct work_tally - what workers have done so far
 * @work_units: sums over all of them, as in their reports
 * @iterations: passes
 * @migrations: as seen at each progress
 * @cpu_ns: CPU time, by /proc
 * @delay_ns: how long they waited for a CPU while they could run, by /proc
 * @runs: how often they got one, by /proc
 */
struct work_tally {
	uint64_t work_units;
	uint64_t iterations;
	uint64_t migrations;
	uint64_t cpu_ns;
	uint64_t delay_ns;
	uint64_t runs;
};

/**
 * work_tally_add() - what they have done so far, while they run
 * @set: the workers
 * @tally: is added to
 */
void work_tally_add(const struct work_set *set, struct work_tally *tally);

/**
 * work_turn() - have their wakes counted for a turn, too
 * @set: the workers
 * @turn: its number, from 1, another one each time; 0 for no more
 */
void work_turn(struct work_set *set, unsigned int turn);

/**
 * work_turn_wakes() - the wakes of a turn that is over
 * @set: the workers
 * @turn: its number
 * @of: gets those of the workers that had some; has room for all
 *
 * Return: how many of them had.
 */
unsigned int work_turn_wakes(const struct work_set *set, unsigned int turn,
			     const struct wakes **of);

/**
 * work_destroy() - kill what still runs and free; takes a zeroed set
 * @set: the workers; .wakes of what they have reported go as well
 */
void work_destroy(struct work_set *set);

#endif /* KTSTR_WORK_WORK_H */
