// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI's PM1a registers: event status and enable, and control, by which the
 * guest powers off. No event ever happens.
 */
#include "lib/common/util/compiler.h"
#include "vmm/bus.h"
#include "vmm/end.h"
#include "vmm/x86/layout.h"

#define PM1_STATUS		0
#define PM1_ENABLE		2
#define PM1_CONTROL		4

#define CONTROL_SCI_EN		(1U << 0)	/* ACPI mode: always */
#define CONTROL_SLP_TYP(v)	((v) >> 10 & 7)
#define CONTROL_SLP_EN		(1U << 13)

/*
 * struct pm1 - the registers
 * @enable: what the guest has enabled; kept, without effect
 */
struct pm1 {
	_Atomic uint16_t enable;
};

static uint64_t pm1_read(struct vm_device *dev, uint64_t offset,
			 unsigned int size)
{
	struct pm1 *pm1 = dev->state;
	uint32_t enable = pm1->enable;

	switch (offset) {
	case PM1_STATUS:
		return size == 4 ? enable << 16 : 0;
	case PM1_ENABLE:
		return enable;
	case PM1_CONTROL:
		return CONTROL_SCI_EN;
	default:
		return 0;
	}
}

static void pm1_write(struct vm_device *dev, uint64_t offset,
		      unsigned int size __maybe_unused, uint64_t value)
{
	struct pm1 *pm1 = dev->state;

	if (offset == PM1_ENABLE)
		pm1->enable = value;
	if (offset == PM1_CONTROL && value & CONTROL_SLP_EN &&
	    CONTROL_SLP_TYP(value) == X86_S5_SLP_TYP)
		vm_note_end(dev->vm, VM_END_POWEROFF, "ACPI power-off");
}

const struct vm_device_ops pm1_device = {
	.name = "pm1",
	.space = VM_SPACE_PORT,
	.base = X86_PM1_EVT_PORT,
	.length = X86_PM1_LEN,
	.size = sizeof(struct pm1),
	.regs_size = sizeof(struct pm1),
	.read = pm1_read,
	.write = pm1_write,
};
