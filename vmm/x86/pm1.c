// SPDX-License-Identifier: GPL-2.0-only
/*
 * ACPI's PM1a registers. See pm1.h.
 */
#include "vmm/x86/pm1.h"

#include "lib/util/util.h"
#include "vmm/vmm.h"
#include "vmm/x86/layout.h"

#define PM1_STATUS		0
#define PM1_ENABLE		2
#define PM1_CONTROL		4

#define CONTROL_SCI_EN		(1U << 0)	/* ACPI mode: always */
#define CONTROL_SLP_TYP(v)	((v) >> 10 & 7)
#define CONTROL_SLP_EN		(1U << 13)

static uint32_t pm1_read(struct vm_device *dev, unsigned int offset,
			 unsigned int size)
{
	struct pm1 *pm1 = container_of(dev, struct pm1, dev);
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

static void pm1_write(struct vm_device *dev, unsigned int offset,
		      unsigned int size __maybe_unused, uint32_t value)
{
	struct pm1 *pm1 = container_of(dev, struct pm1, dev);

	if (offset == PM1_ENABLE)
		pm1->enable = value;
	if (offset == PM1_CONTROL && value & CONTROL_SLP_EN &&
	    CONTROL_SLP_TYP(value) == X86_S5_SLP_TYP)
		vm_note_end(pm1->vm, VM_END_POWEROFF, "ACPI power-off");
}

static const struct vm_device_ops pm1_ops = {
	.name = "pm1",
	.read = pm1_read,
	.write = pm1_write,
};

void pm1_init(struct pm1 *pm1, struct vm *vm)
{
	pm1->vm = vm;
	pm1->enable = 0;
	pm1->dev.ops = &pm1_ops;
	pm1->dev.base = X86_PM1_EVT_PORT;
	pm1->dev.len = X86_PM1_LEN;
}
