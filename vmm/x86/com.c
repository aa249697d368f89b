// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two UARTs of a PC: on COM1 the kernel has its console, on COM2 init says
 * how far it is. Both are emptied by the service loop.
 */
#include "vmm/vmm.h"
#include "vmm/x86/layout.h"

static int com1_init(struct vm_device *dev,
		     const struct vm_error *err __maybe_unused)
{
	serial_init(dev, &dev->vm->com1_out);
	dev->vm->machine.com1 = dev->state;
	return 0;
}

const struct vm_device_ops com1_device = {
	.name = "com1",
	.space = VM_SPACE_PORT,
	.base = X86_COM1_PORT,
	.length = SERIAL_PORTS,
	.irq = X86_COM1_IRQ,
	.size = sizeof(struct serial),
	.regs = SERIAL_REGS,
	.regs_size = SERIAL_REGS_SIZE,
	.init = com1_init,
	.exit = serial_exit,
	.read = serial_read,
	.write = serial_write,
};

static int com2_init(struct vm_device *dev,
		     const struct vm_error *err __maybe_unused)
{
	serial_init(dev, &dev->vm->com2_out);
	return 0;
}

const struct vm_device_ops com2_device = {
	.name = "com2",
	.space = VM_SPACE_PORT,
	.base = X86_COM2_PORT,
	.length = SERIAL_PORTS,
	.irq = X86_COM2_IRQ,
	.size = sizeof(struct serial),
	.regs = SERIAL_REGS,
	.regs_size = SERIAL_REGS_SIZE,
	.init = com2_init,
	.exit = serial_exit,
	.read = serial_read,
	.write = serial_write,
};
