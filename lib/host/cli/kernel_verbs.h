/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the verbs of `kernel` do. They need no library but libc: lib/host/front has
 * them before anything else is built.
 */
#ifndef KTSTR_CLI_KERNEL_VERBS_H
#define KTSTR_CLI_KERNEL_VERBS_H

struct kenv;
struct kernel_args;

/**
 * kernel_verb_do() - do it
 * @k: initialised, with our fragment
 * @args: with a verb
 *
 * What is wrong is said.
 *
 * Return: 0, -errno.
 */
int kernel_verb_do(struct kenv *k, const struct kernel_args *args);

/**
 * kernel_verb_run() - the same as a whole program's work
 * @args: with a verb
 *
 * Return: exit status.
 */
int kernel_verb_run(const struct kernel_args *args);

#endif /* KTSTR_CLI_KERNEL_VERBS_H */
