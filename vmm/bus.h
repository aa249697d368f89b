/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * I/O ports, and the devices behind them.
 *
 * To add a device: one file with its registers, state and a const struct
 * vm_device_ops; a struct vm_device embedded in its state; a row in the table
 * of vmm/x86/devices.c. Nothing else knows of it.
 */
#ifndef KTSTR_VMM_BUS_H
#define KTSTR_VMM_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUS_DEVICES_MAX	16

struct vm_device;

/*
 * struct vm_device_ops - a device's handlers
 * @name: for messages
 * @read: the register at @offset; @size is 1, 2 or 4
 * @write: store there; the guest wrote the low @size bytes of @value
 *
 * Context: any vCPU thread, several at once: the device has its own lock if
 * it has state. @offset is within the device, @offset + @size may not be.
 */
struct vm_device_ops {
	const char *name;
	uint32_t (*read)(struct vm_device *dev, unsigned int offset,
			 unsigned int size);
	void (*write)(struct vm_device *dev, unsigned int offset,
		      unsigned int size, uint32_t value);
};

/*
 * struct vm_device - a range of ports; embedded in a device's state
 */
struct vm_device {
	const struct vm_device_ops *ops;
	uint16_t base;
	uint16_t len;
};

struct bus {
	struct vm_device *devices[BUS_DEVICES_MAX];
	unsigned int n_devices;
};

/*
 * bus_add() - plug a device in
 *
 * Return: 0; -EBUSY when its ports are taken, -ENOSPC.
 */
int bus_add(struct bus *bus, struct vm_device *dev);

/*
 * bus_access() - one access by the guest
 * @data: @size bytes; what no device answers reads as ones
 */
void bus_access(struct bus *bus, uint16_t port, bool write, void *data,
		unsigned int size);

#endif /* KTSTR_VMM_BUS_H */
