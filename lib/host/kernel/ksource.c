// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sources, by what they are called. See kfind.h.
 */
#include "lib/host/kernel/kfind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/kernel/debian.h"
#include "lib/host/kernel/kclone.h"
#include "lib/host/kernel/kenv.h"

#define SUITE_PLACE	"/tools/testing/selftests/ktstr"

/* ---- the one that settings name ---- */

static int open_package(struct kenv *k, const struct kernel_name *name,
			struct ktree *tree)
{
	const struct debian_want want = {
		.suite = name->from, .package = name->to, .oldest = "",
	};

	return debian_tree(k, &want, tree);
}

static int open_path(struct kenv *k, const char *path, struct ktree *tree)
{
	int ret = ktree_open(k, path, tree);

	if (!ret)
		ktree_say(k, tree, NULL);
	return ret;
}

/* The tree that we are in, also when we are in there by a link. */
static bool around(const struct kenv *k, char *path)
{
	unsigned int i;

	for (i = 0; i < k->n_near; i++) {
		if (!strends(k->near[i], SUITE_PLACE))
			continue;
		snprintf(path, PATH_MAX, "%.*s",
			 (int)(strlen(k->near[i]) - strlen(SUITE_PLACE)),
			 k->near[i]);
		if (ktree_is_one(path))
			return true;
	}
	return false;
}

int ksource_open(struct kenv *k, struct ktree *tree)
{
	static const struct debian_want newest = {
		.suite = DEBIAN_SUITE, .package = "", .oldest = KTREE_OLDEST,
	};
	const char *source = getenv("KTSTR_SOURCE"), *dir = getenv("KDIR");
	struct kernel_name name;
	char path[PATH_MAX], why[128];

	if (source && *source) {
		if (kernel_name_parse(source, &name, why, sizeof(why)) ||
		    name.kind != NAME_PACKAGE)
			return kenv_wrong(k, "KTSTR_SOURCE=%s: is not SUITE/PACKAGE, as in bookworm-backports/linux-source-6.12",
					  source);
		return open_package(k, &name, tree);
	}
	if (dir && *dir)
		return open_path(k, dir, tree);
	if (around(k, path))
		return open_path(k, path, tree);
	return debian_tree(k, &newest, tree);
}

/* ---- by name ---- */

static int open_version(struct kenv *k, const struct kernel_name *name,
			struct ktree *tree)
{
	const struct debian_want want = {
		.package = "", .oldest = "", .name = name,
	};

	return debian_tree(k, &want, tree);
}

/* Of each series the newest, the oldest series first. */
static int each_of_range(struct kenv *k, const struct kernel_name *range,
			 int (*use)(struct kenv *k, struct ktree *tree,
				    void *arg), void *arg)
{
	const struct debian_want want = {
		.package = "", .oldest = "", .name = range,
	};
	struct debian_packages all;
	struct kernel_name one = { .kind = NAME_VERSION };
	struct ktree tree;
	size_t i;
	int ret;

	ret = debian_offered(k, &want, &all);
	if (!ret && !all.n)
		ret = kenv_missing(k, "Debian offers no source of Linux %s..%s",
				   range->from, range->to);
	for (i = all.n; !ret && i--;) {
		kver_series(all.list[i].version, one.from);
		ret = open_version(k, &one, &tree) ?: use(k, &tree, arg);
	}
	debian_free(&all);
	return ret;
}

int ksource_each(struct kenv *k, const char *text,
		 int (*use)(struct kenv *k, struct ktree *tree, void *arg),
		 void *arg)
{
	struct kernel_name name;
	struct ktree tree;
	char why[128];
	int ret;

	if (!text)
		return ksource_open(k, &tree) ?: use(k, &tree, arg);
	if (kernel_name_parse(text, &name, why, sizeof(why)))
		return kenv_wrong(k, "%s: %s", text, why);
	switch (name.kind) {
	case NAME_PATH:
		ret = open_path(k, name.from, &tree);
		break;
	case NAME_VERSION:
		ret = open_version(k, &name, &tree);
		break;
	case NAME_PACKAGE:
		ret = open_package(k, &name, &tree);
		break;
	case NAME_GIT:
		ret = kclone_tree(k, name.from, name.to, &tree);
		break;
	case NAME_RANGE:
		return each_of_range(k, &name, use, arg);
	default:
		return kenv_wrong(k, "%s: is no source: name a tree, a version, SUITE/PACKAGE or git+REPOSITORY#REF",
				  text);
	}
	return ret ?: use(k, &tree, arg);
}

/* ---- for a kernel ---- */

/* "tree" of an entry's metadata. */
static void tree_of_entry(const char *kernel, char *path)
{
	static const char head[] = "  \"tree\": \"";
	char line[PATH_MAX + 64], file[PATH_MAX + 32];
	FILE *f;

	path[0] = '\0';
	snprintf(file, sizeof(file), "%s/metadata.json", kernel);
	f = fopen(file, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (!strstarts(line, head))
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (strends(line, "\","))
			line[strlen(line) - 2] = '\0';
		snprintf(path, PATH_MAX, "%.*s", PATH_MAX - 1,
			 line + strlen(head));
	}
	if (f)
		fclose(f);
}

int ksource_of(struct kenv *k, const char *kernel, struct ktree *tree)
{
	const char *dir = getenv("KDIR");
	char paths[3][PATH_MAX];
	struct kfound f;
	unsigned int i;

	if ((dir && *dir) || !*kernel || !kfind_built(k, kernel, &f))
		return ksource_open(k, tree);
	snprintf(paths[0], sizeof(paths[0]), "%s", f.path);
	snprintf(paths[1], sizeof(paths[1]), "%.*s/source", PATH_MAX - 8,
		 f.path);
	tree_of_entry(f.path, paths[2]);
	for (i = 0; i < ARRAY_SIZE(paths); i++)
		if (ktree_is_one(paths[i]) && ktree_is_new(paths[i]))
			return ktree_open(k, paths[i], tree);
	return ksource_open(k, tree);
}
