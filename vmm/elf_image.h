/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An ELF file, as far as a loader reads it: for the initramfs. Nothing here
 * knows symbols, relocations or DWARF.
 */
#ifndef KTSTR_VMM_ELF_IMAGE_H
#define KTSTR_VMM_ELF_IMAGE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct elf_image - a file that was read
 * @data: the file's bytes
 * @size: their number
 * @dev: where the file lives, with @ino
 * @ino: its inode: two paths with both equal are one file
 * @ehdr: the file header; valid after elf_image_parse()
 * @dyn_offset: file offset of the dynamic section, 0 when there is none
 * @n_dyn: its entries
 * @strtab: file offset of the dynamic strings
 * @strsz: their size
 */
struct elf_image {
	const uint8_t *data;
	size_t size;
	dev_t dev;
	ino_t ino;
	Elf64_Ehdr ehdr;
	size_t dyn_offset;
	size_t n_dyn;
	size_t strtab;
	size_t strsz;
};

/**
 * elf_image_read() - read a regular file
 *
 * It is copied, not mapped: others may write to it, or cut it short.
 *
 * Return: 0; -errno of opening or reading it, -EISDIR or -EINVAL for what is no
 * file, -ETXTBSY when it was changed meanwhile, -ENOMEM.
 */
int elf_image_read(struct elf_image *image, const char *path);
void elf_image_free(struct elf_image *image);

/**
 * elf_image_parse() - look at the headers
 *
 * Return: 0, -ENOEXEC when this is no 64-bit ELF file in our byte order, or
 * when a header points outside of the file.
 */
int elf_image_parse(struct elf_image *image);

/**
 * elf_image_interp() - the program interpreter
 *
 * Return: its path inside of the mapping, NULL when the program has none.
 */
const char *elf_image_interp(const struct elf_image *image);

/**
 * elf_image_dyn_string() - a string that the dynamic section names
 * @tag: DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH
 * @index: which one, from 0
 *
 * Return: the string inside of the mapping, NULL when there are fewer.
 */
const char *elf_image_dyn_string(const struct elf_image *image, int64_t tag,
				 size_t index);

/**
 * elf_image_dyn_value() - the value of a dynamic entry, 0 without one
 */
uint64_t elf_image_dyn_value(const struct elf_image *image, int64_t tag);

/**
 * elf_image_strip() - a copy without debug sections
 * @out: gets the bytes, to be freed by the caller; NULL when there is nothing
 *	to strip, or when the file is laid out in a way that forbids it
 * @len: gets their number
 *
 * Everything that a segment loads stays where it is; section numbers stay
 * too, dropped sections become SHT_NULL.
 *
 * Return: 0, -ENOMEM.
 */
int elf_image_strip(const struct elf_image *image, void **out, size_t *len);

#endif /* KTSTR_VMM_ELF_IMAGE_H */
