// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file systems of the guest, as a table.
 */
#include "init/init.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "lib/common/util/util.h"

/**
 * struct mount_point - one file system
 * @type: its type, also what is mounted
 * @path: where; made when it is not there
 * @options: for the file system, may be NULL
 * @flags: MS_*
 * @required: without it there is no run; others are left out where the kernel
 *	has none
 */
struct mount_point {
	const char *type;
	const char *path;
	const char *options;
	unsigned long flags;
	bool required;
};

#define MS_NO	(MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* In order: a path may lie on the file system of a row above. */
static const struct mount_point mount_points[] = {
	{ "proc", "/proc", NULL, MS_NO, true },
	{ "sysfs", "/sys", NULL, MS_NO, true },
	{ "devtmpfs", "/dev", NULL, MS_NOSUID, true },
	{ "tmpfs", "/tmp", "mode=1777", MS_NOSUID | MS_NODEV, true },
	{ "tmpfs", "/run", "mode=755", MS_NOSUID | MS_NODEV, true },
	{ "tmpfs", "/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV, true },
	{ "devpts", "/dev/pts", "ptmxmode=666", MS_NOSUID | MS_NOEXEC, false },
	{ "mqueue", "/dev/mqueue", NULL, MS_NO, false },
	{ "cgroup2", CGROUP_ROOT, NULL, MS_NO, true },
	{ "bpf", "/sys/fs/bpf", "mode=700", MS_NO, false },
	{ "debugfs", "/sys/kernel/debug", NULL, MS_NO, false },
	{ "tracefs", "/sys/kernel/tracing", NULL, MS_NO, false },
};

static int mount_one(struct init *in, const struct mount_point *m)
{
	/* Where it cannot be made, mount() says what is wrong. */
	mkdir(m->path, 0755);
	if (!mount(m->type, m->path, m->type, m->flags, m->options) ||
	    errno == EBUSY || !m->required)
		return 0;
	return init_crash(in, "cannot mount %s on %s: %s", m->type, m->path,
			  strerror(errno));
}

int mount_proc(struct init *in)
{
	return mount_one(in, &mount_points[0]);
}

int mount_rest(struct init *in)
{
	size_t i;
	int ret;

	for (i = 1; i < ARRAY_SIZE(mount_points); i++) {
		ret = mount_one(in, &mount_points[i]);
		if (ret)
			return ret;
	}
	return 0;
}
