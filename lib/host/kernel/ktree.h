/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tree of kernel source: which one it is, and the state that it is in. Trees that
 * are not ours are never written to.
 */
#ifndef KTSTR_KERNEL_KTREE_H
#define KTSTR_KERNEL_KTREE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/host/kernel/kver.h"

/* The suite is built in no older tree: the harness is another one there. */
#define KTREE_OLDEST	"7.1"

struct kenv;
struct strbuf;

/**
 * enum ktree_kind - whose state it is
 * @KTREE_DEBIAN: unpacked of a source package, named by its version
 * @KTREE_COMMIT: taken of a repository, named by its commit
 * @KTREE_GIT: a checkout
 * @KTREE_FOLDER: any other
 */
enum ktree_kind {
	KTREE_DEBIAN,
	KTREE_COMMIT,
	KTREE_GIT,
	KTREE_FOLDER,
};

/**
 * struct ktree - a tree
 * @path: its real path
 * @kind: what it is
 * @id: a name that the cache can use, for as long as it lives
 * @state: changes with its content
 * @version: 7.3.4
 */
struct ktree {
	char path[PATH_MAX];
	enum ktree_kind kind;
	char id[NAME_MAX];
	char state[128];
	char version[KVER_SIZE];
};

/* As metadata has it: "debian", "commit", "git", "folder". */
const char *ktree_kind_name(enum ktree_kind kind);

/**
 * ktree_is_one() - is there a kernel tree?
 * @path: a folder
 */
bool ktree_is_one(const char *path);

/* Can the suite be built in it? */
bool ktree_is_new(const char *path);

/**
 * ktree_open() - a tree that somebody names
 * @k: begun
 * @path: the folder
 * @tree: filled in
 *
 * It is old enough, and make can build in it.
 *
 * Return: 0, -errno.
 */
int ktree_open(struct kenv *k, const char *path, struct ktree *tree);

/**
 * ktree_open_ours() - one that we have put into the cache
 * @k: begun
 * @id: its name in the folder `sources`
 * @kind: KTREE_DEBIAN or KTREE_COMMIT
 * @state: changes with its content
 * @tree: filled in
 *
 * Return: 0, -errno.
 */
int ktree_open_ours(struct kenv *k, const char *id, enum ktree_kind kind,
		    const char *state, struct ktree *tree);

/**
 * ktree_update() - look again at a tree that others may change
 * @k: begun
 * @tree: its @state is what it is now
 *
 * Return: 0, -errno.
 */
int ktree_update(struct kenv *k, struct ktree *tree);

/**
 * ktree_files() - what is source rather than a product of a build in the tree
 * @k: begun
 * @tree: the tree
 * @files: gets their names, each with a NUL
 *
 * Neither tests nor documents, which do not go into the kernel.
 *
 * Return: 0, -errno.
 */
int ktree_files(struct kenv *k, const struct ktree *tree, struct strbuf *files);

/**
 * ktree_commit() - the commit of a checkout
 * @k: begun
 * @tree: the tree
 * @commit: 64 bytes; gets it, or ""
 */
void ktree_commit(struct kenv *k, const struct ktree *tree, char *commit);

/**
 * ktree_say() - which source it is, once for each
 * @k: begun
 * @tree: the tree
 * @of: where it comes from; NULL
 */
void ktree_say(struct kenv *k, const struct ktree *tree, const char *of);

#endif /* KTSTR_KERNEL_KTREE_H */
