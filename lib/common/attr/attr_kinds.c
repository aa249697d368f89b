// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kinds of attributes. See kinds.h.
 */
#include "lib/common/attr/kinds.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/presets.h"
#include "lib/common/util/util.h"

static void *member_of(struct attr_given *given, const struct attr_row *row)
{
	return (char *)given + row->offset;
}

/* ---- numbers ---- */

static bool parse_uint(const char *text, unsigned int *value)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || n >= CHECK_OFF)
		return false;
	*value = n;
	return true;
}

/* 0 would be taken for what nobody has set. */
static int parse_number(const struct attr_row *row, const char *text,
			struct attr_given *given, char *why)
{
	unsigned int *value = member_of(given, row);

	if (parse_uint(text, value) && *value)
		return 0;
	snprintf(why, ATTR_WHY_SIZE, "is no number from 1 on");
	return -EINVAL;
}

static void print_number(const struct attr_row *row, const void *member,
			 struct strbuf *text)
{
	const unsigned int *value = member;

	(void)row;
	strbuf_addf(text, "%u", *value);
}

const struct attr_kind attr_number = { "N", parse_number, print_number };

static int parse_limit(const struct attr_row *row, const char *text,
		       struct attr_given *given, char *why)
{
	unsigned int *value = member_of(given, row);

	if (!strcmp(text, "off"))
		*value = CHECK_OFF;
	else if (!parse_uint(text, value) || !*value)
		*value = 0;
	if (*value)
		return 0;
	snprintf(why, ATTR_WHY_SIZE, "is neither a number from 1 on nor off");
	return -EINVAL;
}

static void print_limit(const struct attr_row *row, const void *member,
			struct strbuf *text)
{
	const unsigned int *value = member;

	if (*value == CHECK_OFF)
		strbuf_addf(text, "off");
	else
		print_number(row, member, text);
}

const struct attr_kind attr_limit = { "N|off", parse_limit, print_limit };

/* ---- words ---- */

static int parse_switch(const struct attr_row *row, const char *text,
			struct attr_given *given, char *why)
{
	enum ktstr_switch *value = member_of(given, row);

	if (!strcmp(text, "on") || !strcmp(text, "off")) {
		*value = text[1] == 'n' ? KTSTR_ON : KTSTR_OFF;
		return 0;
	}
	snprintf(why, ATTR_WHY_SIZE, "is neither on nor off");
	return -EINVAL;
}

static void print_switch(const struct attr_row *row, const void *member,
			 struct strbuf *text)
{
	const enum ktstr_switch *value = member;

	(void)row;
	strbuf_addf(text, ktstr_is_on(*value) ? "on" : "off");
}

const struct attr_kind attr_switch = { "on|off", parse_switch, print_switch };

static int parse_choice(const struct attr_row *row, const char *text,
			struct attr_given *given, char *why)
{
	unsigned int *value = member_of(given, row);
	unsigned int i;
	size_t len;

	for (i = 0; row->words[i]; i++) {
		if (strcmp(row->words[i], text))
			continue;
		*value = 1 + i;
		return 0;
	}
	len = snprintf(why, ATTR_WHY_SIZE, "is none of ");
	for (i = 0; row->words[i]; i++)
		len += snprintf(why + len, ATTR_WHY_SIZE - len, "%s%s",
				i ? ", " : "", row->words[i]);
	return -EINVAL;
}

static void print_choice(const struct attr_row *row, const void *member,
			 struct strbuf *text)
{
	const unsigned int *value = member;

	strbuf_addf(text, "%s", row->words[*value - 1]);
}

const struct attr_kind attr_choice = { "WORD", parse_choice, print_choice };

/* ---- text ---- */

static int parse_string(const struct attr_row *row, const char *text,
			struct attr_given *given, char *why)
{
	const char **value = member_of(given, row);

	(void)why;
	*value = text;
	return 0;
}

static void print_string(const struct attr_row *row, const void *member,
			 struct strbuf *text)
{
	const char * const *value = member;

	(void)row;
	strbuf_addf(text, "%s", *value);
}

const struct attr_kind attr_string = { "TEXT", parse_string, print_string };

static int parse_args(const struct attr_row *row, const char *text,
		      struct attr_given *given, char *why)
{
	const char **args = member_of(given, row);
	unsigned int n;

	if (!*text) {
		snprintf(why, ATTR_WHY_SIZE, "is no argument");
		return -EINVAL;
	}
	for (n = 0; n < KTSTR_MAX_ARGS; n++) {
		if (args[n])
			continue;
		args[n] = text;
		return 0;
	}
	snprintf(why, ATTR_WHY_SIZE, "at most %d can be", KTSTR_MAX_ARGS);
	return -EINVAL;
}

static void print_args(const struct attr_row *row, const void *member,
		       struct strbuf *text)
{
	const char * const *args = member;
	unsigned int i;

	(void)row;
	for (i = 0; i < KTSTR_MAX_ARGS && args[i]; i++) {
		strbuf_addf(text, "%s", i ? " " : "");
		strbuf_add_word(text, args[i]);
	}
}

const struct attr_kind attr_args = { "ARGUMENT", parse_args, print_args };

/* ---- structs ---- */

static int parse_topology(const struct attr_row *row, const char *text,
			  struct attr_given *given, char *why)
{
	const struct preset *preset = preset_find(text);
	struct topology *t = member_of(given, row);

	if (preset)
		*t = preset->topology;
	if (preset || !topology_parse(text, t))
		return 0;
	snprintf(why, ATTR_WHY_SIZE,
		 "is no topology, as in 1n2l4c2t (nodes, LLCs of all of them, cores of each LLC, threads of each core)");
	return -EINVAL;
}

static void print_topology(const struct attr_row *row, const void *member,
			   struct strbuf *text)
{
	char name[TOPOLOGY_NAME_LEN];

	(void)row;
	strbuf_addf(text, "%s", topology_name(member, name));
}

const struct attr_kind attr_topology = {
	"TOPOLOGY", parse_topology, print_topology,
};

static int parse_in_c(const struct attr_row *row, const char *text,
		      struct attr_given *given, char *why)
{
	(void)row;
	(void)text;
	(void)given;
	snprintf(why, ATTR_WHY_SIZE, "can be said in C only");
	return -EINVAL;
}

const struct attr_kind attr_in_c = { NULL, parse_in_c, NULL };
