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
	atomic_ullong *handed_ns = &run->first->handed_ns;
	atomic_uint *word = &run->first->futex;
	unsigned int mine = run->member, other = !mine;

	while (!work_stopped(run) && atomic_load(word) != mine)
		syscall(SYS_futex, word, FUTEX_WAIT, other, &limit, NULL, 0);
	/*
	 * Waiting for the partner's turn is no fault of the scheduler's; not
	 * to run once it is our own is, also where a stop is what ends it.
	 */
	work_resume(run, atomic_load(word) == mine ? atomic_load(handed_ns) :
		    UINT64_MAX);
	if (work_stopped(run))
		return;

	work_spin(run, run->spec->spin);
	/* Before the word: who sees its turn sees since when. */
	atomic_store(handed_ns, clock_now_ns());
	atomic_store(word, other);
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
	work_pause(run);
}
