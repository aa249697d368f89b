/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory images for the monitor's tests: finding the one that belongs to a
 * kernel, and reading what its guest said of itself. Made by data/mon-image.sh.
 */
#ifndef KTSTR_UNIT_MON_IMAGE_H
#define KTSTR_UNIT_MON_IMAGE_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest/said.h"
#include "lib/host/monitor/guest/guest.h"
#include "lib/host/monitor/guest/image.h"

#define IMAGE_VERSION	2	/* of mon-image.sh */

struct image {
	struct mon_kernel *kernel;
	struct mon_image *file;
	void *ram;		/* its bytes, when it is no file */
	struct mon_guest guest;
	struct said before;
	struct said after;
	char why[512];		/* it cannot be used */
};

static inline char *slurp(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t len = 0;

	if (!f)
		return NULL;
	if (getdelim(&text, &len, '\0', f) < 0) {
		free(text);
		/* A guest that hung has said nothing. */
		text = feof(f) ? strdup("") : NULL;
	}
	fclose(f);
	return text;
}

static inline const char *image_vmlinux(char *path, size_t size)
{
	const char *dir = getenv("KTSTR_KERNEL");

	if (!dir)
		return NULL;
	snprintf(path, size, "%s/vmlinux", dir);
	return access(path, R_OK) ? NULL : path;
}

static inline void image_path(const struct mon_kernel *k, const char *name,
			      const char *suffix, char *path, size_t size)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char id[MON_BUILD_ID_STRLEN];

	snprintf(path, size, "%s%s/ktstr/images/%s.%d/%s.%s",
		 cache ?: home ?: "", cache ? "" : "/.cache",
		 mon_build_id_str(k->build_id, k->build_id_len, id),
		 IMAGE_VERSION, name, suffix);
}

static inline bool image_no_kernel(struct image *im)
{
	char path[PATH_MAX];

	if (!image_vmlinux(path, sizeof(path))) {
		snprintf(im->why, sizeof(im->why),
			 "no vmlinux: name a kernel's build folder by KTSTR_KERNEL");
		return true;
	}
	return mon_kernel_open(path, &im->kernel, im->why, sizeof(im->why));
}

/* Return: 0; else @im->why says what is missing. */
static inline int image_open(struct image *im, const char *name)
{
	char path[PATH_MAX];

	memset(im, 0, sizeof(*im));
	if (image_no_kernel(im))
		return -ENOENT;
	image_path(im->kernel, name, "core", path, sizeof(path));
	if (access(path, R_OK)) {
		snprintf(im->why, sizeof(im->why),
			 "no image of this kernel: run kselftest/unit/data/mon-image.sh %s",
			 name);
		return -ENOENT;
	}
	if (mon_image_open(path, &im->file, im->why, sizeof(im->why)))
		return -ENOENT;
	image_path(im->kernel, name, "before", path, sizeof(path));
	im->before.text = slurp(path);
	image_path(im->kernel, name, "after", path, sizeof(path));
	im->after.text = slurp(path);
	if (im->before.text && im->after.text)
		return 0;
	snprintf(im->why, sizeof(im->why),
		 "image %s is without its text: make it again by mon-image.sh",
		 name);
	return -ENOENT;
}

static inline int image_attach(struct image *im)
{
	int ret = mon_guest_attach(&im->guest, im->kernel, &mon_image_ops,
				   im->file, mon_image_phys_end(im->file));

	return ret ?: mon_guest_cpus(&im->guest);
}

static inline void image_close(struct image *im)
{
	mon_guest_detach(&im->guest);
	mon_image_close(im->file);
	mon_kernel_close(im->kernel);
	free(im->ram);
	free(im->before.text);
	free(im->after.text);
}

#endif /* KTSTR_UNIT_MON_IMAGE_H */
