// SPDX-License-Identifier: GPL-2.0-only
/*
 * What fetch.sh has put into the cache. See emuhost_entry.h.
 */
#include "vmm/emulated-host/emuhost_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define pr_fmt(fmt) "emulated host: " fmt
#include "lib/util/log.h"
#include "lib/util/util.h"
#include "vmm/initramfs.h"

/* Written last by fetch.sh, so it says that the others are there. */
static int read_version(struct emuhost_entry *entry)
{
	char path[PATH_MAX + 16];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/version", entry->dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, entry->version, sizeof(entry->version) - 1);
	close(fd);
	if (n <= 0)
		return n ? -errno : -ENOENT;
	entry->version[n] = '\0';
	entry->version[strcspn(entry->version, "\n")] = '\0';
	return 0;
}

int entry_find(struct emuhost_entry *entry, const char *cache)
{
	char link[PATH_MAX];
	int err;

	if (snprintf(link, sizeof(link),
		     "%s/emulated-host/current-" EMUHOST_LAYOUT, cache) >=
	    (int)sizeof(link))
		return -ENAMETOOLONG;
	err = realpath(link, entry->dir) ? 0 : -errno;
	if (!err)
		err = read_version(entry);
	if (err)
		pr_err("%s: %s: get it by vmm/emulated-host/fetch.sh", link,
		       strerror(-err));
	return err;
}

static int add_modules(const struct emuhost_entry *entry, struct initramfs *ir)
{
	static const char * const names[] = { "irqbypass", "kvm", "kvm-amd" };
	char from[PATH_MAX + 32], to[32];
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(from, sizeof(from), "%s/modules/%s.ko", entry->dir,
			 names[i]);
		snprintf(to, sizeof(to), "/modules/%s.ko", names[i]);
		err = initramfs_add_file(ir, to, 0644, from, false);
		if (err) {
			pr_err("%s: %s", from, strerror(-err));
			return err;
		}
	}
	return 0;
}

static int write_memfd(const char *data, size_t len)
{
	int fd = memfd_create("emulated-host-initrd", MFD_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (len) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			n = n ? -errno : -EIO;
			close(fd);
			return n;
		}
		data += n;
		len -= n;
	}
	return fd;
}

int entry_initrd(const struct emuhost_entry *entry, const char *agent)
{
	struct initramfs *ir = initramfs_create();
	const void *data;
	size_t len;
	int err;

	if (!ir)
		return -ENOMEM;
	err = initramfs_add_file(ir, "/init", 0755, agent, false);
	if (err) {
		pr_err("%s: %s: build it by make", agent, strerror(-err));
		goto out_destroy;
	}
	err = add_modules(entry, ir);
	if (err)
		goto out_destroy;
	err = initramfs_finish(ir, &data, &len);
	if (!err)
		err = write_memfd(data, len);
	if (err < 0)
		pr_err("initramfs: %s", strerror(-err));

out_destroy:
	initramfs_destroy(ir);
	return err;
}
