/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers in a firmware table, which need not be aligned, and its checksum.
 */
#ifndef KTSTR_UNIT_BYTES_H
#define KTSTR_UNIT_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t bytes_u16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t bytes_u32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t bytes_u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* 0 of all bytes of a table that is sound */
static inline uint8_t bytes_sum(const uint8_t *p, size_t len)
{
	uint8_t s = 0;

	while (len--)
		s += *p++;
	return s;
}

#endif /* KTSTR_UNIT_BYTES_H */
