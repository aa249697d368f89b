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

static void answer(const char *name, const char *value)
{
	if (*value)
		printf("%s %s\n", name, value);
}

static int tell_kernel(struct kenv *k, const struct kfound *found, void *arg)
{
	const struct kernel_args *args = arg;

	(void)k;
	if (!args->answers)
		return printf("%s\n", found->path) < 0 ? -EIO : 0;
	answer("kernel", found->path);
	answer("vmlinux", found->vmlinux);
	answer("tree", found->tree.path);
	answer("id", found->tree.id);
	return 0;
}

static int tell_tree(struct kenv *k, struct ktree *tree, void *arg)
{
	const struct kernel_args *args = arg;

	(void)k;
	if (!args->answers)
		return printf("%s\n", tree->path) < 0 ? -EIO : 0;
	answer("tree", tree->path);
	answer("id", tree->id);
	return 0;
}

static int check(struct kenv *k, const struct kernel_args *args)
{
	unsigned int i;
	int ret = kenv_begin(k);

	for (i = 0; !ret && i < args->n_names; i++)
		ret = kfind_must(k, args->names[i]);
	return ret;
}

/* Those that are none are said before any is built. */
static int build(struct kenv *k, const struct kernel_args *args)
{
	unsigned int i = 0;
	int ret = check(k, args);

	do {
		ret = ret ?: kfind_each(k, args->n_names ? args->names[i] :
					NULL, tell_kernel, (void *)args);
	} while (!ret && ++i < args->n_names);
	return ret;
}

static int fetch(struct kenv *k, const struct kernel_args *args)
{
	unsigned int i = 0;
	int ret = kenv_begin(k);

	do {
		ret = ret ?: ksource_each(k, args->n_names ? args->names[i] :
					  NULL, tell_tree, (void *)args);
	} while (!ret && ++i < args->n_names);
	return ret;
}

static int tree(struct kenv *k, const struct kernel_args *args)
{
	struct ktree tree;

	return kenv_begin(k) ?:
	       ksource_of(k, args->n_names ? args->names[0] : "", &tree) ?:
	       tell_tree(k, &tree, (void *)args);
}

/* ---- all of them ---- */

static int (*const verbs[])(struct kenv *k, const struct kernel_args *args) = {
	[KERNEL_LIST] = list,
	[KERNEL_CLEAN] = clean,
	[KERNEL_WHICH] = build,
	[KERNEL_BUILD] = build,
	[KERNEL_FETCH] = fetch,
	[KERNEL_CHECK] = check,
	[KERNEL_TREE] = tree,
};

static void take_args(struct kenv *k, const struct kernel_args *args)
{
	char dir[PATH_MAX - sizeof(FRAGMENT) - 1];

	k->update = args->update;
	k->use_config = args->use_config;
	k->any_age = !args->suite;
	for (k->n_near = 0; k->n_near < args->n_near; k->n_near++)
		k->near[k->n_near] = args->near[k->n_near];
	if (args->as)
		k->as = args->as;
	if (args->told)
		snprintf(k->told, sizeof(k->told), "%s", args->told);
	if (args->fragment)
		snprintf(k->fragment, sizeof(k->fragment), "%s",
			 args->fragment);
	else if (!host_self_dir(dir, sizeof(dir)))
		snprintf(k->fragment, sizeof(k->fragment), "%s/" FRAGMENT, dir);
}

int kernel_verb_run(const struct kernel_args *args)
{
	struct kenv k;
	int ret;

	kenv_init(&k);
	take_args(&k, args);
	ret = verbs[args->verb](&k, args);
	kenv_exit(&k);
	if (!ret && fflush(stdout))
		return 1;
	return kenv_status(ret);
}
