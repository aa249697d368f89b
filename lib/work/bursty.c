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
	const struct timespec sleep = {
		.tv_sec = run->spec->sleep_ms / MSEC_PER_SEC,
		.tv_nsec = run->spec->sleep_ms % MSEC_PER_SEC * NSEC_PER_MSEC,
	};

	while (!work_stopped(run) && clock_now_ns() < end_ns)
		work_spin(run, WORK_CHUNK);
	/* The signal that tells to stop ends the sleep, too. */
	if (!work_stopped(run))
		nanosleep(&sleep, NULL);
	work_resume(run);
}
