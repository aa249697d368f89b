/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files of /proc, /sys and cgroups, and folders that are to go.
 */
#ifndef KTSTR_UTIL_FILE_H
#define KTSTR_UTIL_FILE_H

#include <stddef.h>
#include <sys/types.h>

/**
 * file_write() - write a value with one write()
 * @path: a file that is there
 * @value: what to write
 *
 * Return: 0 or -errno; -EIO where only a part of it was taken.
 */
int file_write(const char *path, const char *value);

/**
 * file_read() - read all of a file, up to @size - 1 bytes, and end it
 * @path: the file
 * @buf: gets it
 * @size: bytes there, at least 1
 *
 * Return: bytes read or -errno.
 */
ssize_t file_read(const char *path, char *buf, size_t size);

/**
 * folder_remove() - rm -rf, without following links
 * @path: a folder, a file, or nothing
 *
 * Return: 0, -errno of what could not be removed.
 */
int folder_remove(const char *path);

#endif /* KTSTR_UTIL_FILE_H */
