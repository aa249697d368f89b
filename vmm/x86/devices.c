// SPDX-License-Identifier: GPL-2.0-only
/*
 * All devices of a PC. See devices.h.
 */
#include "vmm/x86/devices.h"

#include "lib/common/util/util.h"
#include "vmm/virtio/set.h"
#include "vmm/x86/layout.h"
#include "vmm/x86/machine.h"

/*
 * A row is a device: row(NAME) stands for the struct vm_device_ops NAME_device
 * in the device's own file, which needs no header.
 */
#define VM_DEVICES(row)							\
	row(com1)	/* com.c: the kernel's console */		\
	row(com2)	/* com.c: init's words */			\
	row(i8042)	/* reset.c: keyboard controller */		\
	row(cf9)	/* reset.c: reset control register */		\
	row(pm1)	/* pm1.c: ACPI's registers, power-off */

#define DECLARE(name)	extern const struct vm_device_ops name##_device;
#define POINTER(name)	&name##_device,

VM_DEVICES(DECLARE)

const struct vm_device_ops * const vm_devices[] = {
	VM_DEVICES(POINTER)
};

const unsigned int n_vm_devices = ARRAY_SIZE(vm_devices);

/*
 * Where virtio devices lie that a VM was asked for. The lines are those of a PC
 * that nothing else of ours uses: a kernel knows them, by ACPI or without.
 */
#define SLOT(i, line) \
	{ .gpa = X86_VIRTIO_GPA + (i) * VIRTIO_MMIO_SIZE, .irq = (line) }

const struct virtio_slot *machine_virtio_slots(void)
{
	static const struct virtio_slot slots[VIRTIO_DEVICES_MAX] = {
		SLOT(0, 5), SLOT(1, 6), SLOT(2, 7), SLOT(3, 10),
		SLOT(4, 11), SLOT(5, 12), SLOT(6, 14), SLOT(7, 15),
	};

	return slots;
}
