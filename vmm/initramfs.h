/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An initramfs built in memory: a newc archive, uncompressed.
 */
#ifndef KTSTR_VMM_INITRAMFS_H
#define KTSTR_VMM_INITRAMFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct initramfs;

#define INITRAMFS_ERR_SIZE	512	/* enough for @err with two paths */

/**
 * initramfs_create() - an archive with what init needs before its mounts
 *
 * That is /dev/console, /dev/null, /dev/mem and /dev/ttyS1, and the folders
 * that things are mounted on.
 *
 * Return: the archive, NULL when memory is short.
 */
struct initramfs *initramfs_create(void);

/**
 * initramfs_create_on() - an archive that is unpacked where another one was
 * @base: that one; what is in it is not added again. Must stay
 *
 * Return: as initramfs_create().
 */
struct initramfs *initramfs_create_on(const struct initramfs *base);
void initramfs_destroy(struct initramfs *ir);

/**
 * initramfs_add() - add bytes as a file; parent directories are made
 * @path: absolute path in the guest, without "." and ".."; a second add of a
 *	path is -EEXIST
 * @mode: permission bits, e.g. 0755
 *
 * Return: 0, -EEXIST, -EINVAL, -ENOMEM, -EFBIG for what newc cannot hold.
 */
int initramfs_add(struct initramfs *ir, const char *path, mode_t mode,
		  const void *data, size_t len);

/**
 * initramfs_add_link() - add a symbolic link
 * @target: where it points to
 */
int initramfs_add_link(struct initramfs *ir, const char *path,
		       const char *target);

/**
 * initramfs_has() - is there something at @path already?
 */
bool initramfs_has(const struct initramfs *ir, const char *path);

/**
 * initramfs_add_file() - add a file of this machine
 * @host_path: a regular file
 * @strip: leave out what only a debugger reads (ELF files: .debug_*)
 *
 * Return: as initramfs_add(); -errno of opening @host_path.
 */
int initramfs_add_file(struct initramfs *ir, const char *path, mode_t mode,
		       const char *host_path, bool strip);

/**
 * initramfs_add_program() - add a program and all that it links to
 *
 * Adds @host_path as @path (stripped of debug sections), its interpreter, and
 * by DT_NEEDED, breadth first, every shared library, each at the path where
 * the loader will look for it. Search order: DT_RPATH, LD_LIBRARY_PATH,
 * DT_RUNPATH, /etc/ld.so.cache, the default directories. What is there
 * already is not added again. A library that this machine finds by its cache
 * or by LD_LIBRARY_PATH alone moves to a default directory, since the guest
 * has neither. Libraries that a program opens by dlopen() are not seen.
 *
 * Return: 0; else @err has one sentence: -ENOENT no such program, or a library
 * is missing, with the names of both; -ENOEXEC no program for this machine.
 */
int initramfs_add_program(struct initramfs *ir, const char *path,
			  const char *host_path, char *err, size_t err_size);

/**
 * initramfs_finish() - write the trailer
 * @data: gets the bytes, owned by @ir
 * @len: gets their number
 */
int initramfs_finish(struct initramfs *ir, const void **data, size_t *len);

#endif /* KTSTR_VMM_INITRAMFS_H */
