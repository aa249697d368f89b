// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory. See memory.h.
 */
#include "vmm/memory.h"

#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/common/util/util.h"

/* The ring starts on a huge page of its own, away from RAM's. */
#define RING_ALIGN	(2 * MEM_MIB)

void guest_mem_layout(struct guest_mem *mem, uint64_t ram_size,
		      uint64_t ring_size)
{
	uint64_t low = min(ram_size, MEM_HOLE_START);
	uint64_t high = ram_size - low;

	*mem = (struct guest_mem) {
		.fd = -1,
		.ram_size = ram_size,
		.ring_size = ring_size,
		.ring_gpa = round_up(MEM_HOLE_END + high, RING_ALIGN),
		.ram = { { 0, low }, { MEM_HOLE_END, high } },
		.n_ram = high ? 2 : 1,
	};
}

static uint64_t all_of_it(const struct guest_mem *mem)
{
	return mem->ram_size + mem->ring_size + mem->load_size;
}

int guest_mem_init(struct guest_mem *mem, uint64_t ram_size,
		   uint64_t ring_size, uint64_t load_size,
		   const struct vm_error *err)
{
	uint64_t size;
	int ret;

	guest_mem_layout(mem, ram_size, ring_size);
	mem->load_size = round_up(load_size, MEM_PAGE_SIZE);
	size = all_of_it(mem);
	mem->fd = memfd_create("ktstr-guest", MFD_CLOEXEC);
	if (mem->fd < 0 || ftruncate(mem->fd, size)) {
		ret = -errno;
		goto out_exit;
	}

	mem->base = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_NORESERVE, mem->fd, 0);
	if (mem->base == MAP_FAILED) {
		ret = -errno;
		mem->base = NULL;
		goto out_exit;
	}

	/* Both are wishes: fewer faults, and no guest secrets in a core. */
	madvise(mem->base, size, MADV_HUGEPAGE);
	madvise(mem->base, size, MADV_DONTDUMP);
	return 0;

out_exit:
	guest_mem_exit(mem);
	return vm_fail(err, ret, "cannot get %llu MiB for the guest: %s",
		       (unsigned long long)(size / MEM_MIB), strerror(-ret));
}

void guest_mem_exit(struct guest_mem *mem)
{
	if (mem->base)
		munmap(mem->base, all_of_it(mem));
	if (mem->fd >= 0)
		close(mem->fd);
	mem->base = NULL;
	mem->fd = -1;
}

static int slot_set(int vm_fd, unsigned int slot, uint64_t gpa, uint64_t size,
		    const void *host, const struct vm_error *err)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)host,
	};

	if (!ioctl(vm_fd, KVM_SET_USER_MEMORY_REGION, &region))
		return 0;
	return vm_fail(err, -errno,
		       "KVM refuses %llu MiB of memory at 0x%llx: %s",
		       (unsigned long long)(size / MEM_MIB),
		       (unsigned long long)gpa, strerror(errno));
}

int guest_mem_slots(const struct guest_mem *mem, int vm_fd,
		    const struct vm_error *err)
{
	const uint8_t *host = mem->base;
	unsigned int i;
	int ret;

	for (i = 0; i < mem->n_ram; i++) {
		ret = slot_set(vm_fd, i, mem->ram[i].gpa, mem->ram[i].size,
			       host, err);
		if (ret)
			return ret;
		host += mem->ram[i].size;
	}
	return slot_set(vm_fd, i, mem->ring_gpa,
			mem->ring_size + mem->load_size, host, err);
}

void *guest_mem_at(const struct guest_mem *mem, uint64_t gpa, uint64_t len)
{
	uint8_t *host = mem->base;
	unsigned int i;

	for (i = 0; i < mem->n_ram; i++) {
		const struct guest_range *r = &mem->ram[i];

		if (gpa >= r->gpa && gpa - r->gpa < r->size &&
		    len <= r->size - (gpa - r->gpa))
			return host + (gpa - r->gpa);
		host += r->size;
	}
	return NULL;
}

void *guest_mem_ring(const struct guest_mem *mem)
{
	return mem->base + mem->ram_size;
}

void *guest_mem_load(const struct guest_mem *mem)
{
	return mem->base + mem->ram_size + mem->ring_size;
}
