// SPDX-License-Identifier: GPL-2.0-only
/*
 * What CPU time is due to whom. See shares.h.
 */
#include "lib/common/check/shares.h"

#include <stdbool.h>

#include "lib/common/util/util.h"

/* Those who can use less than their part get what they can. Return: any? */
static bool settle(struct share_claim *claims, unsigned int n, uint64_t *left_ns,
		   double *weights)
{
	double each_ns = *weights > 0 ? *left_ns / *weights : 0;
	bool any = false;
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct share_claim *c = &claims[i];

		if (c->due_ns || each_ns * c->weight < c->most_ns)
			continue;
		c->due_ns = min(c->most_ns, *left_ns);
		*left_ns -= c->due_ns;
		*weights -= c->due_ns ? c->weight : 0;
		any |= c->due_ns;
	}
	return any;
}

void shares_divide(struct share_claim *claims, unsigned int n)
{
	uint64_t left_ns = 0;
	double weights = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		claims[i].due_ns = 0;
		left_ns += claims[i].used_ns;
		weights += claims[i].most_ns ? claims[i].weight : 0;
	}
	while (settle(claims, n, &left_ns, &weights))
		;
	for (i = 0; i < n && weights > 0; i++)
		if (!claims[i].due_ns && claims[i].most_ns)
			claims[i].due_ns = left_ns * (claims[i].weight / weights);
}

uint64_t shares_quota_ns(unsigned int quota_us, unsigned int period_us,
			 uint64_t wall_ns)
{
	return quota_us * ((double)wall_ns / period_us + NSEC_PER_USEC);
}
