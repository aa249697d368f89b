// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types of more than two workers that wait for a word of memory: one that wakes
 * many, many that want one lock, many that fill what one empties.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

#define AFTER_WAKE	256	/* spins of who has woken others */
#define QUEUE_MAX	64

unsigned int work_fan_out_group(const struct work_spec *spec)
{
	return spec->fan_out + 1;
}

static void wake_all(struct work_run *run)
{
	unsigned int i;

	for (i = 1; i < run->group; i++)
		work_hand_once(run->first + i);
	atomic_fetch_add(&run->first->futex, 1);
	work_wake(&run->first->futex, INT_MAX);
}

/* Those that are woken have seen the word last as run->seed. */
static bool woken(struct work_run *run)
{
	unsigned int seen;

	work_await(run);
	seen = work_wait(run, &run->first->futex, run->seed, run->slot);
	if (seen == (unsigned int)run->seed)
		return false;
	run->seed = seen;
	return true;
}

static int from_the_word(struct work_run *run)
{
	run->seed = 0;
	return 0;
}

static void futex_fan_out_pass(struct work_run *run)
{
	if (run->member) {
		if (woken(run))
			work_spin(run, run->spec->spin);
		return;
	}
	work_spin(run, run->spec->spin);
	wake_all(run);
	work_spin(run, AFTER_WAKE);
}

const struct work_ops work_futex_fan_out = {
	.name = "FutexFanOut",
	.uneven = true,
	.what = "one worker that wakes fan_out others by a futex, over and over; all spin so many iterations",
	.params = {
		WORK_PARAM(fan_out, 4, 1024),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group_of = work_fan_out_group,
	.init = from_the_word,
	.pass = futex_fan_out_pass,
};

/* ---- FanOutCompute ---- */

static int fan_out_compute_init(struct work_run *run)
{
	run->seed = 0;
	run->mem = work_matrices(run);
	return run->mem ? 0 : -ENOMEM;
}

static void fan_out_compute_pass(struct work_run *run)
{
	unsigned int i;

	if (!run->member) {
		wake_all(run);
		work_spin(run, AFTER_WAKE);
		return;
	}
	if (!woken(run))
		return;
	work_done(run, 1);
	work_sleep(run, run->spec->sleep_us * NSEC_PER_USEC);
	for (i = 0; i < run->spec->ops && work_multiply(run, run->mem); i++)
		work_done(run, 1);
}

static void fan_out_compute_exit(struct work_run *run)
{
	free(run->mem);
}

const struct work_ops work_fan_out_compute = {
	.name = "FanOutCompute",
	.uneven = true,
	.what = "one worker that wakes fan_out others by a futex, over and over; each of them sleeps for sleep_us, then multiplies two matrices, ops times, of which three have kb KiB",
	.params = {
		WORK_PARAM(fan_out, 4, 1024),
		WORK_PARAM(kb, 256, 65536),
		WORK_PARAM(ops, 5, 100000),
		WORK_PARAM(sleep_us, 100, 10000000),
	},
	.group_of = work_fan_out_group,
	.init = fan_out_compute_init,
	.pass = fan_out_compute_pass,
	.exit = fan_out_compute_exit,
};

/* ---- ThunderingHerd ---- */

static void thundering_herd_pass(struct work_run *run)
{
	if (run->member) {
		if (woken(run))
			work_spin(run, run->spec->spin);
		return;
	}
	work_sleep(run, run->spec->sleep_ms * NSEC_PER_MSEC);
	wake_all(run);
	work_done(run, 1);
}

const struct work_ops work_thundering_herd = {
	.name = "ThunderingHerd",
	.uneven = true,
	.what = "fan_out workers that wait for one futex, all woken at once after each sleep_ms by one more",
	.params = {
		WORK_PARAM(fan_out, 8, 1024),
		WORK_PARAM(sleep_ms, 10, 60000),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group_of = work_fan_out_group,
	.init = from_the_word,
	.pass = thundering_herd_pass,
};

/* ---- MutexContention ---- */

static unsigned int contenders_group(const struct work_spec *spec)
{
	return spec->contenders;
}

bool work_lock(struct work_run *run)
{
	atomic_uint *word = &run->first->futex;
	unsigned int open = 0;

	while (!atomic_compare_exchange_strong(word, &open, 1)) {
		if (work_stopped(run))
			return false;
		work_wait(run, word, 1, run->first);
		open = 0;
	}
	return true;
}

void work_unlock(struct work_run *run)
{
	work_hand(run->first);
	atomic_store(&run->first->futex, 0);
	work_wake(&run->first->futex, 1);
}

static void mutex_contention_pass(struct work_run *run)
{
	work_spin(run, run->spec->spin);
	if (!work_lock(run))
		return;
	work_spin(run, run->spec->hold);
	work_unlock(run);
}

const struct work_ops work_mutex_contention = {
	.name = "MutexContention",
	.uneven = true,
	.what = "contenders workers that spin so many iterations, then hold iterations under one lock",
	.params = {
		WORK_PARAM(contenders, 4, 1024),
		WORK_PARAM(hold, 256, 1000000000),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group_of = contenders_group,
	.pass = mutex_contention_pass,
};

/* ---- ProducerConsumer: the word is how full the queue is ---- */

static void produce(struct work_run *run)
{
	atomic_uint *word = &run->first->futex;
	unsigned int full = atomic_load(word);

	work_spin(run, run->spec->spin);
	while (full >= QUEUE_MAX) {
		if (work_stopped(run))
			return;
		full = work_wait(run, word, full, run->first);
	}
	if (atomic_fetch_add(word, 1))
		return;
	work_hand(run->first);
	work_wake(word, INT_MAX);
}

static void consume(struct work_run *run)
{
	atomic_uint *word = &run->first->futex;

	if (!atomic_load(word) && !work_wait(run, word, 0, run->first))
		return;
	work_spin(run, run->spec->hold);
	/* From full to not full: somebody may wait for that. */
	if (atomic_fetch_sub(word, 1) < QUEUE_MAX)
		return;
	work_hand(run->first);
	work_wake(word, INT_MAX);
}

static void producer_consumer_pass(struct work_run *run)
{
	if (run->member)
		produce(run);
	else
		consume(run);
}

const struct work_ops work_producer_consumer = {
	.name = "ProducerConsumer",
	.uneven = true,
	.what = "fan_out workers that fill a queue, spin iterations for each place, and one that empties it, hold iterations for each",
	.params = {
		WORK_PARAM(fan_out, 3, 1024),
		WORK_PARAM(spin, 1024, 1000000000),
		WORK_PARAM(hold, 1024, 1000000000),
	},
	.group_of = work_fan_out_group,
	.pass = producer_consumer_pass,
};
