/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ACPI's PM1a registers: event status and enable, and control, by which the
 * guest powers off. No event ever happens.
 */
#ifndef KTSTR_VMM_X86_PM1_H
#define KTSTR_VMM_X86_PM1_H

#include <stdint.h>

#include "vmm/bus.h"

struct vm;

/*
 * struct pm1 - the registers
 * @enable: what the guest has enabled; kept, without effect
 */
struct pm1 {
	struct vm_device dev;
	struct vm *vm;

	_Atomic uint16_t enable;
};

void pm1_init(struct pm1 *pm1, struct vm *vm);

#endif /* KTSTR_VMM_X86_PM1_H */
