// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work type FutexPingPong: two workers that take turns, each waking the other.
 */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/util/util.h"
#include "lib/work/types.h"

/* So that a partner that has gone is noticed. */
#define WAIT_MS 100

void work_pass_futex_ping_pong(struct work_run *run)
{
	const struct timespec limit = { .tv_nsec = WAIT_MS * NSEC_PER_MSEC };
	atomic_uint *word = &run->first->futex;
	unsigned int mine = run->member, other = !mine;

	while (!work_stopped(run) && atomic_load(word) != mine)
		syscall(SYS_futex, word, FUTEX_WAIT, other, &limit, NULL, 0);
	/* Waiting for the partner's turn is no fault of the scheduler's. */
	work_resume(run);
	if (work_stopped(run))
		return;

	work_spin(run, run->spec->spin);
	atomic_store(word, other);
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}
