/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tests that programs have, and which of them are meant.
 */
#ifndef KTSTR_SUITE_NAMES_H
#define KTSTR_SUITE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "lib/common/util/strbuf.h"

/**
 * struct suite_name - a test, as results print it
 * @program: whose it is
 * @test: FIXTURE.[VARIANT.]TEST
 * @on_demand: run only where it is named whole, or its program is
 * @chosen: it is meant
 */
struct suite_name {
	char *program;
	char *test;
	bool on_demand;
	bool chosen;
};

/**
 * struct suite_names - tests, in the order of the programs
 * @list: @n of them
 */
struct suite_names {
	struct suite_name *list;
	size_t n;
};

/**
 * struct suite_choice - which tests are meant
 * @globs: names and patterns, @n_globs of them; none means each test that is
 *	not on demand. A pattern of shells' is held against FIXTURE.[VARIANT.]TEST,
 *	PROGRAM.FIXTURE.[VARIANT.]TEST and what begins these: `scx`, `scx.simple`
 * @tests: of these only those whose TEST, or whole name, is one of @n_tests
 *	patterns
 * @fixtures: of these only those whose FIXTURE is one of @n_fixtures patterns
 * @variants: of these only those whose VARIANT is one of @n_variants patterns
 * @excludes: but for these, @n_excludes of them; as @globs
 * @only: of these only what is in this list; NULL for no such limit
 * @shard: of these the first, the second ... of @shards parts
 * @shards: 0 for all of it
 */
struct suite_choice {
	char **globs;
	char **tests;
	char **fixtures;
	char **variants;
	char **excludes;
	size_t n_globs;
	size_t n_tests;
	size_t n_fixtures;
	size_t n_variants;
	size_t n_excludes;
	const struct suite_names *only;
	unsigned long shard;
	unsigned long shards;
};

/**
 * suite_names_parse() - read what a program's -l says
 * @names: zeroed, or of other programs; release with suite_names_free()
 * @program: its name
 * @on_demand: its tests are
 * @from: the text
 *
 * Return: 0; -ENODATA when there is no test in it; -ENOMEM.
 */
int suite_names_parse(struct suite_names *names, const char *program,
		      bool on_demand, FILE *from);

/**
 * suite_names_of() - ask a program
 * @names: as suite_names_parse()
 * @folder: where the program is
 * @program: its name
 * @on_demand: its tests are
 *
 * Return: 0; -ENOENT when there is no such program; as suite_names_parse().
 */
int suite_names_of(struct suite_names *names, const char *folder,
		   const char *program, bool on_demand);

/**
 * suite_ask() - have a program say something
 * @path: the program
 * @option: of its options
 * @value: of @option; NULL for none
 * @pid: gets its process, to be waited for where there is one
 *
 * Return: what it says, to read and close; NULL for none.
 */
FILE *suite_ask(const char *path, const char *option, const char *value,
		pid_t *pid);

/**
 * suite_names_load() - read a list that was kept
 * @names: zeroed
 * @path: lines "PROGRAM FIXTURE.[VARIANT.]TEST"
 *
 * Return: 0; -ENODATA when there is none in it; -errno.
 */
int suite_names_load(struct suite_names *names, const char *path);

/**
 * suite_names_free() - release
 * @names: the list
 */
void suite_names_free(struct suite_names *names);

/**
 * suite_choose() - set @chosen where a test is meant
 * @names: all tests
 * @c: which
 * @err: gets one sentence, with names that are near, where something that was
 *	given matches nothing
 *
 * Return: 0; -ENOENT when something matches nothing, or no test is left;
 * -ENODATA where @only has none.
 */
int suite_choose(struct suite_names *names, const struct suite_choice *c,
		 struct strbuf *err);

#endif /* KTSTR_SUITE_NAMES_H */
