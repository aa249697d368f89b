/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one way in which git is asked; scripts/git.sh has the same
 * rules for scripts.
 *
 * The folder may be another user's, as a checkout in a container or a tree on a
 * disk that is shared: it is read all the same, and nothing that its configuration
 * names is run. A repository around it is not asked: it can be anybody's.
 */
#ifndef KTSTR_KERNEL_KGIT_H
#define KTSTR_KERNEL_KGIT_H

#define KGIT_DIGITS	40	/* of a commit's full name */

struct kenv;
struct arglist;
struct strbuf;

/**
 * kgit_begin() - the words up to git's own
 * @k: begun
 * @dir: the folder, whose own repository is asked
 * @remote: it is to talk to another repository
 * @git: gets them; release with arglist_free()
 */
void kgit_begin(struct kenv *k, const char *dir, int remote,
		struct arglist *git);

/**
 * kgit_plain() - the same for a repository that we have made
 *
 * Nothing is read of its configuration first.
 */
void kgit_plain(const char *dir, int remote, struct arglist *git);

/**
 * kgit_read() - what git prints
 * @k: begun
 * @dir: the folder
 * @out: gets it; NULL
 *
 * What follows are git's words, up to a NULL.
 *
 * Return: as job_read().
 */
int kgit_read(struct kenv *k, const char *dir, struct strbuf *out, ...)
	__attribute__((sentinel));

/**
 * kgit_commit() - the full name of a commit
 * @k: begun
 * @dir: the folder
 * @ref: a commit, tag or branch
 * @commit: KGIT_DIGITS + 1 bytes; gets it
 *
 * Return: 0, -ENOENT when there is none.
 */
int kgit_commit(struct kenv *k, const char *dir, const char *ref, char *commit);

/**
 * kgit_unpack() - the files of a commit, without work tree or index
 * @k: begun
 * @dir: the folder whose repository has it
 * @commit: its full name
 * @to: a folder that is there
 * @log: what is said is appended there
 *
 * Return: as job_must().
 */
int kgit_unpack(struct kenv *k, const char *dir, const char *commit,
		const char *to, const char *log);

#endif /* KTSTR_KERNEL_KGIT_H */
