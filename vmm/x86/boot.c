// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel into memory, by Documentation/arch/x86/boot.rst, "64-bit Boot
 * Protocol": image, archive, command line, zero page, tables.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "vmm/vmm.h"
#include "vmm/x86/acpi.h"
#include "vmm/x86/acpi_numa.h"
#include "vmm/x86/cmdline.h"
#include "vmm/x86/layout.h"
#include "vmm/x86/mptable.h"

#define E820_RAM		1
#define E820_RESERVED		2
#define LOADER_UNKNOWN		0xff

#define NODE_RAM_MIN		(16 * MEM_MIB)

#define PTE_PRESENT		(1ULL << 0)
#define PTE_WRITE		(1ULL << 1)
#define PTE_HUGE		(1ULL << 7)
#define PT_ENTRIES		512

/* Code and data at the selectors that the boot protocol asks for. */
static const uint64_t boot_gdt[] = {
	0,
	0,
	0x00af9b000000ffffULL,		/* 0x10: 64-bit code */
	0x00cf93000000ffffULL,		/* 0x18: data */
};

/* Read all of the @len bytes that start at @offset, or say why not. */
static int read_exactly(int fd, void *to, size_t len, uint64_t offset)
{
	uint8_t *at = to;

	while (len) {
		ssize_t n = pread(fd, at, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ENOEXEC;
		at += n;
		len -= n;
		offset += n;
	}
	return 0;
}

static int parse_kernel(struct machine *m, const char *path,
			const struct vm_error *err)
{
	uint8_t head[BZIMAGE_HEAD_SIZE];
	char why[160] = "";
	const struct vm_error what = { .text = why, .size = sizeof(why) };
	struct stat st;
	size_t len;
	int ret;

	if (fstat(m->kernel_fd, &st))
		return vm_fail(err, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return vm_fail(err, -ENOEXEC, "%s: is no file", path);

	len = min((uint64_t)st.st_size, (uint64_t)sizeof(head));
	ret = read_exactly(m->kernel_fd, head, len, 0);
	if (ret)
		return vm_fail(err, ret, "%s: cannot read it: %s", path,
			       strerror(-ret));
	ret = bzimage_parse(head, len, st.st_size, &m->image, &what);
	if (ret)
		return vm_fail(err, ret, "%s %s", path, why);
	return 0;
}

int machine_open_kernel(struct machine *m, const struct vm_config *config,
			const struct vm_error *err)
{
	m->kernel_fd = open(config->kernel, O_RDONLY | O_CLOEXEC);
	if (m->kernel_fd < 0)
		return vm_fail(err, -errno, "kernel %s: %s", config->kernel,
			       strerror(errno));
	return parse_kernel(m, config->kernel, err);
}

uint64_t machine_kernel_size(const struct machine *m)
{
	return m->image.hdr.init_size + X86_HIGH_RAM_START;
}

/* The archive is there twice while it is being unpacked. */
static int too_little_ram(const struct vm *vm, const struct vm_config *config,
			  const struct vm_error *err)
{
	const struct setup_header *hdr = &vm->machine.image.hdr;
	uint64_t least = hdr->init_size + 2 * config->initrd_size + MEM_MIB - 1;

	if (hdr->pref_address > UINT64_MAX - least)
		return vm_fail(err, -EINVAL,
			       "%s wants to lie at 0x%llx, where no guest has RAM",
			       config->kernel,
			       (unsigned long long)hdr->pref_address);
	least += hdr->pref_address;
	return vm_fail(err, -EINVAL,
		       "%s and an initramfs of %llu MiB need %llu MiB of guest RAM at least, and there are %llu: give it more (memory_mb)",
		       config->kernel,
		       (unsigned long long)(config->initrd_size / MEM_MIB),
		       (unsigned long long)(least / MEM_MIB),
		       (unsigned long long)(vm->mem.ram_size / MEM_MIB));
}

static int load_kernel(struct vm *vm, const struct vm_config *config,
		       const struct vm_error *err)
{
	const struct guest_range *low = &vm->mem.ram[0];
	struct machine *m = &vm->machine;
	void *to;
	int ret;

	if (bzimage_place(&m->image, low->gpa + low->size, &m->kernel_gpa))
		return too_little_ram(vm, config, err);

	to = guest_mem_at(&vm->mem, m->kernel_gpa, m->image.code_size);
	if (!to)
		return vm_fail(err, -EINVAL, "%s does not fit into guest RAM",
			       config->kernel);
	ret = read_exactly(m->kernel_fd, to, m->image.code_size,
			   m->image.code_offset);
	if (ret)
		return vm_fail(err, ret, "%s: cannot read it: %s",
			       config->kernel, strerror(-ret));
	close(m->kernel_fd);
	m->kernel_fd = -1;
	return 0;
}

/* As high as the kernel allows, out of the way of what it unpacks. */
static int load_initrd(struct vm *vm, const struct vm_config *config,
		       struct boot_params *bp, const struct vm_error *err)
{
	const struct guest_range *low = &vm->mem.ram[0];
	const struct machine *m = &vm->machine;
	uint64_t end = min(low->gpa + low->size,
			   m->image.hdr.initrd_addr_max + 1ULL);
	uint64_t free_from = m->kernel_gpa + m->image.hdr.init_size;
	uint64_t size = round_up((uint64_t)config->initrd_size, MEM_PAGE_SIZE);
	uint64_t gpa;

	if (!size)
		return 0;
	if (end < free_from || end - free_from < size)
		return too_little_ram(vm, config, err);

	gpa = (end - size) & ~(MEM_PAGE_SIZE - 1);
	memcpy(guest_mem_at(&vm->mem, gpa, size), config->initrd,
	       config->initrd_size);
	bp->hdr.ramdisk_image = gpa;
	bp->hdr.ramdisk_size = config->initrd_size;
	return 0;
}

int machine_cmdline(const struct vm *vm, const struct vm_config *config,
		    struct strbuf *sb, const struct vm_error *err)
{
	const struct setup_header *hdr = &vm->machine.image.hdr;
	struct strbuf devices = STRBUF_INIT;
	struct cmdline_config c = {
		.ring_gpa = vm->mem.ring_gpa,
		.ring_size = vm->mem.ring_size,
		.kaslr = ktstr_is_on(config->machine->kaslr),
		.acpi = vm->topology.nodes > 1 ||
			machine_is_wide(&vm->machine),
		.tiers = topology_cpu_nodes(&vm->topology) < vm->topology.nodes,
		.crowded = vm->crowded,
		.verbose = config->verbose,
		.extra = config->machine->kernel_args,
		.max = min(hdr->cmdline_size, X86_CMDLINE_MAX - 1U),
	};
	int ret;

	virtio_set_cmdline(&vm->virtio, &devices);
	c.devices = devices.text;
	ret = cmdline_build(&c, sb, err);
	if (!ret && devices.dropped)
		ret = vm_fail(err, -ENOMEM, "no memory for a command line");
	strbuf_free(&devices);
	return ret;
}

static int load_cmdline(struct vm *vm, const struct vm_config *config,
			struct boot_params *bp, const struct vm_error *err)
{
	struct strbuf sb = STRBUF_INIT;
	int ret;

	ret = machine_cmdline(vm, config, &sb, err);
	if (!ret) {
		memcpy(guest_mem_at(&vm->mem, X86_CMDLINE_GPA, sb.len + 1),
		       sb.text, sb.len + 1);
		bp->hdr.cmd_line_ptr = X86_CMDLINE_GPA;
	}
	strbuf_free(&sb);
	return ret;
}

static void e820_add(struct boot_params *bp, uint64_t from, uint64_t to,
		     uint32_t type)
{
	struct boot_e820_entry *e = &bp->e820_table[bp->e820_entries];

	if (from >= to)
		return;
	e->addr = from;
	e->size = to - from;
	e->type = type;
	bp->e820_entries++;
}

static void fill_e820(struct boot_params *bp, const struct guest_mem *mem)
{
	unsigned int i;

	e820_add(bp, 0, X86_LOW_RAM_END, E820_RAM);
	e820_add(bp, X86_LOW_RAM_END, X86_HIGH_RAM_START, E820_RESERVED);
	e820_add(bp, X86_HIGH_RAM_START, mem->ram[0].size, E820_RAM);
	for (i = 1; i < mem->n_ram; i++)
		e820_add(bp, mem->ram[i].gpa,
			 mem->ram[i].gpa + mem->ram[i].size, E820_RAM);
}

static void load_page_tables(struct guest_mem *mem)
{
	uint64_t *pml4 = guest_mem_at(mem, X86_PML4_GPA, MEM_PAGE_SIZE);
	uint64_t *pdpt = guest_mem_at(mem, X86_PDPT_GPA, MEM_PAGE_SIZE);
	uint64_t *pd = guest_mem_at(mem, X86_PD_GPA,
				    X86_PD_PAGES * MEM_PAGE_SIZE);
	uint64_t i;

	pml4[0] = X86_PDPT_GPA | PTE_PRESENT | PTE_WRITE;
	for (i = 0; i < X86_PD_PAGES; i++)
		pdpt[i] = (X86_PD_GPA + i * MEM_PAGE_SIZE) | PTE_PRESENT |
			  PTE_WRITE;
	for (i = 0; i < X86_PD_PAGES * PT_ENTRIES; i++)
		pd[i] = i * 2 * MEM_MIB | PTE_PRESENT | PTE_WRITE | PTE_HUGE;
}

/* A kernel passes over nodes that have next to nothing. */
static int check_nodes(struct vm *vm, const struct vm_error *err)
{
	const struct topology *t = &vm->topology;
	char name[TOPOLOGY_NAME_LEN];
	uint64_t ram;
	unsigned int i;

	for (i = 0; i < t->nodes; i++) {
		ram = acpi_node_ram(t, i + 1, vm->mem.ram_size) -
		      acpi_node_ram(t, i, vm->mem.ram_size);
		if (ram >= NODE_RAM_MIN)
			continue;
		return vm_fail(err, -EINVAL,
			       "topology %s: node %u gets %llu of %llu MiB and needs %llu: give the guest more memory",
			       topology_name(t, name), i, ram / MEM_MIB,
			       (unsigned long long)vm->mem.ram_size / MEM_MIB,
			       NODE_RAM_MIN / MEM_MIB);
	}
	return 0;
}

static int load_tables(struct vm *vm, const struct vm_error *err)
{
	struct guest_mem *mem = &vm->mem;
	int ret = vm->topology.nodes > 1 ? check_nodes(vm, err) : 0;

	if (ret)
		return ret;
	load_page_tables(mem);
	memcpy(guest_mem_at(mem, X86_GDT_GPA, sizeof(boot_gdt)), boot_gdt,
	       sizeof(boot_gdt));
	if (!acpi_build(&vm->machine.apic, mem, X86_ACPI_GPA,
			guest_mem_at(mem, X86_ACPI_GPA, X86_ACPI_SIZE),
			X86_ACPI_SIZE))
		return vm_fail(err, -EINVAL,
			       "too many CPUs for the ACPI tables");
	if (!mptable_build(&vm->machine.apic, X86_MPTABLE_GPA,
			   guest_mem_at(mem, X86_MPTABLE_GPA, X86_MPTABLE_SIZE),
			   X86_MPTABLE_SIZE))
		return vm_fail(err, -EINVAL, "too many CPUs for the MP table");
	return 0;
}

int machine_load(struct vm *vm, const struct vm_config *config,
		 const struct vm_error *err)
{
	struct boot_params *bp;
	int ret;

	/* The tables below need the first MiB, whatever the kernel needs. */
	bp = guest_mem_at(&vm->mem, X86_BOOT_PARAMS_GPA, sizeof(*bp));
	if (!bp || vm->mem.ram_size <= X86_HIGH_RAM_START)
		return vm_fail(err, -EINVAL, "less than 2 MiB of guest RAM");

	bp->hdr = vm->machine.image.hdr;
	bp->hdr.type_of_loader = LOADER_UNKNOWN;
	bp->acpi_rsdp_addr = X86_ACPI_GPA;
	fill_e820(bp, &vm->mem);

	ret = load_kernel(vm, config, err);
	if (!ret)
		ret = load_initrd(vm, config, bp, err);
	if (!ret)
		ret = load_cmdline(vm, config, bp, err);
	if (!ret)
		ret = load_tables(vm, err);
	return ret;
}
