// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernels, by what they are called. See kfind.h.
 */
#include "lib/host/kernel/kfind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"
#include "lib/host/kernel/debian.h"
#include "lib/host/kernel/kbuild.h"
#include "lib/host/kernel/kconf.h"
#include "lib/host/kernel/kentry.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/kimage.h"

/* What a name stands for is handed on to these. */
struct kuser {
	int (*use)(struct kenv *k, const struct kfound *found, void *arg);
	void *arg;
};

/* ---- those that are built ---- */

/* Good for tests, as far as can be seen from outside. */
static int built_must(struct kenv *k, const struct kfound *f)
{
	int ret = kimage_must(k, f->image);

	if (!ret && *f->config && kfind_is_file(f->config))
		ret = kconf_must(k, f->config);
	if (ret || !*f->vmlinux)
		return ret;
	if (!kfind_is_file(f->vmlinux))
		return kenv_missing(k, "%s: missing; build it beside the image: make vmlinux",
				    f->vmlinux);
	return kvmlinux_must(k, f->vmlinux);
}

static int use_built(struct kenv *k, struct kfound *f, const struct kuser *user)
{
	int ret = built_must(k, f);

	if (ret)
		return ret;
	kenv_say(k, "kernel: %s", f->path);
	return user->use(k, f, user->arg);
}

/* ---- those that are to be built ---- */

static int build(struct kenv *k, struct ktree *tree, void *arg)
{
	const struct kuser *user = arg;
	char key[NAME_MAX], path[PATH_MAX];
	struct kfound f = { };
	int ret = kbuild_get(k, tree, key);

	if (ret)
		return ret;
	if (!kfind_built(k, kenv_path(k, path, "kernels/%s", key), &f))
		return kenv_wrong(k, "%s: is not there any more", path);
	f.tree = *tree;
	return user->use(k, &f, user->arg);
}

/* Those of the cache that were built as we would build them now. */
static bool entry_is_fit(const struct kentry *e, const char *config,
			 const struct kernel_name *name)
{
	return !e->fault[0] && strstr(e->key, config) &&
	       kernel_name_has(name, e->version);
}

static const struct kentry *newest(const struct kentries *all,
				   const char *config,
				   const struct kernel_name *name)
{
	const struct kentry *best = NULL;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (entry_is_fit(&all->list[i], config, name) &&
		    (!best || kver_compare(all->list[i].version,
					   best->version) > 0))
			best = &all->list[i];
	return best;
}

static int use_version(struct kenv *k, const struct kentries *all,
		       const char *config, const char *version,
		       struct kuser *user)
{
	struct kernel_name name = { .kind = NAME_VERSION };
	const struct kentry *e;
	struct kfound f;
	char path[PATH_MAX];

	snprintf(name.from, sizeof(name.from), "%s", version);
	e = k->update ? NULL : newest(all, config, &name);
	if (e &&
	    kfind_built(k, kenv_path(k, path, "kernels/%s", e->key), &f))
		return use_built(k, &f, user);
	return ksource_each(k, version, build, user);
}

static int by_series(const void *a, const void *b)
{
	return kver_compare(a, b);
}

static void add_series(char (*series)[KVER_SIZE], size_t *n, size_t max,
		       const char *version)
{
	char one[KVER_SIZE];
	size_t i;

	kver_series(version, one);
	for (i = 0; i < *n; i++)
		if (!strcmp(series[i], one))
			return;
	if (*n < max)
		strcpy(series[(*n)++], one);
}

/* Where the archive cannot be asked, the cache is what there is. */
static int use_range(struct kenv *k, const struct kentries *all,
		     const char *config, const struct kernel_name *range,
		     struct kuser *user)
{
	const struct debian_want want = {
		.package = "", .oldest = "", .name = range,
	};
	char series[64][KVER_SIZE];
	struct debian_packages offered;
	size_t n = 0, i;
	int ret;

	ret = debian_offered(k, &want, &offered);
	for (i = 0; i < offered.n; i++)
		add_series(series, &n, ARRAY_SIZE(series),
			   offered.list[i].version);
	debian_free(&offered);
	for (i = 0; i < all->n; i++)
		if (entry_is_fit(&all->list[i], config, range))
			add_series(series, &n, ARRAY_SIZE(series),
				   all->list[i].version);
	if (!n)
		return ret ?: kenv_missing(k, "%s..%s: there is no such kernel in the cache, nor in Debian's archive",
					   range->from, range->to);
	if (ret)
		kenv_say(k, "so %s..%s are those that the cache has",
			 range->from, range->to);
	qsort(series, n, sizeof(series[0]), by_series);
	for (i = 0, ret = 0; i < n && !ret; i++)
		ret = use_version(k, all, config, series[i], user);
	return ret;
}

/* "-k" and the sum of the configuration, as keys have it. */
static int config_part(struct kenv *k, char *part)
{
	const struct ktree none = { };
	char key[NAME_MAX];
	int ret = kbuild_key(k, &none, false, key);
	const char *at;

	if (ret)
		return ret;
	at = strstr(key, "-k");
	snprintf(part, 16, "%.10s", at ?: "");
	return 0;
}

static int use_versions(struct kenv *k, const char *text,
			const struct kernel_name *name, struct kuser *user)
{
	struct kentries all;
	char config[16];
	int ret;

	if (k->use_config)
		return ksource_each(k, text, build, user);
	ret = config_part(k, config) ?: kentries_read(k, &all);
	if (ret)
		return ret;
	if (name->kind == NAME_RANGE)
		ret = use_range(k, &all, config, name, user);
	else
		ret = use_version(k, &all, config, text, user);
	kentries_free(&all);
	return ret;
}

/* ---- any ---- */

static int no_such_kernel(struct kenv *k, const char *text)
{
	struct strbuf keys = STRBUF_INIT;
	struct kentries all;
	size_t i;
	int ret;

	if (kentries_read(k, &all))
		all.n = 0;
	for (i = 0; i < all.n; i++)
		strbuf_addf(&keys, " %s", all.list[i].key);
	ret = kenv_wrong(k, "%s%s: no kernel there; name a build folder, an image, a version, a tree or a key of %s/kernels:%s",
			 k->as, text, k->cache, keys.len ? keys.text :
			 " there is none");
	kentries_free(&all);
	strbuf_free(&keys);
	return ret;
}

int kfind_must(struct kenv *k, const char *text)
{
	struct kernel_name name;
	struct kfound f;
	char why[128];

	if (kernel_name_parse(text, &name, why, sizeof(why)))
		return kenv_wrong(k, "%s%s: %s", k->as, text, why);
	if ((name.kind != NAME_PATH && name.kind != NAME_KEY) ||
	    kfind_built(k, text, &f) || ktree_is_one(text))
		return 0;
	return no_such_kernel(k, text);
}

static int use_named(struct kenv *k, const char *text, struct kuser *user)
{
	struct kernel_name name;
	struct kfound f;
	char why[128];

	if (kernel_name_parse(text, &name, why, sizeof(why)))
		return kenv_wrong(k, "%s%s: %s", k->as, text, why);
	switch (name.kind) {
	case NAME_PATH:
	case NAME_KEY:
		if (kfind_built(k, text, &f))
			return use_built(k, &f, user);
		if (!ktree_is_one(text))
			return no_such_kernel(k, text);
		return ksource_each(k, text, build, user);
	case NAME_VERSION:
	case NAME_RANGE:
		return use_versions(k, text, &name, user);
	default:
		return ksource_each(k, text, build, user);
	}
}

int kfind_each(struct kenv *k, const char *name,
	       int (*use)(struct kenv *k, const struct kfound *found,
			  void *arg), void *arg)
{
	const char *set = getenv("KTSTR_KERNEL");
	struct kuser user = { .use = use, .arg = arg };

	if (!name && set && *set) {
		k->as = "KTSTR_KERNEL=";
		name = set;
	}
	if (name)
		return use_named(k, name, &user);
	return ksource_each(k, NULL, build, &user);
}
