// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making, filling and removing cgroups. See cgroup.h.
 */
#include "lib/guest/scenario/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/util.h"
#include "lib/guest/scenario/cpuset.h"

#define MOVE_TRIES	3
#define MOVE_PAUSE_MS	100
#define REMOVE_TRIES	100
#define REMOVE_PAUSE_MS	10
#define REMOVE_FDS	16
#define NAME_SIZE	512

/* What a cgroup hands on to those within it, where it has it itself. */
static const char * const controllers[] = {
	"+cpuset", "+cpu", "+memory", "+pids",
};

ssize_t cgroup_read(const char *parent, const char *name, const char *file,
		    char *text, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/%s", parent, name, file);
	return file_read(path, text, size);
}

int cgroup_write(const char *parent, const char *name, const char *file,
		 const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/%s", parent, name, file);
	return file_write(path, text);
}

/* No way out of the parent, and no part of a path that is empty. */
static bool is_name(const char *name)
{
	const char *part = name;
	size_t len;

	do {
		len = strcspn(part, "/");
		if (!len || (part[0] == '.' && len <= 2 && part[len - 1] == '.'))
			return false;
		part += len;
	} while (*part && *++part);
	return part[-1] != '/' && part - name < NAME_SIZE;
}

static int make_folder(const char *parent, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", parent, name);
	return mkdir(path, 0755) ? -errno : 0;
}

/*
 * Those above it, with what they have for it. One in which tasks are cannot hand
 * on all: whoever needs that will miss the file.
 */
static int make_above(const char *parent, const char *name)
{
	char above[NAME_SIZE];
	const char *slash;
	size_t i;
	int err;

	for (slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(above, sizeof(above), "%.*s", (int)(slash - name),
			 name);
		err = make_folder(parent, above);
		if (err && err != -EEXIST)
			return err;
		for (i = 0; i < ARRAY_SIZE(controllers); i++)
			cgroup_write(parent, above, "cgroup.subtree_control",
				     controllers[i]);
	}
	return 0;
}

int cgroup_create(const char *parent, const char *name)
{
	int err = is_name(name) ? make_above(parent, name) : -EINVAL;

	return err ? err : make_folder(parent, name);
}

int cgroup_set_cpuset(const char *parent, const char *name,
		      const cpu_set_t *set)
{
	char list[1024];

	cpuset_list(set, list, sizeof(list));
	return cgroup_write(parent, name, "cpuset.cpus", list);
}

int cgroup_move(const char *parent, const char *name, pid_t pid)
{
	char text[16];
	int tries, err;

	snprintf(text, sizeof(text), "%d", pid);
	for (tries = 0; tries < MOVE_TRIES; tries++) {
		err = cgroup_write(parent, name, "cgroup.procs", text);
		if (err != -EBUSY)
			break;
		poll(NULL, 0, MOVE_PAUSE_MS);
	}
	return err == -ESRCH ? 0 : err;
}

/* Workers that move make groups below theirs; who was killed has left them. */
static void remove_below(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	closedir(dir);
}

static void remove_folder(const char *path)
{
	int tries;

	for (tries = 0; tries < REMOVE_TRIES; tries++) {
		remove_below(path);
		if (!rmdir(path) || errno != EBUSY)
			return;
		poll(NULL, 0, REMOVE_PAUSE_MS);
	}
}

static int remove_found(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_DP)
		remove_folder(path);
	return 0;
}

/* Those above it that were made for it alone. */
static void remove_above(const char *parent, const char *name)
{
	char path[PATH_MAX];
	size_t end = snprintf(path, sizeof(path), "%s/%s", parent, name);

	while (end-- > strlen(parent) + 1) {
		if (path[end] != '/')
			continue;
		path[end] = '\0';
		if (rmdir(path))
			return;
	}
}

int cgroup_remove(const char *parent, const char *name)
{
	char path[PATH_MAX];

	cgroup_write(parent, name, "cgroup.kill", "1");
	snprintf(path, sizeof(path), "%s/%s", parent, name);
	nftw(path, remove_found, REMOVE_FDS, FTW_DEPTH | FTW_PHYS);
	/* One that is left keeps those above it. */
	if (!access(path, F_OK))
		return -EBUSY;
	remove_above(parent, name);
	return 0;
}
