/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether what lies in a folder may be run: nobody else can have put it there.
 */
#ifndef KTSTR_UTIL_TRUST_H
#define KTSTR_UTIL_TRUST_H

#include <stddef.h>
#include <sys/types.h>

/**
 * trust_tree() - is a folder ours, with all that is in it?
 * @dir: the folder; links in it are not followed
 * @why: gets a sentence that names the file and what is wrong with it
 * @size: of @why
 *
 * A file is ours that belongs to us, to root, or to whose program this is, and
 * that others may not write to; a group that is ours alone, by its name, is no
 * other.
 *
 * Return: 0; -EPERM when somebody else could have changed it; -errno when it
 * cannot be read.
 */
int trust_tree(const char *dir, char *why, size_t size);

/**
 * trust_file() - the same of one file or folder alone
 * @path: links are followed
 * @why: as above
 * @size: of @why
 *
 * Return: as trust_tree().
 */
int trust_file(const char *path, char *why, size_t size);

/**
 * trust_below() - the same of what lies in a folder down to some depth
 * @dir: the folder; links in it are not looked at, nor what cannot be read
 * @depth: 0 for the folder alone, -1 for all that is in it
 * @owner: who else may have put it there, beside us and root
 * @why: as above, with the user's name
 * @size: of @why
 *
 * Return: 0, also where there is no such folder; -EPERM.
 */
int trust_below(const char *dir, int depth, uid_t owner, char *why,
		size_t size);

#endif /* KTSTR_UTIL_TRUST_H */
