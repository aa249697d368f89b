// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work type Bursty: spins for a while, then sleeps for a while.
 */
#include <time.h>

#include "lib/util/util.h"
#include "lib/work/types.h"

void work_pass_bursty(struct work_run *run)
{
	uint64_t end_ns = clock_now_ns() + run->spec->burst_ms * NSEC_PER_MSEC;
	struct timespec due;
	uint64_t due_ns;

	while (!work_stopped(run) && clock_now_ns() < end_ns)
		work_spin(run, WORK_CHUNK);
	due_ns = work_pause(run) + run->spec->sleep_ms * NSEC_PER_MSEC;
	due.tv_sec = due_ns / NSEC_PER_SEC;
	due.tv_nsec = due_ns % NSEC_PER_SEC;
	/* The signal that tells to stop ends the sleep, too. */
	if (!work_stopped(run))
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
	work_resume(run, due_ns);
}
