// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernels for a command. See front_kernels.h.
 */
#include "lib/host/front/front_kernels.h"

#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/front/front.h"
#include "lib/host/front/tools.h"
#include "lib/host/kernel/kfind.h"

static bool has_fetched_source(const struct front *f)
{
	char pattern[PATH_MAX];
	struct stat st;
	glob_t found;
	bool is;

	kenv_path(&f->k, pattern, "sources/linux-source-*_*");
	if (glob(pattern, 0, NULL, &found))
		return false;
	is = !stat(found.gl_pathv[0], &st) && S_ISDIR(st.st_mode);
	globfree(&found);
	return is;
}

int kernel_tools(struct front *f)
{
	unsigned int sets = TOOLS_RUN;

	if (f->use_config)
		sets |= TOOLS_CONFIG;
	if (!front_set("KDIR") && (f->k.update || !has_fetched_source(f)))
		sets |= TOOLS_FETCH;
	return tools_must(f, sets);
}

static void ask_as(struct front *f, bool named)
{
	f->k.as = named ? "--kernel " : "";
	f->k.any_age = named;
}

int kernels_must(struct front *f, const char *const *names, unsigned int n)
{
	unsigned int i;
	int ret = 0;

	ask_as(f, true);
	for (i = 0; !ret && i < n; i++)
		ret = kfind_must(&f->k, names[i]);
	return ret;
}

static void take_tree(struct front *f, const struct ktree *tree)
{
	if (*tree->path)
		snprintf(f->kernel.tree, sizeof(f->kernel.tree), "%s",
			 tree->path);
	if (*tree->id)
		snprintf(f->kernel.id, sizeof(f->kernel.id), "%s", tree->id);
}

static int take_kernel(struct kenv *k, const struct kfound *found, void *arg)
{
	struct front *f = arg;

	(void)k;
	snprintf(f->kernel.path, sizeof(f->kernel.path), "%s", found->path);
	snprintf(f->kernel.vmlinux, sizeof(f->kernel.vmlinux), "%s",
		 found->vmlinux);
	take_tree(f, &found->tree);
	arglist_add(&f->kernels, found->path);
	return 0;
}

/* Keep those who remove the oldest off it while we run, and whom we become. */
static int hold(struct front *f, const char *kernel)
{
	char all[PATH_MAX], path[PATH_MAX];
	struct stat st;
	int fd;

	if (!strstarts(kernel, kenv_path(&f->k, all, "kernels/")))
		return 0;
	kenv_path(&f->k, path, "locks/use-%s", strrchr(kernel, '/') + 1);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd >= 0)
		flock(fd, LOCK_SH);
	if (stat(kernel, &st) || !S_ISDIR(st.st_mode))
		return kenv_wrong(&f->k, "%s: was removed just now; run this again",
				  kernel);
	return 0;
}

int kernels_get(struct front *f, const char *const *names, unsigned int n)
{
	unsigned int i = 0;
	size_t j;
	int ret = 0;

	if (n || !front_set("KTSTR_KERNEL"))
		ret = kernel_tools(f);
	arglist_free(&f->kernels);
	f->k.use_config = f->use_config;
	ret = ret ?: kernels_must(f, names, n);
	do {
		ask_as(f, n);
		ret = ret ?: kfind_each(&f->k, n ? names[i] : NULL,
					take_kernel, f);
	} while (!ret && ++i < n);
	for (j = 0; !ret && j < f->kernels.n; j++)
		ret = hold(f, f->kernels.v[j]);
	return ret;
}

int kernels_tree(struct front *f)
{
	struct ktree tree = { };
	int ret;

	if (*f->kernel.tree)
		return 0;
	ask_as(f, false);
	ret = ksource_of(&f->k, f->kernel.path, &tree);
	if (!ret)
		take_tree(f, &tree);
	return ret;
}
