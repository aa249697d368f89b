// SPDX-License-Identifier: GPL-2.0-only
/*
 * The archive: a newc cpio, as Documentation/driver-api/early-userspace/
 * buffer-format.rst has it. What a program links to is elf_closure.c's matter.
 */
#include "vmm/initramfs.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/util/util.h"
#include "vmm/elf_image.h"

#define NEWC_HEADER_LEN	110
#define NEWC_ALIGN	4
#define INITRAMFS_MIN	(1U << 20)

/**
 * struct initramfs - the archive while it grows
 * @data: its bytes
 * @len: their number
 * @size: bytes allocated
 * @paths: what is in it; the index is the inode number less one
 * @n_paths: their number
 * @base: what is there when it is unpacked, NULL for nothing
 * @finished: the trailer was written
 */
struct initramfs {
	uint8_t *data;
	size_t len;
	size_t size;
	char **paths;
	size_t n_paths;
	const struct initramfs *base;
	bool finished;
};

/* One entry's head, in newc's order but for what is always 0. */
struct newc_head {
	const char *path;
	size_t ino;
	mode_t mode;
	unsigned int major;
	unsigned int minor;
};

/* The kernel opens /dev/console for init before anything is mounted. */
static const struct newc_head initramfs_base[] = {
	{ .path = "/dev", .mode = S_IFDIR | 0755 },
	{ "/dev/console", 0, S_IFCHR | 0600, 5, 1 },
	{ "/dev/null", 0, S_IFCHR | 0666, 1, 3 },
	{ "/dev/mem", 0, S_IFCHR | 0600, 1, 1 },
	{ "/dev/ttyS1", 0, S_IFCHR | 0600, 4, 65 },
	{ .path = "/proc", .mode = S_IFDIR | 0555 },
	{ .path = "/sys", .mode = S_IFDIR | 0555 },
	{ .path = "/tmp", .mode = S_IFDIR | 01777 },
	{ .path = "/run", .mode = S_IFDIR | 0755 },
	{ .path = "/root", .mode = S_IFDIR | 0700 },
	{ .path = "/ktstr", .mode = S_IFDIR | 0755 },
	{ .path = "/ktstr/bin", .mode = S_IFDIR | 0755 },
};

static int initramfs_reserve(struct initramfs *ir, size_t more)
{
	size_t size = ir->size ? ir->size : INITRAMFS_MIN;
	uint8_t *data;

	while (size - ir->len < more)
		size *= 2;
	if (size == ir->size)
		return 0;
	data = realloc(ir->data, size);
	if (!data)
		return -ENOMEM;
	ir->data = data;
	ir->size = size;
	return 0;
}

/* Room was reserved. */
static void newc_append(struct initramfs *ir, const void *bytes, size_t len)
{
	size_t padded = round_up(len, NEWC_ALIGN);

	memcpy(ir->data + ir->len, bytes, len);
	memset(ir->data + ir->len + len, 0, padded - len);
	ir->len += padded;
}

/* The header's thirteen numbers, each as eight hexadecimal digits. */
static void newc_write_head(char *text, const struct newc_head *head,
			    size_t name_size, size_t len)
{
	const unsigned int fields[] = {
		head->ino, head->mode, 0, 0, 1, 0, len, 0, 0, head->major,
		head->minor, name_size, 0,
	};
	char digits[9];
	size_t i;

	memcpy(text, "070701", 6);
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		snprintf(digits, sizeof(digits), "%08x", fields[i]);
		memcpy(text + 6 + 8 * i, digits, 8);
	}
}

static int newc_write(struct initramfs *ir, const struct newc_head *head,
		      const void *data, size_t len)
{
	/* Names in the archive are relative to the root. */
	const char *name = head->path + (head->path[0] == '/');
	size_t name_size = strlen(name) + 1;
	char *text;
	int ret;

	if (len > UINT32_MAX)
		return -EFBIG;
	ret = initramfs_reserve(ir, NEWC_HEADER_LEN + name_size + len +
				    2 * NEWC_ALIGN);
	if (ret)
		return ret;

	text = (char *)ir->data + ir->len;
	newc_write_head(text, head, name_size, len);
	/* Header and name are padded as one. */
	memcpy(text + NEWC_HEADER_LEN, name, name_size);
	memset(text + NEWC_HEADER_LEN + name_size, 0, NEWC_ALIGN);
	ir->len += round_up(NEWC_HEADER_LEN + name_size, NEWC_ALIGN);
	if (len)
		newc_append(ir, data, len);
	return 0;
}

static bool path_is_plain(const char *path)
{
	const char *part = path;
	size_t len;

	if (*part != '/')
		return false;
	do {
		part++;
		len = strcspn(part, "/");
		if (!len || (len == 1 && part[0] == '.') ||
		    (len == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		part += len;
	} while (*part);
	return true;
}

bool initramfs_has(const struct initramfs *ir, const char *path)
{
	size_t i;

	for (i = 0; i < ir->n_paths; i++)
		if (!strcmp(path, ir->paths[i]))
			return true;
	return ir->base && initramfs_has(ir->base, path);
}

static int initramfs_remember(struct initramfs *ir, const char *path)
{
	char **paths;

	paths = realloc(ir->paths, (ir->n_paths + 1) * sizeof(*paths));
	if (!paths)
		return -ENOMEM;
	ir->paths = paths;
	paths[ir->n_paths] = strdup(path);
	if (!paths[ir->n_paths])
		return -ENOMEM;
	ir->n_paths++;
	return 0;
}

static int initramfs_entry(struct initramfs *ir, struct newc_head head,
			   const void *data, size_t len)
{
	int ret;

	if (ir->finished || !path_is_plain(head.path))
		return -EINVAL;
	if (initramfs_has(ir, head.path))
		return -EEXIST;
	ret = initramfs_remember(ir, head.path);
	if (ret)
		return ret;
	head.ino = ir->n_paths;
	return newc_write(ir, &head, data, len);
}

static int initramfs_add_parents(struct initramfs *ir, const char *path)
{
	char *parent = strdup(path);
	char *slash = parent;
	int ret = 0;

	if (!parent)
		return -ENOMEM;
	while (!ret && slash && *slash && (slash = strchr(slash + 1, '/'))) {
		const struct newc_head head = {
			.path = parent, .mode = S_IFDIR | 0755,
		};

		*slash = '\0';
		if (!initramfs_has(ir, parent))
			ret = initramfs_entry(ir, head, NULL, 0);
		*slash = '/';
	}
	free(parent);
	return ret;
}

static int initramfs_add_mode(struct initramfs *ir, const char *path,
			      mode_t mode, const void *data, size_t len)
{
	const struct newc_head head = { .path = path, .mode = mode };
	int ret;

	if (!path_is_plain(path))
		return -EINVAL;
	if (initramfs_has(ir, path))
		return -EEXIST;
	ret = initramfs_add_parents(ir, path);
	return ret ? ret : initramfs_entry(ir, head, data, len);
}

int initramfs_add(struct initramfs *ir, const char *path, mode_t mode,
		  const void *data, size_t len)
{
	return initramfs_add_mode(ir, path, S_IFREG | (mode & 07777), data,
				  len);
}

int initramfs_add_link(struct initramfs *ir, const char *path,
		       const char *target)
{
	return initramfs_add_mode(ir, path, S_IFLNK | 0777, target,
				  strlen(target));
}

int initramfs_add_file(struct initramfs *ir, const char *path, mode_t mode,
		       const char *host_path, bool strip)
{
	struct elf_image image;
	void *stripped = NULL;
	size_t len;
	int ret;

	ret = elf_image_read(&image, host_path);
	if (ret)
		return ret;

	if (strip && elf_image_parse(&image) == 0)
		ret = elf_image_strip(&image, &stripped, &len);
	if (!ret)
		ret = initramfs_add(ir, path, mode,
				    stripped ? stripped : image.data,
				    stripped ? len : image.size);
	free(stripped);
	elf_image_free(&image);
	return ret;
}

int initramfs_finish(struct initramfs *ir, const void **data, size_t *len)
{
	const struct newc_head trailer = { .path = "TRAILER!!!" };
	int ret;

	if (!ir->finished) {
		ret = newc_write(ir, &trailer, NULL, 0);
		if (ret)
			return ret;
		ir->finished = true;
	}
	*data = ir->data;
	*len = ir->len;
	return 0;
}

struct initramfs *initramfs_create(void)
{
	struct initramfs *ir = calloc(1, sizeof(*ir));
	size_t i;

	if (!ir)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(initramfs_base); i++) {
		if (initramfs_entry(ir, initramfs_base[i], NULL, 0)) {
			initramfs_destroy(ir);
			return NULL;
		}
	}
	return ir;
}

struct initramfs *initramfs_create_on(const struct initramfs *base)
{
	struct initramfs *ir = calloc(1, sizeof(*ir));

	if (ir)
		ir->base = base;
	return ir;
}

void initramfs_destroy(struct initramfs *ir)
{
	size_t i;

	if (!ir)
		return;
	for (i = 0; i < ir->n_paths; i++)
		free(ir->paths[i]);
	free(ir->paths);
	free(ir->data);
	free(ir);
}
