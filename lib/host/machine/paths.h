/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things lie on this machine: our own programs, the cache.
 */
#ifndef KTSTR_HOST_PATHS_H
#define KTSTR_HOST_PATHS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * host_is_file() - is there a file of that name?
 * @path: a link is what it points to
 */
bool host_is_file(const char *path);

/**
 * host_is_folder() - is there a folder of that name?
 * @path: a link is what it points to
 */
bool host_is_folder(const char *path);

/**
 * host_self_dir() - the folder of the running program
 * @buf: gets the path
 *
 * Return: 0, -errno.
 */
int host_self_dir(char *buf, size_t size);

/**
 * host_self_path() - the running program
 */
int host_self_path(char *buf, size_t size);

/**
 * host_find_program() - a program that belongs to the suite
 * @name: a path with a slash is taken as it is; a bare name is looked up in
 *	$KTSTR_SCHEDULER_DIR, then beside the running program
 * @buf: gets the path
 *
 * Return: 0; -ENOENT; -EACCES when it is there but cannot be executed;
 * -ENAMETOOLONG.
 */
int host_find_program(const char *name, char *buf, size_t size);

/**
 * host_find_tool() - a program that need not be the suite's own
 * @name: as for host_find_program(); last, a bare name is looked up in $PATH
 * @buf: gets the path
 *
 * Return: as host_find_program().
 */
int host_find_tool(const char *name, char *buf, size_t size);

/**
 * host_cache_dir() - ${XDG_CACHE_HOME:-$HOME/.cache}/ktstr
 *
 * Return: 0, -ENOENT when neither variable is set, -ENAMETOOLONG.
 */
int host_cache_dir(char *buf, size_t size);

/**
 * host_clones_dir() - where VMs are kept that others are copies of
 * @buf: gets the folder `clones` of the cache, which is made
 *
 * Return: 0; -ENOENT when they are not wanted, as $KTSTR_CLONE is not 1, or when
 * nothing names a cache; -errno.
 */
int host_clones_dir(char *buf, size_t size);

/**
 * host_results_dir() - where sidecars and whole reports go
 * @buf: gets $KTSTR_SIDECAR_DIR; without one the folder `results` of the cache,
 *	which is made
 *
 * Return: 0; -ENOENT when they are not wanted, as $KTSTR_SIDECAR_DIR is set and
 * empty, or when nothing names a cache; -errno.
 */
int host_results_dir(char *buf, size_t size);

#endif /* KTSTR_HOST_PATHS_H */
