/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of Documentation, to be held to the tables of which they tell.
 */
#ifndef KTSTR_UNIT_DOC_H
#define KTSTR_UNIT_DOC_H

#include "kselftest_harness.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOC_SIZE	65536

/* Words with a blank between them, however they were wrapped. */
static inline void doc_unwrap(char *text)
{
	char *to = text, *from;

	for (from = text; *from; from++) {
		if (!isspace((unsigned char)*from))
			*to++ = *from;
		else if (to > text && to[-1] != ' ')
			*to++ = ' ';
	}
	*to = '\0';
}

/* How many entries of lists there are: "``" at the start of a line. */
static inline unsigned int doc_entries(const char *text)
{
	unsigned int n = 0;

	for (; (text = strstr(text, "\n``")); text++)
		n++;
	return n;
}

/*
 * A page, or what of it lies between the heads @from and @to. The sources are
 * where this file was compiled. Return: a copy to free; NULL without one.
 */
static inline char *doc_read(const char *name, const char *from, const char *to)
{
	char path[PATH_MAX], *text = calloc(1, DOC_SIZE), *end;
	FILE *f;

	snprintf(path, sizeof(path), "%.*s/../../Documentation/%s",
		 (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__, name);
	f = fopen(path, "re");
	if (!text || !f || !fread(text, 1, DOC_SIZE - 1, f)) {
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	if (!text || !from)
		return text;
	end = strstr(text, to);
	if (end)
		*end = '\0';
	end = strstr(text, from);
	memmove(text, end ?: "", end ? strlen(end) + 1 : 1);
	return text;
}

/* Of what doc_unwrap() made: an entry of that name begins with that. */
static inline void doc_expect(struct __test_metadata *_metadata,
			      const char *text, const char *name,
			      const char *what)
{
	char entry[512];

	snprintf(entry, sizeof(entry), "``%s`` %s", name, what);
	EXPECT_NE(NULL, strstr(text, entry))
		TH_LOG("there is no \"%s\"", entry);
}

#endif /* KTSTR_UNIT_DOC_H */
