// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where things lie on this machine. See paths.h.
 */
#include "lib/host/machine/paths.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/exported.h"
#include "lib/common/util/compiler.h"

/* snprintf() that minds truncation. */
static int __printf(3, 4) path_printf(char *buf, size_t size,
				      const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return len < 0 || (size_t)len >= size ? -ENAMETOOLONG : 0;
}

bool host_is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

bool host_is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

int host_self_path(char *buf, size_t size)
{
	ssize_t len;

	/* In an exported test what runs is its loader, with us as an argument. */
	if (getenv(EXPORTED_ROOT_ENV))
		return path_printf(buf, size, "%s", program_invocation_name);
	len = readlink("/proc/self/exe", buf, size);

	if (len < 0)
		return -errno;
	if ((size_t)len >= size)
		return -ENAMETOOLONG;
	buf[len] = '\0';
	return 0;
}

int host_self_dir(char *buf, size_t size)
{
	int err = host_self_path(buf, size);

	if (!err)
		*strrchr(buf, '/') = '\0';
	return err;
}

static int check_program(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || access(path, X_OK))
		return -EACCES;
	return 0;
}

int host_find_program(const char *name, char *buf, size_t size)
{
	const char *dir = getenv("KTSTR_SCHEDULER_DIR");
	char self[4096];
	int err;

	if (strchr(name, '/')) {
		err = path_printf(buf, size, "%s", name);
		return err ? err : check_program(buf);
	}

	if (dir && *dir) {
		err = path_printf(buf, size, "%s/%s", dir, name);
		if (err)
			return err;
		err = check_program(buf);
		if (err != -ENOENT)
			return err;
	}

	err = host_self_dir(self, sizeof(self));
	if (!err)
		err = path_printf(buf, size, "%s/%s", self, name);
	return err ? err : check_program(buf);
}

/* Where a test that was started by nobody in particular finds programs, too */
#define USUAL_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static int find_in(const char *dirs, const char *name, char *buf, size_t size)
{
	int err = -ENOENT;
	size_t len;

	for (; *dirs && err; dirs += len + !!dirs[len]) {
		len = strcspn(dirs, ":");
		err = path_printf(buf, size, "%.*s/%s", (int)len, dirs, name);
		if (!err)
			err = len ? check_program(buf) : -ENOENT;
	}
	return err ? -ENOENT : 0;
}

int host_find_tool(const char *name, char *buf, size_t size)
{
	int err = host_find_program(name, buf, size);

	if (err != -ENOENT || strchr(name, '/'))
		return err;
	err = find_in(getenv("PATH") ?: "", name, buf, size);
	return err ? find_in(USUAL_PATH, name, buf, size) : 0;
}

int host_cache_dir(char *buf, size_t size)
{
	const char *base = getenv("XDG_CACHE_HOME");

	if (base && *base)
		return path_printf(buf, size, "%s/ktstr", base);
	base = getenv("HOME");
	if (base && *base)
		return path_printf(buf, size, "%s/.cache/ktstr", base);
	return -ENOENT;
}

/* mkdir -p, of the folders below one that is there or can be made. */
static int make_dirs(char *path)
{
	char *slash = path;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

/* A folder of the cache */
static int cache_folder(const char *name, char *buf, size_t size)
{
	char cache[4096];
	int ret = host_cache_dir(cache, sizeof(cache));

	if (!ret)
		ret = path_printf(buf, size, "%s/%s", cache, name);
	return ret ? ret : make_dirs(buf);
}

int host_clones_dir(char *buf, size_t size)
{
	const char *wanted = getenv("KTSTR_CLONE");

	if (!wanted || strcmp(wanted, "1"))
		return -ENOENT;
	return cache_folder("clones", buf, size);
}

int host_results_dir(char *buf, size_t size)
{
	const char *dir = getenv("KTSTR_SIDECAR_DIR");

	if (dir)
		return *dir ? path_printf(buf, size, "%s", dir) : -ENOENT;
	return cache_folder("results", buf, size);
}
