// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring: format, writer (guest), reader (host).
 *
 * One writer, one reader. Head and tail count bytes for ever; a byte's place
 * is its count modulo data_size. A record becomes visible when head moves past
 * it, so that a guest which dies while writing leaves none behind.
 */
#include "lib/common/wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/crc32.h"
#include "lib/common/util/util.h"

/* Nothing tells the guest that the host has read: ask this often. */
#define WIRE_FULL_POLL_NS	(200 * NSEC_PER_USEC)

/* Stages are few and matter more than what fills the ring. */
#define WIRE_STAGE_WAIT_MS	1000

static uint32_t wire_data_size(size_t size)
{
	return (size - WIRE_HDR_SIZE) & ~(size_t)(WIRE_REC_ALIGN - 1);
}

static uint64_t wire_rec_size(uint32_t len)
{
	return sizeof(struct wire_rec) + round_up((uint64_t)len,
						  WIRE_REC_ALIGN);
}

static uint64_t wire_tsc(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	return 0;
#endif
}

/* Guest side. */

int wire_writer_init(struct wire_writer *w, void *region, size_t size)
{
	struct wire_header *hdr = region;
	uint32_t data_size;

	if (size <= WIRE_HDR_SIZE || hdr->magic != WIRE_MAGIC ||
	    hdr->version != WIRE_VERSION)
		return -EPROTO;
	data_size = hdr->data_size;
	if (!data_size || data_size > size - WIRE_HDR_SIZE)
		return -EPROTO;

	*w = (struct wire_writer) {
		.hdr = hdr,
		.data = (uint8_t *)region + WIRE_HDR_SIZE,
		.data_size = data_size,
	};
	return 0;
}

int wire_writer_open(struct wire_writer *w, uint64_t gpa, size_t size)
{
	void *region;
	int fd, ret;

	fd = open("/dev/mem", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	region = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      gpa);
	ret = -errno;
	close(fd);
	if (region == MAP_FAILED)
		return ret;

	ret = wire_writer_init(w, region, size);
	if (ret) {
		munmap(region, size);
		return ret;
	}
	w->map_size = size;
	return 0;
}

void wire_writer_close(struct wire_writer *w)
{
	if (w->map_size)
		munmap(w->hdr, w->map_size);
	memset(w, 0, sizeof(*w));
}

static void ring_write(struct wire_writer *w, uint64_t at, const void *bytes,
		       size_t len)
{
	size_t offset = at % w->data_size;
	size_t first = min(len, w->data_size - offset);

	memcpy(w->data + offset, bytes, first);
	memcpy(w->data, (const uint8_t *)bytes + first, len - first);
}

static bool wire_has_room(const struct wire_writer *w, uint64_t need)
{
	uint64_t tail = __atomic_load_n(&w->hdr->tail, __ATOMIC_ACQUIRE);

	return need <= w->data_size &&
	       w->hdr->head - tail <= w->data_size - need;
}

static bool wire_wait_room(const struct wire_writer *w, uint64_t need,
			   unsigned int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = WIRE_FULL_POLL_NS };
	uint64_t end_ns;

	if (wire_has_room(w, need))
		return true;
	if (need > w->data_size || !timeout_ms)
		return false;

	end_ns = clock_now_ns() + timeout_ms * NSEC_PER_MSEC;
	do {
		nanosleep(&pause, NULL);
		if (wire_has_room(w, need))
			return true;
	} while (clock_now_ns() < end_ns);
	return false;
}

bool wire_is_text(enum wire_type type)
{
	return type == WIRE_OUTPUT || type == WIRE_SCHED_LOG ||
	       type == WIRE_SCX_DUMP;
}

int wire_put(struct wire_writer *w, enum wire_type type, const void *payload,
	     size_t len, unsigned int timeout_ms)
{
	struct wire_rec rec = { .type = type, .len = len };
	uint64_t head = w->hdr->head;

	if (len > WIRE_REC_MAX)
		return -EMSGSIZE;

	/* A dropped record takes its number too: the gap tells the host. */
	rec.seq = w->seq++;
	if (!wire_wait_room(w, wire_rec_size(len), timeout_ms)) {
		w->hdr->text_drops += wire_is_text(type);
		w->hdr->drops++;
		return -ENOSPC;
	}

	rec.crc = crc32_update(0, payload, len);
	rec.time_ns = clock_now_ns();
	rec.tsc = wire_tsc();
	ring_write(w, head, &rec, sizeof(rec));
	ring_write(w, head + sizeof(rec), payload, len);
	__atomic_store_n(&w->hdr->head, head + wire_rec_size(len),
			 __ATOMIC_RELEASE);
	return 0;
}

void wire_put_stage(struct wire_writer *w, enum wire_stage stage)
{
	const struct wire_stage_rec rec = { .stage = stage };

	__atomic_store_n(&w->hdr->stage, stage, __ATOMIC_RELEASE);
	wire_put(w, WIRE_STAGE, &rec, sizeof(rec), WIRE_STAGE_WAIT_MS);
}

/* Host side. */

void wire_region_format(void *region, size_t size)
{
	struct wire_header *hdr = region;

	memset(hdr, 0, sizeof(*hdr));
	hdr->magic = WIRE_MAGIC;
	hdr->version = WIRE_VERSION;
	hdr->data_size = wire_data_size(size);
}

void wire_reader_init(struct wire_reader *r, void *region, size_t size)
{
	*r = (struct wire_reader) {
		.hdr = region,
		.data = (const uint8_t *)region + WIRE_HDR_SIZE,
		.data_size = wire_data_size(size),
	};
}

static void ring_read(const struct wire_reader *r, uint64_t at, void *bytes,
		      size_t len)
{
	size_t offset = at % r->data_size;
	size_t first = min(len, r->data_size - offset);

	memcpy(bytes, r->data + offset, first);
	memcpy((uint8_t *)bytes + first, r->data, len - first);
}

/* Copy one record out, of which at most @avail bytes are there. */
static int wire_take(struct wire_reader *r, uint64_t avail,
		     struct wire_rec *rec, uint8_t *buf)
{
	if (avail < sizeof(*rec))
		return -EBADMSG;
	ring_read(r, r->tail, rec, sizeof(*rec));
	if (rec->type == 0 || rec->type >= WIRE_TYPE_COUNT ||
	    rec->len > WIRE_REC_MAX || wire_rec_size(rec->len) > avail)
		return -EBADMSG;

	ring_read(r, r->tail + sizeof(*rec), buf, rec->len);
	buf[rec->len] = '\0';
	r->tail += wire_rec_size(rec->len);
	__atomic_store_n(&r->hdr->tail, r->tail, __ATOMIC_RELEASE);
	return 0;
}

static void wire_count_gap(struct wire_reader *r, uint32_t seq)
{
	int32_t gap = seq - r->next_seq;

	/* Numbers that go back are a lie; count it as one. */
	r->lost += gap < 0 ? 1 : gap;
	r->next_seq = seq + 1;
}

int wire_get(struct wire_reader *r, struct wire_rec *rec, void *buf)
{
	uint64_t head;

	if (r->broken)
		return -EBADMSG;

	/* One look at head: a guest that writes on cannot keep us here. */
	head = __atomic_load_n(&r->hdr->head, __ATOMIC_ACQUIRE);
	if (head - r->tail > r->data_size)
		goto broken;

	while (head != r->tail) {
		if (wire_take(r, head - r->tail, rec, buf))
			goto broken;
		wire_count_gap(r, rec->seq);
		if (crc32_update(0, buf, rec->len) == rec->crc)
			return 1;
		r->bad_crc++;
	}
	return 0;

broken:
	r->broken = true;
	return -EBADMSG;
}

void wire_reader_loss(const struct wire_reader *r, struct wire_loss *loss)
{
	uint64_t drops = __atomic_load_n(&r->hdr->drops, __ATOMIC_RELAXED);
	uint64_t texts = __atomic_load_n(&r->hdr->text_drops, __ATOMIC_RELAXED);
	uint64_t seen = r->lost + r->bad_crc;

	/* Numbers are 32 bits wide: more than that is a lie. */
	drops = min(drops, (uint64_t)UINT32_MAX);
	loss->records = max(seen, drops);
	/* What was damaged, nobody knows the type of. */
	loss->texts = min(texts, drops);
	loss->broken = r->broken;
}
