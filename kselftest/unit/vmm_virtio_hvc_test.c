// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtio console by a driver in plain memory, between two pipes: nothing is
 * lost in either direction, however slow the other side is.
 */
#include <fcntl.h>
#include <linux/virtio_console.h>
#include <stdio.h>

#include "kselftest_harness.h"

#include "kselftest/unit/virtio_rig.h"

#define RX		0
#define TX		1
#define WRITE		VRING_DESC_F_WRITE
#define RX_GPA		BUFFERS_GPA
#define RX_SIZE		64
#define TX_GPA		(BUFFERS_GPA + MEM_PAGE_SIZE)
#define MUCH		(100 << 10)

FIXTURE(hvc) {
	struct rig rig;
	int to[2];
	int from[2];
	unsigned int quits;
};

static void quit(void *ctx)
{
	++*(unsigned int *)ctx;
}

FIXTURE_SETUP(hvc)
{
	const struct vm_error err = { .text = NULL };
	struct rig *rig = &self->rig;
	struct virtio_needs needs;
	struct vm_terminal terminal = {
		.columns = 80, .rows = 25, .quit = quit, .ctx = &self->quits,
	};

	ASSERT_EQ(0, pipe2(self->to, O_CLOEXEC));
	ASSERT_EQ(0, pipe2(self->from, O_CLOEXEC | O_NONBLOCK));
	terminal.in_fd = self->to[0];
	terminal.out_fd = self->from[1];
	rig_init(rig);
	needs = rig_needs(rig);
	ASSERT_EQ(0, virtio_console_create(&rig->devs[0], &needs, &terminal,
					   &err));
	rig_plug(rig);
	drv_start(rig, 0, 2);
}

FIXTURE_TEARDOWN(hvc)
{
	rig_exit(&self->rig);
	close(self->to[0]);
	close(self->to[1]);
	close(self->from[0]);
	close(self->from[1]);
}

static void offer_buffer(struct rig *rig)
{
	drv_desc(rig, 0, RX, 0, RX_GPA, RX_SIZE, WRITE, 0);
	drv_offer(rig, 0, RX, 0);
	drv_kick(rig, 0, RX);
}

/* What came since entry @used of the used ring. Returns bytes. */
static uint32_t came(struct rig *rig, uint16_t used)
{
	const struct vring_used *ring = drv_used(rig, 0, RX);

	virtio_worker_turn(&rig->worker, 0);
	return ring->idx == used ? 0 : ring->ring[used % RIG_QSIZE].len;
}

static void say(struct rig *rig, const void *text, uint32_t len)
{
	memcpy(rig_at(rig, TX_GPA), text, len);
	drv_desc(rig, 0, TX, 0, TX_GPA, len, 0, 0);
	drv_offer(rig, 0, TX, 0);
	drv_kick(rig, 0, TX);
}

TEST_F(hvc, has_the_size_of_its_terminal)
{
	struct rig *rig = &self->rig;

	EXPECT_EQ(3, reg_read(rig, 0, VIRTIO_MMIO_DEVICE_ID));
	EXPECT_EQ(80 | 25 << 16, reg_read(rig, 0, VIRTIO_MMIO_CONFIG));
	drv_interrupts(rig, 0);
	virtio_console_resized(&rig->devs[0], 132, 50);
	EXPECT_EQ(132 | 50 << 16, reg_read(rig, 0, VIRTIO_MMIO_CONFIG));
	EXPECT_EQ(1, drv_interrupts(rig, 0));
}

TEST_F(hvc, says_and_hears)
{
	struct rig *rig = &self->rig;
	char text[16] = "";

	say(rig, "hello", 5);
	EXPECT_EQ(5, read(self->from[0], text, sizeof(text)));
	EXPECT_STREQ("hello", text);
	EXPECT_EQ(1, drv_used(rig, 0, TX)->idx);

	offer_buffer(rig);
	EXPECT_EQ(0, came(rig, 0));
	EXPECT_EQ(3, write(self->to[1], "abc", 3));
	EXPECT_EQ(3, came(rig, 0));
	EXPECT_EQ(0, memcmp("abc", rig_at(rig, RX_GPA), 3));
}

/* A paste of 100 KB: what the guest has no buffer for is not read. */
TEST_F(hvc, paste_arrives_whole)
{
	char *sent = malloc(MUCH), *got = malloc(MUCH);
	struct rig *rig = &self->rig;
	size_t i, put = 0, n = 0;
	uint16_t used = 0;

	ASSERT_TRUE(sent && got);
	fcntl(self->to[1], F_SETFL, O_NONBLOCK);
	for (i = 0; i < MUCH; i++)
		sent[i] = 'a' + i * 7 % 26;
	for (i = 0; i < 100 * MUCH && n < MUCH; i++) {
		ssize_t done = put < MUCH ? write(self->to[1], sent + put,
						  MUCH - put) : 0;
		uint32_t len;

		put += max(done, (ssize_t)0);
		offer_buffer(rig);
		len = came(rig, used);
		if (!len)
			continue;
		used++;
		ASSERT_GE(RX_SIZE, len);
		memcpy(got + n, rig_at(rig, RX_GPA), len);
		n += len;
		ASSERT_GE(MUCH, n);
	}
	EXPECT_EQ(MUCH, n);
	EXPECT_EQ(0, memcmp(sent, got, MUCH));
	free(sent);
	free(got);
}

/* Nobody reads: some is kept, then the guest waits; nothing is lost. */
TEST_F(hvc, slow_reader_gets_all)
{
	struct rig *rig = &self->rig;
	unsigned int i, said = 0, n = 0, bad = 0, waits;
	unsigned char bytes[1000], got[4096];
	ssize_t len;

	/* The last one waits: the ring has its name already. */
	do {
		for (i = 0; i < sizeof(bytes); i++)
			bytes[i] = said++ % 251;
		say(rig, bytes, sizeof(bytes));
		waits = drv_avail(rig, 0, TX)[1] - drv_used(rig, 0, TX)->idx;
	} while (!waits && said < (4 << 20));
	EXPECT_EQ(1, waits);
	for (i = 0; i < 10000 && n < said; i++) {
		len = read(self->from[0], got, sizeof(got));
		for (ssize_t at = 0; at < len; at++)
			bad += got[at] != n++ % 251;
		virtio_worker_turn(&rig->worker, 0);
	}
	EXPECT_EQ(said, n);
	EXPECT_EQ(0, bad);
	EXPECT_EQ(drv_avail(rig, 0, TX)[1], drv_used(rig, 0, TX)->idx);
}

TEST_F(hvc, reader_that_is_gone_holds_nobody_up)
{
	struct rig *rig = &self->rig;
	char bytes[4096] = "";
	unsigned int i;

	signal(SIGPIPE, SIG_IGN);
	close(self->from[0]);
	self->from[0] = -1;
	for (i = 0; i < 100; i++)
		say(rig, bytes, sizeof(bytes));
	EXPECT_EQ(100, drv_used(rig, 0, TX)->idx);
}

TEST_F(hvc, end_of_the_input_is_not_the_guests)
{
	struct rig *rig = &self->rig;

	close(self->to[1]);
	self->to[1] = -1;
	offer_buffer(rig);
	EXPECT_EQ(0, came(rig, 0));
	/* Nothing is left that would wake anybody. */
	virtio_worker_turn(&rig->worker, 0);
	say(rig, "still", 5);
	EXPECT_EQ(1, drv_used(rig, 0, TX)->idx);
	EXPECT_EQ(0, self->quits);
}

/* What is typed, what the guest gets, and whether it is the end. */
static const struct {
	const char *typed;
	const char *got;
	bool quit;
} keys[] = {
	{ "abc", "abc", false },
	{ "\1x", "", true },
	{ "\1X", "", true },
	{ "ab\1x", "ab", true },
	{ "\1\1", "\1", false },
	{ "\1\1x", "\1x", false },
	{ "\1c", "\1c", false },
	{ "\1\1\1\1", "\1\1", false },
	{ "\3", "\3", false },
};

TEST_F(hvc, keys_that_are_ours)
{
	struct rig *rig = &self->rig;
	uint16_t used = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		char *got = rig_at(rig, RX_GPA);
		size_t n = strlen(keys[i].typed);

		self->quits = 0;
		memset(got, 0, RX_SIZE);
		offer_buffer(rig);
		ASSERT_EQ((ssize_t)n, write(self->to[1], keys[i].typed, n));
		used += !!came(rig, used);
		EXPECT_STREQ(keys[i].got, got) {
			TH_LOG("case %zu", i);
		}
		EXPECT_EQ(keys[i].quit, self->quits) {
			TH_LOG("case %zu", i);
		}
	}
}

/* It is held until it is known what follows. */
TEST_F(hvc, key_in_two_pieces)
{
	struct rig *rig = &self->rig;

	offer_buffer(rig);
	ASSERT_EQ(1, write(self->to[1], "\1", 1));
	EXPECT_EQ(0, came(rig, 0));
	ASSERT_EQ(1, write(self->to[1], "x", 1));
	EXPECT_EQ(0, came(rig, 0));
	EXPECT_EQ(1, self->quits);
}

TEST_F(hvc, buffers_of_the_wrong_kind_break_it)
{
	struct rig *rig = &self->rig;

	drv_desc(rig, 0, TX, 0, TX_GPA, 5, WRITE, 0);
	drv_offer(rig, 0, TX, 0);
	drv_kick(rig, 0, TX);
	EXPECT_TRUE(drv_is_broken(rig, 0));
	drv_start(rig, 0, 2);
	drv_desc(rig, 0, RX, 0, RX_GPA, 5, 0, 0);
	drv_offer(rig, 0, RX, 0);
	drv_kick(rig, 0, RX);
	EXPECT_TRUE(drv_is_broken(rig, 0));
}

/* What was said and not yet read when the guest ended. */
TEST_F(hvc, last_words_come_through)
{
	struct rig *rig = &self->rig;
	char text[16] = "";

	memcpy(rig_at(rig, TX_GPA), "bye", 3);
	drv_desc(rig, 0, TX, 0, TX_GPA, 3, 0, 0);
	drv_offer(rig, 0, TX, 0);
	rig->devs[0].ops->finish(&rig->devs[0]);
	EXPECT_EQ(3, read(self->from[0], text, sizeof(text)));
	EXPECT_STREQ("bye", text);
}

TEST_HARNESS_MAIN
