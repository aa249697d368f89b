// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work types that are woken by the network's softirq: the loopback device has one, as
 * any other has.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/guest/work/types.h"

/* ---- IrqWake: one that sends, one that is woken ---- */

#define RECEIVER	0
#define SENDER		1

static int connect_pair(const int *fds)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(to);

	if (bind(fds[RECEIVER], (struct sockaddr *)&to, size) ||
	    getsockname(fds[RECEIVER], (struct sockaddr *)&to, &size) ||
	    connect(fds[SENDER], (struct sockaddr *)&to, size))
		return -errno;
	return 0;
}

static int irq_wake_fds(const struct work_spec *spec, int *fds)
{
	const int type = SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int err = 0;

	(void)spec;
	fds[RECEIVER] = socket(AF_INET, type, 0);
	fds[SENDER] = socket(AF_INET, type, 0);
	if (fds[RECEIVER] < 0 || fds[SENDER] < 0)
		err = -errno;
	err = err ?: connect_pair(fds);
	if (!err)
		return 2;
	close(fds[RECEIVER]);
	close(fds[SENDER]);
	return err;
}

static const char *lacks_loopback(const struct work_spec *spec)
{
	int fds[2];

	if (irq_wake_fds(spec, fds) < 0)
		return "there is no loopback network for it";
	close(fds[RECEIVER]);
	close(fds[SENDER]);
	return NULL;
}

static void irq_wake_pass(struct work_run *run)
{
	char datagram;

	if (!run->member) {
		work_sleep(run, run->spec->interval_us * NSEC_PER_USEC);
		work_hand_once(run->first + 1);
		if (send(run->fds[SENDER], "", 1, 0) == 1)
			work_done(run, 1);
		return;
	}
	work_await(run);
	if (!work_readable(run, run->fds[RECEIVER]))
		return;
	if (recv(run->fds[RECEIVER], &datagram, 1, 0) != 1)
		return;
	work_done(run, 1);
	work_spin(run, run->spec->spin);
}

const struct work_ops work_irq_wake = {
	.name = "IrqWake",
	.uneven = true,
	.what = "pairs: one sends a datagram through the loopback device after each interval_us, the other is woken for it by the network's softirq and spins so many iterations",
	.params = {
		WORK_PARAM(interval_us, 1000, 10000000),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group = 2,
	.lacks = lacks_loopback,
	.fds = irq_wake_fds,
	.pass = irq_wake_pass,
};

/* ---- NetTraffic: frames to itself ---- */

#define EXPERIMENTAL	0x88b5	/* the type of frames that nobody else reads */
#define FRAME_SIZE	1024
#define MAX_FRAMES	256
#define LOST_MS		100

struct frame {
	struct ether_header head;
	uint32_t tag;
	char rest[FRAME_SIZE - sizeof(struct ether_header) - sizeof(uint32_t)];
} __packed;

/* Only frames with @tag, and each once: not also as it goes out. */
static int filter_frames(int fd, uint32_t tag)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct frame, tag)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, tag, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, FRAME_SIZE),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog prog = { ARRAY_SIZE(code), code };
	int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)))
		return -errno;
	return 0;
}

/* Return: a socket, -errno. */
static int open_frames(uint32_t tag)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(EXPERIMENTAL),
		.sll_ifindex = if_nametoindex("lo"),
	};
	int fd, err;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	err = filter_frames(fd, tag);
	if (!err && (!at.sll_ifindex ||
		     bind(fd, (struct sockaddr *)&at, sizeof(at))))
		err = -ENODEV;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static const char *lacks_frames(const struct work_spec *spec)
{
	int fd = open_frames(0);

	(void)spec;
	if (fd < 0)
		return "the kernel has no packet sockets for it (CONFIG_PACKET, CAP_NET_RAW)";
	close(fd);
	return NULL;
}

/**
 * struct traffic - a worker's
 * @fd: where its frames go, and come back
 * @frame: one
 */
struct traffic {
	int fd;
	struct frame frame;
};

static int net_traffic_init(struct work_run *run)
{
	struct traffic *t = calloc(1, sizeof(*t));
	uint32_t tag = getpid();

	run->mem = t;
	if (!t)
		return -ENOMEM;
	t->frame.head.ether_type = htons(EXPERIMENTAL);
	t->frame.tag = htonl(tag);
	t->fd = open_frames(tag);
	return t->fd < 0 ? t->fd : 0;
}

/* What its softirq is not let do is a gap of ours. */
static void net_traffic_pass(struct work_run *run)
{
	struct traffic *t = run->mem;
	struct pollfd pfd = { .fd = t->fd, .events = POLLIN };
	unsigned int i, sent = 0, back = 0;
	struct frame frame;

	for (i = 0; i < run->spec->events; i++)
		sent += send(t->fd, &t->frame, sizeof(t->frame), 0) ==
			sizeof(t->frame);
	while (back < sent && poll(&pfd, 1, LOST_MS) == 1)
		back += recv(t->fd, &frame, sizeof(frame), 0) > 0;
	work_done(run, back);
	work_spin(run, run->spec->spin);
}

static void net_traffic_exit(struct work_run *run)
{
	struct traffic *t = run->mem;

	close(t->fd);
	free(t);
}

const struct work_ops work_net_traffic = {
	.name = "NetTraffic",
	.what = "sends itself events frames of 1 KiB through the loopback device, takes them as they come back, and spins so many iterations",
	.params = {
		WORK_PARAM(events, 16, MAX_FRAMES),
		WORK_PARAM(spin, 1024, 1000000000),
	},
	.group = 1,
	.lacks = lacks_frames,
	.init = net_traffic_init,
	.pass = net_traffic_pass,
	.exit = net_traffic_exit,
};
