// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a member of a record can be. See record.h.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/common/payload/ready_payloads.h"
#include "lib/common/util/near.h"
#include "lib/common/util/util.h"
#include "lib/guest/text/record.h"

#define NO_LIMIT_WORD	"max"
/* Of what a text has and a sentence shows. */
#define SHOWN		40

int text_wrong_value(struct text_reader *r, const struct text_key *key,
		     struct json_object *value, const char *what)
{
	return text_wrong(r, key->line, "%s: %.*s: %s", key->name, SHOWN,
			  json_object_to_json_string_ext(value,
							 JSON_C_TO_STRING_PLAIN),
			  what);
}

static void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

/* ---- numbers ---- */

static bool take_whole(struct json_object *value, int64_t least, int64_t most,
		       int64_t *n)
{
	*n = json_object_is_type(value, json_type_int) ?
	     json_object_get_int64(value) : INT64_MIN;
	return *n >= least && *n <= most;
}

static int read_number(struct text_reader *r, const struct text_field *f,
		       const struct text_key *key, struct json_object *value,
		       void *at)
{
	unsigned int *to = at;
	int64_t n;

	if (f->no_limit && json_object_is_type(value, json_type_string) &&
	    !strcmp(json_object_get_string(value), NO_LIMIT_WORD)) {
		*to = CGROUP_NO_LIMIT;
		return 0;
	}
	if (!take_whole(value, 0, UINT_MAX - 1, &n))
		return text_wrong_value(r, key, value,
					"is no whole number from 0 to 4294967294");
	*to = n;
	return 0;
}

static struct json_object *write_number(const struct text_field *f,
					const void *at)
{
	unsigned int n = *(const unsigned int *)at;

	if (f->no_limit && n == CGROUP_NO_LIMIT)
		return json_object_new_string(NO_LIMIT_WORD);
	return n ? json_object_new_int64(n) : NULL;
}

static void schema_number(const struct text_field *f, struct json_object *o)
{
	struct json_object *types = json_object_new_array();

	json_object_array_add(types, json_object_new_string("integer"));
	if (f->no_limit)
		json_object_array_add(types, json_object_new_string("string"));
	json_object_object_add(o, "type", types);
}

const struct text_kind text_number = {
	.read = read_number, .write = write_number, .schema = schema_number,
};

static int read_signed(struct text_reader *r, const struct text_field *f,
		       const struct text_key *key, struct json_object *value,
		       void *at)
{
	int64_t n;

	(void)f;
	if (!take_whole(value, INT_MIN, INT_MAX, &n))
		return text_wrong_value(r, key, value, "is no whole number");
	*(int *)at = n;
	return 0;
}

static struct json_object *write_signed(const struct text_field *f,
					const void *at)
{
	int n = *(const int *)at;

	(void)f;
	return n ? json_object_new_int64(n) : NULL;
}

static void schema_signed(const struct text_field *f, struct json_object *o)
{
	(void)f;
	add_text(o, "type", "integer");
}

const struct text_kind text_signed = {
	.read = read_signed, .write = write_signed, .schema = schema_signed,
};

static int read_bound(struct text_reader *r, const struct text_field *f,
		      const struct text_key *key, struct json_object *value,
		      void *at)
{
	struct payload_bound *to = at;

	(void)f;
	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return text_wrong_value(r, key, value, "is no number");
	to->given = true;
	to->value = json_object_get_double(value);
	return isfinite(to->value) ? 0 :
	       text_wrong_value(r, key, value, "is no number that can be");
}

static struct json_object *write_bound(const struct text_field *f,
				       const void *at)
{
	const struct payload_bound *b = at;
	char text[32];

	(void)f;
	if (!b->given)
		return NULL;
	snprintf(text, sizeof(text), "%.12g", b->value);
	return json_object_new_double_s(b->value, text);
}

static void schema_real(const struct text_field *f, struct json_object *o)
{
	(void)f;
	add_text(o, "type", "number");
}

const struct text_kind text_bound = {
	.read = read_bound, .write = write_bound, .schema = schema_real,
};

static int read_fraction(struct text_reader *r, const struct text_field *f,
			 const struct text_key *key, struct json_object *value,
			 void *at)
{
	bool number = json_object_is_type(value, json_type_int) ||
		      json_object_is_type(value, json_type_double);
	double n = number ? json_object_get_double(value) : -1;

	(void)f;
	if (!(n >= 0 && n <= 1))
		return text_wrong_value(r, key, value, "is no number from 0 to 1");
	*(double *)at = n;
	return 0;
}

static struct json_object *write_fraction(const struct text_field *f,
					  const void *at)
{
	double n = *(const double *)at;
	char text[32];

	(void)f;
	if (!(n > 0))
		return NULL;
	/* As whoever wrote it down would, not with all 17 digits. */
	snprintf(text, sizeof(text), "%.12g", n);
	return json_object_new_double_s(n, text);
}

const struct text_kind text_fraction = {
	.read = read_fraction, .write = write_fraction,
	.schema = schema_real,
};

/* ---- texts ---- */

/* One that can be part of a line: no control characters, no end within it. */
static const char *take_line(struct text_reader *r, const struct text_key *key,
			     struct json_object *value)
{
	const char *text = json_object_get_string(value), *p;

	if (!json_object_is_type(value, json_type_string)) {
		text_wrong_value(r, key, value, "is no text");
		return NULL;
	}
	for (p = text; (unsigned char)*p >= ' ' && *p != 0x7f; p++)
		;
	if (!*text || p != text + json_object_get_string_len(value)) {
		text_wrong_value(r, key, value,
				 "is empty, or has a control character in it");
		return NULL;
	}
	return text;
}

static int read_string(struct text_reader *r, const struct text_field *f,
		       const struct text_key *key, struct json_object *value,
		       void *at)
{
	const char *text = take_line(r, key, value);

	(void)f;
	if (!text)
		return -EINVAL;
	*(const char **)at = text_dup(r, text);
	return *(const char **)at ? 0 : -ENOMEM;
}

static struct json_object *write_string(const struct text_field *f,
					const void *at)
{
	const char *text = *(const char *const *)at;

	(void)f;
	return text ? json_object_new_string(text) : NULL;
}

static void schema_string(const struct text_field *f, struct json_object *o)
{
	(void)f;
	add_text(o, "type", "string");
}

const struct text_kind text_string = {
	.read = read_string, .write = write_string, .schema = schema_string,
};

static int read_chars(struct text_reader *r, const struct text_field *f,
		      const struct text_key *key, struct json_object *value,
		      void *at)
{
	const char *text = take_line(r, key, value);

	if (!text)
		return -EINVAL;
	if (strlen(text) >= f->size)
		return text_wrong(r, key->line, "%s: is longer than %zu characters",
				  key->name, f->size - 1);
	strcpy(at, text);
	return 0;
}

static struct json_object *write_chars(const struct text_field *f,
				       const void *at)
{
	const char *text = at;

	(void)f;
	return *text ? json_object_new_string(text) : NULL;
}

const struct text_kind text_chars = {
	.read = read_chars, .write = write_chars, .schema = schema_string,
};

/* One more than there may be stays NULL. */
static int read_strings(struct text_reader *r, const struct text_field *f,
			const struct text_key *key, struct json_object *value,
			void *at)
{
	size_t i, n, most = f->size / sizeof(char *) - 1;
	const char **to = at, *text;

	if (!json_object_is_type(value, json_type_array))
		return text_wrong_value(r, key, value, "is no list");
	n = json_object_array_length(value);
	if (n > most)
		return text_wrong(r, key->line, "%s: %zu of them, at most %zu can be",
				  key->name, n, most);
	memset(to, 0, f->size);
	for (i = 0; i < n; i++) {
		text = take_line(r, key, json_object_array_get_idx(value, i));
		if (!text)
			return -EINVAL;
		to[i] = text_dup(r, text);
		if (!to[i])
			return -ENOMEM;
	}
	return 0;
}

static struct json_object *write_strings(const struct text_field *f,
					 const void *at)
{
	const char *const *texts = at;
	struct json_object *list;
	size_t i;

	if (!texts[0])
		return NULL;
	list = json_object_new_array();
	for (i = 0; i < f->size / sizeof(char *) && texts[i]; i++)
		json_object_array_add(list, json_object_new_string(texts[i]));
	return list;
}

static void schema_strings(const struct text_field *f, struct json_object *o)
{
	struct json_object *items = json_object_new_object();

	add_text(o, "type", "array");
	schema_string(f, items);
	json_object_object_add(o, "items", items);
}

const struct text_kind text_strings = {
	.read = read_strings, .write = write_strings, .schema = schema_strings,
};

/* ---- words ---- */

static int find_word(struct text_reader *r, const struct text_field *f,
		     const struct text_key *key, const char *text,
		     unsigned int *i)
{
	struct near near = { .given = text };
	char offered[NEAR_TEXT_SIZE];
	const char *word;

	for (*i = 0; (word = f->words(*i)); ++*i) {
		if (!strcasecmp(word, text))
			return 0;
		near_offer(&near, word);
	}
	return text_wrong(r, key->line, "%s: %.*s: there is no such one%s",
			  key->name, SHOWN, text, near_text(&near, offered));
}

static int take_word(struct text_reader *r, const struct text_field *f,
		     const struct text_key *key, struct json_object *value,
		     unsigned int *i)
{
	const char *text = take_line(r, key, value);

	return text ? find_word(r, f, key, text, i) : -EINVAL;
}

static int read_word(struct text_reader *r, const struct text_field *f,
		     const struct text_key *key, struct json_object *value,
		     void *at)
{
	unsigned int i;

	if (take_word(r, f, key, value, &i))
		return -EINVAL;
	*(unsigned int *)at = i;
	return 0;
}

/* What is 0 is said where it must be. */
static struct json_object *write_word(const struct text_field *f,
				      const void *at)
{
	unsigned int i = *(const unsigned int *)at;

	return i || f->needed ? json_object_new_string(f->words(i)) : NULL;
}

static void add_words(const struct text_field *f, struct json_object *o)
{
	struct json_object *words = json_object_new_array();
	unsigned int i;

	for (i = 0; f->words(i); i++)
		json_object_array_add(words,
				      json_object_new_string(f->words(i)));
	json_object_object_add(o, "enum", words);
}

static void schema_word(const struct text_field *f, struct json_object *o)
{
	add_text(o, "type", "string");
	add_words(f, o);
}

const struct text_kind text_word = {
	.read = read_word, .write = write_word, .schema = schema_word,
};

const struct text_kind text_type = {
	.first = true,
	.read = read_word, .write = write_word, .schema = schema_word,
};

static int read_flags(struct text_reader *r, const struct text_field *f,
		      const struct text_key *key, struct json_object *value,
		      void *at)
{
	unsigned int *flags = at, bit;
	size_t i;

	if (!json_object_is_type(value, json_type_array))
		return text_wrong_value(r, key, value, "is no list");
	for (i = 0; i < json_object_array_length(value); i++) {
		if (take_word(r, f, key, json_object_array_get_idx(value, i),
			      &bit))
			return -EINVAL;
		*flags |= MEMORY_NUMA_BALANCING << bit;
	}
	return 0;
}

static struct json_object *write_flags(const struct text_field *f,
				       const void *at)
{
	unsigned int flags = *(const unsigned int *)at, i;
	struct json_object *list;

	if (!flags)
		return NULL;
	list = json_object_new_array();
	for (i = 0; f->words(i); i++)
		if (flags & MEMORY_NUMA_BALANCING << i)
			json_object_array_add(list,
					      json_object_new_string(f->words(i)));
	return list;
}

static void schema_flags(const struct text_field *f, struct json_object *o)
{
	struct json_object *items = json_object_new_object();

	add_text(o, "type", "array");
	schema_word(f, items);
	json_object_object_add(o, "items", items);
}

const struct text_kind text_flags = {
	.read = read_flags, .write = write_flags, .schema = schema_flags,
};

/* ---- structs ---- */

static int read_inner(struct text_reader *r, const struct text_field *f,
		      const struct text_key *key, struct json_object *value,
		      void *at)
{
	return text_read_record(r, f->of, key->line, value, at);
}

static struct json_object *write_inner(const struct text_field *f,
				       const void *at)
{
	struct json_object *o = NULL;
	const char *bytes = at;
	size_t i;

	for (i = 0; i < f->of->size && !o; i++)
		if (bytes[i])
			o = text_write_record(f->of, at);
	return o;
}

static void schema_inner(const struct text_field *f, struct json_object *o)
{
	char ref[64];

	snprintf(ref, sizeof(ref), "#/$defs/%s", f->of->def);
	add_text(o, "$ref", ref);
}

const struct text_kind text_record = {
	.read = read_inner, .write = write_inner, .schema = schema_inner,
};

static int read_pointer(struct text_reader *r, const struct text_field *f,
			const struct text_key *key, struct json_object *value,
			void *at)
{
	void *to = text_alloc(r, f->of->size);

	*(void **)at = to;
	return to ? text_read_record(r, f->of, key->line, value, to) : -ENOMEM;
}

static struct json_object *write_pointer(const struct text_field *f,
					 const void *at)
{
	const void *to = *(const void *const *)at;

	return to ? text_write_record(f->of, to) : NULL;
}

const struct text_kind text_pointer = {
	.read = read_pointer, .write = write_pointer, .schema = schema_inner,
};

static int read_elements(struct text_reader *r, const struct text_field *f,
			 const struct text_key *key, struct json_object *list,
			 char *to)
{
	size_t i, n = json_object_array_length(list);
	int ret = 0;

	for (i = 0; i < n && !ret; i++)
		ret = text_read_record(r, f->of, key->line,
				       json_object_array_get_idx(list, i),
				       to + i * f->of->size);
	return ret;
}

static int read_list(struct text_reader *r, const struct text_field *f,
		     const struct text_key *key, struct json_object *value,
		     void *at)
{
	char *record = (char *)at - f->at;
	size_t n;
	void *to;

	if (!json_object_is_type(value, json_type_array))
		return text_wrong_value(r, key, value, "is no list");
	n = json_object_array_length(value);
	to = text_alloc(r, (n + 1) * f->of->size);
	if (!to)
		return -ENOMEM;
	*(void **)at = to;
	*(size_t *)(record + f->count_at) = n;
	return read_elements(r, f, key, value, to);
}

static struct json_object *write_elements(const struct text_record *rec,
					  const char *at, size_t n)
{
	struct json_object *list = n ? json_object_new_array() : NULL;
	size_t i;

	for (i = 0; i < n; i++)
		json_object_array_add(list, text_write_record(rec, at +
							      i * rec->size));
	return list;
}

static struct json_object *write_list(const struct text_field *f,
				      const void *at)
{
	const char *record = (const char *)at - f->at;

	return write_elements(f->of, *(const char *const *)at,
			      *(const size_t *)(record + f->count_at));
}

static void schema_list(const struct text_field *f, struct json_object *o)
{
	struct json_object *items = json_object_new_object();

	add_text(o, "type", "array");
	schema_inner(f, items);
	json_object_object_add(o, "items", items);
}

const struct text_kind text_list = {
	.read = read_list, .write = write_list, .schema = schema_list,
};

static int read_array(struct text_reader *r, const struct text_field *f,
		      const struct text_key *key, struct json_object *value,
		      void *at)
{
	size_t most = f->size / f->of->size;

	if (!json_object_is_type(value, json_type_array))
		return text_wrong_value(r, key, value, "is no list");
	if (json_object_array_length(value) > most)
		return text_wrong(r, key->line, "%s: %zu of them, at most %zu can be",
				  key->name, json_object_array_length(value),
				  most);
	memset(at, 0, f->size);
	return read_elements(r, f, key, value, at);
}

/* Up to the last one that is not zeros. */
static struct json_object *write_array(const struct text_field *f,
				       const void *at)
{
	const char *bytes = at;
	size_t n = f->size;

	while (n && !bytes[n - 1])
		n--;
	return write_elements(f->of, at, (n + f->of->size - 1) / f->of->size);
}

const struct text_kind text_array = {
	.read = read_array, .write = write_array, .schema = schema_list,
};

/* ---- payloads that are there ---- */

/* All of the record, of which what is said beside it takes its place. */
static int read_ready(struct text_reader *r, const struct text_field *f,
		      const struct text_key *key, struct json_object *value,
		      void *at)
{
	unsigned int i;

	if (take_word(r, f, key, value, &i))
		return -EINVAL;
	*(struct payload *)((char *)at - f->at) = *ready_payloads[i];
	return 0;
}

static struct json_object *write_nothing(const struct text_field *f,
					 const void *at)
{
	(void)f;
	(void)at;
	return NULL;
}

const struct text_kind text_ready = {
	.first = true,
	.read = read_ready, .write = write_nothing, .schema = schema_word,
};
