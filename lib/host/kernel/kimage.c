// SPDX-License-Identifier: GPL-2.0-only
/*
 * Images, looked at before they are booted. See kimage.h.
 */
#include "lib/host/kernel/kimage.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/kernel/kenv.h"

/* Of the setup header, Documentation/arch/x86/boot.rst of the kernel. */
#define SETUP_SECTS	0x1f1
#define SYSSIZE		0x1f4
#define HEADER		0x202
#define HEADER_MAGIC	0x53726448	/* "HdrS" */
#define XLOADFLAGS	0x236
#define XLF_KERNEL_64	1
#define SECTOR		512
#define PARAGRAPH	16
#define IMAGE_LEAST	4096

#define NAMES_MAX	(1U << 20)

/* ---- bzImage ---- */

static uint32_t get32(const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return le32toh(v);
}

int kimage_must(struct kenv *k, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint8_t head[IMAGE_LEAST];
	uint64_t need;
	struct stat st = { };
	ssize_t n = -1;

	if (fd >= 0) {
		n = fstat(fd, &st) ? -1 : pread(fd, head, sizeof(head), 0);
		close(fd);
	}
	if (n != sizeof(head) || get32(head + HEADER) != HEADER_MAGIC)
		return kenv_wrong(k, "%s: no x86 bzImage; name one, or a build folder",
				  path);
	if (!(head[XLOADFLAGS] & XLF_KERNEL_64))
		return kenv_wrong(k, "%s: a 32-bit kernel; build one with CONFIG_64BIT=y",
				  path);
	need = (head[SETUP_SECTS] + 1ULL) * SECTOR +
	       (uint64_t)get32(head + SYSSIZE) * PARAGRAPH;
	if ((uint64_t)st.st_size < need)
		return kenv_wrong(k, "%s: cut short, %llu of %llu bytes; build or copy it again",
				  path, (unsigned long long)st.st_size,
				  (unsigned long long)need);
	return 0;
}

/* ---- vmlinux ---- */

static void *read_at(int fd, uint64_t at, size_t size)
{
	void *buf = malloc(size + 1);

	if (!buf)
		return NULL;
	if (pread(fd, buf, size, at) != (ssize_t)size) {
		free(buf);
		return NULL;
	}
	((char *)buf)[size] = '\0';
	return buf;
}

static bool name_is(const char *names, size_t size, uint32_t at,
		    const char *name)
{
	return at < size && !strcmp(names + at, name);
}

/* Whatever the file says: nothing is read outside of what was allocated. */
static void look_for(int fd, const Elf64_Ehdr *eh, bool *symbols, bool *types)
{
	const Elf64_Shdr *sh, *name_section;
	char *names = NULL;
	unsigned int i;
	Elf64_Shdr *all;
	size_t size;

	if (eh->e_shentsize != sizeof(*all) ||
	    eh->e_shstrndx >= eh->e_shnum)
		return;
	all = read_at(fd, eh->e_shoff, eh->e_shnum * sizeof(*all));
	if (!all)
		return;
	name_section = &all[eh->e_shstrndx];
	size = min(name_section->sh_size, (Elf64_Xword)NAMES_MAX);
	names = read_at(fd, name_section->sh_offset, size);
	for (i = 0; names && i < eh->e_shnum; i++) {
		sh = &all[i];
		*symbols |= name_is(names, size, sh->sh_name, ".symtab");
		*types |= name_is(names, size, sh->sh_name, ".BTF");
	}
	free(names);
	free(all);
}

int kvmlinux_must(struct kenv *k, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool symbols = false, types = false;
	Elf64_Ehdr eh;

	if (fd >= 0) {
		if (pread(fd, &eh, sizeof(eh), 0) == sizeof(eh) &&
		    !memcmp(eh.e_ident, ELFMAG, SELFMAG) &&
		    eh.e_ident[EI_CLASS] == ELFCLASS64)
			look_for(fd, &eh, &symbols, &types);
		close(fd);
	}
	if (!symbols)
		return kenv_wrong(k, "%s: no ELF file with symbols; build the kernel again",
				  path);
	if (!types)
		return kenv_missing(k, "%s: no .BTF section; build with CONFIG_DEBUG_INFO_BTF=y and pahole installed",
				    path);
	return 0;
}
