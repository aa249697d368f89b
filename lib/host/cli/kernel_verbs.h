/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the verbs of `kernel` do. They need no library but libc: run_ktstr.sh has
 * them before anything else is built, see kernel-main.c.
 */
#ifndef KTSTR_CLI_KERNEL_VERBS_H
#define KTSTR_CLI_KERNEL_VERBS_H

struct kernel_args;

/**
 * kernel_verb_run() - do it
 * @args: with a verb
 *
 * What is wrong is said.
 *
 * Return: exit status.
 */
int kernel_verb_run(const struct kernel_args *args);

#endif /* KTSTR_CLI_KERNEL_VERBS_H */
