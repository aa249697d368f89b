// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files that a run's disks are. See disks.h.
 */
#include "lib/host/run/disks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/attr/attr.h"
#include "lib/common/util/fail.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"
#include "lib/host/run/mkfs.h"

#define MIB		(1ULL << 20)

/* ---- in memory ---- */

/* A file of so many bytes that is gone when nobody has it open any more. */
static int scratch(uint64_t size)
{
	int fd = memfd_create("ktstr-disk", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, size)) {
		close(fd);
		return -errno;
	}
	return fd < 0 ? -errno : fd;
}

static int copy_piece(int from, int to, off_t at, off_t end)
{
	static const size_t step = 1 << 20;
	off_t in = at;
	ssize_t n;

	if (lseek(to, at, SEEK_SET) < 0)
		return -errno;
	while (in < end) {
		n = sendfile(to, from, &in, min((off_t)step, end - in));
		if (n < 0 && errno != EINTR)
			return -errno;
		/* It became shorter: the rest is zeros. */
		if (!n)
			break;
	}
	return 0;
}

/* What is a hole in it, is one in the copy. */
static int copy_file(int from, uint64_t size)
{
	off_t at = 0, end;
	int to = scratch(size), ret = 0;

	while (to >= 0 && !ret) {
		at = lseek(from, at, SEEK_DATA);
		if (at < 0)
			break;
		end = lseek(from, at, SEEK_HOLE);
		if (end < 0)
			end = size;
		ret = copy_piece(from, to, at, min(end, (off_t)size));
		at = end;
	}
	/* ENXIO is its end. */
	if (!ret && at < 0 && errno != ENXIO)
		ret = -errno;
	if (!ret || to < 0)
		return to;
	close(to);
	return ret;
}

/* ---- with a file system ---- */

/* The cache's folder for them, which is made. */
static int template_path(const struct run_disk *disk, char *path, size_t size)
{
	char cache[PATH_MAX - 64];
	int ret = host_cache_dir(cache, sizeof(cache));

	if (ret)
		return ret;
	mkdir(cache, 0755);
	snprintf(path, size, "%s/disks", cache);
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	snprintf(path, size, "%s/disks/%s-%u.img", cache, disk->format,
		 disk->size_mb);
	return 0;
}

/* It has no name before it is whole; two that make it at a time are as good. */
static void keep_template(int fd, const char *path)
{
	char self[32];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* A file without a name beside @path; in memory where there can be none. */
static int open_nameless(const char *path, uint64_t size)
{
	char dir[PATH_MAX];
	int fd;

	snprintf(dir, sizeof(dir), "%s", path);
	*strrchr(dir, '/') = '\0';
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
	if (fd < 0)
		return scratch(size);
	if (!ftruncate(fd, size))
		return fd;
	close(fd);
	return -errno;
}

static int make_template(const struct run_disk *disk, const char *path,
			 char *err, size_t err_size)
{
	int fd = open_nameless(path, disk->size_mb * MIB), ret;

	if (fd < 0)
		return fail(err, err_size, fd, "cannot make a disk: %s",
			    strerror(-fd));
	ret = mkfs_run(disk->format, fd, err, err_size);
	if (ret) {
		close(fd);
		return ret;
	}
	keep_template(fd, path);
	return fd;
}

static bool is_whole(int fd, const struct run_disk *disk)
{
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) &&
	       (uint64_t)st.st_size == disk->size_mb * MIB;
}

static int open_formatted(const struct run_disk *disk, char *err,
			  size_t err_size)
{
	char path[PATH_MAX] = "/dev/shm/none";
	int fd = -1, copy;

	if (!template_path(disk, path, sizeof(path)))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!is_whole(fd, disk)) {
		if (fd >= 0)
			close(fd);
		fd = make_template(disk, path, err, err_size);
		if (fd < 0)
			return fd;
	}
	copy = copy_file(fd, disk->size_mb * MIB);
	close(fd);
	return copy < 0 ? fail(err, err_size, copy, "cannot copy %s: %s", path,
			       strerror(-copy)) : copy;
}

/* ---- a file of this machine ---- */

/* Open and locked: whoever writes to it has it alone. */
static int open_locked(const struct run_disk *disk, struct stat *st, char *err,
		       size_t err_size)
{
	int mode = disk->in_place ? O_RDWR : O_RDONLY;
	int lock = disk->in_place ? LOCK_EX : LOCK_SH;
	int fd = open(disk->file, mode | O_CLOEXEC), ret;

	if (fd < 0 || fstat(fd, st))
		ret = fail(err, err_size, -errno, "disk %.300s: %s",
			   disk->file, strerror(errno));
	else if (!S_ISREG(st->st_mode))
		ret = fail(err, err_size, -EINVAL, "disk %.300s: no file",
			   disk->file);
	else if (flock(fd, lock | LOCK_NB))
		ret = fail(err, err_size, -EBUSY,
			   "disk %.300s: another run uses it, and one of them writes to it",
			   disk->file);
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return ret;
}

static int open_file(const struct run_disk *disk, char *err, size_t err_size)
{
	struct stat st;
	int fd = open_locked(disk, &st, err, err_size), copy;

	if (fd < 0 || disk->in_place || disk->read_only)
		return fd;
	copy = copy_file(fd, st.st_size);
	if (copy < 0)
		fail(err, err_size, copy, "cannot copy disk %.300s: %s",
		     disk->file, strerror(-copy));
	close(fd);
	return copy;
}

/* ---- all of them ---- */

static int open_blank(const struct run_disk *disk, char *err, size_t err_size)
{
	int fd = scratch(disk->size_mb * MIB);

	return fd < 0 ? fail(err, err_size, fd, "cannot make a disk: %s",
			     strerror(-fd)) : fd;
}

static int open_one(const struct run_disk *disk, int formatted, char *err,
		    size_t err_size)
{
	int fd;

	if (disk->file)
		return open_file(disk, err, err_size);
	if (!disk->format)
		return open_blank(disk, err, err_size);
	if (formatted < 0)
		return open_formatted(disk, err, err_size);
	fd = copy_file(formatted, disk->size_mb * MIB);
	return fd < 0 ? fail(err, err_size, fd, "cannot copy a disk: %s",
			     strerror(-fd)) : fd;
}

int disks_open_from(struct run_disks *d, const struct run_machine *machine,
		    const struct run_disks *formatted, char *err,
		    size_t err_size)
{
	unsigned int i, n = attr_n_disks(machine);
	int fd;

	d->n = 0;
	for (i = 0; i < n; i++) {
		const struct run_disk *disk = &machine->disks[i];

		fd = open_one(disk, formatted ? formatted->disks[i].fd : -1,
			      err, err_size);
		if (fd < 0)
			return fd;
		d->disks[d->n++] = (struct vm_disk) {
			.fd = fd,
			.read_only = disk->read_only,
			.iops = disk->iops,
			.kb_s = disk->kb_s,
		};
	}
	return 0;
}

int disks_open(struct run_disks *d, const struct run_machine *machine, char *err,
	       size_t err_size)
{
	return disks_open_from(d, machine, NULL, err, err_size);
}

int disks_format(struct run_disks *d, const struct run_machine *machine,
		 char *err, size_t err_size)
{
	unsigned int i, n = attr_n_disks(machine);
	int fd;

	d->n = 0;
	for (i = 0; i < n; i++) {
		const struct run_disk *disk = &machine->disks[i];

		fd = -1;
		if (!disk->file && disk->format) {
			fd = open_formatted(disk, err, err_size);
			if (fd < 0)
				return fd;
		}
		d->disks[d->n++] = (struct vm_disk) { .fd = fd };
	}
	return 0;
}

void disks_close(struct run_disks *d)
{
	while (d->n)
		if (d->disks[--d->n].fd >= 0)
			close(d->disks[d->n].fd);
}
