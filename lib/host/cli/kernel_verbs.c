// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs of `kernel`. See kernel_verbs.h.
 */
#include "lib/host/cli/kernel_verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/common/util/util.h"
#include "lib/host/cli/args.h"
#include "lib/host/kernel/kentry.h"
#include "lib/host/kernel/kenv.h"

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

/* ---- all of them ---- */

static int (*const verbs[])(struct kenv *k, const struct kernel_args *args) = {
	[KERNEL_LIST] = list,
	[KERNEL_CLEAN] = clean,
};

int kernel_verb_run(const struct kernel_args *args)
{
	struct kenv k;
	int ret;

	kenv_init(&k);
	ret = verbs[args->verb](&k, args);
	kenv_exit(&k);
	if (!ret && fflush(stdout))
		return 1;
	return kenv_status(ret);
}
