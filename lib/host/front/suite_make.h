/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * make, as the suite is built by it: from this checkout, against a kernel tree.
 */
#ifndef KTSTR_FRONT_SUITE_MAKE_H
#define KTSTR_FRONT_SUITE_MAKE_H

struct arglist;
struct front;

/**
 * suite_make() - the words of a make of ours
 * @f: a tree is known
 * @words: gets them, up to its targets
 */
void suite_make(const struct front *f, struct arglist *words);

/**
 * suite_make_must() - have something made
 * @f: a tree is known
 * @text: what, for people
 * @log: what is said is appended there
 *
 * What follows are words, targets among them, up to a NULL; as many jobs run as
 * settings say.
 *
 * Return: 0, -errno.
 */
int suite_make_must(struct front *f, const char *text, const char *log, ...)
	__attribute__((sentinel));

#endif /* KTSTR_FRONT_SUITE_MAKE_H */
