// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PC part of a VM: interrupt controllers and devices. See machine.h;
 * loading is in boot.c, vCPU state in vcpu_state.c.
 */
#include "vmm/x86/machine.h"

#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm/vmm.h"
#include "vmm/x86/devices.h"
#include "vmm/x86/ioapic.h"
#include "vmm/x86/layout.h"

static int init_irqchip(struct vm *vm, const struct vm_error *err)
{
	uint64_t identity_map = X86_IDENTITY_MAP_GPA;
	int fd = vm->kvm.vm_fd;

	if (ioctl(fd, KVM_SET_IDENTITY_MAP_ADDR, &identity_map))
		return vm_fail(err, -errno, "KVM_SET_IDENTITY_MAP_ADDR: %s",
			       strerror(errno));
	if (ioctl(fd, KVM_SET_TSS_ADDR, (unsigned long)X86_TSS_GPA))
		return vm_fail(err, -errno, "KVM_SET_TSS_ADDR: %s",
			       strerror(errno));
	if (machine_is_wide(&vm->machine))
		return ioapic_create(vm, err);
	if (ioctl(fd, KVM_CREATE_IRQCHIP, 0))
		return vm_fail(err, -errno, "KVM_CREATE_IRQCHIP: %s",
			       strerror(errno));
	return 0;
}

/* The CPU that boots is number 0 of the kernel's, whatever its APIC id is. */
static int set_boot_cpu(struct vm *vm, const struct vm_error *err)
{
	unsigned long id = machine_vcpu_id(&vm->machine, 0);

	if (!id || !ioctl(vm->kvm.vm_fd, KVM_SET_BOOT_CPU_ID, id))
		return 0;
	return vm_fail(err, -errno, "KVM_SET_BOOT_CPU_ID %lu: %s", id,
		       strerror(errno));
}

/*
 * A vCPU that polls before it halts takes the host CPU from its sisters when
 * there are not enough of those.
 */
static void limit_halt_polling(struct vm *vm)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_HALT_POLL };

	if (vm->crowded)
		ioctl(vm->kvm.vm_fd, KVM_ENABLE_CAP, &cap);
}

int machine_init(struct vm *vm, const struct vm_error *err)
{
	struct machine *m = &vm->machine;
	int ret;

	apic_layout_init(&m->apic, &vm->topology);
	m->cpuid = malloc(sizeof(*m->cpuid));
	if (!m->cpuid)
		return vm_fail(err, -ENOMEM, "no memory for CPUID");
	ret = cpuid_fetch(vm->kvm.fd, m->cpuid, err);
	if (ret)
		return ret;
	ret = cpuid_machine(m->cpuid, &m->apic);
	if (ret)
		return vm_fail(err, ret, "this KVM has too many CPUID leaves");

	ret = init_irqchip(vm, err);
	if (!ret)
		ret = set_boot_cpu(vm, err);
	if (ret)
		return ret;
	limit_halt_polling(vm);
	return bus_plug_all(&vm->bus, vm_devices, n_vm_devices, err);
}

void machine_exit(struct machine *m)
{
	if (m->kernel_fd >= 0)
		close(m->kernel_fd);
	m->kernel_fd = -1;
	free(m->cpuid);
	m->cpuid = NULL;
}

int machine_check_topology(const struct vm *vm, const struct vm_error *err)
{
	char name[TOPOLOGY_NAME_LEN];
	unsigned int most = ioapic_max_id(&vm->kvm);
	struct apic_layout apic;

	apic_layout_init(&apic, &vm->topology);
	if (apic_id_max(&apic) <= most)
		return 0;
	return vm_fail(err, -EINVAL,
		       "topology %s: its largest APIC id is %u, but on this KVM they end at %u: use fewer or smaller LLCs",
		       topology_name(&vm->topology, name), apic_id_max(&apic),
		       most);
}

bool machine_console_used(const struct machine *m)
{
	return m->com1 && m->com1->touched;
}
