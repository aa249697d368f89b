/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON whose keys know where they stand, and may come more than once.
 *
 * json-c tells neither: so each key is marked with its line and its number before
 * json-c sees it.
 */
#ifndef KTSTR_TEXT_MARKED_H
#define KTSTR_TEXT_MARKED_H

#include <json-c/json.h>
#include <stddef.h>

#define TEXT_KEY_SIZE	64

/**
 * struct text_key - a key
 * @name: as it was written; of a longer one the start
 * @line: where
 */
struct text_key {
	char name[TEXT_KEY_SIZE];
	unsigned int line;
};

/**
 * marked_parse() - read JSON, with comments, commas behind the last element, and
 *	keys without a value
 * @text: NUL-terminated
 * @err: gets what is wrong
 * @err_size: bytes at @err
 * @line: gets where that is
 *
 * Return: to be released with json_object_put(); NULL.
 */
struct json_object *marked_parse(const char *text, char *err, size_t err_size,
				 unsigned int *line);

/**
 * marked_key() - what was written
 * @marked: a key of an object
 * @key: filled in
 */
void marked_key(const char *marked, struct text_key *key);

/**
 * marked_find() - the first member of a name
 * @o: an object
 * @name: as it was written
 * @line: gets where it is; may be NULL
 *
 * Return: its value; NULL when there is none, or it is null.
 */
struct json_object *marked_find(struct json_object *o, const char *name,
				unsigned int *line);

#endif /* KTSTR_TEXT_MARKED_H */
