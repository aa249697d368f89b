// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtio disk by a driver in plain memory: what is read and written, what is
 * refused, and how fast one may be that is held back.
 */
#include <linux/virtio_blk.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "kselftest_harness.h"

#include "kselftest/unit/virtio_rig.h"
#include "vmm/virtio/rate.h"

#define SECTORS		64
#define SECTOR		512
#define HEADER_GPA	BUFFERS_GPA
#define STATUS_GPA	(BUFFERS_GPA + 0x100)
#define DATA_GPA	(BUFFERS_GPA + 0x1000)
#define NEXT		VRING_DESC_F_NEXT
#define WRITE		VRING_DESC_F_WRITE
#define UNTOUCHED	0x77

FIXTURE(blk) {
	struct rig rig;
	int fd;
};

FIXTURE_VARIANT(blk) {
	bool read_only;
	unsigned int iops;
	unsigned int kb_s;
};

FIXTURE_VARIANT_ADD(blk, raw) { };
FIXTURE_VARIANT_ADD(blk, read_only) { .read_only = true };
FIXTURE_VARIANT_ADD(blk, held_back) { .iops = 100, .kb_s = 1024 };

FIXTURE_SETUP(blk)
{
	const struct vm_error err = { .text = NULL };
	struct virtio_needs needs;
	struct rig *rig = &self->rig;
	struct vm_disk disk = {
		.read_only = variant->read_only,
		.iops = variant->iops,
		.kb_s = variant->kb_s,
	};
	char sector[SECTOR];
	unsigned int i;

	self->fd = memfd_create("disk", MFD_CLOEXEC);
	for (i = 0; i < SECTORS; i++) {
		memset(sector, i, sizeof(sector));
		ASSERT_EQ(SECTOR, write(self->fd, sector, sizeof(sector)));
	}
	disk.fd = self->fd;
	rig_init(rig);
	needs = rig_needs(rig);
	ASSERT_EQ(0, virtio_blk_create(&rig->devs[0], &needs, &disk, &err));
	rig_plug(rig);
	drv_start(rig, 0, 1);
}

FIXTURE_TEARDOWN(blk)
{
	rig_exit(&self->rig);
	close(self->fd);
}

/* Header, data, status. Returns the status. */
static unsigned int request(struct rig *rig, uint32_t type, uint64_t sector,
			    uint32_t len, uint16_t flags)
{
	struct virtio_blk_outhdr *header = rig_at(rig, HEADER_GPA);
	uint8_t *status = rig_at(rig, STATUS_GPA);

	*header = (struct virtio_blk_outhdr) { .type = type, .sector = sector };
	*status = UNTOUCHED;
	drv_desc(rig, 0, 0, 0, HEADER_GPA, sizeof(*header), NEXT, len ? 1 : 2);
	drv_desc(rig, 0, 0, 1, DATA_GPA, len, NEXT | flags, 2);
	drv_desc(rig, 0, 0, 2, STATUS_GPA, 1, WRITE, 0);
	drv_offer(rig, 0, 0, 0);
	drv_kick(rig, 0, 0);
	return *status;
}

static uint32_t used_len(struct rig *rig)
{
	const struct vring_used *used = drv_used(rig, 0, 0);

	return used->ring[(used->idx - 1) % RIG_QSIZE].len;
}

static unsigned int on_disk(int fd, unsigned int sector)
{
	uint8_t byte = UNTOUCHED;

	return pread(fd, &byte, 1, sector * SECTOR) == 1 ? byte : 0x100;
}

TEST_F(blk, says_what_it_is)
{
	struct rig *rig = &self->rig;
	uint64_t offered = drv_offered(rig, 0);

	EXPECT_EQ(2, reg_read(rig, 0, VIRTIO_MMIO_DEVICE_ID));
	EXPECT_EQ(SECTORS, reg_read(rig, 0, VIRTIO_MMIO_CONFIG));
	EXPECT_EQ(0, reg_read(rig, 0, VIRTIO_MMIO_CONFIG + 4));
	EXPECT_EQ(variant->read_only, offered >> VIRTIO_BLK_F_RO & 1);
	EXPECT_EQ(1, offered >> VIRTIO_BLK_F_FLUSH & 1);
}

TEST_F(blk, reads)
{
	struct rig *rig = &self->rig;
	uint8_t *data = rig_at(rig, DATA_GPA);

	EXPECT_EQ(VIRTIO_BLK_S_OK,
		  request(rig, VIRTIO_BLK_T_IN, 5, 2 * SECTOR, WRITE));
	EXPECT_EQ(5, data[0]);
	EXPECT_EQ(5, data[SECTOR - 1]);
	EXPECT_EQ(6, data[SECTOR]);
	EXPECT_EQ(0, data[2 * SECTOR]);
	EXPECT_EQ(2 * SECTOR + 1, used_len(rig));
}

TEST_F(blk, writes)
{
	bool ro = variant->read_only;
	struct rig *rig = &self->rig;

	memset(rig_at(rig, DATA_GPA), 0xab, 2 * SECTOR);
	EXPECT_EQ(ro ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK,
		  request(rig, VIRTIO_BLK_T_OUT, 9, SECTOR, 0));
	EXPECT_EQ(8, on_disk(self->fd, 8));
	EXPECT_EQ(ro ? 9 : 0xab, on_disk(self->fd, 9));
	EXPECT_EQ(10, on_disk(self->fd, 10));
	EXPECT_EQ(1, used_len(rig));
	EXPECT_FALSE(drv_is_broken(rig, 0));
}

TEST_F(blk, data_may_be_in_pieces)
{
	struct virtio_blk_outhdr *header;
	struct rig *rig = &self->rig;
	uint8_t *data = rig_at(rig, DATA_GPA);

	header = rig_at(rig, HEADER_GPA);
	*header = (struct virtio_blk_outhdr) {
		.type = VIRTIO_BLK_T_IN, .sector = 1,
	};
	drv_desc(rig, 0, 0, 0, HEADER_GPA, 7, NEXT, 1);
	drv_desc(rig, 0, 0, 1, HEADER_GPA + 7, 9, NEXT, 2);
	drv_desc(rig, 0, 0, 2, DATA_GPA, 500, NEXT | WRITE, 3);
	/* The status is the last byte, wherever that lies. */
	drv_desc(rig, 0, 0, 3, DATA_GPA + 1000, 13, WRITE, 0);
	data[1012] = UNTOUCHED;
	drv_offer(rig, 0, 0, 0);
	drv_kick(rig, 0, 0);
	EXPECT_EQ(VIRTIO_BLK_S_OK, data[1012]);
	EXPECT_EQ(1, data[499]);
	EXPECT_EQ(0, data[500]);
	EXPECT_EQ(1, data[1011]);
}

/* What is asked, and what is said to it; nothing is touched. */
static const struct {
	const char *name;
	uint32_t type;
	uint64_t sector;
	uint32_t len;
	uint8_t status;
} refused[] = {
	{ "read behind the end", VIRTIO_BLK_T_IN, SECTORS, SECTOR,
	  VIRTIO_BLK_S_IOERR },
	{ "read over the end", VIRTIO_BLK_T_IN, SECTORS - 1, 2 * SECTOR,
	  VIRTIO_BLK_S_IOERR },
	{ "read far behind", VIRTIO_BLK_T_IN, -1ULL, SECTOR,
	  VIRTIO_BLK_S_IOERR },
	{ "read where bytes wrap", VIRTIO_BLK_T_IN, 1ULL << 55, SECTOR,
	  VIRTIO_BLK_S_IOERR },
	{ "read half a sector", VIRTIO_BLK_T_IN, 0, 256, VIRTIO_BLK_S_IOERR },
	{ "write behind the end", VIRTIO_BLK_T_OUT, SECTORS, SECTOR,
	  VIRTIO_BLK_S_IOERR },
	{ "write over the end", VIRTIO_BLK_T_OUT, SECTORS - 1, 2 * SECTOR,
	  VIRTIO_BLK_S_IOERR },
	{ "write half a sector", VIRTIO_BLK_T_OUT, 0, 256,
	  VIRTIO_BLK_S_IOERR },
	{ "discard", VIRTIO_BLK_T_DISCARD, 0, 16, VIRTIO_BLK_S_UNSUPP },
	{ "unknown", 12345, 0, SECTOR, VIRTIO_BLK_S_UNSUPP },
};

TEST_F(blk, what_cannot_be_is_refused)
{
	struct rig *rig = &self->rig;
	struct stat st;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		bool in = refused[i].type == VIRTIO_BLK_T_IN;
		unsigned int ms, status;
		uint8_t *data;

		data = rig_at(rig, DATA_GPA);
		memset(data, UNTOUCHED, 2 * SECTOR);
		status = request(rig, refused[i].type, refused[i].sector,
				 refused[i].len, in ? WRITE : 0);
		/* One that is held back takes its time. */
		for (ms = 0; status == UNTOUCHED && ms < 2000; ms++) {
			virtio_worker_turn(&rig->worker, 1);
			status = *(uint8_t *)rig_at(rig, STATUS_GPA);
		}
		EXPECT_EQ(refused[i].status, status) {
			TH_LOG("%s", refused[i].name);
		}
		EXPECT_EQ(UNTOUCHED, data[0]) {
			TH_LOG("%s", refused[i].name);
		}
		EXPECT_FALSE(drv_is_broken(rig, 0)) {
			TH_LOG("%s", refused[i].name);
		}
	}
	ASSERT_EQ(0, fstat(self->fd, &st));
	EXPECT_EQ(SECTORS * SECTOR, st.st_size);
	EXPECT_EQ(SECTORS - 1, on_disk(self->fd, SECTORS - 1));
	EXPECT_EQ(0, on_disk(self->fd, 0));
}

TEST_F(blk, flush_and_name)
{
	struct rig *rig = &self->rig;

	EXPECT_EQ(VIRTIO_BLK_S_OK,
		  request(rig, VIRTIO_BLK_T_FLUSH, 0, 0, 0));
	EXPECT_EQ(VIRTIO_BLK_S_OK,
		  request(rig, VIRTIO_BLK_T_GET_ID, 0, 20, WRITE));
	EXPECT_STREQ("ktstr-blk0", (char *)rig_at(rig, DATA_GPA));
}

/* A file that was cut meanwhile. */
TEST_F(blk, file_that_is_shorter_is_an_error)
{
	ASSERT_EQ(0, ftruncate(self->fd, SECTOR));
	EXPECT_EQ(VIRTIO_BLK_S_IOERR,
		  request(&self->rig, VIRTIO_BLK_T_IN, 3, SECTOR, WRITE));
}

TEST_F(blk, request_without_header_or_status_breaks_it)
{
	struct rig *rig = &self->rig;

	drv_desc(rig, 0, 0, 0, HEADER_GPA, 15, NEXT, 1);
	drv_desc(rig, 0, 0, 1, STATUS_GPA, 1, WRITE, 0);
	drv_offer(rig, 0, 0, 0);
	drv_kick(rig, 0, 0);
	EXPECT_TRUE(drv_is_broken(rig, 0));
	drv_start(rig, 0, 1);
	drv_desc(rig, 0, 0, 0, HEADER_GPA, 16 + SECTOR, 0, 0);
	drv_offer(rig, 0, 0, 0);
	drv_kick(rig, 0, 0);
	EXPECT_TRUE(drv_is_broken(rig, 0));
	EXPECT_EQ(0, on_disk(self->fd, 0));
}

/* Half a second of 100 requests a second, or of 1 MiB a second. */
static uint64_t time_of(struct rig *rig, unsigned int n, uint32_t len)
{
	uint64_t begin_ns = clock_now_ns(), end_ns = begin_ns + 10 * NSEC_PER_SEC;
	uint8_t *status = rig_at(rig, STATUS_GPA);

	while (n--) {
		request(rig, VIRTIO_BLK_T_IN, 0, len, WRITE);
		while (*status == UNTOUCHED && clock_now_ns() < end_ns)
			virtio_worker_turn(&rig->worker, 100);
	}
	return (clock_now_ns() - begin_ns) / NSEC_PER_MSEC;
}

TEST_F(blk, is_as_fast_as_it_may_be)
{
	uint64_t ms;

	if (!variant->iops)
		return;
	ms = time_of(&self->rig, 50, SECTOR);
	EXPECT_LE(450, ms);
	ms = time_of(&self->rig, 16, SECTORS * SECTOR);
	EXPECT_LE(450, ms);
}

/* ---- the rate alone, by a clock of ours ---- */

TEST(rate_is_paid_for_afterwards)
{
	struct rate r = { .per_s = 100 };
	uint64_t now_ns = NSEC_PER_SEC;

	EXPECT_EQ(0, rate_wait_ns(&r, now_ns));
	/* Something large is done at once, and waited for then. */
	rate_use(&r, 200, now_ns);
	EXPECT_LT(1900 * NSEC_PER_MSEC, rate_wait_ns(&r, now_ns));
	EXPECT_GE(2000 * NSEC_PER_MSEC, rate_wait_ns(&r, now_ns));
	EXPECT_EQ(0, rate_wait_ns(&r, now_ns + 2 * NSEC_PER_SEC));
	/* Whoever did nothing for an hour has saved a moment, not an hour. */
	now_ns += 3600 * NSEC_PER_SEC;
	rate_use(&r, 100, now_ns);
	EXPECT_LT(900 * NSEC_PER_MSEC, rate_wait_ns(&r, now_ns));
}

TEST(rate_of_any_is_none)
{
	struct rate r = { .per_s = 0 };

	rate_use(&r, UINT64_MAX, 1);
	EXPECT_EQ(0, rate_wait_ns(&r, 1));
}

TEST_HARNESS_MAIN
