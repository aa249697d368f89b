// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel source of Debian's. See debian.h.
 */
#include "lib/host/kernel/debian.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/file.h"
#include "lib/common/util/strbuf.h"
#include "lib/common/util/text.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/debian_apt.h"
#include "lib/host/kernel/guard.h"
#include "lib/host/kernel/job.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/ktree.h"

/* Looked through for a version. */
#define SUITES		"trixie-backports trixie bookworm-backports"
#define STEM		"linux-source-"
#define ANY_PACKAGE	STEM "[0-9]+[.][0-9]+"
#define VERSION_LETTERS							\
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+~-"
#define SOURCE_MB	6000
#define LIST_LIMIT_S	1800
#define DOWNLOAD_LIMIT_S 7200
#define UNPACK_LIMIT_S	3600

/* ---- lists of packages ---- */

void debian_free(struct debian_packages *all)
{
	free(all->list);
	*all = (struct debian_packages){ };
}

static bool is_package_name(const char *name)
{
	size_t len;

	if (!strstarts(name, STEM))
		return false;
	name += strlen(STEM);
	len = strspn(name, "0123456789");
	if (!len || name[len] != '.')
		return false;
	name += len + 1;
	len = strspn(name, "0123456789");
	return len && !name[len];
}

/* The version says who made a tree's folder: nothing odd gets into its name. */
static bool is_debian_version(const char *version)
{
	return isdigit((unsigned char)*version) &&
	       !version[strspn(version, VERSION_LETTERS)];
}

static bool is_wanted(const struct debian_want *want, const char *name,
		      const char *version)
{
	if (!is_package_name(name) || !is_debian_version(version))
		return false;
	if (*want->package && strcmp(want->package, name))
		return false;
	if (want->name && !kernel_name_has(want->name, version))
		return false;
	return !*want->oldest || kver_compare(version, want->oldest) >= 0;
}

static int take_package(struct debian_packages *all,
			const struct debian_want *want, const char *name,
			const char *version)
{
	struct debian_package *more;

	if (!is_wanted(want, name, version) ||
	    strlen(name) >= sizeof(more->name) ||
	    strlen(version) >= sizeof(more->version))
		return 0;
	more = realloc(all->list, (all->n + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	all->list = more;
	strcpy(more[all->n].name, name);
	strcpy(more[all->n].version, version);
	all->n++;
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct debian_package *x = a, *y = b;

	return kver_compare(y->version, x->version) ?:
	       strcmp(y->name, x->name);
}

static void put_in_order(struct debian_packages *all)
{
	if (all->n)
		qsort(all->list, all->n, sizeof(*all->list), newest_first);
}

/* ---- in the cache ---- */

int debian_unpacked(struct kenv *k, const struct debian_want *want,
		    struct debian_packages *all)
{
	char path[PATH_MAX], name[NAME_MAX + 1], *version;
	const struct dirent *d;
	int ret = 0;
	DIR *dir;

	*all = (struct debian_packages){ };
	dir = opendir(kenv_path(k, path, "sources"));
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!ret && (d = readdir(dir))) {
		snprintf(name, sizeof(name), "%s", d->d_name);
		version = strchr(name, '_');
		if (!version ||
		    !ktree_is_one(kenv_path(k, path, "sources/%s", name)))
			continue;
		*version++ = '\0';
		ret = take_package(all, want, name, version);
	}
	closedir(dir);
	put_in_order(all);
	return ret;
}

/* ---- in the archive ---- */

static const char *suite_of(const struct debian_want *want)
{
	return want->suite ?: SUITES;
}

/* The first error of apt's, else its last line. */
static void first_error(const char *log, char *text, size_t size)
{
	FILE *f = fopen(log, "re");
	char line[512];

	text[0] = '\0';
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(text, size, "%s", line);
		if (strstarts(line, "E:") || strstarts(line, "W:"))
			break;
	}
	if (f)
		fclose(f);
	text_clean(text);
}

static int read_list(struct kenv *k, const struct debian_apt *apt,
		     const struct debian_want *want)
{
	struct arglist words = { };
	char text[PATH_MAX], why[512];
	struct job job = {
		.text = text, .log = apt->log, .words = &words,
		.limit_s = LIST_LIMIT_S,
	};
	int ret;

	snprintf(text, sizeof(text), "reading the package list of Debian %s",
		 suite_of(want));
	debian_apt_words(apt, "apt-get", &words);
	arglist_add(&words, "update");
	ret = job_run(k, &job);
	arglist_free(&words);
	if (!ret)
		return 0;
	first_error(apt->log, why, sizeof(why));
	return kenv_missing(k, "the package list of Debian %s cannot be read from %s (%s); name a tree by KDIR=",
			    suite_of(want), apt->mirror, why);
}

static void find_version(struct kenv *k, const struct debian_apt *apt,
			 const char *package, char *version, size_t size)
{
	static const char head[] = "Version: ";
	struct strbuf text = STRBUF_INIT;
	struct arglist words = { };
	const char *at;

	version[0] = '\0';
	debian_apt_words(apt, "apt-cache", &words);
	arglist_add_all(&words, "show", "--no-all-versions", package, NULL);
	job_read(k, &words, &text);
	at = strstarts(text.text, head) ? text.text :
	     strstr(text.text, "\nVersion: ");
	if (at) {
		at += strlen(head) + (*at == '\n');
		snprintf(version, size, "%.*s", (int)strcspn(at, "\n"), at);
	}
	arglist_free(&words);
	strbuf_free(&text);
}

static int read_packages(struct kenv *k, const struct debian_apt *apt,
			 const struct debian_want *want,
			 struct debian_packages *all)
{
	char version[KVER_SIZE], *line, *rest;
	struct strbuf text = STRBUF_INIT;
	struct arglist words = { };
	int ret = 0;

	debian_apt_words(apt, "apt-cache", &words);
	arglist_add_all(&words, "search", "--names-only", NULL);
	arglist_addf(&words, "^%s$", *want->package ? want->package :
		     ANY_PACKAGE);
	job_read(k, &words, &text);
	for (line = text.len ? strtok_r(text.text, "\n", &rest) : NULL;
	     line && !ret; line = strtok_r(NULL, "\n", &rest)) {
		line[strcspn(line, " ")] = '\0';
		if (!is_package_name(line))
			continue;
		find_version(k, apt, line, version, sizeof(version));
		ret = take_package(all, want, line, version);
	}
	put_in_order(all);
	arglist_free(&words);
	strbuf_free(&text);
	return ret;
}

static bool has_program(struct kenv *k, const char *name)
{
	struct strbuf text = STRBUF_INIT;
	struct arglist words = { };
	bool has;

	arglist_add_all(&words, name, "--version", NULL);
	has = !job_read(k, &words, &text);
	arglist_free(&words);
	strbuf_free(&text);
	return has;
}

/* A folder for all that is fetched; with the lock, as that of others goes. */
static int work_begin(struct kenv *k, char *work)
{
	static const char * const programs[] = { "dpkg-deb", "tar", "xz" };
	char path[PATH_MAX];
	const struct dirent *d;
	size_t i;
	DIR *dir;

	for (i = 0; i < ARRAY_SIZE(programs); i++)
		if (!has_program(k, programs[i]))
			return kenv_missing(k, "no kernel tree, and no %s to unpack one; name a tree by KDIR=",
					    programs[i]);
	/* Of runs that were killed. */
	dir = opendir(kenv_path(k, path, "tmp"));
	while (dir && (d = readdir(dir)))
		if (strstarts(d->d_name, "source."))
			folder_remove(kenv_path(k, path, "tmp/%s", d->d_name));
	if (dir)
		closedir(dir);
	kenv_path(k, work, "tmp/source.%d", getpid());
	guard_remove(k, work);
	if (mkdir(work, 0755))
		return kenv_missing(k, "%s: %s", work, strerror(errno));
	return 0;
}

/* Under the lock; @work is the caller's to remove, whatever comes of it. */
static int read_offers(struct kenv *k, const struct debian_want *want,
		       struct debian_apt *apt, char work[PATH_MAX],
		       struct debian_packages *all)
{
	return work_begin(k, work) ?:
	       debian_apt_init(k, apt, suite_of(want), work) ?:
	       read_list(k, apt, want) ?: read_packages(k, apt, want, all);
}

int debian_offered(struct kenv *k, const struct debian_want *want,
		   struct debian_packages *all)
{
	struct debian_apt apt;
	char work[PATH_MAX];
	int ret;

	*all = (struct debian_packages){ };
	ret = kenv_lock(k, "source");
	if (ret)
		return ret;
	ret = read_offers(k, want, &apt, work, all);
	folder_remove(work);
	kenv_unlock(k, "source");
	return ret;
}

/* ---- fetching ---- */

static int download(struct kenv *k, const struct debian_apt *apt,
		    const struct debian_package *p, const char *dir)
{
	struct arglist words = { };
	char text[256];
	struct job job = {
		.text = text, .log = apt->log, .words = &words, .dir = dir,
		.limit_s = DOWNLOAD_LIMIT_S,
	};
	int ret;

	snprintf(text, sizeof(text), "downloading %s %s", p->name, p->version);
	debian_apt_words(apt, "apt-get", &words);
	arglist_add_all(&words, "download", p->name, NULL);
	ret = job_must(k, &job);
	arglist_free(&words);
	return ret;
}

static int add_package(struct kenv *k, const char *dir, struct arglist *words)
{
	char pattern[PATH_MAX + 32];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/*.deb", dir);
	if (glob(pattern, 0, NULL, &found))
		return kenv_wrong(k, "%s: there is no package", dir);
	arglist_add(words, found.gl_pathv[0]);
	globfree(&found);
	return 0;
}

/* The package's tree lies in a tar of its own; nothing of it is made root's. */
static int unpack(struct kenv *k, const struct debian_apt *apt,
		  const struct debian_package *p, const char *deb,
		  const char *tree)
{
	struct arglist words = { }, package = { }, inner = { };
	const struct arglist *from[] = { &package, &inner, NULL };
	char text[256];
	struct job job = {
		.text = text, .log = apt->log, .words = &words, .from = from,
		.limit_s = UNPACK_LIMIT_S,
	};
	int ret;

	snprintf(text, sizeof(text), "unpacking %s", p->name);
	arglist_add_all(&package, "dpkg-deb", "--fsys-tarfile", NULL);
	arglist_add_all(&inner, "tar", "-xO", "--wildcards",
			"./usr/src/linux-source-*.tar.xz", NULL);
	arglist_add_all(&words, "tar", "-xJ", "--strip-components=1", "-C",
			tree, NULL);
	ret = add_package(k, deb, &package) ?: job_must(k, &job);
	arglist_free(&package);
	arglist_free(&inner);
	arglist_free(&words);
	return ret;
}

static int fetch_into(struct kenv *k, const struct debian_apt *apt,
		      const struct debian_package *p, const char *work)
{
	char deb[PATH_MAX + 8], tree[PATH_MAX + 8], to[PATH_MAX];
	int ret;

	kenv_path(k, to, "sources/%s_%s", p->name, p->version);
	if (ktree_is_one(to)) {
		kenv_say(k, "%s %s is the newest", p->name, p->version);
		return 0;
	}
	snprintf(deb, sizeof(deb), "%s/deb", work);
	snprintf(tree, sizeof(tree), "%s/tree", work);
	ret = kenv_need_space(k, SOURCE_MB, "a kernel's source and build");
	if (!ret && (mkdir(deb, 0755) || mkdir(tree, 0755)))
		ret = kenv_missing(k, "%s: %s", work, strerror(errno));
	ret = ret ?: download(k, apt, p, deb) ?: unpack(k, apt, p, deb, tree);
	if (ret)
		return ret;
	if (!ktree_is_one(tree))
		return kenv_wrong(k, "%s %s: no kernel tree in it; see %s",
				  p->name, p->version, apt->log);
	folder_remove(to);
	if (rename(tree, to))
		return kenv_wrong(k, "%s: %s", to, strerror(errno));
	return 0;
}

static int none_offered(struct kenv *k, const struct debian_want *want)
{
	const char *package = *want->package ? want->package : ANY_PACKAGE;

	if (want->name)
		return kenv_missing(k, "Debian %s offers no source of Linux %s%s%s; name a tree by KDIR=, or git+REPOSITORY#REF",
				    suite_of(want), want->name->from,
				    *want->name->to ? ".." : "",
				    want->name->to);
	return kenv_missing(k, "Debian %s offers no %s of a Linux >= %s; name a tree by KDIR=",
			    suite_of(want), package,
			    *want->oldest ? want->oldest : "0");
}

static int fetch(struct kenv *k, const struct debian_want *want)
{
	struct debian_packages all = { };
	struct debian_apt apt;
	char work[PATH_MAX];
	int ret;

	ret = kenv_lock(k, "source");
	if (ret)
		return ret;
	ret = read_offers(k, want, &apt, work, &all);
	if (!ret && !all.n)
		ret = none_offered(k, want);
	if (!ret)
		ret = fetch_into(k, &apt, &all.list[0], work);
	folder_remove(work);
	debian_free(&all);
	kenv_unlock(k, "source");
	return ret;
}

int debian_tree(struct kenv *k, const struct debian_want *want,
		struct ktree *tree)
{
	struct debian_packages all;
	char id[NAME_MAX], of[64];
	int ret;

	ret = debian_unpacked(k, want, &all);
	if (!ret && (!all.n || k->update)) {
		debian_free(&all);
		ret = fetch(k, want) ?: debian_unpacked(k, want, &all);
	}
	if (!ret && !all.n)
		ret = none_offered(k, want);
	if (!ret) {
		snprintf(id, sizeof(id), "%s_%s", all.list[0].name,
			 all.list[0].version);
		ret = ktree_open_ours(k, id, KTREE_DEBIAN, all.list[0].version,
				      tree);
	}
	debian_free(&all);
	if (ret)
		return ret;
	snprintf(of, sizeof(of), "Debian%s%s", want->suite ? " " : "",
		 want->suite ?: "");
	ktree_say(k, tree, of);
	return 0;
}
