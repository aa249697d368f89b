/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Versions of kernels, and what a kernel may be called by on a command line.
 */
#ifndef KTSTR_KERNEL_KVER_H
#define KTSTR_KERNEL_KVER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define KVER_SIZE	64

/**
 * kver_compare() - which is newer?
 * @a: a version, as a tree has it (7.3.4, 7.4-rc2) or as Debian does
 *	(7.3.4-1~bpo13+1)
 * @b: another
 *
 * By Debian's rules, but that "-rc" comes before nothing at all.
 *
 * Return: less than, equal to, or greater than 0, as strcmp().
 */
int kver_compare(const char *a, const char *b);

/**
 * kver_is_of() - is a version one of a series?
 * @version: 7.3.4-1~bpo13+1
 * @series: 7.3; a whole version is a series of those that go on behind it
 */
bool kver_is_of(const char *version, const char *series);

/**
 * kver_series() - the first two numbers of a version
 * @version: 7.3.4
 * @series: KVER_SIZE bytes; gets 7.3
 *
 * Return: @series.
 */
const char *kver_series(const char *version, char *series);

/**
 * enum kernel_name_kind - what a kernel is called by
 * @NAME_PATH: a build folder or an image
 * @NAME_KEY: a key of the cache, or nothing that anybody knows
 * @NAME_VERSION: 7.3.4, or a series, 7.3
 * @NAME_RANGE: 6.12..7.3: the newest of each series in there
 * @NAME_PACKAGE: trixie/linux-source-6.12, a source package of Debian's
 * @NAME_GIT: git+REPOSITORY#REF, a commit, tag or branch
 */
enum kernel_name_kind {
	NAME_PATH,
	NAME_KEY,
	NAME_VERSION,
	NAME_RANGE,
	NAME_PACKAGE,
	NAME_GIT,
};

/**
 * struct kernel_name - a name, taken apart
 * @kind: what it is
 * @from: the version, the first of a range, the suite, the repository, else all
 * @to: the last of a range, the package, the ref, else ""
 */
struct kernel_name {
	enum kernel_name_kind kind;
	char from[PATH_MAX];
	char to[256];
};

/**
 * kernel_name_parse() - take a name apart
 * @text: what was written
 * @name: filled in
 * @why: gets a sentence, without the name, when it is none
 * @size: of @why
 *
 * What is there as a file or folder is a path, whatever it looks like.
 *
 * Return: 0, -EINVAL.
 */
int kernel_name_parse(const char *text, struct kernel_name *name, char *why,
		      size_t size);

/**
 * kernel_name_has() - is a version meant?
 * @name: a version or a range
 * @version: 7.3.4
 */
bool kernel_name_has(const struct kernel_name *name, const char *version);

#endif /* KTSTR_KERNEL_KVER_H */
