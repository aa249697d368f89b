/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attributes under the kernel's short names; kselftest.h may define them too.
 */
#ifndef KTSTR_UTIL_COMPILER_H
#define KTSTR_UTIL_COMPILER_H

#ifndef __printf
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#endif
#ifndef __noreturn
#define __noreturn	__attribute__((noreturn))
#endif
#ifndef __maybe_unused
#define __maybe_unused	__attribute__((unused))
#endif

#endif /* KTSTR_UTIL_COMPILER_H */
