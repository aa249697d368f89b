// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk: virtio 1.2, section 5.2, in a file.
 *
 * Requests are done one after the other by the worker. What is read or written
 * is checked against the size that the disk had when it was plugged in; a file
 * that has become shorter since gives I/O errors.
 */
#include <endian.h>
#include <errno.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "vmm/virtio/kinds.h"
#include "vmm/virtio/rate.h"

#define QUEUE_SIZE	128
#define SECTOR		512U
/* Beside its data a request has a header and a status. */
#define SEGMENTS	(QUEUE_SIZE - 2)

/*
 * struct blk - a disk's own
 * @fd: the file
 * @sectors: its size
 * @read_only: nothing is written
 * @requests, @bytes: how much of each a second
 * @timer: when the next may be done; a timerfd, -1 where there is no limit
 * @chain: the request that is done now
 */
struct blk {
	int fd;
	uint64_t sectors;
	bool read_only;
	struct rate requests;
	struct rate bytes;
	struct virtio_source timer;
	struct virtq_chain chain;
};

/* ---- one request ---- */

/*
 * struct blk_request - the one that is done now
 * @type: VIRTIO_BLK_T_*
 * @sector: where it begins
 * @len: bytes of data
 */
struct blk_request {
	uint32_t type;
	uint64_t sector;
	size_t len;
};

static bool is_on_disk(const struct blk *b, const struct blk_request *r)
{
	uint64_t n = r->len / SECTOR;

	return !(r->len % SECTOR) && n <= b->sectors &&
	       r->sector <= b->sectors - n;
}

/* All of it or none that counts: what is short is an error of the file. */
static uint8_t transfer(const struct blk *b, const struct blk_request *r,
			bool write)
{
	size_t header = write ? sizeof(struct virtio_blk_outhdr) : 0;
	uint64_t offset = r->sector * SECTOR;
	struct iovec iov[VIRTQ_SIZE_MAX];
	size_t done = 0;
	ssize_t n;

	while (done < r->len) {
		unsigned int cut = chain_cut(&b->chain, !write, header + done,
					     r->len - done, iov);

		n = write ? pwritev(b->fd, iov, cut, offset + done) :
			    preadv(b->fd, iov, cut, offset + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return VIRTIO_BLK_S_IOERR;
		done += n;
	}
	return VIRTIO_BLK_S_OK;
}

static uint8_t read_data(const struct blk *b, const struct blk_request *r)
{
	return is_on_disk(b, r) ? transfer(b, r, false) : VIRTIO_BLK_S_IOERR;
}

static uint8_t write_data(const struct blk *b, const struct blk_request *r)
{
	if (b->read_only || !is_on_disk(b, r))
		return VIRTIO_BLK_S_IOERR;
	return transfer(b, r, true);
}

static uint8_t flush(const struct blk *b)
{
	return fdatasync(b->fd) ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK;
}

static uint8_t get_id(const struct virtio_dev *dev, struct blk_request *r)
{
	const struct blk *b = dev->state;
	char id[VIRTIO_BLK_ID_BYTES] = "";

	snprintf(id, sizeof(id), "ktstr-%.13s", dev->name);
	r->len = chain_write(&b->chain, 0, id, min(sizeof(id), r->len));
	return VIRTIO_BLK_S_OK;
}

/* Return: bytes that were written, the status among them. */
static uint32_t request_do(struct virtio_dev *dev, struct blk_request *r)
{
	struct blk *b = dev->state;
	size_t at = b->chain.in_len - 1;
	bool in = r->type == VIRTIO_BLK_T_IN || r->type == VIRTIO_BLK_T_GET_ID;
	uint8_t status;

	r->len = in ? at : b->chain.out_len - sizeof(struct virtio_blk_outhdr);
	switch (r->type) {
	case VIRTIO_BLK_T_IN:
		status = read_data(b, r);
		break;
	case VIRTIO_BLK_T_OUT:
		status = write_data(b, r);
		break;
	case VIRTIO_BLK_T_FLUSH:
		status = flush(b);
		break;
	case VIRTIO_BLK_T_GET_ID:
		status = get_id(dev, r);
		break;
	default:
		status = VIRTIO_BLK_S_UNSUPP;
		break;
	}
	chain_write(&b->chain, at, &status, sizeof(status));
	/* From the first byte on, and where that failed, none is sure. */
	if (in && status == VIRTIO_BLK_S_OK && r->len == at)
		return b->chain.in_len;
	return in ? 0 : sizeof(status);
}

/* ---- the queue ---- */

static bool request_one(struct virtio_dev *dev)
{
	struct blk *b = dev->state;
	struct virtio_blk_outhdr header;
	struct blk_request r;
	uint64_t now_ns;
	uint32_t len;

	if (!virtio_take(dev, 0, &b->chain))
		return false;
	if (chain_read(&b->chain, 0, &header, sizeof(header)) !=
	    sizeof(header) || !b->chain.in_len) {
		virtio_break(dev, "a request without a header or a status");
		return false;
	}
	r = (struct blk_request) {
		.type = le32toh(header.type),
		.sector = le64toh(header.sector),
	};
	len = request_do(dev, &r);
	virtq_put(&dev->queues[0], b->chain.head, len);
	now_ns = clock_now_ns();
	rate_use(&b->requests, 1, now_ns);
	rate_use(&b->bytes, r.len, now_ns);
	return true;
}

/* Has to wait: the timer will look again. */
static bool must_wait(struct blk *b)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t ns = max(rate_wait_ns(&b->requests, now_ns),
			  rate_wait_ns(&b->bytes, now_ns));
	struct itimerspec at = {
		.it_value = {
			.tv_sec = ns / NSEC_PER_SEC,
			.tv_nsec = ns % NSEC_PER_SEC,
		},
	};

	if (!ns)
		return false;
	timerfd_settime(b->timer.fd, 0, &at, NULL);
	return true;
}

/* As many in a turn as the queue has: others want to be served, too. */
static void blk_serve(struct virtio_dev *dev)
{
	struct virtq *q = &dev->queues[0];
	struct blk *b = dev->state;
	unsigned int done = 0;

	virtq_hush(q);
	while (done < QUEUE_SIZE && !must_wait(b) && request_one(dev))
		done++;
	if (done)
		virtio_told(dev, 0);
	if (virtq_listen(q) && !must_wait(b))
		eventfd_write(dev->kick.fd, 1);
}

static void timer_is_up(struct virtio_source *src)
{
	struct virtio_dev *dev = src->ctx;
	uint64_t times;

	if (read(src->fd, &times, sizeof(times)) == sizeof(times))
		eventfd_write(dev->kick.fd, 1);
}

/* ---- come and go ---- */

static void blk_exit(struct virtio_dev *dev)
{
	struct blk *b = dev->state;

	if (b && b->timer.fd >= 0)
		close(b->timer.fd);
	free(b);
}

static const struct virtio_ops blk_ops = {
	.name = "blk",
	.id = VIRTIO_ID_BLOCK,
	.n_queues = 1,
	.queue_sizes = { QUEUE_SIZE },
	.serve = blk_serve,
	.exit = blk_exit,
};

static int make_timer(struct virtio_dev *dev, struct blk *b)
{
	b->timer.ready = timer_is_up;
	b->timer.ctx = dev;
	if (!b->requests.per_s && !b->bytes.per_s)
		return 0;
	b->timer.fd = timerfd_create(CLOCK_MONOTONIC,
				     TFD_CLOEXEC | TFD_NONBLOCK);
	if (b->timer.fd < 0)
		return -errno;
	return virtio_worker_watch(dev->worker, &b->timer, EPOLLIN);
}

static void describe(struct virtio_dev *dev, const struct blk *b)
{
	const struct virtio_blk_config config = {
		.capacity = htole64(b->sectors),
		.seg_max = htole32(SEGMENTS),
	};

	_Static_assert(sizeof(config) <= VIRTIO_CONFIG_MAX, "config space");
	memcpy(dev->config, &config, sizeof(config));
	dev->config_size = sizeof(config);
	dev->offered |= 1ULL << VIRTIO_BLK_F_SEG_MAX |
			1ULL << VIRTIO_BLK_F_FLUSH;
	if (b->read_only)
		dev->offered |= 1ULL << VIRTIO_BLK_F_RO;
}

int virtio_blk_create(struct virtio_dev *dev, const struct virtio_needs *needs,
		      const struct vm_disk *disk, const struct vm_error *err)
{
	struct blk *b = calloc(1, sizeof(*b));
	struct stat st;
	int ret;

	ret = virtio_init(dev, &blk_ops, needs->index, needs->mem,
			  needs->worker, err);
	dev->state = b;
	if (ret)
		return ret;
	if (!b)
		return vm_fail(err, -ENOMEM, "no memory for a disk");
	b->timer.fd = -1;
	if (fstat(disk->fd, &st))
		return vm_fail(err, -errno, "disk %s: %s", dev->name,
			       strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size < (off_t)SECTOR)
		return vm_fail(err, -EINVAL,
			       "disk %s: no file of a sector or more",
			       dev->name);
	b->fd = disk->fd;
	b->sectors = st.st_size / SECTOR;
	b->read_only = disk->read_only;
	b->requests.per_s = disk->iops;
	b->bytes.per_s = (uint64_t)disk->kb_s << 10;
	describe(dev, b);
	ret = make_timer(dev, b);
	return ret ? vm_fail(err, ret, "disk %s: no timer: %s", dev->name,
			     strerror(-ret)) : 0;
}
