/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts as one file: a folder in a tar file.
 */
#ifndef KTSTR_EXPORT_BUNDLE_H
#define KTSTR_EXPORT_BUNDLE_H

#include <stddef.h>

struct bundle;

/**
 * bundle_create() - one without a text
 * @folder: what all of them are in
 *
 * Return: it, NULL when memory is short.
 */
struct bundle *bundle_create(const char *folder);
void bundle_destroy(struct bundle *b);

/**
 * bundle_add() - one more text
 * @b: the bundle
 * @name: of its file
 * @text: @len bytes, which are copied
 * @len: see there
 *
 * Return: 0, -EEXIST, -errno.
 */
int bundle_add(struct bundle *b, const char *name, const char *text, size_t len);

/**
 * bundle_write() - write the file, which appears whole or not at all
 * @b: complete by this
 * @path: where
 *
 * Return: 0, -errno.
 */
int bundle_write(struct bundle *b, const char *path);

#endif /* KTSTR_EXPORT_BUNDLE_H */
