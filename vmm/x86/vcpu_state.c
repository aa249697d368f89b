// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first state of a vCPU: CPUID and MSRs of all, and for the first one,
 * which starts in long mode at the kernel's 64-bit entry, the registers.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/common/util/util.h"
#include "vmm/vmm.h"
#include "vmm/x86/layout.h"

#define ENTRY_64		0x200	/* behind the start of the code */

#define BOOT_CS			0x10
#define BOOT_DS			0x18
#define SEG_CODE		0xb	/* execute, read, accessed */
#define SEG_DATA		0x3	/* read, write, accessed */

#define CR0_PE			(1ULL << 0)
#define CR0_ET			(1ULL << 4)
#define CR0_PG			(1ULL << 31)
#define CR4_PAE			(1ULL << 5)
#define EFER_LME		(1ULL << 8)
#define EFER_LMA		(1ULL << 10)
#define APIC_BASE_X2APIC	(1ULL << 10)
#define RFLAGS_FIXED		(1ULL << 1)

#define MSR_TSC			0x10
#define MSR_MISC_ENABLE		0x1a0
#define MISC_FAST_STRINGS	(1ULL << 0)
#define MSR_MTRR_DEF_TYPE	0x2ff
#define MTRR_ON_WRITE_BACK	0x806

/* KVM's struct kvm_msrs with room for ours. */
struct msr_list {
	uint32_t nmsrs;
	uint32_t pad;
	struct kvm_msr_entry entries[2];
};

_Static_assert(offsetof(struct msr_list, entries) == sizeof(struct kvm_msrs),
	       "laid out as KVM has it");

static int set_cpuid(struct vm *vm, struct vcpu *vcpu,
		     const struct vm_error *err)
{
	struct machine *m = &vm->machine;

	cpuid_cpu(m->cpuid, &m->apic, vcpu->index);
	if (!ioctl(vcpu->fd, KVM_SET_CPUID2, m->cpuid))
		return 0;
	return vm_fail(err, -errno, "KVM_SET_CPUID2 of CPU %u: %s",
		       vcpu->index, strerror(errno));
}

/* Left off by a firmware, these make a kernel slow or suspicious. */
static int set_msrs(struct vcpu *vcpu, const struct vm_error *err)
{
	struct msr_list list = {
		.nmsrs = ARRAY_SIZE(list.entries),
		.entries = {
			{ .index = MSR_MISC_ENABLE, .data = MISC_FAST_STRINGS },
			{ .index = MSR_MTRR_DEF_TYPE,
			  .data = MTRR_ON_WRITE_BACK },
		},
	};
	int n = ioctl(vcpu->fd, KVM_SET_MSRS, &list);

	if (n == (int)ARRAY_SIZE(list.entries))
		return 0;
	if (n < 0)
		return vm_fail(err, -errno, "KVM_SET_MSRS: %s",
			       strerror(errno));
	return vm_fail(err, -EINVAL, "KVM_SET_MSRS refuses MSR 0x%x",
		       list.entries[n].index);
}

static struct kvm_segment boot_segment(uint16_t selector, uint8_t type)
{
	return (struct kvm_segment) {
		.limit = ~0U,
		.selector = selector,
		.type = type,
		.present = 1,
		.s = 1,
		.g = 1,
		.l = type == SEG_CODE,
		.db = type != SEG_CODE,
	};
}

/*
 * As a firmware does it where there are such CPUs: a kernel that starts without
 * passes over ids that it cannot name yet.
 */
static void set_x2apic(const struct vcpu *vcpu, struct kvm_sregs *sregs)
{
	if (machine_is_wide(&vcpu->vm->machine))
		sregs->apic_base |= APIC_BASE_X2APIC;
}

static int set_sregs(struct vcpu *vcpu, const struct vm_error *err)
{
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return vm_fail(err, -errno, "KVM_GET_SREGS: %s",
			       strerror(errno));
	sregs.cs = boot_segment(BOOT_CS, SEG_CODE);
	sregs.ds = boot_segment(BOOT_DS, SEG_DATA);
	sregs.es = sregs.ds;
	sregs.ss = sregs.ds;
	sregs.fs = sregs.ds;
	sregs.gs = sregs.ds;
	sregs.gdt.base = X86_GDT_GPA;
	sregs.gdt.limit = 4 * sizeof(uint64_t) - 1;
	sregs.idt.limit = 0;
	sregs.cr0 = CR0_PE | CR0_ET | CR0_PG;
	sregs.cr3 = X86_PML4_GPA;
	sregs.cr4 = CR4_PAE;
	sregs.efer = EFER_LME | EFER_LMA;
	set_x2apic(vcpu, &sregs);
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		return vm_fail(err, -errno, "KVM_SET_SREGS: %s",
			       strerror(errno));
	return 0;
}

static int set_regs(struct vm *vm, struct vcpu *vcpu,
		    const struct vm_error *err)
{
	const struct kvm_regs regs = {
		.rip = vm->machine.kernel_gpa + ENTRY_64,
		.rsi = X86_BOOT_PARAMS_GPA,
		.rsp = X86_STACK_GPA,
		.rbp = X86_STACK_GPA,
		.rflags = RFLAGS_FIXED,
	};

	if (!ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		return 0;
	return vm_fail(err, -errno, "KVM_SET_REGS: %s", strerror(errno));
}

/* The difference between the guest's counter and ours, as KVM has it. */
static uint64_t tsc_offset(struct vcpu *vcpu)
{
	struct msr_list list = { .nmsrs = 1, .entries = { { .index = MSR_TSC } } };
	uint64_t offset = 0;
	struct kvm_device_attr attr = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)&offset,
	};

	if (!ioctl(vcpu->fd, KVM_GET_DEVICE_ATTR, &attr))
		return offset;
	/* Before Linux 5.16: near enough. */
	if (ioctl(vcpu->fd, KVM_GET_MSRS, &list) != 1)
		return 0;
	return list.entries[0].data - __builtin_ia32_rdtsc();
}

unsigned int machine_vcpu_id(const struct machine *m, unsigned int cpu)
{
	return apic_id(&m->apic, cpu);
}

int machine_vcpu_init(struct vm *vm, struct vcpu *vcpu,
		      const struct vm_error *err)
{
	int ret;

	ret = set_cpuid(vm, vcpu, err);
	if (!ret)
		ret = set_msrs(vcpu, err);
	/* The others wait for the kernel to wake them. */
	if (ret || vcpu->index)
		return ret;

	ret = set_sregs(vcpu, err);
	if (!ret)
		ret = set_regs(vm, vcpu, err);
	vm->tsc_offset = tsc_offset(vcpu);
	return ret;
}

void machine_vcpu_where(struct vcpu *vcpu, char *text, size_t size)
{
	struct kvm_regs regs;

	if (ioctl(vcpu->fd, KVM_GET_REGS, &regs))
		snprintf(text, size, "an unknown address");
	else
		snprintf(text, size, "rip 0x%llx", regs.rip);
}

int machine_vcpu_regs(struct vcpu *vcpu, struct vm_regs *out)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) ||
	    ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return -errno;
	*out = (struct vm_regs){
		.ip = regs.rip,
		.sp = regs.rsp,
		.bp = regs.rbp,
		.flags = regs.rflags,
		.cs = sregs.cs.selector,
	};
	return 0;
}

uint64_t machine_tsc(const struct vm *vm)
{
	return __builtin_ia32_rdtsc() + vm->tsc_offset;
}
