/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices, and the two buses that a guest reaches them by: I/O ports and
 * memory-mapped registers.
 *
 * To add a device: one file with its state, its handlers and a const struct
 * vm_device_ops; a row in the table of vmm/x86/devices.c; a line in the list
 * of Documentation/architecture.rst. Nothing else knows of it.
 *
 * What a guest asks for is checked here, once: a handler sees no offset and no
 * size that its device does not have.
 */
#ifndef KTSTR_VMM_BUS_H
#define KTSTR_VMM_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/fail.h"

#define BUS_DEVICES_MAX	16

struct bus;
struct kvm_run;
struct vm;
struct vm_device;

/**
 * enum vm_space - how a guest reaches a device
 * @VM_SPACE_PORT: by an I/O port (KVM_EXIT_IO)
 * @VM_SPACE_MMIO: by a guest physical address (KVM_EXIT_MMIO)
 * @VM_SPACES: their number
 */
enum vm_space {
	VM_SPACE_PORT,
	VM_SPACE_MMIO,
	VM_SPACES,
};

/**
 * struct vm_device_ops - all that there is to know of a device
 * @name: for messages
 * @space: how it is reached
 * @base: its first port or guest physical address; MMIO lies between
 *	MEM_HOLE_START and MEM_DEVICES_END
 * @length: ports or bytes from there
 * @irq: its interrupt line, for vm_device_irq(); 0 for none
 * @size: bytes of state, which are zero when @init is called; 0 for none
 * @regs: where in its state that begins which a clone takes over: registers,
 *	no locks, no pointers
 * @regs_size: its bytes, 0 for none
 * @init: make the state; NULL when zeros will do. Where it fails, it has undone
 *	what it did, and @exit is not called
 * @exit: undo @init; no vCPU runs any more. NULL when there is nothing to do
 * @read: the register at @offset; @size is 1, 2, 4 or, by MMIO, 8, and
 *	@offset + @size is within the device. The low @size bytes are used
 * @write: likewise; only the low @size bytes of @value can be set
 *
 * Context of @read and @write: any vCPU thread, several at once: a device that
 * has state has a lock.
 */
struct vm_device_ops {
	const char *name;
	enum vm_space space;
	uint64_t base;
	uint64_t length;
	unsigned int irq;
	size_t size;
	size_t regs;
	size_t regs_size;
	int (*init)(struct vm_device *dev, const struct vm_error *err);
	void (*exit)(struct vm_device *dev);
	uint64_t (*read)(struct vm_device *dev, uint64_t offset,
			 unsigned int size);
	void (*write)(struct vm_device *dev, uint64_t offset,
		      unsigned int size, uint64_t value);
};

/**
 * struct vm_device - a device of one VM
 * @ops: what it is
 * @bus: where it is plugged in
 * @vm: whose it is
 * @state: ops->size bytes of its own; NULL when that is 0
 */
struct vm_device {
	const struct vm_device_ops *ops;
	struct bus *bus;
	struct vm *vm;
	void *state;
};

/**
 * struct bus_range - where a device is
 */
struct bus_range {
	uint64_t base;
	uint64_t length;
	struct vm_device *dev;
};

/**
 * struct bus - the devices of one VM
 * @vm: whose they are
 * @irq: sets the level of an interrupt line
 * @devices: in the order in which they were plugged in
 * @n_devices: their number
 * @ranges: where they are, by space: all that an access looks through
 * @n_ranges: their numbers
 *
 * Only a VM that does not run yet, or no more, has devices added or taken away.
 */
struct bus {
	struct vm *vm;
	void (*irq)(struct vm *vm, unsigned int line, bool level);
	struct vm_device devices[BUS_DEVICES_MAX];
	unsigned int n_devices;
	struct bus_range ranges[VM_SPACES][BUS_DEVICES_MAX];
	unsigned int n_ranges[VM_SPACES];
};

/**
 * bus_init() - no device yet
 * @bus: what to begin with
 * @vm: whose it is
 * @irq: sets the level of an interrupt line
 */
void bus_init(struct bus *bus, struct vm *vm,
	      void (*irq)(struct vm *vm, unsigned int line, bool level));

/**
 * bus_plug() - make a device and plug it in
 * @bus: where
 * @ops: what; must stay
 * @err: gets the reason of a failure
 *
 * Return: 0; -EBUSY when another one has some of its range, -ERANGE for a range
 * that no device can have, -ENOSPC, -ENOMEM, or what its init returned. After a
 * failure all is as it was before.
 */
int bus_plug(struct bus *bus, const struct vm_device_ops *ops,
	     const struct vm_error *err);

/**
 * bus_plug_all() - plug in all devices of a table
 * @bus: where
 * @table: what
 * @n: their number
 * @err: gets the reason of a failure
 *
 * Return: 0 or -errno as of bus_plug(); then the bus has no device.
 */
int bus_plug_all(struct bus *bus, const struct vm_device_ops * const *table,
		 unsigned int n, const struct vm_error *err);

/**
 * bus_exit() - take all devices out and apart, the last one first
 * @bus: may have none; may be plugged into again
 */
void bus_exit(struct bus *bus);

/**
 * bus_regs() - what of a device's state a clone takes over
 * @dev: the device
 *
 * Return: its ops->regs_size bytes, NULL for none.
 */
void *bus_regs(const struct vm_device *dev);

/**
 * vm_device_irq() - set the level of a device's interrupt line
 * @dev: whose; must have one
 * @level: true for raised
 */
void vm_device_irq(struct vm_device *dev, bool level);

/**
 * bus_access() - one access by the guest
 * @bus: whose devices
 * @space: by port or by address
 * @addr: any
 * @write: else it reads
 * @data: @size bytes
 * @size: 1 to 8. What is not 1, 2, 4 or 8, or not all within one device, is no
 *	device's: it reads as ones, and a write goes nowhere
 */
void bus_access(struct bus *bus, enum vm_space space, uint64_t addr,
		bool write, void *data, unsigned int size);

/**
 * bus_run_io() - do what KVM_EXIT_IO asks for, string instructions too
 * @bus: whose devices
 * @run: as KVM has left it
 * @run_size: bytes at @run: its fields, and behind them the data
 *
 * Return: 0; -EINVAL when its data would not be there.
 */
int bus_run_io(struct bus *bus, struct kvm_run *run, size_t run_size);

/**
 * bus_run_mmio() - do what KVM_EXIT_MMIO asks for
 * @bus: whose devices
 * @run: as KVM has left it
 *
 * Return: 0; -EINVAL when its data would not be within @run.
 */
int bus_run_mmio(struct bus *bus, struct kvm_run *run);

#endif /* KTSTR_VMM_BUS_H */
