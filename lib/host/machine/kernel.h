/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which kernel a run boots.
 */
#ifndef KTSTR_HOST_KERNEL_H
#define KTSTR_HOST_KERNEL_H

#include <limits.h>
#include <stddef.h>

/**
 * struct host_kernel - a built kernel
 * @image: its bzImage
 * @vmlinux: the ELF file that belongs to it, "" when there is none
 * @config: its configuration, "" when there is none
 * @from: why it is this one, for people
 */
struct host_kernel {
	char image[PATH_MAX];
	char vmlinux[PATH_MAX];
	char config[PATH_MAX];
	const char *from;
};

/**
 * host_kernel_find() - find the kernel under test
 * @kernel: filled in
 * @err: gets one sentence when there is none, with what to do
 *
 * In this order: $KTSTR_KERNEL (a build folder, an image, or a key of the
 * cache); the tree that the running program lies in; the newest entry of the
 * cache. A tree whose kernel has not been built is none: what was tested instead
 * would be another kernel than its own.
 *
 * Return: 0, -ENOENT.
 */
int host_kernel_find(struct host_kernel *kernel, char *err, size_t err_size);

/**
 * host_kernel_find_from() - the same with all that it depends on given
 * @name: what $KTSTR_KERNEL says; NULL or "" when it is not set
 * @self_dir: folder to climb up from
 * @cache_dir: the cache; NULL when there is none
 */
int host_kernel_find_from(const char *name, const char *self_dir,
			  const char *cache_dir, struct host_kernel *kernel,
			  char *err, size_t err_size);

/**
 * host_kernel_describe() - one line about it
 * @kernel: the kernel
 * @buf: gets "Linux 7.3.4, /path/bzImage (named by KTSTR_KERNEL)"
 */
void host_kernel_describe(const struct host_kernel *kernel, char *buf,
			  size_t size);

/**
 * host_kernel_check() - has it been built with what we need?
 * @kernel: the kernel; one without a config file passes, the guest will tell
 * @need_scx: sched_ext is needed, not just a kernel that boots
 * @err: gets one sentence that names the first option that is missing
 *
 * Return: 0, -ENOTSUP.
 */
int host_kernel_check(const struct host_kernel *kernel, int need_scx,
		      char *err, size_t err_size);

#endif /* KTSTR_HOST_KERNEL_H */
