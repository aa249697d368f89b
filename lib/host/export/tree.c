// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the archive that a guest would get, a newc cpio, to one that any machine
 * can unpack: ustar, by gzip. See export.h.
 */
#include "lib/host/export/export.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/common/util/util.h"
#include "vmm/initramfs.h"

#define NEWC_HEADER	110
#define NEWC_ALIGN	4
#define TAR_BLOCK	512
#define GZIP_MODE	"wb6"

/*
 * struct entry - of the archive
 * @path: without a "/" at its beginning
 * @mode: type and permissions
 * @data: @len bytes: of a file, or what a link points to
 */
struct entry {
	const char *path;
	unsigned int mode;
	const char *data;
	size_t len;
};

/* As POSIX has it; each field is text. */
struct ustar {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char sum[8];
	char type;
	char link[100];
	char magic[6];
	char version[2];
	char uname[32];
	char gname[32];
	char major[8];
	char minor[8];
	char prefix[155];
	char pad[12];
};

_Static_assert(sizeof(struct ustar) == TAR_BLOCK, "a head is a block");

static unsigned int hex_at(const char *head, unsigned int field)
{
	char digits[9] = "";

	memcpy(digits, head + 6 + 8 * field, 8);
	return strtoul(digits, NULL, 16);
}

/* Our own archive: what it says of itself is so. Return: where the next one is. */
static const char *entry_read(const char *at, struct entry *e)
{
	size_t name = hex_at(at, 11);

	e->mode = hex_at(at, 1);
	e->len = hex_at(at, 6);
	e->path = at + NEWC_HEADER;
	e->data = at + round_up(NEWC_HEADER + name, (size_t)NEWC_ALIGN);
	return e->data + round_up(e->len, (size_t)NEWC_ALIGN);
}

/* Folders are made as they are needed, and no others. */
static bool is_wanted(const struct entry *e)
{
	return *e->path && (S_ISREG(e->mode) || S_ISLNK(e->mode));
}

static int each(struct initramfs *ir,
		int (*take)(void *ctx, const struct entry *e), void *ctx)
{
	const void *data;
	const char *at;
	struct entry e;
	size_t len;
	int ret = initramfs_finish(ir, &data, &len);

	for (at = data; !ret; ) {
		at = entry_read(at, &e);
		if (!strcmp(e.path, "TRAILER!!!"))
			break;
		if (is_wanted(&e))
			ret = take(ctx, &e);
	}
	return ret;
}

/* ---- tar ---- */

/* Cut at a "/" where it is longer than its field. */
static int put_name(struct ustar *head, const char *path)
{
	size_t len = strlen(path);
	const char *cut = path;

	if (len > sizeof(head->name)) {
		cut = strchr(path + len - sizeof(head->name) - 1, '/');
		if (!cut || (size_t)(cut - path) > sizeof(head->prefix))
			return -ENAMETOOLONG;
		memcpy(head->prefix, path, cut - path);
		cut++;
	}
	memcpy(head->name, cut, strlen(cut));
	return 0;
}

/* "/lib/x" of "a/b/link" is "../../lib/x": it is unpacked anywhere. */
static int put_link(struct ustar *head, const struct entry *e)
{
	char text[PATH_MAX] = "";
	const char *slash = e->path;
	size_t len = 0;
	int n;

	if (*e->data != '/')
		slash = NULL;
	while (slash && (slash = strchr(slash, '/'))) {
		len += snprintf(text + len, sizeof(text) - len, "../");
		slash++;
		if (len > sizeof(head->link))
			return -ENAMETOOLONG;
	}
	n = snprintf(text + len, sizeof(text) - len, "%.*s",
		     (int)e->len - (*e->data == '/'),
		     e->data + (*e->data == '/'));
	len += n;
	if (len > sizeof(head->link))
		return -ENAMETOOLONG;
	memcpy(head->link, text, len);
	return 0;
}

static void put_sum(struct ustar *head)
{
	const unsigned char *bytes = (const void *)head;
	unsigned int sum = 0;
	size_t i;

	memset(head->sum, ' ', sizeof(head->sum));
	for (i = 0; i < sizeof(*head); i++)
		sum += bytes[i];
	snprintf(head->sum, sizeof(head->sum), "%06o", sum);
}

static int put_head(gzFile to, const struct entry *e)
{
	struct ustar head = {
		.type = S_ISLNK(e->mode) ? '2' : '0',
		.magic = "ustar",
		.version = { '0', '0' },
		.uid = "0000000",
		.gid = "0000000",
		.mtime = "00000000000",
		.uname = "ktstr",
		.gname = "ktstr",
	};
	int ret = put_name(&head, e->path);

	if (!ret && S_ISLNK(e->mode))
		ret = put_link(&head, e);
	if (ret)
		return ret;
	snprintf(head.mode, sizeof(head.mode), "%07o", e->mode & 0777);
	snprintf(head.size, sizeof(head.size), "%011o",
		 S_ISREG(e->mode) ? (unsigned int)e->len : 0);
	put_sum(&head);
	return gzwrite(to, &head, sizeof(head)) == sizeof(head) ? 0 : -EIO;
}

static int put_bytes(gzFile to, const char *data, size_t len)
{
	static const char zeros[TAR_BLOCK];
	size_t pad = round_up(len, (size_t)TAR_BLOCK) - len;

	if (len && gzfwrite(data, 1, len, to) != len)
		return -EIO;
	return !pad || gzwrite(to, zeros, pad) == (int)pad ? 0 : -EIO;
}

static int put_entry(void *ctx, const struct entry *e)
{
	int ret = put_head(ctx, e);

	return ret || !S_ISREG(e->mode) ? ret : put_bytes(ctx, e->data, e->len);
}

int tree_write(struct initramfs *ir, int fd)
{
	static const char end[2 * TAR_BLOCK];
	int copy = dup(fd), ret;
	gzFile to = copy < 0 ? NULL : gzdopen(copy, GZIP_MODE);

	if (!to) {
		if (copy >= 0)
			close(copy);
		return -ENOMEM;
	}
	ret = each(ir, put_entry, to);
	if (!ret && gzwrite(to, end, sizeof(end)) != sizeof(end))
		ret = -EIO;
	/* It is only then that a full disk is noticed. */
	if (gzclose(to) != Z_OK && !ret)
		ret = -EIO;
	return ret;
}

/* ---- where libraries are ---- */

struct libraries {
	char *list;
	size_t size;
};

static bool lists(const char *list, const char *dir, size_t len)
{
	size_t n;

	for (; *list; list += n + !!list[n]) {
		n = strcspn(list, ":");
		if (n == len && !memcmp(list, dir, len))
			return true;
	}
	return false;
}

static int note_library(void *ctx, const struct entry *e)
{
	const char *slash = strrchr(e->path, '/');
	struct libraries *l = ctx;
	size_t at = strlen(l->list);
	int n;

	if (!slash || !strstr(slash, ".so") ||
	    lists(l->list, e->path, slash - e->path))
		return 0;
	n = snprintf(l->list + at, l->size - at, "%s%.*s", at ? ":" : "",
		     (int)(slash - e->path), e->path);
	return n < 0 || (size_t)n >= l->size - at ? -E2BIG : 0;
}

int tree_libraries(struct initramfs *ir, char *list, size_t size)
{
	struct libraries l = { list, size };

	*list = '\0';
	return each(ir, note_library, &l);
}
