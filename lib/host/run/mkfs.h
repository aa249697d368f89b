/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This machine's programs that make file systems.
 */
#ifndef KTSTR_RUN_MKFS_H
#define KTSTR_RUN_MKFS_H

#include <stddef.h>

/**
 * mkfs_run() - make a file system in a file
 * @format: mkfs.FORMAT is the program
 * @fd: the file, of its size already
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0; -ENOENT without such a program; -EIO when it failed; -ETIMEDOUT
 * when it did not end, and was killed; other -errno.
 */
int mkfs_run(const char *format, int fd, char *err, size_t err_size);

#endif /* KTSTR_RUN_MKFS_H */
