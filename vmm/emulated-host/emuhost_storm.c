// SPDX-License-Identifier: GPL-2.0-only
/*
 * A storm of "stop" and "cont". See emuhost_storm.h.
 */
#include "vmm/emulated-host/emuhost_storm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define pr_fmt(fmt) "emulated host: " fmt
#include "lib/common/util/log.h"
#include "lib/common/util/util.h"

/* Between two pairs, so that they come at any moment of the guest's. */
#define PAUSE_MAX_US	4000

static void say(struct storm *st, const char *text, unsigned int commands)
{
	/* The socket's buffer is larger than what is on its way at a time. */
	if (send(st->fd, text, strlen(text), MSG_NOSIGNAL) !=
	    (ssize_t)strlen(text))
		st->broken = true;
	st->commands += commands;
}

void storm_start(struct storm *st, int fd, unsigned int limit)
{
	*st = (struct storm) { .fd = fd, .limit = limit };
	say(st, "{\"execute\": \"qmp_capabilities\"}\n", 1);
}

unsigned int storm_pairs(const struct storm *st)
{
	/* The first command was none of a pair. */
	return st->returns ? (st->returns - 1) / 2 : 0;
}

/* QEMU's greeting and its events begin with neither. */
static void take_line(struct storm *st)
{
	if (strstarts(st->line, "{\"error\"")) {
		pr_warn("storm: QEMU says %s", st->line);
		st->broken = true;
	} else if (strstarts(st->line, "{\"return\"")) {
		st->returns++;
		st->next_ns = clock_now_ns() +
			      random() % PAUSE_MAX_US * NSEC_PER_USEC;
	}
}

static void take(struct storm *st)
{
	char buf[4096];
	ssize_t n, i;

	n = recv(st->fd, buf, sizeof(buf), MSG_DONTWAIT);
	if (!n || (n < 0 && errno != EINTR && errno != EAGAIN))
		st->broken = true;
	for (i = 0; i < n; i++) {
		if (buf[i] == '\n' || st->len == sizeof(st->line) - 1) {
			st->line[st->len] = '\0';
			st->len = 0;
			take_line(st);
		} else {
			st->line[st->len++] = buf[i];
		}
	}
}

/* Is there nothing more to send, or not until QEMU has answered? */
static bool waits(const struct storm *st)
{
	return !st->limit || st->broken || st->returns < st->commands ||
	       storm_pairs(st) >= st->limit;
}

void storm_step(struct storm *st)
{
	if (!st->limit || st->broken)
		return;
	take(st);
	if (!waits(st) && clock_now_ns() >= st->next_ns)
		say(st, "{\"execute\": \"stop\"}\n{\"execute\": \"cont\"}\n",
		    2);
}

int storm_wait_ms(const struct storm *st, int limit_ms)
{
	uint64_t now = clock_now_ns();

	if (waits(st))
		return limit_ms;
	return st->next_ns > now ? (st->next_ns - now) / NSEC_PER_MSEC + 1 : 0;
}
