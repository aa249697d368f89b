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
	if (ioctl(fd, KVM_CREATE_IRQCHIP, 0))
		return vm_fail(err, -errno, "KVM_CREATE_IRQCHIP: %s",
			       strerror(errno));
	return 0;
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

unsigned int machine_max_cpus(const struct topology *t)
{
	struct apic_layout apic;
	unsigned int cpu = topology_cpus(t);

	/* Ids grow with the CPU number. */
	apic_layout_init(&apic, t);
	while (cpu && apic_id(&apic, cpu - 1) > X86_APIC_ID_MAX)
		cpu--;
	return cpu;
}

bool machine_console_used(const struct machine *m)
{
	return m->com1 && m->com1->touched;
}
