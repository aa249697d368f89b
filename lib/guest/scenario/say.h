/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For a test's body that is to be compared with what the host saw: hand the
 * guest's own words over, and ask the host to look. What the host makes of
 * them is up to the test's .post_vm.
 */
#ifndef KTSTR_SCENARIO_SAY_H
#define KTSTR_SCENARIO_SAY_H

#include <stddef.h>

#include "lib/guest/scenario/scenario.h"

/**
 * guest_say() - hand text over, under a heading
 * @ctx: the test's context
 * @part: the heading: a line "==== @part" goes before the text
 * @text: the text
 * @len: its bytes
 *
 * Return: 0; -ENOTCONN without a host; -errno of the socket.
 */
int guest_say(const struct ktstr_ctx *ctx, const char *part, const char *text,
	      size_t len);

/**
 * guest_say_file() - hand a file over, under a heading
 * @ctx: the test's context
 * @part: the heading
 * @path: the file, or a pattern of glob(7): then a line "path value" for each
 *	line of each file that matches
 *
 * Return: 0; -errno of open() or read(); -ENOENT when nothing matches; else as
 * guest_say().
 */
int guest_say_file(const struct ktstr_ctx *ctx, const char *part,
		   const char *path);

/**
 * guest_ask_dump() - let the monitor read everything now
 * @ctx: the test's context
 *
 * It does so some ten milliseconds later.
 *
 * Return: 0; -ENOTCONN without a host; -errno of the socket.
 */
int guest_ask_dump(const struct ktstr_ctx *ctx);

#endif /* KTSTR_SCENARIO_SAY_H */
