// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which kernel a run boots. See kernel.h. Only looks; builds nothing.
 */
#include "lib/host/machine/kernel.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/common/util/util.h"
#include "lib/host/machine/identity.h"
#include "lib/host/machine/paths.h"

#define KERNEL_HINT "build one (make bzImage), or name one by KTSTR_KERNEL=, " \
	"or run ./run_ktstr.sh"

/* Where a build folder and a cache entry keep the three files. */
static const struct layout {
	const char *image;
	const char *vmlinux;
	const char *config;
} layouts[] = {
	{ "arch/x86/boot/bzImage", "vmlinux", ".config" },
	{ "bzImage", "vmlinux", "config" },
};

/* An option without which a run cannot be what it claims to be. */
static const struct need {
	const char *option;
	bool scx_only;
	const char *why;
} needs[] = {
	{ "CONFIG_BLK_DEV_INITRD", false, "the guest's root is an initramfs" },
	{ "CONFIG_SERIAL_8250_CONSOLE", false, "the console is a 16550" },
	{ "CONFIG_DEVMEM", false, "init maps the result ring" },
	{ "CONFIG_X86_MPPARSE", false, "a one-node VM has no ACPI" },
	{ "CONFIG_SIGNALFD", false, "init hears of its children by it" },
	{ "CONFIG_FUTEX", false, "workers wait for each other by it" },
	{ "CONFIG_CPUSETS", false, "scenarios use cpusets" },
	{ "CONFIG_SCHED_CLASS_EXT", true, "the test's scheduler needs it" },
	{ "CONFIG_DEBUG_INFO_BTF", true, "the test's scheduler needs it" },
};

/* Join two paths; leaves "" when there is no such file. */
static bool find_file(char *buf, size_t size, const char *dir, const char *name)
{
	int len = snprintf(buf, size, "%s/%s", dir, name);

	if (len > 0 && (size_t)len < size && host_is_file(buf))
		return true;
	buf[0] = '\0';
	return false;
}

static bool kernel_in_dir(const char *dir, struct host_kernel *k)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(layouts); i++) {
		const struct layout *l = &layouts[i];

		if (!find_file(k->image, sizeof(k->image), dir, l->image))
			continue;
		find_file(k->vmlinux, sizeof(k->vmlinux), dir, l->vmlinux);
		find_file(k->config, sizeof(k->config), dir, l->config);
		return true;
	}
	return false;
}

/* An image that was named itself: vmlinux may lie beside it or at the top. */
static void kernel_from_image(const char *path, struct host_kernel *k)
{
	static const char * const tops[] = { ".", "../../.." };
	static const char * const configs[] = { "config", ".config" };
	char dir[PATH_MAX + 2], name[64];
	size_t i, j;

	snprintf(k->image, sizeof(k->image), "%s", path);
	k->vmlinux[0] = '\0';
	k->config[0] = '\0';

	snprintf(dir, sizeof(dir), "%s%s", strchr(path, '/') ? "" : "./", path);
	*strrchr(dir, '/') = '\0';

	for (i = 0; i < ARRAY_SIZE(tops); i++) {
		snprintf(name, sizeof(name), "%s/vmlinux", tops[i]);
		if (k->vmlinux[0] ||
		    !find_file(k->vmlinux, sizeof(k->vmlinux), dir, name))
			continue;
		for (j = 0; j < ARRAY_SIZE(configs) && !k->config[0]; j++) {
			snprintf(name, sizeof(name), "%s/%s", tops[i],
				 configs[j]);
			find_file(k->config, sizeof(k->config), dir, name);
		}
	}
}

static bool is_kernel_source(const char *dir)
{
	char path[PATH_MAX];

	return find_file(path, sizeof(path), dir, "Kconfig") &&
	       find_file(path, sizeof(path), dir,
			 "tools/testing/selftests/lib.mk");
}

/* Leaves in @tree the source around us, or "". */
static bool kernel_above(const char *self_dir, struct host_kernel *k,
			 char *tree, size_t tree_size)
{
	char dir[PATH_MAX];
	char *slash;

	tree[0] = '\0';
	snprintf(dir, sizeof(dir), "%s", self_dir);
	while ((slash = strrchr(dir, '/'))) {
		/* Only a tree: a stray bzImage further up is not ours. */
		if (find_file(k->image, sizeof(k->image), dir,
			      layouts[0].image))
			return kernel_in_dir(dir, k);
		if (!tree[0] && is_kernel_source(dir))
			snprintf(tree, tree_size, "%s", dir);
		*slash = '\0';
	}
	return false;
}

/* The entry whose image is youngest; an entry without vmlinux is not whole. */
static bool kernel_newest_cached(const char *kernels, struct host_kernel *k)
{
	struct timespec newest = { 0 };
	struct host_kernel try = { };
	char dir[PATH_MAX];
	bool found = false;
	struct dirent *de;
	struct stat st;
	DIR *d;

	d = opendir(kernels);
	if (!d)
		return false;
	while ((de = readdir(d))) {
		if (de->d_name[0] == '.')
			continue;
		if (snprintf(dir, sizeof(dir), "%s/%s", kernels, de->d_name) >=
		    (int)sizeof(dir))
			continue;
		if (!kernel_in_dir(dir, &try) || !try.vmlinux[0] ||
		    stat(try.image, &st))
			continue;
		if (found && (st.st_mtim.tv_sec < newest.tv_sec ||
			      (st.st_mtim.tv_sec == newest.tv_sec &&
			       st.st_mtim.tv_nsec <= newest.tv_nsec)))
			continue;
		newest = st.st_mtim;
		*k = try;
		found = true;
	}
	closedir(d);
	return found;
}

static int kernel_named(const char *name, const char *kernels,
			struct host_kernel *k, char *err, size_t err_size)
{
	char dir[PATH_MAX], here[PATH_MAX], full[PATH_MAX];

	/* An emulated host is shown it by its whole path. */
	if (*name != '/' && (host_is_folder(name) || host_is_file(name)) &&
	    getcwd(here, sizeof(here)) &&
	    snprintf(full, sizeof(full), "%s/%s", here, name) <
	    (int)sizeof(full))
		name = full;
	if (host_is_folder(name)) {
		if (kernel_in_dir(name, k))
			return 0;
		snprintf(err, err_size,
			 "KTSTR_KERNEL=%s: no bzImage in this folder; %s",
			 name, KERNEL_HINT);
		return -ENOENT;
	}
	if (host_is_file(name)) {
		kernel_from_image(name, k);
		return 0;
	}
	if (kernels && !strchr(name, '/') &&
	    snprintf(dir, sizeof(dir), "%s/%s", kernels, name) <
	    (int)sizeof(dir) && kernel_in_dir(dir, k))
		return 0;
	snprintf(err, err_size,
		 "KTSTR_KERNEL=%s: neither a build folder, an image, nor a key of the cache",
		 name);
	return -ENOENT;
}

int host_kernel_find_from(const char *name, const char *self_dir,
			  const char *cache_dir, struct host_kernel *kernel,
			  char *err, size_t err_size)
{
	char kernels[PATH_MAX] = "", tree[PATH_MAX];

	memset(kernel, 0, sizeof(*kernel));
	if (cache_dir)
		snprintf(kernels, sizeof(kernels), "%s/kernels", cache_dir);

	kernel->from = "named by KTSTR_KERNEL";
	if (name && *name)
		return kernel_named(name, cache_dir ? kernels : NULL, kernel,
				    err, err_size);
	kernel->from = "built around this program";
	if (kernel_above(self_dir, kernel, tree, sizeof(tree)))
		return 0;
	if (!tree[0] && cache_dir && kernel_newest_cached(kernels, kernel)) {
		kernel->from = "the newest of the cache; KTSTR_KERNEL= names another";
		return 0;
	}

	memset(kernel, 0, sizeof(*kernel));
	snprintf(err, err_size, "no kernel%s%.300s: %s", tree[0] ? " in " : "",
		 tree, KERNEL_HINT);
	return -ENOENT;
}

int host_kernel_find(struct host_kernel *kernel, char *err, size_t err_size)
{
	char self[PATH_MAX], cache[PATH_MAX];

	if (host_self_dir(self, sizeof(self)))
		self[0] = '\0';
	return host_kernel_find_from(getenv("KTSTR_KERNEL"), self,
				     host_cache_dir(cache, sizeof(cache)) ?
				     NULL : cache, kernel, err, err_size);
}

void host_kernel_describe(const struct host_kernel *kernel, char *buf,
			  size_t size)
{
	char release[128];

	if (host_image_release(kernel->image, release, sizeof(release)))
		snprintf(buf, size, "%s (%s)", kernel->image, kernel->from);
	else
		snprintf(buf, size, "Linux %s, %s (%s)", release,
			 kernel->image, kernel->from);
}

static bool config_has(FILE *f, const char *option)
{
	char line[512];
	size_t len = strlen(option);

	rewind(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, option, len) && !strncmp(line + len, "=y", 2))
			return true;
	return false;
}

int host_kernel_check(const struct host_kernel *kernel, int need_scx,
		      char *err, size_t err_size)
{
	int ret = 0;
	size_t i;
	FILE *f;

	if (!kernel->config[0])
		return 0;
	f = fopen(kernel->config, "re");
	if (!f)
		return 0;

	for (i = 0; i < ARRAY_SIZE(needs); i++) {
		if (needs[i].scx_only && !need_scx)
			continue;
		if (config_has(f, needs[i].option))
			continue;
		snprintf(err, err_size,
			 "kernel %s was built without %s (%s): merge ktstr.kconfig",
			 kernel->image, needs[i].option, needs[i].why);
		ret = -ENOTSUP;
		break;
	}
	fclose(f);
	return ret;
}
