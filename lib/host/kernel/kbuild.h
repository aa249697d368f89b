/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a tree to a kernel in the cache: configured, built, kept.
 */
#ifndef KTSTR_KERNEL_KBUILD_H
#define KTSTR_KERNEL_KBUILD_H

#include <limits.h>
#include <stdbool.h>

struct kenv;
struct ktree;

/**
 * kbuild_get() - have a tree's kernel in the cache
 * @k: begun
 * @tree: the tree
 * @key: NAME_MAX bytes; gets its key
 *
 * Builds when the source, the configuration or the toolchain has changed, and only
 * then; on a hit it needs no network and no compiler. The entry is held, so that
 * nobody removes it, until we end.
 *
 * Return: 0, -errno.
 */
int kbuild_get(struct kenv *k, struct ktree *tree, char *key);

/**
 * kbuild_key() - the key that it would have
 * @k: begun
 * @tree: the tree
 * @own: what was built in the tree itself is taken
 * @key: NAME_MAX bytes; gets it
 *
 * Return: 0, -errno.
 */
int kbuild_key(struct kenv *k, const struct ktree *tree, bool own, char *key);

/* ---- parts of it, in files of their own ---- */

/**
 * kcopy_make() - copy the source of a tree that was configured in place
 * @k: begun
 * @tree: the tree, for which O= is refused
 * @log: what is said
 * @copy: PATH_MAX bytes; gets the folder of the copy
 *
 * What the tree no longer has goes from the copy.
 *
 * Return: 0, -errno.
 */
int kcopy_make(struct kenv *k, const struct ktree *tree, const char *log,
	       char *copy);

/**
 * kstore() - from a finished build into the cache
 * @k: begun
 * @tree: the tree
 * @build: the folder of the build
 * @key: its key
 * @seconds: that it took
 *
 * Return: 0, -errno.
 */
int kstore(struct kenv *k, const struct ktree *tree, const char *build,
	   const char *key, unsigned int seconds);

/**
 * kbuild_clang() - the compiler that LLVM= makes the kernel's make take
 * @llvm: its value
 * @buf: @size bytes; gets the name
 *
 * Return: @buf.
 */
const char *kbuild_clang(const char *llvm, char *buf, unsigned int size);

/* The compiler that the kernel's make takes, perhaps with arguments. */
const char *kbuild_compiler(char *buf, unsigned int size);

#endif /* KTSTR_KERNEL_KBUILD_H */
