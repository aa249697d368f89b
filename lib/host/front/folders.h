/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The folders that we write to, the cache and the output folder: ours by a mark in
 * them, as both are removed whole; nobody else's, as what lies in there is run.
 */
#ifndef KTSTR_FRONT_FOLDERS_H
#define KTSTR_FRONT_FOLDERS_H

struct front;

/**
 * cache_locate() - where the cache is; it need not be there
 * @f: gets it, as settings name it
 *
 * Return: 0; -ENOENT where nothing names one; -EINVAL.
 */
int cache_locate(struct front *f);

/**
 * cache_init() - have a cache
 * @f: settings are right; gets its real path
 *
 * What was compiled to get here is kept in it.
 *
 * Return: 0, -errno.
 */
int cache_init(struct front *f);

/**
 * cache_remove() - all of it, but not what a link leads to: that may be anything
 * @f: settings are right
 *
 * Return: 0, -errno.
 */
int cache_remove(struct front *f);

/**
 * out_init() - have an output folder
 * @f: settings are right; gets its path
 *
 * Return: 0, -errno.
 */
int out_init(struct front *f);

/**
 * front_log() - an empty log in the output folder
 * @f: with an output folder
 * @path: PATH_MAX bytes; gets it
 * @name: its name, without its end
 *
 * Return: @path.
 */
const char *front_log(const struct front *f, char *path, const char *name);

#endif /* KTSTR_FRONT_FOLDERS_H */
