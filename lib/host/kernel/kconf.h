/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the configuration of a kernel must have for tests to run on it.
 */
#ifndef KTSTR_KERNEL_KCONF_H
#define KTSTR_KERNEL_KCONF_H

#include <stdbool.h>

struct kenv;

/**
 * kconf_is_fit() - has it all that it must have?
 * @path: a .config
 *
 * Nothing is said.
 */
bool kconf_is_fit(const char *path);

/**
 * kconf_must() - say what is missing in a configuration
 * @k: for what is said
 * @path: a .config
 *
 * Also what would only be good to have.
 *
 * Return: 0; -ENOENT where no test can run.
 */
int kconf_must(struct kenv *k, const char *path);

/**
 * kconf_asked() - say which options of the user's fragment were dropped
 * @k: with the fragment, or without one
 * @path: the .config that came of it
 */
void kconf_asked(struct kenv *k, const char *path);

#endif /* KTSTR_KERNEL_KCONF_H */
