/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quantities as members of sidecars.
 */
#ifndef KTSTR_REPORT_QUANTITY_JSON_H
#define KTSTR_REPORT_QUANTITY_JSON_H

#include "lib/common/quantity.h"

struct json_object;

/**
 * quantity_to_json() - a value
 * @q: the row
 * @value: what quantity_get() gives
 *
 * Return: a number in the row's unit; NULL, which is JSON's null, for what is
 * not known.
 */
struct json_object *quantity_to_json(const struct quantity *q, int64_t value);

/**
 * quantity_of_json() - read a value back
 * @q: the row
 * @number: what quantity_to_json() gave; another kind is not known
 *
 * Return: the value.
 */
int64_t quantity_of_json(const struct quantity *q, struct json_object *number);

/**
 * quantities_to_json() - add a member for each row of a kind
 * @to: an object
 * @per: the kind
 * @set: the struct of that kind
 */
void quantities_to_json(struct json_object *to, enum quantity_per per,
			const void *set);

/**
 * quantities_from_to_json() - the same, for those rows that one measures
 * @to: an object
 * @per: the kind
 * @from: who
 * @set: the struct of that kind
 */
void quantities_from_to_json(struct json_object *to, enum quantity_per per,
			     enum quantity_from from, const void *set);

/**
 * quantities_json() - the table itself, for who draws what sidecars hold
 *
 * Return: an array of rows, the caller's; NULL without memory.
 */
struct json_object *quantities_json(void);

#endif /* KTSTR_REPORT_QUANTITY_JSON_H */
