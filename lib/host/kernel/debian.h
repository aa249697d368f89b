/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel source of Debian's: packages linux-source-X.Y, fetched by an apt of our
 * own and unpacked into sources/linux-source-X.Y_VERSION of the cache, whole or
 * not at all.
 */
#ifndef KTSTR_KERNEL_DEBIAN_H
#define KTSTR_KERNEL_DEBIAN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/host/kernel/kver.h"

/* Where the newest comes from, unless a suite is named. */
#define DEBIAN_SUITE	"trixie-backports"

struct kenv;
struct ktree;

/**
 * struct debian_want - what is looked for
 * @suite: a suite of Debian's; NULL for those that are looked through for a
 *	version
 * @package: linux-source-6.12; "" for any
 * @oldest: a version that is new enough; "" for any
 * @name: versions that are meant; NULL for all
 */
struct debian_want {
	const char *suite;
	const char *package;
	const char *oldest;
	const struct kernel_name *name;
};

/**
 * struct debian_package - one that there is
 * @name: linux-source-7.3
 * @version: 7.3.4-1~bpo13+1
 */
struct debian_package {
	char name[64];
	char version[KVER_SIZE];
};

/**
 * struct debian_packages - some, the newest first
 * @list: @n of them
 */
struct debian_packages {
	struct debian_package *list;
	size_t n;
};

void debian_free(struct debian_packages *all);

/**
 * debian_unpacked() - those in the cache
 * @k: located
 * @want: which
 * @all: filled in; release with debian_free()
 *
 * Return: 0, -errno.
 */
int debian_unpacked(struct kenv *k, const struct debian_want *want,
		    struct debian_packages *all);

/**
 * debian_offered() - those that the archive has
 * @k: begun
 * @want: which
 * @all: filled in; release with debian_free()
 *
 * Return: 0; -ENOENT where it cannot be asked; -errno.
 */
int debian_offered(struct kenv *k, const struct debian_want *want,
		   struct debian_packages *all);

/**
 * debian_tree() - have the source of the newest
 * @k: begun
 * @want: which
 * @tree: filled in
 *
 * Nobody is asked where one is in the cache, unless the newest is asked for.
 *
 * Return: 0; -ENOENT where there is none; -errno.
 */
int debian_tree(struct kenv *k, const struct debian_want *want,
		struct ktree *tree);

#endif /* KTSTR_KERNEL_DEBIAN_H */
