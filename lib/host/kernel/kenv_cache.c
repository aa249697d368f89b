// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cache, as lib/host/front has it: ours by a mark in it, as it is removed
 * whole; nobody else's, as what lies in there is run. And its locks. See kenv.h.
 */
#include "lib/host/kernel/kenv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/common/util/trust.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/guard.h"

#define REMEDY		"name another folder by XDG_CACHE_HOME="
#define MARK		".ktstr-cache"
#define LOCK_LIMIT_S	7200
#define NAP_MS		200

static const char * const folders[] = {
	"sources", "kernels", "build", "locks", "logs", "tmp",
};

/* What a test program or fetch.sh makes where there was no cache. */
static const char * const others[] = { "emulated-host", "results" };

const char *kenv_path(const struct kenv *k, char *path, const char *fmt, ...)
{
	int n = snprintf(path, PATH_MAX, "%s/", k->cache), more;
	va_list ap;

	va_start(ap, fmt);
	more = vsnprintf(path + n, PATH_MAX - n, fmt, ap);
	va_end(ap);
	if (more < 0 || n + more >= PATH_MAX)
		path[0] = '\0';
	return path;
}

/* ---- may it be used? ---- */

int kenv_path_for_make(struct kenv *k, const char *what, const char *path,
		       const char *remedy)
{
	const char *p;

	for (p = path; *p; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return kenv_wrong(k, "%sit has a control character in it",
					  what);
		if (!(*p & 0x80) &&
		    !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+@~-",
			    *p))
			return kenv_wrong(k, "%s%s: make cannot build in a path with '%c' in it; %s",
					  what, path, *p, remedy);
	}
	return 0;
}

int kenv_locate(struct kenv *k)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char real[PATH_MAX];
	int n;

	if (base && *base)
		n = snprintf(k->cache, sizeof(k->cache), "%s/ktstr", base);
	else if (home && *home)
		n = snprintf(k->cache, sizeof(k->cache), "%s/.cache/ktstr",
			     home);
	else
		return kenv_missing(k, "no place for the cache: HOME is not set; name a folder by XDG_CACHE_HOME=");
	if (n >= (int)sizeof(k->cache) - NAME_MAX)
		return kenv_wrong(k, "the cache: its path is too long");
	if (k->cache[0] != '/')
		return kenv_wrong(k, "%s: is not an absolute path", k->cache);
	if (realpath(k->cache, real))
		strcpy(k->cache, real);
	return 0;
}

static bool is_real_folder(const struct kenv *k, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	return !lstat(kenv_path(k, path, "%s", name), &st) &&
	       S_ISDIR(st.st_mode);
}

static bool is_marked(const struct kenv *k)
{
	char path[PATH_MAX];
	struct stat st;
	size_t i;

	if (!lstat(kenv_path(k, path, MARK), &st) && S_ISREG(st.st_mode))
		return true;
	for (i = 0; i < ARRAY_SIZE(folders); i++)
		if (!is_real_folder(k, folders[i]))
			return false;
	return true;
}

static bool is_no_stranger(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(name, others[i]))
			return true;
	return !strcmp(name, ".") || !strcmp(name, "..");
}

/* What is there is a cache of ours, or empty. */
static int claim(struct kenv *k)
{
	const struct dirent *e;
	int ret = 0;
	DIR *dir;

	if (is_marked(k))
		return 0;
	dir = opendir(k->cache);
	while (!ret && dir && (e = readdir(dir)))
		if (!is_no_stranger(e->d_name))
			ret = kenv_wrong(k, "%s: is there, and not a cache of ktstr (it holds %s); "
					 REMEDY, k->cache, e->d_name);
	if (dir)
		closedir(dir);
	return ret;
}

/* Whoever may write there would have us use what they put there. */
static int judge_folders(struct kenv *k)
{
	char path[PATH_MAX], why[PATH_MAX + 64];
	struct stat st;
	size_t i;

	for (i = 0; i <= ARRAY_SIZE(folders); i++) {
		kenv_path(k, path, "%s", i ? folders[i - 1] : "");
		if (stat(path, &st))
			continue;
		if (trust_file(path, why, sizeof(why)))
			return kenv_wrong(k, "%s, and what lies there is run; chown and chmod -R go-w it if you trust it, or "
					  REMEDY, why);
	}
	return 0;
}

int kenv_cache_is_there(struct kenv *k)
{
	struct stat st;
	int ret;

	if (stat(k->cache, &st))
		return 0;
	ret = claim(k) ?: judge_folders(k);
	return ret ? ret : 1;
}

static int make_folders(const struct kenv *k)
{
	char path[PATH_MAX + 1], *slash;
	size_t i;
	int fd;

	snprintf(path, sizeof(path), "%s/", k->cache);
	for (slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST && slash[1] == '\0')
			return -errno;
		*slash = '/';
	}
	/* The mark first: we may be gone at any moment. */
	fd = open(kenv_path(k, path, MARK),
		  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	close(fd);
	for (i = 0; i < ARRAY_SIZE(folders); i++)
		if (mkdir(kenv_path(k, path, "%s", folders[i]), 0755) &&
		    errno != EEXIST)
			return -errno;
	return 0;
}

int kenv_begin(struct kenv *k)
{
	int ret;

	if (k->guard_fd >= 0)
		return 0;
	ret = kenv_locate(k);
	if (!ret)
		ret = kenv_path_for_make(k, "the cache: ", k->cache, REMEDY);
	if (!ret)
		ret = kenv_cache_is_there(k);
	if (ret < 0)
		return ret;
	ret = make_folders(k);
	if (ret)
		return kenv_missing(k, "%s: cannot be written (%s); " REMEDY,
				    k->cache, strerror(-ret));
	ret = guard_start(k);
	if (ret)
		return kenv_wrong(k, "the process that cleans up behind this one did not start: %s",
				  strerror(-ret));
	return 0;
}

int kenv_need_space(struct kenv *k, unsigned int mb, const char *what)
{
	struct statvfs fs;
	uint64_t free_mb;

	if (statvfs(k->cache, &fs))
		return kenv_wrong(k, "%s: %s", k->cache, strerror(errno));
	free_mb = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
	if (free_mb >= mb)
		return 0;
	return kenv_missing(k, "%s needs %u MB in %s, %llu MB are free; free some (./run_ktstr.sh clean --cache empties the cache) or "
			    REMEDY, what, mb, k->cache,
			    (unsigned long long)free_mb);
}

/* ---- locks ---- */

static int lock_open(const struct kenv *k, const char *name)
{
	char path[PATH_MAX];
	int fd = open(kenv_path(k, path, "locks/%s", name),
		      O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	return fd < 0 ? -errno : fd;
}

int kenv_try(const struct kenv *k, const char *name)
{
	int fd = lock_open(k, name), ret;

	if (fd < 0 || !flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

static struct kenv_lock *lock_place(struct kenv *k, const char *name)
{
	unsigned int i;

	for (i = 0; i < KENV_MAX_LOCKS; i++)
		if (!strcmp(k->locks[i].name, name))
			return &k->locks[i];
	return NULL;
}

static int lock_wait(struct kenv *k, const char *name, int fd)
{
	uint64_t begin = clock_now_ns(), s = 0;
	char path[PATH_MAX];

	kenv_path(k, path, "locks/%s", name);
	kenv_say(k, "another run does the same work, waiting for it (%s)", path);
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		s = (clock_now_ns() - begin) / NSEC_PER_SEC;
		if (s >= LOCK_LIMIT_S)
			return kenv_wrong(k, "%s: taken for %d s; see who holds it: fuser %s",
					  path, LOCK_LIMIT_S, path);
		kenv_progress(k, "waiting, %llu s", (unsigned long long)s);
		poll(NULL, 0, NAP_MS);
	}
	kenv_progress_clear(k);
	return 0;
}

int kenv_lock(struct kenv *k, const char *name)
{
	struct kenv_lock *lock = lock_place(k, "");
	int ret = 0;

	if (!lock)
		return kenv_wrong(k, "too many locks");
	lock->fd = lock_open(k, name);
	if (lock->fd < 0)
		return kenv_missing(k, "%s/locks/%s: %s", k->cache, name,
				    strerror(-lock->fd));
	if (flock(lock->fd, LOCK_EX | LOCK_NB))
		ret = lock_wait(k, name, lock->fd);
	if (!ret)
		snprintf(lock->name, sizeof(lock->name), "%s", name);
	return ret;
}

void kenv_unlock(struct kenv *k, const char *name)
{
	struct kenv_lock *lock = lock_place(k, name);

	if (!lock)
		return;
	close(lock->fd);
	*lock = (struct kenv_lock){ .fd = -1 };
}
