// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which sidecars there are. See files.h.
 */
#include "lib/host/results/files.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"
#include "lib/host/report/sidecar.h"

/* ROOT/KERNEL-COMMIT/runs/RUN/FILE, and a level for who has several of them */
#define LEVEL_MAX	5
#define FILES_MAX	2000000
#define GROW		1024

static int add(struct result_files *files, const FTSENT *e, size_t root_len)
{
	const struct stat *st = e->fts_statp;
	struct result_file *list = files->list;

	if (files->n == FILES_MAX)
		return -E2BIG;
	if (files->n % GROW == 0) {
		list = realloc(list, (files->n + GROW) * sizeof(*list));
		if (!list)
			return -ENOMEM;
		files->list = list;
	}
	list += files->n;
	*list = (struct result_file){
		.path = strdup(e->fts_path + root_len + 1),
		.dev = st->st_dev, .ino = st->st_ino, .size = st->st_size,
		.mtime_ns = (int64_t)st->st_mtim.tv_sec * NSEC_PER_SEC +
			    st->st_mtim.tv_nsec,
	};
	if (!list->path)
		return -ENOMEM;
	files->n++;
	return 0;
}

static int take(struct result_files *files, FTS *fts, FTSENT *e,
		size_t root_len)
{
	bool hidden = e->fts_level > 0 && e->fts_name[0] == '.';

	if (e->fts_info == FTS_D && (hidden || e->fts_level >= LEVEL_MAX))
		fts_set(fts, e, FTS_SKIP);
	if (e->fts_info != FTS_F || hidden || e->fts_level < 1 ||
	    !strends(e->fts_name, SIDECAR_SUFFIX))
		return 0;
	return add(files, e, root_len);
}

/* ---- each file once ---- */

/* Of names of one file the one below runs/ comes first: it stays what it is. */
static int cmp_file(const void *a, const void *b)
{
	const struct result_file *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	return !strstr(x->path, SIDECAR_RUNS "/") -
	       !strstr(y->path, SIDECAR_RUNS "/") ?: strcmp(x->path, y->path);
}

static int cmp_path(const void *a, const void *b)
{
	const struct result_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static void keep_one_of_each(struct result_files *files)
{
	struct result_file *list = files->list;
	size_t i, n = 0;

	if (!files->n)
		return;
	qsort(list, files->n, sizeof(*list), cmp_file);
	for (i = 0; i < files->n; i++) {
		if (n && list[n - 1].dev == list[i].dev &&
		    list[n - 1].ino == list[i].ino)
			free(list[i].path);
		else
			list[n++] = list[i];
	}
	files->n = n;
	qsort(list, n, sizeof(*list), cmp_path);
}

int result_files_find(const char *root, struct result_files *files)
{
	char *const roots[] = { (char *)root, NULL };
	size_t root_len = strends(root, "/") ? strlen(root) - 1 : strlen(root);
	FTSENT *e;
	FTS *fts;
	int ret = 0;

	*files = (struct result_files){ };
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	if (!fts)
		return -errno;
	while (!ret && (e = fts_read(fts))) {
		if (e->fts_level == 0 && e->fts_errno)
			ret = -e->fts_errno;
		else
			ret = take(files, fts, e, root_len);
	}
	fts_close(fts);
	if (ret)
		result_files_free(files);
	else
		keep_one_of_each(files);
	return ret;
}

void result_files_free(struct result_files *files)
{
	size_t i;

	for (i = 0; i < files->n; i++)
		free(files->list[i].path);
	free(files->list);
	*files = (struct result_files){ };
}

/* ---- where ---- */

static int root_by_settings(char *buf, size_t size)
{
	const char *dir = getenv("KTSTR_SIDECAR_DIR");
	const char *out = getenv("KTSTR_OUT");

	if (!dir && out && *out) {
		snprintf(buf, size, "%s/results", out);
		if (host_is_folder(buf))
			return 0;
	}
	return host_results_dir(buf, size);
}

int result_root(const char *given, char *buf, size_t size, char *err,
		size_t err_size)
{
	char named[PATH_MAX] = "", *real;
	int ret = 0;

	if (given)
		snprintf(named, sizeof(named), "%s", given);
	else
		ret = root_by_settings(named, sizeof(named));
	real = ret ? NULL : realpath(named, NULL);
	if (!real || !host_is_folder(real)) {
		snprintf(err, err_size, "no folder of results%s%.1000s; name one by --dir, or run some tests",
			 named[0] ? ": " : "", named);
		ret = -ENOENT;
	} else if ((size_t)snprintf(buf, size, "%s", real) >= size) {
		ret = -ENAMETOOLONG;
	}
	free(real);
	return ret;
}
