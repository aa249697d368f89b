/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two ways in which a PC is reset by a port: the keyboard controller's
 * pulse (0xfe to 0x64) and the chipset's register at 0xcf9.
 */
#ifndef KTSTR_VMM_X86_RESET_H
#define KTSTR_VMM_X86_RESET_H

#include "vmm/bus.h"

struct vm;

/*
 * struct i8042 - a keyboard controller with nothing behind it
 */
struct i8042 {
	struct vm_device dev;
	struct vm *vm;
};

void i8042_init(struct i8042 *kbd, struct vm *vm);

/*
 * struct cf9 - the reset control register
 */
struct cf9 {
	struct vm_device dev;
	struct vm *vm;

	_Atomic unsigned char value;
};

void cf9_init(struct cf9 *cf9, struct vm *vm);

#endif /* KTSTR_VMM_X86_RESET_H */
