/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text that leaves this machine, without the names of it and of who uses it.
 */
#ifndef KTSTR_EXPORT_SCRUB_H
#define KTSTR_EXPORT_SCRUB_H

#include <stddef.h>

#include "lib/common/util/strbuf.h"

#define SCRUB_MAX	8

/**
 * struct scrub - what is replaced
 * @rows: the longest first, @n of them: @from is a whole word or path, @times
 *	counts where it was
 * @n: their number
 */
struct scrub {
	struct {
		char from[256];
		const char *to;
		unsigned int times;
	} rows[SCRUB_MAX];
	unsigned int n;
};

/**
 * scrub_init() - of this machine, and of this user
 * @s: filled in with the home's path, the host's name, whole and up to its first
 *	dot, and the user's, but for root, which is everybody's
 */
void scrub_init(struct scrub *s);

/**
 * scrub_add() - one more
 * @s: the rows
 * @from: a word or a path; nothing is done for one that is empty, or there
 * @to: a constant that takes its place
 */
void scrub_add(struct scrub *s, const char *from, const char *to);

/**
 * scrub_text() - replace them
 * @s: the rows; counts
 * @text: @len bytes
 * @len: see there
 * @out: gets the text
 */
void scrub_text(struct scrub *s, const char *text, size_t len,
		struct strbuf *out);

#endif /* KTSTR_EXPORT_SCRUB_H */
