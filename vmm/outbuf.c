// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes on their way to the service loop. See outbuf.h.
 */
#include "vmm/outbuf.h"

#include <string.h>
#include <sys/eventfd.h>

void outbuf_init(struct outbuf *ob, int wake_fd)
{
	pthread_mutex_init(&ob->lock, NULL);
	ob->len = 0;
	ob->dropped = 0;
	ob->wake_fd = wake_fd;
}

void outbuf_exit(struct outbuf *ob)
{
	pthread_mutex_destroy(&ob->lock);
}

void outbuf_put(struct outbuf *ob, char byte)
{
	int wake = 0;

	pthread_mutex_lock(&ob->lock);
	if (ob->len < OUTBUF_SIZE) {
		ob->bytes[ob->len++] = byte;
		wake = byte == '\n' || ob->len == OUTBUF_SIZE / 2;
	} else {
		ob->dropped++;
	}
	pthread_mutex_unlock(&ob->lock);

	if (wake && ob->wake_fd >= 0)
		eventfd_write(ob->wake_fd, 1);
}

size_t outbuf_take(struct outbuf *ob, char *bytes)
{
	size_t len;

	pthread_mutex_lock(&ob->lock);
	len = ob->len;
	memcpy(bytes, ob->bytes, len);
	ob->len = 0;
	pthread_mutex_unlock(&ob->lock);
	return len;
}

uint64_t outbuf_dropped(struct outbuf *ob)
{
	uint64_t dropped;

	pthread_mutex_lock(&ob->lock);
	dropped = ob->dropped;
	pthread_mutex_unlock(&ob->lock);
	return dropped;
}
