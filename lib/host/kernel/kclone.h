/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel source of a commit, taken out of a repository into sources/git-COMMIT of
 * the cache.
 */
#ifndef KTSTR_KERNEL_KCLONE_H
#define KTSTR_KERNEL_KCLONE_H

struct kenv;
struct ktree;

/**
 * kclone_tree() - have the source of a commit
 * @k: begun
 * @repository: a folder, or what git takes for another one
 * @ref: a commit, tag or branch
 * @tree: filled in
 *
 * Return: 0, -errno.
 */
int kclone_tree(struct kenv *k, const char *repository, const char *ref,
		struct ktree *tree);

#endif /* KTSTR_KERNEL_KCLONE_H */
