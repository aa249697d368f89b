// SPDX-License-Identifier: GPL-2.0-only
/*
 * So much a second, and not more. See rate.h.
 */
#include "vmm/virtio/rate.h"

#include "lib/common/util/util.h"

/* What was not used for a while may be used at once: this much of it. */
#define BURST_NS	(10 * NSEC_PER_MSEC)

void rate_use(struct rate *r, uint64_t n, uint64_t now_ns)
{
	uint64_t since_ns = now_ns > BURST_NS ? now_ns - BURST_NS : 0;

	if (!r->per_s)
		return;
	r->paid_ns = max(r->paid_ns, since_ns);
	r->paid_ns += (__uint128_t)n * NSEC_PER_SEC / r->per_s;
}

uint64_t rate_wait_ns(const struct rate *r, uint64_t now_ns)
{
	return r->per_s && r->paid_ns > now_ns ? r->paid_ns - now_ns : 0;
}
