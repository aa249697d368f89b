// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why something failed. See fail.h.
 */
#include "lib/common/util/fail.h"

#include <stdarg.h>
#include <stdio.h>

int fail(char *err, size_t err_size, int ret, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, err_size, fmt, ap);
	va_end(ap);
	return ret;
}
