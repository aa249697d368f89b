/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many files, looked at without being read.
 */
#ifndef KTSTR_FRONT_TREE_STATE_H
#define KTSTR_FRONT_TREE_STATE_H

#include <stdbool.h>
#include <time.h>

/**
 * tree_tools_state() - what the suite takes from a kernel tree
 * @tree: the tree
 * @text: SHA256_TEXT_SIZE bytes; gets a sum of names, sizes and times
 *
 * Return: 0, -errno.
 */
int tree_tools_state(const char *tree, char *text);

/**
 * sources_are_newer() - has anything changed that names of tests follow from?
 * @here: our folder
 * @than: since then
 */
bool sources_are_newer(const char *here, const struct timespec *than);

#endif /* KTSTR_FRONT_TREE_STATE_H */
