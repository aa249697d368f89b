// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KVM device. See kvm.h.
 */
#include "vmm/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "vmm/kvm_check.h"

/* What the VMM cannot do without. */
static const struct {
	unsigned int cap;
	const char *name;
	const char *purpose;
} required_caps[] = {
#define CAP(c, what) { KVM_CAP_##c, "KVM_CAP_" #c, what }
	CAP(USER_MEMORY, "guest memory"),
	CAP(IRQCHIP, "interrupt controllers in the kernel"),
	CAP(SET_TSS_ADDR, "real mode on Intel"),
	CAP(SET_IDENTITY_MAP_ADDR, "real mode on Intel"),
	CAP(EXT_CPUID, "the CPU topology"),
	CAP(MP_STATE, "several CPUs"),
	CAP(TSC_DEADLINE_TIMER, "a timer without a PIT"),
	CAP(IMMEDIATE_EXIT, "ending a vCPU"),
#undef CAP
};

static int kvm_open(const char *path, const struct vm_error *err)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char why[160];

	if (fd >= 0)
		return fd;
	switch (errno) {
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return vm_fail(err, -ENOENT,
			       "%s: no KVM here: load kvm-intel or kvm-amd, or switch on virtualisation in the firmware",
			       path);
	case EACCES:
	case EPERM:
		kvm_no_permission(path, why, sizeof(why));
		return vm_fail(err, -EACCES, "%s", why);
	default:
		return vm_fail(err, -errno, "%s: %s", path, strerror(errno));
	}
}

static int kvm_has_caps(struct kvm *kvm, const char *path,
			const struct vm_error *err)
{
	int version = ioctl(kvm->fd, KVM_GET_API_VERSION, 0);
	unsigned int i;
	int n;

	if (version != KVM_API_VERSION)
		return vm_fail(err, -ENOSYS,
			       "%s: KVM API version %d, but %d is needed",
			       path, version, KVM_API_VERSION);

	for (i = 0; i < ARRAY_SIZE(required_caps); i++)
		if (kvm_has(kvm, required_caps[i].cap) <= 0)
			return vm_fail(err, -ENOSYS,
				       "%s: this KVM lacks %s, needed for %s",
				       path, required_caps[i].name,
				       required_caps[i].purpose);

	n = ioctl(kvm->fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (n < (int)sizeof(struct kvm_run))
		return vm_fail(err, -ENOSYS, "%s: KVM_GET_VCPU_MMAP_SIZE: %s",
			       path, n < 0 ? strerror(errno) : "too small");
	kvm->run_size = n;

	n = kvm_has(kvm, KVM_CAP_MAX_VCPUS);
	if (n <= 0)
		n = kvm_has(kvm, KVM_CAP_NR_VCPUS);
	kvm->max_vcpus = n > 0 ? n : 1;
	return 0;
}

/* A signal may interrupt it (mm_take_all_locks); nothing was done then. */
static int kvm_create_vm(int fd)
{
	int vm_fd;

	do {
		vm_fd = ioctl(fd, KVM_CREATE_VM, 0UL);
	} while (vm_fd < 0 && errno == EINTR);
	return vm_fd;
}

int kvm_init(struct kvm *kvm, const char *path, const struct vm_error *err)
{
	int ret;

	*kvm = (struct kvm) { .fd = -1, .vm_fd = -1 };
	if (!path)
		path = KVM_DEFAULT_PATH;

	ret = kvm_open(path, err);
	if (ret < 0)
		return ret;
	kvm->fd = ret;

	ret = kvm_has_caps(kvm, path, err);
	if (ret)
		goto out_exit;

	kvm->vm_fd = kvm_create_vm(kvm->fd);
	if (kvm->vm_fd < 0) {
		ret = vm_fail(err, -errno, "%s: KVM_CREATE_VM: %s", path,
			      strerror(errno));
		goto out_exit;
	}
	return 0;

out_exit:
	kvm_exit(kvm);
	return ret;
}

void kvm_exit(struct kvm *kvm)
{
	if (kvm->vm_fd >= 0)
		close(kvm->vm_fd);
	if (kvm->fd >= 0)
		close(kvm->fd);
	kvm->vm_fd = -1;
	kvm->fd = -1;
}

int kvm_has(const struct kvm *kvm, unsigned int cap)
{
	return ioctl(kvm->fd, KVM_CHECK_EXTENSION, cap);
}
