// SPDX-License-Identifier: GPL-2.0-only
/*
 * A finished kernel goes into the cache. See kbuild.h.
 */
#include "lib/common/util/file.h"
#include "lib/host/kernel/kbuild.h"

#include <errno.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/guard.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kentry.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/ktree.h"

#define COPY_LIMIT_S	1800

/* ---- metadata.json, as kentry.c reads it: a member a line ---- */

static void put(FILE *f, const char *name, const char *text)
{
	fprintf(f, "  \"%s\": ", name);
	kjson_text(f, text);
	fputs(",\n", f);
}

/* The first line of what a program says of itself. */
static void put_version(struct kenv *k, FILE *f, const char *name,
			const char *program)
{
	struct strbuf text = STRBUF_INIT;
	struct arglist words = { };

	arglist_split(&words, program);
	arglist_add(&words, "--version");
	job_read(k, &words, &text);
	if (text.len)
		text.text[strcspn(text.text, "\n")] = '\0';
	put(f, name, text.text);
	arglist_free(&words);
	strbuf_free(&text);
}

static void put_size(FILE *f, const char *dir, const char *name,
		     const char *end)
{
	char path[PATH_MAX + 16];
	struct stat st = { };

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	stat(path, &st);
	fprintf(f, "  \"%s_bytes\": %lld%s\n", name, (long long)st.st_size,
		end);
}

static int put_metadata(struct kenv *k, const struct ktree *tree,
			const char *key, unsigned int seconds, const char *dir)
{
	char path[PATH_MAX + 16], commit[64], built[32], cc[256];
	time_t now = time(NULL);
	struct tm tm;
	int bad;
	FILE *f;

	snprintf(path, sizeof(path), "%s/metadata.json", dir);
	f = fopen(path, "we");
	if (!f)
		return kenv_missing(k, "%s: cannot be written; is the disk full?",
				    path);
	ktree_commit(k, tree, commit);
	strftime(built, sizeof(built), "%Y-%m-%dT%H:%M:%SZ",
		 gmtime_r(&now, &tm));
	fputs("{\n", f);
	put(f, "key", key);
	put(f, "version", tree->version);
	put(f, "source", ktree_kind_name(tree->kind));
	put(f, "tree", tree->path);
	put(f, "state", tree->state);
	if (*commit)
		put(f, "commit", commit);
	put_version(k, f, "compiler", kbuild_compiler(cc, sizeof(cc)));
	put_version(k, f, "linker", "ld");
	put_version(k, f, "pahole", "pahole");
	put(f, "built", built);
	fprintf(f, "  \"build_s\": %u,\n", seconds);
	put_size(f, dir, "bzImage", ",");
	put_size(f, dir, "vmlinux", "");
	fputs("}\n", f);
	bad = ferror(f);
	if (fclose(f) || bad)
		return kenv_missing(k, "%s: cannot be written; is the disk full?",
				    path);
	return 0;
}

/* ---- the entry ---- */

static int copy(struct kenv *k, const char *log, const char *dir,
		const char *from, const char *as, const char *to)
{
	struct arglist words = { };
	struct job job = {
		.text = "keeping the kernel", .log = log, .words = &words,
		.limit_s = COPY_LIMIT_S,
	};
	int ret;

	arglist_add_all(&words, "cp", "--reflink=auto", NULL);
	arglist_addf(&words, "%s/%s", dir, from);
	arglist_addf(&words, "%s/%s", to, as);
	ret = job_must(k, &job);
	arglist_free(&words);
	return ret;
}

/* Of runs that were killed: we have the lock. */
static void remove_leftovers(const struct kenv *k)
{
	char path[PATH_MAX];
	const struct dirent *d;
	DIR *dir;

	dir = opendir(kenv_path(k, path, "kernels"));
	while (dir && (d = readdir(dir)))
		if (strstarts(d->d_name, ".new."))
			folder_remove(kenv_path(k, path, "kernels/%s",
						d->d_name));
	if (dir)
		closedir(dir);
}

/* The oldest go, but for those that a run holds. */
static void prune(struct kenv *k)
{
	struct kentries all;
	size_t i;

	if (!kentries_read(k, &all))
		for (i = KENTRY_KEPT; i < all.n; i++)
			kentry_remove(k, all.list[i].key);
	kentries_free(&all);
}

static int fill(struct kenv *k, const struct ktree *tree, const char *build,
		const char *key, unsigned int seconds, const char *dir)
{
	char log[PATH_MAX];

	log_begin(k, log, "store.log");
	if (mkdir(dir, 0755))
		return kenv_missing(k, "%s: %s", dir, strerror(errno));
	return copy(k, log, build, "arch/x86/boot/bzImage", "bzImage", dir) ?:
	       copy(k, log, build, "vmlinux", "vmlinux", dir) ?:
	       copy(k, log, build, ".config", "config", dir) ?:
	       put_metadata(k, tree, key, seconds, dir);
}

int kstore(struct kenv *k, const struct ktree *tree, const char *build,
	   const char *key, unsigned int seconds)
{
	char dir[PATH_MAX], to[PATH_MAX];
	int ret = kenv_lock(k, "store");

	if (ret)
		return ret;
	remove_leftovers(k);
	kenv_path(k, dir, "kernels/.new.%d", getpid());
	guard_remove(k, dir);		/* first: we may be gone at any moment */
	ret = fill(k, tree, build, key, seconds, dir);
	if (!ret) {
		/* One that was not whole. */
		folder_remove(kenv_path(k, to, "kernels/%s", key));
		if (rename(dir, to))
			ret = kenv_wrong(k, "%s: %s", to, strerror(errno));
	}
	if (!ret)
		prune(k);
	folder_remove(dir);
	kenv_unlock(k, "store");
	return ret;
}
