/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Can KVM here run an unmodified kernel?
 *
 * A device that opens says little: some hypervisors offer a KVM that only
 * interprets a guest's kernel and lacks instructions that every kernel uses.
 * So a tiny 64-bit guest executes a few of those, and its end is the answer.
 */
#ifndef KTSTR_VMM_KVM_CHECK_H
#define KTSTR_VMM_KVM_CHECK_H

#include <stddef.h>

/**
 * enum kvm_usability - the answer
 * @KVM_USABLE: a kernel can run here
 * @KVM_UNUSABLE: it cannot
 */
enum kvm_usability {
	KVM_USABLE,
	KVM_UNUSABLE,
};

/**
 * kvm_check() - run the tiny guest
 * @dev: path of the KVM device, NULL for /dev/kvm
 * @out: gets the answer, KVM_UNUSABLE also where nothing was tried
 * @why: gets the reason when the answer is KVM_UNUSABLE, else ""; untouched
 *	where nothing was tried
 * @size: bytes at @why, 160 is enough
 *
 * Takes some milliseconds, a few seconds at most. It happens in a child
 * process, which is gone when this returns.
 *
 * Return: 0, -errno when no child could be had and so nothing was tried.
 */
int kvm_check(const char *dev, enum kvm_usability *out, char *why,
	      size_t size);

/**
 * kvm_no_permission() - what to do about a device that may not be opened
 * @path: the device
 * @buf: gets one sentence, with the command that joins the group it belongs to
 * @size: bytes at @buf, 160 is enough
 */
void kvm_no_permission(const char *path, char *buf, size_t size);

#endif /* KTSTR_VMM_KVM_CHECK_H */
