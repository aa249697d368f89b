/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text that grows. Never NULL to read: an empty buffer reads "".
 */
#ifndef KTSTR_UTIL_STRBUF_H
#define KTSTR_UTIL_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/common/util/compiler.h"

/**
 * struct strbuf - text that grows
 * @text: NUL-terminated, "" when empty
 * @len: bytes before the NUL
 * @size: bytes allocated, 0 when none are
 * @max: stop growing here and drop what is more (0: no limit)
 * @keep_end: with @max: drop lines of the middle, and say so in their place;
 *	the first quarter and the newest stay
 * @cut: where lines were dropped from the middle, 0 when none were
 * @dropped: bytes dropped because of @max or for want of memory
 */
struct strbuf {
	char *text;
	size_t len;
	size_t size;
	size_t max;
	bool keep_end;
	size_t cut;
	size_t dropped;
};

#define STRBUF_INIT { .text = (char *)"" }

void strbuf_add(struct strbuf *sb, const void *bytes, size_t len);

/* A word as a shell takes it: in quotes where it has to be. */
void strbuf_add_word(struct strbuf *sb, const char *word);
void __printf(2, 3) strbuf_addf(struct strbuf *sb, const char *fmt, ...);
void strbuf_reset(struct strbuf *sb);
void strbuf_free(struct strbuf *sb);

/**
 * strbuf_tail() - where the last @n lines start
 */
const char *strbuf_tail(const struct strbuf *sb, unsigned int n);

#endif /* KTSTR_UTIL_STRBUF_H */
