/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory: RAM around the 32-bit device hole, and above it the ring and
 * what init gets to do.
 *
 * All of it is one memfd, mapped once:
 *
 *	guest	0 ........ low_size    4 GiB ....... ram_top    ring_gpa ......
 *		[ low RAM ]  (hole)    [ high RAM  ]            [ ring ][ load ]
 *	host	base                   base + low_size          base + ram_size
 */
#ifndef KTSTR_VMM_MEMORY_H
#define KTSTR_VMM_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "vmm/fail.h"

#define MEM_PAGE_SIZE	4096ULL
#define MEM_MIB		(1ULL << 20)
#define MEM_GIB		(1ULL << 30)

/*
 * Devices live between these; behind the IO-APIC, local APICs and
 * KVM's own pages.
 */
#define MEM_HOLE_START	(3 * MEM_GIB)
#define MEM_DEVICES_END	0xfec01000ULL
#define MEM_HOLE_END	(4 * MEM_GIB)

/*
 * struct guest_range - a piece of guest physical memory
 */
struct guest_range {
	uint64_t gpa;
	uint64_t size;
};

/*
 * struct guest_mem - the memory of one VM
 * @fd: the memfd
 * @base: where it is mapped
 * @ram_size: bytes of RAM, all in all
 * @ring_gpa: guest address of the ring
 * @ring_size: its bytes
 * @load_size: bytes behind the ring
 * @ram: RAM as the guest sees it
 * @n_ram: 1, or 2 when there is RAM above the hole
 */
struct guest_mem {
	int fd;
	uint8_t *base;
	uint64_t ram_size;
	uint64_t ring_gpa;
	uint64_t ring_size;
	uint64_t load_size;
	struct guest_range ram[2];
	unsigned int n_ram;
};

/*
 * guest_mem_layout() - where RAM and ring lie; allocates nothing
 * @ram_size: bytes, whole pages
 * @ring_size: bytes, whole pages
 */
void guest_mem_layout(struct guest_mem *mem, uint64_t ram_size,
		      uint64_t ring_size);

/*
 * guest_mem_init() - lay out and map, all zero
 * @load_size: bytes to have behind the ring
 *
 * Return: 0 or -errno with the reason in @err.
 */
int guest_mem_init(struct guest_mem *mem, uint64_t ram_size,
		   uint64_t ring_size, uint64_t load_size,
		   const struct vm_error *err);
void guest_mem_exit(struct guest_mem *mem);

/*
 * guest_mem_slots() - hand the memory to KVM
 * @vm_fd: KVM's VM
 */
int guest_mem_slots(const struct guest_mem *mem, int vm_fd,
		    const struct vm_error *err);

/*
 * guest_mem_at() - the host's address of guest RAM
 *
 * Return: NULL when any of the @len bytes at @gpa is not RAM.
 */
void *guest_mem_at(const struct guest_mem *mem, uint64_t gpa, uint64_t len);

/*
 * guest_mem_ring() - the host's address of the ring
 */
void *guest_mem_ring(const struct guest_mem *mem);

/*
 * guest_mem_load() - the host's address of what is behind the ring
 */
void *guest_mem_load(const struct guest_mem *mem);

#endif /* KTSTR_VMM_MEMORY_H */
