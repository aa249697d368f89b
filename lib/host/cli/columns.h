/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table for people: columns as wide as what is in them.
 */
#ifndef KTSTR_CLI_COLUMNS_H
#define KTSTR_CLI_COLUMNS_H

#include <stddef.h>
#include <stdio.h>

#include "lib/common/util/compiler.h"

/**
 * struct columns - a table that is being filled
 * @cells: @n of them, row by row; the first row is the head
 * @n_columns: cells of a row
 * @texts: a bit for each column that is aligned to its left
 */
struct columns {
	char **cells;
	size_t n;
	unsigned int n_columns;
	unsigned long texts;
};

/**
 * columns_add() - fill the next cell
 * @columns: the table
 * @fmt: printf's
 *
 * Without memory a cell stays empty.
 */
void __printf(2, 3) columns_add(struct columns *columns, const char *fmt, ...);

/**
 * columns_number() - fill it with a number, as short as can be read
 * @columns: the table
 * @value: the number; NAN is "-"
 */
void columns_number(struct columns *columns, double value);

/**
 * columns_print() - print the table, and release it
 * @columns: the table
 * @to: where
 * @indent: blanks before each row
 */
void columns_print(struct columns *columns, FILE *to, int indent);

#endif /* KTSTR_CLI_COLUMNS_H */
