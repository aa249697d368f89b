// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quantities as members of sidecars. See quantity_json.h.
 */
#include "lib/host/report/quantity_json.h"

#include "lib/common/util/util.h"
#include "lib/host/report/json.h"

struct json_object *quantity_to_json(const struct quantity *q, int64_t value)
{
	if (value == QUANTITY_UNKNOWN)
		return NULL;
	if (!q->decimals)
		return json_object_new_int64(value);
	return json_double((double)value / quantity_scale(q));
}

int64_t quantity_of_json(const struct quantity *q, struct json_object *number)
{
	struct quantity real = *q;
	double value;

	if (json_object_is_type(number, json_type_int) && !q->decimals)
		return json_object_get_int64(number);
	if (!json_object_is_type(number, json_type_int) &&
	    !json_object_is_type(number, json_type_double))
		return QUANTITY_UNKNOWN;
	/* As it rounds a member that is one. */
	value = json_object_get_double(number);
	real.real = true;
	real.offset = 0;
	return quantity_get(&real, &value);
}

void quantities_to_json(struct json_object *to, enum quantity_per per,
			const void *set)
{
	const struct quantity *q;

	for (q = quantity_next(per, NULL); q; q = quantity_next(per, q))
		json_add_new(to, q->name,
			     quantity_to_json(q, quantity_get(q, set)));
}

void quantities_from_to_json(struct json_object *to, enum quantity_per per,
			     enum quantity_from from, const void *set)
{
	const struct quantity *q;

	for (q = quantity_next(per, NULL); q; q = quantity_next(per, q))
		if (q->from == from)
			json_add_new(to, q->name,
				     quantity_to_json(q, quantity_get(q, set)));
}

struct json_object *quantities_json(void)
{
	struct json_object *rows = json_object_new_array();
	const struct quantity *q;

	for (q = quantities; rows && q < quantities + QUANTITY_IDS; q++) {
		struct json_object *row = json_object_new_object();

		json_add_text(row, "per", quantity_per_name(q->per));
		json_add_text(row, "name", q->name);
		json_add_text(row, "unit", quantity_unit_name(q->unit));
		json_add_text(row, "suffix", quantity_suffix(q->unit));
		json_add_int(row, "decimals", q->decimals);
		json_add_text(row, "better", quantity_better_name(q->better));
		json_add_text(row, "head", q->head);
		json_object_array_add(rows, row);
	}
	return rows;
}
