/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A split virtqueue, seen by the device (virtio 1.2, section 2.7).
 *
 * All of it lies in guest memory, and the guest may change it at any moment: an
 * index, a descriptor and a flag are each read once, checked, and only that copy
 * is used. A chain that was handed out points to guest RAM and to nothing else.
 *
 * No lock of its own: the device's is held.
 */
#ifndef KTSTR_VMM_VIRTIO_QUEUE_H
#define KTSTR_VMM_VIRTIO_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "vmm/memory.h"

#define VIRTQ_SIZE_MAX	256

struct vring_desc;

/*
 * struct virtq - one queue
 * @mem: the guest's
 * @size_max: descriptors that it may have, a power of two
 * @size: those that it has
 * @desc_gpa, @avail_gpa, @used_gpa: where its parts are, as the driver says
 * @ready: they were checked, and the next three hold
 * @desc: descriptors
 * @avail: flags, index and ring of what the driver offers
 * @used: the same of what it gets back
 * @next_avail: the next entry there to take
 * @next_used: the next entry there to write
 */
struct virtq {
	const struct guest_mem *mem;
	uint16_t size_max;
	uint16_t size;
	uint64_t desc_gpa;
	uint64_t avail_gpa;
	uint64_t used_gpa;
	bool ready;
	const struct vring_desc *desc;
	const uint16_t *avail;
	uint16_t *used;
	uint16_t next_avail;
	uint16_t next_used;
};

/*
 * struct virtq_chain - buffers that belong together
 * @head: the descriptor that it begins with, which names it
 * @n_out: how many of @iov the driver has filled; they come first
 * @n_in: how many it wants filled
 * @out_len: bytes of the first
 * @in_len: bytes of the others
 * @iov: where they are in our memory
 */
struct virtq_chain {
	uint16_t head;
	unsigned int n_out;
	unsigned int n_in;
	size_t out_len;
	size_t in_len;
	struct iovec iov[VIRTQ_SIZE_MAX];
};

/*
 * virtq_init() - a queue that is not ready
 * @size_max: descriptors at most, a power of two up to VIRTQ_SIZE_MAX
 */
void virtq_init(struct virtq *q, const struct guest_mem *mem,
		uint16_t size_max);

/*
 * virtq_reset() - as after virtq_init()
 */
void virtq_reset(struct virtq *q);

/*
 * virtq_start() - take the queue as the driver has described it
 *
 * Return: 0; -EINVAL for a size that it cannot have, or for parts that are not
 * aligned or not in RAM.
 */
int virtq_start(struct virtq *q);

/*
 * virtq_next() - take the next chain that the driver offers
 * @chain: gets it
 * @why: gets what is wrong, a constant
 *
 * Return: 1; 0 when there is none; -EPROTO when the driver has broken the queue.
 */
int virtq_next(struct virtq *q, struct virtq_chain *chain, const char **why);

/*
 * virtq_untake() - offer the last chain again that virtq_next() has taken
 */
void virtq_untake(struct virtq *q);

/*
 * virtq_put() - give a chain back
 * @head: its name
 * @len: bytes that were written, from its first on
 */
void virtq_put(struct virtq *q, uint16_t head, uint32_t len);

/*
 * virtq_wants_irq() - does the driver want to hear of what was put?
 */
bool virtq_wants_irq(const struct virtq *q);

/*
 * virtq_hush() - have the driver not notify us, while we look ourselves
 * virtq_listen() - have it notify us again
 *
 * Return: of the second: there is more already.
 */
void virtq_hush(struct virtq *q);
bool virtq_listen(struct virtq *q);

/*
 * chain_read() - copy of what the driver has filled
 * @offset: from its first byte on
 *
 * Return: bytes copied, fewer than @len where there are no more.
 */
size_t chain_read(const struct virtq_chain *chain, size_t offset, void *to,
		  size_t len);

/*
 * chain_write() - copy to what the driver wants filled; likewise
 */
size_t chain_write(const struct virtq_chain *chain, size_t offset,
		   const void *from, size_t len);

/*
 * chain_cut() - some bytes of one side, as the kernel's readv() wants them
 * @in: of what the driver wants filled; else of what it has filled
 * @iov: gets them, VIRTQ_SIZE_MAX at most
 *
 * Return: how many of @iov.
 */
unsigned int chain_cut(const struct virtq_chain *chain, bool in, size_t offset,
		       size_t len, struct iovec *iov);

#endif /* KTSTR_VMM_VIRTIO_QUEUE_H */
