// SPDX-License-Identifier: GPL-2.0-only
/*
 * Texts as one file. See bundle.h.
 */
#include "lib/host/export/bundle.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/host/export/export.h"
#include "vmm/initramfs.h"

/*
 * struct bundle - texts
 * @ir: where they are
 * @folder: before each name
 */
struct bundle {
	struct initramfs *ir;
	char *folder;
};

void bundle_destroy(struct bundle *b)
{
	if (!b)
		return;
	initramfs_destroy(b->ir);
	free(b->folder);
	free(b);
}

struct bundle *bundle_create(const char *folder)
{
	struct bundle *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->ir = initramfs_create();
	b->folder = strdup(folder);
	if (b->ir && b->folder)
		return b;
	bundle_destroy(b);
	return NULL;
}

int bundle_add(struct bundle *b, const char *name, const char *text, size_t len)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "/%s/%s", b->folder, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	return initramfs_add(b->ir, path, 0644, text, len);
}

static int put(void *ctx, int fd)
{
	const struct bundle *b = ctx;

	return tree_write(b->ir, fd);
}

int bundle_write(struct bundle *b, const char *path)
{
	return export_whole(path, 0644, put, b);
}
