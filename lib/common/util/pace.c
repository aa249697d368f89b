// SPDX-License-Identifier: GPL-2.0-only
/*
 * How slow this host is. See pace.h.
 */
#include "lib/common/util/pace.h"

#include <sched.h>
#include <stdint.h>

#include "lib/common/util/random.h"
#include "lib/common/util/util.h"

#define LOOPS		200000
#define RUNS		8
/* Three dependent shift-and-xor pairs: six cycles, at 3 GHz. */
#define REFERENCE_NS	(LOOPS * 2ULL)

static uint64_t time_loop(void)
{
	uint64_t x = RANDOM_SEED;
	uint64_t start = clock_now_ns();
	unsigned int i;

	for (i = 0; i < LOOPS; i++)
		random_next(&x);
	/* The result is wanted: keep the loop. */
	asm volatile("" : : "r"(x));
	return clock_now_ns() - start;
}

double pace_once(void)
{
	return (double)time_loop() / REFERENCE_NS;
}

static unsigned int usable_cpus(void)
{
	cpu_set_t set;
	int n;

	/* More CPUs than a cpu_set_t holds: certainly enough. */
	if (sched_getaffinity(0, sizeof(set), &set))
		return CPU_SETSIZE;
	n = CPU_COUNT(&set);
	return n > 0 ? n : 1;
}

double host_pace(void)
{
	uint64_t best = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < RUNS; i++)
		best = min(best, time_loop());
	return max((double)best / REFERENCE_NS, 1.0);
}

double host_slowness(unsigned int cpus)
{
	double share = (double)cpus / usable_cpus();

	return host_pace() * max(share, 1.0);
}
