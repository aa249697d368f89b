// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one loop: waits for all sources at once, and ticks.
 */
#include "init/init.h"

#include <poll.h>
#include <unistd.h>

#include "lib/common/util/util.h"

/* A pipe holds 64 KiB: this allows for 12 MiB a second. */
#define TEXT_REST_NS	(5 * NSEC_PER_MSEC)

/* Per drain; more than any pipe and socket can hold back. */
#define DRAIN_MAX_READS	64

void loop_init(struct init *in, const struct init_tick *ticks)
{
	size_t i;

	in->ticks = ticks;
	for (i = 0; i < SRC_COUNT; i++)
		in->sources[i].fd = -1;
}

void loop_watch(struct init *in, enum source_id id, int fd,
		bool (*serve)(struct init *in, struct init_source *src))
{
	in->sources[id] = (struct init_source) { .fd = fd, .serve = serve };
}

void loop_forget(struct init *in, enum source_id id)
{
	if (in->sources[id].fd >= 0)
		close(in->sources[id].fd);
	in->sources[id].fd = -1;
}

void loop_drain(struct init *in, enum source_id id)
{
	struct init_source *src = &in->sources[id];
	unsigned int reads = 0;

	while (src->fd >= 0 && reads++ < DRAIN_MAX_READS)
		if (!src->serve(in, src))
			break;
}

bool loop_forward(struct init *in, struct init_source *src, enum wire_type type)
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

static void loop_tick(struct init *in)
{
	const struct init_tick *tick;
	uint64_t now_ns = clock_now_ns();

	if (now_ns < in->next_tick_ns)
		return;
	in->next_tick_ns = now_ns + NSEC_PER_MSEC *
			   (in->scx_state_fd < 0 ? INIT_IDLE_MS : INIT_TICK_MS);
	for (tick = in->ticks; tick->run; tick++)
		tick->run(in);
}

/* What to listen to now. Return: when that, or anything else, changes. */
static uint64_t loop_listen(const struct init *in, uint64_t now_ns,
			    struct pollfd *fds)
{
	uint64_t next_ns = in->next_tick_ns;
	size_t i;

	for (i = 0; i < SRC_COUNT; i++) {
		const struct init_source *src = &in->sources[i];

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
		struct init_source *src = &in->sources[i];

		/* A source before it may have closed it. */
		if (fds[i].revents && src->fd == fds[i].fd &&
		    !src->serve(in, src) && (fds[i].revents & ~POLLIN))
			loop_forget(in, i);
	}
}

const struct wire_steal *loop_steal(const struct init *in)
{
	const char *page = (const char *)in->ring.hdr;

	return page ? (const void *)(page + WIRE_STEAL_OFFSET) : NULL;
}

bool loop_until(struct init *in, bool (*done)(const struct init *in),
		unsigned int timeout_ms)
{
	uint64_t limit_ns = timeout_ms * NSEC_PER_MSEC, waited_ns;
	struct wire_steal_wait wait;

	wire_steal_begin(&wait, loop_steal(in));
	for (;;) {
		loop_tick(in);
		if (done(in))
			return true;
		waited_ns = wire_steal_waited_ns(&wait);
		if (waited_ns >= limit_ns)
			return false;
		loop_wait(in, clock_now_ns() + limit_ns - waited_ns);
	}
}
