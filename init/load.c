// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this run has of its own: waited for, and unpacked. See load.h of wire.
 */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/common/wire/load.h"

/* The host lets go at once, or once it has kept a copy of the guest. */
#define LOAD_WAIT_MS	60000

static void set_time(uint64_t realtime_ns)
{
	const struct timespec now = {
		.tv_sec = realtime_ns / NSEC_PER_SEC,
		.tv_nsec = realtime_ns % NSEC_PER_SEC,
	};

	clock_settime(CLOCK_REALTIME, &now);
}

/* Two clones must not draw the same numbers. */
static void add_entropy(const void *bytes, size_t len)
{
	/* Laid out as struct rand_pool_info, which ends in an open array. */
	struct {
		int entropy_count;
		int buf_size;
		uint8_t bytes[WIRE_LOAD_ENTROPY];
	} pool = { .entropy_count = 8 * len, .buf_size = len };
	int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	memcpy(pool.bytes, bytes, len);
	if (!ioctl(fd, RNDADDENTROPY, &pool))
		ioctl(fd, RNDRESEEDCRNG);
	close(fd);
}

/* ---- the archive: newc ---- */

#define NEWC_HEAD	110
#define NEWC_MAGIC	"070701"

/**
 * struct newc_file - one of an archive
 * @path: relative to the root, NUL-terminated
 * @mode: type and permissions
 * @data: its bytes
 * @size: their number
 * @next: where the one behind it begins
 */
struct newc_file {
	const char *path;
	mode_t mode;
	const char *data;
	size_t size;
	size_t next;
};

/* The numbers of a head are of eight hexadecimal digits each. */
static size_t newc_number(const char *head, unsigned int index)
{
	char digits[9] = "";

	memcpy(digits, head + 6 + 8 * index, 8);
	return strtoul(digits, NULL, 16);
}

static bool newc_read(const char *archive, size_t len, size_t at,
		      struct newc_file *file)
{
	const char *head = archive + at;
	size_t name_size;

	if (len < NEWC_HEAD || at > len - NEWC_HEAD ||
	    memcmp(head, NEWC_MAGIC, strlen(NEWC_MAGIC)))
		return false;
	file->mode = newc_number(head, 1);
	file->size = newc_number(head, 6);
	name_size = newc_number(head, 11);
	at += NEWC_HEAD;
	if (!name_size || name_size > len - at || archive[at + name_size - 1])
		return false;
	file->path = archive + at;
	at = round_up(at + name_size, 4);
	if (at > len || file->size > len - at)
		return false;
	file->data = archive + at;
	file->next = round_up(at + file->size, 4);
	return true;
}

static int write_file(const struct newc_file *file)
{
	int fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		      file->mode & 07777);
	size_t done = 0;
	int ret = 0;

	if (fd < 0)
		return -errno;
	while (!ret && done < file->size) {
		ssize_t n = write(fd, file->data + done, file->size - done);

		if (n < 0)
			ret = -errno;
		else
			done += n;
	}
	close(fd);
	return ret;
}

static int make_link(const struct newc_file *file)
{
	char target[PATH_MAX];

	snprintf(target, sizeof(target), "%.*s", (int)file->size, file->data);
	return symlink(target, file->path) ? -errno : 0;
}

static int unpack_one(const struct newc_file *file)
{
	switch (file->mode & S_IFMT) {
	case S_IFDIR:
		return mkdir(file->path, file->mode & 07777) &&
		       errno != EEXIST ? -errno : 0;
	case S_IFREG:
		return write_file(file);
	case S_IFLNK:
		return make_link(file);
	default:
		return -EINVAL;
	}
}

int load_unpack(struct init *in, const void *archive, size_t len)
{
	struct newc_file file;
	size_t at;
	int ret;

	for (at = 0; newc_read(archive, len, at, &file); at = file.next) {
		if (!strcmp(file.path, "TRAILER!!!"))
			return 0;
		ret = unpack_one(&file);
		if (ret)
			return init_crash(in, "cannot unpack %s: %s", file.path,
					  strerror(-ret));
	}
	return init_crash(in, "the archive makes no sense at byte %zu of %zu",
			  at, len);
}

static int unpack_from(struct init *in, uint64_t gpa, uint64_t size)
{
	int fd = open("/dev/mem", O_RDONLY | O_CLOEXEC), ret;
	void *archive;

	if (fd < 0)
		return init_crash(in, "cannot open /dev/mem: %s",
				  strerror(errno));
	archive = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, gpa);
	ret = errno;
	close(fd);
	if (archive == MAP_FAILED)
		return init_crash(in, "cannot map the archive: %s",
				  strerror(ret));
	ret = load_unpack(in, archive, size);
	munmap(archive, size);
	return ret;
}

int load_get(struct init *in)
{
	struct wire_load load;

	if (!in->ring.hdr)
		return 0;
	if (wire_load_wait(in->ring.hdr, LOAD_WAIT_MS, &load))
		return init_crash(in, "the host does not say what to run");
	set_time(load.realtime_ns);
	add_entropy(load.entropy, sizeof(load.entropy));
	return load.size ? unpack_from(in, load.gpa, load.size) : 0;
}
