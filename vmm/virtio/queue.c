// SPDX-License-Identifier: GPL-2.0-only
/*
 * A split virtqueue, seen by the device. See queue.h.
 */
#include "vmm/virtio/queue.h"

#include <endian.h>
#include <errno.h>
#include <linux/virtio_ring.h>
#include <string.h>

#include "lib/common/util/util.h"

/* Both rings are flags, index and entries, which are words of 16 bits there ... */
#define RING_FLAGS	0
#define RING_IDX	1
#define RING_ENTRIES	2
/* ... and in the ring of used ones a pair of 32 bits each. */
#define USED_ENTRY	4

void virtq_init(struct virtq *q, const struct guest_mem *mem,
		uint16_t size_max)
{
	*q = (struct virtq) {
		.mem = mem,
		.size_max = size_max,
		.size = size_max,
	};
}

void virtq_reset(struct virtq *q)
{
	virtq_init(q, q->mem, q->size_max);
}

static void *part(const struct virtq *q, uint64_t gpa, uint64_t align,
		  uint64_t len)
{
	return gpa % align ? NULL : guest_mem_at(q->mem, gpa, len);
}

int virtq_start(struct virtq *q)
{
	uint64_t n = q->size;

	if (!n || n > q->size_max || n & (n - 1))
		return -EINVAL;
	/* A ring ends with a word that only VIRTIO_F_EVENT_IDX gives a meaning. */
	q->desc = part(q, q->desc_gpa, VRING_DESC_ALIGN_SIZE,
		       n * sizeof(struct vring_desc));
	q->avail = part(q, q->avail_gpa, VRING_AVAIL_ALIGN_SIZE,
			(RING_ENTRIES + n + 1) * sizeof(uint16_t));
	q->used = part(q, q->used_gpa, VRING_USED_ALIGN_SIZE,
		       (RING_ENTRIES + n * USED_ENTRY + 1) * sizeof(uint16_t));
	if (!q->desc || !q->avail || !q->used)
		return -EINVAL;
	q->next_avail = 0;
	q->next_used = 0;
	q->ready = true;
	return 0;
}

static uint16_t avail_idx(const struct virtq *q)
{
	return le16toh(__atomic_load_n(&q->avail[RING_IDX], __ATOMIC_ACQUIRE));
}

/* Two loads, whatever the compiler likes: what was checked is what is used. */
static struct vring_desc desc_copy(const struct virtq *q, uint16_t i)
{
	const uint64_t *at = (const void *)&q->desc[i];
	uint64_t words[2];
	struct vring_desc d;

	words[0] = __atomic_load_n(&at[0], __ATOMIC_RELAXED);
	words[1] = __atomic_load_n(&at[1], __ATOMIC_RELAXED);
	memcpy(&d, words, sizeof(d));
	d.addr = le64toh(d.addr);
	d.len = le32toh(d.len);
	d.flags = le16toh(d.flags);
	d.next = le16toh(d.next);
	return d;
}

/* Returns what is wrong with a descriptor in this place. */
static const char *chain_add(const struct virtq *q, struct virtq_chain *chain,
			     const struct vring_desc *d)
{
	unsigned int n = chain->n_out + chain->n_in;
	bool in = d->flags & VRING_DESC_F_WRITE;
	void *host = guest_mem_at(q->mem, d->addr, d->len);

	if (d->flags & VRING_DESC_F_INDIRECT)
		return "an indirect descriptor, which was not negotiated";
	if (!host)
		return "a descriptor of what is not RAM";
	if (!in && chain->n_in)
		return "a descriptor to read behind one to write";
	chain->iov[n] = (struct iovec) { host, d->len };
	if (in) {
		chain->n_in++;
		chain->in_len += d->len;
	} else {
		chain->n_out++;
		chain->out_len += d->len;
	}
	if (chain->out_len + chain->in_len > UINT32_MAX)
		return "a chain of more than 4 GiB";
	return NULL;
}

/* As many descriptors as the queue has, at most: else there is a loop. */
static const char *chain_walk(const struct virtq *q, struct virtq_chain *chain)
{
	const char *why = NULL;
	uint16_t i = chain->head, left = q->size;
	struct vring_desc d;

	do {
		if (i >= q->size)
			return "a descriptor beyond the table";
		if (!left--)
			return "a chain of descriptors without an end";
		d = desc_copy(q, i);
		why = chain_add(q, chain, &d);
		i = d.next;
	} while (!why && d.flags & VRING_DESC_F_NEXT);
	return why;
}

int virtq_next(struct virtq *q, struct virtq_chain *chain, const char **why)
{
	uint16_t waiting, slot;

	if (!q->ready)
		return 0;
	waiting = avail_idx(q) - q->next_avail;
	if (!waiting)
		return 0;
	*why = "more chains than descriptors";
	if (waiting > q->size)
		return -EPROTO;
	slot = RING_ENTRIES + q->next_avail % q->size;
	chain->head = le16toh(__atomic_load_n(&q->avail[slot],
					      __ATOMIC_RELAXED));
	chain->n_out = 0;
	chain->n_in = 0;
	chain->out_len = 0;
	chain->in_len = 0;
	*why = chain_walk(q, chain);
	if (*why)
		return -EPROTO;
	q->next_avail++;
	return 1;
}

void virtq_untake(struct virtq *q)
{
	q->next_avail--;
}

void virtq_put(struct virtq *q, uint16_t head, uint32_t len)
{
	uint16_t slot = RING_ENTRIES + q->next_used % q->size * USED_ENTRY;
	const struct vring_used_elem elem = {
		.id = htole32(head),
		.len = htole32(len),
	};

	memcpy(&q->used[slot], &elem, sizeof(elem));
	q->next_used++;
	__atomic_store_n(&q->used[RING_IDX], htole16(q->next_used),
			 __ATOMIC_RELEASE);
}

bool virtq_wants_irq(const struct virtq *q)
{
	uint16_t flags;

	/* What was put must be there before we look whether they wait for it. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	flags = __atomic_load_n(&q->avail[RING_FLAGS], __ATOMIC_RELAXED);
	return !(le16toh(flags) & VRING_AVAIL_F_NO_INTERRUPT);
}

void virtq_hush(struct virtq *q)
{
	if (q->ready)
		__atomic_store_n(&q->used[RING_FLAGS],
				 htole16(VRING_USED_F_NO_NOTIFY),
				 __ATOMIC_RELAXED);
}

bool virtq_listen(struct virtq *q)
{
	if (!q->ready)
		return false;
	__atomic_store_n(&q->used[RING_FLAGS], 0, __ATOMIC_RELAXED);
	/* A driver that did not see that yet has put its chain before this. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return avail_idx(q) != q->next_avail;
}

unsigned int chain_cut(const struct virtq_chain *chain, bool in, size_t offset,
		       size_t len, struct iovec *iov)
{
	const struct iovec *from = chain->iov + (in ? chain->n_out : 0);
	unsigned int n = in ? chain->n_in : chain->n_out, i, cut = 0;

	for (i = 0; i < n && len; i++) {
		size_t here;

		if (offset >= from[i].iov_len) {
			offset -= from[i].iov_len;
			continue;
		}
		here = min(from[i].iov_len - offset, len);
		iov[cut++] = (struct iovec) {
			(char *)from[i].iov_base + offset, here
		};
		len -= here;
		offset = 0;
	}
	return cut;
}

size_t chain_read(const struct virtq_chain *chain, size_t offset, void *to,
		  size_t len)
{
	struct iovec iov[VIRTQ_SIZE_MAX];
	unsigned int i, n = chain_cut(chain, false, offset, len, iov);
	size_t done = 0;

	for (i = 0; i < n; i++) {
		memcpy((char *)to + done, iov[i].iov_base, iov[i].iov_len);
		done += iov[i].iov_len;
	}
	return done;
}

size_t chain_write(const struct virtq_chain *chain, size_t offset,
		   const void *from, size_t len)
{
	struct iovec iov[VIRTQ_SIZE_MAX];
	unsigned int i, n = chain_cut(chain, true, offset, len, iov);
	size_t done = 0;

	for (i = 0; i < n; i++) {
		memcpy(iov[i].iov_base, (const char *)from + done,
		       iov[i].iov_len);
		done += iov[i].iov_len;
	}
	return done;
}
