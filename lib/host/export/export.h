/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test as one file that runs it elsewhere: a shell script with an archive behind
 * it, of the kernel, the programs, and all that they link to.
 */
#ifndef KTSTR_EXPORT_EXPORT_H
#define KTSTR_EXPORT_EXPORT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/host/run/run.h"

/**
 * export_write() - write the file
 * @path: where; it appears whole or not at all
 * @run: what the test is, with all of its files found
 * @size: gets its bytes
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0; -ENOTSUP for what a test needs of this machine and no file can have;
 * other -errno.
 */
int export_write(const char *path, const struct run_config *run, uint64_t *size,
		 char *err, size_t err_size);

/**
 * export_whole() - write a file that appears whole or not at all
 * @path: its name
 * @mode: permissions
 * @put: writes it; 0 or -errno
 * @ctx: for @put
 *
 * Return: 0, -errno.
 */
int export_whole(const char *path, unsigned int mode,
		 int (*put)(void *ctx, int fd), void *ctx);

/* tree.c: a tree in a tar file. */

struct initramfs;

/**
 * tree_write() - write what is in an archive, compressed
 * @ir: finished by this; files and links of it are written, the latter made
 *	relative, and nothing else
 * @fd: a file; written from where it stands
 *
 * Return: 0; -ENAMETOOLONG for a path that no tar file can have; other -errno.
 */
int tree_write(struct initramfs *ir, int fd);

/**
 * tree_libraries() - the folders with shared libraries in them
 * @ir: finished by this
 * @list: gets names with ":" between, without the "/" at their beginning
 * @size: bytes at @list
 *
 * Return: 0, -errno.
 */
int tree_libraries(struct initramfs *ir, char *list, size_t size);

/* script.sh: what comes behind the lines that say which test it is. */
extern const char _binary_script_sh_start[], _binary_script_sh_end[];

#endif /* KTSTR_EXPORT_EXPORT_H */
