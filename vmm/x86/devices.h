/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices of a PC. The table is in devices.c; bus.h says how to add one.
 */
#ifndef KTSTR_VMM_X86_DEVICES_H
#define KTSTR_VMM_X86_DEVICES_H

#include "vmm/bus.h"

extern const struct vm_device_ops * const vm_devices[];
extern const unsigned int n_vm_devices;

#endif /* KTSTR_VMM_X86_DEVICES_H */
