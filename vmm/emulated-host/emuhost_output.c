// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command's output, queued. See emuhost_output.h.
 */
#include "vmm/emulated-host/emuhost_output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

void output_init(struct output *o, int fd)
{
	*o = (struct output) { .fd = fd, .text = STRBUF_INIT };
}

void output_exit(struct output *o)
{
	strbuf_free(&o->text);
}

size_t output_pending(const struct output *o)
{
	return o->text.len - o->done;
}

/* What was written makes room. */
static void compact(struct output *o)
{
	size_t left = output_pending(o);

	if (!o->done)
		return;
	memmove(o->text.text, o->text.text + o->done, left);
	o->text.len = left;
	o->text.text[left] = '\0';
	o->done = 0;
}

int output_add(struct output *o, const char *data, size_t len)
{
	compact(o);
	strbuf_add(&o->text, data, len);
	return o->text.dropped ? -ENOMEM : 0;
}

/* A pipe that is writable takes PIPE_BUF bytes at once, not always more. */
int output_write(struct output *o)
{
	struct pollfd pfd = { .fd = o->fd, .events = POLLOUT };
	size_t left;
	ssize_t n;

	while ((left = output_pending(o))) {
		if (poll(&pfd, 1, 0) <= 0)
			return 0;
		n = write(o->fd, o->text.text + o->done,
			  left < PIPE_BUF ? left : PIPE_BUF);
		if (n < 0)
			return errno == EINTR || errno == EAGAIN ? 0 : -errno;
		o->done += n;
	}
	return 0;
}
