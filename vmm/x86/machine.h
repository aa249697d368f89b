/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VM has because it is a PC: its devices, its CPUs' first state, its
 * tables, and the way a kernel is put into it. vmm/ itself knows none of this.
 */
#ifndef KTSTR_VMM_X86_MACHINE_H
#define KTSTR_VMM_X86_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/fail.h"
#include "vmm/kvm.h"
#include "vmm/serial.h"
#include "vmm/vm.h"
#include "vmm/x86/apicid.h"
#include "vmm/x86/bzimage.h"
#include "vmm/x86/cpuid.h"
#include "vmm/x86/layout.h"

struct blob;
struct strbuf;
struct vcpu;
struct virtio_slot;

/*
 * struct machine - the PC part of a VM
 * @kernel_fd: the image, open until it is loaded, else -1
 * @image: its header
 * @kernel_gpa: where its 64-bit part is loaded
 * @apic: APIC ids
 * @cpuid: leaves; those of one CPU are written before each KVM_SET_CPUID2
 * @com1: the kernel's console; NULL without devices
 */
struct machine {
	int kernel_fd;
	struct bzimage image;
	uint64_t kernel_gpa;
	struct apic_layout apic;
	struct cpuid_table *cpuid;
	const struct serial *com1;
};

/*
 * machine_open_kernel() - open the image and check its header
 */
int machine_open_kernel(struct machine *m, const struct vm_config *config,
			const struct vm_error *err);

/*
 * machine_kernel_size() - RAM that the kernel needs to unpack itself
 */
uint64_t machine_kernel_size(const struct machine *m);

/*
 * machine_check_topology() - can this machine have such CPUs?
 *
 * Return: 0, -EINVAL with the reason in @err.
 */
int machine_check_topology(const struct vm *vm, const struct vm_error *err);

/*
 * machine_is_wide() - does it have APIC ids that a byte does not hold?
 *
 * Then it is never cloned.
 */
static inline bool machine_is_wide(const struct machine *m)
{
	return apic_id_max(&m->apic) > X86_APIC_ID_MAX;
}

/*
 * machine_init() - interrupt controllers and devices; before the memory
 */
int machine_init(struct vm *vm, const struct vm_error *err);
void machine_exit(struct machine *m);

/*
 * machine_virtio_slots() - where virtio devices lie, VIRTIO_DEVICES_MAX of them
 */
const struct virtio_slot *machine_virtio_slots(void);

/*
 * machine_load() - put kernel, archive, command line and tables into memory
 */
int machine_load(struct vm *vm, const struct vm_config *config,
		 const struct vm_error *err);

/*
 * machine_cmdline() - the kernel's command line
 */
int machine_cmdline(const struct vm *vm, const struct vm_config *config,
		    struct strbuf *sb, const struct vm_error *err);

/*
 * machine_describe() - all that a booted machine's state depends on, as text
 *
 * Before the kernel is loaded. Return: 0 or -errno.
 */
int machine_describe(const struct vm *vm, const struct vm_config *config,
		     struct strbuf *sb);

/*
 * machine_save() - what KVM and the devices know of a machine
 * machine_restore() - make another machine of the same description so
 *
 * No vCPU runs. Return: 0 or -errno.
 */
int machine_save(struct vm *vm, struct blob *b);
int machine_restore(struct vm *vm, struct blob *b, const struct vm_error *err);

/*
 * machine_vcpu_id() - KVM's id for the vCPU, which is its APIC id
 */
unsigned int machine_vcpu_id(const struct machine *m, unsigned int cpu);

/*
 * machine_vcpu_init() - give a new vCPU its first state
 */
int machine_vcpu_init(struct vm *vm, struct vcpu *vcpu,
		      const struct vm_error *err);

/*
 * machine_vcpu_where() - the instruction pointer, for a message
 *
 * Context: the vCPU's own thread, outside KVM_RUN.
 */
void machine_vcpu_where(struct vcpu *vcpu, char *text, size_t size);

/*
 * machine_console_used() - has the kernel touched its console's UART?
 */
bool machine_console_used(const struct machine *m);

/*
 * machine_vcpu_regs() - registers of a vCPU whose thread is gone
 */
int machine_vcpu_regs(struct vcpu *vcpu, struct vm_regs *regs);

/*
 * machine_watch() - have a vCPU leave KVM_RUN once it has written somewhere
 * @va: the guest's virtual address, a multiple of @len
 * @len: 1, 2, 4, 8, or 0 for nowhere
 *
 * Context: its own thread, or while that is outside of KVM_RUN. Return: 0 or
 * -errno.
 */
int machine_watch(struct vcpu *vcpu, uint64_t va, unsigned int len);

/*
 * machine_watch_hit() - is that why it left with KVM_EXIT_DEBUG?
 * @pc: gets the address of the instruction behind the one that wrote
 */
bool machine_watch_hit(const struct vcpu *vcpu, uint64_t *pc);

/*
 * machine_debug_inject() - if not, let the guest have its exception
 */
void machine_debug_inject(struct vcpu *vcpu, uint64_t va, unsigned int len);

/*
 * machine_tsc() - the guest's time stamp counter now
 */
uint64_t machine_tsc(const struct vm *vm);

#endif /* KTSTR_VMM_X86_MACHINE_H */
