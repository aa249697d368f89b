// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON whose keys know where they stand. See marked.h.
 */
#include "lib/guest/text/marked.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/strbuf.h"
#include "lib/common/util/util.h"

#define MARK		'@'
#define DEPTH_MAX	24

/* Behind the comment that begins at @p; the end for one that does not end. */
static const char *skip_comment(const char *p)
{
	const char *end = p[1] == '*' ? strstr(p + 2, "*/") : strchr(p, '\n');

	if (!end)
		return p + strlen(p);
	return p[1] == '*' ? end + 2 : end;
}

static bool is_comment(const char *p)
{
	return p[0] == '/' && (p[1] == '*' || p[1] == '/');
}

/* Behind the string that begins at @p. */
static const char *skip_string(const char *p)
{
	char quote = *p++;

	while (*p && *p != quote)
		p += p[0] == '\\' && p[1] ? 2 : 1;
	return *p ? p + 1 : p;
}

static bool is_before_value(const char *p)
{
	while (isspace((unsigned char)*p) || is_comment(p))
		p = is_comment(p) ? skip_comment(p) : p + 1;
	return *p == ':';
}

static unsigned int count_lines(const char *from, const char *to)
{
	unsigned int n = 0;

	for (; from < to && *from; from++)
		n += *from == '\n';
	return n;
}

/**
 * struct marking - JSON that gets marks
 * @to: what has been written
 * @line: where we are
 * @n: keys so far
 * @depth: how many objects and lists are open
 * @objects: a bit each: it is an object
 * @at_key: a key is next
 */
struct marking {
	struct strbuf *to;
	unsigned int line;
	unsigned int n;
	unsigned int depth;
	uint64_t objects;
	bool at_key;
};

/* Deeper than we look, the parser does not go. */
static uint64_t depth_bit(const struct marking *m)
{
	return m->depth < 64 ? 1ULL << m->depth : 0;
}

static void note(struct marking *m, char c)
{
	if (c == '{' || c == '[') {
		m->depth++;
		m->objects &= ~depth_bit(m);
		m->objects |= c == '{' ? depth_bit(m) : 0;
	} else if ((c == '}' || c == ']') && m->depth) {
		m->depth--;
	}
	if (!isspace((unsigned char)c))
		m->at_key = (c == '{' || c == ',') &&
			    m->objects & depth_bit(m);
}

/* One without a value, which rt-app's own tools let pass, is null. */
static void add_key(struct marking *m, const char *from, const char *end)
{
	strbuf_add(m->to, from, end - from - 1);
	strbuf_addf(m->to, "%c%u:%u%c", MARK, m->line, m->n++, *from);
	if (!is_before_value(end))
		strbuf_addf(m->to, ":null");
}

static const char *mark_next(struct marking *m, const char *p)
{
	bool quoted = *p == '"' || *p == '\'';
	const char *end = quoted ? skip_string(p) : p + 1;

	if (quoted && m->at_key && end > p + 1 && end[-1] == *p) {
		add_key(m, p, end);
		m->at_key = false;
		return end;
	}
	if (is_comment(p))
		end = skip_comment(p);
	else
		note(m, *p);
	strbuf_add(m->to, p, end - p);
	return end;
}

static void mark(const char *text, struct strbuf *to)
{
	struct marking m = { .to = to, .line = 1 };
	const char *p = text, *end;

	for (; *p; p = end) {
		end = mark_next(&m, p);
		m.line += count_lines(p, end);
	}
}

/* Nothing but blanks and comments follows what was read. */
static bool is_all(const char *rest)
{
	while (isspace((unsigned char)*rest) || is_comment(rest))
		rest = is_comment(rest) ? skip_comment(rest) : rest + 1;
	return !*rest;
}

static struct json_object *parse(struct json_tokener *tok, const char *text,
				 size_t len, const char **why)
{
	struct json_object *o = json_tokener_parse_ex(tok, text, len + 1);

	*why = json_tokener_error_desc(json_tokener_get_error(tok));
	if (!o || is_all(text + min(json_tokener_get_parse_end(tok), len)))
		return o;
	*why = "more follows its end";
	json_object_put(o);
	return NULL;
}

struct json_object *marked_parse(const char *text, char *err, size_t err_size,
				 unsigned int *line)
{
	struct json_tokener *tok = json_tokener_new_ex(DEPTH_MAX);
	struct strbuf marked = STRBUF_INIT;
	struct json_object *o = NULL;
	const char *why = "no memory";

	*line = 1;
	mark(text, &marked);
	if (tok && !marked.dropped) {
		o = parse(tok, marked.text, marked.len, &why);
		*line += count_lines(marked.text, marked.text +
				     json_tokener_get_parse_end(tok));
	}
	if (!o)
		snprintf(err, err_size, "is no JSON: %s", why);
	if (tok)
		json_tokener_free(tok);
	strbuf_free(&marked);
	return o;
}

void marked_key(const char *marked, struct text_key *key)
{
	const char *at = strrchr(marked, MARK);

	snprintf(key->name, sizeof(key->name), "%.*s",
		 (int)(at ? at - marked : (long)strlen(marked)), marked);
	key->line = at ? strtoul(at + 1, NULL, 10) : 0;
}

struct json_object *marked_find(struct json_object *o, const char *name,
				unsigned int *line)
{
	struct text_key key;

	json_object_object_foreach(o, marked, value) {
		marked_key(marked, &key);
		if (strcmp(key.name, name) || !value)
			continue;
		if (line)
			*line = key.line;
		return value;
	}
	return NULL;
}
