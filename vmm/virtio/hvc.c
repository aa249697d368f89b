// SPDX-License-Identifier: GPL-2.0-only
/*
 * A console: virtio 1.2, section 5.3, one port, between a guest's hvc0 and files
 * of this machine, a terminal's most often.
 *
 * No byte is lost on the way in: it is not read before the guest has a buffer
 * for it. On the way out a few are kept for a terminal that is slow; when there
 * are too many, the guest's write has to wait for it, as with a serial line.
 *
 * Ctrl-A X is ours: it asks for the end. Ctrl-A Ctrl-A is a Ctrl-A.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "vmm/virtio/kinds.h"

#define QUEUE_SIZE	64
#define RX		0
#define TX		1
#define CTRL_A		1
#define IN_SIZE		4096
#define OUT_SIZE	(64U << 10)
/* For what the guest said last, once it has ended. */
#define FINISH_NS	(2 * NSEC_PER_SEC)

/*
 * struct port - a console's own
 * @terminal: the two files are ours: see own_file()
 * @in: bytes come
 * @out: bytes may go; its file is the terminal's out_fd
 * @in_over: there will be no more
 * @held: a Ctrl-A that nothing has followed yet
 * @kept: bytes for @out, @n_kept of them from @first on, in a ring
 * @sent: of the chain that waits for room: bytes that had some
 * @chain: the buffer in work
 */
struct port {
	struct vm_terminal terminal;
	struct virtio_source in;
	struct virtio_source out;
	bool in_over;
	bool held;
	char kept[OUT_SIZE];
	size_t first;
	size_t n_kept;
	size_t sent;
	struct virtq_chain chain;
};

/* ---- to the guest ---- */

/*
 * What of it the guest gets: at most one more than it was.
 */
static size_t filter(struct port *p, const char *from, size_t len, char *to,
		     bool *quit)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		char c = from[i];

		if (!p->held && c == CTRL_A) {
			p->held = true;
			continue;
		}
		if (p->held && (c == 'x' || c == 'X'))
			*quit = true;
		else if (p->held && c != CTRL_A)
			to[n++] = CTRL_A;
		if (!*quit)
			to[n++] = c;
		p->held = false;
	}
	return n;
}

/* Returns false when there is no more now. */
static bool receive(struct virtio_dev *dev)
{
	struct port *p = dev->state;
	char from[IN_SIZE], to[2 * IN_SIZE];
	size_t room = min(p->chain.in_len, sizeof(from)) / 2;
	bool quit = false;
	ssize_t n;

	n = read(p->in.fd, from, max(room, (size_t)1));
	if (n <= 0) {
		p->in_over = !n || (errno != EAGAIN && errno != EINTR);
		virtq_untake(&dev->queues[RX]);
		return false;
	}
	n = filter(p, from, n, to, &quit);
	if (n) {
		chain_write(&p->chain, 0, to, n);
		virtq_put(&dev->queues[RX], p->chain.head, n);
	} else {
		virtq_untake(&dev->queues[RX]);
	}
	if (quit && p->terminal.quit)
		p->terminal.quit(p->terminal.ctx);
	return true;
}

static void pump_in(struct virtio_dev *dev)
{
	struct port *p = dev->state;
	bool more = true, got = false;

	while (more && !p->in_over && virtio_take(dev, RX, &p->chain)) {
		/* Room for a Ctrl-A that was held, and what follows it. */
		if (p->chain.n_out || p->chain.in_len < 2) {
			virtio_break(dev, "a buffer of a console that takes nothing");
			break;
		}
		more = receive(dev);
		got = got || more;
	}
	if (got)
		virtio_told(dev, RX);
	/* Without a buffer nothing is read: the next one comes with a kick. */
	if (!more && !p->in_over)
		virtio_worker_watch(dev->worker, &p->in,
				    EPOLLIN | EPOLLONESHOT);
}

static void in_is_ready(struct virtio_source *src)
{
	struct virtio_dev *dev = src->ctx;

	pthread_mutex_lock(&dev->lock);
	if (virtio_live(dev))
		pump_in(dev);
	pthread_mutex_unlock(&dev->lock);
}

/* ---- from the guest ---- */

/* What nobody can read any more is not kept. */
static void pump_out(struct virtio_dev *dev)
{
	struct port *p = dev->state;

	while (p->n_kept) {
		size_t n = min(p->n_kept, OUT_SIZE - p->first);
		ssize_t done = write(p->out.fd, p->kept + p->first, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN) {
			virtio_worker_watch(dev->worker, &p->out,
					    EPOLLOUT | EPOLLONESHOT);
			return;
		}
		if (done < 0)
			done = p->n_kept;
		p->n_kept -= done;
		p->first = (p->first + done) % OUT_SIZE;
	}
}

/* Returns how many bytes of the chain have found room. */
static size_t keep(struct port *p, size_t offset)
{
	size_t done = 0, n, end;

	do {
		end = (p->first + p->n_kept) % OUT_SIZE;
		n = min(OUT_SIZE - p->n_kept, OUT_SIZE - end);
		n = chain_read(&p->chain, offset + done, p->kept + end, n);
		p->n_kept += n;
		done += n;
	} while (n);
	return done;
}

/* Returns false when there is no more, or no room for it. */
static bool send_one(struct virtio_dev *dev)
{
	struct port *p = dev->state;

	if (!virtio_take(dev, TX, &p->chain))
		return false;
	if (p->chain.n_in) {
		virtio_break(dev, "a buffer to write among those to send");
		return false;
	}
	p->sent += keep(p, p->sent);
	pump_out(dev);
	if (p->sent < p->chain.out_len) {
		virtq_untake(&dev->queues[TX]);
		return p->n_kept < OUT_SIZE;
	}
	p->sent = 0;
	virtq_put(&dev->queues[TX], p->chain.head, 0);
	return true;
}

static void console_serve(struct virtio_dev *dev)
{
	struct virtq *q = &dev->queues[TX];
	struct port *p = dev->state;
	uint16_t used = q->next_used;

	while (send_one(dev))
		;
	if (q->next_used != used)
		virtio_told(dev, TX);
	if (!p->in_over)
		pump_in(dev);
}

static void out_is_ready(struct virtio_source *src)
{
	struct virtio_dev *dev = src->ctx;

	pthread_mutex_lock(&dev->lock);
	pump_out(dev);
	if (virtio_live(dev))
		console_serve(dev);
	pthread_mutex_unlock(&dev->lock);
}

/* The worker is gone: the guest's last words are still there. */
static void console_finish(struct virtio_dev *dev)
{
	uint64_t until_ns = clock_now_ns() + FINISH_NS;
	struct port *p = dev->state;
	struct pollfd pfd = { .fd = p->out.fd, .events = POLLOUT };

	p->in_over = true;
	do {
		pump_out(dev);
		if (virtio_live(dev))
			console_serve(dev);
	} while (p->n_kept && clock_now_ns() < until_ns &&
		 poll(&pfd, 1, 100) >= 0);
}

static void console_reset(struct virtio_dev *dev)
{
	struct port *p = dev->state;

	p->sent = 0;
}

/* ---- come and go ---- */

static void console_exit(struct virtio_dev *dev)
{
	struct port *p = dev->state;

	if (p && p->in.fd >= 0)
		close(p->in.fd);
	if (p && p->out.fd >= 0)
		close(p->out.fd);
	free(p);
}

static const struct virtio_ops console_ops = {
	.name = "console",
	.id = VIRTIO_ID_CONSOLE,
	.n_queues = 2,
	.queue_sizes = { [RX] = QUEUE_SIZE, [TX] = QUEUE_SIZE },
	.serve = console_serve,
	.reset = console_reset,
	.finish = console_finish,
	.exit = console_exit,
};

/*
 * A file of our own, that does not make us wait. The flag would be everybody's
 * who has it, also when we are gone: so it is opened again where it can be.
 */
static int own_file(int fd, int mode)
{
	char path[32];
	struct stat st;
	int own;

	if (fstat(fd, &st))
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode))
		return open(path, mode | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	/* A file on a disk minds no flag, and a socket cannot be opened. */
	if (own >= 0 && S_ISSOCK(st.st_mode))
		fcntl(own, F_SETFL, fcntl(own, F_GETFL) | O_NONBLOCK);
	return own;
}

static void describe(struct virtio_dev *dev, unsigned int columns,
		     unsigned int rows)
{
	const struct virtio_console_config config = {
		.cols = htole16(min(columns, (unsigned int)UINT16_MAX)),
		.rows = htole16(min(rows, (unsigned int)UINT16_MAX)),
	};

	memcpy(dev->config, &config, sizeof(config));
	dev->config_size = sizeof(config);
}

int virtio_console_create(struct virtio_dev *dev,
			  const struct virtio_needs *needs,
			  const struct vm_terminal *terminal,
			  const struct vm_error *err)
{
	struct port *p = calloc(1, sizeof(*p));
	int ret;

	ret = virtio_init(dev, &console_ops, needs->index, needs->mem,
			  needs->worker, err);
	dev->state = p;
	if (ret)
		return ret;
	if (!p)
		return vm_fail(err, -ENOMEM, "no memory for a console");
	p->terminal = *terminal;
	p->in = (struct virtio_source) { own_file(terminal->in_fd, O_RDONLY),
					 in_is_ready, dev };
	p->out = (struct virtio_source) { own_file(terminal->out_fd, O_WRONLY),
					  out_is_ready, dev };
	if (p->in.fd < 0 || p->out.fd < 0)
		return vm_fail(err, -EBADF, "cannot open the terminal again");
	describe(dev, terminal->columns, terminal->rows);
	/* Where its size is not known, the guest is not told of one. */
	if (terminal->columns && terminal->rows)
		dev->offered |= 1ULL << VIRTIO_CONSOLE_F_SIZE;
	return 0;
}

void virtio_console_resized(struct virtio_dev *dev, unsigned int columns,
			    unsigned int rows)
{
	pthread_mutex_lock(&dev->lock);
	describe(dev, columns, rows);
	virtio_config_changed(dev);
	pthread_mutex_unlock(&dev->lock);
}
