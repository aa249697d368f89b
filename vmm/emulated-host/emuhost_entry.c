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
#include "lib/common/util/log.h"
#include "lib/common/util/trust.h"
#include "lib/common/util/util.h"
#include "vmm/initramfs.h"

#define FIT	"stands the storm: "
#define UNFIT	"does not stand the storm: "
/* By fetch.sh. */
#define MENDED	"mended"

/* The first line of a file beside QEMU. */
static int read_line(const struct emuhost_entry *entry, const char *name,
		     char *line, size_t size)
{
	char path[sizeof(entry->qemu) + 16];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", entry->qemu, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, line, size - 1);
	close(fd);
	if (n <= 0)
		return n ? -errno : -ENOENT;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

/* Written last by fetch.sh, so it says that the others are there. */
static int read_version(struct emuhost_entry *entry)
{
	return read_line(entry, "version", entry->version,
			 sizeof(entry->version));
}

/* It is run, with our rights: nobody else may have put it there. */
static int check_trust(const struct emuhost_entry *entry, const char *cache)
{
	char why[PATH_MAX + 64];
	int err = trust_file(cache, why, sizeof(why));

	if (!err)
		err = trust_tree(entry->dir, why, sizeof(why));
	if (err)
		pr_err("%s, and what lies there is run; chown and chmod -R go-w it if you trust it",
		       why);
	return err;
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
	if (!err) {
		snprintf(entry->qemu, sizeof(entry->qemu), "%s", entry->dir);
		err = read_version(entry);
	}
	if (err)
		pr_err("%s: %s: get it by vmm/emulated-host/fetch.sh", link,
		       strerror(-err));
	return err ? err : check_trust(entry, cache);
}

int entry_second(struct emuhost_entry *entry)
{
	snprintf(entry->qemu, sizeof(entry->qemu), "%s/second", entry->dir);
	return read_version(entry);
}

int entry_verdict(const struct emuhost_entry *entry, char *text, size_t size)
{
	int err = read_line(entry, "verdict", text, size);

	if (err)
		return err;
	if (!strcmp(text, MENDED) || strstarts(text, FIT))
		return 1;
	return strstarts(text, UNFIT) ? 0 : -ENOENT;
}

void entry_set_verdict(const struct emuhost_entry *entry, bool fit,
		       const char *text)
{
	char path[sizeof(entry->qemu) + 32], new[sizeof(path) + 16];
	FILE *f;

	snprintf(path, sizeof(path), "%s/verdict", entry->qemu);
	snprintf(new, sizeof(new), "%s.%d", path, getpid());
	f = fopen(new, "we");
	if (!f)
		return;
	fprintf(f, "%s%s\n", fit ? FIT : UNFIT, text);
	if (fclose(f) || rename(new, path))
		unlink(new);
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

/* "QEMU 12.0.1 (has no verdict yet)", for the sentence that none is fit. */
struct why {
	char text[2][160];
	bool unjudged;
};

/* Return: 1 when @entry's is fit, else 0 and why not. */
static int look(const struct emuhost_entry *entry, char *why, size_t size,
		bool *unjudged)
{
	char text[100];
	int ret = entry_verdict(entry, text, sizeof(text));

	if (ret > 0)
		return 1;
	*unjudged |= ret < 0;
	snprintf(why, size, "QEMU %s (%s)", entry->version,
		 ret < 0 ? "has no verdict yet" : text);
	return 0;
}

int entry_choose(struct emuhost_entry *entry)
{
	struct why why = { };

	if (look(entry, why.text[0], sizeof(why.text[0]), &why.unjudged))
		return 0;
	if (!entry_second(entry) &&
	    look(entry, why.text[1], sizeof(why.text[1]), &why.unjudged))
		return 0;
	pr_err("no QEMU that is known to deliver each interrupt once: %s%s%s; %s",
	       why.text[0], why.text[1][0] ? ", " : "", why.text[1],
	       why.unjudged ? "./run_ktstr.sh judges it" :
			      "look for another by fetch.sh --update");
	return -ENOENT;
}
