/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An ELF file that is open: the one place where libelf is given a file.
 */
#ifndef KTSTR_MONITOR_VMLINUX_ELF_FILE_H
#define KTSTR_MONITOR_VMLINUX_ELF_FILE_H

struct Elf;

/**
 * struct mon_elf - an open ELF file
 * @fd: -1 when there is none
 * @elf: libelf's; NULL when there is none
 */
struct mon_elf {
	int fd;
	struct Elf *elf;
};

#define MON_ELF_NONE	{ .fd = -1 }

/**
 * mon_elf_open() - open a file of 64 bits, mapped
 * @path: the file
 * @file: gets it; release with mon_elf_close(). MON_ELF_NONE on failure
 *
 * Return: 0; -errno of open(); -ENOMEM; -ENOEXEC when it is no such file.
 */
int mon_elf_open(const char *path, struct mon_elf *file);

/**
 * mon_elf_close() - close it
 * @file: one that is open, or MON_ELF_NONE, which it is then
 */
void mon_elf_close(struct mon_elf *file);

#endif /* KTSTR_MONITOR_VMLINUX_ELF_FILE_H */
