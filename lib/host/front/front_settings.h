/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The settings of the environment, looked at before anything is fetched, built or
 * run: one that is wrong ends the run with a sentence that names it.
 * lib/host/machine/settings.c does the same in a test program.
 */
#ifndef KTSTR_FRONT_SETTINGS_H
#define KTSTR_FRONT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

struct front;
struct strbuf;

/**
 * struct front_setting - a setting is a row
 * @name: of its variable
 * @wrong: says what is wrong with a value, and returns -EINVAL; or 0, and the variable
 *	is set to what it means wherever we may go
 * @least: of a number
 * @most: of a number
 * @words: one of these it is, with blanks between
 * @again: a command that does the same again must have it
 */
struct front_setting {
	const char *name;
	int (*wrong)(struct front *f, const struct front_setting *s,
		     const char *value);
	unsigned int least;
	unsigned int most;
	const char *words;
	bool again;
};

/* The rows, in the order in which they are looked at. */
extern const struct front_setting front_settings[];
extern const size_t front_n_settings;

/**
 * front_settings_must() - is each one right?
 * @f: initialised
 *
 * Paths are absolute afterwards: tests run in other folders than ours.
 *
 * Return: 0; -EINVAL; -ENOENT where something is missing.
 */
int front_settings_must(struct front *f);

/**
 * front_settings_again() - those that a command must have to do the same again
 * @text: gets them, as a shell takes them, with a blank behind each
 */
void front_settings_again(struct strbuf *text);

#endif /* KTSTR_FRONT_SETTINGS_H */
