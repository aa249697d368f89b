/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where ld.so finds a library, here and in the guest.
 */
#ifndef KTSTR_VMM_ELF_SEARCH_H
#define KTSTR_VMM_ELF_SEARCH_H

#include <limits.h>
#include <stdbool.h>

#include "vmm/elf_image.h"

/**
 * struct elf_object - the program, its interpreter, or a library
 * @host: its path here
 * @guest: its path there
 * @name: what DT_NEEDED calls it
 * @loader: who needed it first, NULL for the program
 * @image: its file
 * @error: -errno of a file that may have been it, and could not be read
 */
struct elf_object {
	char host[PATH_MAX];
	char guest[PATH_MAX];
	char *name;
	const struct elf_object *loader;
	struct elf_image image;
	int error;
};

/**
 * struct elf_search - what a search needs to know
 * @program: whose machine the libraries must be for; set by the caller
 * @cache: /etc/ld.so.cache; empty when there is none
 * @root: folder in which this machine's libraries are looked for instead, as the
 *	program is one of an exported test; "" for none. Not released
 * @lib_dir: where in the guest a library goes that no search there would find
 */
struct elf_search {
	const struct elf_object *program;
	struct elf_image cache;
	const char *root;
	char lib_dir[PATH_MAX];
};

/**
 * elf_search_init() - read the cache
 *
 * Return: 0, also when there is none; -errno when it could not be read.
 */
int elf_search_init(struct elf_search *s);
void elf_search_exit(struct elf_search *s);

/**
 * elf_search_place() - where a path of the guest's is on this machine
 * @s: says so
 * @path: the path
 * @host: PATH_MAX bytes, get the answer
 *
 * Return: it fits.
 */
bool elf_search_place(const struct elf_search *s, const char *path, char *host);

/**
 * elf_search() - find a library
 * @o: has @name and @loader; gets @host, @guest and a parsed @image
 *
 * Return: was it found? If not, @error may say that it was there.
 */
bool elf_search(const struct elf_search *s, struct elf_object *o);

/**
 * elf_object_fits() - read @host, if it is a library for @program's machine
 *
 * Return: is it? If not, @error may say that nobody knows; nothing fits from
 * then on.
 */
bool elf_object_fits(struct elf_object *o, const struct elf_object *program);

/**
 * elf_object_set_path() - copy a path into @host or @guest
 *
 * Return: did it fit, and was it not empty?
 */
bool elf_object_set_path(char *buf, const char *path);

/**
 * path_normalize() - "/a/b/../c//d" becomes "/a/c/d", in place
 */
void path_normalize(char *path);

#endif /* KTSTR_VMM_ELF_SEARCH_H */
