/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bzImage: the file that "make bzImage" builds, and what its header says.
 */
#ifndef KTSTR_VMM_X86_BZIMAGE_H
#define KTSTR_VMM_X86_BZIMAGE_H

#include <asm/bootparam.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/fail.h"

/* Bytes at the start of the file that hold all we look at. */
#define BZIMAGE_HEAD_SIZE	4096

/*
 * struct bzimage - the header, checked
 * @hdr: as it is in the file, for boot_params
 * @code_offset: of the 64-bit part in the file
 * @code_size: its bytes
 */
struct bzimage {
	struct setup_header hdr;
	uint64_t code_offset;
	uint64_t code_size;
};

/*
 * bzimage_parse() - read the start of a file
 * @head: its first bytes
 * @head_len: how many, BZIMAGE_HEAD_SIZE unless the file is shorter
 * @file_size: bytes of the whole file
 * @img: filled in
 * @err: gets what is wrong, to be put behind the file's name
 *
 * Return: 0, -ENOEXEC.
 */
int bzimage_parse(const void *head, size_t head_len, uint64_t file_size,
		  struct bzimage *img, const struct vm_error *err);

/*
 * bzimage_place() - choose where the kernel goes
 * @ram_end: end of the RAM that starts at 1 MiB
 * @gpa: gets the guest address
 *
 * Return: 0, -EINVAL when there is too little RAM.
 */
int bzimage_place(const struct bzimage *img, uint64_t ram_end, uint64_t *gpa);

#endif /* KTSTR_VMM_X86_BZIMAGE_H */
