// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of clones. See clone_store.h.
 */
#include "vmm/clone_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"

#define ALIGN		4096
#define CALL_MAX	(64U << 20)	/* bytes by one call */

#define STORE_MAX	(4ULL << 30)	/* bytes of all files */
#define ORPHAN_S	(15 * 60)	/* nobody writes for so long */

static const char suffix[] = ".vm", new_suffix[] = ".new";

/* ---- reading and writing ---- */

/*
 * By virtiofs these bytes go from the file to the guest's memory with no copy
 * on an emulated host, where a copy is what costs.
 */
static void set_direct(int fd, bool direct)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && !!(flags & O_DIRECT) != direct)
		fcntl(fd, F_SETFL, direct ? flags | O_DIRECT :
					    flags & ~O_DIRECT);
}

static bool is_aligned(const void *at, size_t len, uint64_t offset)
{
	return !(((uintptr_t)at | len | offset) % ALIGN);
}

static int transfer(int fd, void *at, size_t len, uint64_t offset, bool write)
{
	bool direct = is_aligned(at, len, offset);
	char *bytes = at;
	ssize_t n;

	while (len) {
		size_t some = min(len, (size_t)CALL_MAX);

		set_direct(fd, direct);
		n = write ? pwrite(fd, bytes, some, offset) :
			    pread(fd, bytes, some, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && direct) {
			direct = false;
			continue;
		}
		if (n <= 0)
			return n ? -errno : -ENODATA;
		bytes += n;
		len -= n;
		offset += n;
		direct = direct && is_aligned(bytes, len, offset);
	}
	return 0;
}

int store_read(int fd, void *to, size_t len, uint64_t offset)
{
	return transfer(fd, to, len, offset, false);
}

int store_write(int fd, const void *from, size_t len, uint64_t offset)
{
	return transfer(fd, (void *)from, len, offset, true);
}

void store_used(int fd)
{
	/* Another time of change, and who has read it will do so again. */
	const struct timespec now[2] = {
		{ .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_OMIT },
	};

	/* Where it is not ours, its owner goes by its own use. */
	if (futimens(fd, now))
		return;
}

/* ---- not too many ---- */

/* What is in the folder: all of it, and what is to go first. */
struct store_sum {
	uint64_t bytes;
	time_t oldest_s;
	char oldest[NAME_MAX + 1];
};

static void sum_one(int dir, const char *name, struct store_sum *sum)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return;
	if (strends(name, new_suffix) && time(NULL) - st.st_mtime > ORPHAN_S)
		unlinkat(dir, name, 0);
	if (!strends(name, suffix))
		return;
	sum->bytes += st.st_blocks * 512ULL;
	if (sum->oldest[0] && st.st_atime >= sum->oldest_s)
		return;
	sum->oldest_s = st.st_atime;
	snprintf(sum->oldest, sizeof(sum->oldest), "%s", name);
}

/* Return: whether there may be more to go. */
static bool drop_oldest(const char *folder, uint64_t max_bytes)
{
	struct store_sum sum = { };
	struct dirent *entry;
	bool dropped = false;
	DIR *dir = opendir(folder);

	if (!dir)
		return false;
	while ((entry = readdir(dir)))
		sum_one(dirfd(dir), entry->d_name, &sum);
	if (sum.bytes > max_bytes && sum.oldest[0])
		dropped = !unlinkat(dirfd(dir), sum.oldest, 0);
	closedir(dir);
	return dropped;
}

void store_limit(const char *path, uint64_t max_bytes)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	while (drop_oldest(folder, max_bytes))
		;
}

/* ---- whole or not there ---- */

int store_begin(const char *path, char *temporary, size_t size)
{
	uint64_t number;
	int fd;

	/* Emulated hosts share the folder, and count processes each for itself. */
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -EAGAIN;
	if (snprintf(temporary, size, "%s.%016" PRIx64 "%s", path, number,
		     new_suffix) >= (int)size)
		return -ENAMETOOLONG;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

int store_end(int fd, const char *temporary, const char *path, int written)
{
	int ret = written;

	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (ret)
		unlink(temporary);
	else
		store_limit(path, STORE_MAX);
	return ret;
}
