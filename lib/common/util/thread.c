// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that are waited for, but not for ever. See thread.h.
 */
#include "lib/common/util/thread.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"

#ifdef __SANITIZE_THREAD__

/* TSan knows nothing of pthread_clockjoin_np(): all would seem to race. */
int thread_join(pthread_t thread, uint64_t until_ns)
{
	int ret;

	while ((ret = pthread_tryjoin_np(thread, NULL)) == EBUSY) {
		if (clock_now_ns() >= until_ns)
			return -ETIMEDOUT;
		usleep(1000);
	}
	return -ret;
}

#else

int thread_join(pthread_t thread, uint64_t until_ns)
{
	const struct timespec until = {
		.tv_sec = until_ns / NSEC_PER_SEC,
		.tv_nsec = until_ns % NSEC_PER_SEC,
	};

	return -pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until);
}

#endif
