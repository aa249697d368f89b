/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * So much a second, and not more.
 *
 * What was used is paid for afterwards, in time: whoever has just done something
 * large waits until it is paid for. So nobody has to know beforehand how large it
 * will be, and over a second the rate is exact.
 */
#ifndef KTSTR_VMM_VIRTIO_RATE_H
#define KTSTR_VMM_VIRTIO_RATE_H

#include <stdint.h>

/*
 * struct rate - of one thing
 * @per_s: how much; 0 for any
 * @paid_ns: when all that was used is paid for, by CLOCK_MONOTONIC
 */
struct rate {
	uint64_t per_s;
	uint64_t paid_ns;
};

/*
 * rate_use() - so much was used
 * @n: of it
 * @now_ns: the time
 */
void rate_use(struct rate *r, uint64_t n, uint64_t now_ns);

/*
 * rate_wait_ns() - how long to use nothing from now on
 *
 * Return: nanoseconds, 0 for no time.
 */
uint64_t rate_wait_ns(const struct rate *r, uint64_t now_ns);

#endif /* KTSTR_VMM_VIRTIO_RATE_H */
