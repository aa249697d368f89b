// SPDX-License-Identifier: GPL-2.0-only
/*
 * Structs as text: reading, writing, and what of them there is. See record.h.
 */
#include "lib/guest/text/record.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/util/near.h"
#include "lib/common/util/util.h"

/**
 * struct text_chunk - memory of a scenario
 * @next: the one before it
 * @bytes: of it
 */
struct text_chunk {
	struct text_chunk *next;
	max_align_t bytes[];
};

int text_wrong(struct text_reader *r, unsigned int line, const char *fmt, ...)
{
	size_t len = snprintf(r->err, r->err_size, "%.200s:%u: ", r->name, line);
	va_list ap;

	va_start(ap, fmt);
	if (len < r->err_size)
		vsnprintf(r->err + len, r->err_size - len, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

void *text_alloc(struct text_reader *r, size_t size)
{
	struct text_chunk *c = calloc(1, sizeof(*c) + size);

	if (!c) {
		snprintf(r->err, r->err_size, "no memory for the scenario");
		return NULL;
	}
	c->next = r->st->chunks;
	r->st->chunks = c;
	return c->bytes;
}

const char *text_dup(struct text_reader *r, const char *text)
{
	char *copy = text_alloc(r, strlen(text) + 1);

	return copy ? strcpy(copy, text) : NULL;
}

void scenario_text_free(struct scenario_text *st)
{
	struct text_chunk *c, *next;

	for (c = st->chunks; c; c = next) {
		next = c->next;
		free(c);
	}
	strbuf_free(&st->left_out);
	memset(st, 0, sizeof(*st));
}

/* ---- reading ---- */

/**
 * struct record_reading - a record that is read
 * @r: the text
 * @rec: which struct
 * @at: it
 * @given: its fields that were there
 */
struct record_reading {
	struct text_reader *r;
	const struct text_record *rec;
	char *at;
	bool given[TEXT_MAX_FIELDS];
};

static bool takes(const struct text_record *rec, const void *at,
		  const struct text_field *f)
{
	return !rec->takes || f->kind->first || rec->takes(at, f);
}

static const struct text_field *find_field(const struct record_reading *rd,
					   const char *name)
{
	unsigned int i;

	for (i = 0; i < rd->rec->n_fields; i++)
		if (!strcmp(rd->rec->fields[i].name, name))
			return &rd->rec->fields[i];
	return NULL;
}

static int no_such_field(const struct record_reading *rd,
			 const struct text_key *key)
{
	struct near near = { .given = key->name };
	char offered[NEAR_TEXT_SIZE];
	unsigned int i;

	for (i = 0; i < rd->rec->n_fields; i++)
		if (takes(rd->rec, rd->at, &rd->rec->fields[i]))
			near_offer(&near, rd->rec->fields[i].name);
	return text_wrong(rd->r, key->line, "%s: %s has no such member%s",
			  key->name, rd->rec->name, near_text(&near, offered));
}

/* Those that it has, which are what it is about. */
static int not_taken(const struct record_reading *rd,
		     const struct text_key *key)
{
	struct strbuf all = STRBUF_INIT;
	unsigned int i;
	int ret;

	for (i = 0; i < rd->rec->n_fields; i++) {
		const struct text_field *f = &rd->rec->fields[i];

		if (takes(rd->rec, rd->at, f) && !f->kind->first)
			strbuf_addf(&all, "%s%s", all.len ? ", " : "", f->name);
	}
	ret = text_wrong(rd->r, key->line, "%s: %s of this kind does not take it; it takes: %.600s",
			 key->name, rd->rec->name,
			 all.len ? all.text : "nothing");
	strbuf_free(&all);
	return ret;
}

static int read_field(struct record_reading *rd, const struct text_field *f,
		      const struct text_key *key, struct json_object *value)
{
	bool *given = &rd->given[f - rd->rec->fields];

	if (*given)
		return text_wrong(rd->r, key->line, "%s: is given twice",
				  key->name);
	*given = true;
	if (!takes(rd->rec, rd->at, f))
		return not_taken(rd, key);
	return f->kind->read(rd->r, f, key, value, rd->at + f->at);
}

/* Comments have a key of their own, for whoever cannot write others. */
static bool is_remark(const struct text_key *key)
{
	return key->name[0] == '$';
}

/* Those that tell which others there can be come first. */
static int read_fields(struct record_reading *rd, struct json_object *o,
		       bool first)
{
	const struct text_field *f;
	struct text_key key;
	int ret = 0;

	json_object_object_foreach(o, marked, value) {
		marked_key(marked, &key);
		f = find_field(rd, key.name);
		if (ret || is_remark(&key) || (f && f->kind->first != first))
			continue;
		if (f)
			ret = read_field(rd, f, &key, value);
		else if (!first)
			ret = no_such_field(rd, &key);
	}
	return ret;
}

int text_read_record(struct text_reader *r, const struct text_record *rec,
		     unsigned int line, struct json_object *o, void *at)
{
	struct record_reading rd = { .r = r, .rec = rec, .at = at };
	unsigned int i;
	int ret;

	if (!json_object_is_type(o, json_type_object))
		return text_wrong(r, line, "%s is an object, {...}", rec->name);
	ret = read_fields(&rd, o, true);
	if (!ret)
		ret = read_fields(&rd, o, false);
	for (i = 0; i < rec->n_fields && !ret; i++)
		if (rec->fields[i].needed && !rd.given[i])
			ret = text_wrong(r, line, "%s needs: %s", rec->name,
					 rec->fields[i].name);
	return ret;
}

/* ---- writing ---- */

struct json_object *text_write_record(const struct text_record *rec,
				      const void *at)
{
	struct json_object *o = json_object_new_object(), *value;
	unsigned int i;

	for (i = 0; o && i < rec->n_fields; i++) {
		const struct text_field *f = &rec->fields[i];

		if (!takes(rec, at, f))
			continue;
		value = f->kind->write(f, (const char *)at + f->at);
		if (value)
			json_object_object_add(o, f->name, value);
	}
	return o;
}
