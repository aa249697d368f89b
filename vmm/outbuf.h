/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes on their way from a device to the service loop.
 *
 * vCPU threads put, the loop takes. Bounded: what the loop does not fetch in
 * time is dropped and counted. The loop is woken at the end of a line or when
 * half is used, else it looks at its next tick.
 */
#ifndef KTSTR_VMM_OUTBUF_H
#define KTSTR_VMM_OUTBUF_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define OUTBUF_SIZE	(32U << 10)

/*
 * struct outbuf - the bytes
 * @wake_fd: eventfd of the loop, -1 for none; not owned
 * @dropped: bytes that found no room; under @lock
 */
struct outbuf {
	pthread_mutex_t lock;
	char bytes[OUTBUF_SIZE];
	size_t len;
	uint64_t dropped;
	int wake_fd;
};

void outbuf_init(struct outbuf *ob, int wake_fd);
void outbuf_exit(struct outbuf *ob);
void outbuf_put(struct outbuf *ob, char byte);

/*
 * outbuf_take() - fetch all that is there
 * @bytes: at least OUTBUF_SIZE
 *
 * Return: how many.
 */
size_t outbuf_take(struct outbuf *ob, char *bytes);

/*
 * outbuf_dropped() - bytes that found no room so far
 */
uint64_t outbuf_dropped(struct outbuf *ob);

#endif /* KTSTR_VMM_OUTBUF_H */
