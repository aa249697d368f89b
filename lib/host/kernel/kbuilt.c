// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernels that are built already. See kfind.h.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/common/util/util.h"
#include "lib/host/kernel/kenv.h"
#include "lib/host/kernel/kfind.h"

/* Where a build folder and a cache entry keep what. */
static const struct {
	const char *image;
	const char *config;
} layouts[] = {
	{ "arch/x86/boot/bzImage", ".config" },
	{ "bzImage", "config" },
};

bool kfind_is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static bool built_in(const char *dir, struct kfound *f)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(layouts); i++) {
		if (snprintf(f->image, sizeof(f->image), "%s/%s", dir,
			     layouts[i].image) >= (int)sizeof(f->image) ||
		    !kfind_is_file(f->image) || !realpath(dir, f->path))
			continue;
		snprintf(f->vmlinux, sizeof(f->vmlinux), "%.*s/vmlinux",
			 PATH_MAX - 16, dir);
		snprintf(f->config, sizeof(f->config), "%.*s/%s",
			 PATH_MAX - 16, dir, layouts[i].config);
		return true;
	}
	return false;
}

bool kfind_built(const struct kenv *k, const char *name, struct kfound *found)
{
	char path[PATH_MAX];

	*found = (struct kfound){ };
	if (built_in(name, found))
		return true;
	if (!strchr(name, '/') && strcmp(name, "..") &&
	    built_in(kenv_path(k, path, "kernels/%s", name), found))
		return true;
	if (!kfind_is_file(name) || !realpath(name, found->path))
		return false;
	strcpy(found->image, found->path);
	found->vmlinux[0] = '\0';
	found->config[0] = '\0';
	return true;
}
