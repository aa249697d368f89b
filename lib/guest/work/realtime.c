// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types of which some are in the real-time class, above those in the fair
 * one. Whoever holds a CPU there does so for a burst, then sleeps.
 */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/cpus.h"
#include "lib/guest/work/types.h"

static int be_fifo(int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK,
				  &param) ? -errno : 0;
}

/* Tried by a child: whoever asks stays in its class. */
static const char *lacks_fifo(const struct work_spec *spec)
{
	pid_t pid = fork();
	int status = 0;

	(void)spec;
	if (!pid)
		_exit(!!be_fifo(1));
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status ? "may not be in the real-time class (SCHED_FIFO)" : NULL;
}

/* ---- AsymmetricWaker ---- */

static int second_is_fifo(struct work_run *run)
{
	return run->member ? be_fifo(1) : 0;
}

const struct work_ops work_asymmetric_waker = {
	.name = "AsymmetricWaker",
	.uneven = true,
	.what = "pairs that wake each other by a futex, one in the fair class and one in the real-time class; each spins so many iterations in its turn",
	.params = { WORK_PARAM(spin, 1024, 1000000000) },
	.group = 2,
	.lacks = lacks_fifo,
	.init = second_is_fifo,
	.pass = work_take_turn,
};

/* ---- PriorityInversion: low, middle and high on one CPU ---- */

enum tier { LOW, MIDDLE, HIGH, N_TIERS };

static int priority_inversion_init(struct work_run *run)
{
	cpu_set_t allowed;
	int err;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return -errno;
	err = cpus_pin(cpus_nth(&allowed, run->index / run->group));
	return err || run->member == LOW ? err : be_fifo(run->member);
}

#define PI_WAIT_MS	100	/* so that a stop is noticed */

/* The kernel has the holder run as urgently as who waits. */
static bool lock_pi(struct work_run *run)
{
	atomic_uint *word = &run->first->futex;
	unsigned int open = 0;
	uint64_t due_ns;
	long err = 0;

	work_pause(run);
	if (atomic_compare_exchange_strong(word, &open,
					   (unsigned int)gettid()))
		return true;
	do {
		struct timespec due;

		due_ns = clock_now_ns() + PI_WAIT_MS * NSEC_PER_MSEC;
		due.tv_sec = due_ns / NSEC_PER_SEC;
		due.tv_nsec = due_ns % NSEC_PER_SEC;
		if (err && errno != ETIMEDOUT)
			poll(NULL, 0, PI_WAIT_MS);
		err = syscall(SYS_futex, word, FUTEX_LOCK_PI2, 0, &due, NULL,
			      0);
	} while (err && !work_stopped(run));
	work_resume(run, err ? UINT64_MAX : atomic_load(&run->first->handed_ns));
	return !err;
}

static void unlock_pi(struct work_run *run)
{
	atomic_uint *word = &run->first->futex;
	unsigned int mine = gettid();

	work_hand(run->first);
	if (!atomic_compare_exchange_strong(word, &mine, 0))
		syscall(SYS_futex, word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
}

static void hold_lock(struct work_run *run)
{
	bool pi = run->spec->lock == WORK_LOCK_PI;

	if (!(pi ? lock_pi(run) : work_lock(run)))
		return;
	work_spin(run, run->spec->hold);
	if (pi)
		unlock_pi(run);
	else
		work_unlock(run);
}

static void priority_inversion_pass(struct work_run *run)
{
	switch (run->member) {
	case MIDDLE:
		work_burn(run, run->spec->burst_ms * NSEC_PER_MSEC);
		work_sleep(run, run->spec->burst_ms * NSEC_PER_MSEC);
		break;
	case HIGH:
		work_sleep(run, run->spec->sleep_us * NSEC_PER_USEC);
		/* It was run when it was due; the lock is another matter. */
		work_done(run, 1);
		hold_lock(run);
		break;
	default:
		hold_lock(run);
	}
}

const struct work_ops work_priority_inversion = {
	.name = "PriorityInversion",
	.uneven = true,
	.what = "three on one CPU: a fair one that holds a lock, hold iterations at a time, over and over; a real-time one that computes for burst_ms and sleeps for as long; and one above both that wants the lock after each sleep_us. lock is WORK_LOCK_PLAIN (its holder waits for the middle one), or WORK_LOCK_PI",
	.params = {
		WORK_PARAM(lock, WORK_LOCK_PLAIN, WORK_LOCK_PI),
		WORK_PARAM(hold, 4096, 1000000),
		WORK_PARAM(burst_ms, 10, 500),
		WORK_PARAM(sleep_us, 1000, 10000000),
	},
	.group = N_TIERS,
	.lacks = lacks_fifo,
	.init = priority_inversion_init,
	.pass = priority_inversion_pass,
};

/* ---- those of a group that are fair, and the first, which is not ---- */

static int first_is_fifo(struct work_run *run)
{
	return run->member ? 0 : be_fifo(1);
}

static void preempt_storm_pass(struct work_run *run)
{
	if (run->member) {
		work_spin(run, WORK_CHUNK);
		return;
	}
	work_sleep(run, run->spec->interval_us * NSEC_PER_USEC);
	work_spin(run, run->spec->spin);
}

const struct work_ops work_preempt_storm = {
	.name = "PreemptStorm",
	.uneven = true,
	.what = "fan_out workers that compute, and one in the real-time class that preempts one of them after each interval_us and spins so many iterations",
	.params = {
		WORK_PARAM(fan_out, 4, 1024),
		WORK_PARAM(interval_us, 1000, 10000000),
		WORK_PARAM(spin, 64, 1000000),
	},
	.group_of = work_fan_out_group,
	.lacks = lacks_fifo,
	.init = first_is_fifo,
	.pass = preempt_storm_pass,
};

static void rt_starvation_pass(struct work_run *run)
{
	if (run->member) {
		work_spin(run, WORK_CHUNK);
		return;
	}
	work_burn(run, run->spec->burst_ms * NSEC_PER_MSEC);
	work_sleep(run, run->spec->sleep_ms * NSEC_PER_MSEC);
}

const struct work_ops work_rt_starvation = {
	.name = "RtStarvation",
	.uneven = true,
	.what = "one worker in the real-time class that computes for burst_ms, then sleeps for sleep_ms, and fan_out fair ones that compute with what is left",
	.params = {
		WORK_PARAM(fan_out, 1, 1024),
		WORK_PARAM(burst_ms, 100, 1000),
		WORK_PARAM(sleep_ms, 50, 60000),
	},
	.group_of = work_fan_out_group,
	.lacks = lacks_fifo,
	.init = first_is_fifo,
	.pass = rt_starvation_pass,
};
