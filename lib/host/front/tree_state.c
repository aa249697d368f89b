// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files, by what stat() says. See tree_state.h.
 */
#include "lib/host/front/tree_state.h"

#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/sha256.h"

#define DIGITS		12

/* In the folder `tools` of a tree. */
static const char * const tool_places[] = {
	"lib", "build", "include", "scripts", "bpf", "sched_ext",
	"testing/selftests/lib.mk", "testing/selftests/run_kselftest.sh",
	"testing/selftests/kselftest", "testing/selftests/kselftest_harness.h",
	"testing/selftests/kselftest.h",
};

static const char * const tool_files[] = {
	"*.[chS]", "Makefile*", "*.mk", "*.sh",
};

/* In our folder; unit tests are no tests of the suite. */
static const char * const source_places[] = { "Makefile", "kselftest", "lib" };

/* ---- walking ---- */

/*
 * fts_each() - all plain files of some places
 * @use: gets a name, from the folder on; 1 ends the walk, and is what is returned
 */
static int each_file(const char *dir, const char * const *places, size_t n,
		     int (*use)(const char *name, const FTSENT *e, void *arg),
		     void *arg)
{
	char top[PATH_MAX], *paths[] = { top, NULL };
	size_t skip = strlen(dir) + 1, i;
	const FTSENT *e;
	int ret = 0;
	FTS *fts;

	for (i = 0; i < n && !ret; i++) {
		if (snprintf(top, sizeof(top), "%s/%s", dir, places[i]) >=
		    (int)sizeof(top))
			return -ENAMETOOLONG;
		fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
		if (!fts)
			return -errno;
		while (!ret && (e = fts_read(fts)))
			if (e->fts_info == FTS_F)
				ret = use(e->fts_path + skip, e, arg);
		fts_close(fts);
	}
	return ret;
}

/* ---- the tools of a tree ---- */

struct lines {
	char **list;
	size_t n;
	size_t room;
};

static int add_line(struct lines *l, char *line)
{
	size_t room = l->room ? 2 * l->room : 4096;
	char **list = l->list;

	if (!line)
		return -ENOMEM;
	if (l->n == l->room) {
		list = reallocarray(l->list, room, sizeof(*list));
		if (!list) {
			free(line);
			return -ENOMEM;
		}
		l->list = list;
		l->room = room;
	}
	l->list[l->n++] = line;
	return 0;
}

static int note(const char *name, const FTSENT *e, void *arg)
{
	const struct stat *st = e->fts_statp;
	char *line;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tool_files); i++)
		if (!fnmatch(tool_files[i], e->fts_name, 0))
			break;
	if (i == ARRAY_SIZE(tool_files))
		return 0;
	if (asprintf(&line, "%s %lld %lld.%09ld0\n", name,
		     (long long)st->st_size, (long long)st->st_mtim.tv_sec,
		     st->st_mtim.tv_nsec) < 0)
		line = NULL;
	return add_line(arg, line);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char * const *)a, *(char * const *)b);
}

int tree_tools_state(const char *tree, char *text)
{
	struct lines l = { };
	char dir[PATH_MAX];
	struct sha256 sum;
	size_t i;
	int ret;

	snprintf(dir, sizeof(dir), "%.*s/tools", PATH_MAX - 8, tree);
	ret = each_file(dir, tool_places, ARRAY_SIZE(tool_places), note, &l);
	if (l.n)
		qsort(l.list, l.n, sizeof(l.list[0]), by_bytes);
	sha256_init(&sum);
	for (i = 0; i < l.n; i++) {
		sha256_add(&sum, l.list[i], strlen(l.list[i]));
		free(l.list[i]);
	}
	free(l.list);
	sha256_text(&sum, DIGITS, text);
	return ret;
}

/* ---- our sources ---- */

static int is_newer(const char *name, const FTSENT *e, void *arg)
{
	const struct timespec *than = arg, *at = &e->fts_statp->st_mtim;

	if (strstarts(name, "kselftest/unit/"))
		return 0;
	if (at->tv_sec != than->tv_sec)
		return at->tv_sec > than->tv_sec;
	return at->tv_nsec > than->tv_nsec;
}

bool sources_are_newer(const char *here, const struct timespec *than)
{
	return each_file(here, source_places, ARRAY_SIZE(source_places),
			 is_newer, (void *)than);
}
