// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtio's transport and queues as a driver sees them, and what becomes of one
 * that does what it must not: each "driver MUST" of virtio 1.2, broken.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <sys/epoll.h>

#include "kselftest_harness.h"

#include "kselftest/unit/virtio_rig.h"

#define LEN	64

/*
 * A device that gives each chain back as it came, with the sum of its bytes.
 */
static struct {
	unsigned int served;
	unsigned int chains;
	unsigned int resets;
} seen;

static void echo_serve(struct virtio_dev *dev)
{
	static struct virtq_chain chain;
	unsigned char byte;
	uint32_t sum, i;

	seen.served++;
	while (virtio_take(dev, 0, &chain)) {
		seen.chains++;
		for (i = 0, sum = 0; chain_read(&chain, i, &byte, 1); i++)
			sum += byte;
		chain_write(&chain, 0, &sum, sizeof(sum));
		virtq_put(&dev->queues[0], chain.head, chain.in_len);
		virtio_told(dev, 0);
	}
}

static void echo_reset(struct virtio_dev *dev __maybe_unused)
{
	seen.resets++;
}

static const struct virtio_ops echo = {
	.name = "echo",
	.id = 42,
	.n_queues = 2,
	.queue_sizes = { 32, 64 },
	.serve = echo_serve,
	.reset = echo_reset,
};

FIXTURE(virtio) {
	struct rig rig;
};

FIXTURE_SETUP(virtio)
{
	const struct vm_error err = { .text = NULL };
	struct rig *rig = &self->rig;

	memset(&seen, 0, sizeof(seen));
	rig_init(rig);
	ASSERT_EQ(0, virtio_init(&rig->devs[0], &echo, 0, &rig->mem,
				 &rig->worker, &err));
	rig->devs[0].offered |= 1 << 3;
	memcpy(rig->devs[0].config, "abcdefgh", 8);
	rig->devs[0].config_size = 6;
	rig_plug(rig);
}

FIXTURE_TEARDOWN(virtio)
{
	rig_exit(&self->rig);
}

/* ---- registers ---- */

TEST_F(virtio, says_what_it_is)
{
	struct rig *rig = &self->rig;

	EXPECT_EQ(0x74726976, reg_read(rig, 0, VIRTIO_MMIO_MAGIC_VALUE));
	EXPECT_EQ(2, reg_read(rig, 0, VIRTIO_MMIO_VERSION));
	EXPECT_EQ(42, reg_read(rig, 0, VIRTIO_MMIO_DEVICE_ID));
	EXPECT_EQ(1ULL << VIRTIO_F_VERSION_1 | 1 << 3, drv_offered(rig, 0));
	reg_write(rig, 0, VIRTIO_MMIO_QUEUE_SEL, 1);
	EXPECT_EQ(64, reg_read(rig, 0, VIRTIO_MMIO_QUEUE_NUM_MAX));
	reg_write(rig, 0, VIRTIO_MMIO_QUEUE_SEL, 2);
	EXPECT_EQ(0, reg_read(rig, 0, VIRTIO_MMIO_QUEUE_NUM_MAX));
	EXPECT_EQ(UINT32_MAX, reg_read(rig, 0, VIRTIO_MMIO_SHM_LEN_LOW));
	EXPECT_STREQ("echo0", rig->devs[0].name);
}

TEST_F(virtio, configuration_is_read_in_any_size_and_ends)
{
	const uint64_t at = VIRTIO_MMIO_CONFIG;
	struct rig *rig = &self->rig;

	EXPECT_EQ('b', reg_read_sized(rig, 0, at + 1, 1));
	EXPECT_EQ('c' | 'd' << 8, reg_read_sized(rig, 0, at + 2, 2));
	/* Behind its end there is nothing, whatever lies in our memory. */
	EXPECT_EQ('e' | 'f' << 8, reg_read(rig, 0, at + 4));
	EXPECT_EQ(0, reg_read(rig, 0, at + 8));
	EXPECT_EQ('e' | 'f' << 8, reg_read_sized(rig, 0, at + 4, 8));
	EXPECT_EQ(0, reg_read(rig, 0, VIRTIO_MMIO_SIZE - 4));
	reg_write(rig, 0, at, 0);
	EXPECT_EQ('a', reg_read_sized(rig, 0, at, 1));
}

TEST_F(virtio, registers_have_32_bits)
{
	struct rig *rig = &self->rig;
	uint16_t half = VIRTIO_CONFIG_S_ACKNOWLEDGE;

	EXPECT_EQ(0, reg_read_sized(rig, 0, VIRTIO_MMIO_MAGIC_VALUE, 2));
	EXPECT_EQ(0, reg_read_sized(rig, 0, VIRTIO_MMIO_MAGIC_VALUE, 8));
	EXPECT_EQ(0, reg_read(rig, 0, VIRTIO_MMIO_MAGIC_VALUE + 1));
	bus_access(&rig->bus, VM_SPACE_MMIO, RIG_GPA + VIRTIO_MMIO_STATUS,
		   true, &half, sizeof(half));
	EXPECT_EQ(0, drv_status(rig, 0));
}

TEST_F(virtio, works)
{
	struct rig *rig = &self->rig;
	uint8_t *buf = rig_at(rig, BUFFERS_GPA);

	drv_start(rig, 0, 1);
	EXPECT_EQ(0xf, drv_status(rig, 0));
	drv_interrupts(rig, 0);
	memset(buf, 1, LEN);
	drv_desc(rig, 0, 0, 3, BUFFERS_GPA, 10, VRING_DESC_F_NEXT, 7);
	drv_desc(rig, 0, 0, 7, BUFFERS_GPA + 20, 20, VRING_DESC_F_NEXT, 1);
	drv_desc(rig, 0, 0, 1, BUFFERS_GPA + LEN, 3,
		 VRING_DESC_F_NEXT | VRING_DESC_F_WRITE, 0);
	drv_desc(rig, 0, 0, 0, BUFFERS_GPA + LEN + 8, 5, VRING_DESC_F_WRITE, 0);
	drv_offer(rig, 0, 0, 3);
	drv_kick(rig, 0, 0);
	EXPECT_FALSE(drv_is_broken(rig, 0));
	EXPECT_EQ(1, drv_used(rig, 0, 0)->idx);
	EXPECT_EQ(3, drv_used(rig, 0, 0)->ring[0].id);
	EXPECT_EQ(8, drv_used(rig, 0, 0)->ring[0].len);
	/* The answer went over both buffers, and nowhere else. */
	EXPECT_EQ(30, buf[LEN]);
	EXPECT_EQ(0, buf[LEN + 3]);
	EXPECT_EQ(1, drv_interrupts(rig, 0));
	EXPECT_EQ(VIRTIO_MMIO_INT_VRING,
		  reg_read(rig, 0, VIRTIO_MMIO_INTERRUPT_STATUS));
	reg_write(rig, 0, VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_MMIO_INT_VRING);
	EXPECT_EQ(0, reg_read(rig, 0, VIRTIO_MMIO_INTERRUPT_STATUS));
}

TEST_F(virtio, goes_round)
{
	struct rig *rig = &self->rig;
	unsigned int i;

	drv_start(rig, 0, 1);
	drv_desc(rig, 0, 0, 2, BUFFERS_GPA, 4, VRING_DESC_F_WRITE, 0);
	/* Indices have 16 bits, and go round after that. */
	for (i = 0; i < 70000; i++) {
		drv_offer(rig, 0, 0, 2);
		drv_kick(rig, 0, 0);
	}
	EXPECT_EQ(70000, seen.chains);
	EXPECT_EQ((uint16_t)70000, drv_used(rig, 0, 0)->idx);
	EXPECT_FALSE(drv_is_broken(rig, 0));
}

TEST_F(virtio, driver_that_wants_no_interrupt_has_none)
{
	struct rig *rig = &self->rig;

	drv_start(rig, 0, 1);
	drv_interrupts(rig, 0);
	drv_desc(rig, 0, 0, 0, BUFFERS_GPA, 4, VRING_DESC_F_WRITE, 0);
	drv_avail(rig, 0, 0)[0] = VRING_AVAIL_F_NO_INTERRUPT;
	drv_offer(rig, 0, 0, 0);
	drv_kick(rig, 0, 0);
	EXPECT_EQ(1, drv_used(rig, 0, 0)->idx);
	EXPECT_EQ(0, drv_interrupts(rig, 0));
}

TEST_F(virtio, reset_makes_it_as_at_first)
{
	struct rig *rig = &self->rig;

	drv_start(rig, 0, 1);
	drv_desc(rig, 0, 0, 0, BUFFERS_GPA, 4, VRING_DESC_F_WRITE, 0);
	drv_offer(rig, 0, 0, 0);
	drv_kick(rig, 0, 0);
	reg_write(rig, 0, VIRTIO_MMIO_STATUS, 0);
	EXPECT_EQ(0, drv_status(rig, 0));
	EXPECT_EQ(1, seen.resets - 1);	/* drv_start() does one, too */
	reg_write(rig, 0, VIRTIO_MMIO_QUEUE_SEL, 0);
	EXPECT_EQ(0, reg_read(rig, 0, VIRTIO_MMIO_QUEUE_READY));
	EXPECT_EQ(0, reg_read(rig, 0, VIRTIO_MMIO_INTERRUPT_STATUS));
	/* And it works again, from the first entry on. */
	drv_start(rig, 0, 1);
	drv_desc(rig, 0, 0, 0, BUFFERS_GPA, 4, VRING_DESC_F_WRITE, 0);
	drv_offer(rig, 0, 0, 0);
	drv_kick(rig, 0, 0);
	EXPECT_EQ(2, seen.chains);
	EXPECT_EQ(1, drv_used(rig, 0, 0)->idx);
}

TEST_F(virtio, configuration_change_is_told)
{
	struct rig *rig = &self->rig;
	uint32_t generation;

	drv_start(rig, 0, 1);
	drv_interrupts(rig, 0);
	generation = reg_read(rig, 0, VIRTIO_MMIO_CONFIG_GENERATION);
	virtio_config_changed(&rig->devs[0]);
	EXPECT_EQ(1, drv_interrupts(rig, 0));
	EXPECT_EQ(VIRTIO_MMIO_INT_CONFIG,
		  reg_read(rig, 0, VIRTIO_MMIO_INTERRUPT_STATUS));
	EXPECT_NE(generation,
		  reg_read(rig, 0, VIRTIO_MMIO_CONFIG_GENERATION));
}

/* ---- features ---- */

TEST_F(virtio, features_that_were_not_offered_are_refused)
{
	struct rig *rig = &self->rig;

	EXPECT_FALSE(drv_negotiate(rig, 0, drv_offered(rig, 0) | 1));
	EXPECT_TRUE(drv_negotiate(rig, 0, drv_offered(rig, 0)));
	EXPECT_TRUE(drv_negotiate(rig, 0, 1ULL << VIRTIO_F_VERSION_1));
	/* One of before version 1 is not served. */
	EXPECT_FALSE(drv_negotiate(rig, 0, 1 << 3));
	EXPECT_FALSE(drv_is_broken(rig, 0));
}

TEST_F(virtio, features_stay_once_they_are_agreed_on)
{
	struct rig *rig = &self->rig;

	ASSERT_TRUE(drv_negotiate(rig, 0, 1ULL << VIRTIO_F_VERSION_1));
	reg_write(rig, 0, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	reg_write(rig, 0, VIRTIO_MMIO_DRIVER_FEATURES, 0xffffffff);
	EXPECT_EQ(1ULL << VIRTIO_F_VERSION_1, rig->devs[0].accepted);
}

TEST_F(virtio, features_need_a_driver)
{
	struct rig *rig = &self->rig;

	reg_write(rig, 0, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	reg_write(rig, 0, VIRTIO_MMIO_DRIVER_FEATURES, 1);
	reg_write(rig, 0, VIRTIO_MMIO_STATUS, VIRTIO_CONFIG_S_FEATURES_OK);
	EXPECT_EQ(0, drv_status(rig, 0) & VIRTIO_CONFIG_S_FEATURES_OK);
}

/* ---- a driver that breaks the order of things ---- */

static void no_features(struct rig *rig)
{
	drv_add_status(rig, 0, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	drv_add_status(rig, 0, VIRTIO_CONFIG_S_DRIVER);
	drv_add_status(rig, 0, VIRTIO_CONFIG_S_DRIVER_OK);
}

static void status_back(struct rig *rig)
{
	drv_start(rig, 0, 1);
	reg_write(rig, 0, VIRTIO_MMIO_STATUS, VIRTIO_CONFIG_S_ACKNOWLEDGE);
}

static void queue_before_features(struct rig *rig)
{
	drv_queue(rig, 0, 0);
}

static void queue_when_it_runs(struct rig *rig)
{
	drv_start(rig, 0, 1);
	drv_queue(rig, 0, 1);
}

static void queue_twice(struct rig *rig)
{
	drv_negotiate(rig, 0, drv_offered(rig, 0));
	drv_queue(rig, 0, 0);
	reg_write(rig, 0, VIRTIO_MMIO_QUEUE_READY, 1);
}

static void queue_moved(struct rig *rig)
{
	drv_negotiate(rig, 0, drv_offered(rig, 0));
	drv_queue(rig, 0, 0);
	reg_write(rig, 0, VIRTIO_MMIO_QUEUE_DESC_LOW, 0);
}

#define QUEUE_OF(name, size, desc, avail, used)				\
	static void name(struct rig *rig)				\
	{								\
		drv_negotiate(rig, 0, drv_offered(rig, 0));		\
		drv_set_queue(rig, 0, 0, size, desc, avail, used);	\
	}

#define D	DESC_GPA(0, 0)
#define A	AVAIL_GPA(0, 0)
#define U	USED_GPA(0, 0)

QUEUE_OF(queue_of_none, 0, D, A, U)
QUEUE_OF(queue_of_12, 12, D, A, U)
QUEUE_OF(queue_of_64, 64, D, A, U)
QUEUE_OF(queue_of_65536, 65536 + 16, D, A, U)
QUEUE_OF(queue_askew_desc, 16, D + 8, A, U)
QUEUE_OF(queue_askew_avail, 16, D, A + 1, U)
QUEUE_OF(queue_askew_used, 16, D, A, U + 2)
QUEUE_OF(queue_nowhere, 16, RIG_RAM, A, U)
QUEUE_OF(queue_half_out, 16, RIG_RAM - 16 * 15, A, U)
QUEUE_OF(queue_avail_out, 16, D, RIG_RAM - 32, U)
QUEUE_OF(queue_used_out, 16, D, A, RIG_RAM - 64)
QUEUE_OF(queue_above_all, 16, D, A, 0xfffffffffffffff0ULL)

/* ---- a driver that breaks a queue ---- */

#define CHAIN(name, ...)						\
	static void name(struct rig *rig)				\
	{								\
		drv_start(rig, 0, 1);					\
		__VA_ARGS__						\
		drv_kick(rig, 0, 0);					\
	}
#define DESC(i, addr, len, flags, next)	\
	drv_desc(rig, 0, 0, i, addr, len, flags, next)
#define OFFER(head)	drv_offer(rig, 0, 0, head)
#define B		BUFFERS_GPA
#define NEXT		VRING_DESC_F_NEXT
#define WRITE		VRING_DESC_F_WRITE

CHAIN(head_beyond, OFFER(RIG_QSIZE);)
CHAIN(next_beyond, DESC(0, B, 4, NEXT, RIG_QSIZE); OFFER(0);)
CHAIN(loop_of_one, DESC(0, B, 4, NEXT, 0); OFFER(0);)
CHAIN(loop_of_two, DESC(0, B, 4, NEXT, 1); DESC(1, B, 4, NEXT, 0); OFFER(0);)
CHAIN(not_ram, DESC(0, RIG_RAM, 4, 0, 0); OFFER(0);)
CHAIN(half_out, DESC(0, RIG_RAM - 2, 4, 0, 0); OFFER(0);)
CHAIN(wraps, DESC(0, -2ULL, 4, 0, 0); OFFER(0);)
CHAIN(device_itself, DESC(0, RIG_GPA, 4, 0, 0); OFFER(0);)
CHAIN(the_ring, DESC(0, MEM_HOLE_END, 4, 0, 0); OFFER(0);)
CHAIN(read_behind_write, DESC(0, B, 4, NEXT | WRITE, 1); DESC(1, B, 4, 0, 0);
	OFFER(0);)
CHAIN(indirect, DESC(0, B, 16, VRING_DESC_F_INDIRECT, 0); OFFER(0);)
CHAIN(index_jumps, drv_avail(rig, 0, 0)[1] = RIG_QSIZE + 1;)
CHAIN(index_back, drv_avail(rig, 0, 0)[1] = -1;)

static const struct {
	const char *name;
	void (*harm)(struct rig *rig);
	const char *why;
} breaks[] = {
#define BREAKS(name, why)	{ #name, name, why }
	BREAKS(no_features, "DRIVER_OK without"),
	BREAKS(status_back, "was taken back"),
	BREAKS(queue_before_features, "wrong time"),
	BREAKS(queue_when_it_runs, "wrong time"),
	BREAKS(queue_twice, "twice"),
	BREAKS(queue_moved, "changed that is ready"),
	BREAKS(queue_of_none, "cannot be"),
	BREAKS(queue_of_12, "cannot be"),
	BREAKS(queue_of_64, "cannot be"),
	BREAKS(queue_of_65536, "cannot be"),
	BREAKS(queue_askew_desc, "cannot be"),
	BREAKS(queue_askew_avail, "cannot be"),
	BREAKS(queue_askew_used, "cannot be"),
	BREAKS(queue_nowhere, "cannot be"),
	BREAKS(queue_half_out, "cannot be"),
	BREAKS(queue_avail_out, "cannot be"),
	BREAKS(queue_used_out, "cannot be"),
	BREAKS(queue_above_all, "cannot be"),
	BREAKS(head_beyond, "beyond the table"),
	BREAKS(next_beyond, "beyond the table"),
	BREAKS(loop_of_one, "without an end"),
	BREAKS(loop_of_two, "without an end"),
	BREAKS(not_ram, "not RAM"),
	BREAKS(half_out, "not RAM"),
	BREAKS(wraps, "not RAM"),
	BREAKS(device_itself, "not RAM"),
	BREAKS(the_ring, "not RAM"),
	BREAKS(read_behind_write, "behind one to write"),
	BREAKS(indirect, "not negotiated"),
	BREAKS(index_jumps, "more chains"),
	BREAKS(index_back, "more chains"),
};

/* It is told so, nothing more is done for it, and a reset makes it well. */
TEST_F(virtio, what_a_driver_must_not)
{
	struct rig *rig = &self->rig;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(breaks); i++) {
		rig->devs[0].broken = NULL;
		reg_write(rig, 0, VIRTIO_MMIO_STATUS, 0);
		drv_interrupts(rig, 0);
		memset(&seen, 0, sizeof(seen));
		breaks[i].harm(rig);
		EXPECT_TRUE(drv_is_broken(rig, 0)) {
			TH_LOG("%s", breaks[i].name);
		}
		EXPECT_EQ(0, seen.chains) {
			TH_LOG("%s", breaks[i].name);
		}
		ASSERT_TRUE(!!rig->devs[0].broken) {
			TH_LOG("%s", breaks[i].name);
		}
		EXPECT_TRUE(!!strstr(rig->devs[0].broken, breaks[i].why)) {
			TH_LOG("%s: %s", breaks[i].name, rig->devs[0].broken);
		}
		drv_start(rig, 0, 1);
		drv_desc(rig, 0, 0, 0, B, 4, WRITE, 0);
		drv_offer(rig, 0, 0, 0);
		drv_kick(rig, 0, 0);
		EXPECT_EQ(1, seen.chains) {
			TH_LOG("%s: no good after a reset", breaks[i].name);
		}
	}
}

/* A driver that runs hears of it, if it listens. */
TEST_F(virtio, broken_device_says_so_by_an_interrupt)
{
	struct rig *rig = &self->rig;

	head_beyond(rig);
	EXPECT_EQ(1, drv_interrupts(rig, 0));
	EXPECT_EQ(VIRTIO_MMIO_INT_CONFIG,
		  reg_read(rig, 0, VIRTIO_MMIO_INTERRUPT_STATUS));
}

/* Neither makes anything move. */
TEST_F(virtio, notification_that_means_nothing)
{
	struct rig *rig = &self->rig;

	reg_write(rig, 0, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
	virtio_worker_turn(&rig->worker, 0);
	EXPECT_EQ(0, seen.served);
	drv_start(rig, 0, 1);
	drv_kick(rig, 0, 77);
	EXPECT_EQ(0, seen.chains);
	EXPECT_FALSE(drv_is_broken(rig, 0));
	/* A queue that was stopped is not looked at. */
	reg_write(rig, 0, VIRTIO_MMIO_QUEUE_SEL, 0);
	reg_write(rig, 0, VIRTIO_MMIO_QUEUE_READY, 0);
	drv_desc(rig, 0, 0, 0, B, 4, WRITE, 0);
	drv_offer(rig, 0, 0, 0);
	drv_kick(rig, 0, 0);
	EXPECT_EQ(0, seen.chains);
}

TEST_F(virtio, chain_as_long_as_the_queue_is_no_loop)
{
	struct rig *rig = &self->rig;
	unsigned int i;

	drv_start(rig, 0, 1);
	for (i = 0; i < RIG_QSIZE - 1; i++)
		drv_desc(rig, 0, 0, i, B + i, 1, NEXT, i + 1);
	drv_desc(rig, 0, 0, i, B + LEN, 4, WRITE, 0);
	drv_offer(rig, 0, 0, 0);
	drv_kick(rig, 0, 0);
	EXPECT_FALSE(drv_is_broken(rig, 0));
	EXPECT_EQ(1, seen.chains);
}

/* ---- a guest that changes what it has said ---- */

/*
 * struct liar - another CPU of it
 * @len: a descriptor's, now good, now not
 */
struct liar {
	uint32_t *len;

	_Atomic bool stop;
};

static void *lie(void *arg)
{
	struct liar *liar = arg;

	while (!liar->stop) {
		__atomic_store_n(liar->len, 4, __ATOMIC_RELAXED);
		__atomic_store_n(liar->len, 0x7fffffff, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* What was checked is what is used: it was good, or the device is broken. */
TEST_F(virtio, descriptor_that_changes_while_it_is_read)
{
	struct rig *rig = &self->rig;
	struct vring_desc *desc = rig_at(rig, DESC_GPA(0, 0));
	unsigned int i, good = 0, bad = 0, wrong = 0;
	struct liar liar = { .len = &desc[0].len };
	pthread_t thread;

	drv_start(rig, 0, 1);
	ASSERT_EQ(0, pthread_create(&thread, NULL, lie, &liar));
	for (i = 0; i < 2000000 && (i < 20000 || !good || !bad); i++) {
		uint16_t used = drv_used(rig, 0, 0)->idx;

		desc[0].addr = B;
		desc[0].flags = WRITE;
		drv_offer(rig, 0, 0, 0);
		drv_kick(rig, 0, 0);
		if (drv_is_broken(rig, 0)) {
			bad++;
			drv_start(rig, 0, 1);
			continue;
		}
		good++;
		wrong += drv_used(rig, 0, 0)->ring[used % RIG_QSIZE].len > 4;
	}
	liar.stop = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(0, wrong);
	EXPECT_LT(0, good);
	EXPECT_LT(0, bad);
}

/* ---- the thread ---- */

static _Atomic unsigned int turns;

static void count_turn(struct virtio_source *src)
{
	eventfd_t n;

	turns += !eventfd_read(src->fd, &n);
}

TEST(worker_serves_and_leaves)
{
	const struct vm_error err = { .text = NULL };
	struct virtio_source src = {
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.ready = count_turn,
	};
	struct virtio_worker w;
	unsigned int ms;

	ASSERT_EQ(0, virtio_worker_init(&w, &err));
	ASSERT_EQ(0, virtio_worker_watch(&w, &src, EPOLLIN));
	ASSERT_EQ(0, virtio_worker_start(&w));
	eventfd_write(src.fd, 1);
	for (ms = 0; ms < 10000 && !turns; ms++)
		usleep(1000);
	EXPECT_EQ(0, virtio_worker_stop(&w));
	EXPECT_EQ(0, virtio_worker_stop(&w));
	EXPECT_EQ(1, atomic_load(&turns));
	virtio_worker_exit(&w);
	close(src.fd);
}

TEST_HARNESS_MAIN
