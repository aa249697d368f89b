/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /etc/ld.so.cache, as ldconfig of glibc writes it.
 */
#ifndef KTSTR_VMM_LD_CACHE_H
#define KTSTR_VMM_LD_CACHE_H

#include <stddef.h>
#include <stdint.h>

#define LD_CACHE_PATH	"/etc/ld.so.cache"

/**
 * ld_cache_find() - a path that the cache gives for a library
 * @data: the cache file's bytes
 * @size: their number
 * @name: what DT_NEEDED says, e.g. libc.so.6
 * @index: which one of several, from 0: there may be one an architecture
 *
 * Return: the path inside of @data, NULL when there are no more. Variants for
 * CPUs with certain features are left out: the guest's CPU may lack them.
 */
const char *ld_cache_find(const uint8_t *data, size_t size, const char *name,
			  unsigned int index);

#endif /* KTSTR_VMM_LD_CACHE_H */
