// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small files, and folders. See file.h.
 */
#include "lib/common/util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int file_write(const char *path, const char *value)
{
	size_t len = strlen(value);
	int fd, ret = 0;
	ssize_t n;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, value, len);
	if (n != (ssize_t)len)
		ret = n < 0 ? -errno : -EIO;
	close(fd);
	return ret;
}

ssize_t file_read(const char *path, char *buf, size_t size)
{
	ssize_t n = 0, len = 0, ret;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (len + 1 < (ssize_t)size &&
	       (n = read(fd, buf + len, size - len - 1)) > 0)
		len += n;
	ret = n < 0 ? -errno : len;
	buf[len] = '\0';
	close(fd);
	return ret;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) && errno != ENOENT ? -errno : 0;
}

int folder_remove(const char *path)
{
	int ret = nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);

	if (ret == -1)
		ret = errno == ENOENT ? 0 : -errno;
	return ret;
}
