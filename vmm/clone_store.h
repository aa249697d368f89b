/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files that clones are made of: whole or not there, and not too many.
 */
#ifndef KTSTR_VMM_CLONE_STORE_H
#define KTSTR_VMM_CLONE_STORE_H

#include <stddef.h>
#include <stdint.h>

/*
 * store_begin() - a file under another name, to be written
 * @path: what it will be called
 * @temporary: gets what it is called until then
 *
 * Return: its descriptor or -errno.
 */
int store_begin(const char *path, char *temporary, size_t size);

/*
 * store_limit() - no more than so many bytes of files in a folder
 * @path: any file there; what was not used for longest goes first, and what
 *	killed writers have left goes as well
 */
void store_limit(const char *path, uint64_t max_bytes);

/*
 * store_end() - close it, and give it its name; or take it away
 * @written: 0 when all of it was, else -errno
 *
 * Then store_limit() sees to it that there are not too many.
 *
 * Return: 0 or -errno.
 */
int store_end(int fd, const char *temporary, const char *path, int written);

/*
 * store_used() - this one is wanted, others may go first
 */
void store_used(int fd);

/*
 * store_read(), store_write() - all of it, past the page cache where the file
 * system can do that and all numbers are of whole pages
 *
 * Return: 0, -ENODATA when it ends before, -errno.
 */
int store_read(int fd, void *to, size_t len, uint64_t offset);
int store_write(int fd, const void *from, size_t len, uint64_t offset);

#endif /* KTSTR_VMM_CLONE_STORE_H */
