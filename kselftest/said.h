/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest said of itself: text in parts, each behind a line "==== part".
 */
#ifndef KTSTR_KSELFTEST_SAID_H
#define KTSTR_KSELFTEST_SAID_H

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* What the guest said at one time */
struct said {
	char *text;
};

/* The text of one part, e.g. "schedstat"; *@len gets its length. */
static inline const char *said_part(const struct said *s, const char *part,
				    size_t *len)
{
	char head[64];
	const char *p, *end;

	*len = 0;
	snprintf(head, sizeof(head), "==== %s\n", part);
	p = s->text ? strstr(s->text, head) : NULL;
	if (!p)
		return NULL;
	p += strlen(head);
	end = strstr(p, "\n==== ");
	*len = end ? (size_t)(end - p + 1) : strlen(p);
	return p;
}

/*
 * The rest of the first line of a part that starts with @key, else NULL; the
 * line stays where it is, ended by a newline.
 */
static inline const char *said_line(const struct said *s, const char *part,
				    const char *key)
{
	size_t len, n = strlen(key);
	const char *p = said_part(s, part, &len), *end = p + len;

	while (p && p < end) {
		if (!strncmp(p, key, n))
			return p + n;
		p = memchr(p, '\n', end - p);
		p = p ? p + 1 : NULL;
	}
	return NULL;
}

/*
 * The numbers of a domain in a part "schedstat", and its name, of 16 bytes: a
 * line "domain0 SMT 3 ..." some way below that of its CPU.
 */
static inline const char *said_domain(const struct said *s, unsigned int cpu,
				      unsigned int depth, char *name)
{
	char key[32];
	const char *p;
	int n = 0;

	snprintf(key, sizeof(key), "cpu%u ", cpu);
	p = said_line(s, "schedstat", key);
	for (; p; depth--) {
		p = strchr(p, '\n');
		if (!p || strncmp(p, "\ndomain", 7))
			return NULL;
		p++;
		if (!depth)
			break;
	}
	if (!p || sscanf(p, "domain%*u %15s %*s%n", name, &n) != 1)
		return NULL;
	return p + n;
}

#endif /* KTSTR_KSELFTEST_SAID_H */
