// SPDX-License-Identifier: GPL-2.0-only
/*
 * A copy of the source of a tree that was configured in place. See kbuild.h.
 */
#include "lib/host/kernel/kbuild.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/ktree.h"

#define COPY_MB		5000
#define COPY_LIMIT_S	3600

struct name_list {
	const char **list;
	size_t n;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those that the tree still has: what git knows may be gone. */
static int names_there(const struct ktree *tree, const struct strbuf *files,
		       struct name_list *names)
{
	char path[2 * PATH_MAX];
	size_t n = 0;
	const char *at;
	struct stat st;

	for (at = files->text; at < files->text + files->len;
	     at += strlen(at) + 1)
		n++;
	names->list = calloc(n + 1, sizeof(*names->list));
	if (!names->list)
		return -ENOMEM;
	for (at = files->text; at < files->text + files->len;
	     at += strlen(at) + 1) {
		snprintf(path, sizeof(path), "%s/%s", tree->path, at);
		if (!lstat(path, &st))
			names->list[names->n++] = at;
	}
	qsort(names->list, names->n, sizeof(*names->list), by_name);
	return 0;
}

static int remove_others(const char *copy, const struct name_list *names)
{
	char *const paths[] = { (char *)copy, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const char *name;
	FTSENT *e;

	if (!fts)
		return -errno;
	while ((e = fts_read(fts))) {
		if (e->fts_info == FTS_D || e->fts_info == FTS_DP ||
		    strlen(e->fts_path) <= strlen(copy))
			continue;
		name = e->fts_path + strlen(copy) + 1;
		if (!bsearch(&name, names->list, names->n,
			     sizeof(*names->list), by_name))
			unlink(e->fts_path);
	}
	fts_close(fts);
	return 0;
}

static int write_list(struct kenv *k, const char *path,
		      const struct strbuf *files)
{
	FILE *f = fopen(path, "we");
	bool bad = !f || fwrite(files->text, 1, files->len, f) != files->len;

	if (f && fclose(f))
		bad = true;
	return bad ? kenv_missing(k, "%s: cannot be written; is the disk full?",
				  path) : 0;
}

static int run_rsync(struct kenv *k, const struct ktree *tree, const char *log,
		     const char *list, const char *copy)
{
	struct arglist words = { };
	struct job job = {
		.text = "copying the source", .log = log, .words = &words,
		.limit_s = COPY_LIMIT_S,
	};
	int ret;

	arglist_add_all(&words, "rsync", "-a", "--from0", NULL);
	arglist_addf(&words, "--files-from=%s", list);
	arglist_add(&words, "--ignore-missing-args");
	arglist_addf(&words, "%s/", tree->path);
	arglist_addf(&words, "%s/", copy);
	ret = job_must(k, &job);
	arglist_free(&words);
	return ret;
}

int kcopy_make(struct kenv *k, const struct ktree *tree, const char *log,
	       char *copy)
{
	struct strbuf files = STRBUF_INIT;
	struct name_list names = { };
	char list[PATH_MAX], what[PATH_MAX + 64];
	int ret;

	kenv_say(k, "%s was configured in place: building from a copy of its source",
		 tree->path);
	snprintf(what, sizeof(what), "a copy of %s and its build", tree->path);
	kenv_path(k, copy, "sources/copy-%s", tree->id);
	kenv_path(k, list, "sources/copy-%s.files", tree->id);
	ret = kenv_need_space(k, COPY_MB, what);
	if (!ret && mkdir(copy, 0755) && errno != EEXIST)
		ret = kenv_missing(k, "%s: %s", copy, strerror(errno));
	ret = ret ?: ktree_files(k, tree, &files) ?:
	      write_list(k, list, &files) ?:
	      run_rsync(k, tree, log, list, copy);
	if (!ret) {
		ret = names_there(tree, &files, &names) ?:
		      remove_others(copy, &names);
		if (ret)
			ret = kenv_wrong(k, "%s: %s", copy, strerror(-ret));
	}
	free(names.list);
	strbuf_free(&files);
	return ret;
}
