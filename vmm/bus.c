// SPDX-License-Identifier: GPL-2.0-only
/*
 * I/O ports. See bus.h.
 */
#include "vmm/bus.h"

#include <errno.h>
#include <string.h>

#include "lib/util/util.h"

static struct vm_device *bus_find(struct bus *bus, unsigned int port)
{
	unsigned int i;

	for (i = 0; i < bus->n_devices; i++) {
		struct vm_device *dev = bus->devices[i];

		if (port >= dev->base && port - dev->base < dev->len)
			return dev;
	}
	return NULL;
}

int bus_add(struct bus *bus, struct vm_device *dev)
{
	unsigned int i;

	if (bus->n_devices == BUS_DEVICES_MAX)
		return -ENOSPC;
	for (i = 0; i < dev->len; i++)
		if (bus_find(bus, dev->base + i))
			return -EBUSY;
	bus->devices[bus->n_devices++] = dev;
	return 0;
}

void bus_access(struct bus *bus, uint16_t port, bool write, void *data,
		unsigned int size)
{
	struct vm_device *dev = bus_find(bus, port);
	uint32_t value = ~0U;

	size = min(size, (unsigned int)sizeof(value));
	if (write) {
		value = 0;
		memcpy(&value, data, size);
		if (dev)
			dev->ops->write(dev, port - dev->base, size, value);
		return;
	}
	if (dev)
		value = dev->ops->read(dev, port - dev->base, size);
	memcpy(data, &value, size);
}
