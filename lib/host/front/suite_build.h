/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The suite: built from this checkout against a kernel tree, and installed into the
 * output folder as kselftest does it.
 *
 *	out/build/ID/	objects, by kernel tree
 *	out/install/	what `make install` of tools/testing/selftests gives
 *	out/results/KERNEL-COMMIT/	sidecars and whole reports
 *	out/logs/
 */
#ifndef KTSTR_FRONT_SUITE_BUILD_H
#define KTSTR_FRONT_SUITE_BUILD_H

#include <stdbool.h>

struct front;

/**
 * suite_lock() - be the only one who builds in the output folder
 * @f: with an output folder
 *
 * Return: 0, -errno.
 */
int suite_lock(struct front *f);
void suite_unlock(struct front *f);

/**
 * suite_build() - build and install it
 * @f: with the lock; the tree is looked up where none is known
 *
 * Return: 0, -errno.
 */
int suite_build(struct front *f);

/**
 * suite_get() - have kernels, and the suite
 * @f: with a cache and an output folder
 * @kernels: @n of them
 * @n: 0 for the one that tests boot anyway
 *
 * It is built against the last one's types.
 *
 * Return: 0, -errno.
 */
int suite_get(struct front *f, const char *const *kernels, unsigned int n);

/**
 * suite_is_fresh() - are the programs of the last build what a build would make?
 * @f: with an output folder
 *
 * As far as names of tests go: then a wrong one can be said before anything is built.
 */
bool suite_is_fresh(const struct front *f);

#endif /* KTSTR_FRONT_SUITE_BUILD_H */
