/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An apt of our own: of the system's its mirror, keys, proxies and certificates are
 * read, no hooks and pins; nothing is written but what lies in a folder of ours.
 */
#ifndef KTSTR_KERNEL_DEBIAN_APT_H
#define KTSTR_KERNEL_DEBIAN_APT_H

#include <limits.h>

struct arglist;
struct kenv;
struct strbuf;

/**
 * struct debian_apt - a private configuration
 * @dir: the folder that it lies in
 * @mirror: where packages come from
 * @log: what the commands say
 */
struct debian_apt {
	char dir[PATH_MAX - 256];
	char mirror[512];
	char log[PATH_MAX];
};

/**
 * debian_apt_init() - make the folder
 * @k: begun
 * @apt: filled in; the folder goes when we end
 * @suites: of Debian's, with blanks between
 * @work: a folder that is there
 *
 * Return: 0; -ENOENT where there is no mirror or no key; -errno.
 */
int debian_apt_init(struct kenv *k, struct debian_apt *apt, const char *suites,
		    const char *work);

/**
 * debian_apt_words() - a command with that configuration
 * @apt: made
 * @program: apt-get or apt-cache
 * @words: gets the words up to what it is to do
 */
void debian_apt_words(const struct debian_apt *apt, const char *program,
		      struct arglist *words);

#endif /* KTSTR_KERNEL_DEBIAN_APT_H */
