/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtio device behind the transport "virtio over MMIO", version 2 (virtio
 * 1.2, sections 2 and 4.2): registers, status, interrupts and queues are here,
 * once for all; what kind of device it is, is in its ops.
 *
 * To add a kind: one file with its state, its ops and a function that creates
 * it (kinds.h); where a VM gets it from is in set.c.
 *
 * Locks: registers are written by any vCPU, queues are served by the worker,
 * both under the device's lock. Only the worker has two of them at a time, when
 * a frame goes from one interface to another. What a driver does on each
 * interrupt, and a notification, take none.
 *
 * A driver that does what it must not is told so by DEVICE_NEEDS_RESET: nothing
 * of the device moves until it has been reset.
 */
#ifndef KTSTR_VMM_VIRTIO_VIRTIO_H
#define KTSTR_VMM_VIRTIO_VIRTIO_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/bus.h"
#include "vmm/fail.h"
#include "vmm/virtio/queue.h"
#include "vmm/virtio/worker.h"

#define VIRTIO_QUEUES_MAX	2
#define VIRTIO_CONFIG_MAX	128
#define VIRTIO_MMIO_SIZE	0x1000

struct virtio_dev;

/*
 * struct virtio_ops - a kind of device
 * @name: for messages
 * @id: its number, VIRTIO_ID_*
 * @n_queues: its queues
 * @queue_sizes: descriptors of each at most
 * @serve: look through its queues, as the driver has notified us, or something
 *	has come that waits for its buffers; a driver is there, and has broken
 *	nothing. Under the lock, by the worker
 * @reset: forget what it knew of the driver; queues are as at first already.
 *	Under the lock, by any thread. NULL when there is nothing
 * @finish: the guest has ended, and so has the worker: do what is left. NULL
 *	likewise
 * @exit: release the state; nothing runs any more. NULL likewise
 */
struct virtio_ops {
	const char *name;
	uint32_t id;
	unsigned int n_queues;
	uint16_t queue_sizes[VIRTIO_QUEUES_MAX];
	void (*serve)(struct virtio_dev *dev);
	void (*reset)(struct virtio_dev *dev);
	void (*finish)(struct virtio_dev *dev);
	void (*exit)(struct virtio_dev *dev);
};

/*
 * struct virtio_dev - a device
 * @ops: its kind
 * @state: the kind's own
 * @place: what the bus is to know of it
 * @name: "blk0"
 * @worker: serves it
 * @kick: the driver has notified us; an eventfd
 * @irq_fd: eventfd that raises its interrupt line
 * @irq_status: why it was raised, and not yet acknowledged
 * @lock: guards all below
 * @offered: features; the kind sets them before the driver comes, as @config
 * @config: its configuration, @config_size bytes of it
 * @generation: changes with it
 * @status: the driver's progress, and DEVICE_NEEDS_RESET
 * @accepted: features that the driver has taken
 * @offered_sel, @accepted_sel, @queue_sel: which of them is meant
 * @queues: ops->n_queues of them
 * @broken: what the driver has done wrong, first; NULL for nothing yet
 */
struct virtio_dev {
	const struct virtio_ops *ops;
	void *state;
	struct vm_device_ops place;
	char name[16];
	struct virtio_worker *worker;
	struct virtio_source kick;
	int irq_fd;

	_Atomic uint32_t irq_status;

	pthread_mutex_t lock;
	uint64_t offered;
	uint8_t config[VIRTIO_CONFIG_MAX];
	size_t config_size;
	uint32_t generation;
	uint32_t status;
	uint64_t accepted;
	uint32_t offered_sel;
	uint32_t accepted_sel;
	uint32_t queue_sel;
	struct virtq queues[VIRTIO_QUEUES_MAX];
	const char *broken;
};

/*
 * virtio_init() - a device as after a reset
 * @index: its number among those of its kind
 * @mem: the guest's
 * @worker: serves it; must stay
 *
 * Where it fails, virtio_exit() is due all the same. Return: 0 or -errno.
 */
int virtio_init(struct virtio_dev *dev, const struct virtio_ops *ops,
		unsigned int index, const struct guest_mem *mem,
		struct virtio_worker *worker, const struct vm_error *err);
void virtio_exit(struct virtio_dev *dev);

/*
 * virtio_place() - where the guest finds it, for bus_plug()
 * @gpa: of its registers, VIRTIO_MMIO_SIZE bytes
 * @irq: its interrupt line, raised by an edge
 *
 * Return: what to plug in; part of @dev.
 */
const struct vm_device_ops *virtio_place(struct virtio_dev *dev, uint64_t gpa,
					 unsigned int irq);

/*
 * virtio_live() - does a driver use it, which has broken nothing?
 *
 * Context: under its lock, as all below.
 */
bool virtio_live(const struct virtio_dev *dev);

/*
 * virtio_has() - was this feature negotiated?
 */
bool virtio_has(const struct virtio_dev *dev, unsigned int feature);

/*
 * virtio_take() - the next chain of one of its queues
 *
 * Return: true; false when there is none, or the driver has broken it.
 */
bool virtio_take(struct virtio_dev *dev, unsigned int queue,
		 struct virtq_chain *chain);

/*
 * virtio_told() - have the driver look at what was put into a queue, if it
 *	wants to
 */
void virtio_told(struct virtio_dev *dev, unsigned int queue);

/*
 * virtio_config_changed() - have the driver read its configuration again
 */
void virtio_config_changed(struct virtio_dev *dev);

/*
 * virtio_break() - the driver did what it must not
 * @why: a constant
 */
void virtio_break(struct virtio_dev *dev, const char *why);

#endif /* KTSTR_VMM_VIRTIO_VIRTIO_H */
