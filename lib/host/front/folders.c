// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cache and the output folder. See folders.h.
 */
#include "lib/host/front/folders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/trust.h"
#include "lib/common/util/util.h"
#include "lib/host/front/front.h"
#include "lib/host/front/own_program.h"

#define OTHER_CACHE	"name another folder by XDG_CACHE_HOME="
#define OTHER_OUT	"name another folder by KTSTR_OUT="
#define CACHE_MARK	".ktstr-cache"
#define OUT_MARK	".ktstr-out"

/* A cache from before the mark has at least these. */
static const char * const cache_folders[] = {
	"sources", "kernels", "build", "locks", "logs", "tmp",
};

/* What a test program or fetch.sh makes where there was no cache. */
static const char * const cache_others[] = { "emulated-host", "results" };

/* Programs of other users' would be run from there, however deep they lie. */
static const char * const cache_programs[] = { "emulated-host", "kvm-check" };

/* ---- whose it is ---- */

static uid_t owner_of_script(const struct front *f)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/run_ktstr.sh", f->here);
	return stat(path, &st) ? geteuid() : st.st_uid;
}

static int nobody_elses(struct front *f, const char *remedy, const char *dir,
			int depth)
{
	char why[PATH_MAX + 128];

	if (!trust_below(dir, depth, owner_of_script(f), why, sizeof(why)))
		return 0;
	return kenv_wrong(&f->k, "%s, and what lies there is run; chown and chmod -R go-w it if you trust it, or %s",
			  why, remedy);
}

/* And put their own in its place. */
static int others_cannot_rename(struct front *f, const char *dir,
				const char *remedy)
{
	const char *name = strrchr(dir, '/') + 1;
	char above[PATH_MAX];
	struct stat st;

	snprintf(above, sizeof(above), "%.*s", (int)(name - dir - 1), dir);
	if (stat(*above ? above : "/", &st) || !(st.st_mode & 0002) ||
	    st.st_mode & S_ISVTX)
		return 0;
	return kenv_wrong(&f->k, "%s: anybody can put another folder in the place of %s there; chmod o-w it, or %s",
			  above, name, remedy);
}

/* ---- the cache ---- */

int cache_locate(struct front *f)
{
	const char *base = front_set("XDG_CACHE_HOME");
	const char *home = front_set("HOME");
	int len;

	if (!base && !home)
		return kenv_missing(&f->k, "no place for the cache: HOME is not set; name a folder by XDG_CACHE_HOME=");
	if (*(base ?: home) != '/')
		return kenv_wrong(&f->k, "HOME=%s: is not an absolute path",
				  home);
	len = snprintf(f->k.cache, sizeof(f->k.cache), "%s%s/ktstr",
		       base ?: home, base ? "" : "/.cache");
	if (len >= (int)sizeof(f->k.cache) - NAME_MAX)
		return kenv_wrong(&f->k, "the cache: its path is too long");
	return 0;
}

static bool is_of(const char *name, const char * const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static bool is_there(const struct front *f, const char *name, mode_t kind)
{
	char path[PATH_MAX];
	struct stat st;

	return !lstat(kenv_path(&f->k, path, "%s", name), &st) &&
	       (st.st_mode & S_IFMT) == kind;
}

static bool has_cache_folders(const struct front *f)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cache_folders); i++)
		if (!is_there(f, cache_folders[i], S_IFDIR))
			return false;
	return true;
}

/* What is there is a cache of ours, or empty. */
static int cache_claim(struct front *f)
{
	const struct dirent *e;
	int ret = 0;
	DIR *dir;

	if (is_there(f, CACHE_MARK, S_IFREG) || has_cache_folders(f))
		return 0;
	dir = opendir(f->k.cache);
	while (!ret && dir && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
		    !is_of(e->d_name, cache_others, ARRAY_SIZE(cache_others)))
			ret = kenv_wrong(&f->k, "%s: is there, and not a cache of ktstr (it holds %s); "
					 OTHER_CACHE, f->k.cache, e->d_name);
	if (dir)
		closedir(dir);
	return ret;
}

static int cache_is_ours(struct front *f)
{
	char path[PATH_MAX];
	size_t i;
	int ret;

	ret = cache_claim(f) ?:
	      others_cannot_rename(f, f->k.cache, OTHER_CACHE) ?:
	      nobody_elses(f, OTHER_CACHE, f->k.cache, 2);
	for (i = 0; !ret && i < ARRAY_SIZE(cache_programs); i++)
		ret = nobody_elses(f, OTHER_CACHE,
				   kenv_path(&f->k, path, "%s",
					     cache_programs[i]), -1);
	return ret;
}

static int mark(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);

	return fd < 0 || close(fd) ? -errno : 0;
}

/* The mark first: we may be gone at any moment. */
static int make_cache(struct front *f)
{
	char path[PATH_MAX];
	size_t i;
	int ret;

	ret = mark(kenv_path(&f->k, path, CACHE_MARK), O_APPEND);
	for (i = 0; !ret && i < ARRAY_SIZE(cache_folders); i++)
		ret = front_make_folders(kenv_path(&f->k, path, "%s",
						   cache_folders[i]));
	if (ret)
		return kenv_missing(&f->k, "%s: cannot be written; "
				    OTHER_CACHE, f->k.cache);
	return 0;
}

int cache_init(struct front *f)
{
	char real[PATH_MAX];
	int ret;

	ret = cache_locate(f) ?:
	      kenv_path_for_make(&f->k, "the cache: ", f->k.cache, OTHER_CACHE);
	if (ret)
		return ret;
	if (front_make_folders(f->k.cache) || !realpath(f->k.cache, real))
		return kenv_missing(&f->k, "%s: cannot be written; "
				    OTHER_CACHE, f->k.cache);
	ret = front_text_must(f, "the cache: ", real) ?:
	      kenv_path_for_make(&f->k, "the cache: ", real, OTHER_CACHE);
	if (ret)
		return ret;
	strcpy(f->k.cache, real);
	ret = cache_is_ours(f) ?: make_cache(f);
	if (!ret)
		own_program_keep(f);
	return ret;
}

static int remove_all(struct front *f, const char *path)
{
	int ret = folder_remove(path);

	if (ret)
		return kenv_wrong(&f->k, "%s: %s", path, strerror(-ret));
	return 0;
}

int cache_remove(struct front *f)
{
	char to[PATH_MAX] = "";
	struct stat st;
	int ret = cache_locate(f);

	if (ret)
		return ret;
	if (!lstat(f->k.cache, &st) && S_ISLNK(st.st_mode)) {
		if (readlink(f->k.cache, to, sizeof(to) - 1) < 0)
			to[0] = '\0';
		return kenv_wrong(&f->k, "%s: is a link, and nothing was removed; remove what it leads to yourself: %s",
				  f->k.cache, to);
	}
	if (!stat(f->k.cache, &st))
		ret = cache_claim(f) ?:
		      nobody_elses(f, "it is not removed", f->k.cache, 0) ?:
		      remove_all(f, f->k.cache);
	if (!ret)
		kenv_say(&f->k, "removed %s", f->k.cache);
	return ret;
}

/* ---- the output folder ---- */

static bool is_empty(const char *path)
{
	const struct dirent *e;
	unsigned int n = 0;
	DIR *dir;

	dir = opendir(path);
	while (dir && n <= 2 && (e = readdir(dir)))
		n++;
	if (dir)
		closedir(dir);
	return n <= 2;
}

static int make_out(const char *out)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/logs", out);
	ret = front_make_folders(path);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "%s/build", out);
	ret = front_make_folders(path);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "%s/" OUT_MARK, out);
	return mark(path, O_TRUNC);
}

int out_init(struct front *f)
{
	const char *named = front_set("KTSTR_OUT");
	char path[PATH_MAX];
	int len;

	len = snprintf(f->out, sizeof(f->out), "%s%s", named ?: f->here,
		       named ? "" : "/out");
	if (len >= (int)sizeof(f->out))
		return kenv_wrong(&f->k, "the output folder: its path is too long");
	snprintf(f->install, sizeof(f->install), "%s/install", f->out);
	snprintf(path, sizeof(path), "%s/" OUT_MARK, f->out);
	if (access(path, F_OK) && !access(f->out, F_OK) && !is_empty(f->out))
		return kenv_wrong(&f->k, "%s: is there, and not an output folder of ktstr; "
				  OTHER_OUT, f->out);
	if (make_out(f->out))
		return kenv_missing(&f->k, "%s: cannot be written; " OTHER_OUT,
				    f->out);
	return nobody_elses(f, OTHER_OUT, f->out, 2);
}

const char *front_log(const struct front *f, char *path, const char *name)
{
	snprintf(path, PATH_MAX, "%s/logs/%s.log", f->out, name);
	mark(path, O_TRUNC);
	return path;
}
