// SPDX-License-Identifier: GPL-2.0-only
/*
 * Installing the suite. See suite_install.h.
 */
#include "lib/host/front/suite_install.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/front/front.h"
#include "lib/host/front/suite_make.h"

#define LIST_LIMIT_S	600
#define MODE		0755

/* Of the tree's tools/testing/selftests. */
static const char * const files[] = {
	"kselftest/module.sh", "kselftest/runner.sh", "kselftest/prefix.pl",
	"kselftest/ktap_helpers.sh", "kselftest/ksft.py", "run_kselftest.sh",
};

/* ---- files ---- */

static int read_file(const char *path, struct strbuf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[16384];
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		strbuf_add(text, buf, n);
	close(fd);
	return n < 0 ? -EIO : 0;
}

static bool is_same(const char *path, const struct strbuf *text)
{
	struct strbuf now = STRBUF_INIT;
	struct stat st;
	bool same;

	same = !lstat(path, &st) && S_ISREG(st.st_mode) &&
	       (st.st_mode & 07777) == MODE && !read_file(path, &now) &&
	       now.len == text->len && !memcmp(now.text, text->text, now.len);
	strbuf_free(&now);
	return same;
}

/* Whole, or not at all. */
static int write_file(const char *path, const struct strbuf *text, mode_t mode)
{
	char made[PATH_MAX + 16];
	FILE *file;
	int bad;

	snprintf(made, sizeof(made), "%s.new", path);
	unlink(made);
	file = fopen(made, "we");
	if (!file)
		return -errno;
	fwrite(text->text, 1, text->len, file);
	bad = fchmod(fileno(file), mode) || ferror(file);
	bad |= fclose(file);
	if (bad || rename(made, path)) {
		bad = -errno ?: -EIO;
		unlink(made);
		return bad;
	}
	return 0;
}

static int copy(const char *from, const char *to)
{
	struct strbuf text = STRBUF_INIT;
	int ret = read_file(from, &text);

	if (!ret && !is_same(to, &text))
		ret = write_file(to, &text, MODE);
	strbuf_free(&text);
	return ret;
}

static int copy_files(struct front *f)
{
	char from[PATH_MAX + 64], to[PATH_MAX];
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(from, sizeof(from), "%s/tools/testing/selftests/%s",
			 f->kernel.tree, files[i]);
		snprintf(to, sizeof(to), "%s/%s", f->install, files[i]);
		ret = copy(from, to);
		if (ret)
			return kenv_wrong(&f->k, "%s: %s", from,
					  strerror(-ret));
	}
	return 0;
}

/* ---- the list of tests ---- */

static int read_list(struct front *f, const char *log, struct strbuf *list)
{
	int err = open(log, O_WRONLY | O_APPEND | O_CLOEXEC);
	struct arglist words = { };
	struct job job = {
		.words = &words, .err = max(err, 0), .limit_s = LIST_LIMIT_S,
	};

	suite_make(f, &words);
	arglist_add_all(&words, "-s", "--no-print-directory",
			"COLLECTION=ktstr", "emit_tests", NULL);
	job_capture(&f->k, &job, list);
	arglist_free(&words);
	if (err >= 0)
		close(err);
	while (list->len && list->text[list->len - 1] == '\n')
		list->text[--list->len] = '\0';
	if (!list->len)
		return kenv_wrong(&f->k, "the suite has no tests; see %s", log);
	strbuf_addf(list, "\n");
	return 0;
}

static int write_list(struct front *f, const char *log)
{
	struct strbuf list = STRBUF_INIT;
	char path[PATH_MAX];
	int ret = read_list(f, log, &list), bad;

	if (!ret) {
		snprintf(path, sizeof(path), "%s/kselftest-list.txt",
			 f->install);
		bad = write_file(path, &list, 0644);
		if (bad)
			ret = kenv_wrong(&f->k, "%s: %s", path, strerror(-bad));
	}
	strbuf_free(&list);
	return ret;
}

/* ---- all of it ---- */

int suite_install(struct front *f, const char *log)
{
	char dir[PATH_MAX], to[PATH_MAX + 32];
	struct arglist words = { };
	struct job job = {
		.text = "installing the suite", .log = log, .words = &words,
		.limit_s = LIST_LIMIT_S, .lines = true, .gentle = true,
	};
	int ret;

	snprintf(dir, sizeof(dir), "%s/kselftest", f->install);
	ret = front_make_folders(dir);
	if (ret)
		return kenv_missing(&f->k, "%s: %s", dir, strerror(-ret));
	snprintf(to, sizeof(to), "INSTALL_PATH=%s/ktstr", f->install);
	suite_make(f, &words);
	arglist_add_all(&words, to, "install", NULL);
	ret = job_must(&f->k, &job);
	arglist_free(&words);
	return ret ?: copy_files(f) ?: write_list(f, log);
}
