// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring between guest and host: what goes in comes out, and what a hostile
 * guest does to it is noticed and never followed.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zlib.h>

#include "kselftest_harness.h"

#include "lib/common/util/crc32.h"
#include "lib/common/util/util.h"
#include "lib/common/wire/plan.h"
#include "lib/common/wire/wire.h"

/* 512 bytes of data: small enough to wrap at once, and no power of two less. */
#define SMALL_SIZE	(WIRE_HDR_SIZE + 520)
#define SMALL_DATA	520

static uint8_t pattern(size_t i)
{
	return i * 31 + (i >> 8);
}

TEST(crc32_equals_zlib)
{
	uint8_t bytes[1000];
	size_t i, len;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = pattern(i);
	EXPECT_EQ(0xcbf43926, crc32_update(0, "123456789", 9));
	for (len = 0; len <= sizeof(bytes); len += 37)
		EXPECT_EQ(crc32(0, bytes, len), crc32_update(0, bytes, len));
	EXPECT_EQ(crc32_update(0, bytes, 1000),
		  crc32_update(crc32_update(0, bytes, 333), bytes + 333, 667));
}

TEST(stages_have_words)
{
	unsigned int stage;

	for (stage = STAGE_KERNEL; stage < STAGE_COUNT; stage++)
		EXPECT_EQ(stage, wire_stage_from_name(wire_stage_name(stage)));
	EXPECT_EQ(STAGE_NONE, wire_stage_from_name("none"));
	EXPECT_EQ(STAGE_NONE, wire_stage_from_name("Kernel"));
	EXPECT_EQ(STAGE_NONE, wire_stage_from_name(""));
	EXPECT_STREQ("sys_rdy", wire_stage_name(STAGE_SYS_RDY));
	EXPECT_STREQ("unknown", wire_stage_name(STAGE_COUNT));
	EXPECT_STREQ("unknown", wire_stage_name(~0U));
}

FIXTURE(ring) {
	void *region;
	size_t size;
	struct wire_writer w;
	struct wire_reader r;
	struct wire_rec rec;
	uint8_t *buf;
};

FIXTURE_VARIANT(ring) {
	size_t size;
};

FIXTURE_VARIANT_ADD(ring, small) {
	.size = SMALL_SIZE,
};

FIXTURE_VARIANT_ADD(ring, full_size) {
	.size = WIRE_REGION_SIZE,
};

FIXTURE_SETUP(ring)
{
	self->size = variant->size;
	self->region = aligned_alloc(4096, round_up(self->size, 4096));
	self->buf = malloc(WIRE_REC_MAX + 1);
	ASSERT_NE(NULL, self->region);
	ASSERT_NE(NULL, self->buf);
	memset(self->region, 0, self->size);
	wire_region_format(self->region, self->size);
	wire_reader_init(&self->r, self->region, self->size);
	ASSERT_EQ(0, wire_writer_init(&self->w, self->region, self->size));
}

FIXTURE_TEARDOWN(ring)
{
	wire_writer_close(&self->w);
	free(self->region);
	free(self->buf);
}

TEST_F(ring, empty_gives_nothing)
{
	EXPECT_EQ(0, wire_get(&self->r, &self->rec, self->buf));
	EXPECT_EQ(self->size - WIRE_HDR_SIZE, self->w.data_size);
}

TEST_F(ring, record_comes_back)
{
	uint64_t before_ns = clock_now_ns();

	ASSERT_EQ(0, wire_put(&self->w, WIRE_OUTPUT, "hello", 5, 0));
	ASSERT_EQ(1, wire_get(&self->r, &self->rec, self->buf));
	EXPECT_EQ(WIRE_OUTPUT, self->rec.type);
	EXPECT_EQ(5, self->rec.len);
	EXPECT_STREQ("hello", (char *)self->buf);
	EXPECT_LE(before_ns, self->rec.time_ns);
	EXPECT_GE(clock_now_ns(), self->rec.time_ns);
	EXPECT_EQ(0, wire_get(&self->r, &self->rec, self->buf));
	EXPECT_EQ(0, self->r.lost);
	EXPECT_EQ(0, self->r.bad_crc);
}

TEST_F(ring, stage_is_header_and_record)
{
	struct wire_stage_rec stage;

	wire_put_stage(&self->w, STAGE_ATTACHED);
	EXPECT_EQ(STAGE_ATTACHED, self->w.hdr->stage);
	ASSERT_EQ(1, wire_get(&self->r, &self->rec, self->buf));
	EXPECT_EQ(WIRE_STAGE, self->rec.type);
	ASSERT_EQ(sizeof(stage), self->rec.len);
	memcpy(&stage, self->buf, sizeof(stage));
	EXPECT_EQ(STAGE_ATTACHED, stage.stage);
}

/* Every length at every offset: heads and payloads both cross the end. */
TEST_F(ring, wraps_at_every_offset)
{
	uint8_t bytes[200];
	unsigned int round;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = pattern(i);
	for (round = 0; round < 20000; round++) {
		size_t len = round % (sizeof(bytes) + 1);

		ASSERT_EQ(0, wire_put(&self->w, WIRE_SCHED_LOG, bytes, len, 0));
		ASSERT_EQ(1, wire_get(&self->r, &self->rec, self->buf));
		ASSERT_EQ(len, self->rec.len);
		ASSERT_EQ(round, self->rec.seq);
		ASSERT_EQ(0, memcmp(bytes, self->buf, len));
		ASSERT_EQ(0, self->buf[len]);
	}
	EXPECT_EQ(0, self->r.lost);
	EXPECT_EQ(0, self->r.bad_crc);
	EXPECT_EQ(self->r.tail, self->w.hdr->head);
}

TEST_F(ring, full_ring_drops_and_the_gap_shows)
{
	unsigned int n = 0, got = 0;

	while (!wire_put(&self->w, WIRE_OUTPUT, "0123456789abcdef", 16, 0))
		n++;
	EXPECT_EQ(self->w.data_size / 48, n);
	EXPECT_EQ(-ENOSPC, wire_put(&self->w, WIRE_OUTPUT, "x", 17, 0));
	EXPECT_EQ(2, self->w.hdr->drops);

	while (wire_get(&self->r, &self->rec, self->buf) == 1)
		got++;
	EXPECT_EQ(n, got);
	EXPECT_EQ(0, self->r.lost);
	ASSERT_EQ(0, wire_put(&self->w, WIRE_OUTPUT, "y", 1, 0));
	ASSERT_EQ(1, wire_get(&self->r, &self->rec, self->buf));
	EXPECT_EQ(2, self->r.lost);
	EXPECT_FALSE(self->r.broken);
}

/* Those behind which nothing came leave no gap, but init has counted them. */
TEST_F(ring, losses_are_told)
{
	struct wire_loss loss;
	unsigned int n;

	wire_reader_loss(&self->r, &loss);
	EXPECT_EQ(0, loss.records);
	EXPECT_FALSE(loss.broken);
	while (!wire_put(&self->w, WIRE_OUTPUT, "0123456789abcdef", 16, 0))
		;
	EXPECT_EQ(-ENOSPC, wire_put(&self->w, WIRE_SCHED_LOG, "x", 1000, 0));
	EXPECT_EQ(-ENOSPC, wire_put(&self->w, WIRE_DETAIL, "x", 1000, 0));
	wire_reader_loss(&self->r, &loss);
	EXPECT_EQ(3, loss.records);
	EXPECT_EQ(2, loss.texts);

	/* Seen as a gap, they do not count twice. */
	while (wire_get(&self->r, &self->rec, self->buf) == 1)
		;
	ASSERT_EQ(0, wire_put(&self->w, WIRE_OUTPUT, "y", 1, 0));
	ASSERT_EQ(1, wire_get(&self->r, &self->rec, self->buf));
	wire_reader_loss(&self->r, &loss);
	EXPECT_EQ(3, loss.records);

	/* A damaged one may have been anything. */
	for (n = 0; n < 4; n++) {
		ASSERT_EQ(0, wire_put(&self->w, WIRE_OUTPUT, "y", 1, 0));
		self->w.data[self->w.hdr->head % self->w.data_size - 8] ^= 1;
		EXPECT_EQ(0, wire_get(&self->r, &self->rec, self->buf));
	}
	wire_reader_loss(&self->r, &loss);
	EXPECT_EQ(7, loss.records);
	EXPECT_EQ(2, loss.texts);

	self->w.hdr->drops = UINT64_MAX;
	self->w.hdr->text_drops = UINT64_MAX;
	wire_reader_loss(&self->r, &loss);
	EXPECT_EQ(UINT32_MAX, loss.records);
	self->w.hdr->head += 1 << 30;
	EXPECT_EQ(-EBADMSG, wire_get(&self->r, &self->rec, self->buf));
	wire_reader_loss(&self->r, &loss);
	EXPECT_TRUE(loss.broken);
}

TEST_F(ring, full_ring_waits_no_longer_than_told)
{
	uint64_t start_ns, took_ms;

	while (!wire_put(&self->w, WIRE_OUTPUT, "0123456789abcdef", 16, 0))
		;
	start_ns = clock_now_ns();
	EXPECT_EQ(-ENOSPC, wire_put(&self->w, WIRE_OUTPUT, "x", 17, 50));
	took_ms = (clock_now_ns() - start_ns) / NSEC_PER_MSEC;
	EXPECT_LE(50, took_ms);
	EXPECT_GT(5000, took_ms);
}

TEST_F(ring, length_limits)
{
	void *payload = calloc(1, WIRE_REC_MAX + 1);
	bool fits = self->w.data_size > WIRE_REC_MAX + sizeof(struct wire_rec);

	ASSERT_NE(NULL, payload);
	EXPECT_EQ(-EMSGSIZE, wire_put(&self->w, WIRE_OUTPUT, payload,
				      WIRE_REC_MAX + 1, 0));
	EXPECT_EQ(fits ? 0 : -ENOSPC,
		  wire_put(&self->w, WIRE_OUTPUT, payload, WIRE_REC_MAX, 10));
	EXPECT_EQ(fits, wire_get(&self->r, &self->rec, self->buf));
	free(payload);
}

TEST_F(ring, damaged_payload_is_dropped_and_counted)
{
	ASSERT_EQ(0, wire_put(&self->w, WIRE_OUTPUT, "first", 5, 0));
	ASSERT_EQ(0, wire_put(&self->w, WIRE_OUTPUT, "second", 6, 0));
	ASSERT_EQ(0, wire_put(&self->w, WIRE_OUTPUT, "third", 5, 0));
	/* 32 bytes of head, 8 of payload, and 32 of the second's head. */
	self->w.data[72 + 2] ^= 0x40;

	ASSERT_EQ(1, wire_get(&self->r, &self->rec, self->buf));
	EXPECT_STREQ("first", (char *)self->buf);
	ASSERT_EQ(1, wire_get(&self->r, &self->rec, self->buf));
	EXPECT_STREQ("third", (char *)self->buf);
	EXPECT_EQ(1, self->r.bad_crc);
	EXPECT_EQ(0, self->r.lost);
	EXPECT_EQ(0, wire_get(&self->r, &self->rec, self->buf));
}

TEST_F(ring, sequence_gaps_are_counted)
{
	static const struct {
		uint32_t skip;
		uint64_t lost;
	} cases[] = {
		{ 0, 0 }, { 1, 1 }, { 7, 8 },
		/* A number that goes back counts as one. */
		{ -3, 9 }, { 0, 9 }, { INT32_MAX, 9 + (uint64_t)INT32_MAX },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->w.seq += cases[i].skip;
		ASSERT_EQ(0, wire_put(&self->w, WIRE_OUTPUT, "x", 1, 0));
		ASSERT_EQ(1, wire_get(&self->r, &self->rec, self->buf));
		EXPECT_EQ(cases[i].lost, self->r.lost);
	}
}

TEST(writer_refuses_what_no_host_formatted)
{
	static uint8_t region[SMALL_SIZE];
	static const struct {
		const char *name;
		size_t offset;
		uint32_t value;
	} cases[] = {
		{ "magic", offsetof(struct wire_header, magic), 0 },
		{ "version", offsetof(struct wire_header, version), 99 },
		{ "no data", offsetof(struct wire_header, data_size), 0 },
		{ "more data than region",
		  offsetof(struct wire_header, data_size), SMALL_DATA + 8 },
		{ "far too much",
		  offsetof(struct wire_header, data_size), UINT32_MAX },
	};
	struct wire_writer w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		wire_region_format(region, sizeof(region));
		ASSERT_EQ(0, wire_writer_init(&w, region, sizeof(region)));
		memcpy(region + cases[i].offset, &cases[i].value, 4);
		EXPECT_EQ(-EPROTO, wire_writer_init(&w, region, sizeof(region)))
			TH_LOG("case: %s", cases[i].name);
	}
	wire_region_format(region, sizeof(region));
	EXPECT_EQ(-EPROTO, wire_writer_init(&w, region, WIRE_HDR_SIZE));
}

/*
 * A hostile guest: two good records are there, one was read, then one value
 * changes. @want is what the next read gives; -EBADMSG must stay.
 */
static const struct hostile_case {
	const char *name;
	size_t offset;		/* from the start of the region */
	size_t size;
	uint64_t value;
	int want;
} hostile_cases[] = {
#define IN_HEADER(field)	offsetof(struct wire_header, field)
#define IN_REC(field)	(WIRE_HDR_SIZE + 40 + offsetof(struct wire_rec, field))
	{ "untouched", IN_HEADER(magic), 4, WIRE_MAGIC, 1 },
	{ "head back by one record", IN_HEADER(head), 8, 0, -EBADMSG },
	{ "head at the tail", IN_HEADER(head), 8, 40, 0 },
	{ "head inside of a record's head", IN_HEADER(head), 8, 40 + 8, -EBADMSG },
	{ "head inside of a payload", IN_HEADER(head), 8, 40 + 32, -EBADMSG },
	{ "head off by one", IN_HEADER(head), 8, 40 + 40 - 1, -EBADMSG },
	{ "head more than a ring ahead", IN_HEADER(head), 8, 40 + SMALL_DATA + 8,
	  -EBADMSG },
	{ "head far ahead", IN_HEADER(head), 8, 1ULL << 40, -EBADMSG },
	{ "head at the end of numbers", IN_HEADER(head), 8, UINT64_MAX, -EBADMSG },
	{ "length one over the limit", IN_REC(len), 4, WIRE_REC_MAX + 1,
	  -EBADMSG },
	{ "length that wraps when padded", IN_REC(len), 4, UINT32_MAX, -EBADMSG },
	{ "length beyond head", IN_REC(len), 4, 400, -EBADMSG },
	{ "length of the limit", IN_REC(len), 4, WIRE_REC_MAX, -EBADMSG },
	{ "type zero", IN_REC(type), 4, 0, -EBADMSG },
	{ "type unknown", IN_REC(type), 4, WIRE_TYPE_COUNT, -EBADMSG },
	{ "type huge", IN_REC(type), 4, UINT32_MAX, -EBADMSG },
	{ "shorter length", IN_REC(len), 4, 3, 0 },
	{ "wrong checksum", IN_REC(crc), 4, 1, 0 },
	/* What the host keeps for itself does not matter. */
	{ "magic", IN_HEADER(magic), 4, 0, 1 },
	{ "data size", IN_HEADER(data_size), 4, 1, 1 },
	{ "data size huge", IN_HEADER(data_size), 4, UINT32_MAX, 1 },
	{ "tail", IN_HEADER(tail), 8, 1ULL << 33, 1 },
	{ "stage", IN_HEADER(stage), 4, 77, 1 },
};

TEST(hostile_guest)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hostile_cases); i++) {
		const struct hostile_case *c = &hostile_cases[i];
		uint8_t *region = calloc(1, SMALL_SIZE);
		uint8_t *buf = malloc(WIRE_REC_MAX + 1);
		struct wire_writer w;
		struct wire_reader r;
		struct wire_rec rec;
		int again;

		ASSERT_NE(NULL, region);
		ASSERT_NE(NULL, buf);
		wire_region_format(region, SMALL_SIZE);
		wire_reader_init(&r, region, SMALL_SIZE);
		ASSERT_EQ(0, wire_writer_init(&w, region, SMALL_SIZE));
		ASSERT_EQ(0, wire_put(&w, WIRE_OUTPUT, "first", 5, 0));
		ASSERT_EQ(0, wire_put(&w, WIRE_OUTPUT, "second", 6, 0));
		ASSERT_EQ(1, wire_get(&r, &rec, buf));

		memcpy(region + c->offset, &c->value, c->size);
		EXPECT_EQ(c->want, wire_get(&r, &rec, buf))
			TH_LOG("case: %s", c->name);
		again = wire_get(&r, &rec, buf);
		if (c->want == -EBADMSG) {
			EXPECT_EQ(-EBADMSG, again)
				TH_LOG("case: %s", c->name);
			EXPECT_TRUE(r.broken);
		}
		free(buf);
		free(region);
	}
}

/* A guest that scribbles all over the ring while the host reads it. */
struct scribbler {
	uint8_t *region;
	size_t size;
	int stop;
};

static void *scribble(void *arg)
{
	struct scribbler *s = arg;
	unsigned int seed = 1;

	while (!__atomic_load_n(&s->stop, __ATOMIC_RELAXED)) {
		size_t at = rand_r(&seed) % s->size;

		__atomic_store_n(&s->region[at], rand_r(&seed),
				 __ATOMIC_RELAXED);
	}
	return NULL;
}

TEST(scribbling_guest_cannot_hurt_or_hold_the_reader)
{
	struct scribbler s = { .size = SMALL_SIZE };
	uint8_t *buf = malloc(WIRE_REC_MAX + 1);
	uint64_t end_ns = clock_now_ns() + 200 * NSEC_PER_MSEC;
	unsigned int rings = 0, broken = 0;
	pthread_t thread;

	s.region = calloc(1, s.size);
	ASSERT_NE(NULL, buf);
	ASSERT_NE(NULL, s.region);
	wire_region_format(s.region, s.size);
	ASSERT_EQ(0, pthread_create(&thread, NULL, scribble, &s));
	do {
		struct wire_reader r;
		struct wire_rec rec;
		unsigned int i;

		wire_reader_init(&r, s.region, s.size);
		r.tail = __atomic_load_n(&r.hdr->head, __ATOMIC_RELAXED) - 256;
		for (i = 0; i < 100; i++)
			if (wire_get(&r, &rec, buf) == 1)
				ASSERT_GE(WIRE_REC_MAX, rec.len);
		rings++;
		broken += r.broken;
	} while (clock_now_ns() < end_ns);
	__atomic_store_n(&s.stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	/* Garbage must not look like records. */
	EXPECT_LT(rings / 2, broken);
	free(s.region);
	free(buf);
}

/* Writer and reader at once, through a ring far smaller than the data. */
#define STREAM_RECORDS	20000

static void *stream_writer(void *arg)
{
	struct wire_writer *w = arg;
	uint32_t i;

	for (i = 0; i < STREAM_RECORDS; i++)
		if (wire_put(w, WIRE_PROBE, &i, sizeof(i), 10000))
			break;
	return NULL;
}

TEST(stream_through_a_small_ring_loses_nothing)
{
	uint8_t *region = calloc(1, SMALL_SIZE);
	uint8_t *buf = malloc(WIRE_REC_MAX + 1);
	uint64_t end_ns = clock_now_ns() + 20 * NSEC_PER_SEC;
	struct wire_writer w;
	struct wire_reader r;
	struct wire_rec rec;
	uint32_t value, next = 0;
	pthread_t thread;
	int ret;

	ASSERT_NE(NULL, region);
	ASSERT_NE(NULL, buf);
	wire_region_format(region, SMALL_SIZE);
	wire_reader_init(&r, region, SMALL_SIZE);
	ASSERT_EQ(0, wire_writer_init(&w, region, SMALL_SIZE));
	ASSERT_EQ(0, pthread_create(&thread, NULL, stream_writer, &w));
	while (next < STREAM_RECORDS && clock_now_ns() < end_ns) {
		ret = wire_get(&r, &rec, buf);
		ASSERT_LE(0, ret);
		if (!ret)
			continue;
		ASSERT_EQ(sizeof(value), rec.len);
		memcpy(&value, buf, sizeof(value));
		ASSERT_EQ(next, value);
		next++;
	}
	pthread_join(thread, NULL);
	EXPECT_EQ(STREAM_RECORDS, next);
	EXPECT_EQ(0, r.lost + r.bad_crc + w.hdr->drops);
	free(region);
	free(buf);
}

TEST(client_sends_one_datagram)
{
	static const char payload[] = "nine byte";
	uint32_t head[2] = { 0xff, 0xff };
	char text[64], got[64];
	int sv[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sv));
	ASSERT_EQ(0, wire_send(sv[0], WIRE_DETAIL, payload, 9));
	ASSERT_EQ(8 + 9, recv(sv[1], got, sizeof(got), 0));
	memcpy(head, got, sizeof(head));
	EXPECT_EQ(WIRE_DETAIL, head[0]);
	EXPECT_EQ(0, head[1]);
	EXPECT_EQ(0, memcmp(payload, got + 8, 9));
	EXPECT_EQ(-EMSGSIZE, wire_send(sv[0], WIRE_DETAIL, payload,
				       WIRE_REC_MAX + 1));

	snprintf(text, sizeof(text), "%d", sv[0]);
	ASSERT_EQ(0, setenv(ENV_WIRE_FD, text, 1));
	EXPECT_EQ(sv[0], wire_fd());
	close(sv[1]);
	EXPECT_EQ(-EPIPE, wire_send(sv[0], WIRE_DETAIL, payload, 9));
	close(sv[0]);
}

TEST(client_outside_of_init_has_no_socket)
{
	static const char *const values[] = {
		"", "x", "3x", "-1", "99999999999", "99999999999999999999",
	};
	size_t i;

	unsetenv(ENV_WIRE_FD);
	EXPECT_EQ(-1, wire_fd());
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		ASSERT_EQ(0, setenv(ENV_WIRE_FD, values[i], 1));
		EXPECT_EQ(-1, wire_fd())
			TH_LOG("case: '%s'", values[i]);
	}
}

TEST_HARNESS_MAIN
