/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CRC-32 of zlib, gzip and Ethernet, so that init needs no library for it.
 */
#ifndef KTSTR_UTIL_CRC32_H
#define KTSTR_UTIL_CRC32_H

#include <stddef.h>
#include <stdint.h>

/**
 * crc32_update() - checksum of bytes, or of more bytes
 * @crc: 0 to start, or what an earlier call returned for the bytes before
 * @bytes: the data
 * @len: its length
 *
 * Return: the CRC, equal to zlib's crc32().
 */
uint32_t crc32_update(uint32_t crc, const void *bytes, size_t len);

#endif /* KTSTR_UTIL_CRC32_H */
