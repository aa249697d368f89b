/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the worker's loop and its work types; not for others.
 */
#ifndef KTSTR_WORK_TYPES_H
#define KTSTR_WORK_TYPES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/guest/work/work.h"

#define WORK_CHUNK	1024	/* spins between two looks at clock and CPU */

/**
 * struct work_slot - memory that worker and parent share
 * @report: written by the worker, whole when .completed is set
 * @stop: set by the parent
 * @futex: word of a group, in the slot of its first worker
 * @handed_ns: when that was last written, there too
 * @count: what the group counts, there too
 * @live: iterations, for the parent while it runs
 * @wakes: how long it took from when it could go on, after it had waited
 * @turn: set by the parent: the turn that is measured, 0 for none
 * @turn_wakes_of: the turn that @turn_wakes are of
 * @turn_wakes: as @wakes
 */
struct work_slot {
	struct worker_report report;
	atomic_bool stop;
	atomic_uint futex;
	atomic_ullong handed_ns;
	atomic_uint count;
	atomic_ullong live;
	struct wakes wakes;
	atomic_uint turn;
	atomic_uint turn_wakes_of;
	struct wakes turn_wakes;
};

/* Of a group, see struct work_ops.fds */
#define WORK_MAX_FDS	64

/**
 * struct work_run - a worker at work
 * @spec: what it does, defaults filled in
 * @slot: its own
 * @first: slot of the first worker of its group
 * @index: number within the set
 * @member: number within the group
 * @group: how many are in it
 * @fds: what the group's workers have in common; see struct work_ops.fds
 * @mem: the type's own, made by its init
 * @seed: the type's own, too: odd and another one for each worker
 * @last_ns: when it last made progress
 * @cpu: where that was
 * @steal: what the host takes; NULL for not known
 * @steal_us: what it had taken from @cpu then
 * @burst_end_ns: when its last burst was to end, by its CPU clock; 0 for none, or
 *	where it has worked since then
 * @channels: what phases share; NULL for none
 */
struct work_run {
	const struct work_spec *spec;
	struct work_slot *slot;
	struct work_slot *first;
	unsigned int index;
	unsigned int member;
	unsigned int group;
	const int *fds;
	void *mem;
	uint64_t seed;
	uint64_t start_ns;
	uint64_t last_ns;
	int cpu;
	const struct wire_steal *steal;
	uint32_t steal_us;
	uint64_t burst_end_ns;
	struct work_slot *channels;
};

#define WORK_MAX_PARAMS	8

/**
 * struct work_param - a member of struct work_spec that a type takes
 * @name: the member's
 * @at: where it is
 * @usual: what it is where it is 0
 * @most: the largest that makes sense
 */
struct work_param {
	const char *name;
	size_t at;
	unsigned int usual;
	unsigned int most;
};

#define WORK_PARAM(member, usual, most)	\
	{ #member, offsetof(struct work_spec, member), usual, most }

/**
 * struct work_ops - a work type
 * @name: for messages
 * @what: what it does, as Documentation/writing-tests.rst has it
 * @params: what it takes
 * @phases: takes work_spec.phases, too
 * @custom: takes work_spec.custom, too
 * @uneven: its workers do different things, or ask to be scheduled differently
 * @hungry: its workers never wait, but for a CPU
 * @group: workers that belong together; their number must divide
 * @group_of: where that depends on parameters; NULL for @group
 * @wrong: what makes no sense of other things than @params, as an end of a
 *	sentence; NULL for nothing
 * @lacks: what this machine has not got that it needs, as an end of a sentence;
 *	NULL for nothing
 * @fds: make what a group has in common, in the parent, before it is forked;
 *	returns how many, or -errno. Closed by the parent once it is
 * @init: in the worker, before its first pass; 0 or -errno, with which it ends
 * @pass: one pass; to return soon once work_stopped()
 * @exit: behind the last pass
 *
 * To add one: a file that ends in it, and a row of WORK_TYPES(). NULL stands for
 * nothing to be done.
 */
struct work_ops {
	const char *name;
	const char *what;
	struct work_param params[WORK_MAX_PARAMS];
	bool phases;
	bool custom;
	bool uneven;
	bool hungry;
	unsigned int group;
	unsigned int (*group_of)(const struct work_spec *spec);
	const char *(*wrong)(const struct work_spec *spec);
	const char *(*lacks)(const struct work_spec *spec);
	int (*fds)(const struct work_spec *spec, int *fds);
	int (*init)(struct work_run *run);
	void (*pass)(struct work_run *run);
	void (*exit)(struct work_run *run);
};

#define WORK_TYPE_OPS(id, name)		extern const struct work_ops work_##name;

WORK_TYPES(WORK_TYPE_OPS)

extern const struct work_ops *const work_types[WORK_TYPE_COUNT];

/**
 * work_phase_us() - how long a phase is
 * @phase: the phase
 *
 * Return: microseconds; 0 for none.
 */
static inline uint64_t work_phase_us(const struct work_phase *phase)
{
	return phase->ms * 1000ULL + phase->us;
}

/**
 * work_phase_is() - is it one?
 * @phase: the phase
 *
 * Return: it is; what is not ends a list.
 */
static inline bool work_phase_is(const struct work_phase *phase)
{
	return work_phase_us(phase) || phase->channel;
}

/**
 * work_begin() - the worker's time begins
 * @run: the worker
 */
void work_begin(struct work_run *run);

bool work_stopped(const struct work_run *run);

/**
 * work_spin() - @n units of work, looking at the clock each WORK_CHUNK
 */
void work_spin(struct work_run *run, unsigned int n);

/**
 * work_burst_end() - when a burst is over, by the worker's CPU clock
 * @last_ns: when the last one was to be; 0 where what came since is work, too
 * @now_ns: what that clock says
 * @ns: how long it is to be
 *
 * Falling asleep and waking up cost CPU time, and a burst is over a little later
 * than it should be. Both are taken from the next one, so that what a worker runs
 * is what was asked for. What is more than a whole burst is forgotten.
 *
 * Return: nanoseconds.
 */
static inline uint64_t work_burst_end(uint64_t last_ns, uint64_t now_ns,
				      uint64_t ns)
{
	uint64_t end_ns = (last_ns ? last_ns : now_ns) + ns;

	return end_ns > now_ns ? end_ns : now_ns;
}

/**
 * work_burn() - compute for so long, by this thread's CPU clock
 * @run: the worker
 * @ns: nanoseconds of CPU time; less where it is to stop, and what the sleep since
 *	the last call took; see work_burst_end()
 */
void work_burn(struct work_run *run, uint64_t ns);

/**
 * work_burn_by() - the same by other work
 * @run: the worker
 * @ns: nanoseconds of CPU time
 * @work: does a little of it; @left_ns is what is left of the burst
 */
void work_burn_by(struct work_run *run, uint64_t ns,
		  void (*work)(struct work_run *run, uint64_t left_ns));

/**
 * work_alu() - @n rounds of multiplications that do not wait for each other
 */
void work_alu(struct work_run *run, unsigned int n);

/**
 * work_matrices() - memory for three square ones, which have kb KiB
 *
 * Return: to free(); NULL without memory.
 */
double *work_matrices(const struct work_run *run);

/**
 * work_multiply() - the first two of them
 * @run: the worker
 * @matrices: work_matrices()
 *
 * Return: it was done; false when it is to stop.
 */
bool work_multiply(struct work_run *run, double *matrices);

/**
 * work_sleep() - sleep by choice; the signal that tells to stop ends it
 * @run: the worker
 * @ns: from now on
 */
void work_sleep(struct work_run *run, uint64_t ns);

/**
 * work_done() - @n units of work that are not work_spin()'s
 * @run: the worker
 * @n: how many
 */
void work_done(struct work_run *run, unsigned int n);

/**
 * work_hand() - note that another worker's turn begins now
 * @to: its slot
 *
 * Comes before what the other sees: who sees its turn sees since when.
 */
void work_hand(struct work_slot *to);

/**
 * work_hand_once() - the same for one that may not have taken its last turn yet
 * @to: its slot; its turn began with the first call since work_await()
 */
void work_hand_once(struct work_slot *to);

/**
 * work_await() - before work_wait() for a turn that work_hand_once() gives
 * @run: the worker
 */
void work_await(struct work_run *run);

/**
 * work_wait() - wait by choice for a word of the group to change
 * @run: the worker
 * @word: the word
 * @old: what it is
 * @handed: the slot where work_hand() says since when it is another
 *
 * Ends when the word is another one, or it is to stop. To wait is no gap, not to
 * run once the word has changed is one.
 *
 * Return: what the word is.
 */
unsigned int work_wait(struct work_run *run, atomic_uint *word,
		       unsigned int old, const struct work_slot *handed);

/**
 * work_wake() - wake those in work_wait()
 * @word: the word
 * @n: how many at most
 */
void work_wake(atomic_uint *word, int n);

/**
 * work_take_turn() - a pass of pairs that wake each other by the group's futex
 * @run: the worker
 */
void work_take_turn(struct work_run *run);

/**
 * work_lock() - take the one lock of the group
 * @run: the worker
 *
 * Return: it is ours; false when it is to stop.
 */
bool work_lock(struct work_run *run);

/**
 * work_unlock() - let go of it, and wake one who waits for it
 * @run: the worker
 */
void work_unlock(struct work_run *run);

/**
 * work_fan_out_group() - the struct work_ops.group_of of one and its fan_out
 */
unsigned int work_fan_out_group(const struct work_spec *spec);

/**
 * work_readable() - wait by choice until something can be read
 * @run: the worker
 * @fd: from there; who writes calls work_hand() for our slot before it does
 *
 * Return: it can; false when it is to stop.
 */
bool work_readable(struct work_run *run, int fd);

/**
 * work_pipes_of_pair() - fds of a pair that wakes each other by pipes
 * @spec: of no use
 * @fds: gets them
 *
 * Return: how many, -errno.
 */
int work_pipes_of_pair(const struct work_spec *spec, int *fds);

/**
 * work_exchange() - wake the other of a pair, wait until it does so
 * @run: the worker, whose type has work_pipes_of_pair()
 */
void work_exchange(struct work_run *run);

/**
 * work_cpu_ns() - what this thread has computed
 *
 * Return: nanoseconds.
 */
uint64_t work_cpu_ns(void);

/**
 * work_pause() - about to sleep by choice; what came before may be a gap
 *
 * Return: now, by clock_now_ns().
 */
uint64_t work_pause(struct work_run *run);

/**
 * work_resume() - after a sleep by choice
 * @run: the worker
 * @due_ns: until when that was its choice; what came after is a gap, and, where it
 *	was no earlier than work_pause(), the latency of a wake
 */
void work_resume(struct work_run *run, uint64_t due_ns);

#endif /* KTSTR_WORK_TYPES_H */
