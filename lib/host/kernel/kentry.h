/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernels in the cache:
 *
 *	kernels/KEY/	bzImage vmlinux config metadata.json; made elsewhere and
 *			renamed into place, never changed afterwards
 *	build/ID/	objects of one tree, kept so that a change of it rebuilds
 *			quickly; never read but by make, so an interrupted build
 *			leaves nothing that anyone could take for whole
 *	sources/	trees that we have fetched; copy-ID of one that was
 *			configured in place
 *
 * KEY has the state of the source, of the configuration and of the toolchain: a
 * change of any builds anew, and nothing else does.
 */
#ifndef KTSTR_KERNEL_KENTRY_H
#define KTSTR_KERNEL_KENTRY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "lib/host/kernel/kver.h"

struct kenv;

/* How many are kept when another one is made; those that a run holds stay. */
#define KENTRY_KEPT	6

/**
 * struct kentry - a kernel in the cache
 * @key: its name
 * @version: 7.3.4, "" where that is not known, as all texts of it
 * @source: "debian", "commit", "git" or "folder"
 * @tree: the source, by its path
 * @state: of the source
 * @commit: of the source
 * @compiler: and its version
 * @built: when, in UTC
 * @build_s: how long that took
 * @bytes: of its files
 * @used: when it was last used
 * @fault: why it is not whole, "" where it is
 * @held: a run uses it
 */
struct kentry {
	char key[NAME_MAX];
	char version[KVER_SIZE];
	char source[32];
	char tree[PATH_MAX];
	char state[128];
	char commit[64];
	char compiler[128];
	char built[32];
	unsigned int build_s;
	uint64_t bytes;
	struct timespec used;
	char fault[128];
	bool held;
};

/**
 * struct kentries - those that there are, the last used first
 * @list: @n of them
 */
struct kentries {
	struct kentry *list;
	size_t n;
};

/**
 * kentries_read() - look at all
 * @k: located
 * @all: filled in; release with kentries_free()
 *
 * Return: 0, -errno.
 */
int kentries_read(struct kenv *k, struct kentries *all);
void kentries_free(struct kentries *all);

/**
 * kentries_keep() - forget those that no name means
 * @all: is changed
 * @names: @n of them; a key, a version, a series or a range
 *
 * Return: index of the first name that means none; -1.
 */
int kentries_keep(struct kentries *all, char *const *names, unsigned int n);

/**
 * kentry_is_whole() - may it be used?
 * @k: located
 * @key: its name
 */
bool kentry_is_whole(struct kenv *k, const char *key);

/**
 * kentry_remove() - unless a run holds it
 * @k: located
 * @key: its name
 *
 * Return: 0, -EBUSY, -errno.
 */
int kentry_remove(const struct kenv *k, const char *key);

/**
 * kentries_print() - for people, a line each
 * @k: located
 * @all: the entries
 * @to: where
 */
void kentries_print(const struct kenv *k, const struct kentries *all, FILE *to);

/**
 * kentries_json() - for programs
 * @k: located
 * @all: the entries
 * @to: where
 */
void kentries_json(const struct kenv *k, const struct kentries *all, FILE *to);

/* A string of JSON, with its quotes. */
void kjson_text(FILE *to, const char *text);

#endif /* KTSTR_KERNEL_KENTRY_H */
