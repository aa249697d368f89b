// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transport: registers of virtio over MMIO, version 2. See virtio.h.
 */
#include "vmm/virtio/virtio.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/common/util/util.h"

#define MAGIC		0x74726976	/* "virt" */
#define VERSION		2
#define VENDOR		0x7274736b	/* "kstr" */

#define DRIVER_BITS	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | \
			 VIRTIO_CONFIG_S_DRIVER_OK |			\
			 VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_FAILED)
#define INTRODUCED	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER)

static void raise_irq(struct virtio_dev *dev, uint32_t why)
{
	dev->irq_status |= why;
	eventfd_write(dev->irq_fd, 1);
}

/* ---- for the kinds ---- */

bool virtio_live(const struct virtio_dev *dev)
{
	return dev->status & VIRTIO_CONFIG_S_DRIVER_OK &&
	       !(dev->status & VIRTIO_CONFIG_S_NEEDS_RESET);
}

bool virtio_has(const struct virtio_dev *dev, unsigned int feature)
{
	return dev->accepted >> feature & 1;
}

void virtio_break(struct virtio_dev *dev, const char *why)
{
	if (!dev->broken)
		dev->broken = why;
	dev->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	if (dev->status & VIRTIO_CONFIG_S_DRIVER_OK)
		raise_irq(dev, VIRTIO_MMIO_INT_CONFIG);
}

bool virtio_take(struct virtio_dev *dev, unsigned int queue,
		 struct virtq_chain *chain)
{
	const char *why;
	int ret;

	if (!virtio_live(dev))
		return false;
	ret = virtq_next(&dev->queues[queue], chain, &why);
	if (ret < 0)
		virtio_break(dev, why);
	return ret > 0;
}

void virtio_told(struct virtio_dev *dev, unsigned int queue)
{
	if (virtq_wants_irq(&dev->queues[queue]))
		raise_irq(dev, VIRTIO_MMIO_INT_VRING);
}

void virtio_config_changed(struct virtio_dev *dev)
{
	dev->generation++;
	if (virtio_live(dev))
		raise_irq(dev, VIRTIO_MMIO_INT_CONFIG);
}

/* ---- the driver's progress ---- */

static void reset(struct virtio_dev *dev)
{
	unsigned int i;

	dev->status = 0;
	dev->accepted = 0;
	dev->offered_sel = 0;
	dev->accepted_sel = 0;
	dev->queue_sel = 0;
	dev->irq_status = 0;
	for (i = 0; i < dev->ops->n_queues; i++)
		virtq_reset(&dev->queues[i]);
	if (dev->ops->reset)
		dev->ops->reset(dev);
}

static bool features_are_fit(const struct virtio_dev *dev)
{
	return !(dev->accepted & ~dev->offered) &&
	       virtio_has(dev, VIRTIO_F_VERSION_1);
}

static void write_status(struct virtio_dev *dev, uint32_t value)
{
	uint32_t old = dev->status, news;

	if (!value) {
		reset(dev);
		return;
	}
	value &= DRIVER_BITS;
	if (old & DRIVER_BITS & ~value) {
		virtio_break(dev, "a bit of the status was taken back");
		return;
	}
	news = value & ~old;
	/* Where it stays clear, the driver knows that we do not agree. */
	if (news & VIRTIO_CONFIG_S_FEATURES_OK &&
	    ((value & INTRODUCED) != INTRODUCED || !features_are_fit(dev)))
		value &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	if (news & VIRTIO_CONFIG_S_DRIVER_OK &&
	    !(value & VIRTIO_CONFIG_S_FEATURES_OK)) {
		virtio_break(dev, "DRIVER_OK without FEATURES_OK");
		return;
	}
	dev->status |= value;
	/* Buffers may be there already, and things that wait for them. */
	if (news & VIRTIO_CONFIG_S_DRIVER_OK)
		eventfd_write(dev->kick.fd, 1);
}

static void write_features(struct virtio_dev *dev, uint32_t value)
{
	unsigned int shift = dev->accepted_sel ? 32 : 0;

	if (dev->accepted_sel > 1 ||
	    dev->status & VIRTIO_CONFIG_S_FEATURES_OK)
		return;
	dev->accepted &= ~(0xffffffffULL << shift);
	dev->accepted |= (uint64_t)value << shift;
}

static uint32_t read_features(const struct virtio_dev *dev)
{
	if (dev->offered_sel > 1)
		return 0;
	return dev->offered >> (dev->offered_sel ? 32 : 0);
}

/* ---- queues ---- */

static struct virtq *selected(struct virtio_dev *dev)
{
	return dev->queue_sel < dev->ops->n_queues ?
	       &dev->queues[dev->queue_sel] : NULL;
}

static void write_ready(struct virtio_dev *dev, struct virtq *q,
			uint32_t value)
{
	const uint32_t setup = VIRTIO_CONFIG_S_FEATURES_OK;

	if (!(value & 1)) {
		q->ready = false;
		return;
	}
	if ((dev->status & (setup | VIRTIO_CONFIG_S_DRIVER_OK)) != setup)
		virtio_break(dev, "a queue was made ready at the wrong time");
	else if (q->ready)
		virtio_break(dev, "a queue was made ready twice");
	else if (virtq_start(q))
		virtio_break(dev, "a queue of a size or in a place that cannot be");
}

static void set_half(uint64_t *gpa, bool high, uint32_t value)
{
	unsigned int shift = high ? 32 : 0;

	*gpa = (*gpa & ~(0xffffffffULL << shift)) | (uint64_t)value << shift;
}

static void write_queue(struct virtio_dev *dev, struct virtq *q,
			uint64_t offset, uint32_t value)
{
	if (offset == VIRTIO_MMIO_QUEUE_READY) {
		write_ready(dev, q, value);
		return;
	}
	if (q->ready) {
		virtio_break(dev, "a queue was changed that is ready");
		return;
	}
	switch (offset) {
	case VIRTIO_MMIO_QUEUE_NUM:
		/* What does not fit is no size that it can have. */
		q->size = value > UINT16_MAX ? 0 : value;
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		set_half(&q->desc_gpa, offset == VIRTIO_MMIO_QUEUE_DESC_HIGH,
			 value);
		break;
	case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
	case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
		set_half(&q->avail_gpa, offset == VIRTIO_MMIO_QUEUE_AVAIL_HIGH,
			 value);
		break;
	case VIRTIO_MMIO_QUEUE_USED_LOW:
	case VIRTIO_MMIO_QUEUE_USED_HIGH:
		set_half(&q->used_gpa, offset == VIRTIO_MMIO_QUEUE_USED_HIGH,
			 value);
		break;
	default:
		/* The others are read, or of no use to us. */
		break;
	}
}

/* ---- registers ---- */

static uint32_t read_register(struct virtio_dev *dev, uint64_t offset)
{
	const struct virtq *q = selected(dev);

	switch (offset) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return MAGIC;
	case VIRTIO_MMIO_VERSION:
		return VERSION;
	case VIRTIO_MMIO_DEVICE_ID:
		return dev->ops->id;
	case VIRTIO_MMIO_VENDOR_ID:
		return VENDOR;
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return read_features(dev);
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return q ? q->size_max : 0;
	case VIRTIO_MMIO_QUEUE_READY:
		return q && q->ready;
	case VIRTIO_MMIO_STATUS:
		return dev->status;
	case VIRTIO_MMIO_SHM_LEN_LOW:
	case VIRTIO_MMIO_SHM_LEN_HIGH:
	case VIRTIO_MMIO_SHM_BASE_LOW:
	case VIRTIO_MMIO_SHM_BASE_HIGH:
		/* There is no memory to share. */
		return UINT32_MAX;
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return dev->generation;
	default:
		return 0;
	}
}

static void write_register(struct virtio_dev *dev, uint64_t offset,
			   uint32_t value)
{
	struct virtq *q = selected(dev);

	switch (offset) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		dev->offered_sel = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		write_features(dev, value);
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		dev->accepted_sel = value;
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		dev->queue_sel = value;
		break;
	case VIRTIO_MMIO_STATUS:
		write_status(dev, value);
		break;
	default:
		if (q)
			write_queue(dev, q, offset, value);
		break;
	}
}

static uint64_t read_config(const struct virtio_dev *dev, uint64_t offset,
			    unsigned int size)
{
	uint64_t value = 0;

	if (offset < dev->config_size)
		memcpy(&value, dev->config + offset,
		       min((size_t)size, dev->config_size - offset));
	return value;
}

static struct virtio_dev *virtio_of(const struct vm_device *dev)
{
	return container_of(dev->ops, struct virtio_dev, place);
}

static uint64_t mmio_read(struct vm_device *bus_dev, uint64_t offset,
			  unsigned int size)
{
	struct virtio_dev *dev = virtio_of(bus_dev);
	uint64_t value = 0;

	if (offset == VIRTIO_MMIO_INTERRUPT_STATUS)
		return size == sizeof(uint32_t) ? dev->irq_status : 0;
	pthread_mutex_lock(&dev->lock);
	if (offset >= VIRTIO_MMIO_CONFIG)
		value = read_config(dev, offset - VIRTIO_MMIO_CONFIG, size);
	else if (size == sizeof(uint32_t))
		value = read_register(dev, offset);
	pthread_mutex_unlock(&dev->lock);
	return value;
}

/* Nothing of a configuration can be written: no kind offers such a feature. */
static void mmio_write(struct vm_device *bus_dev, uint64_t offset,
		       unsigned int size, uint64_t value)
{
	struct virtio_dev *dev = virtio_of(bus_dev);

	if (size != sizeof(uint32_t) || offset >= VIRTIO_MMIO_CONFIG)
		return;
	if (offset == VIRTIO_MMIO_INTERRUPT_ACK) {
		dev->irq_status &= ~(uint32_t)value;
	} else if (offset == VIRTIO_MMIO_QUEUE_NOTIFY) {
		/* KVM does this itself; which queue it is, is not asked for. */
		eventfd_write(dev->kick.fd, 1);
	} else {
		pthread_mutex_lock(&dev->lock);
		write_register(dev, offset, value);
		pthread_mutex_unlock(&dev->lock);
	}
}

/* ---- come and go ---- */

static void kicked(struct virtio_source *src)
{
	struct virtio_dev *dev = src->ctx;
	eventfd_t count;

	eventfd_read(src->fd, &count);
	pthread_mutex_lock(&dev->lock);
	if (virtio_live(dev))
		dev->ops->serve(dev);
	pthread_mutex_unlock(&dev->lock);
}

int virtio_init(struct virtio_dev *dev, const struct virtio_ops *ops,
		unsigned int index, const struct guest_mem *mem,
		struct virtio_worker *worker, const struct vm_error *err)
{
	unsigned int i;

	memset(dev, 0, sizeof(*dev));
	snprintf(dev->name, sizeof(dev->name), "%s%u", ops->name, index);
	dev->ops = ops;
	dev->worker = worker;
	dev->offered = 1ULL << VIRTIO_F_VERSION_1;
	for (i = 0; i < ops->n_queues; i++)
		virtq_init(&dev->queues[i], mem, ops->queue_sizes[i]);
	pthread_mutex_init(&dev->lock, NULL);
	dev->irq_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	dev->kick = (struct virtio_source) {
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.ready = kicked,
		.ctx = dev,
	};
	if (dev->irq_fd < 0 || dev->kick.fd < 0 ||
	    virtio_worker_watch(worker, &dev->kick, EPOLLIN))
		return vm_fail(err, -errno, "device %s: eventfd: %s",
			       dev->name, strerror(errno));
	return 0;
}

void virtio_exit(struct virtio_dev *dev)
{
	if (dev->ops->exit)
		dev->ops->exit(dev);
	if (dev->irq_fd >= 0)
		close(dev->irq_fd);
	if (dev->kick.fd >= 0)
		close(dev->kick.fd);
	pthread_mutex_destroy(&dev->lock);
}

const struct vm_device_ops *virtio_place(struct virtio_dev *dev, uint64_t gpa,
					 unsigned int irq)
{
	dev->place = (struct vm_device_ops) {
		.name = dev->name,
		.space = VM_SPACE_MMIO,
		.base = gpa,
		.length = VIRTIO_MMIO_SIZE,
		.irq = irq,
		.read = mmio_read,
		.write = mmio_write,
	};
	return &dev->place;
}
