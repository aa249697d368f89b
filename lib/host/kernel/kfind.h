/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what somebody calls a kernel to one that is built: it is there, or it is
 * fetched and built.
 */
#ifndef KTSTR_KERNEL_KFIND_H
#define KTSTR_KERNEL_KFIND_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/host/kernel/ktree.h"

struct kenv;

/**
 * struct kfound - a kernel that is built
 * @path: its folder, or the image that was named
 * @image: its bzImage
 * @vmlinux: "" where an image was named
 * @config: "" where an image was named
 * @tree: the source that it was built from, its path is "" where that is not ours
 *	to know
 */
struct kfound {
	char path[PATH_MAX];
	char image[PATH_MAX];
	char vmlinux[PATH_MAX];
	char config[PATH_MAX];
	struct ktree tree;
};

/**
 * kfind_built() - one that is built, by its folder, key or image
 * @k: located
 * @name: what it is called
 * @found: filled in
 *
 * Return: is there one?
 */
bool kfind_built(const struct kenv *k, const char *name, struct kfound *found);

/**
 * kfind_is_file() - is there a plain file?
 * @path: where
 */
bool kfind_is_file(const char *path);

/**
 * kfind_must() - can a name be a kernel's?
 * @k: located
 * @name: what it is called
 *
 * What is to be fetched is not looked for.
 *
 * Return: 0, -EINVAL where there is none.
 */
int kfind_must(struct kenv *k, const char *name);

/**
 * kfind_each() - all that a name means, built where they are not
 * @k: begun
 * @name: what it is called; NULL for KTSTR_KERNEL, else the source that settings
 *	name
 * @use: gets each, in the order of their versions, and @arg
 * @arg: for @use
 *
 * Return: 0, -errno.
 */
int kfind_each(struct kenv *k, const char *name,
	       int (*use)(struct kenv *k, const struct kfound *found,
			  void *arg), void *arg);

/**
 * ksource_open() - the source that settings name
 * @k: begun
 * @tree: filled in
 *
 * The first of: KTSTR_SOURCE; KDIR; the tree around us; the newest of Debian's.
 *
 * Return: 0, -errno.
 */
int ksource_open(struct kenv *k, struct ktree *tree);

/**
 * ksource_each() - the sources that a name means
 * @k: begun
 * @name: what it is called; NULL for the one that settings name
 * @use: gets each, and @arg
 * @arg: for @use
 *
 * Return: 0, -errno.
 */
int ksource_each(struct kenv *k, const char *name,
		 int (*use)(struct kenv *k, struct ktree *tree, void *arg),
		 void *arg);

/**
 * ksource_of() - a tree to build the suite in, for a kernel
 * @k: begun
 * @kernel: what it is called; "" for none, and for one that is not built
 * @tree: filled in
 *
 * The kernel's own where that is new enough, else the one that settings name.
 *
 * Return: 0, -errno.
 */
int ksource_of(struct kenv *k, const char *kernel, struct ktree *tree);

#endif /* KTSTR_KERNEL_KFIND_H */
