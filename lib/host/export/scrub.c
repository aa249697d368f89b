// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of hosts, users and homes. See scrub.h.
 */
#include "lib/host/export/scrub.h"

#include <ctype.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOST	"HOST"
#define USER	"USER"
#define HOME	"~"

void scrub_add(struct scrub *s, const char *from, const char *to)
{
	size_t len = from ? strlen(from) : 0;
	unsigned int i, at;

	if (!len || len >= sizeof(s->rows[0].from) || s->n == SCRUB_MAX)
		return;
	for (i = 0; i < s->n; i++)
		if (!strcmp(s->rows[i].from, from))
			return;
	for (at = 0; at < s->n && strlen(s->rows[at].from) >= len; at++)
		;
	memmove(&s->rows[at + 1], &s->rows[at],
		(s->n - at) * sizeof(s->rows[0]));
	snprintf(s->rows[at].from, sizeof(s->rows[at].from), "%s", from);
	s->rows[at].to = to;
	s->rows[at].times = 0;
	s->n++;
}

/* "/" is a home of nobody's, and in each path. */
static void add_home(struct scrub *s, const char *home)
{
	char path[256];
	size_t len;

	if (!home || *home != '/')
		return;
	snprintf(path, sizeof(path), "%s", home);
	for (len = strlen(path); len && path[len - 1] == '/'; len--)
		path[len - 1] = '\0';
	scrub_add(s, path, HOME);
}

/* What anybody's machine has is no name of this one. */
static void add_user(struct scrub *s, const char *name)
{
	if (name && strcmp(name, "root"))
		scrub_add(s, name, USER);
}

static void add_host(struct scrub *s)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) || !strcmp(name, "localhost"))
		return;
	scrub_add(s, name, HOST);
	name[strcspn(name, ".")] = '\0';
	scrub_add(s, name, HOST);
}

void scrub_init(struct scrub *s)
{
	const struct passwd *user = getpwuid(getuid());

	memset(s, 0, sizeof(*s));
	add_home(s, getenv("HOME"));
	if (user) {
		add_home(s, user->pw_dir);
		add_user(s, user->pw_name);
	}
	add_user(s, getenv("SUDO_USER"));
	add_user(s, getenv("USER"));
	add_host(s);
}

static bool is_part(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Of a name: no letter or digit of a longer one is beside it. */
static bool is_here(const char *from, const char *text, size_t at, size_t len)
{
	size_t n = strlen(from);

	return n <= len - at && !memcmp(text + at, from, n) &&
	       (!at || !is_part(text[at - 1])) &&
	       (at + n == len || !is_part(text[at + n]));
}

void scrub_text(struct scrub *s, const char *text, size_t len,
		struct strbuf *out)
{
	size_t at = 0, done = 0;
	unsigned int i;

	while (at < len) {
		for (i = 0; i < s->n && !is_here(s->rows[i].from, text, at, len);
		     i++)
			;
		if (i == s->n) {
			at++;
			continue;
		}
		strbuf_add(out, text + done, at - done);
		strbuf_add(out, s->rows[i].to, strlen(s->rows[i].to));
		s->rows[i].times++;
		at += strlen(s->rows[i].from);
		done = at;
	}
	strbuf_add(out, text + done, len - done);
}
