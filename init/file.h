/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files of /proc and /sys.
 */
#ifndef KTSTR_INIT_FILE_H
#define KTSTR_INIT_FILE_H

#include <stddef.h>
#include <sys/types.h>

/**
 * file_write() - write a value with one write()
 *
 * Return: 0 or -errno.
 */
int file_write(const char *path, const char *value);

/**
 * file_read() - read all of a file, up to @size - 1 bytes, and end it
 *
 * Return: bytes read or -errno.
 */
ssize_t file_read(const char *path, char *buf, size_t size);

#endif /* KTSTR_INIT_FILE_H */
