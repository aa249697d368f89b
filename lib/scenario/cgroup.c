// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making, filling and removing cgroups. See cgroup.h.
 */
#include "lib/scenario/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/scenario/cpuset.h"

#define MOVE_TRIES	3
#define MOVE_PAUSE_MS	100
#define REMOVE_TRIES	100
#define REMOVE_PAUSE_MS	10

static int write_file(const char *parent, const char *name, const char *file,
		      const char *text)
{
	char path[PATH_MAX];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s/%s/%s", parent, name, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int cgroup_create(const char *parent, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", parent, name);
	return mkdir(path, 0755) ? -errno : 0;
}

int cgroup_set_cpuset(const char *parent, const char *name,
		      const cpu_set_t *set)
{
	char list[1024];

	cpuset_list(set, list, sizeof(list));
	return write_file(parent, name, "cpuset.cpus", list);
}

int cgroup_move(const char *parent, const char *name, pid_t pid)
{
	char text[16];
	int tries, err;

	snprintf(text, sizeof(text), "%d", pid);
	for (tries = 0; tries < MOVE_TRIES; tries++) {
		err = write_file(parent, name, "cgroup.procs", text);
		if (err != -EBUSY)
			break;
		poll(NULL, 0, MOVE_PAUSE_MS);
	}
	return err == -ESRCH ? 0 : err;
}

void cgroup_remove(const char *parent, const char *name)
{
	char path[PATH_MAX];
	int tries;

	write_file(parent, name, "cgroup.kill", "1");
	snprintf(path, sizeof(path), "%s/%s", parent, name);
	for (tries = 0; tries < REMOVE_TRIES; tries++) {
		if (!rmdir(path) || errno != EBUSY)
			return;
		poll(NULL, 0, REMOVE_PAUSE_MS);
	}
}
