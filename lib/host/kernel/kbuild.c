// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a tree to a kernel in the cache. See kbuild.h.
 */
#include "lib/host/kernel/kbuild.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kconf.h"
#include "lib/host/kernel/kentry.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/kimage.h"
#include "lib/host/kernel/ktree.h"
#include "lib/host/kernel/sha256.h"

#define BUILD_MB	3000
#define CONFIG_LIMIT_S	1800
#define BUILD_LIMIT_S	21600
#define IMAGE		"arch/x86/boot/bzImage"

/**
 * struct kbuild - a build
 * @tree: of this tree
 * @source: where make builds from: the tree, or a copy of it
 * @dir: the folder of its objects
 * @log: what is said
 */
struct kbuild {
	const struct ktree *tree;
	char source[PATH_MAX];
	char dir[PATH_MAX];
	char log[PATH_MAX];
};

/* ---- what was built in the tree itself ---- */

static const char *in(char *path, const char *dir, const char *name)
{
	snprintf(path, PATH_MAX + 64, "%s/%s", dir, name);
	return path;
}

static bool is_there(const char *dir, const char *name)
{
	char path[PATH_MAX + 64];

	return !access(in(path, dir, name), F_OK);
}

/* O= is refused for such a tree. */
static bool is_configured(const struct ktree *tree)
{
	return is_there(tree->path, ".config") ||
	       is_there(tree->path, "include/config") ||
	       is_there(tree->path, "arch/x86/include/generated");
}

static bool is_newer(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec > b->st_mtim.tv_sec;
	return a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

static bool source_is_older(struct kenv *k, const struct ktree *tree,
			    time_t built)
{
	struct strbuf files = STRBUF_INIT;
	char path[PATH_MAX + 64];
	bool older = !ktree_files(k, tree, &files);
	const char *at;
	struct stat st;

	for (at = files.text; older && at < files.text + files.len;
	     at += strlen(at) + 1)
		if (!lstat(in(path, tree->path, at), &st))
			older = st.st_mtime <= built;
	strbuf_free(&files);
	return older;
}

/* It will do: as we want it, and up to date. */
static bool own_is_fit(struct kenv *k, const struct ktree *tree)
{
	struct stat config, image, vmlinux;
	char path[PATH_MAX + 64];

	if (k->use_config || k->config || !is_configured(tree) ||
	    stat(in(path, tree->path, IMAGE), &image) ||
	    stat(in(path, tree->path, "vmlinux"), &vmlinux) ||
	    stat(in(path, tree->path, ".config"), &config))
		return false;
	return !is_newer(&config, &vmlinux) && !is_newer(&vmlinux, &image) &&
	       kconf_is_fit(path) &&
	       source_is_older(k, tree, vmlinux.st_mtime);
}

/* ---- make ---- */

static void make_words(const struct kbuild *b, struct arglist *words)
{
	static const char * const unset[] = {
		"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "O", "OUTPUT", "V",
		"KBUILD_OUTPUT", "KBUILD_EXTMOD", "INSTALL_PATH",
	};
	static const char * const given[] = { "LLVM", "CC" };
	const char *value;
	size_t i;

	arglist_add(words, "env");
	for (i = 0; i < ARRAY_SIZE(unset); i++)
		arglist_add_all(words, "-u", unset[i], NULL);
	arglist_add_all(words, "make", "-C", b->source, NULL);
	arglist_addf(words, "O=%s", b->dir);
	arglist_add(words, "ARCH=x86_64");
	for (i = 0; i < ARRAY_SIZE(given); i++) {
		value = getenv(given[i]);
		if (value && *value)
			arglist_addf(words, "%s=%s", given[i], value);
	}
}

static int append(struct kenv *k, FILE *to, const char *path)
{
	FILE *f = fopen(path, "re");
	char buf[4096];
	size_t n;

	if (!f)
		return kenv_missing(k, "%s: %s", path, strerror(errno));
	while ((n = fread(buf, 1, sizeof(buf), f)))
		fwrite(buf, 1, n, to);
	fclose(f);
	return 0;
}

/* Ours, and behind it the user's, which has the last word. */
static int write_fragment(struct kenv *k, const char *path)
{
	FILE *f = fopen(path, "we");
	int ret;

	if (!f)
		return kenv_missing(k, "%s: %s", path, strerror(errno));
	ret = append(k, f, k->fragment);
	if (!ret && k->config)
		ret = append(k, f, k->config);
	if (fclose(f) && !ret)
		ret = kenv_missing(k, "%s: cannot be written; is the disk full?",
				   path);
	return ret;
}

static int run_merge(struct kenv *k, const struct kbuild *b,
		     const char *fragment)
{
	struct arglist words = { };
	struct job job = {
		.text = "merging the configuration", .log = b->log,
		.words = &words, .limit_s = CONFIG_LIMIT_S,
	};
	int ret;

	arglist_addf(&words, "%s/scripts/kconfig/merge_config.sh", b->source);
	arglist_add_all(&words, "-m", "-O", b->dir, NULL);
	arglist_addf(&words, "%s/.config", b->tree->path);
	arglist_add(&words, fragment);
	ret = job_must(k, &job);
	arglist_free(&words);
	return ret;
}

static int run_make_config(struct kenv *k, const struct kbuild *b,
			   const char *fragment)
{
	struct arglist words = { };
	struct job job = {
		.text = "configuring", .log = b->log, .words = &words,
		.limit_s = CONFIG_LIMIT_S,
	};
	int ret;

	make_words(b, &words);
	if (k->use_config) {
		arglist_add(&words, "olddefconfig");
	} else {
		arglist_addf(&words, "KCONFIG_ALLCONFIG=%s", fragment);
		arglist_add(&words, "allnoconfig");
	}
	ret = job_must(k, &job);
	arglist_free(&words);
	return ret;
}

static int configure(struct kenv *k, const struct kbuild *b)
{
	char fragment[PATH_MAX + 64], config[PATH_MAX + 64];
	int ret;

	ret = write_fragment(k, in(fragment, b->dir, "ktstr.kconfig"));
	if (!ret && k->use_config)
		ret = run_merge(k, b, fragment);
	return ret ?: run_make_config(k, b, fragment) ?:
	       kconf_must(k, in(config, b->dir, ".config"));
}

static int run_make(struct kenv *k, const struct kbuild *b, const char *text)
{
	struct arglist words = { };
	struct job job = {
		.text = text, .log = b->log, .words = &words,
		.limit_s = BUILD_LIMIT_S,
	};
	int ret;

	make_words(b, &words);
	arglist_addf(&words, "-j%u", k->jobs);
	arglist_add_all(&words, "bzImage", "vmlinux", NULL);
	ret = job_must(k, &job);
	arglist_free(&words);
	return ret;
}

/* ---- a build ---- */

static void add_suffix(const struct kenv *k, char *dir)
{
	char text[SHA256_TEXT_SIZE];
	struct sha256 sum;
	size_t len;

	if (k->use_config)
		strncat(dir, "-config", PATH_MAX - strlen(dir) - 1);
	if (!k->config)
		return;
	sha256_init(&sum);
	sha256_add_file(&sum, k->config);
	len = strlen(dir);
	snprintf(dir + len, PATH_MAX - len, "-%s", sha256_text(&sum, 8, text));
}

static int prepare(struct kenv *k, struct kbuild *b)
{
	char name[NAME_MAX + 16];
	int ret = 0;

	kenv_path(k, b->dir, "build/%s", b->tree->id);
	add_suffix(k, b->dir);
	snprintf(name, sizeof(name), "build-%s.log", b->tree->id);
	log_begin(k, b->log, name);
	strcpy(b->source, b->tree->path);
	if (is_configured(b->tree))
		ret = kcopy_make(k, b->tree, b->log, b->source);
	if (!ret && access(b->dir, F_OK))
		ret = kenv_need_space(k, BUILD_MB, "a kernel build");
	if (!ret && mkdir(b->dir, 0755) && errno != EEXIST)
		ret = kenv_missing(k, "%s: %s", b->dir, strerror(errno));
	return ret;
}

static int images_must(struct kenv *k, const char *dir)
{
	char path[PATH_MAX + 64];

	return kimage_must(k, in(path, dir, IMAGE)) ?:
	       kvmlinux_must(k, in(path, dir, "vmlinux"));
}

static int build(struct kenv *k, const struct ktree *tree, char *dir,
		 unsigned int *seconds)
{
	struct kbuild b = { .tree = tree };
	uint64_t begin = clock_now_ns();
	char text[128];
	int ret;

	ret = prepare(k, &b) ?: configure(k, &b);
	if (ret)
		return ret;
	snprintf(text, sizeof(text), "building Linux %s", tree->version);
	kenv_say(k, "%s, 6 to 40 minutes of CPU time; log: %s", text, b.log);
	ret = run_make(k, &b, text) ?: images_must(k, b.dir);
	*seconds = (clock_now_ns() - begin) / NSEC_PER_SEC;
	if (!ret)
		kenv_say(k, "%s took %u s", text, *seconds);
	strcpy(dir, b.dir);
	return ret;
}

/* A tree that was edited during the build is not what its key says. */
static int key_must_hold(struct kenv *k, struct ktree *tree, bool own,
			 const char *key)
{
	char now[NAME_MAX];
	int ret = ktree_update(k, tree) ?: kbuild_key(k, tree, own, now);

	if (ret || !strcmp(now, key))
		return ret;
	return kenv_wrong(k, "%s: changed while it was built; run this again",
			  tree->path);
}

/* With the lock of this tree's builds. */
static int make_entry(struct kenv *k, struct ktree *tree, bool own,
		      const char *key)
{
	char dir[PATH_MAX];
	unsigned int seconds = 0;
	int ret;

	strcpy(dir, tree->path);
	ret = own ? images_must(k, dir) : build(k, tree, dir, &seconds);
	return ret ?: key_must_hold(k, tree, own, key) ?:
	       kstore(k, tree, dir, key, seconds);
}

/* Keep others from removing it while we are there. */
static void hold(struct kenv *k, const char *key)
{
	char path[PATH_MAX];
	int fd = open(kenv_path(k, path, "locks/use-%s", key),
		      O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd >= 0)
		flock(fd, LOCK_SH);
	utimensat(AT_FDCWD, kenv_path(k, path, "kernels/%s", key), NULL, 0);
}

static int take_entry(struct kenv *k, const char *key, const char *how)
{
	char path[PATH_MAX];

	hold(k, key);
	kconf_asked(k, kenv_path(k, path, "kernels/%s/config", key));
	kenv_say(k, "kernel: %s%s", key, how);
	return 0;
}

int kbuild_get(struct kenv *k, struct ktree *tree, char *key)
{
	bool own = own_is_fit(k, tree);
	char name[NAME_MAX + 16];
	int ret;

	ret = kbuild_key(k, tree, own, key);
	if (ret)
		return ret;
	if (kentry_is_whole(k, key))
		return take_entry(k, key, ", from the cache");
	snprintf(name, sizeof(name), "build-%s", tree->id);
	ret = kenv_lock(k, name);
	if (ret)
		return ret;
	/* Nobody made it while we waited? */
	if (!kentry_is_whole(k, key))
		ret = make_entry(k, tree, own, key);
	if (!ret)
		ret = take_entry(k, key, "");
	kenv_unlock(k, name);
	return ret;
}
