// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening an ELF file by libelf. See elf_file.h.
 */
#include "lib/host/monitor/vmlinux/elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

/* libelf has one error for what it cannot do: only errno tells of memory. */
static int begin(struct mon_elf *file)
{
	elf_version(EV_CURRENT);
	errno = 0;
	file->elf = elf_begin(file->fd, ELF_C_READ_MMAP, NULL);
	if (!file->elf && errno == ENOMEM)
		return -ENOMEM;
	if (!file->elf || elf_kind(file->elf) != ELF_K_ELF ||
	    gelf_getclass(file->elf) != ELFCLASS64)
		return -ENOEXEC;
	return 0;
}

int mon_elf_open(const char *path, struct mon_elf *file)
{
	int ret;

	*file = (struct mon_elf)MON_ELF_NONE;
	file->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0)
		return -errno;
	ret = begin(file);
	if (ret)
		mon_elf_close(file);
	return ret;
}

void mon_elf_close(struct mon_elf *file)
{
	if (file->elf)
		elf_end(file->elf);
	if (file->fd >= 0)
		close(file->fd);
	*file = (struct mon_elf)MON_ELF_NONE;
}
