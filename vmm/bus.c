// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices, and who answers an access. See bus.h.
 */
#include "vmm/bus.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "vmm/memory.h"

/* Where devices may be; the bytes that one access may have. */
static const struct {
	const char *name;
	uint64_t start;
	uint64_t end;
	unsigned int max_size;
} spaces[VM_SPACES] = {
	[VM_SPACE_PORT] = { "port", 0, 1 << 16, 4 },
	[VM_SPACE_MMIO] = { "MMIO", MEM_HOLE_START, MEM_DEVICES_END, 8 },
};

void bus_init(struct bus *bus, struct vm *vm,
	      void (*irq)(struct vm *vm, unsigned int line, bool level))
{
	memset(bus, 0, sizeof(*bus));
	bus->vm = vm;
	bus->irq = irq;
}

/* All of the @size bytes at @addr are one device's, or nobody's. */
static const struct bus_range *bus_find(const struct bus *bus,
					enum vm_space space, uint64_t addr,
					unsigned int size)
{
	unsigned int i;

	for (i = 0; i < bus->n_ranges[space]; i++) {
		const struct bus_range *r = &bus->ranges[space][i];

		if (addr - r->base < r->length)
			return size <= r->length - (addr - r->base) ? r : NULL;
	}
	return NULL;
}

/* Says which device of the bus has some of a new one's range. */
static const struct vm_device_ops *
bus_overlap(const struct bus *bus, const struct vm_device_ops *ops)
{
	unsigned int i;

	for (i = 0; i < bus->n_ranges[ops->space]; i++) {
		const struct bus_range *r = &bus->ranges[ops->space][i];

		if (ops->base < r->base + r->length &&
		    r->base < ops->base + ops->length)
			return r->dev->ops;
	}
	return NULL;
}

static int bus_check(const struct bus *bus, const struct vm_device_ops *ops,
		     const struct vm_error *err)
{
	uint64_t start = spaces[ops->space].start;
	uint64_t end = spaces[ops->space].end;
	const struct vm_device_ops *other;

	if (bus->n_devices == BUS_DEVICES_MAX)
		return vm_fail(err, -ENOSPC,
			       "device %s: there are %u already: raise BUS_DEVICES_MAX",
			       ops->name, BUS_DEVICES_MAX);
	if (!ops->length || ops->base < start || ops->base >= end ||
	    ops->length > end - ops->base)
		return vm_fail(err, -ERANGE,
			       "device %s: %s 0x%llx, length 0x%llx, is not between 0x%llx and 0x%llx",
			       ops->name, spaces[ops->space].name,
			       (unsigned long long)ops->base,
			       (unsigned long long)ops->length,
			       (unsigned long long)start,
			       (unsigned long long)end);
	other = bus_overlap(bus, ops);
	if (other)
		return vm_fail(err, -EBUSY,
			       "device %s: %s 0x%llx, length 0x%llx, overlaps that of %s",
			       ops->name, spaces[ops->space].name,
			       (unsigned long long)ops->base,
			       (unsigned long long)ops->length, other->name);
	return 0;
}

static int device_init(struct vm_device *dev, const struct vm_error *err)
{
	const struct vm_device_ops *ops = dev->ops;
	int ret;

	if (ops->size) {
		dev->state = calloc(1, ops->size);
		if (!dev->state)
			return vm_fail(err, -ENOMEM, "no memory for device %s",
				       ops->name);
	}
	ret = ops->init ? ops->init(dev, err) : 0;
	if (ret)
		free(dev->state);
	return ret;
}

int bus_plug(struct bus *bus, const struct vm_device_ops *ops,
	     const struct vm_error *err)
{
	struct vm_device *dev;
	int ret = bus_check(bus, ops, err);

	if (ret)
		return ret;
	dev = &bus->devices[bus->n_devices];
	*dev = (struct vm_device) { .ops = ops, .bus = bus, .vm = bus->vm };
	ret = device_init(dev, err);
	if (ret)
		return ret;
	bus->n_devices++;
	bus->ranges[ops->space][bus->n_ranges[ops->space]++] =
		(struct bus_range) { ops->base, ops->length, dev };
	return 0;
}

int bus_plug_all(struct bus *bus, const struct vm_device_ops * const *table,
		 unsigned int n, const struct vm_error *err)
{
	unsigned int i;
	int ret;

	for (i = 0; i < n; i++) {
		ret = bus_plug(bus, table[i], err);
		if (ret) {
			bus_exit(bus);
			return ret;
		}
	}
	return 0;
}

void bus_exit(struct bus *bus)
{
	memset(bus->n_ranges, 0, sizeof(bus->n_ranges));
	while (bus->n_devices) {
		struct vm_device *dev = &bus->devices[--bus->n_devices];

		if (dev->ops->exit)
			dev->ops->exit(dev);
		free(dev->state);
	}
}

void *bus_regs(const struct vm_device *dev)
{
	return dev->ops->regs_size ? (char *)dev->state + dev->ops->regs : NULL;
}

void vm_device_irq(struct vm_device *dev, bool level)
{
	dev->bus->irq(dev->vm, dev->ops->irq, level);
}

static bool size_is_fit(enum vm_space space, unsigned int size)
{
	return size && size <= spaces[space].max_size && !(size & (size - 1));
}

void bus_access(struct bus *bus, enum vm_space space, uint64_t addr,
		bool write, void *data, unsigned int size)
{
	const struct bus_range *r = NULL;
	uint64_t value = 0;

	if (size_is_fit(space, size))
		r = bus_find(bus, space, addr, size);
	if (!r) {
		if (!write)
			memset(data, 0xff, size);
		return;
	}
	if (write) {
		memcpy(&value, data, size);
		r->dev->ops->write(r->dev, addr - r->base, size, value);
	} else {
		value = r->dev->ops->read(r->dev, addr - r->base, size);
		memcpy(data, &value, size);
	}
}

int bus_run_io(struct bus *bus, struct kvm_run *run, size_t run_size)
{
	bool write = run->io.direction == KVM_EXIT_IO_OUT;
	uint64_t offset = run->io.data_offset;
	unsigned int size = run->io.size;
	uint32_t count = run->io.count, i;
	uint16_t port = run->io.port;

	/* KVM writes this; the guest chooses port, size and count. */
	if (!size_is_fit(VM_SPACE_PORT, size) || offset < sizeof(*run) ||
	    offset > run_size || count > (run_size - offset) / size)
		return -EINVAL;
	for (i = 0; i < count; i++)
		bus_access(bus, VM_SPACE_PORT, port, write,
			   (uint8_t *)run + offset + i * size, size);
	return 0;
}

int bus_run_mmio(struct bus *bus, struct kvm_run *run)
{
	if (run->mmio.len > sizeof(run->mmio.data))
		return -EINVAL;
	bus_access(bus, VM_SPACE_MMIO, run->mmio.phys_addr,
		   run->mmio.is_write, run->mmio.data, run->mmio.len);
	return 0;
}
