/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A driver of virtio devices that does what a test says, in plain memory: no
 * KVM, no vCPU, no thread. Its queues lie where QUEUE_GPA() says, its buffers
 * from BUFFERS_GPA on.
 */
#ifndef KTSTR_UNIT_VIRTIO_RIG_H
#define KTSTR_UNIT_VIRTIO_RIG_H

#include <assert.h>
#include <fcntl.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <linux/virtio_ring.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/common/util/compiler.h"
#include "lib/common/util/util.h"
#include "vmm/bus.h"
#include "vmm/memory.h"
#include "vmm/virtio/kinds.h"

#define RIG_RAM		(4 * MEM_MIB)
#define RIG_GPA		0xd0000000ULL
#define RIG_DEVICES	4
#define RIG_QSIZE	16

/* A page for each part of each queue of each device. */
#define PART_GPA(dev, queue, part) \
	(0x100000ULL + (((dev) * 2 + (queue)) * 4 + (part)) * MEM_PAGE_SIZE)
#define DESC_GPA(dev, queue)	PART_GPA(dev, queue, 0)
#define AVAIL_GPA(dev, queue)	PART_GPA(dev, queue, 1)
#define USED_GPA(dev, queue)	PART_GPA(dev, queue, 2)
#define BUFFERS_GPA		0x200000ULL

/*
 * struct rig - a machine with nothing but such devices
 */
struct rig {
	struct guest_mem mem;
	struct bus bus;
	struct virtio_worker worker;
	struct virtio_net_switch sw;
	struct virtio_dev devs[RIG_DEVICES];
	unsigned int n_devs;
};

static inline void rig_no_line(struct vm *vm __maybe_unused,
			       unsigned int line __maybe_unused,
			       bool level __maybe_unused)
{
	abort();
}

static inline void rig_init(struct rig *rig)
{
	const struct vm_error err = { .text = NULL };

	memset(rig, 0, sizeof(*rig));
	assert(!guest_mem_init(&rig->mem, RIG_RAM, MEM_PAGE_SIZE, 0, &err));
	assert(!virtio_worker_init(&rig->worker, &err));
	bus_init(&rig->bus, NULL, rig_no_line);
}

static inline void rig_exit(struct rig *rig)
{
	bus_exit(&rig->bus);
	while (rig->n_devs)
		virtio_exit(&rig->devs[--rig->n_devs]);
	virtio_worker_exit(&rig->worker);
	guest_mem_exit(&rig->mem);
}

static inline struct virtio_needs rig_needs(struct rig *rig)
{
	return (struct virtio_needs) {
		.index = rig->n_devs,
		.mem = &rig->mem,
		.worker = &rig->worker,
	};
}

/* The next device, once it has been created. */
static inline void rig_plug(struct rig *rig)
{
	const struct vm_error err = { .text = NULL };
	unsigned int i = rig->n_devs++;

	assert(!bus_plug(&rig->bus,
			 virtio_place(&rig->devs[i],
				      RIG_GPA + i * VIRTIO_MMIO_SIZE, 5 + i),
			 &err));
}

static inline void *rig_at(struct rig *rig, uint64_t gpa)
{
	return guest_mem_at(&rig->mem, gpa, 1);
}

/* ---- registers ---- */

static inline uint64_t reg_read_sized(struct rig *rig, unsigned int dev,
				      uint64_t offset, unsigned int size)
{
	uint64_t value = 0;

	bus_access(&rig->bus, VM_SPACE_MMIO,
		   RIG_GPA + dev * VIRTIO_MMIO_SIZE + offset, false, &value,
		   size);
	return value;
}

static inline uint32_t reg_read(struct rig *rig, unsigned int dev,
				uint64_t offset)
{
	return reg_read_sized(rig, dev, offset, 4);
}

static inline void reg_write(struct rig *rig, unsigned int dev,
			     uint64_t offset, uint32_t value)
{
	bus_access(&rig->bus, VM_SPACE_MMIO,
		   RIG_GPA + dev * VIRTIO_MMIO_SIZE + offset, true, &value, 4);
}

/* ---- what a driver does ---- */

static inline uint64_t drv_offered(struct rig *rig, unsigned int dev)
{
	uint64_t features;

	reg_write(rig, dev, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	features = (uint64_t)reg_read(rig, dev, VIRTIO_MMIO_DEVICE_FEATURES)
		   << 32;
	reg_write(rig, dev, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	return features | reg_read(rig, dev, VIRTIO_MMIO_DEVICE_FEATURES);
}

static inline uint32_t drv_status(struct rig *rig, unsigned int dev)
{
	return reg_read(rig, dev, VIRTIO_MMIO_STATUS);
}

static inline void drv_add_status(struct rig *rig, unsigned int dev,
				  uint32_t bit)
{
	reg_write(rig, dev, VIRTIO_MMIO_STATUS, drv_status(rig, dev) | bit);
}

/* Up to FEATURES_OK. Returns whether the device agrees. */
static inline bool drv_negotiate(struct rig *rig, unsigned int dev,
				 uint64_t features)
{
	reg_write(rig, dev, VIRTIO_MMIO_STATUS, 0);
	drv_add_status(rig, dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	drv_add_status(rig, dev, VIRTIO_CONFIG_S_DRIVER);
	reg_write(rig, dev, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	reg_write(rig, dev, VIRTIO_MMIO_DRIVER_FEATURES, features >> 32);
	reg_write(rig, dev, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	reg_write(rig, dev, VIRTIO_MMIO_DRIVER_FEATURES, features);
	drv_add_status(rig, dev, VIRTIO_CONFIG_S_FEATURES_OK);
	return drv_status(rig, dev) & VIRTIO_CONFIG_S_FEATURES_OK;
}

static inline void drv_set_queue(struct rig *rig, unsigned int dev,
				 unsigned int queue, uint32_t size,
				 uint64_t desc, uint64_t avail, uint64_t used)
{
	reg_write(rig, dev, VIRTIO_MMIO_QUEUE_SEL, queue);
	reg_write(rig, dev, VIRTIO_MMIO_QUEUE_NUM, size);
	reg_write(rig, dev, VIRTIO_MMIO_QUEUE_DESC_LOW, desc);
	reg_write(rig, dev, VIRTIO_MMIO_QUEUE_DESC_HIGH, desc >> 32);
	reg_write(rig, dev, VIRTIO_MMIO_QUEUE_AVAIL_LOW, avail);
	reg_write(rig, dev, VIRTIO_MMIO_QUEUE_AVAIL_HIGH, avail >> 32);
	reg_write(rig, dev, VIRTIO_MMIO_QUEUE_USED_LOW, used);
	reg_write(rig, dev, VIRTIO_MMIO_QUEUE_USED_HIGH, used >> 32);
	reg_write(rig, dev, VIRTIO_MMIO_QUEUE_READY, 1);
}

static inline void drv_queue(struct rig *rig, unsigned int dev,
			     unsigned int queue)
{
	memset(rig_at(rig, PART_GPA(dev, queue, 0)), 0, 3 * MEM_PAGE_SIZE);
	drv_set_queue(rig, dev, queue, RIG_QSIZE, DESC_GPA(dev, queue),
		      AVAIL_GPA(dev, queue), USED_GPA(dev, queue));
}

/* All of what makes a device work. */
static inline void drv_start(struct rig *rig, unsigned int dev,
			     unsigned int n_queues)
{
	unsigned int i;

	drv_negotiate(rig, dev, drv_offered(rig, dev));
	for (i = 0; i < n_queues; i++)
		drv_queue(rig, dev, i);
	drv_add_status(rig, dev, VIRTIO_CONFIG_S_DRIVER_OK);
	virtio_worker_turn(&rig->worker, 0);
}

static inline void drv_desc(struct rig *rig, unsigned int dev,
			    unsigned int queue, unsigned int i, uint64_t addr,
			    uint32_t len, uint16_t flags, uint16_t next)
{
	struct vring_desc *d = rig_at(rig, DESC_GPA(dev, queue));

	d[i] = (struct vring_desc) { addr, len, flags, next };
}

static inline uint16_t *drv_avail(struct rig *rig, unsigned int dev,
				  unsigned int queue)
{
	return rig_at(rig, AVAIL_GPA(dev, queue));
}

static inline struct vring_used *drv_used(struct rig *rig, unsigned int dev,
					  unsigned int queue)
{
	return rig_at(rig, USED_GPA(dev, queue));
}

/* Offer the chain that begins with descriptor @head. */
static inline void drv_offer(struct rig *rig, unsigned int dev,
			     unsigned int queue, uint16_t head)
{
	uint16_t *avail = drv_avail(rig, dev, queue);

	avail[2 + avail[1] % RIG_QSIZE] = head;
	avail[1]++;
}

/* Have the device look, and wait until it has. */
static inline void drv_kick(struct rig *rig, unsigned int dev,
			    unsigned int queue)
{
	reg_write(rig, dev, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
	virtio_worker_turn(&rig->worker, 0);
}

/* Interrupts since the last time. */
static inline unsigned int drv_interrupts(struct rig *rig, unsigned int dev)
{
	eventfd_t n = 0;

	return eventfd_read(rig->devs[dev].irq_fd, &n) ? 0 : n;
}

static inline bool drv_is_broken(struct rig *rig, unsigned int dev)
{
	return drv_status(rig, dev) & VIRTIO_CONFIG_S_NEEDS_RESET;
}

#endif /* KTSTR_UNIT_VIRTIO_RIG_H */
