/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One sentence for people beside an -errno for programs.
 */
#ifndef KTSTR_VMM_FAIL_H
#define KTSTR_VMM_FAIL_H

#include <stddef.h>

#include "lib/common/util/compiler.h"

/*
 * struct vm_error - where a sentence goes
 * @text: its place; may be NULL
 * @size: bytes there
 */
struct vm_error {
	char *text;
	size_t size;
};

/*
 * vm_fail() - write the sentence, give back the number
 * @ret: -errno
 *
 * Return: @ret.
 */
int __printf(3, 4) vm_fail(const struct vm_error *err, int ret,
			   const char *fmt, ...);

#endif /* KTSTR_VMM_FAIL_H */
