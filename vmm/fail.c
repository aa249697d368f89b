// SPDX-License-Identifier: GPL-2.0-only
/*
 * One sentence for people. See fail.h.
 */
#include "vmm/fail.h"

#include <stdarg.h>
#include <stdio.h>

int vm_fail(const struct vm_error *err, int ret, const char *fmt, ...)
{
	va_list args;

	if (err && err->text && err->size) {
		va_start(args, fmt);
		vsnprintf(err->text, err->size, fmt, args);
		va_end(args);
	}
	return ret;
}
