// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtio's network interfaces by a driver in plain memory: who gets a frame, and
 * what a driver is told that sends what is none.
 */
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <stdio.h>

#include "kselftest_harness.h"

#include "kselftest/unit/virtio_rig.h"

#define RX		0
#define TX		1
#define HEADER		12
#define LEN		100
#define ROOM		(HEADER + ETH_FRAME_LEN + 4)
#define NEXT		VRING_DESC_F_NEXT
#define WRITE		VRING_DESC_F_WRITE

/* A buffer a page, of each interface for each direction. */
#define BUF_GPA(dev, queue)						\
	(BUFFERS_GPA + ((dev) * 2 + (queue)) * MEM_PAGE_SIZE)

FIXTURE(net) {
	struct rig rig;
	unsigned int n;
};

FIXTURE_VARIANT(net) {
	unsigned int n;
};

FIXTURE_VARIANT_ADD(net, alone) { .n = 1 };
FIXTURE_VARIANT_ADD(net, two) { .n = 2 };
FIXTURE_VARIANT_ADD(net, three) { .n = 3 };

static int add_nic(struct rig *rig)
{
	const struct vm_error err = { .text = NULL };
	const struct virtio_needs needs = rig_needs(rig);
	int ret = virtio_net_create(&rig->devs[rig->n_devs], &needs, &rig->sw,
				    &err);

	if (!ret)
		rig_plug(rig);
	return ret;
}

/* A buffer that a frame may be put into. */
static void offer_buffer(struct rig *rig, unsigned int dev)
{
	drv_desc(rig, dev, RX, 0, BUF_GPA(dev, RX), ROOM, WRITE, 0);
	drv_offer(rig, dev, RX, 0);
}

FIXTURE_SETUP(net)
{
	unsigned int i;

	rig_init(&self->rig);
	for (i = 0; i < variant->n; i++) {
		ASSERT_EQ(0, add_nic(&self->rig));
		drv_start(&self->rig, i, 2);
		offer_buffer(&self->rig, i);
		drv_interrupts(&self->rig, i);
	}
}

FIXTURE_TEARDOWN(net)
{
	rig_exit(&self->rig);
}

static void mac_of(struct rig *rig, unsigned int dev, uint8_t *mac)
{
	unsigned int i;

	for (i = 0; i < ETH_ALEN; i++)
		mac[i] = reg_read_sized(rig, dev, VIRTIO_MMIO_CONFIG + i, 1);
}

static uint8_t *frame_of(struct rig *rig, unsigned int dev)
{
	uint8_t *frame = rig_at(rig, BUF_GPA(dev, TX));

	memset(frame, 0x55, HEADER);
	memset(frame + HEADER, 0xa0 + dev, ROOM - HEADER);
	return frame + HEADER;
}

static void send_frame(struct rig *rig, unsigned int dev, uint32_t len)
{
	drv_desc(rig, dev, TX, 0, BUF_GPA(dev, TX), HEADER, NEXT, 1);
	drv_desc(rig, dev, TX, 1, BUF_GPA(dev, TX) + HEADER, len, 0, 0);
	drv_offer(rig, dev, TX, 0);
	drv_kick(rig, dev, TX);
}

static unsigned int arrived(struct rig *rig, unsigned int dev)
{
	return drv_used(rig, dev, RX)->idx;
}

TEST_F(net, each_has_an_address)
{
	uint8_t mac[RIG_DEVICES][ETH_ALEN];
	unsigned int i;

	for (i = 0; i < variant->n; i++) {
		mac_of(&self->rig, i, mac[i]);
		/* One of our own, and of nobody's many. */
		EXPECT_EQ(2, mac[i][0] & 3);
		if (i)
			EXPECT_NE(0, memcmp(mac[0], mac[i], ETH_ALEN));
	}
}

TEST_F(net, frame_for_one_goes_to_it)
{
	struct rig *rig = &self->rig;
	unsigned int i, last = variant->n - 1;
	const uint8_t *got = rig_at(rig, BUF_GPA(last, RX));

	mac_of(rig, last, frame_of(rig, 0));
	send_frame(rig, 0, LEN);
	for (i = 0; i < variant->n; i++) {
		EXPECT_EQ(i == last, arrived(rig, i));
		EXPECT_EQ(i == last || !i, drv_interrupts(rig, i) > 0);
	}
	EXPECT_EQ(HEADER + LEN, drv_used(rig, last, RX)->ring[0].len);
	/* The sender's header is not passed on. */
	EXPECT_EQ(0, got[0]);
	EXPECT_EQ(1, got[10]);
	EXPECT_EQ(0xa0, got[HEADER + ETH_ALEN]);
	EXPECT_EQ(0xa0, got[HEADER + LEN - 1]);
	EXPECT_EQ(0, got[HEADER + LEN]);
	EXPECT_EQ(1, drv_used(rig, 0, TX)->idx);
}

TEST_F(net, frame_for_all_goes_to_all_others)
{
	struct rig *rig = &self->rig;
	unsigned int i;

	memset(frame_of(rig, 0), 0xff, ETH_ALEN);
	send_frame(rig, 0, LEN);
	for (i = 0; i < variant->n; i++)
		EXPECT_EQ(i || variant->n == 1, arrived(rig, i));
}

TEST_F(net, frame_for_nobody_goes_to_all_others)
{
	struct rig *rig = &self->rig;
	unsigned int i;

	memcpy(frame_of(rig, 0), "\2nobod", ETH_ALEN);
	send_frame(rig, 0, LEN);
	for (i = 0; i < variant->n; i++)
		EXPECT_EQ(i || variant->n == 1, arrived(rig, i));
}

TEST_F(net, longest_frame_arrives_whole)
{
	struct rig *rig = &self->rig;
	unsigned int last = variant->n - 1;

	mac_of(rig, last, frame_of(rig, 0));
	send_frame(rig, 0, ETH_FRAME_LEN);
	EXPECT_EQ(HEADER + ETH_FRAME_LEN,
		  drv_used(rig, last, RX)->ring[0].len);
}

/* As a switch's port; the next one finds one again. */
TEST_F(net, frame_without_a_buffer_is_lost)
{
	struct rig *rig = &self->rig;
	unsigned int last = variant->n - 1;

	mac_of(rig, last, frame_of(rig, 0));
	send_frame(rig, 0, LEN);
	send_frame(rig, 0, LEN);
	EXPECT_EQ(1, arrived(rig, last));
	EXPECT_EQ(1, rig->sw.lost);
	offer_buffer(rig, last);
	send_frame(rig, 0, LEN);
	EXPECT_EQ(2, arrived(rig, last));
	EXPECT_EQ(3, drv_used(rig, 0, TX)->idx);
	EXPECT_FALSE(drv_is_broken(rig, 0));
	EXPECT_FALSE(drv_is_broken(rig, last));
}

TEST_F(net, frame_for_one_that_is_down_is_lost)
{
	struct rig *rig = &self->rig;
	unsigned int last = variant->n - 1;

	if (!last)
		return;
	reg_write(rig, last, VIRTIO_MMIO_STATUS, 0);
	mac_of(rig, last, frame_of(rig, 0));
	send_frame(rig, 0, LEN);
	EXPECT_EQ(1, rig->sw.lost);
	EXPECT_EQ(1, drv_used(rig, 0, TX)->idx);
}

TEST_F(net, frame_that_is_none_breaks_its_sender)
{
	static const struct {
		const char *name;
		uint32_t len;
	} cases[] = {
		{ "no address", ETH_HLEN - 1 },
		{ "nothing", 0 },
		{ "too long", ETH_FRAME_LEN + 5 },
		{ "a MiB", 1 << 20 },
	};
	struct rig *rig = &self->rig;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		drv_start(rig, 0, 2);
		send_frame(rig, 0, cases[i].len);
		EXPECT_TRUE(drv_is_broken(rig, 0)) {
			TH_LOG("%s", cases[i].name);
		}
		EXPECT_EQ(0, rig->sw.frames) {
			TH_LOG("%s", cases[i].name);
		}
	}
}

/* Only the one that offers it. */
TEST_F(net, buffer_that_takes_no_frame_breaks_its_owner)
{
	struct rig *rig = &self->rig;
	unsigned int last = variant->n - 1;

	drv_start(rig, last, 2);
	drv_desc(rig, last, RX, 0, BUF_GPA(last, RX), 60, WRITE, 0);
	drv_offer(rig, last, RX, 0);
	mac_of(rig, last, frame_of(rig, 0));
	send_frame(rig, 0, LEN);
	EXPECT_TRUE(drv_is_broken(rig, last));
	EXPECT_EQ(!last, drv_is_broken(rig, 0));
}

TEST_F(net, switch_is_full_one_day)
{
	const struct vm_error err = { .text = NULL };
	const struct virtio_needs needs = rig_needs(&self->rig);
	struct virtio_net_switch sw = { .n_ports = VIRTIO_NET_PORTS };
	struct virtio_dev dev;

	EXPECT_EQ(-ENOSPC, virtio_net_create(&dev, &needs, &sw, &err));
	virtio_exit(&dev);
}

TEST_HARNESS_MAIN
