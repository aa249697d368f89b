// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel source of a commit. See kclone.h.
 */
#include "lib/host/kernel/kclone.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/guard.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/kgit.h"
#include "lib/host/kernel/ktree.h"

#define SOURCE_MB	6000
#define FETCH_LIMIT_S	7200
#define ID_DIGITS	12

/**
 * struct kclone - what is taken
 * @repository: of here, or of somewhere else
 * @ref: as it was given
 * @here: the repository is a checkout on this machine
 * @git: the repository that is asked for files: @repository, or ours
 * @commit: its name in full
 * @work: a folder for all that is in the making
 * @log: what is said
 */
struct kclone {
	char repository[PATH_MAX];
	const char *ref;
	bool here;
	char git[PATH_MAX + 16];
	char commit[KGIT_DIGITS + 1];
	char work[PATH_MAX];
	char log[PATH_MAX];
};

static bool take_commit(struct kclone *c, const char *text)
{
	size_t len = strspn(text, "0123456789abcdef");

	if (len != KGIT_DIGITS || (text[len] && !strchr("\n\t ", text[len])))
		return false;
	snprintf(c->commit, sizeof(c->commit), "%.*s", KGIT_DIGITS, text);
	return true;
}

static int no_such_ref(struct kenv *k, const struct kclone *c)
{
	return kenv_missing(k, "git+%s#%s: git finds no such commit there",
			    c->repository, c->ref);
}

/* Of a folder's own repository. */
static int find_here(struct kenv *k, struct kclone *c, const char *git,
		     const char *ref)
{
	return kgit_commit(k, git, ref, c->commit) ? no_such_ref(k, c) : 0;
}

/* Only what is new is asked of others. */
static int fetch(struct kenv *k, struct kclone *c)
{
	struct arglist git = { };
	char text[PATH_MAX + 64];
	struct job job = {
		.text = text, .log = c->log, .words = &git,
		.limit_s = FETCH_LIMIT_S,
	};
	int ret;

	snprintf(text, sizeof(text), "fetching %s of %s", c->ref,
		 c->repository);
	kgit_plain(c->work, 0, &git);
	arglist_add_all(&git, "init", "-q", "--template=", c->git, NULL);
	ret = job_must(k, &job);
	arglist_free(&git);
	kgit_plain(c->git, 1, &git);
	arglist_add_all(&git, "fetch", "-q", "--depth=1", "--no-tags", "--",
			c->repository, c->ref, NULL);
	ret = ret ?: job_must(k, &job);
	arglist_free(&git);
	return ret ?: find_here(k, c, c->git, "FETCH_HEAD");
}

static int put_in_place(struct kenv *k, struct kclone *c, const char *tree)
{
	char id[64], to[PATH_MAX];

	if (!ktree_is_one(tree))
		return kenv_wrong(k, "git+%s#%s: there is no kernel tree in it",
				  c->repository, c->ref);
	snprintf(id, sizeof(id), "git-%.*s", ID_DIGITS, c->commit);
	folder_remove(kenv_path(k, to, "sources/%s", id));
	if (rename(tree, to))
		return kenv_wrong(k, "%s: %s", to, strerror(errno));
	return 0;
}

static bool is_in_cache(const struct kenv *k, const struct kclone *c, char *id,
			size_t size)
{
	char path[PATH_MAX];

	snprintf(id, size, "git-%.*s", ID_DIGITS, c->commit);
	return *c->commit && ktree_is_one(kenv_path(k, path, "sources/%s", id));
}

/* With the lock of sources. */
static int take(struct kenv *k, struct kclone *c)
{
	char tree[PATH_MAX + 16], id[64];
	int ret;

	kenv_path(k, c->work, "tmp/source.%d", getpid());
	log_begin(k, c->log, "source.log");
	ret = kenv_need_space(k, SOURCE_MB, "a kernel's source and build");
	if (ret)
		return ret;
	guard_remove(k, c->work);
	folder_remove(c->work);
	snprintf(tree, sizeof(tree), "%s/tree", c->work);
	if (mkdir(c->work, 0755) || mkdir(tree, 0755))
		return kenv_missing(k, "%s: %s", c->work, strerror(errno));
	if (!c->here) {
		snprintf(c->git, sizeof(c->git), "%s/git", c->work);
		ret = fetch(k, c);
	}
	if (!ret && !is_in_cache(k, c, id, sizeof(id)))
		ret = kgit_unpack(k, c->git, c->commit, tree, c->log) ?:
		      put_in_place(k, c, tree);
	folder_remove(c->work);
	return ret;
}

int kclone_tree(struct kenv *k, const char *repository, const char *ref,
		struct ktree *tree)
{
	struct kclone c = { .ref = ref };
	char id[64], path[PATH_MAX + 8];
	int ret = 0;

	snprintf(c.repository, sizeof(c.repository), "%s", repository);
	if (realpath(repository, path))
		snprintf(c.repository, sizeof(c.repository), "%.*s",
			 PATH_MAX - 1, path);
	snprintf(path, sizeof(path), "%s/.git", c.repository);
	c.here = !access(path, F_OK);
	strcpy(c.git, c.repository);
	if (c.here)
		ret = find_here(k, &c, c.git, ref);
	else
		take_commit(&c, ref);
	if (ret)
		return ret;
	if (!is_in_cache(k, &c, id, sizeof(id))) {
		ret = kenv_lock(k, "source");
		if (ret)
			return ret;
		if (!is_in_cache(k, &c, id, sizeof(id)))
			ret = take(k, &c);
		kenv_unlock(k, "source");
	}
	if (ret)
		return ret;
	is_in_cache(k, &c, id, sizeof(id));
	ret = ktree_open_ours(k, id, KTREE_COMMIT, c.commit, tree);
	if (!ret)
		ktree_say(k, tree, ref);
	return ret;
}
