/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Schedulers that are declared: ours (lib/common/attr/schedulers.h), and those of
 * files of JSON. Documentation/schedulers.schema.json says what is in one.
 */
#ifndef KTSTR_CLI_DECLARED_H
#define KTSTR_CLI_DECLARED_H

#include <stddef.h>
#include <stdio.h>

#include "lib/common/attr/schedulers.h"

#define ENV_SCHEDULERS	"KTSTR_SCHEDULERS"	/* files, colons between */

/**
 * struct declared - a declaration
 * @s: what it says
 * @file: whose it is; NULL for ours
 * @given: what @s is in, of a file
 */
struct declared {
	const struct scheduler *s;
	const char *file;
	struct attr_given given;
};

/**
 * struct declared_all - declarations: ours, then those of files
 * @list: @n of them; room for @size
 * @files: the names of the files
 */
struct declared_all {
	struct declared *list;
	size_t n;
	size_t size;
	char *files;
};

/**
 * declared_load() - read all that is declared
 * @all: filled in; release with declared_free(), whatever came of it
 * @files: names of files, colons between; NULL for none
 * @err: CLI_ERR_SIZE bytes; gets one sentence that names file and scheduler
 *
 * Relative paths in a file are below its folder. No two may have one name.
 *
 * Return: 0, -EINVAL.
 */
int declared_load(struct declared_all *all, const char *files, char *err);

/**
 * declared_free() - release
 * @all: declarations
 */
void declared_free(struct declared_all *all);

/**
 * declared_find() - one by its name
 * @all: declarations
 * @name: its name
 *
 * Return: NULL if there is none.
 */
const struct declared *declared_find(const struct declared_all *all,
				     const char *name);

/**
 * declared_must() - is there one of that name?
 * @all: declarations
 * @name: its name
 * @err: CLI_ERR_SIZE bytes; gets one sentence if not, with names that are near
 *
 * Return: 0, -EINVAL.
 */
int declared_must(const struct declared_all *all, const char *name, char *err);

/**
 * declared_kind() - a word for what it is
 * @s: the scheduler
 *
 * Return: "none", "kernel", "source" or "program".
 */
const char *declared_kind(const struct scheduler *s);

/**
 * declared_print() - all of them, a line each
 * @all: declarations
 * @to: where
 */
void declared_print(const struct declared_all *all, FILE *to);

/**
 * declared_print_json() - the same as declared_load() reads it
 * @all: declarations
 * @to: where
 */
void declared_print_json(const struct declared_all *all, FILE *to);

/**
 * declared_print_schema() - what a file can hold, as JSON Schema
 * @to: where
 */
void declared_print_schema(FILE *to);

#endif /* KTSTR_CLI_DECLARED_H */
