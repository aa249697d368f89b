// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trees: the state that one is in, which is part of a kernel's key. See ktree.h.
 *
 * What is summed up are the texts that git and stat print, as keys in caches have
 * been made of them from the beginning.
 */
#include "lib/common/util/file.h"
#include "lib/host/kernel/ktree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/guard.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/kgit.h"
#include "lib/host/kernel/sha256.h"

#define STATE_DIGITS	12

/* Neither tests nor documents go into the kernel. */
#define PATHSPEC	".", ":!Documentation", ":!tools/testing"

static int cannot_be_read(struct kenv *k, const struct ktree *tree)
{
	return kenv_wrong(k, "%s: git cannot read it; look at it by: git -C %s status",
			  tree->path, tree->path);
}

/* ---- a checkout ---- */

/* Lines of ls-tree but for those whose content is looked at otherwise. */
static void add_trees(struct sha256 *sum, const char *lines)
{
	static const char * const left_out[] = {
		"Documentation", "tools", "tools/testing",
	};
	const char *at, *name;
	size_t len, i;

	for (at = lines; *at; at += len) {
		len = strcspn(at, "\n");
		name = memchr(at, '\t', len);
		for (i = 0; name && i < ARRAY_SIZE(left_out); i++)
			if (strlen(left_out[i]) == len - (name + 1 - at) &&
			    strstarts(name + 1, left_out[i]))
				break;
		len += at[len] == '\n';
		if (!name || i == ARRAY_SIZE(left_out))
			sha256_add(sum, at, len);
	}
}

/* As sha256sum prints them. */
static void add_sums(struct sha256 *sum, const struct ktree *tree,
		     const struct strbuf *names)
{
	char path[2 * PATH_MAX], text[SHA256_TEXT_SIZE];
	const char *at;
	struct sha256 of;

	for (at = names->text; at < names->text + names->len;
	     at += strlen(at) + 1) {
		snprintf(path, sizeof(path), "%s/%s", tree->path, at);
		sha256_init(&of);
		if (sha256_add_file(&of, path))
			continue;
		sha256_text(&of, SHA256_TEXT_SIZE - 1, text);
		sha256_add(sum, text, strlen(text));
		sha256_add(sum, "  ", 2);
		sha256_add(sum, at, strlen(at));
		sha256_add(sum, "\n", 1);
	}
}

static int state_of_checkout(struct kenv *k, const struct ktree *tree,
			     struct sha256 *sum)
{
	struct strbuf trees = STRBUF_INIT, diff = STRBUF_INIT;
	struct strbuf names = STRBUF_INIT;
	int ret;

	ret = kgit_read(k, tree->path, &trees, "ls-tree", "HEAD", "./",
			"tools/", NULL) ?:
	      kgit_read(k, tree->path, &diff, "diff", "HEAD", "--binary",
			"--no-ext-diff", "--no-textconv", "--", PATHSPEC,
			NULL) ?:
	      kgit_read(k, tree->path, &names, "ls-files", "-z", "-o",
			"--exclude-standard", "--", PATHSPEC, NULL);
	add_trees(sum, trees.text);
	sha256_add(sum, diff.text, diff.len);
	add_sums(sum, tree, &names);
	strbuf_free(&trees);
	strbuf_free(&diff);
	strbuf_free(&names);
	return ret ? cannot_be_read(k, tree) : 0;
}

/* ---- any other folder ---- */

/* As `stat -c '%n %s %y %f'` prints them. */
static void describe(const struct ktree *tree, const char *name,
		     struct strbuf *line)
{
	char path[2 * PATH_MAX], when[64], zone[16];
	struct stat st;
	struct tm tm;

	snprintf(path, sizeof(path), "%s/%s", tree->path, name);
	if (lstat(path, &st))
		return;
	localtime_r(&st.st_mtim.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	strbuf_addf(line, "%s %lld %s.%09ld %s %x\n", name,
		    (long long)st.st_size, when, st.st_mtim.tv_nsec, zone,
		    st.st_mode);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int sum_sorted(const struct ktree *tree, const struct strbuf *names,
		      struct sha256 *sum)
{
	size_t n = 0, size = 0, i;
	char **lines = NULL, **more;
	struct strbuf line = STRBUF_INIT;
	int ret = 0;
	const char *at;

	for (at = names->text; at < names->text + names->len;
	     at += strlen(at) + 1) {
		strbuf_reset(&line);
		describe(tree, at, &line);
		if (n == size) {
			size = size ? 2 * size : 1024;
			more = realloc(lines, size * sizeof(*lines));
			ret = more ? 0 : -ENOMEM;
			if (ret)
				break;
			lines = more;
		}
		lines[n] = strdup(line.text);
		n += !!lines[n];
	}
	if (n)
		qsort(lines, n, sizeof(*lines), by_bytes);
	for (i = 0; i < n; i++) {
		sha256_add(sum, lines[i], strlen(lines[i]));
		free(lines[i]);
	}
	free(lines);
	strbuf_free(&line);
	return ret;
}

static int state_of_folder(struct kenv *k, const struct ktree *tree,
			   struct sha256 *sum)
{
	struct strbuf names = STRBUF_INIT;
	int ret = ktree_files(k, tree, &names);

	if (!ret)
		ret = sum_sorted(tree, &names, sum);
	strbuf_free(&names);
	return ret;
}

int ktree_update(struct kenv *k, struct ktree *tree)
{
	char text[SHA256_TEXT_SIZE];
	struct sha256 sum;
	int ret;

	if (tree->kind == KTREE_DEBIAN || tree->kind == KTREE_COMMIT)
		return 0;
	sha256_init(&sum);
	ret = tree->kind == KTREE_GIT ? state_of_checkout(k, tree, &sum) :
					state_of_folder(k, tree, &sum);
	snprintf(tree->state, sizeof(tree->state), "%s",
		 sha256_text(&sum, STATE_DIGITS, text));
	return ret;
}

/* ---- which files are source ---- */

/* A repository without anything, by which git says what is ignored elsewhere. */
static int empty_repository(struct kenv *k, char *path)
{
	char tmp[PATH_MAX], dir[PATH_MAX];
	struct strbuf out = STRBUF_INIT;
	struct arglist git = { };
	int ret;

	if (!access(kenv_path(k, path, "tmp/empty.git"), F_OK))
		return 0;
	kenv_path(k, tmp, "tmp/empty.git.%d", getpid());
	guard_remove(k, tmp);
	kgit_plain(kenv_path(k, dir, "tmp"), 0, &git);
	arglist_add_all(&git, "init", "-q", "--bare", "--template=", tmp, NULL);
	ret = job_read(k, &git, &out);
	/* Someone may be faster. */
	if (!ret && rename(tmp, path))
		folder_remove(tmp);
	arglist_free(&git);
	strbuf_free(&out);
	return ret;
}

/*
 * Debian's .gitignore names everything at the top: that is taken back, and what
 * builds put there is left out.
 */
static int files_of_folder(struct kenv *k, const struct ktree *tree,
			   struct strbuf *files)
{
	static const char * const patterns[] = {
		"!/*", "/.*", "/vmlinux*", "/*.[aos]", "/*.order",
		"/System.map", "/*.symvers", "/modules.builtin*",
	};
	struct arglist git = { };
	char empty[PATH_MAX];
	size_t i;
	int ret = empty_repository(k, empty);

	if (ret)
		return ret;
	kgit_plain(tree->path, 0, &git);
	arglist_add_all(&git, "-c", "core.bare=false", NULL);
	arglist_addf(&git, "--git-dir=%s", empty);
	arglist_addf(&git, "--work-tree=%s", tree->path);
	arglist_add_all(&git, "ls-files", "-z", "-o",
			"--exclude-per-directory=.gitignore", NULL);
	for (i = 0; i < ARRAY_SIZE(patterns); i++)
		arglist_add_all(&git, "-x", patterns[i], NULL);
	arglist_add_all(&git, "--", PATHSPEC, NULL);
	ret = job_read(k, &git, files);
	arglist_free(&git);
	return ret;
}

int ktree_files(struct kenv *k, const struct ktree *tree, struct strbuf *files)
{
	int ret;

	if (tree->kind == KTREE_GIT)
		ret = kgit_read(k, tree->path, files, "ls-files", "-z", "-co",
				"--exclude-standard", "--", PATHSPEC, NULL);
	else
		ret = files_of_folder(k, tree, files);
	return ret ? cannot_be_read(k, tree) : 0;
}
