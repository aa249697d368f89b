/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why something failed, for whoever asked for it and will say so.
 */
#ifndef KTSTR_UTIL_FAIL_H
#define KTSTR_UTIL_FAIL_H

#include <stddef.h>

#include "lib/common/util/compiler.h"

/**
 * fail() - leave why, and fail
 * @err: gets the reason, one line
 * @err_size: bytes there
 * @ret: -errno
 * @fmt: as of printf()
 *
 * Return: @ret.
 */
int __printf(4, 5) fail(char *err, size_t err_size, int ret, const char *fmt,
			...);

#endif /* KTSTR_UTIL_FAIL_H */
