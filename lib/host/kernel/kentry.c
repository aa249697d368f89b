// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernels in the cache: which there are. See kentry.h.
 */
#include "lib/host/kernel/kentry.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/guard.h"
#include "lib/host/kernel/kenv.h"

#define IMAGE_BYTES	"bzImage_bytes"
#define VMLINUX_BYTES	"vmlinux_bytes"

/* ---- one ---- */

/* What kentry_store.c writes: a name and a value a line. */
static const char *value_of(char *line, const char *name)
{
	char *at = line + strspn(line, " ");
	size_t len = strlen(name), n;

	if (*at != '"' || strncmp(at + 1, name, len) ||
	    strncmp(at + 1 + len, "\": ", 3))
		return NULL;
	at += len + 4;
	n = strcspn(at, "\n");
	n -= n && at[n - 1] == ',';
	if (n >= 2 && *at == '"' && at[n - 1] == '"') {
		at++;
		n -= 2;
	}
	at[n] = '\0';
	return at;
}

static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		*to++ = *text;
	}
	*to = '\0';
}

struct field {
	const char *name;
	char *to;
	size_t size;
};

/* It is shown, and may have been written by anybody who could. */
static void take_fields(char *line, const struct field *fields, size_t n)
{
	const char *value;
	size_t i;

	for (i = 0; i < n; i++) {
		value = value_of(line, fields[i].name);
		if (!value)
			continue;
		snprintf(fields[i].to, fields[i].size, "%s", value);
		unescape(fields[i].to);
		text_clean(fields[i].to);
		return;
	}
}

struct bytes_said {
	char image[24];
	char vmlinux[24];
	char build_s[16];
};

static int read_metadata(FILE *f, struct kentry *e, struct bytes_said *said)
{
	const struct field fields[] = {
		{ "version", e->version, sizeof(e->version) },
		{ "source", e->source, sizeof(e->source) },
		{ "tree", e->tree, sizeof(e->tree) },
		{ "state", e->state, sizeof(e->state) },
		{ "commit", e->commit, sizeof(e->commit) },
		{ "compiler", e->compiler, sizeof(e->compiler) },
		{ "built", e->built, sizeof(e->built) },
		{ "build_s", said->build_s, sizeof(said->build_s) },
		{ IMAGE_BYTES, said->image, sizeof(said->image) },
		{ VMLINUX_BYTES, said->vmlinux, sizeof(said->vmlinux) },
	};
	char line[PATH_MAX + 64];

	while (fgets(line, sizeof(line), f))
		take_fields(line, fields, ARRAY_SIZE(fields));
	e->build_s = strtoul(said->build_s, NULL, 10);
	return ferror(f) ? -EIO : 0;
}

static void fault(struct kentry *e, const char *fmt, const char *name)
{
	if (!e->fault[0])
		snprintf(e->fault, sizeof(e->fault), fmt, name);
}

static void check_file(const char *dir, struct kentry *e, const char *name,
		       const char *bytes)
{
	char path[PATH_MAX + 32];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (stat(path, &st)) {
		fault(e, "there is no %s", name);
		return;
	}
	e->bytes += st.st_size;
	if (!bytes)
		return;
	if (!*bytes)
		fault(e, "metadata.json does not say how long %s is", name);
	else if (strtoull(bytes, NULL, 10) != (uint64_t)st.st_size)
		fault(e, "%s is not as long as it was", name);
}

static bool is_held(const struct kenv *k, const char *key)
{
	char name[NAME_MAX + 8];
	char path[PATH_MAX];
	int fd;

	snprintf(name, sizeof(name), "use-%s", key);
	if (access(kenv_path(k, path, "locks/%s", name), F_OK))
		return false;
	fd = kenv_try(k, name);
	if (fd >= 0)
		close(fd);
	return fd == -EWOULDBLOCK;
}

static void read_entry(struct kenv *k, const char *key, struct kentry *e)
{
	struct bytes_said said = { };
	char dir[PATH_MAX - 64], path[PATH_MAX];
	struct stat st;
	FILE *f;

	*e = (struct kentry){ };
	snprintf(e->key, sizeof(e->key), "%s", key);
	snprintf(dir, sizeof(dir), "%s", kenv_path(k, path, "kernels/%s", key));
	if (!stat(dir, &st))
		e->used = st.st_mtim;
	snprintf(path, sizeof(path), "%s/metadata.json", dir);
	f = fopen(path, "re");
	if (!f)
		fault(e, "there is no %s", "metadata.json");
	else if (read_metadata(f, e, &said))
		fault(e, "%s cannot be read", "metadata.json");
	if (f)
		fclose(f);
	check_file(dir, e, "bzImage", f ? said.image : NULL);
	check_file(dir, e, "vmlinux", f ? said.vmlinux : NULL);
	check_file(dir, e, "config", NULL);
	e->held = is_held(k, key);
}

bool kentry_is_whole(struct kenv *k, const char *key)
{
	struct kentry e;

	read_entry(k, key, &e);
	return !e.fault[0];
}

int kentry_remove(const struct kenv *k, const char *key)
{
	char name[NAME_MAX + 8], path[PATH_MAX];
	int fd, ret;

	snprintf(name, sizeof(name), "use-%s", key);
	fd = kenv_try(k, name);
	if (fd < 0)
		return fd == -EWOULDBLOCK ? -EBUSY : fd;
	ret = folder_remove(kenv_path(k, path, "kernels/%s", key));
	unlink(kenv_path(k, path, "locks/%s", name));
	close(fd);
	return ret;
}

/* ---- all ---- */

static int by_use(const void *a, const void *b)
{
	const struct kentry *x = a, *y = b;

	if (x->used.tv_sec != y->used.tv_sec)
		return x->used.tv_sec < y->used.tv_sec ? 1 : -1;
	if (x->used.tv_nsec != y->used.tv_nsec)
		return x->used.tv_nsec < y->used.tv_nsec ? 1 : -1;
	return strcmp(x->key, y->key);
}

/* Names that begin with a dot are in the making. */
static bool is_entry(const struct kenv *k, const struct dirent *d)
{
	char path[PATH_MAX];
	struct stat st;

	return d->d_name[0] != '.' &&
	       text_is_fit(d->d_name, strlen(d->d_name)) &&
	       !lstat(kenv_path(k, path, "kernels/%s", d->d_name), &st) &&
	       S_ISDIR(st.st_mode);
}

int kentries_read(struct kenv *k, struct kentries *all)
{
	const struct dirent *d;
	struct kentry *more;
	char path[PATH_MAX];
	DIR *dir;
	int ret = 0;

	*all = (struct kentries){ };
	dir = opendir(kenv_path(k, path, "kernels"));
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((d = readdir(dir))) {
		if (!is_entry(k, d))
			continue;
		more = realloc(all->list, (all->n + 1) * sizeof(*more));
		if (!more) {
			ret = -ENOMEM;
			break;
		}
		all->list = more;
		read_entry(k, d->d_name, &more[all->n++]);
	}
	closedir(dir);
	if (all->n)
		qsort(all->list, all->n, sizeof(*all->list), by_use);
	return ret;
}

void kentries_free(struct kentries *all)
{
	free(all->list);
	*all = (struct kentries){ };
}

static bool means(const char *name, const struct kentry *e)
{
	struct kernel_name n;
	char why[128];

	if (!strcmp(name, e->key))
		return true;
	return !kernel_name_parse(name, &n, why, sizeof(why)) &&
	       kernel_name_has(&n, e->version);
}

int kentries_keep(struct kentries *all, char *const *names, unsigned int n)
{
	size_t i, kept = 0;
	unsigned int j;

	if (!n)
		return -1;
	for (j = 0; j < n; j++) {
		for (i = 0; i < all->n && !means(names[j], &all->list[i]); i++)
			;
		if (i == all->n)
			return j;
	}
	for (i = 0; i < all->n; i++) {
		for (j = 0; j < n && !means(names[j], &all->list[i]); j++)
			;
		if (j < n)
			all->list[kept++] = all->list[i];
	}
	all->n = kept;
	return -1;
}
