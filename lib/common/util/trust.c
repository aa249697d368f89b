// SPDX-License-Identifier: GPL-2.0-only
#include "lib/common/util/trust.h"

#include <errno.h>
#include <fts.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Many systems give each user a group with no other members. */
static bool group_is_ours(gid_t gid)
{
	const struct passwd *user;
	const struct group *group;

	if (gid != getegid())
		return false;
	user = getpwuid(geteuid());
	group = getgrgid(gid);
	return user && group && !strcmp(user->pw_name, group->gr_name);
}

static uid_t owner_of_program(void)
{
	struct stat st;

	return stat("/proc/self/exe", &st) ? geteuid() : st.st_uid;
}

static bool is_of_others(const struct stat *st, uid_t owner)
{
	return st->st_uid && st->st_uid != geteuid() && st->st_uid != owner;
}

static bool is_open_to_others(const struct stat *st)
{
	return st->st_mode & 0002 ||
	       (st->st_mode & 0020 && !group_is_ours(st->st_gid));
}

static int judge(const struct stat *st, const char *path, char *why,
		 size_t size)
{
	if (is_of_others(st, owner_of_program()))
		snprintf(why, size, "%s: belongs to user %u", path, st->st_uid);
	else if (is_open_to_others(st))
		snprintf(why, size, "%s: others may write to it", path);
	else
		return 0;
	return -EPERM;
}

int trust_file(const char *path, char *why, size_t size)
{
	struct stat st;
	int ret;

	if (!stat(path, &st))
		return judge(&st, path, why, size);
	ret = -errno;
	snprintf(why, size, "%s: %s", path, strerror(-ret));
	return ret;
}

static int judge_entry(const FTSENT *e, char *why, size_t size)
{
	switch (e->fts_info) {
	case FTS_DP:
	case FTS_SL:
	case FTS_SLNONE:
		return 0;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		snprintf(why, size, "%s: %s", e->fts_path,
			 strerror(e->fts_errno));
		return -e->fts_errno;
	default:
		return judge(e->fts_statp, e->fts_path, why, size);
	}
}

int trust_tree(const char *dir, char *why, size_t size)
{
	char *const paths[] = { (char *)dir, NULL };
	const FTSENT *e;
	int ret = 0;
	FTS *fts;

	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	if (!fts) {
		ret = -errno;
		snprintf(why, size, "%s: %s", dir, strerror(-ret));
		return ret;
	}
	while (!ret && (e = fts_read(fts)))
		ret = judge_entry(e, why, size);
	fts_close(fts);
	return ret;
}

/* ---- for people ---- */

static int judge_for_people(const FTSENT *e, uid_t owner, char *why,
			    size_t size)
{
	const struct passwd *user;

	if (is_of_others(e->fts_statp, owner)) {
		user = getpwuid(e->fts_statp->st_uid);
		if (user)
			snprintf(why, size, "%s: belongs to %s", e->fts_path,
				 user->pw_name);
		else
			snprintf(why, size, "%s: belongs to %u", e->fts_path,
				 e->fts_statp->st_uid);
	} else if (is_open_to_others(e->fts_statp)) {
		snprintf(why, size, "%s: others may write to it", e->fts_path);
	} else {
		return 0;
	}
	return -EPERM;
}

static bool is_looked_at(const FTSENT *e)
{
	return e->fts_info == FTS_D || e->fts_info == FTS_F ||
	       e->fts_info == FTS_DEFAULT;
}

int trust_below(const char *dir, int depth, uid_t owner, char *why,
		size_t size)
{
	char *const paths[] = { (char *)dir, NULL };
	int ret = 0;
	FTSENT *e;
	FTS *fts;

	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	while (!ret && fts && (e = fts_read(fts))) {
		if (is_looked_at(e))
			ret = judge_for_people(e, owner, why, size);
		if (e->fts_info == FTS_D && e->fts_level == depth)
			fts_set(fts, e, FTS_SKIP);
	}
	if (fts)
		fts_close(fts);
	return ret;
}
