/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages for people, to stderr.
 *
 * Each line starts with "# ", so that it is a comment in KTAP, then with the
 * room's pr_fmt() when it has one. Define pr_fmt before including this:
 *
 *	#define pr_fmt(fmt) "vmm: " fmt
 */
#ifndef KTSTR_UTIL_LOG_H
#define KTSTR_UTIL_LOG_H

#include <stdbool.h>

#include "lib/common/util/compiler.h"

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

/**
 * log_line() - write one line, whole, with a single write
 * @fmt: printf's; a newline is added
 */
void __printf(1, 2) log_line(const char *fmt, ...);

/**
 * log_verbose() - was KTSTR_VERBOSE=1 set?
 */
bool log_verbose(void);

#define pr_err(fmt, ...)	log_line("error: " pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)	log_line("warning: " pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	log_line(pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug(fmt, ...) do {						\
	if (log_verbose())						\
		log_line(pr_fmt(fmt), ##__VA_ARGS__);			\
} while (0)

#endif /* KTSTR_UTIL_LOG_H */
