/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stages of `ktstr check`, as far as they are known without running one. A
 * stage is a row of table.c and a program that prints KTAP, which can be run
 * alone, too. Running them is check.h.
 */
#ifndef KTSTR_STAGES_STAGES_H
#define KTSTR_STAGES_STAGES_H

#include <stddef.h>
#include <stdio.h>

struct strbuf;

/**
 * enum stage_needs - what must be there, or be over
 * @STAGE_VM: a KVM that runs kernels
 * @STAGE_IMAGES: the memory images that the stage of that name makes
 */
enum stage_needs {
	STAGE_VM = 1,
	STAGE_IMAGES = 2,
};

/* Of struct stage: nothing runs beside it. */
#define STAGE_ALL_CPUS	0

/**
 * struct stage - a row
 * @name: as it is typed
 * @tier: 1 is `check`, 2 what `check all` adds
 * @needs: of enum stage_needs
 * @cpus: 1, or STAGE_ALL_CPUS
 * @seconds: what it takes on two cores where nothing is kept: for who comes
 *	first until it was timed, and for what CI takes on
 * @limit_s: when it is ended
 * @command: a program below our folder, and its arguments, with blanks between;
 *	NULL for tests of the suite
 * @suite: the program of the suite whose tests it is; NULL with a command
 * @rest: of @suite, patterns of the tests that tier 2 adds, and a NULL; NULL for none
 * @paths: files and folders that it covers, with blanks between; "." is all
 * @what: for people
 */
struct stage {
	const char *name;
	unsigned int tier;
	unsigned int needs;
	unsigned int cpus;
	unsigned int seconds;
	unsigned int limit_s;
	const char *command;
	const char *suite;
	const char * const *rest;
	const char *paths;
	const char *what;
};

/**
 * struct stage_table - all of them
 * @rows: in the order in which they are listed, @n of them
 * @text: what they point to where they are from a file
 */
struct stage_table {
	const struct stage *rows;
	size_t n;
	char *text;
};

/* Ours. */
extern const struct stage_table stage_table;

/**
 * stage_find() - the row of a name
 * @table: the rows
 * @name: as it is typed
 *
 * Return: the row, NULL.
 */
const struct stage *stage_find(const struct stage_table *table,
			       const char *name);

/**
 * stage_words() - how a stage is started
 * @stage: its row
 * @to: gets words, a line each: a program below our folder and its arguments; of
 *	tests of the suite, arguments of ktstr
 */
void stage_words(const struct stage *stage, struct strbuf *to);

/**
 * stage_list() - what `check -l` prints
 * @table: the rows
 * @to: where
 *
 * With what each took the last time on this machine, as the cache has it, and how
 * it is run without us.
 */
void stage_list(const struct stage_table *table, FILE *to);

/**
 * stage_text_read() - rows from a file, as tests of the runner have them
 * @path: a row a line: name | tier | needs | seconds, limit | command | paths |
 *	what; needs are "-" or some of vm, images and alone with commas between
 * @table: gets them; release with stage_text_free(), whatever came of it
 *
 * Return: 0; -errno; -EINVAL for a line that is no row.
 */
int stage_text_read(const char *path, struct stage_table *table);
void stage_text_free(struct stage_table *table);

/**
 * stage_times_file() - where it is kept what stages took
 * @path: gets the name
 * @size: bytes at @path
 *
 * Return: 0, -errno where there is no cache.
 */
int stage_times_file(char *path, size_t size);

/**
 * stage_took() - what a stage took the last time
 * @file: of stage_times_file()
 * @name: whose
 *
 * Return: seconds; -ENOENT when it is not known.
 */
long stage_took(const char *file, const char *name);

/**
 * stage_times_save() - remember what a stage took
 * @file: of stage_times_file()
 * @name: whose
 * @seconds: what it took
 *
 * Where there is no room for it nothing is changed, or said.
 */
void stage_times_save(const char *file, const char *name, unsigned int seconds);

#endif /* KTSTR_STAGES_STAGES_H */
