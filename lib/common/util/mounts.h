/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where file systems are mounted.
 */
#ifndef KTSTR_UTIL_MOUNTS_H
#define KTSTR_UTIL_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * mount_find() - find a file system by its type
 * @type: as /proc/self/mounts has it
 * @path: gets where the first one is
 * @size: bytes at @path
 *
 * Return: there is one, at a path that is not too long.
 */
bool mount_find(const char *type, char *path, size_t size);

#endif /* KTSTR_UTIL_MOUNTS_H */
