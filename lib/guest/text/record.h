/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structs of a scenario as records of text: a row for each member. Reader, writer
 * and schema are made of them. Not for others.
 */
#ifndef KTSTR_TEXT_RECORD_H
#define KTSTR_TEXT_RECORD_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/common/util/compiler.h"
#include "lib/guest/text/marked.h"
#include "lib/guest/text/text.h"

/**
 * struct text_reader - a text that is read
 * @st: what becomes of it
 * @name: the file's
 * @err: gets the sentence, in @err_size bytes
 * @err_size: see there
 */
struct text_reader {
	struct scenario_text *st;
	const char *name;
	char *err;
	size_t err_size;
};

struct text_field;

/**
 * struct text_kind - what a member can be
 * @first: tells which others there can be
 * @read: put @value, that of @key, into the member at @at; 0 or -errno with a
 *	sentence
 * @write: the member as a value; NULL for one that says nothing
 * @schema: add to @o what it can be
 */
struct text_kind {
	bool first;
	int (*read)(struct text_reader *r, const struct text_field *f,
		    const struct text_key *key, struct json_object *value,
		    void *at);
	struct json_object *(*write)(const struct text_field *f,
				     const void *at);
	void (*schema)(const struct text_field *f, struct json_object *o);
};

/* In this order they are written in kinds.c; the attributes in attributes.c. */
extern const struct text_kind text_number;	/* unsigned int */
extern const struct text_kind text_signed;	/* int */
extern const struct text_kind text_bound;	/* struct payload_bound */
extern const struct text_kind text_fraction;	/* double, 0 to 1 */
extern const struct text_kind text_string;	/* const char * */
extern const struct text_kind text_chars;	/* char [] */
extern const struct text_kind text_strings;	/* const char *[], ended by NULL */
extern const struct text_kind text_word;	/* an enum, by its words */
extern const struct text_kind text_type;	/* the same, of the record's kind */
extern const struct text_kind text_flags;	/* bits, by their words */
extern const struct text_kind text_record;	/* a struct */
extern const struct text_kind text_pointer;	/* to a struct */
extern const struct text_kind text_list;	/* to structs, and their number */
extern const struct text_kind text_array;	/* of structs; zeros end it */
extern const struct text_kind text_attributes;	/* as KTSTR_ATTR has them */
extern const struct text_kind text_ready;	/* a payload that is there, as a start */

/**
 * struct text_field - a member of a record
 * @name: its key
 * @kind: what it can be
 * @at: where it is
 * @size: its bytes
 * @count_at: of a list: where the number of its elements is
 * @needed: it must be there
 * @no_limit: of a number: "max" lifts a limit
 * @words: of words: the i-th, NULL behind the last
 * @of: what it consists of
 * @what: what it is
 */
struct text_field {
	const char *name;
	const struct text_kind *kind;
	size_t at;
	size_t size;
	size_t count_at;
	bool needed;
	bool no_limit;
	const char *(*words)(unsigned int i);
	const struct text_record *of;
	const char *what;
};

#define TEXT_MAX_FIELDS	64

/**
 * struct text_record - a struct
 * @name: what it is called, with its article
 * @def: in the schema
 * @size: its bytes
 * @fields: its members, @n_fields of them
 * @n_fields: their number
 * @takes: does one like that at @at have this member? NULL where each does
 */
struct text_record {
	const char *name;
	const char *def;
	size_t size;
	const struct text_field *fields;
	unsigned int n_fields;
	bool (*takes)(const void *at, const struct text_field *f);
};

/* The outermost one, and those that can be named by themselves. */
extern const struct text_record text_scenario;
extern const struct text_record text_work;
extern const struct text_record text_op;
extern const struct text_record text_limits;
extern const struct text_record text_cpuset;

/**
 * text_wrong() - say what is wrong
 * @r: the text
 * @line: where
 *
 * Return: -EINVAL.
 */
int __printf(3, 4) text_wrong(struct text_reader *r, unsigned int line,
			      const char *fmt, ...);

/**
 * text_wrong_value() - say that a value is not what its key wants
 * @r: the text
 * @key: the key
 * @value: of it
 * @what: what is wrong with it: "is no list"
 *
 * Return: -EINVAL.
 */
int text_wrong_value(struct text_reader *r, const struct text_key *key,
		     struct json_object *value, const char *what);

/**
 * text_alloc() - zeroed memory that lasts as long as the scenario
 * @r: the text
 * @size: bytes
 *
 * Return: it; NULL with a sentence in @r->err.
 */
void *text_alloc(struct text_reader *r, size_t size);

/**
 * text_dup() - a string that lasts as long
 */
const char *text_dup(struct text_reader *r, const char *text);

/**
 * text_read_record() - read a struct
 * @r: the text
 * @rec: which struct
 * @line: where it stands
 * @o: its value
 * @at: zeroed; filled in
 *
 * Return: 0, -EINVAL, -ENOMEM, with a sentence in @r->err.
 */
int text_read_record(struct text_reader *r, const struct text_record *rec,
		     unsigned int line, struct json_object *o, void *at);

/**
 * text_write_record() - write a struct
 * @rec: which struct
 * @at: it
 *
 * Return: an object; NULL without memory.
 */
struct json_object *text_write_record(const struct text_record *rec,
				      const void *at);

/**
 * text_put_json() - write JSON
 * @o: the value; is released
 * @text: gets it
 *
 * Return: 0, -ENOMEM.
 */
int text_put_json(struct json_object *o, struct strbuf *text);

#define RT_APP_IO_PER_US	100	/* bytes: what iorun takes for each of them */

/**
 * text_read_rt_app() - read a file of rt-app's
 * @r: the text
 * @o: all of it
 *
 * Return: 0, -EINVAL, -ENOMEM, with a sentence in @r->err.
 */
int text_read_rt_app(struct text_reader *r, struct json_object *o);

#endif /* KTSTR_TEXT_RECORD_H */
