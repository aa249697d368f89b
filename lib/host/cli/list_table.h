/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of what tests can say: work types, checks. The test programs have them,
 * as only these know both roles.
 */
#ifndef KTSTR_CLI_LIST_TABLE_H
#define KTSTR_CLI_LIST_TABLE_H

#include <stdbool.h>

/**
 * table_show() - print one, a line for each row
 * @dir: our folder
 * @name: which, as lib/test/tables.c has it
 * @json: as a list of objects
 * @err: CLI_ERR_SIZE bytes; gets one sentence
 *
 * Return: 0, -errno.
 */
int table_show(const char *dir, const char *name, bool json, char *err);

#endif /* KTSTR_CLI_LIST_TABLE_H */
