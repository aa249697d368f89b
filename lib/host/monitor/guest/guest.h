/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest whose kernel was found in its memory, and proved to be the one that
 * our vmlinux describes.
 */
#ifndef KTSTR_MONITOR_GUEST_GUEST_H
#define KTSTR_MONITOR_GUEST_GUEST_H

#include "lib/host/monitor/guest/mem.h"
#include "lib/host/monitor/vmlinux/vmlinux.h"

/**
 * struct mon_guest - a kernel in a guest's memory
 * @kernel: what its vmlinux says; not owned
 * @mem: its memory
 * @kaslr: run-time minus link address of the kernel image
 * @nr_cpus: possible CPUs, 0 until mon_guest_cpus() found them set up
 * @percpu: offset of each CPU's per-CPU area
 */
struct mon_guest {
	const struct mon_kernel *kernel;
	struct mon_mem mem;
	uint64_t kaslr;
	unsigned int nr_cpus;
	uint64_t *percpu;
};

/**
 * mon_guest_attach() - find our kernel in a guest's memory
 * @guest: filled in; release with mon_guest_detach()
 * @kernel: the kernel it must be
 * @ops: the machine
 * @ctx: first argument of @ops
 * @phys_end: no RAM from this physical address on
 *
 * Looks at each place where a kernel can lie, so it asks nothing of KASLR and
 * believes nothing but banner, build id, and page tables that agree.
 *
 * Return: 0; -EAGAIN when the kernel is not there, or has not set up its
 * memory yet.
 */
int mon_guest_attach(struct mon_guest *guest, const struct mon_kernel *kernel,
		     const struct mon_mem_ops *ops, void *ctx,
		     uint64_t phys_end);
void mon_guest_detach(struct mon_guest *guest);

/**
 * mon_guest_explain() - why does mon_guest_attach() not find its kernel?
 * @err: gets one sentence that names both build ids and banners
 *
 * Reads all of the guest's memory; for when no more patience is left.
 *
 * Return: -ENOEXEC when there is another kernel, -EAGAIN when none was found
 * or ours is not set up yet.
 */
int mon_guest_explain(const struct mon_kernel *kernel,
		      const struct mon_mem_ops *ops, void *ctx,
		      uint64_t phys_end, char *err, size_t err_size);

/**
 * mon_guest_cpus() - learn about the CPUs
 *
 * Return: 0; -EAGAIN before the kernel's scheduler was set up; -ENOMEM.
 */
int mon_guest_cpus(struct mon_guest *guest);

/**
 * mon_guest_symbol() - run-time address of a kernel symbol
 *
 * Return: 0 when this kernel has no such symbol.
 */
uint64_t mon_guest_symbol(const struct mon_guest *guest, enum mon_symbol_id id);

/**
 * mon_guest_named() - the same of a symbol by its name
 * @guest: attached
 * @name: its name
 * @size: gets its bytes, 0 when not known; may be NULL
 *
 * A look through all symbols.
 *
 * Return: 0 when this kernel has no such symbol.
 */
uint64_t mon_guest_named(const struct mon_guest *guest, const char *name,
			 uint64_t *size);

/**
 * mon_guest_percpu() - address of a per-CPU object on one CPU
 * @addr: address without the CPU's offset
 * @cpu: below @guest->nr_cpus
 */
static inline uint64_t mon_guest_percpu(const struct mon_guest *guest,
					uint64_t addr, unsigned int cpu)
{
	return addr + guest->percpu[cpu];
}

/**
 * mon_guest_cpu_online() - does the guest say that a CPU is online?
 */
bool mon_guest_cpu_online(const struct mon_guest *guest, unsigned int cpu);

/**
 * mon_guest_field() - read one member of a struct in guest memory
 * @va: address of the struct
 * @value: gets the value; untouched on failure
 *
 * Return: 0; -ENOENT when this kernel has no such member; as mon_read() has it.
 */
int mon_guest_field(const struct mon_guest *guest, enum mon_field_id id,
		    uint64_t va, uint64_t *value);

/**
 * mon_guest_get() - value of a member, given the struct's bytes
 */
static inline uint64_t mon_guest_get(const struct mon_guest *guest,
				     enum mon_field_id id, const void *base)
{
	return mon_field_get(&guest->kernel->f.field[id], base);
}

static inline bool mon_guest_has_field(const struct mon_guest *guest,
				       enum mon_field_id id)
{
	return guest->kernel->f.field[id].present;
}

static inline uint32_t mon_guest_offset(const struct mon_guest *guest,
					enum mon_field_id id)
{
	return guest->kernel->f.field[id].offset;
}

#endif /* KTSTR_MONITOR_GUEST_GUEST_H */
