/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON of what may come from a guest: json-c, and text that is always valid.
 */
#ifndef KTSTR_REPORT_JSON_H
#define KTSTR_REPORT_JSON_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

/**
 * json_text() - a string of bytes that may be anything
 * @text: the bytes; made fit as text_add() does
 * @len: their number
 *
 * Return: a string; NULL, which is JSON's null, without memory.
 */
struct json_object *json_text(const char *text, size_t len);

/**
 * json_add_text() - add a member that is text
 * @to: an object
 * @key: its name; must outlive @to
 * @text: NUL-terminated; NULL becomes null
 */
void json_add_text(struct json_object *to, const char *key, const char *text);

/**
 * json_add_int() - add a member that is a whole number
 * @to: an object
 * @key: its name; must outlive @to
 * @value: the number
 */
void json_add_int(struct json_object *to, const char *key, int64_t value);

/**
 * json_double() - a number, with three decimals
 * @value: the number
 *
 * Return: it; NULL, which is JSON's null, for what is not finite.
 */
struct json_object *json_double(double value);

/**
 * json_add_double() - add a member that is a number, with three decimals
 * @to: an object
 * @key: its name; must outlive @to
 * @value: the number; what is not finite becomes null
 */
void json_add_double(struct json_object *to, const char *key, double value);

/**
 * json_add_bool() - add a member that is true or false
 * @to: an object
 * @key: its name; must outlive @to
 * @value: which
 */
void json_add_bool(struct json_object *to, const char *key, int value);

/**
 * json_member() - a member of what may be anything
 * @o: NULL and what is no object have none
 * @key: its name
 *
 * Return: the member; NULL where there is none, and where it is null.
 */
struct json_object *json_member(struct json_object *o, const char *key);

/**
 * json_member_text() - a member that is text
 * @o: as of json_member()
 * @key: its name
 *
 * Return: its text, which is @o's; "" where there is none, or no text.
 */
const char *json_member_text(struct json_object *o, const char *key);

/**
 * json_add_new() - add a member that @value becomes the owner of
 * @to: an object
 * @key: its name; must outlive @to
 * @value: may be NULL
 *
 * Return: @value.
 */
struct json_object *json_add_new(struct json_object *to, const char *key,
				 struct json_object *value);

#endif /* KTSTR_REPORT_JSON_H */
