// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs of `kernel`. See kernel_verbs.h.
 */
#include "lib/host/cli/kernel_verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/kernel/kentry.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/kfind.h"
#include "lib/host/machine/paths.h"

#define FRAGMENT	"ktstr.kconfig"

/* Those that were named, else all; a cache that is not there has none. */
static int read_named(struct kenv *k, const struct kernel_args *args,
		      struct kentries *all)
{
	int ret = kenv_locate(k);

	if (!ret)
		ret = kenv_cache_is_there(k);
	if (ret < 0)
		return ret;
	ret = ret ? kentries_read(k, all) : 0;
	if (ret)
		return kenv_wrong(k, "%s/kernels: %s", k->cache,
				  strerror(-ret));
	ret = kentries_keep(all, args->names, args->n_names);
	if (ret < 0)
		return 0;
	return kenv_wrong(k, "%s: no such kernel in %s/kernels; `kernel list` has those that there are",
			  args->names[ret], k->cache);
}

/* ---- list ---- */

static int list(struct kenv *k, const struct kernel_args *args)
{
	struct kentries all = { };
	int ret = read_named(k, args, &all);

	if (!ret && args->json)
		kentries_json(k, &all, stdout);
	else if (!ret)
		kentries_print(k, &all, stdout);
	kentries_free(&all);
	return ret;
}

/* ---- clean ---- */

static bool is_to_go(const struct kernel_args *args, const struct kentry *e,
		     size_t place)
{
	if (args->broken)
		return e->fault[0];
	return args->all || args->n_names || place >= args->keep;
}

static int remove_one(struct kenv *k, const struct kernel_args *args,
		      const struct kentry *e)
{
	int ret = args->dry_run ? (e->held ? -EBUSY : 0) :
				  kentry_remove(k, e->key);

	if (ret == -EBUSY)
		kenv_say(k, "%s: a run uses it, so it stays", e->key);
	else if (ret)
		return kenv_wrong(k, "%s/kernels/%s: %s", k->cache, e->key,
				  strerror(-ret));
	else
		printf("%s %s\n", args->dry_run ? "would remove" : "removed",
		       e->key);
	return 0;
}

static int clean(struct kenv *k, const struct kernel_args *args)
{
	struct kentries all = { };
	size_t i;
	int ret = read_named(k, args, &all), bad = 0;

	for (i = 0; !ret && i < all.n; i++)
		if (is_to_go(args, &all.list[i], i) &&
		    remove_one(k, args, &all.list[i]))
			bad = -EINVAL;
	kentries_free(&all);
	return ret ?: bad;
}

/* ---- build, fetch ---- */

static int tell_kernel(struct kenv *k, const struct kfound *found, void *arg)
{
	(void)k;
	(void)arg;
	return printf("%s\n", found->path) < 0 ? -EIO : 0;
}

static int tell_tree(struct kenv *k, struct ktree *tree, void *arg)
{
	(void)k;
	(void)arg;
	return printf("%s\n", tree->path) < 0 ? -EIO : 0;
}

/* Those that are none are said before any is built. */
static int build(struct kenv *k, const struct kernel_args *args)
{
	int ret = kenv_begin(k);
	unsigned int i;

	for (i = 0; !ret && i < args->n_names; i++)
		ret = kfind_must(k, args->names[i]);
	i = 0;
	do {
		ret = ret ?: kfind_each(k, args->n_names ? args->names[i] :
					NULL, tell_kernel, NULL);
	} while (!ret && ++i < args->n_names);
	return ret;
}

static int fetch(struct kenv *k, const struct kernel_args *args)
{
	unsigned int i = 0;
	int ret = kenv_begin(k);

	do {
		ret = ret ?: ksource_each(k, args->n_names ? args->names[i] :
					  NULL, tell_tree, NULL);
	} while (!ret && ++i < args->n_names);
	return ret;
}

/* ---- all of them ---- */

static int (*const verbs[])(struct kenv *k, const struct kernel_args *args) = {
	[KERNEL_LIST] = list,
	[KERNEL_CLEAN] = clean,
	[KERNEL_WHICH] = build,
	[KERNEL_BUILD] = build,
	[KERNEL_FETCH] = fetch,
};

int kernel_verb_do(struct kenv *k, const struct kernel_args *args)
{
	int ret;

	k->update = args->update;
	k->use_config = args->use_config;
	k->any_age = true;
	ret = verbs[args->verb](k, args);
	if (fflush(stdout) && !ret)
		ret = -EIO;
	return ret;
}

int kernel_verb_run(const struct kernel_args *args)
{
	char dir[PATH_MAX - sizeof(FRAGMENT) - 1];
	struct kenv k;
	int ret;

	kenv_init(&k);
	if (!host_self_dir(dir, sizeof(dir)))
		snprintf(k.fragment, sizeof(k.fragment), "%s/" FRAGMENT, dir);
	ret = kernel_verb_do(&k, args);
	kenv_exit(&k);
	return kenv_status(ret);
}
