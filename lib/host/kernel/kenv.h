/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all of this room works with: the cache, what people are told, locks, and
 * the process behind us.
 *
 * The room needs nothing but libc and lib/common/util: run_ktstr.sh compiles it
 * by one command where nothing of ours has been built yet.
 *
 * What goes wrong is said once, by kenv_wrong() or kenv_missing(), where it is
 * known what to do about it; from there on it is but an -errno.
 */
#ifndef KTSTR_KERNEL_KENV_H
#define KTSTR_KERNEL_KENV_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/common/util/compiler.h"

#define KENV_MAX_LOCKS	4

/**
 * struct kenv_lock - a lock that is held
 * @name: of its file in the folder `locks` of the cache, "" for a free place
 * @fd: of that file, which jobs inherit; -1
 */
struct kenv_lock {
	char name[NAME_MAX];
	int fd;
};

/**
 * struct kenv - what this room works with
 * @cache: the cache, by its real path
 * @fragment: our ktstr.kconfig
 * @near: folders in which, or through which, we were started; @n_near of them: a
 *	kernel tree around one is taken
 * @n_near: their number
 * @config: a fragment that is merged behind ours; NULL
 * @use_config: build from the tree's own .config
 * @update: look for a newer source than that in the cache
 * @any_age: a tree may be older than those that the suite is built in
 * @verbose: say which commands run
 * @jobs: of make
 * @locks: those that are held
 * @guard_fd: the guard is told here; -1 for none
 * @guard_pid: of the guard, which is waited for; -1 for one that is not our child
 * @shown: a line of progress is on the terminal
 * @told_ns: when progress was last told elsewhere
 * @as: goes before a name that is none, "--kernel " say
 * @told: the source that people have been told of already; "" for none
 */
struct kenv {
	char cache[PATH_MAX];
	char fragment[PATH_MAX];
	const char *near[3];
	unsigned int n_near;
	const char *config;
	bool use_config;
	bool update;
	bool any_age;
	bool verbose;
	unsigned int jobs;
	struct kenv_lock locks[KENV_MAX_LOCKS];
	int guard_fd;
	pid_t guard_pid;
	bool shown;
	uint64_t told_ns;
	const char *as;
	char told[NAME_MAX];
};

/**
 * kenv_init() - settings of the environment
 * @k: filled in; release with kenv_exit()
 */
void kenv_init(struct kenv *k);

/**
 * kenv_locate() - where the cache is; it need not be there
 * @k: initialised
 *
 * Return: 0, -errno.
 */
int kenv_locate(struct kenv *k);

/**
 * kenv_cache_is_there() - is there one, and may it be trusted?
 * @k: located
 *
 * Return: 1 or 0, -errno.
 */
int kenv_cache_is_there(struct kenv *k);

/**
 * kenv_begin() - have a cache to write to, and the guard
 * @k: initialised; one that has a guard has all of that
 *
 * Return: 0, -errno.
 */
int kenv_begin(struct kenv *k);

/**
 * kenv_exit() - wait for the guard, drop locks
 * @k: initialised
 */
void kenv_exit(struct kenv *k);

/**
 * kenv_status() - what a program ends with
 * @ret: 0, -errno of this room
 *
 * Return: 0 all is well, 4 something is missing, 1 something is wrong.
 */
int kenv_status(int ret);

/* ---- what people read, on stderr ---- */

void __printf(2, 3) kenv_say(struct kenv *k, const char *fmt, ...);
/* Both say what, where, and what to do. Return: -EINVAL, -ENOENT. */
int __printf(2, 3) kenv_wrong(struct kenv *k, const char *fmt, ...);
int __printf(2, 3) kenv_missing(struct kenv *k, const char *fmt, ...);
/* A line that rewrites itself on a terminal, one each 30 s elsewhere. */
void __printf(2, 3) kenv_progress(struct kenv *k, const char *fmt, ...);
void kenv_progress_clear(struct kenv *k);

/* ---- places ---- */

/**
 * kenv_path() - a place in the cache
 * @k: located
 * @path: PATH_MAX bytes; gets it, or "" where it is too long
 * @fmt: printf's, behind "CACHE/"
 *
 * Return: @path.
 */
__printf(3, 4)
const char *kenv_path(const struct kenv *k, char *path, const char *fmt, ...);

/**
 * kenv_path_for_make() - can make build there?
 * @what: goes before the path
 * @path: the path
 * @remedy: what to do
 *
 * Return: 0, -EINVAL.
 */
int kenv_path_for_make(struct kenv *k, const char *what, const char *path,
		       const char *remedy);

/**
 * kenv_need_space() - is there room in the cache?
 * @mb: how much
 * @what: needs it
 *
 * Return: 0, -ENOENT.
 */
int kenv_need_space(struct kenv *k, unsigned int mb, const char *what);

/* ---- locks ---- */

/**
 * kenv_lock() - wait for a lock of the cache, take it
 * @name: of its file
 *
 * Jobs that are started meanwhile have it, too: they may still write to what it
 * guards when we are dead.
 *
 * Return: 0, -errno.
 */
int kenv_lock(struct kenv *k, const char *name);
void kenv_unlock(struct kenv *k, const char *name);

/**
 * kenv_try() - take a lock for a moment, if nobody holds it
 * @name: of its file
 *
 * Return: a descriptor, to be closed; -EWOULDBLOCK, -errno.
 */
int kenv_try(const struct kenv *k, const char *name);

#endif /* KTSTR_KERNEL_KENV_H */
