// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one loop: waits for all sources at once, and ticks.
 */
#include "init/init.h"

#include <poll.h>
#include <unistd.h>

#include "lib/util/util.h"

/* A pipe holds 64 KiB: this allows for 12 MiB a second. */
#define TEXT_REST_NS	(5 * NSEC_PER_MSEC)

/* Per drain; more than any pipe and socket can hold back. */
#define DRAIN_MAX_READS	64

void loop_init(struct init *in)
{
	size_t i;

	for (i = 0; i < SRC_COUNT; i++)
		in->sources[i].fd = -1;
}

void loop_watch(struct init *in, enum source_id id, int fd,
		bool (*serve)(struct init *in, struct source *src))
{
	in->sources[id] = (struct source) { .fd = fd, .serve = serve };
}

void loop_forget(struct init *in, enum source_id id)
{
	if (in->sources[id].fd >= 0)
		close(in->sources[id].fd);
	in->sources[id].fd = -1;
}

void loop_drain(struct init *in, enum source_id id)
{
	struct source *src = &in->sources[id];
	unsigned int reads = 0;

	while (src->fd >= 0 && reads++ < DRAIN_MAX_READS)
		if (!src->serve(in, src))
			break;
}

bool loop_forward(struct init *in, struct source *src, enum wire_type type)
{
	ssize_t len = read(src->fd, in->buf, WIRE_REC_MAX);

	src->rest_until_ns = clock_now_ns() + TEXT_REST_NS;
	in->buf[len > 0 ? len : 0] = '\0';
	if (len > 0)
		init_put(in, type, in->buf, len);
	else if (len == 0)
		loop_forget(in, src - in->sources);
	return len > 0;
}

/* What the host wants is in its memory: there is nothing to wait on. */
static void tick_host(struct init *in)
{
	uint32_t now, fresh;

	if (!in->ring.hdr)
		return;
	now = wire_host_ctl(&in->ring);
	fresh = now & ~in->host_ctl;
	in->host_ctl = now;

	if (fresh & WIRE_CTL_STOP)
		in->stop = true;
	if (fresh & WIRE_CTL_SYSRQ_D)
		scx_dump();
}

static void loop_tick(struct init *in)
{
	uint64_t now_ns = clock_now_ns();

	if (now_ns < in->next_tick_ns)
		return;
	in->next_tick_ns = now_ns + INIT_TICK_MS * NSEC_PER_MSEC;
	tick_host(in);
	scx_update(in);
}

/* What to listen to now. Return: when that, or anything else, changes. */
static uint64_t loop_listen(const struct init *in, uint64_t now_ns,
			    struct pollfd *fds)
{
	uint64_t next_ns = in->next_tick_ns;
	size_t i;

	for (i = 0; i < SRC_COUNT; i++) {
		const struct source *src = &in->sources[i];

		fds[i] = (struct pollfd) { .fd = src->fd, .events = POLLIN };
		if (src->fd < 0 || src->rest_until_ns <= now_ns)
			continue;
		fds[i].fd = -1;
		next_ns = min(next_ns, src->rest_until_ns);
	}
	return next_ns;
}

static void loop_wait(struct init *in, uint64_t end_ns)
{
	uint64_t now_ns = clock_now_ns(), next_ns, left_ns;
	struct pollfd fds[SRC_COUNT];
	struct timespec pause;
	size_t i;

	next_ns = min(loop_listen(in, now_ns, fds), end_ns);
	left_ns = next_ns > now_ns ? next_ns - now_ns : 0;
	pause.tv_sec = left_ns / NSEC_PER_SEC;
	pause.tv_nsec = left_ns % NSEC_PER_SEC;
	if (ppoll(fds, SRC_COUNT, &pause, NULL) <= 0)
		return;
	for (i = 0; i < SRC_COUNT; i++) {
		struct source *src = &in->sources[i];

		/* A source before it may have closed it. */
		if (fds[i].revents && src->fd == fds[i].fd &&
		    !src->serve(in, src) && (fds[i].revents & ~POLLIN))
			loop_forget(in, i);
	}
}

bool loop_until(struct init *in, bool (*done)(const struct init *in),
		unsigned int timeout_ms)
{
	uint64_t end_ns = clock_now_ns() + timeout_ms * NSEC_PER_MSEC;

	for (;;) {
		loop_tick(in);
		if (done(in))
			return true;
		if (clock_now_ns() >= end_ns)
			return false;
		loop_wait(in, end_ns);
	}
}
