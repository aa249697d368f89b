// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that serve requests, after what two programs of the field measure:
 * schbench (wakeups and requests of a pool behind a messenger) and taobench (a cache
 * with a fast path for hits and a slow one for misses).
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/common/util/random.h"
#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

#define LINE		64
#define TICK_NS		NSEC_PER_MSEC	/* of who sends by rate */
#define PERCENT		100
#define PARETO_PARTS	10000ULL

/* ---- a queue: the word of a slot is how many wait in it ---- */

static void give(struct work_slot *queue, unsigned int n)
{
	/* They have waited since it was empty. */
	if (!atomic_load(&queue->futex))
		work_hand(queue);
	atomic_fetch_add(&queue->futex, n);
	work_wake(&queue->futex, n);
}

/* Return: one was taken; false when it is to stop. */
static bool take(struct work_run *run, struct work_slot *queue)
{
	unsigned int n = atomic_load(&queue->futex);

	while (!work_stopped(run)) {
		if (!n)
			n = work_wait(run, &queue->futex, 0, queue);
		else if (atomic_compare_exchange_strong(&queue->futex, &n,
							n - 1))
			return true;
	}
	return false;
}

/* How many there are to send by now, that were not; the seed counts those sent. */
static unsigned int due(struct work_run *run)
{
	uint64_t us = (clock_now_ns() - run->start_ns) / NSEC_PER_USEC;
	uint64_t all = us * run->spec->rate / 1000000;
	unsigned int n = all - run->seed;

	run->seed = all;
	return n;
}

/* ---- Schbench ---- */

/**
 * struct schbench - a worker's
 * @locks: one for each CPU, shared by the group: the word, and since when it is free
 * @matrices: what it multiplies
 */
struct schbench {
	struct work_slot *locks;
	double *matrices;
};

#define LOCKS_SIZE	(CPU_SETSIZE * sizeof(struct work_slot))

static const char *wrong_lock(const struct work_spec *spec)
{
	return spec->lock == WORK_LOCK_PI ?
	       "lock can be WORK_LOCK_PLAIN or WORK_LOCK_NONE" : NULL;
}

static int schbench_fds(const struct work_spec *spec, int *fds)
{
	int err;

	(void)spec;
	fds[0] = memfd_create("ktstr-schbench", MFD_CLOEXEC);
	if (fds[0] < 0)
		return -errno;
	if (!ftruncate(fds[0], LOCKS_SIZE))
		return 1;
	err = -errno;
	close(fds[0]);
	return err;
}

static int schbench_init(struct work_run *run)
{
	struct schbench *s = calloc(1, sizeof(*s));

	run->mem = s;
	run->seed = 0;
	if (!s)
		return -ENOMEM;
	s->locks = mmap(NULL, LOCKS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			run->fds[0], 0);
	if (s->locks == MAP_FAILED)
		return -errno;
	s->matrices = work_matrices(run);
	return s->matrices ? 0 : -ENOMEM;
}

static bool lock_cpu(struct work_run *run, struct work_slot *lock)
{
	unsigned int open = 0;

	while (!atomic_compare_exchange_strong(&lock->futex, &open, 1)) {
		if (work_stopped(run))
			return false;
		work_wait(run, &lock->futex, 1, lock);
		open = 0;
	}
	return true;
}

static void unlock_cpu(struct work_slot *lock)
{
	work_hand(lock);
	atomic_store(&lock->futex, 0);
	work_wake(&lock->futex, 1);
}

/* Whoever is preempted under the lock of its CPU is in the way of the next one. */
static void serve(struct work_run *run)
{
	struct schbench *s = run->mem;
	bool locked = run->spec->lock != WORK_LOCK_NONE;
	struct work_slot *lock;
	unsigned int i;

	work_sleep(run, run->spec->sleep_us * NSEC_PER_USEC);
	/* To have been woken is something done, however long the lock is held. */
	work_done(run, 1);
	/* That of the CPU where it is now, wherever it goes. */
	lock = &s->locks[sched_getcpu()];
	if (locked && !lock_cpu(run, lock))
		return;
	for (i = 0; i < run->spec->ops && work_multiply(run, s->matrices); i++)
		work_done(run, 1);
	if (locked)
		unlock_cpu(lock);
}

/* Those that have said that they wait get a request each. */
static void wake_waiting(struct work_run *run)
{
	unsigned int i, seen = run->seed;

	work_await(run);
	run->seed = work_wait(run, &run->first->futex, seen, run->first);
	for (i = 1; i < run->group; i++) {
		if (!atomic_exchange(&run->first[i].count, 0))
			continue;
		give(&run->first[i], 1);
		work_done(run, 1);
	}
}

/* Each by itself, round, whether the one before is served or not. */
static void send_due(struct work_run *run)
{
	unsigned int n, to = run->seed;

	work_sleep(run, TICK_NS);
	for (n = due(run); n; n--) {
		give(&run->first[1 + to++ % (run->group - 1)], 1);
		work_done(run, 1);
	}
}

static void schbench_pass(struct work_run *run)
{
	if (!run->member) {
		if (run->spec->rate)
			send_due(run);
		else
			wake_waiting(run);
		return;
	}
	if (!run->spec->rate) {
		atomic_store(&run->slot->count, 1);
		work_hand_once(run->first);
		atomic_fetch_add(&run->first->futex, 1);
		work_wake(&run->first->futex, 1);
	}
	if (take(run, run->slot))
		serve(run);
}

static void schbench_exit(struct work_run *run)
{
	struct schbench *s = run->mem;

	munmap(s->locks, LOCKS_SIZE);
	free(s->matrices);
	free(s);
}

const struct work_ops work_schbench = {
	.name = "Schbench",
	.uneven = true,
	.what = "as schbench: a messenger and fan_out workers (-t) that ask it for requests; one is to sleep for sleep_us (-s) and to multiply two matrices, of which three have kb KiB (-F), ops times (-n) under a lock of its CPU (WORK_LOCK_NONE is -L). With rate (-R) so many requests come a second, whether asked for or not",
	.params = {
		WORK_PARAM(fan_out, 4, 1024),
		WORK_PARAM(kb, 256, 16384),
		WORK_PARAM(ops, 5, 100000),
		WORK_PARAM(sleep_us, 100, 10000000),
		WORK_PARAM(rate, 0, 1000000),
		WORK_PARAM(lock, WORK_LOCK_PLAIN, WORK_LOCK_NONE),
	},
	.group_of = work_fan_out_group,
	.wrong = wrong_lock,
	.fds = schbench_fds,
	.init = schbench_init,
	.pass = schbench_pass,
	.exit = schbench_exit,
};

/* ---- Taobench ---- */

/* The client, then those of the fast path, then those of the slow one. */
static unsigned int taobench_group(const struct work_spec *spec)
{
	return 1 + spec->fan_out + spec->slow;
}

static struct work_slot *fast_queue(struct work_run *run)
{
	return run->first + 1;
}

static struct work_slot *slow_queue(struct work_run *run)
{
	return run->first + 1 + run->spec->fan_out;
}

static int taobench_init(struct work_run *run)
{
	if (!run->member)
		run->seed = 0;
	run->mem = calloc(run->spec->kb, 1024);
	return run->mem ? 0 : -ENOMEM;
}

/* An object is looked up: a line here, a line there. */
static void look_up(struct work_run *run)
{
	unsigned long lines = run->spec->kb * 1024UL / LINE;
	volatile char *memory = run->mem;
	unsigned int i;

	for (i = 0; i < run->spec->ops; i++)
		memory[random_next(&run->seed) % lines * LINE]++;
	work_done(run, 1);
}

/*
 * As long as a store takes to answer: at least @least_ns, with the long tail of
 * Pareto's distribution of shape 2, cut at a hundred times that. The root of a share
 * at random is distributed as the larger one of two.
 */
static uint64_t pareto_ns(struct work_run *run, uint64_t least_ns)
{
	uint64_t share = max(random_next(&run->seed) % PARETO_PARTS,
			     random_next(&run->seed) % PARETO_PARTS);

	return least_ns * PARETO_PARTS / max(share, PARETO_PARTS / 100);
}

static void answer(struct work_run *run)
{
	if (run->member > run->spec->fan_out) {
		if (!take(run, slow_queue(run)))
			return;
		work_sleep(run, pareto_ns(run, run->spec->sleep_us * NSEC_PER_USEC));
		look_up(run);
		return;
	}
	if (!take(run, fast_queue(run)))
		return;
	look_up(run);
	if (random_next(&run->seed) % PERCENT >= run->spec->hit_pct)
		give(slow_queue(run), 1);
}

/* By the clock, not by answers: who is late has the more to do. */
static void taobench_pass(struct work_run *run)
{
	unsigned int n;

	if (run->member) {
		answer(run);
		return;
	}
	work_sleep(run, TICK_NS);
	n = due(run);
	if (n)
		give(fast_queue(run), n);
	work_done(run, n);
}

static void taobench_exit(struct work_run *run)
{
	free(run->mem);
}

const struct work_ops work_taobench = {
	.name = "Taobench",
	.uneven = true,
	.what = "as taobench: a client that sends rate requests a second, fan_out workers of a fast path, which look up ops lines in kb KiB for each and find it in hit_pct of 100, and slow workers, which wait for the rest at least sleep_us, with a long tail, and look up then",
	.params = {
		WORK_PARAM(fan_out, 4, 512),
		WORK_PARAM(slow, 2, 512),
		WORK_PARAM(rate, 1000, 1000000),
		WORK_PARAM(hit_pct, 90, PERCENT),
		WORK_PARAM(ops, 64, 100000),
		WORK_PARAM(kb, 256, 1048576),
		WORK_PARAM(sleep_us, 200, 100000),
	},
	.group_of = taobench_group,
	.init = taobench_init,
	.pass = taobench_pass,
	.exit = taobench_exit,
};
