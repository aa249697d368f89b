// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler that `test` was given. See test.h.
 */
#include "lib/host/cli/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/host/machine/paths.h"

#define SOURCE_SUFFIX	".bpf.c"

static bool ends_in(const char *text, const char *suffix)
{
	size_t len = strlen(text), n = strlen(suffix);

	return len > n && !strcmp(text + len - n, suffix);
}

/* @path is X with @drop at its end: is X with @add there? */
static bool beside(const char *path, const char *drop, const char *add,
		   char *other)
{
	int len = strlen(path) - strlen(drop);

	return snprintf(other, PATH_MAX, "%.*s%s", len, path, add) < PATH_MAX &&
	       host_is_file(other);
}

static int take(struct sched_found *found, enum sched_kind kind,
		const char *path, char *err)
{
	found->kind = kind;
	if (realpath(path, found->path))
		return 0;
	snprintf(err, CLI_ERR_SIZE, "%s: %s", path, strerror(errno));
	return -EINVAL;
}

static int take_source(struct sched_found *found, const char *path, char *err)
{
	char other[PATH_MAX];

	if (beside(path, SOURCE_SUFFIX, ".c", other))
		return take(found, SCHED_SOURCE, path, err);
	snprintf(err, CLI_ERR_SIZE,
		 "%s: there is no %s beside it, the program that loads and attaches it",
		 path, strrchr(other, '/') ? strrchr(other, '/') + 1 : other);
	return -EINVAL;
}

static int take_program(struct sched_found *found, const char *path, char *err)
{
	char magic[4] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool read_it = fd >= 0 && read(fd, magic, sizeof(magic)) >= 0;
	const char *why = NULL;

	if (!read_it)
		why = strerror(errno);
	else if (memcmp(magic, "\177ELF", sizeof(magic)))
		why = "is neither a program (ELF) nor X" SOURCE_SUFFIX;
	else if (access(path, X_OK))
		why = "is not executable; chmod +x it";
	if (fd >= 0)
		close(fd);
	if (!why)
		return take(found, SCHED_PROGRAM, path, err);
	snprintf(err, CLI_ERR_SIZE, "%s: %s", path, why);
	return -EINVAL;
}

static int is_source(const struct dirent *entry)
{
	return ends_in(entry->d_name, SOURCE_SUFFIX);
}

/* Sources of a folder; all that have a program beside them. */
static int take_folder(struct sched_found *found, const char *dir, char *err)
{
	char path[PATH_MAX], other[PATH_MAX], one[PATH_MAX] = "", names[300] = "";
	struct dirent **entries;
	unsigned int sources = 0;
	size_t len = 0;
	int i, n = scandir(dir, &entries, is_source, alphasort);

	for (i = 0; i < n; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", dir,
			     entries[i]->d_name) < (int)sizeof(path) &&
		    beside(path, SOURCE_SUFFIX, ".c", other)) {
			memcpy(one, path, sizeof(one));
			len += snprintf(names + len, sizeof(names) - len,
					"%s%s", sources++ ? ", " : "",
					entries[i]->d_name);
			len = min(len, sizeof(names) - 1);
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	if (sources == 1)
		return take(found, SCHED_SOURCE, one, err);
	if (sources)
		snprintf(err, CLI_ERR_SIZE, "%s: holds %u schedulers, name one of them: %s",
			 dir, sources, names);
	else
		snprintf(err, CLI_ERR_SIZE, "%s: there is no X" SOURCE_SUFFIX " with its X.c in this folder",
			 dir);
	return -EINVAL;
}

/* A path: 1 when there is nothing. */
static int take_path(struct sched_found *found, const char *path, char *err)
{
	char source[PATH_MAX];

	if (host_is_folder(path))
		return take_folder(found, path, err);
	if (ends_in(path, SOURCE_SUFFIX) && host_is_file(path))
		return take_source(found, path, err);
	if (ends_in(path, ".c") && beside(path, ".c", SOURCE_SUFFIX, source))
		return take_source(found, source, err);
	if (host_is_file(path))
		return take_program(found, path, err);
	if (beside(path, "", SOURCE_SUFFIX, source))
		return take_source(found, source, err);
	return 1;
}

/* Schedulers there are in a folder, by their names. */
static void offer_folder(struct near *near, const char *dir)
{
	char path[PATH_MAX], name[NAME_MAX + 1];
	struct dirent **entries;
	int i, n = scandir(dir, &entries, NULL, alphasort);

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s", entries[i]->d_name);
		free(entries[i]);
		if (ends_in(name, SOURCE_SUFFIX)) {
			name[strlen(name) - strlen(SOURCE_SUFFIX)] = '\0';
			near_offer(near, name);
		} else if (snprintf(path, sizeof(path), "%s/%s", dir, name) <
				   (int)sizeof(path) &&
			   host_is_file(path) && !access(path, X_OK)) {
			near_offer(near, name);
		}
	}
	if (n >= 0)
		free(entries);
}

static int bad_path(const char *given, char *err)
{
	const char *slash = strrchr(given, '/');
	struct near near = { .given = slash + 1 };
	char offered[NEAR_TEXT_SIZE], dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - given), given);
	if (*near.given)
		offer_folder(&near, dir);
	snprintf(err, CLI_ERR_SIZE, "%.2000s: no such program, source or folder%s",
		 given, near_text(&near, offered));
	return -EINVAL;
}

static int bad_name(const char *given, const char *const *dirs, char *err)
{
	struct near near = { .given = given };
	char offered[NEAR_TEXT_SIZE];
	size_t len;

	near_offer(&near, READY_EEVDF);
	len = snprintf(err, CLI_ERR_SIZE, "%.200s: no such scheduler here",
		       given);
	for (; *dirs; dirs++) {
		offer_folder(&near, *dirs);
		len += snprintf(err + len, CLI_ERR_SIZE - len, "%s %s",
				strstr(err, ", nor in") ? "," : ", nor in",
				*dirs);
		len = min(len, (size_t)CLI_ERR_SIZE - 1);
	}
	snprintf(err + len, CLI_ERR_SIZE - len, "%s",
		 near_text(&near, offered));
	return -EINVAL;
}

int sched_find(const char *given, const char *const *dirs,
	       struct sched_found *found, char *err)
{
	char path[PATH_MAX];
	unsigned int i;
	int ret;

	*found = (struct sched_found){ .kind = SCHED_NONE };
	if (!strcmp(given, READY_EEVDF))
		return 0;
	ret = take_path(found, given, err);
	if (ret <= 0)
		return ret;
	if (strchr(given, '/'))
		return bad_path(given, err);
	for (i = 0; dirs[i]; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", dirs[i], given) >=
		    (int)sizeof(path))
			continue;
		ret = take_path(found, path, err);
		if (ret <= 0)
			return ret;
	}
	if (i)
		return bad_name(given, dirs, err);
	found->kind = SCHED_NAME;
	snprintf(found->path, sizeof(found->path), "%s", given);
	return 0;
}
