/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Short names for content: the beginning of its SHA-256. This room has no library
 * to ask, see kenv.h.
 */
#ifndef KTSTR_KERNEL_SHA256_H
#define KTSTR_KERNEL_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_TEXT_SIZE	65

/**
 * struct sha256 - a sum in the making
 * @state: of the blocks so far
 * @block: bytes that fill none yet
 * @len: bytes in all
 */
struct sha256 {
	uint32_t state[8];
	uint8_t block[64];
	uint64_t len;
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t len);

/**
 * sha256_add_file() - the content of a file
 * @path: the file
 *
 * Return: 0, -errno.
 */
int sha256_add_file(struct sha256 *s, const char *path);

/**
 * sha256_text() - the sum as text
 * @s: is of no use afterwards
 * @digits: how many of its 64
 * @text: SHA256_TEXT_SIZE bytes
 *
 * Return: @text.
 */
const char *sha256_text(struct sha256 *s, unsigned int digits, char *text);

#endif /* KTSTR_KERNEL_SHA256_H */
