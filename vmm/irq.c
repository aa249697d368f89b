// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt lines of a VM.
 */
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "vmm/vmm.h"

void vm_irq_line(struct vm *vm, unsigned int line, bool level)
{
	struct kvm_irq_level irq = { .irq = line, .level = level };

	ioctl(vm->kvm.vm_fd, KVM_IRQ_LINE, &irq);
}
