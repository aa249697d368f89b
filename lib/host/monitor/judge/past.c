// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring of sums. See past.h.
 */
#include "lib/host/monitor/judge/past.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int mon_past_init(struct mon_past *past, unsigned int n_cpus)
{
	memset(past, 0, sizeof(*past));
	past->n_cpus = n_cpus;
	past->taken_ns = calloc(MON_PAST_SAMPLES * n_cpus,
				sizeof(*past->taken_ns));
	return past->taken_ns ? 0 : -ENOMEM;
}

void mon_past_exit(struct mon_past *past)
{
	free(past->taken_ns);
	past->taken_ns = NULL;
}

static uint64_t *at(const struct mon_past *past, uint64_t n)
{
	return past->taken_ns + n % MON_PAST_SAMPLES * past->n_cpus;
}

void mon_past_add(struct mon_past *past, uint64_t host_ns,
		  const uint64_t *step_ns)
{
	uint64_t *sum = at(past, past->n);
	unsigned int cpu;

	for (cpu = 0; cpu < past->n_cpus; cpu++)
		sum[cpu] = step_ns[cpu] +
			   (past->n ? at(past, past->n - 1)[cpu] : 0);
	past->host_ns[past->n++ % MON_PAST_SAMPLES] = host_ns;
}

uint64_t mon_past_taken(const struct mon_past *past, unsigned int cpu,
			uint64_t from_ns)
{
	uint64_t i = past->n, first;

	if (!i)
		return 0;
	first = i > MON_PAST_SAMPLES ? i - MON_PAST_SAMPLES : 0;
	/* The last one that is not behind the beginning. */
	while (--i > first && past->host_ns[i % MON_PAST_SAMPLES] > from_ns)
		;
	return at(past, past->n - 1)[cpu] - at(past, i)[cpu];
}
