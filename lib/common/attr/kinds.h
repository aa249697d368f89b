/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an attribute can be: how it is read from a command line, and written.
 * Between the table of attributes and what uses it; not for others.
 */
#ifndef KTSTR_ATTR_KINDS_H
#define KTSTR_ATTR_KINDS_H

#include "lib/common/attr/attr.h"

#define ATTR_WHY_SIZE	160

/**
 * struct attr_kind - a kind of value
 * @form: what stands behind the `=` in a list; NULL where it can be said in C only
 * @parse: read one into its member of @given; @text stays. If it is none, leave in
 *	@why what is wrong with it
 * @print: write one as @parse reads it
 */
struct attr_kind {
	const char *form;
	int (*parse)(const struct attr_row *row, const char *text,
		     struct attr_given *given, char *why);
	void (*print)(const struct attr_row *row, const void *member,
		      struct strbuf *text);
};

extern const struct attr_kind attr_number;	/* unsigned int, 0 not set */
extern const struct attr_kind attr_switch;	/* enum ktstr_switch */
extern const struct attr_kind attr_limit;	/* unsigned int, or CHECK_OFF */
extern const struct attr_kind attr_choice;	/* an enum, by @words */
extern const struct attr_kind attr_string;	/* const char * */
extern const struct attr_kind attr_args;	/* const char *[KTSTR_MAX_ARGS] */
extern const struct attr_kind attr_topology;	/* struct topology */
extern const struct attr_kind attr_scheduler;	/* const struct scheduler * */
extern const struct attr_kind attr_versus;	/* the same, the other one */
extern const struct attr_kind attr_in_c;	/* what is no text, or must not be */

#endif /* KTSTR_ATTR_KINDS_H */
