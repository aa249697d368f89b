/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where VMs run on this machine, and how many side by side.
 */
#ifndef KTSTR_HOST_VMS_H
#define KTSTR_HOST_VMS_H

#include <stddef.h>

/**
 * enum vms_place - where VMs run
 * @VMS_KVM: on /dev/kvm
 * @VMS_EMULATED: on emulated hosts
 * @VMS_NOWHERE: neither is there
 * @VMS_NONE: there are none: tests run on this machine itself
 */
enum vms_place {
	VMS_KVM,
	VMS_EMULATED,
	VMS_NOWHERE,
	VMS_NONE,
};

/**
 * vms_place() - where do they run here?
 * @why: gets a sentence's end: why not on /dev/kvm, or that they do
 * @size: bytes at @why, 256 is enough
 *
 * Takes some milliseconds, see kvm_check().
 *
 * Return: where.
 */
enum vms_place vms_place(char *why, size_t size);

/**
 * vms_place_text() - for people
 * @place: where
 *
 * Return: "/dev/kvm", "the emulated host" or "no KVM".
 */
const char *vms_place_text(enum vms_place place);

/**
 * vms_side_by_side() - how many can be at work at a time
 * @place: where
 *
 * As $KTSTR_HOSTS says; else a CPU for each emulated host, four for each VM,
 * and what the memory that is free at present allows.
 *
 * Return: 1 or more.
 */
unsigned int vms_side_by_side(enum vms_place place);

/**
 * vms_max_cpus() - how many CPUs a VM may have here
 * @place: where
 *
 * More boot, and then mostly wait for each other.
 *
 * Return: 1 or more.
 */
unsigned int vms_max_cpus(enum vms_place place);

/**
 * vms_memory_mb() - how much memory a VM may have here at present
 * @place: where
 *
 * Return: MiB.
 */
unsigned long vms_memory_mb(enum vms_place place);

#endif /* KTSTR_HOST_VMS_H */
