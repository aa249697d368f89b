// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that KVM and our devices know of a PC, out of one and into another. See
 * machine.h for when.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "lib/common/topology_text.h"
#include "lib/common/util/crc32.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "vmm/vmm.h"

#define MSR_TSC			0x10
#define MSR_TSC_DEADLINE	0x6e0
#define MSRS_MAX		1024
#define XSAVE_MIN		4096

/* A kernel has worked out its timer's speed from that of the counter. */
#define TSC_TOLERANCE		200	/* one part of so many */

/*
 * One of KVM's structures: read by one call, written by another. In the order
 * in which they are to be written, as far as that matters: the local APIC's
 * timer needs its MSRs later than all else of it.
 */
struct state_part {
	unsigned long get;
	unsigned long set;
	size_t size;
	const char *name;
};

#define PART(what, type) \
	{ KVM_GET_##what, KVM_SET_##what, sizeof(struct type), #what }

static const struct state_part vcpu_parts[] = {
	PART(MP_STATE, kvm_mp_state),
	PART(REGS, kvm_regs),
	PART(SREGS, kvm_sregs),
	PART(XCRS, kvm_xcrs),
	PART(DEBUGREGS, kvm_debugregs),
	PART(LAPIC, kvm_lapic_state),
};

/* What must wait for the MSRs. */
static const struct state_part late_parts[] = {
	PART(VCPU_EVENTS, kvm_vcpu_events),
};

union part_room {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_xcrs xcrs;
	struct kvm_debugregs debugregs;
	struct kvm_lapic_state lapic;
	struct kvm_vcpu_events events;
	struct kvm_mp_state mp;
};

/* KVM's struct kvm_msrs with room for one, and its list for all. */
struct one_msr {
	uint32_t nmsrs;
	uint32_t pad;
	struct kvm_msr_entry entry;
};

struct msr_names {
	uint32_t n;
	uint32_t list[MSRS_MAX];
};

static int save_parts(int fd, const struct state_part *parts, size_t n,
		      struct blob *b)
{
	union part_room room;
	size_t i;

	for (i = 0; i < n; i++) {
		memset(&room, 0, sizeof(room));
		if (ioctl(fd, parts[i].get, &room))
			return -errno;
		blob_put(b, &room, parts[i].size);
	}
	return 0;
}

static int restore_parts(int fd, const struct state_part *parts, size_t n,
			 struct blob *b, const struct vm_error *err)
{
	union part_room room;
	size_t i;

	for (i = 0; i < n; i++) {
		blob_get(b, &room, parts[i].size);
		if (ioctl(fd, parts[i].set, &room))
			return vm_fail(err, -errno, "KVM_SET_%s: %s",
				       parts[i].name, strerror(errno));
	}
	return 0;
}

/* ---- the FPU, whose state may be larger than it was once ---- */

static size_t xsave_size(const struct vm *vm)
{
	int size = kvm_has(&vm->kvm, KVM_CAP_XSAVE2);

	return max(size, XSAVE_MIN);
}

static int save_fpu(const struct vcpu *vcpu, struct blob *b)
{
	size_t size = xsave_size(vcpu->vm);
	void *area = calloc(1, size);
	int ret = 0;

	if (!area)
		return -ENOMEM;
	if (ioctl(vcpu->fd, size > XSAVE_MIN ? KVM_GET_XSAVE2 : KVM_GET_XSAVE,
		  area))
		ret = -errno;
	blob_put_u64(b, size);
	blob_put(b, area, size);
	free(area);
	return ret;
}

static int restore_fpu(const struct vcpu *vcpu, struct blob *b,
		       const struct vm_error *err)
{
	uint64_t size = blob_get_u64(b);
	void *area;
	int ret = 0;

	if (size != xsave_size(vcpu->vm))
		return vm_fail(err, -EINVAL, "another size of FPU state");
	area = calloc(1, size);
	if (!area)
		return -ENOMEM;
	blob_get(b, area, size);
	if (ioctl(vcpu->fd, KVM_SET_XSAVE, area))
		ret = vm_fail(err, -errno, "KVM_SET_XSAVE: %s",
			      strerror(errno));
	free(area);
	return ret;
}

/* ---- MSRs ---- */

static int msr_names(const struct vm *vm, struct msr_names *names)
{
	names->n = MSRS_MAX;
	return ioctl(vm->kvm.fd, KVM_GET_MSR_INDEX_LIST, names) ? -errno : 0;
}

static bool msr_get(const struct vcpu *vcpu, uint32_t index, uint64_t *value)
{
	struct one_msr msr = { .nmsrs = 1, .entry.index = index };
	bool there = ioctl(vcpu->fd, KVM_GET_MSRS, &msr) == 1;

	*value = msr.entry.data;
	return there;
}

static bool msr_set(const struct vcpu *vcpu, uint32_t index, uint64_t value)
{
	struct one_msr msr = {
		.nmsrs = 1, .entry = { .index = index, .data = value },
	};

	return ioctl(vcpu->fd, KVM_SET_MSRS, &msr) == 1;
}

static void save_msr(const struct vcpu *vcpu, uint32_t index, struct blob *b)
{
	struct kvm_msr_entry entry = { .index = index };
	uint64_t value;

	/* Some are in the list for CPUs that have them. */
	if (!msr_get(vcpu, index, &value))
		return;
	entry.data = value;
	blob_put(b, &entry, sizeof(entry));
}

/* The counter is set by its offset; the deadline, once the timer is there. */
static int save_msrs(const struct vcpu *vcpu, struct blob *b)
{
	const struct kvm_msr_entry end = { .index = UINT32_MAX };
	struct msr_names names;
	uint32_t i;
	int ret = msr_names(vcpu->vm, &names);

	if (ret)
		return ret;
	for (i = 0; i < names.n; i++)
		if (names.list[i] != MSR_TSC &&
		    names.list[i] != MSR_TSC_DEADLINE)
			save_msr(vcpu, names.list[i], b);
	save_msr(vcpu, MSR_TSC_DEADLINE, b);
	blob_put(b, &end, sizeof(end));
	return 0;
}

/* What cannot be written must be so already. */
static int restore_msrs(const struct vcpu *vcpu, struct blob *b,
			const struct vm_error *err)
{
	struct kvm_msr_entry entry;
	uint64_t now;

	for (;;) {
		blob_get(b, &entry, sizeof(entry));
		if (b->bad || entry.index == UINT32_MAX)
			return 0;
		if (msr_set(vcpu, entry.index, entry.data))
			continue;
		if (!msr_get(vcpu, entry.index, &now) || now != entry.data)
			return vm_fail(err, -EINVAL,
				       "MSR 0x%x cannot be set to 0x%llx",
				       entry.index,
				       (unsigned long long)entry.data);
	}
}

/* ---- time ---- */

static int tsc_offset(const struct vcpu *vcpu, unsigned long call,
		      uint64_t *offset)
{
	const struct kvm_device_attr attr = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)offset,
	};

	return ioctl(vcpu->fd, call, &attr) ? -errno : 0;
}

/* All vCPUs have one offset, or the guest would have noticed. */
static int save_time(struct vm *vm, struct blob *b)
{
	struct kvm_clock_data clock = { };
	uint64_t offset;
	int ret = tsc_offset(&vm->vcpus[0], KVM_GET_DEVICE_ATTR, &offset);

	if (ret)
		return ret;
	if (ioctl(vm->kvm.vm_fd, KVM_GET_CLOCK, &clock))
		return -errno;
	blob_put_u64(b, ioctl(vm->vcpus[0].fd, KVM_GET_TSC_KHZ, 0));
	blob_put_u64(b, __builtin_ia32_rdtsc() + offset);
	blob_put_u64(b, clock.clock);
	return 0;
}

static int check_tsc_khz(const struct vm *vm, uint64_t khz,
			 const struct vm_error *err)
{
	int64_t now = ioctl(vm->vcpus[0].fd, KVM_GET_TSC_KHZ, 0);
	int64_t difference = now - (int64_t)khz;

	if (now > 0 && llabs(difference) <= now / TSC_TOLERANCE)
		return 0;
	return vm_fail(err, -EINVAL, "its counter ran at %llu kHz, ours at %lld",
		       (unsigned long long)khz, (long long)now);
}

/* The guest's clocks go on where they stood. */
static int restore_time(struct vm *vm, struct blob *b,
			const struct vm_error *err)
{
	int ret = check_tsc_khz(vm, blob_get_u64(b), err);
	struct kvm_clock_data clock = { };
	uint64_t tsc = blob_get_u64(b), offset;
	unsigned int i;

	clock.clock = blob_get_u64(b);
	if (!ret && ioctl(vm->kvm.vm_fd, KVM_SET_CLOCK, &clock))
		ret = vm_fail(err, -errno, "KVM_SET_CLOCK: %s",
			      strerror(errno));
	offset = tsc - __builtin_ia32_rdtsc();
	for (i = 0; !ret && i < vm->n_vcpus; i++)
		ret = tsc_offset(&vm->vcpus[i], KVM_SET_DEVICE_ATTR, &offset);
	vm->tsc_offset = offset;
	return ret;
}

/* ---- interrupt controllers and devices ---- */

static const uint32_t irqchips[] = {
	KVM_IRQCHIP_PIC_MASTER, KVM_IRQCHIP_PIC_SLAVE, KVM_IRQCHIP_IOAPIC,
};

static int save_irqchips(const struct vm *vm, struct blob *b)
{
	struct kvm_irqchip chip;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(irqchips); i++) {
		memset(&chip, 0, sizeof(chip));
		chip.chip_id = irqchips[i];
		if (ioctl(vm->kvm.vm_fd, KVM_GET_IRQCHIP, &chip))
			return -errno;
		blob_put(b, &chip, sizeof(chip));
	}
	return 0;
}

static int restore_irqchips(const struct vm *vm, struct blob *b,
			    const struct vm_error *err)
{
	struct kvm_irqchip chip;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(irqchips); i++) {
		blob_get(b, &chip, sizeof(chip));
		if (ioctl(vm->kvm.vm_fd, KVM_SET_IRQCHIP, &chip))
			return vm_fail(err, -errno, "KVM_SET_IRQCHIP: %s",
				       strerror(errno));
	}
	return 0;
}

static void save_devices(const struct bus *bus, struct blob *b)
{
	unsigned int i;

	for (i = 0; i < bus->n_devices; i++)
		blob_put(b, bus_regs(&bus->devices[i]),
			 bus->devices[i].ops->regs_size);
}

static void restore_devices(const struct bus *bus, struct blob *b)
{
	unsigned int i;

	for (i = 0; i < bus->n_devices; i++)
		if (bus->devices[i].ops->regs_size)
			blob_get(b, bus_regs(&bus->devices[i]),
				 bus->devices[i].ops->regs_size);
}

/* ---- all of it ---- */

static int save_vcpu(const struct vcpu *vcpu, struct blob *b)
{
	int ret = save_parts(vcpu->fd, vcpu_parts, ARRAY_SIZE(vcpu_parts), b);

	if (!ret)
		ret = save_fpu(vcpu, b);
	if (!ret)
		ret = save_msrs(vcpu, b);
	if (!ret)
		ret = save_parts(vcpu->fd, late_parts, ARRAY_SIZE(late_parts),
				 b);
	return ret;
}

static int restore_vcpu(const struct vcpu *vcpu, struct blob *b,
			const struct vm_error *err)
{
	int ret = restore_parts(vcpu->fd, vcpu_parts, ARRAY_SIZE(vcpu_parts),
				b, err);

	if (!ret)
		ret = restore_fpu(vcpu, b, err);
	if (!ret)
		ret = restore_msrs(vcpu, b, err);
	if (!ret)
		ret = restore_parts(vcpu->fd, late_parts,
				    ARRAY_SIZE(late_parts), b, err);
	return ret;
}

int machine_save(struct vm *vm, struct blob *b)
{
	int ret = save_time(vm, b);
	unsigned int i;

	if (!ret)
		ret = save_irqchips(vm, b);
	for (i = 0; !ret && i < vm->n_vcpus; i++)
		ret = save_vcpu(&vm->vcpus[i], b);
	save_devices(&vm->bus, b);
	return ret;
}

int machine_restore(struct vm *vm, struct blob *b, const struct vm_error *err)
{
	int ret = restore_time(vm, b, err);
	unsigned int i;

	if (!ret)
		ret = restore_irqchips(vm, b, err);
	for (i = 0; !ret && i < vm->n_vcpus; i++)
		ret = restore_vcpu(&vm->vcpus[i], b, err);
	restore_devices(&vm->bus, b);
	return ret;
}

/* What is said of one CPU is said of all, but for their numbers. */
static uint32_t cpuid_crc(const struct machine *m)
{
	cpuid_cpu(m->cpuid, &m->apic, 0);
	return crc32_update(0, m->cpuid->entries,
			    m->cpuid->nent * sizeof(m->cpuid->entries[0]));
}

/* Another build of ours may keep other registers, or more of them. */
static void describe_state(const struct vm *vm, struct strbuf *sb)
{
	const struct bus *bus = &vm->bus;
	size_t kvm = xsave_size(vm), i;

	for (i = 0; i < ARRAY_SIZE(vcpu_parts); i++)
		kvm += vcpu_parts[i].size;
	for (i = 0; i < ARRAY_SIZE(late_parts); i++)
		kvm += late_parts[i].size;
	strbuf_addf(sb, "state kvm:%zu", kvm);
	for (i = 0; i < bus->n_devices; i++)
		strbuf_addf(sb, " %s:%zu", bus->devices[i].ops->name,
			    bus->devices[i].ops->regs_size);
	strbuf_addf(sb, "\n");
}

int machine_describe(const struct vm *vm, const struct vm_config *config,
		     struct strbuf *sb)
{
	const struct guest_mem *mem = &vm->mem;
	struct utsname host;
	struct stat st;
	int ret;

	if (fstat(vm->machine.kernel_fd, &st) || uname(&host))
		return -errno;
	strbuf_addf(sb, "kernel %s %lld %lld.%09ld\n", config->kernel,
		    (long long)st.st_size, (long long)st.st_mtim.tv_sec,
		    st.st_mtim.tv_nsec);
	strbuf_addf(sb, "initrd %zu %08x\n", config->initrd_size,
		    crc32_update(0, config->initrd, config->initrd_size));
	/* One CPU's CPUID does not say how many there are. */
	strbuf_addf(sb, "topology ");
	topology_write(&vm->topology, ":", sb);
	strbuf_addf(sb, " ram %llu ring %llx\n",
		    (unsigned long long)mem->ram_size,
		    (unsigned long long)mem->ring_gpa);
	strbuf_addf(sb, "host %s %s cpuid %08x\n", host.release, host.version,
		    cpuid_crc(&vm->machine));
	describe_state(vm, sb);
	strbuf_addf(sb, "cmdline ");
	ret = machine_cmdline(vm, config, sb, NULL);
	strbuf_addf(sb, "\n");
	return ret;
}
