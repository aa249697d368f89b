// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's work, handed over. See load.h.
 */
#include "lib/common/wire/load.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "lib/common/util/util.h"

#define WAIT_POLL_NS	NSEC_PER_MSEC

uint32_t wire_load_ready(struct wire_header *hdr)
{
	return __atomic_load_n(&wire_load_at(hdr)->ready, __ATOMIC_ACQUIRE);
}

void wire_load_go(struct wire_header *hdr, uint64_t gpa, uint64_t size)
{
	struct wire_load *load = wire_load_at(hdr);
	struct timespec now;

	load->gpa = gpa;
	load->size = size;
	clock_gettime(CLOCK_REALTIME, &now);
	load->realtime_ns = now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
	/* Where there is none, a clone's is that of the one it was made of. */
	if (getrandom(load->entropy, sizeof(load->entropy), GRND_NONBLOCK) < 0)
		memset(load->entropy, 0, sizeof(load->entropy));
	__atomic_store_n(&load->go, 1, __ATOMIC_RELEASE);
}

int wire_load_wait(struct wire_header *hdr, unsigned int limit_ms,
		   struct wire_load *load)
{
	const struct timespec pause = { .tv_nsec = WAIT_POLL_NS };
	uint64_t end_ns = clock_now_ns() + limit_ms * NSEC_PER_MSEC;
	struct wire_load *shared = wire_load_at(hdr);

	__atomic_store_n(&shared->ready, 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&shared->go, __ATOMIC_ACQUIRE)) {
		if (clock_now_ns() >= end_ns)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	memcpy(load, shared, sizeof(*load));
	return 0;
}
