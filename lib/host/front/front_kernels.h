/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel under test: what it is, fetches it, builds it and keeps it is
 * lib/host/kernel; here it is asked for what a command needs.
 */
#ifndef KTSTR_FRONT_KERNELS_H
#define KTSTR_FRONT_KERNELS_H

struct front;

/**
 * kernel_tools() - have what is missing to make one
 * @f: with a cache
 *
 * Return: 0, -errno.
 */
int kernel_tools(struct front *f);

/**
 * kernels_must() - are these names of kernels? Said before anything is built.
 * @f: with a cache
 * @names: @n of them
 * @n: their number
 *
 * Return: 0, -errno.
 */
int kernels_must(struct front *f, const char *const *names, unsigned int n);

/**
 * kernels_get() - have each of these
 * @f: with a cache; @kernel is the last of them, @kernels has all, which nobody removes
 *	while we run
 * @names: @n of them
 * @n: 0 for the one that was named, or the one in whose source the suite is built
 *
 * Return: 0, -errno.
 */
int kernels_get(struct front *f, const char *const *names, unsigned int n);

/**
 * kernels_tree() - have a tree to build the suite in, where none is known yet
 * @f: with a cache; the tree of @kernel is filled in
 *
 * Return: 0, -errno.
 */
int kernels_tree(struct front *f);

#endif /* KTSTR_FRONT_KERNELS_H */
