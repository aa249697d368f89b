// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory images. Of an ELF core we use the segments with their physical
 * addresses, and of its notes the registers of each CPU.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/procfs.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/monitor/guest/image.h"

#define SEGMENTS_MAX	64
#define CPUS_MAX	4096

struct segment {
	uint64_t pa;
	uint64_t size;
	char *bytes;
};

struct mon_image {
	char *file;
	size_t size;
	bool mapped;
	struct segment segments[SEGMENTS_MAX];
	unsigned int n_segments;
	uint64_t phys_end;
	struct mon_regs *regs;
	unsigned int n_cpus;
};

static void *image_map(void *ctx, uint64_t gpa, size_t len)
{
	const struct mon_image *image = ctx;
	unsigned int i;

	for (i = 0; i < image->n_segments; i++) {
		const struct segment *s = &image->segments[i];

		if (gpa >= s->pa && gpa - s->pa < s->size &&
		    len <= s->size - (gpa - s->pa))
			return s->bytes + (gpa - s->pa);
	}
	return NULL;
}

static int image_regs(void *ctx, unsigned int cpu, struct mon_regs *regs)
{
	const struct mon_image *image = ctx;

	if (cpu >= image->n_cpus)
		return -ENODATA;
	*regs = image->regs[cpu];
	return 0;
}

const struct mon_mem_ops mon_image_ops = {
	.map = image_map,
	.vcpu_regs = image_regs,
};

static int add_segment(struct mon_image *image, uint64_t pa, char *bytes,
		       uint64_t size)
{
	if (!size)
		return 0;
	if (image->n_segments == SEGMENTS_MAX || pa > UINT64_MAX / 2 ||
	    size > UINT64_MAX / 2)
		return -ENOEXEC;
	image->segments[image->n_segments++] =
		(struct segment) { .pa = pa, .size = size, .bytes = bytes };
	image->phys_end = max(image->phys_end, pa + size);
	return 0;
}

static int add_cpu(struct mon_image *image, const void *desc)
{
	struct elf_prstatus status;
	struct user_regs_struct regs;
	struct mon_regs *grown;

	if (image->n_cpus == CPUS_MAX)
		return -ENOEXEC;
	grown = reallocarray(image->regs, image->n_cpus + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	image->regs = grown;
	memcpy(&status, desc, sizeof(status));
	memcpy(&regs, &status.pr_reg, sizeof(regs));
	image->regs[image->n_cpus++] = (struct mon_regs) {
		.ip = regs.rip,
		.sp = regs.rsp,
		.bp = regs.rbp,
		.flags = regs.eflags,
		.cs = regs.cs,
	};
	return 0;
}

static int read_notes(struct mon_image *image, const char *p, size_t len)
{
	int ret = 0;

	while (!ret && len >= sizeof(Elf64_Nhdr)) {
		size_t name, desc;
		Elf64_Nhdr nh;

		memcpy(&nh, p, sizeof(nh));
		p += sizeof(nh);
		len -= sizeof(nh);
		name = round_up((size_t)nh.n_namesz, 4);
		desc = round_up((size_t)nh.n_descsz, 4);
		if (name > len || desc > len - name)
			return -ENOEXEC;
		if (nh.n_type == NT_PRSTATUS && nh.n_namesz == 5 &&
		    !memcmp(p, "CORE", 5) &&
		    nh.n_descsz >= sizeof(struct elf_prstatus))
			ret = add_cpu(image, p + name);
		p += name + desc;
		len -= name + desc;
	}
	return ret;
}

static int read_elf(struct mon_image *image)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	unsigned int i;
	int ret = 0;

	if (image->size < sizeof(eh))
		return -ENOEXEC;
	memcpy(&eh, image->file, sizeof(eh));
	if (eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_type != ET_CORE ||
	    eh.e_machine != EM_X86_64 || eh.e_phentsize != sizeof(ph) ||
	    eh.e_phoff > image->size ||
	    eh.e_phnum > (image->size - eh.e_phoff) / sizeof(ph))
		return -ENOEXEC;
	for (i = 0; i < eh.e_phnum && !ret; i++) {
		memcpy(&ph, image->file + eh.e_phoff + i * sizeof(ph),
		       sizeof(ph));
		if (ph.p_offset > image->size ||
		    ph.p_filesz > image->size - ph.p_offset)
			return -ENOEXEC;
		if (ph.p_type == PT_LOAD)
			ret = add_segment(image, ph.p_paddr,
					  image->file + ph.p_offset,
					  ph.p_filesz);
		else if (ph.p_type == PT_NOTE)
			ret = read_notes(image, image->file + ph.p_offset,
					 ph.p_filesz);
	}
	return ret ?: image->n_segments ? 0 : -ENOEXEC;
}

static int map_file(struct mon_image *image, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		ret = -errno;
	} else if (st.st_size <= 0) {
		ret = -ENOEXEC;
	} else {
		image->size = st.st_size;
		image->file = mmap(NULL, image->size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_NORESERVE, fd, 0);
		image->mapped = image->file != MAP_FAILED;
		if (!image->mapped)
			ret = -errno;
	}
	close(fd);
	return ret;
}

int mon_image_open(const char *path, struct mon_image **image,
		   char *err, size_t err_size)
{
	struct mon_image *im = calloc(1, sizeof(*im));
	int ret;

	*image = NULL;
	if (!im)
		return -ENOMEM;
	ret = map_file(im, path);
	if (!ret) {
		if (im->size >= SELFMAG && !memcmp(im->file, ELFMAG, SELFMAG))
			ret = read_elf(im);
		else
			ret = add_segment(im, 0, im->file, im->size);
	}
	if (ret) {
		snprintf(err, err_size, "%s: %s", path,
			 ret == -ENOEXEC ? "not a memory image" :
					   strerror(-ret));
		mon_image_close(im);
		return ret;
	}
	*image = im;
	return 0;
}

int mon_image_from_memory(void *bytes, size_t size, struct mon_image **image)
{
	struct mon_image *im = calloc(1, sizeof(*im));

	*image = im;
	if (!im)
		return -ENOMEM;
	return add_segment(im, 0, bytes, size);
}

void mon_image_close(struct mon_image *im)
{
	if (!im)
		return;
	if (im->mapped)
		munmap(im->file, im->size);
	free(im->regs);
	free(im);
}

uint64_t mon_image_phys_end(const struct mon_image *im)
{
	return im->phys_end;
}
