/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of what a test can say, which `ktstr list` shows.
 */
#ifndef KTSTR_TEST_TABLES_H
#define KTSTR_TEST_TABLES_H

/**
 * table_print() - print one
 * @name: which: "scenarios", "work-types", "ops", "checks"
 *
 * The first line has the columns' names, a line each row, a tab between two
 * fields.
 *
 * Return: 0; -ENOENT when there is no such table.
 */
int table_print(const char *name);

#endif /* KTSTR_TEST_TABLES_H */
