/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sidecars below a folder: a results folder itself, or one that has several.
 *
 * A results folder has TEST.ktstr.json of each test's last run, and below runs/ a
 * folder for each run with all that it left, of which the last is the same file
 * (lib/host/report/sidecar.h). Each file is found once.
 */
#ifndef KTSTR_RESULTS_FILES_H
#define KTSTR_RESULTS_FILES_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct result_file - a file, as it is now
 * @path: below the folder that was looked through
 * @dev: of the file system
 * @ino: of the file
 * @size: bytes
 * @mtime_ns: when it was written
 */
struct result_file {
	char *path;
	uint64_t dev;
	uint64_t ino;
	int64_t size;
	int64_t mtime_ns;
};

/**
 * struct result_files - what was found
 * @list: @n of them, by their paths
 */
struct result_files {
	struct result_file *list;
	size_t n;
};

/**
 * result_files_find() - look through a folder
 * @root: the folder
 * @files: filled in; release with result_files_free()
 *
 * Hidden files and folders, links, other file systems, and what lies deeper than
 * results folders do, are not looked at; what cannot be read is not there.
 *
 * Return: 0, also when there is none; -errno of @root; -E2BIG.
 */
int result_files_find(const char *root, struct result_files *files);

/**
 * result_files_free() - release what result_files_find() has found
 * @files: what was found
 */
void result_files_free(struct result_files *files);

/**
 * result_root() - where results are looked for
 * @given: a folder that was named, or NULL for $KTSTR_SIDECAR_DIR, else results
 *	in $KTSTR_OUT, else results in the cache
 * @buf: gets it, an absolute path
 * @size: bytes at @buf
 * @err: gets one sentence
 * @err_size: bytes at @err
 *
 * Return: 0; -ENOENT where there is no such folder, -ENAMETOOLONG.
 */
int result_root(const char *given, char *buf, size_t size, char *err,
		size_t err_size);

#endif /* KTSTR_RESULTS_FILES_H */
