/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The KVM device: opened, checked for what we need, made into a VM.
 */
#ifndef KTSTR_VMM_KVM_H
#define KTSTR_VMM_KVM_H

#include <stdint.h>

#include "vmm/fail.h"

#define KVM_DEFAULT_PATH	"/dev/kvm"

/*
 * struct kvm - the device and a VM on it
 * @fd: /dev/kvm
 * @vm_fd: the VM
 * @run_size: bytes of struct kvm_run to map for each vCPU
 * @max_vcpus: the most that KVM runs in one VM
 */
struct kvm {
	int fd;
	int vm_fd;
	unsigned int run_size;
	unsigned int max_vcpus;
};

/*
 * kvm_init() - open the device, demand the capabilities, create a VM
 * @path: of the device, NULL for /dev/kvm
 *
 * Return: 0; -ENOENT, -EACCES; -ENOSYS when a capability is missing; other
 * -errno from KVM.
 */
int kvm_init(struct kvm *kvm, const char *path, const struct vm_error *err);
void kvm_exit(struct kvm *kvm);

/*
 * kvm_has() - what KVM_CHECK_EXTENSION says of a capability
 */
int kvm_has(const struct kvm *kvm, unsigned int cap);

#endif /* KTSTR_VMM_KVM_H */
