// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is followed of a BPF map, as text. See watch.h.
 */
#include "lib/common/check/watch.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/util.h"

#define NAME_BYTES							\
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static int wrong(char *err, size_t err_size, const char *what)
{
	snprintf(err, err_size, "%s, as in NAME=MAP[KEY]@CPU:PATH", what);
	return -EINVAL;
}

/* Return: bytes taken; 0 when they are none or too many. */
static size_t copy(char *to, size_t size, const char *from, size_t len)
{
	if (!len || len >= size)
		return 0;
	memcpy(to, from, len);
	to[len] = '\0';
	return len;
}

/* Return: where it goes on; NULL when there is no number. */
static const char *number(const char *text, unsigned long long *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return isdigit((unsigned char)*text) && !errno ? end : NULL;
}

static int parse_map(const char *text, struct map_watch *w, char *err,
		     size_t err_size)
{
	unsigned long long cpu;
	size_t len = copy(w->map, sizeof(w->map), text, strcspn(text, "[@:"));

	if (!len)
		return wrong(err, err_size, "it names no map");
	text += len;
	if (*text == '[') {
		text = number(text + 1, &w->key);
		if (!text || *text++ != ']')
			return wrong(err, err_size, "its key is no number");
	}
	if (*text == '@') {
		text = number(text + 1, &cpu);
		if (!text || cpu > INT_MAX)
			return wrong(err, err_size, "its CPU is no number");
		w->cpu = cpu;
	}
	if (!strcmp(w->map, WATCH_RQ) && (w->key || *text != ':'))
		return wrong(err, err_size,
			     "it is a run queue's: without a key, with a path");
	if (!*text)
		return 0;
	if (*text++ != ':' ||
	    !copy(w->path, sizeof(w->path), text, strlen(text)))
		return wrong(err, err_size, "its path is none");
	return 0;
}

int map_watch_parse(const char *text, struct map_watch *w, char *err,
		    size_t err_size)
{
	size_t len = strspn(text, NAME_BYTES);

	memset(w, 0, sizeof(*w));
	w->cpu = WATCH_ALL_CPUS;
	/* An assertion may be over a step. */
	if (text[len] != '=' || isdigit((unsigned char)*text) ||
	    !copy(w->name, sizeof(w->name), text, len) ||
	    !strcmp(w->name, "step"))
		return wrong(err, err_size,
			     "its name is none of letters, digits and _");
	return parse_map(text + len + 1, w, err, err_size);
}

int watch_symbol_parse(const char *text, struct watch_symbol *w, char *err,
		       size_t err_size)
{
	size_t len = strspn(text, NAME_BYTES), type;
	const char *rest = text + len;

	memset(w, 0, sizeof(*w));
	if (copy(w->symbol, sizeof(w->symbol), text, len) && !*rest)
		return 0;
	type = *rest == ':' ? strspn(rest + 1, NAME_BYTES) : 0;
	if (*w->symbol && copy(w->type, sizeof(w->type), rest + 1, type) &&
	    rest[1 + type] == ':' &&
	    copy(w->path, sizeof(w->path), rest + 2 + type,
		 strlen(rest + 2 + type)))
		return 0;
	snprintf(err, err_size,
		 "'%.100s' is neither SYMBOL nor SYMBOL:TYPE:PATH", text);
	return -EINVAL;
}
